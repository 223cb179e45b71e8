"""One experiment on four runners: the batch engine, ``mesa.batch_run``, a pool written by hand, a plain loop.

Every runner runs the same scenarios with the same draws and hands back, in memory, one outcome and the market's
measures of each quarter; they must agree to the last bit. Of the engine everything is counted but compiling; of the
others starting is not, nor are the first runs of each point: their seconds are those of a further run.
"""

from __future__ import annotations

import itertools
import os
import resource
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from typing import Any

import mesa
import numpy as np
import pandas as pd

from benchmarks.measure import line
from market import Market, Scenario
from market.gears import ensemble
from runs.engine import outcomes
from runs.engine.engine import Engine
from runs.engine.experiment import Experiment
from runs.folder import batch

PROMISED = 150
"""Times by which the engine is to be faster than ``mesa.batch_run`` with two processes."""

POINTS = {
    "supplier.capacity_delay": [5.0, 6.0, 7.0, 8.0],
    "market.allocation": ["uniform", "proportional", "weighted_uniform"],
}
OUTCOME = "peak quoted_lead_weeks"
PROCESSES = 2
TURNS = 3
REPLICATIONS = {"engine": 500, "folder": 500, "batch_run": 16, "pool": 16, "loop": 4}
"""Of each point, by runner; those of a slower runner are among those of a faster one."""

Results = dict[tuple[float, str, int], tuple[float, np.ndarray]]
"""By capacity delay, allocation rule and replication: the outcome, and measures of shape (quarters, columns)."""


@cache
def base() -> Scenario:
    """What the points vary; read once per process."""
    return Scenario.load("colossus")


@cache
def scenario_at(capacity_delay: float, allocation: str) -> Scenario:
    """The scenario of a point; read once per process, and not once per run, which would take a fifth longer."""
    return base().replace_all(dict(zip(POINTS, (capacity_delay, allocation), strict=True)))


def columns() -> list[str]:
    """The market's measures."""
    return base().build.layouts["market"].columns


def peak(series: np.ndarray) -> float:
    """The outcome, of the market's measures quarter by quarter."""
    return float(np.fmax.reduce(series[:, columns().index("quoted_lead_weeks")]))


def grid(replications: int) -> list[tuple[float, str, int]]:
    """Every run: a capacity delay, an allocation rule and a replication."""
    return list(itertools.product(*POINTS.values(), range(replications)))


# --- the batch engine ---------------------------------------------------------------------------------------------


def experiment(replications: int) -> Experiment:
    """The runs as the engine takes them."""
    points = dict(zip(POINTS, zip(*itertools.product(*POINTS.values()), strict=True), strict=True))
    wanted = {"peak_quote": outcomes.read(OUTCOME, base())}
    return Experiment(base(), points, replications, base().seed, wanted, kept=("market",))


def engine(replications: int) -> Results:
    """Threads of this process."""
    runs = grid(replications)
    results: Results = {}
    for part in Engine().parts(experiment(replications)):
        for k, run in enumerate(runs[part.first : part.first + len(part.failed)]):
            results[run] = (float(part.outcomes[k, 0]), part.series["market"][k, :, 0])
    return results


def folder(replications: int) -> Results:
    """The same, written into a folder of Parquet files and read back."""
    with tempfile.TemporaryDirectory() as place:
        batch.run(experiment(replications), place)
        read = {name: _table(place, name) for name in ("outcomes", "market")}
    peaks = read["outcomes"]["peak_quote"].to_numpy()
    series = read["market"][columns()].to_numpy().reshape(len(peaks), -1, len(columns()))
    return {run: (float(peaks[k]), series[k]) for k, run in enumerate(grid(replications))}


def _table(place: str, name: str) -> pd.DataFrame:
    blocks = sorted(entry.path for entry in os.scandir(place) if entry.name.startswith(f"{name}-"))
    return pd.concat([pd.read_parquet(block) for block in blocks])


# --- mesa.batch_run -----------------------------------------------------------------------------------------------


class Point(Market):
    """A market as ``mesa.batch_run`` makes it: from keywords, ``rng`` being Mesa's own from 3.5 on."""

    def __init__(self, capacity_delay: float, allocation: str, replication: int, rng: Any = None):
        super().__init__(scenario_at(capacity_delay, allocation), replication=replication)

    def step(self) -> None:
        """Run one quarter; after the last one, waits by cohort are known for all quarters."""
        super().step()
        if not self.running:
            at = columns().index("cohort_lead_weeks")
            self.datacollector.model_vars["cohort_lead_weeks"] = self.values("market")[:, 0, at].tolist()


def batch_run(replications: int) -> Results:
    """``mesa.batch_run`` with two processes, which collects every quarter."""
    delays, rules = POINTS.values()
    rows = mesa.batch_run(
        Point,
        {"capacity_delay": delays, "allocation": rules, "replication": range(replications)},
        number_processes=PROCESSES,
        data_collection_period=1,
        display_progress=False,
    )
    results: Results = {}
    for run, table in pd.DataFrame(rows).groupby(["capacity_delay", "allocation", "replication"]):
        series = table[columns()].to_numpy()
        results[run] = (peak(series), series)
    return results


