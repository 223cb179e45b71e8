"""An ensemble made by hand from the real figures: it meets every fact and every truth, so that each can be broken."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from market import Scenario
from runs.backtest.facts import OWNERS, real_revenue
from runs.backtest.finding import Finding, Rule, find
from runs.backtest.paths import Paths
from runs.history.figures import series

RUNS = 5
SCENARIO = Scenario.load("colossus")
MARKET = {
    "revenue": 40000.0, "unmet_share": 0.0, "rental_usd_hour": 2.5, "gross_margin": 0.78,
    "cohort_quoted_weeks": 20.0, "cohort_lead_weeks": 26.5, "wafers_usable": 1000.0, "wafers_used": 950.0,
}  # fmt: skip
PRODUCTS = {
    "shipped": 0.0, "backlog": 0.0, "premium": 0.0, "list_price": 27000.0,
    "ordinary_lead_weeks": 20.0, "quoted_lead_weeks": 20.0,
}  # fmt: skip
BUYERS = {
    "share_units": 0.0, "price_paid": 0.0, "delivered": 1.0, "deployed": 1.0,
    "cash": 10.0, "spending": 0.0, "ordered": 1.0, "needed": 1.0,
}  # fmt: skip
QUOTES = {
    "2023Q1": 30.0, "2023Q2": 40.0, "2023Q3": 42.0, "2023Q4": 44.0, "2024Q1": 13.0, "2024Q2": 10.0, "2024Q4": 12.0,
}  # fmt: skip
CHIPS = {"H100/H200": "H100"}
"""Real figures count both as one."""


def made() -> xr.Dataset:
    """RUNS runs alike."""
    data = xr.Dataset(coords={"run": np.arange(RUNS), "quarter": SCENARIO.quarters,
                              "buyer": SCENARIO.build.names["buyers"],
                              "product": SCENARIO.build.names["products"]})  # fmt: skip
    for prefix, dims, values in (
        ("", (), MARKET),
        ("product_", ("product",), PRODUCTS),
        ("buyer_", ("buyer",), BUYERS),
    ):
        shape = [data.sizes[dim] for dim in ("run", "quarter", *dims)]
        for name, value in values.items():
            data[prefix + name] = (("run", "quarter", *dims), np.full(shape, value))
    for quarter, value in real_revenue().items():
        put(data, "revenue", value, quarter)
    put(data, "unmet_share", 0.35, "2023")
    put(data, "unmet_share", 0.05, "2024Q2")
    put(data, "rental_usd_hour", 7.0, "2023")
    put(data, "gross_margin", 0.63, "2022Q4")
    put(data, "product_premium", 0.5, "2023")
    put(data, "product_list_price", 34000.0, "2023")
    put(data, "product_backlog", 1e6, "2023", product="H100")
    for column in ("product_ordinary_lead_weeks", "product_quoted_lead_weeks"):
        for quarter, weeks in QUOTES.items():
            put(data, column, weeks, quarter, product="H100")
        put(data, column, 50.0, "2024Q4", product="B200")
    for one in series("units_shipped_calendar_quarter"):
        chip = one.entity.removeprefix("NVIDIA ")
        if one.period in SCENARIO.quarters:
            put(data, "product_shipped", one.value, one.period, product=CHIPS.get(chip, chip))
    for quarter in SCENARIO.quarters[9:]:
        put(data, "product_shipped", 1e6, quarter, product="B200")
    hae = SCENARIO.build.start["products"]["hae"]
    data["product_produced"] = data.product_shipped.copy(deep=True)
    data["production"] = (data.product_shipped * hae).sum("product")
    total = data.product_shipped.sum("product").isel(run=0)
    for one in series("units_acquired_calendar_quarter"):
        if one.entity in OWNERS and one.period in SCENARIO.quarters:
            share = one.value / float(total.sel(quarter=one.period))
            put(data, "buyer_share_units", share, one.period, buyer=one.entity)
    for quarter, share in (("2023Q3", 0.2), ("2023Q4", 0.05)):
        paid = share * real_revenue()[quarter] * 1e6
        put(data, "buyer_price_paid", paid, quarter, buyer="China")
    put(data, "buyer_deployed", 100e3, "2024Q3", buyer="xAI")
    return data


def put(data: xr.Dataset, name: str, value: Any, when: str, runs: slice = slice(None), **entry: str) -> None:
    """Set a column in a quarter or in all quarters of a year."""
    quarters = [quarter for quarter in SCENARIO.quarters if quarter.startswith(when)]
    data[name].loc[{"run": data.run[runs], "quarter": quarters, **entry}] = value


def times(data: xr.Dataset, name: str, factor: float, when: str, **entry: str) -> None:
    """Multiply a column in a quarter or in all quarters of a year."""
    quarters = [quarter for quarter in SCENARIO.quarters if quarter.startswith(when)]
    data[name].loc[{"quarter": quarters, **entry}] *= factor


def found(rule: Rule, data: xr.Dataset, pair: tuple[Paths, Paths] | None = None) -> Finding:
    """What comes out for one rule."""
    return find(rule, Paths(data, SCENARIO, pair))
