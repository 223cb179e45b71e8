"""An ensemble spread over the vectors of a posterior: what nobody knows and what chance does, in one dataset."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
from runs.calibration.posterior import Posterior, Vectors, vectors
from runs.engine.engine import Engine
from runs.engine.experiment import Experiment
from runs.words import percent

SEEDS = 5
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
    posterior: Vectors
    runs: int
    seed: int
    kept: Sequence[str] = ()

    @property
    def each(self) -> int:
        """Runs of a vector."""
        found = self.posterior
        return max(SEEDS, -(-self.runs // len(found.table))) if isinstance(found, Posterior) else SEEDS

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
        """The scenario of a run, its vector written out; of one that is not among the runs too."""
        points = self.posterior.points(self.scenario, run // self.each + 1, self.kept)
        return self.scenario.replace_all({path: float(values[-1]) for path, values in points.items()})


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
        setting: as :func:`runs.calibration.posterior.vectors` reads it.
        kept: paths of fields that keep what the scenario says.
        trace: step the runs live, with their deals, offers and orders.
        progress: called as ``progress(done, runs)``; cancels if it returns False.
    """
    found = vectors(setting, scenario)
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
    (result,) = growing(spread, [spread.runs], trace, progress)
    return result


def growing(
    spread: Spread, runs: Sequence[int], trace: bool = False, progress: Progress | None = None
) -> Iterator[xr.Dataset]:
    """What :func:`simulate` gives for each of ever larger numbers of runs, to the bit; none is computed twice.

    Args:
        spread: of as many runs as the last of ``runs``.
        runs: how many, from few to many.
        trace: step the runs live, with their deals, offers and orders.
        progress: called as ``progress(done, runs)``; cancels if it returns False.

    Raises:
        BadInput, Cancelled: as :func:`simulate`.
    """
    check_runs(spread.runs)
    check_key(spread.seed)
    built = spread.scenario.build
    check_size(built, spread.runs)
    values = {family: ensemble.room(built, family, spread.runs) for family in ensemble.MEASURED}
    failures: list[Failure] = []
    tables: dict[str, list[pd.DataFrame]] = {"deals": [], "offers": [], "orders": []}
    if progress is not None and progress(0, spread.runs) is False:
        raise Cancelled(f"cancelled before the first of {spread.runs} runs")
    done = 0
    with Engine(chunk=min(250, max(spread.each, -(-spread.runs // 8)))).started(
        replace(spread.experiment, traced=trace)
    ) as parts:
        for wanted in runs:
            for part in parts([(done, wanted - done)]):
                done = part.first + len(part.failed)
                for family, room in values.items():
                    room[part.first : done] = part.series[family]
                failures += [_explained(spread, part.first + int(r)) for r in np.flatnonzero(part.failed)]
                for name, table in part.tables.items():
                    tables[name].append(table)
                if progress is not None and progress(done, spread.runs) is False and done < spread.runs:
                    raise Cancelled(f"cancelled after {done} of {spread.runs} runs")
            result = _labelled(spread, {family: room[:wanted] for family, room in values.items()}, failures)
            if trace:
                nothing = [pd.DataFrame()]
                result.attrs["trace"] = {n: pd.concat(t or nothing, ignore_index=True) for n, t in tables.items()}
            yield result


def _explained(spread: Spread, run: int) -> Failure:
    return Failure(run, str(explain(spread.scenario_of(run), spread.seed, run)))


def _labelled(spread: Spread, values: dict[str, np.ndarray], failures: list[Failure]) -> xr.Dataset:
    """The dataset of the first runs."""
    made = dataset(spread.scenario, spread.scenario.build, values, spread.seed, 0, list(failures))
    made = made.assign_coords(vector=("run", spread.vectors[: len(values["market"])]))
    own = spread.posterior
    made.attrs["posterior"] = {"source": own.source, "hash": own.hash, "each": spread.each}
    made.attrs["kept"] = list(spread.kept)
    return made


PARTED = {
    "revenue": "revenue",
    "quoted_lead_weeks": "quoted wait",
    "unmet_share": "unmet share",
    "rental_usd_hour": "rent",
}
"""Columns of the market whose variance is told apart, with their words."""


def parted(results: xr.Dataset) -> dict[str, float]:
    """Share of the variance over runs that the vectors explain, by the words of PARTED: the mean over the quarters."""
    vectors = results["vector"].values
    found = {}
    for column, words in PARTED.items():
        shares = [parameters_share(results[column].values[:, t], vectors) for t in range(results.sizes["quarter"])]
        known = [share for share in shares if share == share]
        found[words] = float(np.mean(known)) if known else float("nan")
    return found


def parted_words(results: xr.Dataset) -> str:
    """:func:`parted` in words: ``revenue 21%, rent 33%``."""
    return ", ".join(f"{name} {percent(share)}" for name, share in parted(results).items())


def parameters_share(values: np.ndarray, vectors: np.ndarray) -> float:
    """Share of the variance over runs that the vectors explain, the rest is chance; NaN where nothing varies.

    One-way random effects: the mean square between vectors less that within, over the runs of a vector (Searle,
    Casella and McCulloch 1992). Runs that are not finite are left out.

    Args:
        values: shape (runs,).
        vectors: the vector of each run.
    """
    known = np.isfinite(values)
    own, at = values[known], vectors[known]
    sizes = np.bincount(at)
    sizes = sizes[sizes > 0]
    groups, count = len(sizes), len(own)
    if groups < 2 or count <= groups:
        return float("nan")
    _, place = np.unique(at, return_inverse=True)
    means = np.bincount(place, own) / sizes
    within = float(((own - means[place]) ** 2).sum()) / (count - groups)
    between = float((sizes * (means - own.mean()) ** 2).sum()) / (groups - 1)
    size = (count - float((sizes**2).sum()) / count) / (groups - 1)
    added = max(0.0, (between - within) / size)
    return added / (added + within) if added + within > 0.0 else float("nan")
