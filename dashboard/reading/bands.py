"""An ensemble over time: median and band of each quarter, and the largest value of each run."""

from __future__ import annotations

import numpy as np
import xarray as xr

from runs.analysis.summary import Band, band, known

__all__ = ["Band", "band", "known", "peak"]


def peak(values: xr.DataArray) -> np.ndarray:
    """The largest value over time in each run, NaN in a run without any."""
    array = values.transpose("run", "quarter").to_numpy()
    largest = np.where(np.isfinite(array), array, -np.inf).max(axis=1)
    return np.where(np.isfinite(largest), largest, np.nan)
