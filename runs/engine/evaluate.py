"""An experiment run in memory, for analyses that look at every run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from market import BadInput
from market.gears.simulate import Cancelled
from runs.engine.engine import Engine
from runs.engine.experiment import Experiment

MOST = 2**28
"""Outcomes that are held in memory."""

Progress = Callable[[int, int], Any]


def shifted(progress: Progress, before: int, total: int) -> Progress:
    """The progress of a part of some work, as that of the whole."""
    return lambda done, _: progress(before + done, total)


@dataclass(frozen=True)
class Evaluated:
    """``outcomes`` of shape (points, runs per point, outcomes), NaN where a run failed; ``failed`` says where that is
    so, shape (points, runs per point)."""

    experiment: Experiment
    outcomes: np.ndarray
    failed: np.ndarray

    def of(self, name: str) -> np.ndarray:
        """One outcome, shape (points, runs per point)."""
        return self.outcomes[:, :, list(self.experiment.outcomes).index(name)]


def evaluate(experiment: Experiment, engine: Engine | None = None, progress: Progress | None = None) -> Evaluated:
    """Run an experiment; points that are the same are run once.

    Args:
        experiment: what to run; points must share their draws if some are the same.
        engine: who does the work; threads of this process if None.
        progress: called as ``progress(done, runs)``; cancels if it returns False.

    Raises:
        BadInput: more outcomes than fit into memory.
        Cancelled: ``progress`` returned False.
    """
    if experiment.runs * len(experiment.outcomes) > MOST:
        raise BadInput(f"runs: found {experiment.runs}; allowed here: {MOST // max(1, len(experiment.outcomes))}")
    small, place = _distinct(experiment) if experiment.shared else (experiment, np.arange(experiment.point_count))
    outcomes = np.empty((small.runs, len(small.outcomes)))
    failed = np.zeros(small.runs, bool)
    if progress is not None and progress(0, small.runs) is False:
        raise Cancelled("cancelled before the first run")
    with (engine or Engine()).started(small) as parts:
        for part in parts([(0, small.runs)]):
            done = part.first + len(part.failed)
            outcomes[part.first : done] = part.outcomes
            failed[part.first : done] = part.failed != 0
            if progress is not None and progress(done, small.runs) is False and done < small.runs:
                raise Cancelled(f"cancelled after {done} of {small.runs} runs")
    shape = (small.point_count, small.runs_per_point)
    return Evaluated(experiment, outcomes.reshape(*shape, -1)[place], failed.reshape(shape)[place])


def _distinct(experiment: Experiment) -> tuple[Experiment, np.ndarray]:
    """The experiment without points that are there already, and where each point is found in it."""
    if not experiment.points:
        return experiment, np.zeros(1, int)
    table = pd.DataFrame({path: np.asarray(column) for path, column in experiment.points.items()})
    place = table.groupby(list(table), sort=False).ngroup().to_numpy()
    kept = table.drop_duplicates()
    return replace(experiment, points={path: kept[path].to_numpy() for path in table}), place
