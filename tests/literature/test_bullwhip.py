"""Worked cases of the bullwhip that forecasting causes (theory B36, B37), and of prepaying (B45).

Chen, Drezner, Ryan & Simchi-Levi 2000 (moving average); Chen, Ryan & Simchi-Levi 2000 (exponential smoothing).
"""

import numpy as np
import pytest

from agents.rules.ordering import anchored, prepay_premium, smoothed
from runs.analysis.statistics import bullwhip

MEAN = 1e4
"""Of demand, so high that no order is ever cut off at zero."""


class MovingAverage:
    """Mean of the last ``window`` demands."""

    def __init__(self, window):
        self.seen = [MEAN] * window

    def __call__(self, demand):
        self.seen = [*self.seen[1:], demand]
        return sum(self.seen) / len(self.seen)


class Smoothing:
    """Demand as it is expected adaptively."""

    def __init__(self, weight):
        self.weight, self.expected = weight, MEAN

    def __call__(self, demand):
        self.expected = smoothed(self.expected, demand, self.weight)
        return self.expected


def known_mean(demand):
    return MEAN


def order_up_to(demands, lead, forecast):
    """Orders that refill stock and open orders each period to ``lead`` periods of forecast demand."""
    position, orders = lead * MEAN, []
    for demand in demands:
        position -= demand
        orders.append(anchored(0.0, lead * forecast(demand) - position, 0.0, 1.0, 1.0))
        position += orders[-1]
    return np.array(orders)


def autoregressive(persistence, periods, seed=1):
    """Demand with autocorrelation rho ** n and variance 1 / (1 - rho ** 2)."""
    shocks = np.random.default_rng(seed).normal(size=periods)
    level, demands = 0.0, []
    for shock in shocks:
        level = persistence * level + shock
        demands.append(MEAN + level)
    return np.array(demands)


def exact_ratio(lead, forecast, persistence, periods=400):
    """Variance of orders over that of demand, from the orders' answer to one pulse of demand.

    Orders are a weighted sum of past demands, w; their variance is w' R w in that of demand, R the autocorrelations.
    """
    pulse = MEAN + np.eye(1, periods)[0] * 1024.0
    weights = (order_up_to(pulse, lead, forecast) - MEAN) / 1024.0
    lags = np.abs(np.subtract.outer(np.arange(periods), np.arange(periods)))
    return weights @ (float(persistence) ** lags) @ weights


AVERAGES = {
    "p 5, L 2": (5, 2, 0.0, 2.12),
    "p 4, L 4": (4, 4, 0.0, 5.0),
    "p 4, L 2, rho .5": (4, 2, 0.5, 2.40625),
    "p 3, L 2, rho -.5": (3, 2, -0.5, 3.5),
}


@pytest.mark.parametrize(("window", "lead", "persistence", "expected"), AVERAGES.values(), ids=AVERAGES)
def test_b36_moving_average(window, lead, persistence, expected):
    closed = 1.0 + (2.0 * lead / window + 2.0 * (lead / window) ** 2) * (1.0 - persistence**window)
    assert closed == pytest.approx(expected, abs=1e-12)
    assert exact_ratio(lead, MovingAverage(window), persistence) == pytest.approx(expected, abs=1e-9)
    demands = autoregressive(persistence, 200_000)
    found = bullwhip(order_up_to(demands, lead, MovingAverage(window)), demands)
    assert found.ratio == pytest.approx(expected, rel=0.02)
    assert found.normalised == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("persistence", [0.0, 0.5])
def test_b36_a_known_mean_amplifies_nothing(persistence):
    demands = autoregressive(persistence, 5_000)
    assert bullwhip(order_up_to(demands, 3, known_mean), demands).ratio == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize(("persistence", "expected"), [(0.0, 1.9777777778), (0.5, 1.8148148148)])
def test_b37_exponential_smoothing(persistence, expected):
    assert exact_ratio(2, Smoothing(0.2), persistence) == pytest.approx(expected, abs=1e-6)
    demands = autoregressive(persistence, 200_000)
    assert bullwhip(order_up_to(demands, 2, Smoothing(0.2)), demands).ratio == pytest.approx(expected, rel=0.02)


def test_b45_what_prepaying_costs():
    assert prepay_premium(0.5, 0.03, 4.0) == pytest.approx(0.062754405, abs=1e-6)
    assert prepay_premium(0.5, 0.03, 1.0) == pytest.approx(0.015, abs=1e-12)
    assert prepay_premium(0.5, 0.03, 0.0) == 0.0
    assert prepay_premium(0.0, 0.03, 4.0) == 0.0
