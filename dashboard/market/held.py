"""The real series beside the market's own: how many figures lie in their bands."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.market.charts import Source, quoted
from dashboard.parts.charts import Line, Plot
from dashboard.reading import real
from dashboard.reading.bands import Runs, Series
from dashboard.reading.leading import generations
from dashboard.reading.real import Dot
from market.scenario.scenario import Scenario


@dataclass(frozen=True)
class Held:
    """A real series, the market's line of the same, and how its numbers are written."""

    name: str
    form: str
    line: Line
    dots: Sequence[Dot]

    @property
    def banded(self) -> list[tuple[Dot, float, float]]:
        """The figures of quarters in which the market has a value, each with its 90% band."""
        found = []
        for dot in self.dots:
            low, high = (ends[math.floor(dot.at)] for ends in (self.line.low, self.line.high))
            if low is not None and high is not None:
                found.append((dot, low, high))
        return found

    @property
    def inside(self) -> list[bool]:
        """Whether each of them lies in its band."""
        return [low <= dot.value <= high for dot, low, high in self.banded]

    @property
    def meeting(self) -> list[bool]:
        """Whether the interval of each of them, where it has one, has anything in common with its band."""
        return [
            (dot.value if dot.low is None else dot.low) <= high and low <= (dot.value if dot.high is None else dot.high)
            for dot, low, high in self.banded
        ]

    def plot(self, source: Source) -> Plot:
        return Plot(source.scenario.quarters, self.form, [self.line], {self.line.name: self.dots})


def held(source: Source) -> list[Held]:
    """Every real series that the scenario has a line for."""
    scenario = source.scenario
    return [
        Held(name, form, source.line(name, "c1", own), dots)
        for name, form, own, dots in [*market(scenario), *products(source.runs), *buyers(scenario)]
        if dots
    ]


Beside = tuple[str, str, Series, Sequence[Dot]]
"""Name, how its numbers are written, the market's own, and the real figures."""


def market(scenario: Scenario) -> list[Beside]:
    revenue = [dot.times(1e6) for dot in real.of_measure(scenario, "revenue")]
    margin, rent = (real.of_measure(scenario, name) for name in ("gross_margin", "rental_usd_hour"))
    return [
        ("Revenue from computing", "money", Series("revenue", factor=1e6), revenue),
        ("Gross margin", "percent", Series("gross_margin"), margin),
        ("Rent of an H100-equivalent", "rent", Series("rental_usd_hour"), rent),
    ]


def products(runs: Runs) -> list[Beside]:
    scenario = runs.scenario
    made: list[Beside] = []
    for name in generations(scenario):
        dots = real.lead_times(scenario, name)
        made.append((f"{real.family(name)} quote to ordinary customers", "weeks", quoted(runs, name), dots))
    for name in scenario.products:
        paid = Series("product_transaction_price", name)
        made.append((f"{name}, price paid", "money", paid, real.prices(scenario, name)))
    return made


def buyers(scenario: Scenario) -> list[Beside]:
    made: list[Beside] = []
    for name in scenario.build.names["buyers"]:
        share, used = Series("buyer_share_units", name), Series("buyer_deployed", name)
        made.append((f"{name}, share of units", "percent", share, real.shares(scenario, name)))
        in_use = real.of_measure(scenario, f"deployed of {name}")
        made.append((f"{name}, compute in use", "count", used, in_use))
    return made


def fit(found: Sequence[Held], spread: bool = False) -> str:
    """How many real figures lie in the 90% band of their quarter, as a sentence; nothing without any.

    ``spread`` says that the bands are over vectors too, not over the draws alone.
    """
    inside = [one for series in found for one in series.inside]
    if not inside:
        return ""
    meeting = sum(one for series in found for one in series.meeting)
    hold = "" if spread else "; the bands hold the draws alone, not what nobody knows"
    return (
        f"{sum(inside)} of {len(inside)} real figures lie in the 90% band of their quarter, {meeting} with their own "
        f"intervals{hold}."
    )
