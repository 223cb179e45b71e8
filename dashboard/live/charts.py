"""Charts of a single run: its series so far, and a bid in an auction."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from dashboard.live.run import Run, Talk
from dashboard.parts.charts import Line, Plot
from dashboard.reading import real
from dashboard.reading.bands import known
from dashboard.reading.colors import GENERATIONS
from dashboard.reading.leading import generations
from market.scenario.scenario import Scenario
from runs.words import compact

BESIDE = "the run without what was done by hand"


def lead_times(now: Run, quarter: str, untouched: Run | None = None) -> Plot:
    """Quoted and realised lead times up to a quarter, before those of a run without what was done by hand."""
    quarters = now.scenario.quarters
    lines, dots = [], {}
    for product, color in zip(generations(now.scenario), GENERATIONS, strict=False):
        name = f"{real.family(product)} quoted"
        lines.append(line(name, color, now, quarter, "quoted_lead_weeks", product, untouched))
        dots[name] = real.lead_times(now.scenario, product)
    lines.append(Line("Realised", "quiet", column(now.market, "realised_lead_weeks", quarters, quarter), dash=True))
    return Plot(quarters, "weeks", lines, dots, real.events(now.scenario), beside=BESIDE)


def prices(now: Run, quarter: str, product: str, untouched: Run | None = None) -> Plot:
    """List, paid and shadow price of a product up to a quarter, before those of a run without what was done by hand."""
    scenario: Scenario = now.scenario
    quarters = scenario.quarters
    names = {
        "List": ("list_price", "blue"),
        "Paid": ("transaction_price", "green"),
        "Shadow": ("shadow_price", "orange"),
    }
    lines = [line(name, color, now, quarter, measure, product, untouched) for name, (measure, color) in names.items()]
    dots = {"Paid": real.prices(scenario, product), "Shadow": real.street_prices(scenario, product)}
    return Plot(quarters, "money", lines, dots, real.events(scenario), beside=BESIDE)


def line(name: str, color: str, now: Run, quarter: str, measure: str, product: str, untouched: Run | None) -> Line:
    """A measure of a product in a run, and in the run without what was done by hand."""
    own, without = (
        () if one is None else column(one.products, measure, now.scenario.quarters, quarter, product)
        for one in (now, untouched)
    )
    return Line(name, color, own, points=True, untouched=without)


def column(
    table: pd.DataFrame, measure: str, quarters: Sequence[str], last: str, product: str | None = None
) -> list[float | None]:
    """A measure of a run for every quarter of the scenario, None after the last that is shown."""
    own = table if product is None else table[table["product"] == product]
    found = dict(zip(own["quarter"], own[measure], strict=True))
    return [known(found[q]) if q in found and q <= last else None for q in quarters]


def bid(talk: Talk, color: str) -> Plot:
    """A bid in an auction: its prices by the units it is for, and what the bidder pays for the units it gets."""
    corners = talk.offers
    lines = [Line(f"{talk.buyer} bids", color, [corner["price"] for corner in corners], points=True)]
    marks = {}
    if talk.outcome == "award":
        lines.append(Line("Pays", "violet", [talk.price] * len(corners), dash=True))
        won = sum(corner["quantity"] <= talk.units for corner in corners)
        marks = {max(0, won - 1): [f"Gets {talk.units:,.0f} units"]}
    lines.append(Line("List", "quiet", [talk.list_price] * len(corners), dash=True, shown=False))
    ticks = [compact(corner["quantity"]) for corner in corners]
    return Plot(ticks, "money", lines, {}, marks, axis="Units")
