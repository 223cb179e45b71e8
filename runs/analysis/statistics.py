"""Statistics over runs and quarters (theory A.11, section C); arrays in, arrays out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import t as student

Numbers = np.ndarray | np.float64
"""One number per run (or per column), or a single one."""

ROUNDING = 1e-10
"""Standard deviation over the mean below which a series counts as a straight line."""


class Bullwhip(NamedTuple):
    """How much more orders vary than needs: as a ratio of variances, and of squared coefficients of variation."""

    ratio: Numbers
    normalised: Numbers


class Difference(NamedTuple):
    """A paired difference: its mean with the ends of an interval, the share of pairs that agree in sign with the
    mean, and the correlation of treatment and control, which must be positive for pairing to help."""

    mean: Numbers
    low: Numbers
    high: Numbers
    same_sign: Numbers
    correlation: Numbers


def running_sum(series: np.ndarray) -> np.ndarray:
    """Sums over the last axis, added in order, so that one run alone gives the same bits as a thousand."""
    return np.asarray(np.add.accumulate(series, axis=-1)[..., -1])


def _about_line(series: np.ndarray) -> np.ndarray:
    """Variance about the straight line in time that fits best (Gauss 1809)."""
    count = series.shape[-1]
    time = np.arange(count) - (count - 1) / 2.0
    apart = series - (running_sum(series) / count)[..., None]
    slope = running_sum(time * apart) / max(float(running_sum(time * time)), 1.0)
    rest = apart - slope[..., None] * time
    return running_sum(rest * rest) / count


def bullwhip(orders: ArrayLike, needs: ArrayLike) -> Bullwhip:
    """Variance of orders over that of needs, each less its straight line in time (E25; Chen et al. 2000).

    ``orders`` and ``needs`` of shape (..., quarters), in one unit; the results of shape (...). The normalised form
    divides each variance by the squared mean, so that an average over or under the need does not count (Chen & Lee
    2012). NaN where needs lie on a line but for rounding. Ignores that a quarter's totals hide what happens within it.
    """
    ordered, needed = np.asarray(orders, float), np.asarray(needs, float)
    order_mean, need_mean = (running_sum(series) / series.shape[-1] for series in (ordered, needed))
    variance = _about_line(needed)
    variance = np.where(variance > (ROUNDING * need_mean) ** 2, variance, np.nan)
    ratio = _about_line(ordered) / variance
    with np.errstate(divide="ignore", invalid="ignore"):
        return Bullwhip(ratio, ratio * (need_mean / order_mean) ** 2)


def overshoot(capacity: ArrayLike, need: ArrayLike) -> Numbers:
    """Peak capacity over the steady need, less 1 (theory A.11).

    ``capacity`` of shape (..., quarters), ``need`` of shape (...), both in HAE a quarter; the result of shape (...).
    """
    return np.asarray(capacity, float).max(axis=-1) / np.asarray(need, float) - 1.0


def phantom_share(ordered: ArrayLike, cancelled: ArrayLike) -> Numbers:
    """Share of what was booked that was cancelled: totals over totals, NaN where nothing was booked (theory A.11).

    Both of shape (..., quarters), in HAE; the result of shape (...). Ignores what is still open at the end.
    """
    with np.errstate(invalid="ignore"):
        return running_sum(np.asarray(cancelled, float)) / running_sum(np.asarray(ordered, float))


def paired_difference(treatment: ArrayLike, control: ArrayLike, level: float = 0.95) -> Difference:
    """Treatment less control over runs with the same draws, with Student's interval (Glasserman & Yao 1992).

    Both of shape (runs, ...), at least two runs, run n of one paired with run n of the other; every result of shape
    (...). NaN correlation where either does not vary. Ignores that runs may share a parameter vector: then average
    over its seeds first.
    """
    treated, untreated = np.asarray(treatment, float), np.asarray(control, float)
    difference = treated - untreated
    runs = len(difference)
    mean = difference.mean(axis=0)
    half = student.ppf(0.5 + level / 2.0, runs - 1) * difference.std(axis=0, ddof=1) / np.sqrt(runs)
    same_sign = (np.sign(difference) == np.sign(mean)).mean(axis=0)
    covariance = ((treated - treated.mean(axis=0)) * (untreated - untreated.mean(axis=0))).mean(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        correlation = covariance / (treated.std(axis=0) * untreated.std(axis=0))
    return Difference(mean, mean - half, mean + half, same_sign, correlation)
