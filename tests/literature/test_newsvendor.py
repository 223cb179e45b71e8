"""Worked cases of ordering under uncertain demand and capacity (theory B12, B13, B15, B44).

Lee, Padmanabhan & Whang 1997: what is short is rationed in proportion, so all order more than they would alone. Every
cost below is that of what the market's rule gives.
"""

import numpy as np
import pytest
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import norm, uniform

from market.mechanisms.allocation import proportional
from tests.literature.newsvendor import cost, integral, slope, turning_point

AMPLE = 1e9


def got(order, others, buyers, capacity):
    """What a buyer gets beside ``buyers`` - 1 who order ``others`` each."""
    return proportional([order] + [others] * (buyers - 1), capacity, [1.0] * buyers)[0]


def equilibrium(expected, low, high):
    """The order that is best if all others place it too: no small change of one's own lowers the cost."""
    return brentq(lambda all_order: slope(lambda own: expected(own, all_order), all_order), low, high, xtol=1e-9)


def single(order):
    """B15: demand normal with mean 100 and deviation 20, underage 4, overage 1, nobody else."""
    return cost(got(order, 0.0, 1, AMPLE), norm(100.0, 20.0), under=4.0, over=1.0)


def test_b15_newsvendor():
    best = turning_point(single, 60.0, 160.0)
    assert best == pytest.approx(116.8324246715, abs=1e-6)
    assert single(best) == pytest.approx(27.9961920408, abs=1e-6)


def two_buyers(order, others):
    """B12: demand uniform from 0 to 100, underage 4, overage 1, capacity 100 or ample with even odds."""
    demand = uniform(0.0, 100.0)
    return sum(0.5 * cost(got(order, others, 2, capacity), demand, 4.0, 1.0) for capacity in (100.0, AMPLE))


@pytest.fixture(scope="module")
def of_two():
    return equilibrium(two_buyers, 60.0, 100.0)


def test_b12_equilibrium(of_two):
    assert of_two == pytest.approx(88.4767985742, abs=1e-5)
    assert two_buyers(of_two, of_two) == pytest.approx(52.1482014258, abs=1e-5)


def test_b12_is_more_than_the_newsvendor_orders(of_two):
    alone = turning_point(lambda order: two_buyers(order, 0.0), 60.0, 99.0)
    assert alone == pytest.approx(80.0, abs=1e-5)
    assert of_two / alone == pytest.approx(1.1059599822, abs=1e-5)


def test_b12_nothing_pays_better(of_two):
    best = minimize_scalar(lambda order: two_buyers(order, of_two), bounds=(50.0, 100.0), method="bounded")
    assert best.x == pytest.approx(of_two, abs=1e-3)
    grid = np.arange(0.0, 400.0, 4.0)
    assert min(two_buyers(float(order), of_two) for order in grid) >= two_buyers(of_two, of_two) - 1e-9


LEAST, MOST, DEMAND = (400.0, 300.0), 1100.0, norm(100.0, 30.0)
"""B13: the least capacity in case (a) and in case (b), the most in both, and each of five buyers' demand."""


def five_buyers(order, others, least, under):
    """B13: overage 1, capacity uniform; expected cost of one of five."""
    total = order + 4.0 * others

    def at(capacities):
        return np.array([cost(got(order, others, 5, float(each)), DEMAND, under, 1.0) for each in capacities])

    short = integral(at, (least, min(max(total, least), MOST)))
    enough = max(0.0, MOST - max(total, least)) * cost(order, DEMAND, under, 1.0)
    return (short + enough) / (MOST - least)


def case_a(order, others):
    return five_buyers(order, others, LEAST[0], 4.0)


@pytest.fixture(scope="module")
def of_five():
    return equilibrium(case_a, 110.0, 180.0)


def test_b13_equilibrium(of_five):
    alone = turning_point(lambda order: cost(got(order, 0.0, 1, AMPLE), DEMAND, 4.0, 1.0), 90.0, 160.0)
    assert alone == pytest.approx(125.2486370072, abs=1e-4)
    assert of_five == pytest.approx(134.7272929621, abs=1e-4)
    assert of_five / alone == pytest.approx(1.0756787154, abs=1e-4)
    assert case_a(of_five, of_five) == pytest.approx(49.5467972969, abs=1e-4)
    assert case_a(alone, alone) == pytest.approx(48.3409754341, abs=1e-4)


def test_b13_nothing_pays_better(of_five):
    at_rest = case_a(of_five, of_five)
    for order in (20.0, 60.0, 100.0, 120.0, 130.0, 140.0, 160.0, 200.0, 300.0, 500.0, 900.0, 1500.0):
        assert case_a(order, of_five) > at_rest


def test_b13_drawn_at_random(of_five):
    rng = np.random.default_rng(1)
    capacities = rng.uniform(LEAST[0], MOST, 40_000)
    have = np.array([got(of_five, of_five, 5, float(capacity)) for capacity in capacities])
    needed = rng.normal(100.0, 30.0, capacities.size)
    costs = np.where(needed > have, 4.0 * (needed - have), have - needed)
    error = costs.std() / np.sqrt(costs.size)
    assert abs(costs.mean() - case_a(of_five, of_five)) < 4.0 * error


def test_b13_no_equilibrium_where_shortage_is_likelier_and_worse():
    """Whatever all order, from 80 to 2000, each would order more."""
    for order in [*np.arange(80.0, 300.0, 10.0), *np.arange(300.0, 2001.0, 100.0)]:
        assert slope(lambda own, all_order=order: five_buyers(own, all_order, LEAST[1], 9.0), float(order)) < 0.0


def profit(capacity, inflation=1.0):
    """B44: margin 6, capacity cost 2, demand uniform from 100 to 300, of which the supplier sees the orders."""
    low, high = 100.0 * inflation, 300.0 * inflation

    def sold(orders):
        return np.array([proportional([float(order)], capacity, [1.0])[0] for order in orders])

    return 6.0 * integral(sold, (low, min(max(capacity, low), high), high)) / (high - low) - 2.0 * capacity


def test_b44_capacity_for_inflated_orders():
    best = turning_point(profit, 120.0, 280.0)
    assert best == pytest.approx(233.3333333333, abs=1e-6)
    assert profit(best) == pytest.approx(666.6666666667, abs=1e-6)
    deceived = turning_point(lambda capacity: profit(capacity, 1.3), 140.0, 380.0)
    assert deceived == pytest.approx(303.3333333333, abs=1e-6)
    assert profit(deceived) == pytest.approx(593.3333333333, abs=1e-6)
    assert profit(best) - profit(deceived) == pytest.approx(73.3333333333, abs=1e-6)
