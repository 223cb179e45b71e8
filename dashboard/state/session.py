"""What one browser session has set and what it is shown.

The reactive variables of this module belong to the session that looks at them: Solara keeps a copy for each.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from typing import Any

import solara
import xarray as xr

from dashboard.reading.bands import Runs
from dashboard.reading.effects import effects
from dashboard.state.jobs import Job, Progress, once
from dashboard.state.turns import Turns
from market import Scenario
from market.gears.beside import stepped
from market.gears.simulate import simulate_growing
from market.play.hand import UNTOUCHED
from runs.calibration import posterior
from runs.engine.spread import Spread, ensemble_of, growing, simulate

FEW = 20
"""Runs that are shown before the others are computed."""
CROWD = 2 * (os.cpu_count() or 1)
"""Ensembles under way from which on nobody is shown first runs by themselves: to draw them holds up all others."""
TURNS = Turns(os.cpu_count() or 1)
"""For the ensembles of all sessions: so many are computed at once."""
under_way: list[Setting] = []
"""Of all sessions, what is computed or drawn just now."""
REST = 3.0
"""Seconds after a scenario was chosen before the effects of its controls are measured."""
RUNS = 200
FEWEST, MOST = 50, 1000


@cache
def scenario_of(name: str) -> Scenario:
    """A shipped scenario, read once; it cannot be changed, so sessions may share it."""
    return Scenario.load(name)


@lru_cache(64)
def scenario_in(text: str) -> Scenario:
    """A scenario that somebody sent.

    Raises:
        BadInput: it is not valid.
    """
    return Scenario.from_text(text, "upload")


@dataclass(frozen=True)
class Setting:
    """A scenario, what was changed in it, and the ensemble asked for.

    The scenario is the shipped one of that name; ``text`` holds one that was sent, or that of a stored batch, which is
    run ``alone``: as it stands, over no vectors that fit history.
    """

    name: str = "colossus"
    changes: tuple[tuple[str, Any], ...] = ()
    runs: int = RUNS
    seed: int | None = None
    text: str = ""
    alone: bool = False

    def __hash__(self) -> int:
        """Of all but the values of changes: one may be a list."""
        return hash((self.name, tuple(path for path, _ in self.changes), self.runs, self.seed, self.text, self.alone))

    @property
    def base(self) -> Scenario:
        return scenario_in(self.text) if self.text else scenario_of(self.name)

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario with the changes.

        Raises:
            BadInput: a change is not allowed.
        """
        return self.base.replace_all(dict(self.changes)) if self.changes else self.base

    @property
    def subject(self) -> str | Scenario:
        """What a request is about: a shipped scenario goes by its name.

        Raises:
            BadInput: a change is not allowed.
        """
        return self.scenario if self.changes or self.text else self.name

    @property
    def own(self) -> Setting:
        """The scenario as it is, with the usual number of runs."""
        return Setting(self.name, text=self.text, alone=self.alone)

    @property
    def seed_used(self) -> int:
        return self.base.seed if self.seed is None else self.seed

    def run_of(self) -> tuple[Any, ...]:
        """What shapes a single run: everything but the number of runs."""
        return self.name, self.text, self.changes, self.seed, self.alone

    def changed(self, path: str, value: Any) -> Setting:
        """A copy with another value at a path; the scenario's own value is no change."""
        changes: Mapping[str, Any] = dict(self.changes) | {path: value}
        kept = tuple(sorted((p, v) for p, v in changes.items() if v != self.base.get(p)))
        return replace(self, changes=kept)

    def undone(self, path: str) -> Setting:
        """A copy with the scenario's own value at a path."""
        return replace(self, changes=tuple((p, v) for p, v in self.changes if p != path))


@dataclass(eq=False)
class Ensemble:
    """The runs on the screen and the setting they are of; ``before`` are those of the scenario as it is shipped, None
    where nothing is changed. ``companion`` is what the page on the screen made of them before they were shown."""

    setting: Setting
    scenario: Scenario
    data: xr.Dataset
    seconds: float
    before: Runs | None = None
    companion: Any = None

    @cached_property
    def read(self) -> Runs:
        """What is read of them."""
        return Runs(self.scenario, self.data)

    @property
    def runs(self) -> int:
        """How many there are; fewer than are set while the others are being computed."""
        return self.data.sizes["run"]

    @property
    def failures(self) -> list[Any]:
        return self.data.attrs["failures"]


