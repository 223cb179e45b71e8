"""The three charts of an ensemble: prices, lead times, market shares."""

from __future__ import annotations

import xarray as xr

from dashboard.parts.charts import Line, Plot
from dashboard.reading import real
from dashboard.reading.bands import Band, band, known
from dashboard.reading.colors import GENERATIONS, of_buyer
from dashboard.reading.leading import generations, leading_buyers
from market.scenario.scenario import Scenario


def prices(scenario: Scenario, data: xr.Dataset, product: str) -> Plot:
    """List, paid and shadow price of a product."""
    own = data.sel(product=product)
    lines = [
        Line.of("List", "blue", Band(band(own.product_list_price).median, [], [])),
        Line.of("Paid", "green", band(own.product_transaction_price)),
        Line.of("Shadow", "orange", band(own.product_shadow_price)),
    ]
    dots = {"Paid": real.prices(scenario, product), "Shadow": real.street_prices(scenario, product)}
    return Plot(scenario.quarters, "money", lines, dots, real.events(scenario))


def lead_times(scenario: Scenario, data: xr.Dataset) -> Plot:
    """The wait quoted for each generation, and the mean wait of what was delivered."""
    lines, dots = [], {}
    for product, color in zip(generations(scenario), GENERATIONS, strict=False):
        name = f"{real.family(product)} quoted"
        lines.append(Line.of(name, color, band(data.product_quoted_lead_weeks.sel(product=product))))
        dots[name] = real.lead_times(scenario, product)
    lines.append(Line("Realised", "quiet", band(data.realised_lead_weeks).median, dash=True))
    return Plot(scenario.quarters, "weeks", lines, dots, real.events(scenario))


def shares(scenario: Scenario, data: xr.Dataset, stacked: bool = False) -> Plot:
    """Each buyer's share of the units delivered: means one above the other, or medians with bands."""
    buyers = [str(name) for name in data.buyer.values]
    own = data.buyer_share_units
    if stacked:
        means = own.mean("run", skipna=True)
        lines = [Line(b, of_buyer(buyers, b), [known(v) for v in means.sel(buyer=b).values]) for b in buyers]
        return Plot(scenario.quarters, "percent", lines, {}, real.events(scenario), stacked=True)
    first = leading_buyers(scenario)
    lines = [Line.of(b, of_buyer(buyers, b), band(own.sel(buyer=b)), shown=b in first) for b in buyers]
    return Plot(
        scenario.quarters, "percent", lines, {b: real.shares(scenario, b) for b in buyers}, real.events(scenario)
    )