# --- a pool written by hand ---------------------------------------------------------------------------------------


def stepped(run: tuple[float, str, int]) -> tuple[float, np.ndarray]:
    """One run, stepped to its end."""
    capacity_delay, allocation, replication = run
    series = Market(scenario_at(capacity_delay, allocation), replication=replication).run().values("market")[:, 0]
    return peak(series), series


def pool(replications: int) -> Results:
    """A pool of two processes."""
    runs = grid(replications)
    with ProcessPoolExecutor(PROCESSES) as executor:
        return dict(zip(runs, executor.map(stepped, runs, chunksize=5), strict=True))


# --- a plain loop -------------------------------------------------------------------------------------------------


def loop(replications: int) -> Results:
    """One process, in the manner of AgentPy's Experiment: set up, step, record, and join the tables of all runs."""
    runs = grid(replications)
    frames = []
    for number, (capacity_delay, allocation, replication) in enumerate(runs):
        model = Market(scenario_at(capacity_delay, allocation), replication=replication)
        log: dict[str, list[Any]] = {name: [] for name in ("run", *columns())}
        while model.running:
            model.step()
            log["run"].append(number)
            for name in columns():
                log[name].append(getattr(model, name))
        log["cohort_lead_weeks"] = model.table("market")["cohort_lead_weeks"].tolist()
        frames.append(pd.DataFrame(log))
    series = pd.concat(frames)[columns()].to_numpy().reshape(len(runs), -1, len(columns()))
    return {run: (peak(series[k]), series[k]) for k, run in enumerate(runs)}


# --- all of them --------------------------------------------------------------------------------------------------

RUNNERS: dict[str, tuple[str, Callable[[int], Results]]] = {
    "engine": ("batch engine, threads", engine),
    "folder": ("  the same, into a folder and read back", folder),
    "batch_run": (f"mesa.batch_run, {PROCESSES} processes", batch_run),
    "pool": (f"a pool written by hand, {PROCESSES} processes", pool),
    "loop": ("a plain loop, as AgentPy's Experiment, 1 process", loop),
}
WHOLE = ("engine", "folder")
"""Runners of which starting is counted."""


def check_same(name: str, found: Results, reference: Results) -> None:
    """Raises AssertionError unless a runner did its runs, with the outcomes and series of the reference."""
    assert set(found) == set(grid(REPLICATIONS[name])), f"{name}: other runs than asked for"
    for run, (outcome, series) in found.items():
        wanted, wanted_series = reference[run]
        assert outcome == wanted, f"{name}: {run}: {OUTCOME} is {outcome!r}, not {wanted!r}"
        assert np.array_equal(series, wanted_series, equal_nan=True), f"{name}: {run}: series differ"


def spent(runner: Callable[[int], Results], replications: int) -> tuple[np.ndarray, Results]:
    """Seconds of wall time and of processor time, processes of its own included, and the results."""
    before = _clocks()
    results = runner(replications)
    return _clocks() - before, results


def _clocks() -> np.ndarray:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return np.array([time.perf_counter(), sum(usage.ru_utime + usage.ru_stime for usage in used)])


def seconds_per_run() -> dict[str, np.ndarray]:
    """Of each runner, wall and processor seconds once it has started, and wall seconds as called, starting included:
    medians of turns, in which all of them run and are compared."""
    ensemble.compiled(base().build)
    seconds: dict[str, list[np.ndarray]] = {name: [] for name in RUNNERS}
    for _ in range(TURNS):
        results: dict[str, Results] = {}
        for name, (_, runner) in RUNNERS.items():
            taken, results[name] = spent(runner, REPLICATIONS[name])
            runs = len(results[name])
            called = taken[0] / runs
            if name not in WHOLE:
                start, first = spent(runner, 1)
                taken, runs = taken - start, runs - len(first)
            seconds[name].append(np.array([*(taken / runs), called]))
            check_same(name, results[name], results["engine"])
    return {name: np.median(turns, axis=0) for name, turns in seconds.items()}


def main() -> None:
    """Print a line per runner."""
    seconds = seconds_per_run()
    print(f"{'one experiment, same to the last bit':52} {'per run':>9} {'processor':>10} {'runs':>7}   engine is")
    for name, (what, _) in RUNNERS.items():
        wall, processor, _ = map(_shown, seconds[name])
        ratio = "" if name == "engine" else f"{seconds[name][0] / seconds['engine'][0]:.1f} times faster"
        print(f"  {what:50} {wall:>9} {processor:>10} {len(grid(REPLICATIONS[name])):>7,}   {ratio}".rstrip())
    wall, processor, called = seconds["batch_run"] / seconds["engine"]
    runs = len(grid(REPLICATIONS["batch_run"]))
    line("batch engine over mesa.batch_run, once started", f"{wall:.0f} times faster", f"{PROMISED} times")
    line(f"  a call of {runs} runs there, starting included", f"{called:.0f} times faster", f"{PROMISED} times")
    line("  by processor time, if the machine was busy", f"{processor:.0f} times")


def _shown(seconds: float) -> str:
    return f"{seconds * 1e6:.0f} us" if seconds < 1e-3 else f"{seconds * 1e3:.1f} ms"


if __name__ == "__main__":
    main()
