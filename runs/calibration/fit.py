"""A fit from first to last: the best of a hypercube, annealed on few draws, settled on many, then sampled."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
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

HOTTEST, WARM = 300.0, 10.0
"""Temperatures at which the population begins to anneal, and to settle on the larger set of draws."""
EVERY = 10
"""Generations between two states on disk."""


@dataclass(frozen=True)
class Effort:
    """How hard a fit tries.

    Args:
        members: of the population.
        points: of the hypercube, each judged on one draw.
        anneal: generations on ``few`` draws while the temperature falls to 1.
        settle: generations on ``many`` draws, from a tepid temperature to 1.
        sample: generations at temperature 1 on ``many`` draws, of which every ``thin``-th is kept.
        few: draws that all vectors share.
        many: the same, when it matters.
    """

    members: int
    points: int
    anneal: int
    settle: int
    sample: int
    thin: int
    few: int = 8
    many: int = 32

    @property
    def generations(self) -> int:
        """All together."""
        return self.anneal + self.settle + self.sample


FULL = Effort(members=128, points=10_000, anneal=240, settle=60, sample=500, thin=10, many=24)
QUICK = Effort(members=64, points=4_000, anneal=160, settle=20, sample=80, thin=4, many=16)
SMALL = Effort(members=48, points=1_500, anneal=90, settle=0, sample=120, thin=4, many=8)
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

    def judge(self, runs: int) -> Judge:
        """Who judges on so many draws; sets of different size have none in common."""
        return Judge(self.scenario, self.space, self.target, runs, self.seed, self.threads, first=1000 * runs)


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
    few, many = task.judge(effort.few).losses, task.judge(effort.many).losses
    state = load(folder)
    if state is None:
        told(progress, 0, effort, "looking over the priors")
        found = sampler.opening(task.judge(1).losses, len(task.space.free), effort.members, effort.points, task.seed)
        nothing = np.empty((0, effort.members, len(task.space.free)))
        state = State(sampler.rejudged(found, few), nothing, nothing[..., 0])
    while state.population.generation < effort.generations:
        state = step(state, effort, task.seed, few, many)
        done = state.population.generation
        if done % EVERY == 0 or done == effort.generations:
            save(state, folder)
        told(progress, done, effort, f"loss {np.median(state.population.losses):.1f}")
    return state


def step(state: State, effort: Effort, seed: int, few: sampler.Losses, many: sampler.Losses) -> State:
    """One generation of whatever is due."""
    population, at = state.population, state.population.generation
    if at < effort.anneal:
        heat = sampler.temperature(at, effort.anneal, HOTTEST)
        return replace(state, population=sampler.moved(population, few, seed, heat, towards_best=True))
    if at == effort.anneal:
        population = sampler.rejudged(population, many)
    at -= effort.anneal
    if at < effort.settle:
        heat = sampler.temperature(at, effort.settle, WARM)
        return replace(state, population=sampler.moved(population, many, seed, heat, towards_best=True))
    population = sampler.moved(population, many, seed)
    if (at - effort.settle + 1) % effort.thin:
        return replace(state, population=population)
    return State(
        population,
        np.concatenate([state.kept, population.members[None]]),
        np.concatenate([state.losses, population.losses[None]]),
    )


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
