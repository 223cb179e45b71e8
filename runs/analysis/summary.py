"""Medians over runs with their Monte Carlo error, for terminals and pages."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from runs.words import NOTHING


@dataclass(frozen=True)
class Estimate:
    """A median over runs, its Monte Carlo standard error, and the band that holds 90% of the runs."""

    median: float
    error: float
    low: float
    high: float


@dataclass(frozen=True)
class Shown:
    """How a column is printed: its heading, the factor to the printed unit, the decimals."""

    heading: str
    factor: float = 1.0
    decimals: int = 1

    def plain(self, value: float) -> str:
        """A number, a dash where it is not known."""
        return NOTHING if math.isnan(value) else f"{value * self.factor:,.{self.decimals}f}"

    def text(self, found: Estimate) -> str:
        """Median and error, a dash where nothing is known."""
        error = "" if math.isnan(found.error) else f"±{found.error * self.factor:.{self.decimals}f}"
        return self.plain(found.median) + error


SHOWN = {
    "revenue": Shown("revenue\nB USD", 1e-3),
    "quoted_lead_weeks": Shown("quoted\nweeks"),
    "realised_lead_weeks": Shown("realised\nweeks"),
    "unmet_share": Shown("unmet\n%", 100.0, 0),
    "order_inflation": Shown("orders\n/ needs", 1.0, 2),
    "rental_usd_hour": Shown("rental\nUSD/h", 1.0, 2),
    "hhi": Shown("HHI\n", 1.0, 0),
}
"""Columns of the market table that the command line prints."""


def estimate(values: Any) -> Estimate:
    """Median of finite values; its error from the order statistics one binomial deviation to either side.

    (David & Nagaraja 2003, Order Statistics, section 7.1.) NaN where there is nothing finite.
    """
    known = np.asarray(values, dtype=float).ravel()
    known = known[np.isfinite(known)]
    if not known.size:
        return Estimate(math.nan, math.nan, math.nan, math.nan)
    half = 0.5 / math.sqrt(known.size)
    below, middle, above, low, high = np.quantile(known, [max(0.0, 0.5 - half), 0.5, min(1.0, 0.5 + half), 0.05, 0.95])
    error = float(above - below) / 2.0 if known.size > 1 else math.nan
    return Estimate(float(middle), error, float(low), float(high))


@dataclass(frozen=True)
class Band:
    """Median and 5-95% band over runs for each quarter; None where fewer than half of the runs have a value."""

    median: list[float | None]
    low: list[float | None]
    high: list[float | None]

    @property
    def known(self) -> int:
        """In how many quarters there is a value."""
        return sum(value is not None for value in self.median)


def band(values: xr.DataArray) -> Band:
    """The band of an array with the dimensions run and quarter."""
    columns = values.transpose("quarter", "run").to_numpy()
    rows = [estimate(column if np.isfinite(column).mean() >= 0.5 else []) for column in columns]
    return Band(
        [known(row.median) for row in rows],
        [known(row.low) for row in rows],
        [known(row.high) for row in rows],
    )


def known(number: float) -> float | None:
    """The number, None if it is undefined: JSON has no NaN."""
    return float(number) if math.isfinite(number) else None


def market_rows(results: xr.Dataset) -> list[dict[str, Any]]:
    """A row per quarter: the shown columns as estimates over the runs."""
    return [
        {"quarter": str(quarter)} | {name: estimate(results[name].sel(quarter=quarter)) for name in SHOWN}
        for quarter in results["quarter"].values
    ]
