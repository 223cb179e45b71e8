"""How well a path fits: the loss against history, or against figures that the market itself made."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.special import log_ndtr

from runs.backtest import loss
from runs.backtest.facts import OWNERS, WINDOW, real_revenue, shares_of
from runs.backtest.finding import Band, Measured
from runs.backtest.paths import Paths

LOST = loss.BAR / loss.TEMPERATURE
"""What a figure costs that a market does not have."""


class Target(Protocol):
    """The negative logarithm of the likelihood of each row of paths, shape (1 + runs,).

    Without ``steps`` what jumps is left out, so that near paths have near losses.
    """

    def __call__(self, paths: Paths, steps: bool = True) -> np.ndarray: ...


@dataclass(frozen=True)
class History:
    """The loss of :mod:`runs.backtest.loss`, of figures up to the last quarter of a window."""

    window: str = WINDOW

    def __call__(self, paths: Paths, steps: bool = True) -> np.ndarray:
        return np.asarray(loss.along(paths, self.window, steps).total)


@dataclass(frozen=True)
class Figures:
    """Every figure that history is asked for, of each row of paths: arrays of shape (1 + runs, figures).

    ``banded`` in half-bands, NaN where there is none; ``revenue`` as logarithms; ``shares`` of 2023's units.
    """

    banded: np.ndarray
    revenue: np.ndarray
    shares: np.ndarray

    @property
    def median(self) -> Figures:
        """Those of the median path alone, each of shape (figures,)."""
        return Figures(self.banded[0], self.revenue[0], self.shares[0])


def figures(paths: Paths) -> Figures:
    """The figures of the scored facts, but for those that are counts.

    Raises:
        Missing: the scenario lacks what a figure is of.
    """
    banded = [
        one.values / band.scale
        for rule in loss.judged(WINDOW)
        for band, one in zip(rule.bands, rule.measure(paths), strict=True)
        if figured(band, one)
    ]
    revenue = np.stack([paths["revenue"][:, paths.at(quarter)] for quarter in real_revenue()], axis=1)
    return Figures(np.stack(banded, axis=1), np.log(np.maximum(revenue, 1.0)), shares_of(paths, OWNERS))


def figured(band: Band, measured: Measured) -> bool:
    """Whether a figure is one of a path; counts are not, and a search follows them by what they count."""
    return measured.excess is None or band.unit == "weeks"


@dataclass(frozen=True)
class Made:
    """Figures of a market whose constants are known, with the errors that history's are thought to have.

    A band is an observation that may be off by half its width either way, all alike; a revenue by 10%, an owner's
    share by 30%, both normal. Besides, a figure is the median of a few draws here as there: ``chance`` is the standard
    deviation of how far the same market's figures lie apart on two sets of draws. Without it a market's own constants
    would be ruled out by its own figures (Price et al. 2018 on the noise of a synthetic likelihood).
    """

    seen: Figures
    chance: Figures

    @classmethod
    def of(cls, truth: Figures, others: Sequence[Figures], rng: np.random.Generator) -> Made:
        """Observations of a true market, whose figures on other sets of draws are at hand; each of a median path."""
        seen = Figures(
            truth.banded + rng.uniform(-1.0, 1.0, truth.banded.shape),
            truth.revenue + loss.REVENUE_DEVIATION * rng.standard_normal(truth.revenue.shape),
            truth.shares * (1.0 + loss.SHARE_DEVIATION * rng.standard_normal(truth.shares.shape)),
        )
        return cls(
            seen,
            Figures(
                np.maximum(apart([one.banded for one in others]), loss.TEMPERATURE),
                apart([one.revenue for one in others]),
                apart([one.shares for one in others]),
            ),
        )

    def __call__(self, paths: Paths, steps: bool = True) -> np.ndarray:
        found = figures(paths)
        known = ~np.isnan(self.seen.banded)
        off = (found.banded - self.seen.banded)[:, known]
        banded = np.where(np.isnan(off), LOST, -log_even(np.nan_to_num(off), self.chance.banded[known]))
        revenue = (found.revenue - self.seen.revenue) / np.hypot(loss.REVENUE_DEVIATION, self.chance.revenue)
        # the error is of the true share, so the likelihood is of a normal whose width goes with it
        width = np.hypot(loss.SHARE_DEVIATION * np.maximum(np.abs(found.shares), 1e-3), self.chance.shares)
        shares = (self.seen.shares - found.shares) / width
        normal = np.where(np.isnan(shares), 0.0, 0.5 * shares * shares + np.log(width))
        return np.asarray(banded.sum(axis=1) + 0.5 * (revenue * revenue).sum(axis=1) + normal.sum(axis=1))


def apart(sets: Sequence[np.ndarray]) -> np.ndarray:
    """Standard deviation of the difference between two sets of draws; 0 where fewer than two have a figure."""
    found = np.array(sets)
    enough = (~np.isnan(found)).sum(axis=0) >= 2
    spread = np.zeros(found.shape[1:])
    spread[enough] = np.nanstd(found[:, enough], axis=0, ddof=1)
    return math.sqrt(2.0) * spread


def log_even(off: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """Logarithm of the density, at a distance, of an even error between -1 and 1 with a normal one on top."""
    far = np.abs(off)
    near, beyond = log_ndtr((1.0 - far) / chance), log_ndtr((-1.0 - far) / chance)
    return near + np.log1p(-np.exp(beyond - near)) - math.log(2.0)
