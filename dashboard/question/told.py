"""What a pair says: the sentence, and the picture."""

from __future__ import annotations

import math

import numpy as np

from dashboard.compare.told import begun
from dashboard.parts.charts import Line, Plot
from dashboard.question.pair import Pair
from dashboard.reading import leading, outcome, real
from dashboard.reading.bands import band, known
from dashboard.reading.colors import of_buyer
from runs.analysis.summary import estimate
from runs.engine.outcomes import Outcome
from runs.findings import differences
from runs.findings.differences import Names
from runs.words import SHARE, listed, scale

GUTTER = 56
FORMS = {"USD/hour": "rent", "weeks": "weeks", "USD": "money", "USD per HAE": "money"}
"""How a measure's unit is written at an axis; others are counts, shares percent."""


def sentence(pair: Pair) -> str:
    """What the scenario did to what its story tells of; what cannot move is left out, unless nothing moves."""
    if pair.control is None:
        return alone(pair)
    moved = [one for one in pair.differences if not one.null]
    if not moved:
        return nothing(pair)
    return differences.sentence(moved, Names(subject=begun(pair.own.scenario.story.difference)))


def nothing(pair: Pair) -> str:
    """That nothing moves, and why."""
    assert pair.control is not None  # without one the sentence is another
    story = pair.own.scenario.story
    what = listed([one.outcome for one in pair.differences])
    same = all(
        np.array_equal(pair.own.data[name].values, pair.control.data[name].values, equal_nan=True)
        for name in pair.own.data.data_vars
    )
    why = (
        f"as it is set, the market is the same in every run as in {story.counterfactual}"
        if same
        else f"what it changes does not reach them: {slack(pair)}"
    )
    return f"{begun(story.difference)} changes nothing in {what}: {why}."


def slack(pair: Pair) -> str:
    """How much of the time packaging had room, as a reason why one's gain is nobody's loss."""
    data = pair.own.data
    short = (data.wafers_used.values >= 0.999 * data.wafers_usable.values).mean(axis=0)
    count = int((short < 0.5).sum())
    return f"in {count} of {len(short)} quarters more could have been made than was ordered"


def alone(pair: Pair) -> str:
    """The figures themselves, of a scenario that is compared with none."""
    parts = []
    for name, one in outcome.tells(pair.own.scenario).items():
        found = estimate(one.of(pair.measures))
        told = scale(SHARE if one.share else one.unit, found.median, found.low, found.high, level=True)
        spread = f" (90% of the runs: {told.number(found.low)} to {told.number(found.high)})"
        parts.append(f"{name} is {told.whole(found.median, spelled=True)}{spread if found.high > found.low else ''}")
    runs = f"In {pair.own.runs} runs" if pair.own.runs > 1 else "In one run"
    return f"{runs} {listed(parts)}."


# --- the picture ------------------------------------------------------------------------------------------------------


def above(pair: Pair, side: str) -> Plot:
    """The measure with and without what sets the scenario apart; ``side`` is both, with or without."""
    scenario = pair.own.scenario
    text = leading.above(scenario)
    one = outcome.drawn(text, scenario)
    if one is None:
        return Plot(scenario.quarters, "count", [])
    lines = []
    if side != "without" or pair.without is None:
        name = "With" if pair.without is not None else begun(said(text))
        lines.append(Line.of(name, color(pair, text), band(one.series(pair.measures))))
    if side != "with" and pair.without is not None:
        lines.append(Line.of("Without", "quiet", band(one.series(pair.without)), dash=True))
    dots = {lines[0].name: real.of_measure(scenario, text)}
    marks = real.events(scenario)
    return Plot(scenario.quarters, form(one), lines, dots, marks, gutter=GUTTER, log=stock(text))


def stock(text: str) -> bool:
    """Whether a measure grows a hundredfold: what is in use."""
    return text.partition(" ")[0] == "deployed"


def below(pair: Pair) -> Plot:
    """The paired difference of each quarter with its 95% interval; of a scenario alone, a second measure."""
    scenario = pair.own.scenario
    text = leading.below(scenario)
    one = outcome.drawn(text, scenario)
    if one is None:
        return Plot(scenario.quarters, "count", [])
    if pair.without is None:
        line = Line.of(begun(said(text)), "c1", band(one.series(pair.measures)))
        return Plot(scenario.quarters, form(one), [line], {line.name: real.of_measure(scenario, text)}, gutter=GUTTER)
    rows = [mean_difference(column) for column in (one.series(pair.measures) - one.series(pair.without)).T]
    mean, low, high = ([row[k] for row in rows] for k in range(3))
    line = Line("With less without", "c1", mean, low, high, bars=True)
    return Plot(scenario.quarters, form(one), [line], marks=real.events(scenario), gutter=GUTTER)


def mean_difference(column: np.ndarray) -> tuple[float | None, float | None, float | None]:
    """Mean and 95% interval of the pairs of one quarter; None where fewer than half are defined."""
    values = column[np.isfinite(column)]
    if 2 * len(values) < len(column) or not len(values):
        return None, None, None
    mean = float(values.mean())
    half = 1.959963984540054 * float(values.std(ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else 0.0
    return known(mean), known(mean - half), known(mean + half)


def form(one: Outcome) -> str:
    return "percent" if one.share else FORMS.get(one.unit, "ratio" if one.unit == "1" else "count")


def color(pair: Pair, text: str) -> str:
    """A buyer's own colour where the measure is of one, else the first."""
    buyers = [str(name) for name in pair.own.data.buyer.values]
    who = text.partition(" of ")[2]
    return of_buyer(buyers, who) if who in buyers else "c0"


def said(text: str) -> str:
    """A measure in words: ``delivered to all but xAI``."""
    measure, _, who = text.partition(" of ")
    if not who:
        return WORDS.get(measure, measure.replace("_", " "))
    words = WORDS.get(measure, measure.replace("_", " "))
    return f"{words} {'to' if measure == 'delivered' else 'of'} {who}"


WORDS = {
    "deployed": "compute in use",
    "delivered": "delivered",
    "capacity": "what could be made",
    "needed": "needed by all buyers",
    "outside_share": "share of the compute that comes from elsewhere",
    "price_paid": "mean price paid",
    "shipped": "shipped",
    "backlog": "open orders",
    "cancelled": "cancelled orders",
    "realised_lead_weeks": "mean wait of the deliveries",
}
"""What measures are called in a headline."""


def unit(text: str, pair: Pair) -> str:
    """The unit of a measure, as the line under a title says it."""
    one = outcome.drawn(text, pair.own.scenario)
    if one is None:
        return ""
    names = {"HAE": "HAE (H100-equivalents)", "1": "share" if one.share else "ratio", "USD/hour": "USD an hour"}
    return names.get(one.unit, one.unit)
