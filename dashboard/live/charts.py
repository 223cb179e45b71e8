"""Charts of a single run: its series so far, and the offers of one negotiation."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from agents.records.roles import WEEKS
from dashboard.live.run import Run, Talk
from dashboard.parts.charts import Line, Plot
from dashboard.reading import real
from dashboard.reading.bands import known
from dashboard.reading.colors import GENERATIONS
from dashboard.reading.leading import generations
from market.scenario.scenario import Scenario
from runs.words import compact


def lead_times(now: Run) -> Plot:
    """Quoted and realised lead times up to now."""
    quarters = now.scenario.quarters
    lines, dots = [], {}
    for product, color in zip(generations(now.scenario), GENERATIONS, strict=False):
        name = f"{real.family(product)} quoted"
        lines.append(Line(name, color, column(now.products, "quoted_lead_weeks", quarters, product), points=True))
        dots[name] = real.lead_times(now.scenario, product)
    lines.append(Line("Realised", "quiet", column(now.market, "realised_lead_weeks", quarters), dash=True))
    return Plot(quarters, "weeks", lines, dots, real.events(now.scenario))


def prices(now: Run, product: str) -> Plot:
    """List, paid and shadow price of a product up to now."""
    scenario: Scenario = now.scenario
    quarters = scenario.quarters
    names = {
        "List": ("list_price", "blue"),
        "Paid": ("transaction_price", "green"),
        "Shadow": ("shadow_price", "orange"),
    }
    lines = [
        Line(name, color, column(now.products, measure, quarters, product), points=True)
        for name, (measure, color) in names.items()
    ]
    dots = {"Paid": real.prices(scenario, product), "Shadow": real.street_prices(scenario, product)}
    return Plot(quarters, "money", lines, dots, real.events(scenario))


def column(
    table: pd.DataFrame | None, measure: str, quarters: Sequence[str], product: str | None = None
) -> list[float | None]:
    """A measure of a run for every quarter of the scenario, None from now on."""
    if table is None:
        return [None] * len(quarters)
    own = table if product is None else table[table["product"] == product]
    found = [known(value) for value in own[measure]]
    return [*found, *([None] * (len(quarters) - len(found)))]


def offers(talk: Talk, supplier: str, color: str) -> Plot:
    """The prices on the table week by week, and how far each side would have gone; ``color`` is the buyer's."""
    weeks = [str(week + 1) for week in range(WEEKS)]
    lines = [
        Line(f"{supplier} asks", "violet", said(talk, "ask"), points=True),
        Line(f"{talk.buyer} bids", color, said(talk, "bid"), points=True),
        Line(f"most {talk.buyer} would pay", color, [talk.most] * WEEKS, dash=True),
        Line(f"least {supplier} would take", "violet", [talk.least] * WEEKS, dash=True),
        Line("List", "quiet", [talk.list_price] * WEEKS, dash=True, shown=False),
    ]
    marks = {talk.week: [f"Agreed on {talk.units:,.0f} units"]} if talk.week is not None else {}
    return Plot(weeks, "money", lines, {}, marks, from_zero=False, axis="Week")


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


def said(talk: Talk, side: str) -> list[float | None]:
    """The prices that a side named, by week."""
    named = {offer["week"]: offer["price"] for offer in talk.offers if offer["side"] == side}
    return [named.get(week) for week in range(WEEKS)]
