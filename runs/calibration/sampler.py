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
CROSSOVER = (1.0 / 3.0, 2.0 / 3.0, 1.0)
TINY = 1e-5


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
    order = rng.permutation(len(members))
    taken = 0
    for own, others in ((order[0::2], order[1::2]), (order[1::2], order[0::2])):
        proposed = proposals(members, found, own, others, rng, towards_best)
        judged = losses(proposed)
        chance = rng.random(len(own))
        with np.errstate(over="ignore", invalid="ignore"):
            better = np.log(chance) < (found[own] - judged) / heat
        better &= np.isfinite(judged)
        members[own[better]], found[own[better]] = proposed[better], judged[better]
        taken += int(better.sum())
    return Population(members, found, population.generation + 1, taken / len(members))


def proposals(
    members: np.ndarray,
    losses: np.ndarray,
    own: np.ndarray,
    others: np.ndarray,
    rng: np.random.Generator,
    towards_best: bool,
) -> np.ndarray:
    """Where the members ``own`` would go by differences of ``others``, inside the priors; shape (own, fields)."""
    count, fields = len(own), members.shape[1]
    pairs = np.stack([rng.choice(len(others), 2, replace=False) for _ in range(count)])
    difference = members[others[pairs[:, 0]]] - members[others[pairs[:, 1]]]
    crossed = rng.random((count, fields)) < rng.choice(CROSSOVER, count)[:, None]
    crossed[np.arange(count), rng.integers(fields, size=count)] = True
    length = 2.38 / np.sqrt(2.0 * crossed.sum(axis=1))
    length = np.where(rng.random(count) < JUMP, 1.0, length * rng.uniform(0.5, 1.0, count))
    step = length[:, None] * difference + TINY * rng.standard_normal((count, fields))
    if towards_best:
        best = others[np.argsort(losses[others], kind="stable")[: max(1, round(BEST * len(others)))]]
        goal = members[rng.choice(best, count)] - members[own]
        step = step + np.where(rng.random(count) < 0.5, rng.uniform(0.2, 0.9, count), 0.0)[:, None] * goal
    return reflected(members[own] + np.where(crossed, step, 0.0))


def reflected(shares: np.ndarray) -> np.ndarray:
    """Shares outside 0 to 1, reflected at the ends, which keeps a proposal as likely as its return."""
    turned = np.mod(shares, 2.0)
    return np.where(turned > 1.0, 2.0 - turned, turned)
