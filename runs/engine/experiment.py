"""Points of one scenario with several runs each: what a batch, a comparison and an analysis of sensitivity run."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from market import BadInput, Market, Scenario
from market.gears import ensemble
from market.gears.build import Build, Draws
from market.gears.draws import check_key
from market.gears.model import RunFailed
from market.gears.trace import Trace
from market.scenario import own
from market.scenario.variation import Variation
from runs.engine.outcomes import Outcome

UNBUILT = -1
"""In place of the quarter of a failure: the point itself is not a scenario."""

SHARED_DRAWS = 4096
"""Replications whose draws are made at once when points share them."""

TOGETHER = 32
"""Points whose runs are computed in one go: so few that what they start with stays near the processor."""

KEPT_DRAWS = 8
"""How many sets of draws a worker keeps: its threads are at work on so many."""


@dataclass(frozen=True)
class Experiment:
    """Run ``n`` is the replication ``n % runs_per_point`` of the point ``n // runs_per_point``.

    Args:
        scenario: where all fields come from that do not vary.
        points: values of each field that varies, one per point, in the order of the points.
        runs_per_point: how many futures of each point.
        seed: of the draws.
        first_replication: of the first run of each point.
        shared: every point sees the same draws (common random numbers); otherwise every run has its own.
        outcomes: what is kept of a run, by name.
        kept: families of which all measures are kept, quarter by quarter.
        traced: step the runs live and keep their deals, offers and orders.
    """

    scenario: Scenario
    points: Mapping[str, Sequence[Any] | np.ndarray]
    runs_per_point: int
    seed: int
    outcomes: Mapping[str, Outcome]
    first_replication: int = 0
    shared: bool = True
    kept: tuple[str, ...] = ()
    traced: bool = False

    def __post_init__(self) -> None:
        if self.runs_per_point < 1:
            raise BadInput(f"runs_per_point: found {self.runs_per_point}; allowed: a whole number from 1")
        check_key(self.seed, first_replication=self.first_replication)

    @cached_property
    def point_count(self) -> int:
        """Number of points; one if nothing varies."""
        return len(next(iter(self.points.values()))) if self.points else 1

    @cached_property
    def runs(self) -> int:
        """Number of runs."""
        return self.point_count * self.runs_per_point

    @cached_property
    def hash(self) -> str:
        """SHA-256 of everything that shapes the results, as 64 hexadecimal digits."""
        digest = hashlib.sha256(self.scenario.hash.encode())
        facts = [self.runs_per_point, self.seed, self.first_replication, self.shared, self.kept, self.traced]
        digest.update(json.dumps([*facts, {name: found.text for name, found in self.outcomes.items()}]).encode())
        modules, texts = {cls.__module__ for cls in self.scenario.classes.values()}, own.digests()
        digest.update("".join(texts[name] for name in sorted(modules & texts.keys())).encode())
        for path, column in self.points.items():
            digest.update(f"\0{path}\0{json.dumps(np.asarray(column).tolist())}".encode())
        return digest.hexdigest()

    def point(self, run: Any) -> Any:
        """The point of a run; of a number or an array of them."""
        return run // self.runs_per_point

    def replication(self, run: Any) -> Any:
        """The replication whose draws a run sees; of a number or an array of them."""
        return self.first_replication + (run % self.runs_per_point if self.shared else run)

    def values(self, point: int) -> list[Any]:
        """What the fields that vary are put to, as plain numbers and texts."""
        return [
            column.item(point) if isinstance(column, np.ndarray) else plain(column[point])
            for column in self.points.values()
        ]

    def columns(self, first: int, end: int) -> dict[str, Any]:
        """What the fields that vary are put to at some points: arrays of floats, or lists of plain values."""
        return {
            path: column[first:end] if _floats(column) else [plain(value) for value in column[first:end]]
            for path, column in self.points.items()
        }

    def worker(self) -> Worker:
        """What runs its chunks; an experiment on something else than the market brings its own."""
        return Worker(self)

    def scenario_at(self, point: int) -> Scenario:
        """The scenario of a point.

        Raises:
            BadInput: a value is not allowed.
        """
        return self.scenario.replace_all(dict(zip(self.points, self.values(point), strict=True)))


def _floats(column: Any) -> bool:
    return isinstance(column, np.ndarray) and column.dtype == np.float64


def plain(value: Any) -> Any:
    """A number or text as Python's own."""
    return value.item() if isinstance(value, np.generic) else value


@dataclass
class Part:
    """What a chunk of runs came to.

    ``outcomes`` of shape (runs, outcomes), ``series[family]`` of shape (runs, quarters, members, columns), both NaN for
    runs that failed; ``failed`` the quarter of the failure, from 1, 0 if there was none, or UNBUILT; ``seconds`` of
    processor time inside the market.
    """

    first: int
    outcomes: np.ndarray
    series: dict[str, np.ndarray]
    failed: np.ndarray
    seconds: float = 0.0
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)


