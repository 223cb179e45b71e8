"""What one browser session has set and what it is shown.

The reactive variables of this module belong to the session that looks at them: Solara keeps a copy for each.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

import solara
import xarray as xr

from dashboard.reading.effects import effects
from dashboard.state.jobs import Job, Progress
from market import Scenario, simulate
from market.gears.beside import stepped

PAUSE = 0.12
"""Seconds without a further change before computing starts."""
FEW = 20
"""Runs that are stepped live while the rules are being compiled."""
REST = 3.0
"""Seconds after a scenario was chosen before the effects of its controls are measured."""
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

    def undone(self, path: str) -> Setting:
        """A copy with the scenario's own value at a path."""
        return replace(self, changes=tuple((p, v) for p, v in self.changes if p != path))


@dataclass(frozen=True, eq=False)
class Ensemble:
    """The runs on the screen and the setting they are of; ``before`` are those of the scenario as it is shipped, None
    where nothing is changed."""

    setting: Setting
    scenario: Scenario
    data: xr.Dataset
    seconds: float
    before: xr.Dataset | None = None

    @property
    def runs(self) -> int:
        """How many there are; fewer than are set while the rules are being compiled."""
        return self.data.sizes["run"]

    @property
    def failures(self) -> list[Any]:
        return self.data.attrs["failures"]


setting = solara.reactive(Setting())


@lru_cache(maxsize=4)
def untouched(name: str, runs: int, seed: int) -> xr.Dataset:
    """The runs of a shipped scenario as it is; they are looked at only, so sessions may share them."""
    return simulate(scenario_of(name), runs, seed)


def computed(wanted: Setting, progress: Progress) -> Ensemble:
    """The ensemble of a setting.

    Raises:
        BadInput: the setting cannot be run.
        Cancelled: ``progress`` returned False.
    """
    began = time.perf_counter()
    scenario = wanted.scenario
    data = simulate(scenario, wanted.runs, wanted.seed_used, progress=progress)
    before = untouched(wanted.name, wanted.runs, wanted.seed_used) if wanted.changes else None
    return Ensemble(wanted, scenario, data, time.perf_counter() - began, before)


def few(wanted: Setting, progress: Progress) -> Ensemble:
    """The first runs of the ensemble of a setting, which need no compiled rules.

    Raises:
        BadInput: the setting cannot be run.
        Cancelled: ``progress`` returned False.
    """
    began = time.perf_counter()
    scenario = wanted.scenario
    data = stepped(scenario, min(FEW, wanted.runs), wanted.seed_used, progress)
    return Ensemble(wanted, scenario, data, time.perf_counter() - began)


job: Job[Setting, Ensemble] = Job(computed, few, base=lambda wanted: wanted.base, pause=PAUSE)


@dataclass(frozen=True, eq=False)
class Measured:
    """How much each control of a scenario moves its figures, and the setting it is of."""

    setting: Setting
    effects: Mapping[str, float]


def measured(wanted: Setting, progress: Progress) -> Measured:
    """The effects of a setting's scenario as it is shipped; measured once.

    Raises:
        Cancelled: ``progress`` returned False.
    """
    return Measured(wanted, effects(wanted.base, progress))


ranking: Job[Setting, Measured] = Job(measured, base=lambda wanted: wanted.base, pause=REST)
