"""What a study of sensitivity comes to: a tornado, lines over time, a sentence."""

from __future__ import annotations

import math

from dashboard.matters.form import Finding
from dashboard.parts.charts import Line, Plot
from dashboard.parts.charts.intervals import Group, Row
from dashboard.reading.amounts import SHARE, Scale, scale
from dashboard.reading.declared import label
from dashboard.reading.numerals import percent
from runs.analysis.indices import Indices

COLORS = ("blue", "orange", "green", "violet", "pink", "c2", "c3", "c6", "c1", "c4")
"""Of inputs in their order, the same in both charts."""
FLOOR = "Noise floor"


def color(found: Finding, name: str) -> str:
    place = found.order.index(name)
    return COLORS[place] if place < len(COLORS) else "quiet"


def scale_of(found: Finding) -> Scale:
    """How the indices are written: in the outcome's unit, or as plain shares of variance."""
    main = found.indices.main
    if found.indices.method != "morris":
        return Scale(decimals=2)
    numbers = [float(n) for n in found.indices.table[main]]
    largest = max(numbers)
    return scale(found.asked.unit(found.indices.unit), *numbers, fine=largest / 20.0)


def tornado(found: Finding) -> Group:
    """A bar per input, what matters most first, and the floor under which nothing can be told."""
    indices, written = found.indices, scale_of(found)
    rows = [bar(found, name, written) for name in found.order]
    return Group("", rows, written, mark=(indices.floor, f"{FLOOR.lower()} {amount(indices.floor, written)}"))


def bar(found: Finding, name: str, written: Scale) -> Row:
    indices = found.indices
    own, under = indices.table.loc[name], indices.under(name)
    value, low, high = (float(own[f"{indices.main}{end}"]) for end in ("", "_low", "_high"))
    return Row(
        key=name,
        label=label(name),
        value=value,
        low=low,
        high=high,
        text=with_interval(value, low, high, written),
        color=color(found, name),
        note="under the noise floor" if under else "",
        bar=True,
        muted=under,
    )


def with_interval(value: float, low: float, high: float, written: Scale) -> str:
    if value == low == high == 0.0:
        return "exactly 0"
    text = amount(value, written)
    return text if text.startswith("<") else f"{text} {written.interval(low, high)}"


def amount(value: float, written: Scale) -> str:
    """A number that is not nothing is not written as nothing."""
    least = 10.0**-written.decimals / written.factor
    return f"<{written.whole(least)}" if 0.0 < value < least / 2.0 else written.whole(value)


def over_time(found: Finding) -> Plot:
    """The index of each input in each quarter, and the floor."""
    form, factor = form_of(found)
    leading = found.leading
    lines = [
        Line(
            label(name),
            color(found, name),
            [times(one, name, factor) for one in found.over_time.values()],
            shown=name in leading,
        )
        for name in found.order
    ]
    floors = [None if one is None else one.floor * factor for one in found.over_time.values()]
    lines.append(Line(FLOOR, "quiet", floors, dash=True))
    return Plot(list(found.over_time), form, lines)


def times(one: Indices | None, name: str, factor: float) -> float | None:
    if one is None:
        return None
    value = float(one.table.loc[name, one.main])
    return value * factor if math.isfinite(value) else None


def form_of(found: Finding) -> tuple[str, float]:
    """How the chart writes numbers, and what they are multiplied by for it."""
    unit = found.asked.unit(found.indices.unit)
    if found.indices.method != "morris":
        return "count", 1.0
    return {"weeks": ("weeks", 1.0), SHARE: ("percent", 1.0), "million USD": ("money", 1e6)}.get(unit, ("count", 1.0))


def sentence(found: Finding) -> str:
    """What matters in one sentence."""
    indices, written = found.indices, scale_of(found)
    over = [name for name in found.order if not indices.under(name)]
    what = found.asked.phrase
    if not over:
        return f"Nothing that is unknown moves {what} by more than the draws do."
    under = len(found.order) - len(over)
    first = float(indices.table.loc[over[0], indices.main])
    how = f"over its range it moves it by {written.whole(first, spelled=True)} on average"
    if indices.method == "sobol":
        how = f"{percent(first)} of its variance goes with it"
    rest = f", followed by {listed([lower(label(name)) for name in over[1:3]])}" if over[1:] else ""
    quiet = f"; {under} of {len(found.order)} inputs cannot be told from chance" if under else ""
    return f"{label(over[0])} matters most to {what} ({how}){rest}{quiet}."


def listed(words: list[str]) -> str:
    return " and ".join(words)


def lower(text: str) -> str:
    """A label within a sentence; a buyer's name keeps its capital."""
    return text if ":" in text else text[:1].lower() + text[1:]


def meaning(found: Finding) -> str:
    """What the length of a bar is."""
    indices = found.indices
    size = f"{indices.points:,} points of {indices.runs_per_point} runs"
    if indices.method == "morris":
        return f"Mean absolute effect of moving an input over its range{in_unit(found)}; line: 95% interval; {size}"
    return (
        f"Total index: the share of variance that goes with an input, alone or with others; line: 95% interval; {size}"
    )


def index_unit(found: Finding) -> str:
    """The index in a few words."""
    return f"Mean absolute effect{in_unit(found)}" if found.indices.method == "morris" else "Share of variance"


def in_unit(found: Finding) -> str:
    unit = found.asked.unit(found.indices.unit)
    words = {SHARE: "percentage points", "million USD": "US dollars"}.get(unit, unit)
    return "" if unit in ("", "1") else f" in {words}"


def plainly(warning: str, found: Finding) -> str:
    """A warning with the inputs' names and the index as the page calls them."""
    for name in found.order:
        warning = warning.replace(name, label(name))
    return warning.replace(f"of {found.indices.main} is", "of an index is")


def draws(found: Finding) -> str:
    """How much the draws leave open."""
    share = found.indices.replication
    if share != share:
        return "What lies under the floor cannot be told from what an input does that nothing reads."
    much = percent(share) if share >= 0.005 else "less than 1%"
    return f"What lies under the floor cannot be told from the draws, which make {much} of the variance."
