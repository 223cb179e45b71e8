"""The real series beside the market's own: how many figures lie in their bands."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.market.charts import Source, quoted
from dashboard.parts.charts import Line, Plot
from dashboard.reading import real
from dashboard.reading.leading import generations
from dashboard.reading.real import Dot


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
    scenario, data = source.scenario, source.data
    made = [
        Held("Revenue from computing", "money", line(source, "Revenue", lambda d: d.revenue * 1e6), revenue(source)),
        Held("Gross margin", "percent", line(source, "Gross margin", lambda d: d.gross_margin), margin(source)),
        Held("Rent of an H100-equivalent", "rent", line(source, "Rent", lambda d: d.rental_usd_hour), rents(source)),
    ]
    for product in generations(scenario):
        name = f"{real.family(product)} quote to ordinary customers"
        made.append(Held(name, "weeks", line(source, name, quoted(product)), real.lead_times(scenario, product)))
    for product in scenario.products:
        paid = line(source, product, lambda d, p=product: d.product_transaction_price.sel(product=p))
        made.append(Held(f"{product}, price paid", "money", paid, real.prices(scenario, product)))
    for buyer in map(str, data.buyer.values):
        share = line(source, buyer, lambda d, b=buyer: d.buyer_share_units.sel(buyer=b))
        made.append(Held(f"{buyer}, share of units", "percent", share, real.shares(scenario, buyer)))
        used = line(source, buyer, lambda d, b=buyer: d.buyer_deployed.sel(buyer=b))
        made.append(Held(f"{buyer}, compute in use", "count", used, real.of_measure(scenario, f"deployed of {buyer}")))
    return [one for one in made if one.dots]


def line(source: Source, name: str, read: object) -> Line:
    return source.line(name, "c1", read)  # type: ignore[arg-type]


def revenue(source: Source) -> list[Dot]:
    return [dot.times(1e6) for dot in real.of_measure(source.scenario, "revenue")]


def margin(source: Source) -> list[Dot]:
    return real.of_measure(source.scenario, "gross_margin")


def rents(source: Source) -> list[Dot]:
    return real.of_measure(source.scenario, "rental_usd_hour")


def fit(found: Sequence[Held]) -> str:
    """How many real figures lie in the 90% band of their quarter, as a sentence; nothing without any."""
    inside = [one for series in found for one in series.inside]
    if not inside:
        return ""
    meeting = sum(one for series in found for one in series.meeting)
    return (
        f"{sum(inside)} of {len(inside)} real figures lie in the 90% band of their quarter, {meeting} with their own "
        f"intervals; the bands hold the draws alone, not what nobody knows."
    )
