"""What a study of sensitivity comes to, in the words of the page: a tornado, lines over time, a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dashboard.matters.form import Finding, Studied
from dashboard.parts.charts import Line, Plot
from dashboard.reading.declared import label
from runs.findings import sensitivity
from runs.findings.figures import Group
from runs.findings.sensitivity import FLOOR
from runs.words import SHARE, scale

COLORS = ("c1", "c0", "c6", "c11", "c9", "c3", "c10", "c5", "c8", "c2", "c7", "c4")
"""Of inputs in their order, the same in both charts."""


def color(found: Finding, name: str) -> str:
    place = found.order.index(name)
    return COLORS[place] if place < len(COLORS) else "quiet"


def tornado(found: Finding) -> Group:
    """A bar per input, what matters most first, and the floor under which nothing can be told."""
    made = sensitivity.tornado(found.indices, label=label)
    return replace(made, rows=[replace(row, color=color(found, row.key)) for row in made.rows])


def over_time(found: Finding) -> Plot:
    """The index of each input in each quarter, and the floor; inputs in the order of the tornado."""
    form, factor = form_of(found)
    course = sensitivity.course(found.over_time, found.measure, label)
    lines = [
        Line(line.label, color(found, line.key), times(line.values, factor), shown=line.leading)
        for line in sorted(course.lines, key=lambda line: found.order.index(line.key))
    ]
    floor = Line(FLOOR.capitalize(), "quiet", times(course.floor, factor), dash=True)
    return Plot(list(course.quarters), form, [*lines, floor])


def times(values: Sequence[float | None], factor: float) -> list[float | None]:
    return [None if value is None else value * factor for value in values]


def form_of(found: Finding) -> tuple[str, float]:
    """How the chart writes numbers, and what they are multiplied by for it."""
    if found.indices.method != "morris":
        return "count", 1.0
    known = {"weeks": ("weeks", 1.0), SHARE: ("percent", 1.0), "million USD": ("money", 1e6)}
    return known.get(found.indices.read_unit, ("count", 1.0))


def sentence(found: Finding) -> str:
    """What matters in one sentence."""
    return sensitivity.sentence(found.indices, found.asked.phrase, label)


def unmoved(found: Studied) -> str:
    """That an outcome cannot move, in one sentence."""
    value = float(found.study.found[found.asked.text].mean())
    told = scale(found.unit, value, level=True).whole(value)
    count = len(found.study.found[found.asked.text])
    return (
        f"Nothing that was varied can move {found.asked.phrase}: it is {told} at all {count:,} points of the study, "
        "wherever in their ranges the unknowns lie."
    )


def meaning(found: Finding) -> str:
    """What the length of a bar is, and of how many runs."""
    size = f"{found.indices.points:,} points of {found.indices.runs_per_point} runs"
    return f"{sensitivity.meaning(found.indices)}; line: 95% interval; {size}"


def index_unit(found: Finding) -> str:
    """The index in a few words."""
    return sensitivity.short(found.indices)


def plainly(warning: str, found: Finding) -> str:
    """A warning with the inputs' names and the index as the page calls them."""
    for name in found.order:
        warning = warning.replace(name, label(name))
    return warning.replace(f"of {found.indices.main} is", "of an index is")


def draws(found: Finding) -> str:
    """How much the draws leave open."""
    return sensitivity.draws(found.indices)
