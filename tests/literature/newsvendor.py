"""The newsvendor's expected cost, by which worked cases judge what a rule gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.optimize import brentq

NODES, WEIGHTS = np.polynomial.legendre.leggauss(40)


def integral(function: Callable[[np.ndarray], Any], points: Sequence[float]) -> float:
    """Of a function of arrays that is smooth between ``points``, by the rule of Gauss and Legendre."""
    total = 0.0
    for low, high in pairwise(points):
        half = 0.5 * (high - low)
        total += half * float(WEIGHTS @ function(low + half * (1.0 + NODES)))
    return total


def cost(quantity: float, demand: Any, under: float, over: float) -> float:
    """Expected cost of having a quantity: ``over`` for each unit too many, ``under`` for each too few.

    ``demand`` is a distribution of scipy.stats.
    """
    low, high = float(demand.ppf(1e-14)), float(demand.isf(1e-14))
    inside = min(max(quantity, low), high)
    too_many = integral(demand.cdf, (low, inside, max(inside, quantity)))
    too_few = integral(demand.sf, (min(inside, quantity), inside, high))
    return over * too_many + under * too_few


def slope(function: Callable[[float], float], at: float, step: float = 1e-3) -> float:
    """Of a function at a point, from its values on both sides."""
    return (function(at + step) - function(at - step)) / (2.0 * step)


def turning_point(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function with one turning point between two points is level."""
    return float(brentq(lambda at: slope(function, at), low, high, xtol=1e-10))
