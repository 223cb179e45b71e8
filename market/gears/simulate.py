"""Many runs of one scenario at once, as a labelled dataset."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from agents.records.layout import Layout
from market.gears import ensemble
from market.gears.build import Build
from market.gears.draws import check_key
from market.gears.model import Market, RunFailed
from market.gears.trace import Trace
from market.scenario.paths import BadInput
from market.scenario.scenario import Scenario

MEMORY_LIMIT = 4 * 2**30
"""Bytes of results that :func:`simulate` will hold."""

Progress = Callable[[int, int], Any]


@dataclass(frozen=True)
class Failure:
    """A run that stopped: its replication and the sentence that says which agent, which quarter and why."""

    replication: int
    sentence: str


class Cancelled(RuntimeError):
    """The caller's ``progress`` said to stop."""


def simulate(
    scenario: Scenario | str | Path,
    runs: int = 1,
    seed: int | None = None,
    first_replication: int = 0,
    trace: bool = False,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Run ``runs`` replications of a scenario and return all measures.

    Args:
        scenario: what to run: a scenario, the name of a shipped one, or a file.
        runs: how many futures.
        seed: of the draws; the scenario's own if None.
        first_replication: number of the first; any run can be repeated alone by giving its number.
        trace: step the runs live and attach their deals, offers and orders as the attribute ``trace`` (slow).
        progress: called as ``progress(done, runs)`` now and then, first with 0 once the rules are compiled; cancels
            the rest if it returns False.

    Returns:
        A dataset with dimensions run, quarter, buyer and product; variables are the columns of the market
        table, those of the buyers and products tables with the prefixes ``buyer_`` and ``product_``; each has
        ``unit`` and ``long_name``. Runs that failed are NaN and listed in ``attrs["failures"]``.

    Raises:
        BadInput: there is no such scenario, ``runs`` or ``seed`` is not allowed, or the results would not fit into
            memory.
        Cancelled: ``progress`` returned False.
    """
    scenario = Scenario.of(scenario)
    check_runs(runs)
    seed = scenario.seed if seed is None else seed
    check_key(seed, first_replication=first_replication)
    built = scenario.build
    check_size(built, runs)
    if trace:
        values, failures, tables = run_live(scenario, built, runs, seed, first_replication, progress)
        result = dataset(scenario, built, values, seed, first_replication, failures)
        result.attrs["trace"] = tables
        return result
    values, failed = run_ensemble(built, runs, seed, first_replication, progress)
    failures = explained(scenario, seed, first_replication, failed)
    return dataset(scenario, built, values, seed, first_replication, failures)


def simulate_growing(
    scenario: Scenario, runs: Sequence[int], seed: int | None = None, progress: Progress | None = None
) -> Iterator[xr.Dataset]:
    """What :func:`simulate` gives for each of ever larger numbers of runs, to the bit; none is computed twice.

    Args:
        scenario: what to run.
        runs: how many futures, from few to many.
        seed: of the draws; the scenario's own if None.
        progress: as in :func:`simulate`; the runs in all are the last of ``runs``.

    Raises:
        BadInput: as :func:`simulate`.
        Cancelled: ``progress`` returned False.
    """
    seed = scenario.seed if seed is None else seed
    check_key(seed)
    built = scenario.build
    check_size(built, runs[-1])
    known: dict[str, np.ndarray] = {}
    failures: list[Failure] = []
    done = 0

    def onward(more: int, _: int) -> Any:
        return None if progress is None else progress(done + more, runs[-1])

    for wanted in runs:
        values, failed = run_ensemble(built, wanted - done, seed, done, onward)
        known = {name: np.concatenate([known[name], new]) if known else new for name, new in values.items()}
        failures = failures + explained(scenario, seed, done, failed)
        done = wanted
        yield dataset(scenario, built, known, seed, 0, failures)


def explained(scenario: Scenario, seed: int, first: int, failed: np.ndarray) -> list[Failure]:
    """The runs that stopped, each with its sentence."""
    return [Failure(first + int(r), str(explain(scenario, seed, first + int(r)))) for r in np.flatnonzero(failed)]


def check_runs(runs: object) -> None:
    """Raises BadInput if so many runs cannot be."""
    if isinstance(runs, bool) or not isinstance(runs, int | np.integer) or runs < 1:
        raise BadInput(f"runs: found {runs!r}; allowed: a whole number from 1")


def check_size(built: Build, runs: int) -> None:
    """Raises BadInput if the results would take more than MEMORY_LIMIT."""
    quarters = built.paths["market"].shape[0]
    cells = sum(len(built.names[name]) * len(built.layouts[name].columns) for name in ("market", "products", "buyers"))
    if runs * quarters * cells * 8 > MEMORY_LIMIT:
        most = MEMORY_LIMIT // (quarters * cells * 8)
        raise BadInput(
            f"runs: found {runs}; allowed: up to {most}, so that the results stay under {MEMORY_LIMIT >> 30} GiB; "
            "gpumarket batch runs more, into a folder"
        )


def run_ensemble(
    built: Build, runs: int, seed: int, first: int, progress: Progress | None = None
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Measures of each family, shape (runs, T, N, columns), and the quarter in which each run failed (0: none)."""
    function = ensemble.compiled(built)
    values = {name: ensemble.room(built, name, runs) for name in ensemble.MEASURED}
    failed = np.zeros(runs, np.int64)
    threads = os.cpu_count() or 1
    chunk = min(250, max(25, -(-runs // (4 * threads))))  # progress and cancelling act between chunks

    def do(at: int) -> int:
        part = {name: array[at : at + chunk] for name, array in values.items()}
        count = len(part["market"])
        failed[at : at + chunk] = ensemble.run(built, function, built.all_draws(seed, first + at, count), part)
        return count

    done = 0
    if progress is not None and progress(0, runs) is False:
        raise Cancelled(f"cancelled before the first of {runs} runs")
    with ThreadPoolExecutor(threads) as pool:
        tasks = [pool.submit(do, at) for at in range(0, runs, chunk)]
        try:
            for task in as_completed(tasks):
                done += task.result()
                if progress is not None and progress(done, runs) is False and done < runs:
                    raise Cancelled(f"cancelled after {done} of {runs} runs")
        finally:
            for task in tasks:
                task.cancel()
    for array in values.values():
        array[failed > 0] = np.nan
    return values, failed


def run_live(
    scenario: Scenario, built: Build, runs: int, seed: int, first: int, progress: Progress | None = None
) -> tuple[dict[str, np.ndarray], list[Failure], dict[str, pd.DataFrame]]:
    """As :func:`run_ensemble`, stepped in Python: measures, failures, and the tables of :mod:`market.gears.trace`."""
    values = {name: ensemble.room(built, name, runs) for name in ensemble.MEASURED}
    failures = []
    tables: dict[str, list[pd.DataFrame]] = {"deals": [], "offers": [], "orders": []}
    for r in range(runs):
        trace = None
        try:
            trace = Trace(Market(scenario, seed, first + r))
            trace.run()
            for name, array in values.items():
                array[r] = trace.model.values(name)
        except RunFailed as error:
            failures.append(Failure(first + r, str(error)))
        for name, table in trace.tables().items() if trace else ():
            table.insert(0, "run", first + r)
            tables[name].append(table)
        if progress is not None and progress(r + 1, runs) is False and r + 1 < runs:
            raise Cancelled(f"cancelled after {r + 1} of {runs} runs")
    return (
        values,
        failures,
        {name: pd.concat(parts or [pd.DataFrame()], ignore_index=True) for name, parts in tables.items()},
    )


def explain(scenario: Scenario, seed: int, replication: int) -> RunFailed:
    """Step a failed run live, for what happened, to whom and when; it raises nothing itself."""
    try:
        Market(scenario, seed, replication).run()
    except RunFailed as error:
        return error
    except Exception as error:
        return RunFailed("gear", "", "", f"{type(error).__name__}: {error}")
    return RunFailed("gear", "", "", "failed in the ensemble gear and not in the live gear")


def dataset(
    scenario: Scenario,
    built: Build,
    values: dict[str, np.ndarray],
    seed: int,
    first: int,
    failures: list[Failure],
) -> xr.Dataset:
    """Label the measures of :func:`run_ensemble`."""
    layouts = tuple(built.layouts[family] for family in DIMENSIONS)
    members = (tuple(scenario.quarters), tuple(built.names["buyers"]), tuple(built.names["products"]))
    made = _labels(layouts, members, first, len(values["market"])).copy(
        data={
            PREFIX[family] + column: values[family][..., k] if own else values[family][:, :, 0, k]
            for (family, own), layout in zip(DIMENSIONS.items(), layouts, strict=True)
            for k, column in enumerate(layout.columns)
        }
    )
    made.attrs = {"scenario": scenario.name, "scenario_hash": scenario.hash, "seed": seed, "failures": failures}
    return made


DIMENSIONS = {"market": (), "products": ("product",), "buyers": ("buyer",)}
PREFIX = {"market": "", "products": "product_", "buyers": "buyer_"}


@lru_cache(16)
def _labels(layouts: tuple[Layout, ...], members: tuple[tuple[str, ...], ...], first: int, runs: int) -> xr.Dataset:
    """A dataset of the families of DIMENSIONS before it has values: to label one anew takes longer than ten runs."""
    coords = dict(zip(("quarter", "buyer", "product"), map(list, members), strict=True))
    sizes = {"run": runs} | {name: len(labels) for name, labels in coords.items()}
    variables = {}
    for (family, own), layout in zip(DIMENSIONS.items(), layouts, strict=True):
        dims = ("run", "quarter", *own)
        for column in layout.columns:
            role = layout.fields[column].role
            nothing = np.broadcast_to(np.nan, [sizes[name] for name in dims])
            variables[PREFIX[family] + column] = (dims, nothing, {"unit": role.unit, "long_name": role.doc})
    return xr.Dataset(variables, coords={"run": np.arange(first, first + runs), **coords})
