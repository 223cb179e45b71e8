"""A fit from first to last: the best of a hypercube, annealed on few draws, settled on many, then sampled."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from market import Scenario
from market.gears.simulate import Cancelled
from runs.calibration import sampler
from runs.calibration.evaluate import Judge
from runs.calibration.sampler import Population
from runs.calibration.space import Space
from runs.calibration.target import Target

EVERY = 10
"""Generations between two states on disk."""


@dataclass(frozen=True)
class Stage:
    """Generations on so many draws that all vectors share, from a temperature to 1.

    A stage that begins hot moves towards the best as well; of one that begins at 1 every ``thin``-th is kept.
    """

    generations: int
    draws: int
    heat: float = 1.0
    thin: int = 0


@dataclass(frozen=True)
class Effort:
    """How hard a fit tries: ``members`` of the population, ``points`` of the hypercube on one draw, then the stages."""

    members: int
    points: int
    stages: tuple[Stage, ...]

    @property
    def generations(self) -> int:
        """All together."""
        return sum(stage.generations for stage in self.stages)

    def at(self, generation: int) -> tuple[Stage, int]:
        """The stage of a generation, and which of its own it is."""
        for stage in self.stages:
            if generation < stage.generations:
                return stage, generation
            generation -= stage.generations
        raise IndexError(generation)


FULL = Effort(128, 10_000, (Stage(240, 8, 300.0), Stage(60, 24, 10.0), Stage(60, 64, 10.0), Stage(100, 64, thin=2)))
QUICK = Effort(64, 4_000, (Stage(160, 8, 300.0), Stage(20, 16, 10.0), Stage(80, 16, thin=4)))
SMALL = Effort(48, 1_500, (Stage(90, 8, 300.0), Stage(360, 8, thin=4)))
"""Of recovery tests."""


@dataclass(frozen=True)
class Task:
    """What is fitted to what; a candidate's changes are in the scenario already."""

    scenario: Scenario
    space: Space
    target: Target
    effort: Effort
    seed: int
    threads: int | None = None

    @cached_property
    def _judges(self) -> dict[int, Judge]:
        return {}

    def judge(self, runs: int) -> Judge:
        """Who judges on so many draws; sets of different size have none in common."""
        if runs not in self._judges:
            self._judges[runs] = Judge(
                self.scenario, self.space, self.target, runs, self.seed, self.threads, first=1000 * runs
            )
        return self._judges[runs]


@dataclass(frozen=True)
class State:
    """How far a fit has come: its population and what was kept of it, shape (kept, members, fields)."""

    population: Population
    kept: np.ndarray
    losses: np.ndarray
    """Of what was kept, shape (kept, members)."""


Report = Callable[[int, int, str], Any]


def fit(task: Task, folder: Path | None = None, progress: Report | None = None) -> State:
    """The state after the last generation, from the one in the folder if there is one.

    The same task gives the same bits, for any number of threads and any number of interruptions.

    Args:
        task: what is fitted.
        folder: where the state is kept while it goes on.
        progress: called as ``progress(done, generations, what is done)``; cancels if it returns False.

    Raises:
        Cancelled: ``progress`` returned False; what is finished is in the folder.
    """
    effort = task.effort
    state = load(folder)
    if state is None:
        told(progress, 0, effort, "looking over the priors")
        found = sampler.opening(task.judge(1).losses, len(task.space.free), effort.members, effort.points, task.seed)
        nothing = np.empty((0, effort.members, len(task.space.free)))
        state = State(found, nothing, nothing[..., 0])
    while state.population.generation < effort.generations:
        state = step(state, effort, task)
        done = state.population.generation
        if done % EVERY == 0 or done == effort.generations:
            save(state, folder)
        told(progress, done, effort, f"loss {np.median(state.population.losses):.1f}")
    return state


def step(state: State, effort: Effort, task: Task) -> State:
    """One generation of whatever is due; a stage begins with a look at its own draws."""
    population = state.population
    stage, own = effort.at(population.generation)
    losses = task.judge(stage.draws).losses
    if own == 0:
        population = sampler.rejudged(population, losses)
    heat = sampler.temperature(own, stage.generations, stage.heat)
    population = sampler.moved(population, losses, task.seed, heat, towards_best=stage.heat > 1.0)
    if not stage.thin or (own + 1) % stage.thin:
        return replace(state, population=population)
    return State(
        population,
        np.concatenate([state.kept, population.members[None]]),
        np.concatenate([state.losses, population.losses[None]]),
    )


def titled(progress: Report | None, title: str) -> Report | None:
    """Progress with what is under way before it."""
    return None if progress is None else lambda done, total, what: progress(done, total, f"{title}: {what}")


def told(progress: Report | None, done: int, effort: Effort, what: str) -> None:
    """Raises Cancelled if the caller says so."""
    if progress is not None and progress(done, effort.generations, what) is False:
        raise Cancelled(f"cancelled after {done} of {effort.generations} generations")


def save(state: State, folder: Path | None) -> None:
    """Put the state where an interrupted fit finds it, whole or not at all."""
    if folder is None:
        return
    room = io.BytesIO()
    numbers = {key: value for key, value in asdict(state.population).items() if key != "members"}
    np.savez(room, members=state.population.members, kept=state.kept, kept_losses=state.losses, **numbers)
    part = folder / "state.part"
    part.write_bytes(room.getvalue())
    os.replace(part, folder / "state.npz")


def load(folder: Path | None) -> State | None:
    """The state of a folder, None if it has none."""
    if folder is None or not (folder / "state.npz").is_file():
        return None
    with np.load(folder / "state.npz") as found:
        population = Population(found["members"], found["losses"], int(found["generation"]), float(found["accepted"]))
        return State(population, found["kept"], found["kept_losses"])


def chosen(state: State, count: int) -> tuple[np.ndarray, np.ndarray]:
    """So many members of what was kept, evenly from its second half, and their losses."""
    half = len(state.kept) // 2
    members = state.kept[half:].reshape(-1, state.kept.shape[-1])
    losses = state.losses[half:].ravel()
    places = np.linspace(0, len(members) - 1, count).round().astype(int)
    return members[places], losses[places]


def described(effort: Effort) -> str:
    """The effort as text, of which a hash can be made."""
    return json.dumps(asdict(effort), sort_keys=True)
