"""Medians over runs with their Monte Carlo error, for terminals and pages."""

from __future__ import annotations

import math
from collections.abc import Sequence
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
    return estimates(np.asarray(values, dtype=float).reshape(1, -1))[0]


def estimates(values: Any) -> list[Estimate]:
    """:func:`estimate` of every row of an array, shape (rows, runs)."""
    rows = np.asarray(values, dtype=float)
    counts = np.isfinite(rows).sum(axis=1)
    found = [Estimate(math.nan, math.nan, math.nan, math.nan)] * len(rows)
    for count in sorted(set(counts.tolist()) - {0}):
        at = np.flatnonzero(counts == count)
        own = rows[at]
        own = own[np.isfinite(own)].reshape(len(at), count)
        half = 0.5 / math.sqrt(count)
        places = [max(0.0, 0.5 - half), 0.5, min(1.0, 0.5 + half), 0.05, 0.95]
        below, middle, above, low, high = quantiles(own, places)
        errors = (above - below) / 2.0 if count > 1 else np.full(len(at), math.nan)
        for k, numbers in zip(at, np.stack([middle, errors, low, high], axis=1).tolist(), strict=True):
            found[k] = Estimate(*numbers)
    return found


def quantiles(rows: np.ndarray, places: Sequence[float]) -> np.ndarray:
    """``np.quantile(rows, places, axis=1)`` to the bit, for the few places and many rows that it takes long over."""
    ordered = np.sort(rows, axis=1)
    at = np.asarray(places) * (rows.shape[1] - 1)
    below = np.minimum(at.astype(int), max(0, rows.shape[1] - 2))
    share = (at - below)[:, None]
    low, high = ordered[:, below].T, ordered[:, np.minimum(below + 1, rows.shape[1] - 1)].T
    return np.where(share < 0.5, low + (high - low) * share, high - (high - low) * (1.0 - share))


@dataclass(frozen=True)
class Band:
    """Median, 90% and 50% band over runs for each quarter; None where fewer than half of the runs have a value."""

    median: list[float | None]
    low: list[float | None]
    high: list[float | None]
    inner: tuple[list[float | None], list[float | None]] = ([], [])

    @property
    def known(self) -> int:
        """In how many quarters there is a value."""
        return sum(value is not None for value in self.median)


LEVELS = (0.5, 0.05, 0.95, 0.25, 0.75)


def band(values: xr.DataArray | np.ndarray) -> Band:
    """The band of an array of runs by quarters."""
    array = values.transpose("run", "quarter").to_numpy() if isinstance(values, xr.DataArray) else values
    known_of = np.isfinite(array)
    sure = known_of.mean(axis=0) >= 0.5
    rows = np.full((len(LEVELS), array.shape[1]), np.nan)
    if sure.any():
        full = sure & known_of.all(axis=0)
        rows[:, full] = np.quantile(array[:, full], LEVELS, axis=0)
        for at in np.flatnonzero(sure & ~full):
            rows[:, at] = np.quantile(array[known_of[:, at], at], LEVELS)
    median, low, high, quarter, three = ([known(value) for value in row] for row in rows.tolist())
    return Band(median, low, high, (quarter, three))


def known(number: float) -> float | None:
    """The number, None if it is undefined: JSON has no NaN."""
    return float(number) if math.isfinite(number) else None


def market_rows(results: xr.Dataset) -> list[dict[str, Any]]:
    """A row per quarter: the shown columns as estimates over the runs."""
    return [
        {"quarter": str(quarter)} | {name: estimate(results[name].sel(quarter=quarter)) for name in SHOWN}
        for quarter in results["quarter"].values
    ]
