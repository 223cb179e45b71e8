"""An ensemble over time: median and band of each quarter."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import xarray as xr

from runs.analysis.summary import estimate


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


def peak(values: xr.DataArray) -> np.ndarray:
    """The largest value over time in each run, NaN in a run without any."""
    array = values.transpose("run", "quarter").to_numpy()
    largest = np.where(np.isfinite(array), array, -np.inf).max(axis=1)
    return np.where(np.isfinite(largest), largest, np.nan)
