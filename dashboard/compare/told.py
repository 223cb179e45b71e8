"""What a comparison comes to: a sentence, a table, a chart."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from dashboard.compare.form import LEVER, Comparison
from dashboard.parts.charts.intervals import Group, Row
from dashboard.reading.amounts import Scale, scale
from dashboard.reading.declared import label
from dashboard.reading.numerals import NOTHING, percent
from runs.analysis.compare import Difference

TOLD = 3
"""Outcomes that the sentence speaks of."""

COLUMNS = [
    {"name": name, "unit": unit, "help": about, "left": not about}
    for name, unit, about in (
        ("Outcome", "", ""),
        ("Treatment", "", ""),
        ("Control", "", "Mean of the control's runs"),
        ("Difference", "", "Mean of treatment less control, run by run"),
        ("95% interval", "", "Of the mean difference, clustered by parameter vector"),
        ("Same sign", "of pairs", "Share of the pairs of runs whose difference has the sign of the mean"),
        ("Correlation", "of pairs", "Of treatment and control over the pairs; the higher, the more pairing helps"),
        ("Parameters", "st. dev.", "What the unknown parameters put into the difference, apart from the draws"),
        ("Seeds", "st. dev.", "What the draws put into the difference of a pair"),
    )
]


def scale_of(one: Difference, shown: Comparison) -> Scale:
    """How a difference and its interval are written in the chart and the table: all of one outcome alike."""
    return common([other for other in shown.found if other.outcome == one.outcome], shown)


def common(own: Sequence[Difference], shown: Comparison) -> Scale:
    """One way to write several differences of one outcome, so that the smallest interval is still one."""
    halves = [(other.high - other.low) / 2.0 for other in own if other.high > other.low]
    numbers = [number for other in own for number in (other.mean, other.low, other.high)]
    return scale(shown.asked[own[0].outcome].unit(own[0].unit), *numbers, fine=min(halves, default=0.0))


def null(one: Difference) -> bool:
    """Whether no pair of runs differs at all."""
    return one.mean == one.low == one.high == 0.0


# --- the sentence -------------------------------------------------------------------------------------------------


def sentence(shown: Comparison) -> str:
    """The comparison in one sentence."""
    treatments = list(dict.fromkeys(one.treatment_name for one in shown.found))
    if len(treatments) > 1:
        return of_many(shown, len(treatments))
    parts = sorted(shown.found[:TOLD], key=lambda one: (null(one), not one.certain))
    text = ", ".join(clause(one, shown) for one in parts[:-1])
    last = clause(parts[-1], shown)
    rest = len(shown.found) - len(parts)
    more = f"; {rest} more below" if rest else ""
    return f"{subject(shown)} {text} and {last}{more}." if text else f"{subject(shown)} {last}{more}."


def subject(shown: Comparison) -> str:
    """What made the difference."""
    one, form = shown.found[0], shown.wanted.form
    if form.way == LEVER:
        lever = label(form.lever)
        return f"{lever}, moved from {worded(one.control_name)} to {worded(one.treatment_name)},"
    if (form.control, form.treatment) == ("no-rush", "colossus"):
        return "xAI's rush"
    return f"Going from {one.control_name} to {one.treatment_name}"


def clause(one: Difference, shown: Comparison) -> str:
    """What a difference did to its outcome."""
    what = shown.asked[one.outcome].phrase
    if null(one):
        return f"leaves {what} exactly as it is"
    if not one.certain:
        written = common([one], shown)
        return (
            f"makes no difference to {what} that could be told from chance "
            f"({written.whole(one.mean, True, True)} {written.interval(one.low, one.high)})"
        )
    verb, side = ("adds", "to") if one.mean > 0.0 else ("takes", "off")
    return f"{verb} {size(one, shown)} {side} {what}"


def size(one: Difference, shown: Comparison) -> str:
    """How much, with its interval, without a sign."""
    written = common([one], shown)
    low, high = (one.low, one.high) if one.mean > 0.0 else (-one.high, -one.low)
    return f"{written.whole(abs(one.mean), spelled=True)} {written.interval(low, high)}"


def of_many(shown: Comparison, count: int) -> str:
    """Which of several values moves the first outcome most."""
    first = shown.found[0]
    what, lever = shown.asked[first.outcome].phrase, label(shown.wanted.form.lever)
    own = [one for one in shown.found if one.outcome == first.outcome]
    sure = sorted((one for one in own if one.certain), key=lambda one: one.mean)
    control = f"Against {against(shown)}"
    if not sure:
        if all(map(null, own)):
            return f"{control}, none of {count} other values of {lower(lever)} changes {what} at all."
        return f"{control}, no other value of {lower(lever)} changes {what} by more than chance could."
    parts = []
    if sure[-1].mean > 0.0:
        parts.append(f"{worded(sure[-1].treatment_name)} adds most to {what}, {size(sure[-1], shown)}")
    if sure[0].mean < 0.0:
        what = "it" if parts else what
        parts.append(f"{worded(sure[0].treatment_name)} takes most off {what}, {size(sure[0], shown)}")
    return f"{control}, of {count} other values of {lower(lever)}, {', and '.join(parts)}."


def against(shown: Comparison) -> str:
    """The control within a sentence: a number with the name of the lever."""
    name, form = shown.found[0].control_name, shown.wanted.form
    number = form.way == LEVER and name[:1] in "-0123456789"
    return f"{lower(label(form.lever))} {name}" if number else worded(name)


def worded(name: str) -> str:
    """A value's name within a sentence."""
    return name if name.isupper() else lower(name)


