"""The ensemble without its compiler: runs are stepped live, one after the other, from the same build and draws."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import mesa
import numpy as np

from market import quarter
from market.gears import ensemble, simulate
from market.gears.build import CHANCY, Build, Builds, Draws
from market.gears.model import Market
from market.measures import cohort_lead_weeks


class Stepped(Market):
    """A run of a build, which knows no scenario."""

    label = ""

    def __init__(self, build: Build, draws: Draws, run: int):
        mesa.Model.__init__(self, rng=0)
        self.build = build
        self.load(build.start["market"][0])
        self.supplier = self._actors("supplier")[0]
        self.products = self._actors("products")
        self.buyers = self._actors("buyers")
        self._draws = dict(zip(CHANCY, (each[run] for each in draws), strict=True))
        self._draws["products"] = build.paths["products"]

    def follow(self, out: dict[str, np.ndarray], run: int) -> int:
        """Write down the measures; the number of the quarter in which it failed, from 1, or 0."""
        try:
            for t in range(len(self.build.paths["market"])):
                self._drive()
                if t == 0:
                    self._do(quarter.opening)
                self._do(quarter.quarter)
                for family, array in out.items():
                    columns = self.build.layouts[family].columns
                    for i, member in enumerate(self._members()[family]):
                        array[run, t, i] = [getattr(member, column) for column in columns]
        except Exception:
            return self.quarter + 1
        finally:
            at = self.build.layouts["market"].columns.index("cohort_lead_weeks")
            out["market"][run, :, 0, at] = [cohort_lead_weeks(self, t) for t in range(out["market"].shape[1])]
        return 0


class AtOnce(ThreadPoolExecutor):
    """Does what it is handed at once: signals are heard by the first thread alone."""

    def submit(self, work: Any, /, *arguments: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(work(*arguments, **named))
        return done


def run(build: Build, function: Any, draws: Draws, out: dict[str, np.ndarray]) -> np.ndarray:
    """As :func:`market.gears.ensemble.run`."""
    return np.array([Stepped(build, draws, r).follow(out, r) for r in range(len(out["market"]))], np.int64)


def run_builds(
    builds: Builds, function: Any, draws: Draws, out: dict[str, np.ndarray], sizes: Any, begins: Any
) -> np.ndarray:
    """As :func:`market.gears.ensemble.run_builds`."""
    failed, at = [], 0
    for point, (size, begin) in enumerate(zip(sizes, begins, strict=True)):
        own = tuple(each[begin : begin + size] for each in draws)
        rooms = {family: array[at : at + size] for family, array in out.items()}
        failed.append(run(builds.one(point), function, own, rooms))
        at += size
    return np.concatenate(failed)


def use() -> None:
    """Let whoever asks the ensemble in this process have its runs stepped."""
    vars(ensemble).update(run=run, run_builds=run_builds, compiled=lambda build: None)
    vars(simulate).update(ThreadPoolExecutor=AtOnce)
