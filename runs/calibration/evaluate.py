"""Many vectors judged at once, each on the same draws."""

from __future__ import annotations

import math
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from market import BadInput, Scenario
from market.gears import ensemble
from market.scenario.variation import Variation
from runs.backtest.paths import Missing, Paths
from runs.calibration.space import Space
from runs.calibration.target import Target

ENDS = 1e-9
"""How near a share comes to the ends of a prior."""


@dataclass(frozen=True)
class Judge:
    """The loss of vectors, given as shares of their priors.

    Args:
        scenario: what is run, the reference of the space with a candidate's changes.
        space: what a vector is of.
        target: what the loss is against.
        runs: draws that all vectors share.
        seed: of the draws.
        threads: how many work; no result depends on it.
    """

    scenario: Scenario
    space: Space
    target: Target
    runs: int
    seed: int
    threads: int | None = None
    first: int = 0

    @cached_property
    def _reached(self) -> dict[str, int]:
        return self.space.reached(self.scenario)

    @cached_property
    def _variation(self) -> Variation:
        return Variation(self.scenario, list(self._reached))

    @cached_property
    def _draws(self) -> Any:
        return self.scenario.build.all_draws(self.seed, self.first, self.runs)

    def measures(self, values: np.ndarray) -> dict[str, np.ndarray] | None:
        """What an ensemble of one vector came to, None where the vector is no scenario or a run failed."""
        try:
            build = self._variation.build_at([float(values[k]) for k in self._reached.values()])
        except BadInput:
            return None
        out = {family: ensemble.room(build, family, self.runs) for family in ensemble.MEASURED}
        return None if ensemble.run(build, ensemble.compiled(build), self._draws, out).any() else out

    def paths(self, values: np.ndarray) -> Paths | None:
        """What an ensemble of one vector did; None where the vector is no scenario or a run failed."""
        measures = self.measures(values)
        return None if measures is None else Paths(measures, self.scenario)

    @cached_property
    def series(self) -> dict[Any, tuple[int, ...]]:
        """What the target reads of a path, but for its steps, and the shape of each: those of the starting values."""
        paths = self.paths(np.array([one.start for one in self.space.free]))
        assert paths is not None  # what is calibrated can be run as it stands
        self.target(paths, steps=False)
        return {key: np.shape(median) for key, median in paths.medians.items()}

    def losses(self, shares: np.ndarray) -> np.ndarray:
        """Losses of vectors, shape (vectors,), from their shares of shape (vectors, fields)."""
        return self.judged(shares)[0]

    def judged(self, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Losses of vectors, and the series of their median paths laid end to end, NaN where there are none.

        Shapes (vectors,) and (vectors, numbers).
        """
        values = self.space.values(np.clip(shares, ENDS, 1.0 - ENDS))
        ensemble.compiled(self.scenario.build)
        _ = self._draws, self._variation  # made before threads ask for them
        nothing = {key: np.full(shape, np.nan) for key, shape in self.series.items()}

        def one(vector: np.ndarray) -> tuple[float, np.ndarray]:
            paths, found = self.paths(vector), math.inf
            if paths is not None:
                with suppress(Missing):
                    found = float(self.target(paths)[0])
            known = nothing | (paths.medians if paths else {})
            return found, np.concatenate([np.ravel(known[key]) for key in nothing])

        with ThreadPoolExecutor(self.threads or os.cpu_count() or 1) as pool:
            losses, flat = zip(*pool.map(one, values), strict=True)
        return np.array(losses), np.stack(flat)