def lower(text: str) -> str:
    return text[:1].lower() + text[1:]


# --- the chart and the table --------------------------------------------------------------------------------------


def groups(shown: Comparison) -> list[Group]:
    """The chart: a group per outcome with a scale of its own, a row per treatment."""
    made = []
    for text in dict.fromkeys(one.outcome for one in shown.found):
        own = [one for one in shown.found if one.outcome == text]
        unit = shown.asked[text].unit(own[0].unit)
        numbers = [n for one in own for n in (one.low, one.high, one.mean)]
        axis = scale(unit, *numbers)
        rows = [chart_row(one, shown, alone=len(own) == 1) for one in own]
        made.append(Group(shown.asked[text].title, rows, axis))
    return made


def chart_row(one: Difference, shown: Comparison, alone: bool) -> Row:
    written = scale_of(one, shown)
    return Row(
        key=f"{one.outcome}/{one.treatment_name}",
        label=shown.asked[one.outcome].title if alone else one.treatment_name,
        value=one.mean,
        low=one.low,
        high=one.high,
        text="exactly 0" if null(one) else f"{written.whole(one.mean, True)} {written.interval(one.low, one.high)}",
        color="blue" if one.certain else "quiet",
        note="the same in every pair of runs" if null(one) else "" if one.certain else "not told from chance",
    )


def table_rows(shown: Comparison) -> list[dict[str, Any]]:
    """A row per outcome and treatment."""
    rows = []
    order = list(shown.asked)
    for one in sorted(shown.found, key=lambda one: order.index(one.outcome)):
        asked, written = shown.asked[one.outcome], scale_of(one, shown)
        level = scale(asked.unit(one.unit), one.control, level=True)
        spread = scale(asked.unit(one.unit), one.spread, one.noise)
        nothing = null(one)
        cells = [
            asked.title,
            one.treatment_name,
            level.whole(one.control),
            written.whole(one.mean, True),
            f"{written.number(one.low)} to {written.number(one.high)}",
            NOTHING if nothing else percent(one.same_sign),
            f"{one.correlation:.3f}" if one.correlation == one.correlation else NOTHING,
            spread.whole(one.spread),
            spread.whole(one.noise),
        ]
        rows.append({"key": f"{one.outcome}/{one.treatment_name}", "cells": cells})
    return rows


def differences_csv(found: Sequence[Difference]) -> str:
    """All numbers of a comparison in full precision."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(asdict(found[0])), lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(one) for one in found)
    return text.getvalue()
