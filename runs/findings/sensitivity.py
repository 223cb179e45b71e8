"""What a study of sensitivity says: a sentence, a tornado, the course over time."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from runs.analysis.indices import INERT, Indices
from runs.findings.figures import Course, Group, Line, Row
from runs.words import SHARE, Scale, listed, percent, scale

LEADING = 5
"""Inputs that are told apart over time, at most."""
FLOOR = "noise floor"

Label = Callable[[str], str]
"""What an input is called."""

INDEX = {
    "morris": "Mean absolute effect of moving an input over its range{unit}",
    "sobol": "Total index: the share of variance that goes with an input, alone or with others",
    "pawn": "PAWN index: how far an input moves the distribution, 0 to 1",
    "delta": "Delta index: share of the density that an input moves, 0 to 1",
}
SHORT = {
    "morris": "Mean absolute effect{unit}",
    "sobol": "Share of variance",
    "pawn": "PAWN index",
    "delta": "Delta index",
}
MOVES = {
    "morris": "over its range it moves it by {much} on average",
    "sobol": "{much} of its variance goes with it",
    "pawn": "it moves its distribution by {much}",
    "delta": "it moves {much} of its density",
}


def inputs(found: Indices) -> list[str]:
    """The inputs, what matters most first; the inert one is told by the floor."""
    return [str(name) for name in found.ranked.index if name != INERT]


def written(found: Indices) -> Scale:
    """How the indices are written: in the outcome's unit, or as plain shares."""
    if found.method != "morris":
        return Scale(decimals=2)
    numbers = [float(value) for value in found.table[found.main]]
    return scale(found.read_unit, *numbers, fine=max(numbers) / 20.0)


def in_unit(found: Indices) -> str:
    """The unit of an effect, behind what it is."""
    words = {SHARE: "percentage points", "million USD": "US dollars"}.get(found.read_unit, found.read_unit)
    return "" if words in ("", "1") else f" in {words}"


def meaning(found: Indices) -> str:
    """What the length of a bar is."""
    return INDEX[found.method].format(unit=in_unit(found))


def short(found: Indices) -> str:
    """The index in a few words."""
    return SHORT[found.method].format(unit=in_unit(found))


# --- sentences --------------------------------------------------------------------------------------------------------


def sentence(found: Indices, what: str, label: Label = str) -> str:
    """What matters to an outcome, and how many inputs cannot be told from chance."""
    names = inputs(found)
    over = [name for name in names if not found.under(name)]
    if not over:
        return f"Nothing that was varied moves {what} by more than chance does."
    rest = f", followed by {listed([within(label(name)) for name in over[1:3]])}" if over[1:] else ""
    under = len(names) - len(over)
    quiet = f"; {under} of {len(names)} inputs cannot be told from chance" if under else ""
    return f"{label(over[0])} matters most to {what} ({moves(found, over[0])}){rest}{quiet}."


def moves(found: Indices, name: str) -> str:
    """How much an input does, with its interval."""
    value, low, high = _ends(found, name)
    told = written(found)
    if found.method == "sobol":
        told = scale(SHARE, value, low, high, fine=max(0.01, (high - low) / 2.0), level=True)
    return MOVES[found.method].format(much=f"{told.whole(value, spelled=True)} {told.interval(low, high)}")


def over_time_sentence(series: Mapping[str, Indices | None], what: str, label: Label = str) -> str:
    """How often the input leads that leads most often, and when it is strongest."""
    known = {quarter: one for quarter, one in series.items() if one is not None}
    tops = {quarter: inputs(one)[0] for quarter, one in known.items() if not one.under(inputs(one)[0])}
    if not tops:
        return f"In none of {len(known)} quarters can anything that was varied be told from chance in {what}."
    name = max(dict.fromkeys(tops.values()), key=list(tops.values()).count)
    led = [quarter for quarter, top in tops.items() if top == name]
    at = max(led, key=lambda quarter: _ends(known[quarter], name)[0])
    return (
        f"{label(name)} matters most to {what} in {len(led)} of {len(known)} quarters, and most in {at} "
        f"({moves(known[at], name)})."
    )


def within(label: str) -> str:
    """A label within a sentence; a buyer's name keeps its capital, a path is as it is."""
    return label if ":" in label or "." in label else label[:1].lower() + label[1:]


def draws(found: Indices) -> str:
    """How much the draws leave open."""
    share = found.replication
    if share != share:
        return "What lies under the floor cannot be told from what an input does that nothing reads."
    much = percent(share) if share >= 0.005 else "less than 1%"
    return f"What lies under the floor cannot be told from the draws, which make {much} of the variance."


# --- figures ----------------------------------------------------------------------------------------------------------


def tornado(found: Indices, title: str = "", label: Label = str) -> Group:
    """A bar per input, what matters most first, and the floor under which nothing can be told."""
    told = written(found)
    rows = [_bar(found, name, label(name), told) for name in inputs(found)]
    mark = (found.floor, f"{FLOOR} {told.least(found.floor)}")
    return Group(title, rows, told, meaning(found), bars=True, mark=mark)


def _bar(found: Indices, name: str, label: str, told: Scale) -> Row:
    value, low, high = _ends(found, name)
    under = found.under(name) or not math.isfinite(value)
    if value == low == high == 0.0:
        text = "exactly 0"
    else:
        text = told.least(value)
        text = text if text.startswith("<") else f"{text} {told.interval(low, high)}"
    return Row(name, label, value, low, high, text, "under the noise floor" if under else "", under)


def _ends(found: Indices, name: str) -> tuple[float, float, float]:
    row = found.table.loc[name]
    value, low, high = (float(row[f"{found.main}{end}"]) for end in ("", "_low", "_high"))
    return value, low, high


def course(series: Mapping[str, Indices | None], title: str, label: Label = str) -> Course:
    """The main index of every input in every quarter; None where a quarter has no indices."""
    known = [one for one in series.values() if one is not None]
    shown = leading(known)
    others = [name for name in (inputs(known[0]) if known else []) if name not in shown]
    lines = [
        Line(name, label(name), [_value(one, name) for one in series.values()], name in shown)
        for name in (*shown, *others)
    ]
    floor = [None if one is None else one.floor for one in series.values()]
    return Course(title, list(series), lines, floor, short(known[0]) if known else "")


def leading(series: Sequence[Indices]) -> list[str]:
    """The inputs that are over the floor in some quarter, the largest mean first, LEADING at most."""
    means = {
        name: float(np.mean([one.table.loc[name, one.main] for one in series]))
        for name in (inputs(series[0]) if series else [])
        if any(not one.under(name) for one in series)
    }
    return sorted(means, key=lambda name: -means[name])[:LEADING]


def _value(one: Indices | None, name: str) -> float | None:
    if one is None:
        return None
    value = float(one.table.loc[name, one.main])
    return value if math.isfinite(value) else None