class Worker:
    """Runs chunks of an experiment; any number of threads may share one."""

    def __init__(self, experiment: Experiment):
        self.experiment = experiment
        self.variation = Variation(experiment.scenario, list(experiment.points))
        self._lock = threading.Lock()
        self._kept: dict[tuple[Any, int, int], Draws] = {}
        if not experiment.traced:
            ensemble.compiled(experiment.scenario.build)

    def run(self, first: int, count: int) -> Part:
        """The runs from ``first``; their bits do not depend on how the batch is cut into chunks."""
        experiment, base = self.experiment, self.experiment.scenario.build
        values = {family: ensemble.room(base, family, count) for family in ensemble.MEASURED}
        failed = np.zeros(count, np.int64)
        part = Part(first, np.empty((count, len(experiment.outcomes))), {}, failed)
        begin, end = experiment.point(first), experiment.point(first + count - 1) + 1
        if experiment.traced:
            for point in range(begin, end):
                self._step(point, *self._room(point, point + 1, values, part), part)
        else:
            for at in range(begin, end, self._together):
                self._compute(at, min(end, at + self._together), values, part)
        for array in values.values():
            array[failed != 0] = np.nan
        for k, outcome in enumerate(experiment.outcomes.values()):
            part.outcomes[:, k] = outcome.of(values)
        part.series = {family: values[family] for family in experiment.kept}
        return part

    @property
    def _together(self) -> int:
        """Points whose runs are computed in one go; by itself where each has draws that are made for it alone."""
        shared = self.experiment.shared and self.experiment.runs_per_point > SHARED_DRAWS
        return 1 if shared else TOGETHER

    def _room(
        self, point: int, end: int, values: dict[str, np.ndarray], part: Part
    ) -> tuple[int, dict[str, np.ndarray], np.ndarray]:
        """Of the runs of some points those of a chunk: the first, their room among its measures and its failures."""
        per_point, count = self.experiment.runs_per_point, len(part.failed)
        rows = slice(max(0, point * per_point - part.first), min(count, end * per_point - part.first))
        return part.first + rows.start, {family: array[rows] for family, array in values.items()}, part.failed[rows]

    def _compute(self, point: int, end: int, values: dict[str, np.ndarray], part: Part) -> None:
        """Those runs of some points that are of a chunk, in the ensemble gear."""
        experiment = self.experiment
        for begin, stop, builds in self.variation.builds_at(experiment.columns(point, end)):
            first, rooms, failed = self._room(point + begin, point + stop, values, part)
            if builds is None:
                failed[:] = UNBUILT
                continue
            each = experiment.point(first + np.arange(len(failed)))
            sizes = np.bincount(each - each[0])
            draws, origin = self._draws(builds.base, first, len(failed), part)
            begins = experiment.replication(first + np.cumsum(sizes) - sizes) - origin
            function = ensemble.compiled(builds.base)
            began = time.thread_time()
            failed[:] = ensemble.run_builds(builds, function, draws, rooms, sizes, begins)
            part.seconds += time.thread_time() - began

    def _step(self, point: int, first: int, rooms: dict[str, np.ndarray], failed: np.ndarray, part: Part) -> None:
        """Runs of one point in the live gear, with their traces."""
        experiment = self.experiment
        try:
            scenario = experiment.scenario_at(point)
        except BadInput:
            failed[:] = UNBUILT
            return
        for r in range(len(failed)):
            began = time.thread_time()
            trace = None
            try:
                trace = Trace(Market(scenario, experiment.seed, experiment.replication(first + r)))
                trace.run()
                for family, room in rooms.items():
                    room[r] = trace.model.values(family)
            except RunFailed:
                failed[r] = trace.model.quarter + 1 if trace else 1
            part.seconds += time.thread_time() - began
            for name, table in trace.tables().items() if trace else ():
                table.insert(0, "run", first + r)
                part.tables[name] = pd.concat([part.tables[name], table]) if name in part.tables else table

    def _draws(self, build: Build, first: int, count: int, part: Part) -> tuple[Draws, int]:
        """Draws among which are those of ``count`` runs from ``first``, and the replication that they begin with."""
        experiment = self.experiment
        if not experiment.shared:
            begin, size = experiment.replication(part.first), len(part.failed)
        elif experiment.runs_per_point <= SHARED_DRAWS:
            begin, size = experiment.first_replication, experiment.runs_per_point
        else:
            begin, size = experiment.replication(first), count
        key = (tuple(build.classes["buyers"]), begin, size)
        with self._lock:
            if key not in self._kept:
                while len(self._kept) >= KEPT_DRAWS:
                    del self._kept[next(iter(self._kept))]
                self._kept[key] = build.all_draws(experiment.seed, begin, size)
            return self._kept[key], begin
