"""An ensemble over time: its measures as arrays, median and band of each quarter."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import xarray as xr

from dashboard.reading import outcome
from market.scenario.scenario import Scenario
from runs.analysis.summary import Band, band, known
from runs.engine.outcomes import Measures

__all__ = ["Band", "Runs", "Series", "band", "known"]


@dataclass(frozen=True)
class Series:
    """A measure by its name in the dataset, of a product or buyer where it has one, times a factor."""

    measure: str
    member: str = ""
    factor: float = 1.0


@dataclass(frozen=True, eq=False)
class Runs:
    """The runs of a scenario; what several charts show of them is made once."""

    scenario: Scenario
    data: xr.Dataset

    @cached_property
    def measures(self) -> Measures:
        """What outcomes are read of."""
        return outcome.measures(self.data, self.scenario)

    @cached_property
    def _bands(self) -> dict[Series, Band]:
        return {}

    def values(self, series: Series) -> np.ndarray:
        """Shape (runs, quarters)."""
        own = self.data.variables[series.measure]
        values = own.values
        if series.member:
            values = values[:, :, list(self.data.indexes[own.dims[-1]]).index(series.member)]
        return values if series.factor == 1.0 else values * series.factor

    def band(self, series: Series) -> Band:
        """Median and bands over the runs."""
        if series not in self._bands:
            self._bands[series] = band(self.values(series))
        return self._bands[series]
