"""A fit from first to last: the best of a hypercube, annealed on few draws, then sampled on many along an emulator."""

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
from threadpoolctl import threadpool_limits

from market import Scenario
from market.gears.simulate import Cancelled
from runs.calibration import sampler
from runs.calibration.emulator import Emulator
from runs.calibration.evaluate import Judge
from runs.calibration.sampler import Population
from runs.calibration.space import Space
from runs.calibration.target import Target

EVERY = 10
"""Generations between two states on disk."""


@dataclass(frozen=True)
class Stage:
    """Generations that anneal on so many draws that all vectors share, from a temperature to 1."""

    generations: int
    draws: int
    heat: float


@dataclass(frozen=True)
class Walk:
    """How the sample is taken, on so many draws that all vectors share.

    In each of ``rounds`` so many ``vectors`` are judged for an emulator to learn from, those of later rounds where the
    emulator of the rounds before says that the sample is. Then ``generations`` of long steps along it, each of up to
    so many short ``steps``; all of these are kept.
    """

    draws: int
    rounds: int
    vectors: int
    generations: int
    steps: int


@dataclass(frozen=True)
class Effort:
    """How hard a fit tries: ``members`` of the population, ``points`` of the hypercube on one draw, and so on."""

    members: int
    points: int
    stages: tuple[Stage, ...]
    walk: Walk

    @property
    def annealing(self) -> int:
        """Generations of all stages."""
        return sum(stage.generations for stage in self.stages)

    @property
    def generations(self) -> int:
        """All together; a round of learning counts as one."""
        return self.annealing + self.walk.rounds + self.walk.generations

    def at(self, generation: int) -> tuple[Stage, int]:
        """The stage of a generation that anneals, and which of its own it is."""
        for stage in self.stages:
            if generation < stage.generations:
                return stage, generation
            generation -= stage.generations
        raise IndexError(generation)


FULL = Effort(96, 10_000, (Stage(240, 8, 300.0), Stage(60, 24, 10.0)), Walk(192, 6, 1_152, 250, 8_000))
QUICK = Effort(64, 4_000, (Stage(160, 8, 300.0),), Walk(64, 4, 640, 60, 2_000))
SMALL = Effort(48, 1_500, (Stage(90, 8, 300.0),), Walk(8, 3, 480, 60, 1_000))
"""Of recovery tests."""
WIDER, HOTTER = 1.5, 2.0
"""How much wider than the population, and how much hotter than the sample, an emulator learns."""


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
    """How far a fit has come: its population, what was kept of it, and what its emulator has learned from.

    ``kept`` of shape (kept, members, fields), its ``losses`` of (kept, members); ``learned`` are vectors as shares of
    the priors, and ``series`` those of their median paths, as :meth:`Judge.judged` gives them.
    """

    population: Population
    kept: np.ndarray
    losses: np.ndarray
    learned: np.ndarray
    series: np.ndarray


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
        fields = len(task.space.free)
        found = sampler.opening(task.judge(1).losses, fields, effort.members, effort.points, task.seed)
        nothing = np.empty((0, effort.members, fields))
        state = State(found, nothing, nothing[..., 0], nothing[:, 0], np.empty((0, 0)))
    with threadpool_limits(1, "blas"):  # no bit depends on how many it would take
        state = on(state, task, folder, progress)
    return state


def on(state: State, task: Task, folder: Path | None, progress: Report | None) -> State:
    """The state after the last generation."""
    effort = task.effort
    while state.population.generation < effort.generations:
        state = step(state, task)
        done = state.population.generation
        if done % EVERY == 0 or done > effort.annealing:
            save(state, folder)
        told(progress, done, effort, f"loss {np.median(state.population.losses):.1f}")
    return state


def step(state: State, task: Task) -> State:
    """One generation of whatever is due."""
    own = state.population.generation - task.effort.annealing
    if own < 0:
        return replace(state, population=annealed(state.population, task))
    return learning(state, task, own) if own < task.effort.walk.rounds else walking(state, task)


def annealed(population: Population, task: Task) -> Population:
    """The population after a generation of a stage, which begins with a look at its own draws."""
    stage, own = task.effort.at(population.generation)
    losses = task.judge(stage.draws).losses
    if own == 0:
        population = sampler.rejudged(population, losses)
    heat = sampler.temperature(own, stage.generations, stage.heat)
    return sampler.moved(population, losses, task.seed, heat, towards_best=True)


def learning(state: State, task: Task, number: int) -> State:
    """The state after a round of learning; the population is then its last vectors."""
    walk, members = task.effort.walk, state.population.members
    rng = np.random.default_rng([task.seed, 3, state.population.generation])
    batches = [members]
    if number == 0:
        weights = rng.standard_normal((walk.vectors, len(members))) * np.sqrt(WIDER / len(members))
        batches.append(sampler.reflected(members.mean(axis=0) + weights @ (members - members.mean(axis=0))))
    else:
        guide = Emulator.of(task.judge(walk.draws), state.learned, state.series).losses
        count = -(-walk.vectors // len(members))
        for _ in range(count):
            batches.append(sampler.wandered(batches[-1], guide, rng, walk.steps // count, HOTTER))
    shares = np.concatenate(batches[1:])
    losses, series = task.judge(walk.draws).judged(shares)
    last = slice(len(shares) - len(members), None)
    well = np.isfinite(losses)
    return replace(
        state,
        population=Population(shares[last], losses[last], state.population.generation + 1),
        learned=np.concatenate([state.learned, shares[well]]),
        series=np.concatenate([state.series.reshape(-1, series.shape[1]), series[well]]),
    )


def walking(state: State, task: Task) -> State:
    """The state after a generation of long steps, which is kept."""
    walk = task.effort.walk
    judge = task.judge(walk.draws)
    guide = Emulator.of(judge, state.learned, state.series).losses
    population = sampler.led(state.population, judge.losses, guide, task.seed, walk.steps)
    return replace(
        state,
        population=population,
        kept=np.concatenate([state.kept, population.members[None]]),
        losses=np.concatenate([state.losses, population.losses[None]]),
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
    np.savez(
        room, members=state.population.members, kept=state.kept, kept_losses=state.losses,
        learned=state.learned, series=state.series, **numbers,
    )  # fmt: skip
    part = folder / "state.part"
    part.write_bytes(room.getvalue())
    os.replace(part, folder / "state.npz")


def load(folder: Path | None) -> State | None:
    """The state of a folder, None if it has none."""
    if folder is None or not (folder / "state.npz").is_file():
        return None
    with np.load(folder / "state.npz") as found:
        population = Population(found["members"], found["losses"], int(found["generation"]), float(found["accepted"]))
        return State(population, found["kept"], found["kept_losses"], found["learned"], found["series"])


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
