"""The market as a plain function, for calibrators, optimisers and people who come from ``mesa.batch_run``."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from market import BadInput, Scenario
from market.gears import ensemble
from market.gears.draws import check_key
from market.gears.simulate import check_runs, explain
from market.scenario.variation import Variation
from runs.analysis.statistics import running_sum
from runs.engine import outcomes
from runs.engine.engine import Engine
from runs.engine.experiment import Experiment, plain
from runs.engine.outcomes import STANDARD
from runs.folder.blocks import failure, points_table


class MarketFunction:
    """``(parameters, quarters, seed) -> array``, the form that calibrators and optimisers call.

    The array has the shape (quarters, measures): the mean over ``runs`` replications. It may be pickled, and called
    from any number of threads or processes; calls with one seed share their draws.

    Args:
        scenario: a scenario, its shipped name or its file.
        paths: the fields that ``parameters`` are the values of, in that order.
        measures: columns of the market table, or ``backlog of xAI``, ``delivered of all but xAI``.
        runs: replications that are averaged.

    Raises:
        BadInput: there is no such field or measure; when called, a value is not allowed or the quarters are too many.
        RunFailed: when called, a run stopped.
    """

    def __init__(
        self,
        scenario: Scenario | str,
        paths: Sequence[str],
        measures: Sequence[str] = ("revenue", "quoted_lead_weeks"),
        runs: int = 1,
    ):
        check_runs(runs)
        self.scenario = Scenario.of(scenario)
        self.paths = list(paths)
        self.measures = list(measures)
        self.runs = runs
        self._prepare()

    def _prepare(self) -> None:
        self._variation = Variation(self.scenario, self.paths)
        if classes := [path for path in self.paths if path.endswith(".class")]:
            raise BadInput(f"paths: found {classes[0]}; allowed: numbers and choices of a buyer, not its class")
        self._draws = lru_cache(16)(lambda seed: self.scenario.build.all_draws(seed, 0, self.runs))
        self._wanted = [outcomes.read_measure(text, self.scenario) for text in self.measures]

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.scenario, self.paths, self.measures, self.runs)

    def __call__(self, parameters: Sequence[float], quarters: int | None = None, seed: int | None = None) -> np.ndarray:
        horizon = self.scenario.horizon
        quarters = horizon if quarters is None else quarters
        seed = self.scenario.seed if seed is None else seed
        if len(parameters) != len(self.paths):
            raise BadInput(f"parameters: found {len(parameters)} values; allowed: {len(self.paths)}, one per path")
        if not 1 <= quarters <= horizon:
            raise BadInput(f"quarters: found {quarters}; allowed: 1 to {horizon}, the scenario's horizon")
        check_key(seed)
        values = [plain(value) for value in parameters]
        build = self._variation.build_at(values)
        found = {family: ensemble.room(build, family, self.runs) for family in ensemble.MEASURED}
        failed = ensemble.run(build, ensemble.compiled(build), self._draws(seed), found)
        if failed.any():
            raise explain(self._variation.scenario_at(values), seed, int(np.flatnonzero(failed)[0]))
        means = [running_sum(measure.series(found).T) / self.runs for measure in self._wanted]
        return np.stack(means, axis=1)[:quarters]


def batch_run(
    scenario: Scenario | str,
    parameters: Mapping[str, Any],
    number_processes: int | None = None,
    iterations: int = 1,
    data_collection_period: int = -1,
    seed: int | None = None,
    outcomes: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """All combinations of ``parameters``, ``iterations`` runs of each, as a data frame; keywords as in Mesa.

    Unlike there, all combinations share their draws, a failed run leaves NaN instead of ending the batch, and
    parameters are paths of the scenario. For more than fits into memory, write a design.

    Args:
        scenario: a scenario, its shipped name or its file.
        parameters: a value or several of each field that varies.
        number_processes: how many; None for threads on all processors, which is faster.
        iterations: runs of each combination.
        data_collection_period: -1 for a row per run with its outcomes, 1 for a row per quarter with all measures of
            the market.
        seed: of the draws; the scenario's own if None.
        outcomes: what to keep of a run, by name; a standard list if None.

    Returns:
        A row per run, or per run and quarter, with the columns ``run``, ``iteration``, those of ``parameters``, and
        ``failure`` (a sentence, empty if there was none).

    Raises:
        BadInput: a field, a value, an outcome or the period is not allowed.
    """
    from runs.engine.outcomes import read

    if data_collection_period not in (-1, 1):
        raise BadInput(f"data_collection_period: found {data_collection_period}; allowed: -1 or 1")
    chosen = Scenario.of(scenario)
    lists = [list(v) if isinstance(v, Iterable) and not isinstance(v, str) else [v] for v in parameters.values()]
    for path, values in zip(parameters, lists, strict=True):
        if not values:
            raise BadInput(f"parameters: found no values of {path}; allowed: one or more")
        for value in values:
            chosen.replace(path, plain(value))
    rows = list(itertools.product(*lists))
    experiment = Experiment(
        scenario=chosen,
        points={path: [row[k] for row in rows] for k, path in enumerate(parameters)},
        runs_per_point=iterations,
        seed=chosen.seed if seed is None else seed,
        outcomes={name: read(text, chosen) for name, text in (outcomes or {name: name for name in STANDARD}).items()},
        kept=("market",) if data_collection_period == 1 else (),
    )
    parts = list(Engine(workers=number_processes).parts(experiment))
    runs = np.arange(experiment.runs)
    failed = np.concatenate([part.failed for part in parts])
    keys = pd.DataFrame({"run": runs, "iteration": runs % iterations})
    points = points_table(experiment).to_pandas() if parameters else pd.DataFrame(index=[0])
    keys = keys.join(points.iloc[experiment.point(runs)].reset_index(drop=True))
    keys["failure"] = [failure(experiment, run, int(at)).sentence if at else "" for run, at in enumerate(failed)]
    if data_collection_period == -1:
        reached = np.concatenate([part.outcomes for part in parts])
        return keys.join(pd.DataFrame(reached, columns=list(experiment.outcomes)))
    market = np.concatenate([part.series["market"][:, :, 0] for part in parts])
    quarters, names = chosen.quarters, chosen.build.layouts["market"].columns
    result = keys.loc[keys.index.repeat(len(quarters))].reset_index(drop=True)
    result.insert(1, "quarter", np.tile(quarters, experiment.runs))
    return result.join(pd.DataFrame(market.reshape(-1, len(names)), columns=names))
