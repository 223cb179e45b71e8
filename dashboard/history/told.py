"""A judgement as tables, and what is to be known of a real series."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from dashboard.market.held import Held
from runs.backtest.finding import Finding
from runs.backtest.wording import allowed, amount
from runs.words import listed, percent

COLUMNS = [
    {"name": name, "unit": unit, "help": about, "left": left, "tag": name == "Verdict"}
    for name, unit, about, left in (
        ("No.", "", "", True),
        ("Fact", "", "What history says, and the figures that it comes to", True),
        ("Band", "", "What the fact allows", False),
        ("Market", "median path", "The figure of the median of all runs, quarter by quarter", False),
        ("Single runs", "inside", "Share of the runs that are inside by themselves", False),
        ("Verdict", "", "Whether the median path is inside", True),
    )
]
KINDS = {"reported": "reported", "estimate": "estimated", "rumour": "rumoured"}
"""How good a figure is, in the words of the page."""
MOST = 150
"""Letters of a source that are shown."""


def rows(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """A row for each finding, then one for each of its parts."""
    made = []
    for found in findings:
        verdict = found.verdict if found.scored or found.missing else f"{found.verdict}, not counted"
        cells = [found.id, found.sentence, "", "", percent(found.share), verdict]
        made.append({"key": found.id, "cells": cells, "tag": tag(found.holds, bool(found.missing)), "head": True})
        for k, part in enumerate(found.parts):
            value = amount(part.value, part.band.unit)
            cells = ["", part.band.text, allowed(part.band), value, percent(part.share), "in" if part.holds else "out"]
            made.append({"key": f"{found.id}/{k}", "cells": cells, "tag": tag(part.holds, False)})
    return made


def tag(holds: bool, missing: bool) -> str:
    return "none" if missing else "deal" if holds else "queue"


def quality(series: Held) -> str:
    """How many figures there are of which kind, and how many lie in the band."""
    counted = Counter(KINDS.get(dot.kind, dot.kind) for dot in series.dots)
    kinds = listed([f"{counted[kind]} {kind}" for kind in sorted(counted)])
    inside = series.inside
    fitted = f"{sum(inside)} of {len(inside)} in the 90% band" if inside else "none in a quarter with a value"
    return f"{fitted}; {kinds}"


def sources(series: Held) -> list[str]:
    """Who says so, each once, shortened."""
    return [
        text if len(text) <= MOST else text[: MOST - 1] + "…" for text in dict.fromkeys(d.source for d in series.dots)
    ]
