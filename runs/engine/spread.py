"""An ensemble spread over the vectors of a posterior: what nobody knows and what chance does, in one dataset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
import xarray as xr

from market import Scenario
from market import simulate as market_alone
from market.gears import ensemble
from market.gears.draws import check_key
from market.gears.simulate import Cancelled, Failure, Progress, check_runs, check_size, dataset, explain
from runs.calibration.posterior import Posterior, find
from runs.engine.engine import Engine
from runs.engine.experiment import Experiment

SEEDS = 4
"""Runs of a vector, as few as tell what chance does from what nobody knows; more where vectors are used up."""


@dataclass(frozen=True)
class Spread:
    """Run ``n`` has the draws of replication ``n``, as without a posterior, and the vector ``n // each``.

    Fewer runs are the first of more, as long as there are vectors enough.

    Args:
        scenario: what is run.
        posterior: where the vectors come from.
        runs: how many.
        seed: of the draws.
        kept: paths of fields that keep what the scenario says.
    """

    scenario: Scenario
    posterior: Posterior
    runs: int
    seed: int
    kept: Sequence[str] = ()

    @property
    def each(self) -> int:
        """Runs of a vector."""
        return max(SEEDS, -(-self.runs // len(self.posterior.table)))

    @property
    def vectors(self) -> np.ndarray:
        """Which vector of the spread each run has, from 0; shape (runs,)."""
        return np.arange(self.runs) // self.each

    @cached_property
    def experiment(self) -> Experiment:
        """The runs as an experiment; its last point may have more than are wanted."""
        points = self.posterior.points(self.scenario, -(-self.runs // self.each), self.kept)
        return Experiment(self.scenario, points, self.each, self.seed, {}, shared=False, kept=ensemble.MEASURED)

    def scenario_of(self, run: int) -> Scenario:
        """The scenario of a run, its vector written out."""
        return self.experiment.scenario_at(run // self.each)


def ensemble_of(
    scenario: Scenario,
    runs: int,
    seed: int | None = None,
    setting: str | None = None,
    kept: Sequence[str] = (),
    trace: bool = False,
    progress: Progress | None = None,
) -> xr.Dataset:
    """An ensemble over the vectors that a setting ``posterior`` means, or of the scenario as it is if there are none.

    Args:
        scenario: what is run.
        runs: how many.
        seed: of the draws; the scenario's own if None.
        setting: as :func:`runs.calibration.posterior.find` reads it.
        kept: paths of fields that keep what the scenario says.
        trace: step the runs live, with their deals, offers and orders.
        progress: called as ``progress(done, runs)``; cancels if it returns False.
    """
    found = find(setting, scenario)
    if found is None:
        return market_alone(scenario, runs, seed, trace=trace, progress=progress)
    own = Spread(scenario, found, runs, scenario.seed if seed is None else seed, kept)
    return simulate(own, trace, progress)


def simulate(spread: Spread, trace: bool = False, progress: Progress | None = None) -> xr.Dataset:
    """What :func:`market.simulate` gives, with the vector of each run as the coordinate ``vector``.

    Raises:
        BadInput: the number of runs or the seed is not allowed, or the results would not fit into memory.
        Cancelled: ``progress`` returned False.
    """
    scenario, runs = spread.scenario, spread.runs
    check_runs(runs)
    check_key(spread.seed)
    built = scenario.build
    check_size(built, runs)
    experiment = replace(spread.experiment, traced=trace)
    values = {family: ensemble.room(built, family, runs) for family in ensemble.MEASURED}
    failed = np.zeros(runs, np.int64)
    tables: dict[str, list[pd.DataFrame]] = {"deals": [], "offers": [], "orders": []}
    if progress is not None and progress(0, runs) is False:
        raise Cancelled(f"cancelled before the first of {runs} runs")
    chunk = min(250, max(spread.each, -(-runs // 8)))
    with Engine(chunk=chunk).started(experiment) as parts:
        for part in parts([(0, runs)]):
            done = part.first + len(part.failed)
            for family, room in values.items():
                room[part.first : done] = part.series[family]
            failed[part.first : done] = part.failed
            for name, table in part.tables.items():
                tables[name].append(table)
            if progress is not None and progress(done, runs) is False and done < runs:
                raise Cancelled(f"cancelled after {done} of {runs} runs")
    failures = [
        Failure(int(r), str(explain(spread.scenario_of(int(r)), spread.seed, int(r)))) for r in np.flatnonzero(failed)
    ]
    result = dataset(scenario, built, values, spread.seed, 0, failures)
    result = result.assign_coords(vector=("run", spread.vectors))
    result.attrs["posterior"] = {"source": spread.posterior.source, "hash": spread.posterior.hash, "each": spread.each}
    result.attrs["kept"] = list(spread.kept)
    if trace:
        result.attrs["trace"] = {
            name: pd.concat(found or [pd.DataFrame()], ignore_index=True) for name, found in tables.items()
        }
    return result


def parameters_share(values: np.ndarray, vectors: np.ndarray) -> float:
    """Share of the variance over runs that the vectors explain, the rest is chance; NaN where nothing varies.

    One-way random effects: the mean square between vectors less that within, over the runs of a vector (Searle,
    Casella and McCulloch 1992). Runs that are not finite are left out.

    Args:
        values: shape (runs,).
        vectors: the vector of each run.
    """
    frame = pd.DataFrame({"value": values, "vector": vectors}).replace([np.inf, -np.inf], np.nan).dropna()
    sizes = frame.groupby("vector")["value"].count()
    groups, count = len(sizes), len(frame)
    if groups < 2 or count <= groups:
        return float("nan")
    mean = frame.groupby("vector")["value"].transform("mean")
    within = float(((frame["value"] - mean) ** 2).sum()) / (count - groups)
    between = float(((mean - frame["value"].mean()) ** 2).sum()) / (groups - 1)
    size = (count - float((sizes**2).sum()) / count) / (groups - 1)
    added = max(0.0, (between - within) / size)
    return added / (added + within) if added + within > 0.0 else float("nan")
