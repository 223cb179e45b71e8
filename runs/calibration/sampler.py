"""A population that anneals towards what fits and then walks among it: differential evolution Markov chains.

ter Braak (2006), with the random crossover of Vrugt et al. (2009). A member's proposal is made of the difference of two
members of the other half, which stand still meanwhile, so that half a population is judged at once and the chain keeps
its distribution. While it anneals, half of the proposals move towards one of the best as well.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import qmc

Losses = Callable[[np.ndarray], np.ndarray]

BEST = 0.15
"""Share of the other half that a proposal may move towards while the population anneals."""
JUMP = 0.1
"""Share of proposals that take a difference whole, which leads from one mode to another."""
SHORTER = 0.2, 1.0
"""What a difference is taken of otherwise, of the length that suits a normal distribution."""
CROSSOVER = (1.0 / 3.0, 2.0 / 3.0, 1.0)
TINY = 1e-5
FEW = 10
"""Short steps in a long one at least."""


@dataclass(frozen=True)
class Population:
    """Members as shares of their priors, shape (members, fields), their losses, and how often all were moved."""

    members: np.ndarray
    losses: np.ndarray
    generation: int = 0
    accepted: float = math.nan


def opening(losses: Losses, fields: int, count: int, points: int, seed: int) -> Population:
    """The best of a Latin hypercube, as many as there are members."""
    shares = qmc.LatinHypercube(fields, rng=np.random.default_rng([seed, 0])).random(points)
    found = losses(shares)
    best = np.argsort(found, kind="stable")[:count]
    return Population(shares[best], found[best])


def rejudged(population: Population, losses: Losses) -> Population:
    """The same members, judged otherwise."""
    return replace(population, losses=losses(population.members))


def temperature(generation: int, generations: int, hottest: float) -> float:
    """Of a generation while the population anneals, from ``hottest`` to 1."""
    return float(hottest ** max(0.0, 1.0 - (generation + 1) / max(1, generations)))


def moved(
    population: Population, losses: Losses, seed: int, heat: float = 1.0, towards_best: bool = False
) -> Population:
    """The population after one generation, at a temperature; the draws are those of the seed and the generation."""
    rng = np.random.default_rng([seed, 1, population.generation])
    members, found = population.members.copy(), population.losses.copy()
    taken = 0
    for own, others in halves(len(members), rng):
        best = others[np.argsort(found[others], kind="stable")[: max(1, round(BEST * len(others)))]]
        proposed = proposals(members, own, others, rng, best if towards_best else None)
        judged = losses(proposed)
        better = accepted((found[own] - judged) / heat, rng)
        members[own[better]], found[own[better]] = proposed[better], judged[better]
        taken += int(better.sum())
    return Population(members, found, population.generation + 1, taken / len(members))


def led(population: Population, losses: Losses, guide: Losses, seed: int, steps: int) -> Population:
    """The population after one generation of long steps, each of some short ones along a guide.

    A member walks along the guide's distribution, and where it arrives is taken or not by what the guide is wrong by:
    the distribution is that of the losses however wrong it is, and the better it is the more is taken (Liu 2001,
    section 9.4, the surrogate transition method).

    Args:
        population: with the losses of its members.
        losses: what is sampled from.
        guide: what stands in for them and costs next to nothing.
        seed: of the draws, with the generation.
        steps: short ones in a long one at most; their number is drawn evenly in the logarithm, since a few lead away
            from where the guide is wrong and many lead far.
    """
    rng = np.random.default_rng([seed, 1, population.generation])
    members, found = population.members.copy(), population.losses.copy()
    taken = 0
    for own, others in halves(len(members), rng):
        walkers = members.copy()
        short = round(float(np.exp(rng.uniform(np.log(min(FEW, steps)), np.log(steps)))))
        before, after = walk(walkers, guide, own, others, rng, short)
        judged = losses(walkers[own])
        better = accepted(found[own] - judged - (before - after), rng)
        members[own[better]], found[own[better]] = walkers[own[better]], judged[better]
        taken += int(better.sum())
    return Population(members, found, population.generation + 1, taken / len(members))


def wandered(members: np.ndarray, guide: Losses, rng: np.random.Generator, steps: int, heat: float) -> np.ndarray:
    """Members after so many short steps along a guide, at a temperature."""
    walkers = members.copy()
    for own, others in halves(len(members), rng):
        walk(walkers, guide, own, others, rng, steps, heat)
    return walkers


def walk(
    walkers: np.ndarray,
    guide: Losses,
    own: np.ndarray,
    others: np.ndarray,
    rng: np.random.Generator,
    steps: int,
    heat: float = 1.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Move ``own`` by so many steps, in place; what the guide says of them before and after."""
    before = after = guide(walkers[own])
    for _ in range(steps):
        proposed = proposals(walkers, own, others, rng)
        judged = guide(proposed)
        better = accepted((after - judged) / heat, rng)
        walkers[own[better]] = proposed[better]
        after = np.where(better, judged, after)
    return before, after


def halves(count: int, rng: np.random.Generator) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """Who moves and who stands still meanwhile, twice."""
    order = rng.permutation(count)
    return (order[0::2], order[1::2]), (order[1::2], order[0::2])


def accepted(gains: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Which moves are taken whose logarithms of likelihood are larger by so much; none to where it is not defined."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(rng.random(len(gains))) < np.nan_to_num(gains, nan=-np.inf, posinf=np.inf, neginf=-np.inf)


def proposals(
    members: np.ndarray,
    own: np.ndarray,
    others: np.ndarray,
    rng: np.random.Generator,
    best: np.ndarray | None = None,
) -> np.ndarray:
    """Where the members ``own`` would go by differences of ``others``, inside the priors; shape (own, fields).

    With ``best`` half of them move towards one of these as well.
    """
    count, fields = len(own), members.shape[1]
    one, other = rng.integers(len(others), size=count), rng.integers(len(others) - 1, size=count)
    other += other >= one
    difference = members[others[one]] - members[others[other]]
    crossed = rng.random((count, fields)) < rng.choice(CROSSOVER, count)[:, None]
    crossed[np.arange(count), rng.integers(fields, size=count)] = True
    length = 2.38 / np.sqrt(2.0 * crossed.sum(axis=1))
    length = np.where(rng.random(count) < JUMP, 1.0, length * rng.uniform(*SHORTER, count))
    step = length[:, None] * difference + TINY * rng.standard_normal((count, fields))
    if best is not None:
        goal = members[rng.choice(best, count)] - members[own]
        step = step + np.where(rng.random(count) < 0.5, rng.uniform(0.2, 0.9, count), 0.0)[:, None] * goal
    return reflected(members[own] + np.where(crossed, step, 0.0))


def reflected(shares: np.ndarray) -> np.ndarray:
    """Shares outside 0 to 1, reflected at the ends, which keeps a proposal as likely as its return."""
    turned = np.mod(shares, 2.0)
    return np.where(turned > 1.0, 2.0 - turned, turned)