setting = solara.reactive(Setting())
product = solara.reactive("")
"""The product whose prices are shown; empty for the story's."""
quarter = solara.reactive("")
"""The quarter that is looked at; empty for the scenario's own."""
replication = solara.reactive(0)
"""The run of the ensemble that is stepped through."""
stored: solara.Reactive[int | None] = solara.reactive(None)
"""The run of the stored batch that was opened; it is looked at as long as the setting and the run are its own."""
by_hand = solara.reactive(UNTOUCHED)
"""What is decided in that run by hand."""
companion: solara.Reactive[Callable[[Ensemble, bool, Progress], Any] | None] = solara.reactive(None)
"""What the page on the screen makes of every ensemble, stepped live or not, to be shown with it; None for nothing."""
complaint = solara.reactive("")
"""What was wrong with the link that led here."""


@lru_cache(maxsize=4)
def untouched(own: Setting, runs: int, seed: int) -> Runs:
    """The runs of a scenario as it is; they are looked at only, so sessions may share them."""
    return Runs(own.base, ensemble_of(own.base, runs, seed, posterior.NONE if own.alone else None))


def growing_of(wanted: Setting, sizes: Sequence[int], progress: Progress) -> Iterator[xr.Dataset]:
    """The first runs of a setting, then more; over the vectors that fit history where there are any."""
    spread = spread_of(wanted)
    if spread is None:
        return simulate_growing(wanted.scenario, sizes, wanted.seed_used, progress)
    return growing(spread, sizes, progress=progress)


@lru_cache(64)
def spread_of(wanted: Setting) -> Spread | None:
    """How the runs of a setting are spread over what nobody knows; None where they are not."""
    found = None if wanted.alone else posterior.find(None, wanted.scenario)
    if found is None:
        return None
    changed = tuple(path for path, _ in wanted.changes)
    return Spread(wanted.scenario, found, wanted.runs, wanted.seed_used, changed)


def scenario_of_run(wanted: Setting, replication: int) -> Scenario:
    """The scenario of one run, its vector written out."""
    spread = spread_of(wanted)
    return wanted.scenario if spread is None else spread.scenario_of(replication)


def computed(wanted: Setting, progress: Progress) -> Iterator[Ensemble]:
    """The ensemble of a setting: its first runs, unless so many sessions wait that it would hold them up, and then all.

    Raises:
        BadInput: the setting cannot be run.
        Cancelled: ``progress`` returned False.
    """
    began = time.perf_counter()
    sizes = (FEW, wanted.runs) if len(under_way) < CROWD else (wanted.runs,)
    growing = growing_of(wanted, sizes, progress)
    under_way.append(wanted)
    try:
        for _ in sizes:
            with TURNS.taken(lambda: progress(0, wanted.runs)):
                data = next(growing)
                before = untouched(wanted.own, data.sizes["run"], wanted.seed_used) if wanted.changes else None
                found = Ensemble(wanted, wanted.scenario, data, time.perf_counter() - began, before)
                accompany(found, False, progress)
            yield found
    finally:
        under_way.remove(wanted)


def accompany(found: Ensemble, live: bool, progress: Progress) -> Ensemble:
    """Have the page on the screen make of an ensemble what it shows of it; raises what that does."""
    make = companion.peek()
    # of a copy: two that hold each other would stay in memory long after both are forgotten
    found.companion = None if make is None else make(replace(found), live, progress)
    return found


def few(wanted: Setting, progress: Progress) -> Ensemble:
    """The first runs of the ensemble of a setting, which need no compiled rules.

    Raises:
        BadInput: the setting cannot be run.
        Cancelled: ``progress`` returned False.
    """
    began = time.perf_counter()
    runs = min(FEW, wanted.runs)
    spread = spread_of(wanted)
    if spread is None:
        data = stepped(wanted.scenario, runs, wanted.seed_used, progress)
    else:
        data = simulate(replace(spread, runs=runs), trace=True, progress=progress)
    return accompany(Ensemble(wanted, wanted.scenario, data, time.perf_counter() - began), True, progress)


job: Job[Setting, Ensemble] = Job(
    computed, few, base=lambda wanted: wanted.scenario, whole=lambda found: found.runs == found.setting.runs
)


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
    time.sleep(REST)
    return Measured(wanted, effects(wanted.base, progress))


ranking: Job[Setting, Measured] = Job(once(measured), base=lambda wanted: wanted.base)
