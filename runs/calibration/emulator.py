"""What a search reads of a market, foretold of a vector without running it: quadratic functions of its fields."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from runs.backtest.paths import Paths
from runs.calibration.evaluate import Judge

RIDGE = 1e-6
"""Of the normal equations, per vector: what keeps them solvable where there are few."""


@dataclass(frozen=True)
class Emulator:
    """The series of median paths, and with them losses, of vectors near those that it was fitted to.

    An emulator in the sense of Kennedy and O'Hagan (2001), a second-degree polynomial of every number of every series:
    what is emulated is what the loss is made of, which is smooth, and not the loss, which has kinks.
    """

    judge: Judge
    centre: np.ndarray
    scale: np.ndarray
    mean: np.ndarray
    """Of every number, NaN where most vectors have none."""
    moving: np.ndarray
    """Places of the numbers that are not the same for all vectors."""
    weights: np.ndarray
    """Shape (terms, moving)."""

    @classmethod
    def of(cls, judge: Judge, shares: np.ndarray, series: np.ndarray) -> Emulator:
        """Fitted by least squares.

        Args:
            judge: who judged the vectors.
            shares: of the priors, shape (vectors, fields).
            series: as :meth:`Judge.judged` gives them, shape (vectors, numbers).
        """
        known = ~np.isnan(series)
        often = known.mean(axis=0) > 0.5
        held = np.where(known, series, 0.0)
        mean = np.where(often, held.sum(axis=0) / np.maximum(1, known.sum(axis=0)), np.nan)
        off = np.where(known & often, held - np.nan_to_num(mean), 0.0)
        moving = np.flatnonzero(np.abs(off).max(axis=0) > 1e-9 * np.abs(np.nan_to_num(mean)))
        centre, scale = shares.mean(axis=0), shares.std(axis=0) + 1e-9
        made = terms((shares - centre) / scale)
        squares = made.T @ made + RIDGE * len(made) * np.eye(made.shape[1])
        weights = np.linalg.solve(squares, made.T @ off[:, moving])
        return cls(judge, centre, scale, mean, moving, weights)

    def series(self, shares: np.ndarray) -> np.ndarray:
        """What :meth:`Judge.judged` would give, about."""
        found = np.repeat(self.mean[None], len(shares), axis=0)
        found[:, self.moving] += terms((shares - self.centre) / self.scale) @ self.weights
        return found

    def losses(self, shares: np.ndarray) -> np.ndarray:
        """Losses, but for what jumps, shape (vectors,)."""
        flat, at, known = self.series(shares), 0, {}
        for key, shape in self.judge.series.items():
            size = math.prod(shape)
            known[key] = flat[:, at : at + size].reshape(len(flat), *shape)
            at += size
        return self.judge.target(Paths.of_series(self.judge.scenario, known), steps=False)


def terms(off: np.ndarray) -> np.ndarray:
    """One, every field, and every product of two; shape (vectors, terms)."""
    one, other = np.triu_indices(off.shape[1])
    return np.concatenate([np.ones((len(off), 1)), off, off[:, one] * off[:, other]], axis=1)
