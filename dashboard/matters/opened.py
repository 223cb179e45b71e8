"""One input of a study, opened by a click: the outcome against it over its range."""

from __future__ import annotations

import math

import numpy as np
import solara

from dashboard.matters.form import SAMPLED, Finding
from dashboard.parts.charts.scatter import MOST, Mean, Scatter, axis
from dashboard.parts.panels import Panel, Words
from dashboard.reading import declared
from dashboard.reading.declared import label
from runs.analysis.against import FEW, Against, Middle, against
from runs.findings.sensitivity import within
from runs.words import Scale, behind, number, scale


@solara.component
def Opened(shown: Finding, path: str) -> None:
    """The points of the study, middles through them, the present value, and all that in a sentence."""
    made = solara.use_memo(lambda: against_input(shown, path), [shown, path])
    title = f"{shown.asked.title} against {within(label(path))}"
    with Panel(title, about(shown, made), classes="gm-full gm-opened"):
        Words("p", sentence(shown, made), "gm-said-first")
        Drawn(shown, made)
        if made.pieces < FEW:
            rough = f"Few points: {pieces(shown, made)}. Where an interval ends is itself uncertain."
            Words("p", rough, "gm-notice")


def against_input(shown: Finding, path: str) -> Against:
    return against(shown.study, shown.asked.text, path, shown.study.space[path])


@solara.component
def Drawn(shown: Finding, made: Against) -> None:
    told, now = outcome_scale(shown, made), present(shown, made)
    places = [made.inputs.min(), made.inputs.max(), *([] if now is None else [now])]
    options = made.options
    unit = unit_of(shown, made.path)
    across = axis(
        places,
        label(made.path) + (f", {unit}" if unit else ""),
        (lambda mark: options[round(mark)]) if options else (lambda mark: number(mark, 4)),
        range(len(options)) if options else None,
    )
    up = axis(
        [made.found.min(), made.found.max(), *[one.mean for one in made.middles]], axis_title(shown, told), told.tick
    )
    means = [Mean(one.at, one.mean, one.low, one.high, spelled(shown, made, one)) for one in made.middles]
    mark = None if now is None else (now, f"now {value_of(shown, made, now)}")
    Scatter(made.inputs, made.found, means, across, up, sentence(shown, made), mark)


def present(shown: Finding, made: Against) -> float | None:
    """The value that the scenario has, as a place on the axis; None where it has several."""
    value = shown.scenario.get(made.path)
    if made.options:
        return float(made.options.index(str(value))) if str(value) in made.options else None
    return float(value) if isinstance(value, int | float) else None


# --- words ------------------------------------------------------------------------------------------------------------


def sentence(shown: Finding, made: Against) -> str:
    """Where the outcome begins and ends over the range of an input, and how surely the one goes with the other."""
    told = outcome_scale(shown, made)
    first, last = made.middles[0], made.middles[-1]
    begin, end = (told.whole(one.mean) for one in (first, last))
    what = shown.asked.phrase
    course = (
        f"{what} stays at {end}"
        if begin == end
        else f"{what} goes from {begin.removesuffix(behind(shown.unit))} to {end}"
    )
    return f"Over its range, {span(shown, made)}, {course}{turn(told, made)}; {going(made)}."


def span(shown: Finding, made: Against) -> str:
    """The range of an input: as it was drawn from, or as far as its points reach."""
    known = shown.study.space[made.path]
    if made.options:
        return f"from {made.options[0]} to {made.options[-1]}"
    ends = [float(end) for end in known.ends]
    low, high = ends if np.isfinite(ends).all() else (made.inputs.min(), made.inputs.max())
    return f"from {number(low)} to {value_of(shown, made, high)}"


def turn(told: Scale, made: Against) -> str:
    """A middle that surely lies beyond both ends of the line."""
    between = made.middles[1:-1]
    ends = [made.middles[0], made.middles[-1]]
    over = [one for one in between if all(one.low > end.high for end in ends)]
    under = [one for one in between if all(one.high < end.low for end in ends)]
    if over:
        return f", and up to {told.whole(max(one.mean for one in over))} in between"
    return f", and down to {told.whole(min(one.mean for one in under))} in between" if under else ""


def going(made: Against) -> str:
    """The rank correlation with its interval."""
    if not math.isfinite(made.correlation):
        return "there is no rank correlation"
    plain = Scale(decimals=2)
    number = plain.whole(made.correlation)
    if not math.isfinite(made.low):
        return f"rank correlation {number}"
    ends = plain.interval(made.low, made.high)
    unsure = ", which may be chance" if made.low <= 0.0 <= made.high else ""
    return f"rank correlation {number} {ends}{unsure}"


def about(shown: Finding, made: Against) -> str:
    """What is drawn."""
    points, runs = len(made.found), shown.study.run_count // len(made.found)
    drawn = f"{MOST:,} of {points:,}" if points > MOST else f"{points:,}"
    single = len(np.unique(made.inputs)) == len(made.middles)
    of = "at each of its values" if single else f"in {len(made.middles)} slices of its range"
    return (
        f"Dots: {drawn} points of the study, each the mean of {runs} seeds, with everything else moved too; "
        f"line: means {of}, with 95% intervals over the {pieces(shown, made)}"
    )


def pieces(shown: Finding, made: Against) -> str:
    """The parts of the design that were drawn independently of each other."""
    return f"{made.pieces:,} {SAMPLED[shown.study.method].lower()}"


def spelled(shown: Finding, made: Against, one: Middle) -> str:
    """A middle in words."""
    told = outcome_scale(shown, made)
    where = value_of(shown, made, one.first)
    if one.last > one.first:
        where = f"{number(one.first, 3)} to {number(one.last, 3)}{behind(unit_of(shown, made.path))}"
    ends = f" {told.interval(one.low, one.high)}" if math.isfinite(one.low) else ""
    return f"{where}: {told.whole(one.mean)}{ends}, mean of {one.points:,} points"


def value_of(shown: Finding, made: Against, value: float) -> str:
    """A value of an input with its unit."""
    if made.options:
        return made.options[round(value)]
    return f"{number(value)}{behind(unit_of(shown, made.path))}"


def unit_of(shown: Finding, path: str) -> str:
    return declared.unit(getattr(declared.role_of(shown.scenario, path), "unit", ""))


def outcome_scale(shown: Finding, made: Against) -> Scale:
    """How values of the outcome are written."""
    halves = [(one.high - one.low) / 2.0 for one in made.middles if one.high > one.low]
    return scale(shown.unit, *(one.mean for one in made.middles), fine=min(halves, default=0.0), level=True)


def axis_title(shown: Finding, told: Scale) -> str:
    return shown.asked.title + (f", {told.after.strip()}" if told.after.strip() else "")
