"""The charts of an ensemble: lead times, prices, shares, backlog, order inflation, rent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.parts.charts import Line, Plot
from dashboard.reading import real
from dashboard.reading.bands import Band, Runs, Series, known
from dashboard.reading.colors import GENERATIONS, of_buyer
from dashboard.reading.leading import generations, leading_buyers
from market.scenario.scenario import Scenario

THREADS = 10
"""Single runs that are drawn behind a band: hypothetical outcomes are read better than bands (Hullman et al. 2015)."""


@dataclass(frozen=True, eq=False)
class Source:
    """What charts are drawn of: runs, those of the scenario as it was (None if nothing is changed), and how."""

    runs: Runs
    before: Runs | None = None
    threads: bool = False

    @property
    def scenario(self) -> Scenario:
        return self.runs.scenario

    @property
    def drawn(self) -> list[int]:
        """The single runs that are drawn."""
        return [int(run) for run in self.runs.data["run"].values[:THREADS]] if self.threads else []

    def line(self, name: str, color: str, series: Series, shown: bool = True, dash: bool = False) -> Line:
        """The median of a measure with its bands, its single runs and its untouched median."""
        threads = [[known(value) for value in run] for run in self.runs.values(series)[: len(self.drawn)]]
        untouched = None if self.before is None else self.before.band(series)
        return Line.of(
            name, color, self.runs.band(series), shown=shown, samples=threads, untouched=untouched, dash=dash
        )

    def plot(self, form: str, lines: list[Line], dots: dict[str, list[real.Dot]], **more: object) -> Plot:
        events = real.events(self.scenario)
        return Plot(self.scenario.quarters, form, lines, dots, events, runs=self.drawn, **more)  # type: ignore[arg-type]


def prices(source: Source, product: str) -> Plot:
    """List, paid and shadow price of a product, from its announcement to its last order."""
    scenario = source.scenario
    made = source.line("List", "c1", Series("product_list_price", product))
    lines = [
        Line.of("List", "c1", Band(list(made.values), [], []), samples=made.samples, untouched=untouched(made)),
        source.line("Paid", "c6", Series("product_transaction_price", product)),
        source.line("Shadow", "c0", Series("product_shadow_price", product)),
    ]
    dots = {"Paid": real.prices(scenario, product), "Shadow": real.street_prices(scenario, product)}
    return source.plot("money", lines, dots)


def untouched(line: Line) -> Band | None:
    return Band(list(line.untouched), [], []) if line.untouched else None


def lead_times(source: Source) -> Plot:
    """The wait quoted to ordinary customers for each generation, and the mean wait of what was delivered."""
    lines, dots = [], {}
    for product, color in zip(generations(source.scenario), GENERATIONS, strict=False):
        name = f"{real.family(product)} quoted"
        lines.append(source.line(name, color, quoted(source.runs, product)))
        dots[name] = real.lead_times(source.scenario, product)
    realised = source.line("Realised", "quiet", Series("realised_lead_weeks"))
    lines.append(Line("Realised", "quiet", realised.values, dash=True, samples=realised.samples))
    return source.plot("weeks", lines, dots)


def quoted(runs: Runs, product: str) -> Series:
    """What buyers who take the list price are quoted; where there are none, what a new order is."""
    own = Series("product_ordinary_lead_weeks", product)
    return own if np.isfinite(runs.values(own)).any() else Series("product_quoted_lead_weeks", product)


def shares(source: Source, stacked: bool = False) -> Plot:
    """Each buyer's share of the units delivered: means one above the other, or medians with bands."""
    scenario = source.scenario
    buyers = scenario.build.names["buyers"]
    if stacked:
        means = source.runs.data.buyer_share_units.mean("run", skipna=True)
        lines = [Line(b, of_buyer(buyers, b), [known(v) for v in means.sel(buyer=b).values]) for b in buyers]
        return source.plot("percent", lines, {}, stacked=True)
    first = leading_buyers(scenario)
    lines = [source.line(b, of_buyer(buyers, b), Series("buyer_share_units", b), shown=b in first) for b in buyers]
    return source.plot("percent", lines, {b: real.shares(scenario, b) for b in buyers})


def backlog(source: Source) -> Plot:
    """Open orders beside what could be made and what was shipped."""
    lines = [
        source.line("Open orders", "c0", Series("backlog")),
        source.line("Could be made", "c1", Series("capacity")),
        source.line("Shipped", "c6", Series("shipped"), dash=True, shown=False),
    ]
    return source.plot("count", lines, {})


def inflation(source: Source) -> Plot:
    """What buyers ask for over what they need."""
    return source.plot(
        "ratio", [source.line("Asked over needed", "c7", Series("order_inflation"))], {}, from_zero=False
    )


def rent(source: Source) -> Plot:
    """Rent of an H100-equivalent, all contracts."""
    line = source.line("Rent", "c11", Series("rental_usd_hour"))
    return source.plot("rent", [line], {line.name: real.of_measure(source.scenario, "rental_usd_hour")})
