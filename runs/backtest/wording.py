"""Findings in words, the same on the terminal and in reports."""

from __future__ import annotations

import math
from collections.abc import Sequence

from runs.backtest.finding import Band, Finding
from runs.words import SHARE, behind, number, percent

HEADINGS = ("", "", "band", "model", "of runs", "verdict")


def amount(value: float, unit: str) -> str:
    """A value in its unit, without the unit's name."""
    return percent(value, 1) if unit == SHARE else number(value, 3)


def allowed(band: Band) -> str:
    """The band with its unit: ``36 to 52 weeks``, ``at least 15%``."""
    low, high = (_end(end, band.unit) for end in (band.low, band.high))
    unit = "" if band.unit == SHARE else behind(band.unit)
    if band.low == band.high:
        return f"{low}{unit}"
    if math.isinf(band.high):
        return f"at least {low}{unit}"
    if math.isinf(band.low):
        return f"at most {high}{unit}"
    return f"{low} to {high}{unit}"


def _end(value: float, unit: str) -> str:
    return f"{100.0 * value:.4g}%" if unit == SHARE else number(value, 4)


def rows(findings: Sequence[Finding]) -> list[list[str]]:
    """Cells under HEADINGS: a row for each finding, then one for each of its parts."""
    told = []
    for found in findings:
        verdict = found.verdict if found.scored or found.missing else f"({found.verdict})"
        told.append([found.id, found.sentence, "", "", percent(found.share), verdict])
        for part in found.parts:
            value = amount(part.value, part.band.unit)
            inside = "in" if part.holds else "out"
            told.append(["", f"  {part.band.text}", allowed(part.band), value, percent(part.share), inside])
    return told


def notes(findings: Sequence[Finding]) -> list[str]:
    """What is said of some findings: why they do not apply, or where and when they hold or not."""
    told = [f"{found.id}: {found.missing}" for found in findings if found.missing]
    return told + [
        f"{found.id}, {part.band.text}: {part.note}" for found in findings for part in found.parts if part.note
    ]
