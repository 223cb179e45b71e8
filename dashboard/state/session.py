"""What one browser session has set and what it is shown.

The reactive variables of this module belong to the session that looks at them: Solara keeps a copy for each.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import solara
import solara.lab
import xarray as xr

from market import BadInput, Scenario, simulate
from market.gears.simulate import Cancelled

PAUSE = 0.12
"""Seconds without a further change before computing starts."""
UNHEARD = 1.5
"""Seconds without news after which the rules must be being compiled."""
RUNS = 200
FEWEST, MOST = 50, 1000


@cache
def scenario_of(name: str) -> Scenario:
    """A shipped scenario, read once; it cannot be changed, so sessions may share it."""
    return Scenario.load(name)


@dataclass(frozen=True)
class Setting:
    """A shipped scenario, what was changed in it, and the ensemble asked for."""

    name: str = "colossus"
    changes: tuple[tuple[str, Any], ...] = ()
    runs: int = RUNS
    seed: int | None = None

    @property
    def base(self) -> Scenario:
        return scenario_of(self.name)

    @property
    def scenario(self) -> Scenario:
        """The scenario with the changes.

        Raises:
            BadInput: a change is not allowed.
        """
        return self.base.replace_all(dict(self.changes)) if self.changes else self.base

    @property
    def seed_used(self) -> int:
        return self.base.seed if self.seed is None else self.seed

    def run_of(self) -> tuple[Any, ...]:
        """What shapes a single run: everything but the number of runs."""
        return self.name, self.changes, self.seed

    def changed(self, path: str, value: Any) -> Setting:
        """A copy with another value at a path; the scenario's own value is no change."""
        changes: Mapping[str, Any] = dict(self.changes) | {path: value}
        kept = tuple(sorted((p, v) for p, v in changes.items() if v != self.base.get(p)))
        return replace(self, changes=kept)


@dataclass(frozen=True, eq=False)
class Ensemble:
    """The runs on the screen and the setting they are of."""

    setting: Setting
    scenario: Scenario
    data: xr.Dataset
    seconds: float

    @property
    def failures(self) -> list[Any]:
        return self.data.attrs["failures"]


@dataclass(frozen=True)
class Status:
    """What computing is at: idle (never asked for), waiting, compiling, running, done, cancelled or failed."""

    phase: str = "waiting"
    done: int = 0
    total: int = 0
    sentence: str = ""

    @property
    def busy(self) -> bool:
        return self.phase in ("waiting", "compiling", "running")


setting = solara.reactive(Setting())
ensemble: solara.Reactive[Ensemble | None] = solara.reactive(None)
status = solara.reactive(Status())


@solara.lab.task(prefer_threaded=True)
def recompute(wanted: Setting, pause: float = PAUSE) -> None:
    """Compute an ensemble in the background; the one before stays on the screen until this one is done."""
    report(Status("waiting"))
    time.sleep(pause)
    if not recompute.is_current():
        return
    try:
        result = computed(wanted)
    except Cancelled:
        return
    except BadInput as error:
        report(Status("failed", sentence=str(error)))
        return
    except Exception as error:
        report(Status("failed", sentence=f"The runs could not be computed: {type(error).__name__}: {error}"))
        raise
    if recompute.is_current():
        ensemble.value = result
        report(Status("done", wanted.runs, wanted.runs))


def computed(wanted: Setting) -> Ensemble:
    """The ensemble of a setting.

    Raises:
        BadInput: the setting cannot be run.
        Cancelled: another one is wanted by now.
    """

    def progress(done: int, total: int) -> bool:
        report(Status("running", done, total))
        return recompute.is_current()

    began = time.perf_counter()
    scenario = wanted.scenario
    with patience(status):
        data = simulate(scenario, wanted.runs, wanted.seed_used, progress=progress)
    return Ensemble(wanted, scenario, data, time.perf_counter() - began)


@contextmanager
def patience(said: solara.Reactive[Status]) -> Iterator[None]:
    """Say that rules are being compiled if nothing is heard for a while: nothing else takes that long."""
    before = said.peek()

    def explain() -> None:
        if said.peek() is before:
            said.value = Status("compiling")

    timer = threading.Timer(UNHEARD, explain)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def report(now: Status) -> None:
    """Show a status, unless the work it is of is no longer wanted."""
    if recompute.is_current():
        status.value = now


def cancel() -> None:
    """Stop computing; the ensemble before stays."""
    recompute.cancel()
    status.value = Status("cancelled")
