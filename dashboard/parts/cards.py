"""The figures on top of a page: the outcomes that a scenario's story names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import solara

from dashboard.reading import outcome, real
from dashboard.reading.bands import band
from dashboard.reading.colors import of_buyer
from market import BadInput
from market.scenario.scenario import Scenario
from runs.analysis.compare import Difference, difference
from runs.analysis.summary import Estimate, estimate
from runs.engine.outcomes import Measures, Outcome
from runs.findings.differences import written
from runs.words import NOTHING, SHARE, Scale, scale


@solara.component_vue("cards.vue")
def Cards(cards: list = []) -> None: ...  # noqa: B006


@dataclass(frozen=True)
class Card:
    """A figure: what, how much, how sure, what to compare it with, and its measure's median over time.

    ``real`` is the real figure in words, ``inside`` whether it lies in the band (None without one), ``apart`` what the
    figure is held against.
    """

    label: str
    value: str
    error: str
    unit: str
    note: str
    color: str
    path: Sequence[float | None]
    real: str = ""
    inside: bool | None = None
    apart: str = ""


def cards(
    scenario: Scenario, measures: Measures, apart: Mapping[str, Difference] | None = None, against: str = ""
) -> list[dict]:
    """The cards as plain data; ``apart`` are differences by a card's name, from what ``against`` says."""
    made = [
        card(scenario, name, one, measures, (apart or {}).get(name), against)
        for name, one in outcome.cards(scenario).items()
    ]
    return [asdict(one) for one in made]


def card(
    scenario: Scenario, name: str, one: Outcome, measures: Measures, apart: Difference | None, against: str
) -> Card:
    unit = SHARE if one.share else one.unit
    found = estimate(one.of(measures))
    told = honest(unit, found)
    letter, after = parted(told.after)
    dot = real.of_outcome(scenario, one)
    inside = None if dot is None else bool(found.low <= dot.value <= found.high)
    return Card(
        name,
        told.before + told.number(found.median) + letter,
        error(found, told, letter),
        after.strip(),
        spread(found, told, letter),
        color(scenario, one),
        course(scenario, one, measures),
        ""
        if dot is None
        else f"Real: {honest(SHARE if one.share else one.unit, known(dot.value)).whole(dot.value)}, {dot.title}",
        inside,
        "" if apart is None else told_apart(apart, against),
    )


def course(scenario: Scenario, one: Outcome, measures: Measures) -> Sequence[float | None]:
    """The median of the measure in every quarter, nothing where the outcome is made of two."""
    if one.other is not None:
        return []
    return band(replace(one, begin=0, end=scenario.horizon).series(measures)).median


def spread(found: Estimate, told: Scale, letter: str) -> str:
    if found.high > found.low:
        low, high = (f"{told.before}{told.number(value)}{letter}" for value in (found.low, found.high))
        return f"90% of runs: {low} to {high}"
    return "the same in every run" if found.median == found.median else NOTHING


def honest(unit: str, found: Estimate) -> Scale:
    """Three digits, or fewer where the error says no more than that."""
    numbers = (found.median, found.low, found.high)
    plain = scale(unit, *numbers, level=True)
    if not found.error > 0.0:
        return plain
    fine = scale(unit, *numbers, fine=found.error, level=True)
    return replace(plain, decimals=min(plain.decimals, fine.decimals))


def known(value: float) -> Estimate:
    """A figure without a spread."""
    return Estimate(value, 0.0, value, value)


def parted(after: str) -> tuple[str, str]:
    """What stands behind a number: the letter of its size or a percent sign, and the unit."""
    size = after.partition(" ")[0]
    return size, after[len(size) :]


def error(found: Estimate, told: Scale, letter: str) -> str:
    """The Monte Carlo error of a median, nothing where there is none."""
    if not found.error > 0.0:
        return ""
    least = 10.0**-told.decimals / told.factor
    size = f"{told.before}{told.number(found.error)}{letter}"
    return f"± {size}" if found.error >= least / 2.0 else f"± <{told.before}{told.number(least)}{letter}"


def told_apart(one: Difference, against: str) -> str:
    """A mean difference with its interval: ``+3.2 weeks [2.9, 3.5] on no-rush``."""
    if one.null:
        return f"the same as {against} in every run"
    told = written([one])
    return f"{told.whole(one.mean, True)} {told.interval(one.low, one.high)} on {against}"


def differences(scenario: Scenario, measures: Measures, before: Measures) -> dict[str, Difference]:
    """What sets the cards of one ensemble apart from another of the same draws, by name."""
    found = {}
    for name, one in outcome.cards(scenario).items():
        try:
            found[name] = difference(
                one.of(measures)[None], one.of(before)[None], name, one.unit, drop_failed=True, share=one.share
            )
        except BadInput:  # defined in fewer than two pairs
            continue
    return found


def color(scenario: Scenario, one: Outcome) -> str:
    """A buyer's own where a figure is of one."""
    if one.family == "buyers" and len(one.members) == 1:
        return of_buyer(scenario.build.names["buyers"], scenario.build.names["buyers"][one.members[0]])
    return "c1"
