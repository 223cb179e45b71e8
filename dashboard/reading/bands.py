"""An ensemble over time: median and band of each quarter."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import xarray as xr


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
