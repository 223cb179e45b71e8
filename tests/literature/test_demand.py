"""Worked cases of demand for compute (theory B48, B49), and of concentration (B47)."""

import math

import pytest
from scipy.integrate import quad
from scipy.optimize import brentq, minimize_scalar

from agents.classes.neocloud import HOURS
from agents.rules.demand import contest_effort, desired_compute, user_cost
from market import Market
from market.measures import herfindahl
from tests.literature.textbook import contest_value
from tests.worlds import changed, quiet_world, scenario

PRIZE = 100.0


def win_chance(effort, rivals, decisiveness=1.0):
    """What effort adds to the chance, unit by unit: the sum of all marginal values for a prize of 1."""
    return quad(contest_value, 0.0, effort, args=(rivals, 1.0, decisiveness), epsabs=1e-13, epsrel=1e-13)[0]


def symmetric_effort(racers, decisiveness):
    """The effort at which all equal racers value one more unit at its cost, 1."""
    return brentq(
        lambda own: contest_value(own, (racers - 1) * own**decisiveness, PRIZE, decisiveness) - 1.0,
        1e-3,
        1e3,
        xtol=1e-12,
    )


@pytest.mark.parametrize(("decisiveness", "effort"), [(1.0, 18.75), (0.5, 9.375)])
def test_b48_four_equal_racers(decisiveness, effort):
    assert symmetric_effort(4, decisiveness) == pytest.approx(effort, abs=1e-9)


@pytest.mark.parametrize("racers", [2, 4, 5, 10])
def test_b48_the_closed_form_is_the_same_rest_point(racers):
    effort = symmetric_effort(racers, 1.0)
    assert contest_effort(PRIZE, (racers - 1) * effort, 1.0) == pytest.approx(effort, abs=1e-9)
    assert racers * effort / PRIZE == pytest.approx(1.0 - 1.0 / racers, abs=1e-9)


def test_b48_an_entrant_raises_the_total():
    totals = [racers * symmetric_effort(racers, 1.0) for racers in (4, 5)]
    assert totals == pytest.approx([75.0, 80.0], abs=1e-9)


@pytest.mark.parametrize(("rivals", "effort"), [(9.0, 21.0), (25.0, 25.0), (64.0, 16.0), (100.0, 0.0), (400.0, 0.0)])
def test_b48_laggards_give_up(rivals, effort):
    assert contest_effort(PRIZE, rivals, 1.0) == pytest.approx(effort, abs=1e-12)
    if effort > 0.0:
        assert contest_value(effort, rivals, PRIZE, 1.0) == pytest.approx(1.0, abs=1e-12)
    else:
        assert contest_value(1e-9, rivals, PRIZE, 1.0) <= 1.0


def test_b48_who_values_the_prize_more_wins_more_often():
    strong = weak = 10.0
    for _ in range(60):
        strong = contest_effort(100.0, weak, 1.0)
        weak = contest_effort(60.0, strong, 1.0)
    assert (strong, weak) == pytest.approx((23.4375, 14.0625), abs=1e-9)
    assert win_chance(strong, weak) == pytest.approx(0.625, abs=1e-9)
    best = minimize_scalar(lambda own: own - 100.0 * win_chance(own, weak), bounds=(1.0, 90.0), method="bounded")
    assert best.x == pytest.approx(strong, abs=1e-3)


def test_contest_without_compute_rivals_or_prize():
    assert contest_value(0.0, 5.0, PRIZE, 1.0) == 0.0
    assert contest_value(5.0, 0.0, PRIZE, 1.0) == 0.0
    assert contest_value(5.0, 5.0, 0.0, 1.0) == 0.0
    assert contest_value(5.0, 5.0, PRIZE, 0.0) == 0.0
    assert contest_effort(PRIZE, 0.0, 1.0) == contest_effort(0.0, 5.0, 1.0) == contest_effort(PRIZE, 5.0, 0.0) == 0.0


STOCK, VALUE, PRICE, ETA = 1000.0, 60.0, 30.0, 1.5
"""B49: a marginal value of 60 (q / 1000) ** (-1 / 1.5) and a price of 30, in thousands of USD."""


def test_b49_demand():
    assert desired_compute(STOCK, VALUE, PRICE, ETA) == pytest.approx(2828.427125, abs=1e-6)


def test_b49_the_marginal_value_there_is_the_price():
    wanted = desired_compute(STOCK, VALUE, PRICE, ETA)
    found = brentq(lambda price: desired_compute(STOCK, VALUE, price, ETA) - wanted, 1.0, 100.0, xtol=1e-12)
    assert found == pytest.approx(PRICE, abs=1e-9)


def test_b49_surplus_above_the_price():
    surplus, _ = quad(lambda price: desired_compute(STOCK, VALUE, price, ETA), PRICE, math.inf, epsrel=1e-12)
    assert surplus == pytest.approx(169705.627485, abs=1e-3)


def test_b49_money_has_no_unit():
    assert desired_compute(STOCK, 10.0 * VALUE, 10.0 * PRICE, ETA) == pytest.approx(2828.427125, abs=1e-9 * 2828.0)


def test_b49_user_cost():
    a_year = 4.0 * user_cost(30.0, capital_cost=0.10, depreciation=0.25, price_fall=0.10)
    assert a_year == pytest.approx(13.5, abs=1e-9)
    assert 1000.0 * a_year / (4.0 * HOURS * 0.7) == pytest.approx(2.201566, abs=1e-6)


LIMITS = {
    "income": (45.0, 1500.0),  # million USD, at 30,000 a unit
    "opening_power": (3.9, 2400.0),  # MW, at 1.3 kW a unit and a PUE of 1.25
    "space": (2600.0, 2600.0),
}
"""What limits an order, and the units it leaves."""


def wanted(limits, money=1.0):
    """What a buyer of nothing but value orders within some limits, if all prices and budgets are multiplied."""
    buyer = {"reference_stock": STOCK, "elasticity": ETA, "adjustment": 1.0, "retirement": 0.0, "income": 1e8 * money}
    buyer["opening_flow"] = (VALUE / PRICE) ** ETA - 1.0  # so that its value is twice the user cost
    buyer |= {name: LIMITS[name][0] * (money if name == "income" else 1.0) for name in limits}
    product = ("products", "unit")
    world = changed(
        quiet_world(0.0, 4, only=buyer),
        {(*product, "opening_price"): 30000.0 * money, (*product, "power_kw"): 1.3, ("market", "opening_lead"): 0.0},
    )
    model = Market(scenario(world))
    model.step()
    return model.ordered


def test_b49_without_limits_the_value_decides():
    assert wanted([]) == pytest.approx(2828.427125, abs=1e-6)


@pytest.mark.parametrize("name", LIMITS)
def test_b49_each_limit(name):
    assert wanted([name]) == pytest.approx(LIMITS[name][1], abs=1e-6)


def test_b49_the_smallest_limit_counts():
    assert wanted(LIMITS) == pytest.approx(1500.0, abs=1e-9)
    assert wanted(["opening_power", "space"]) == pytest.approx(2400.0, abs=1e-9)


@pytest.mark.parametrize("limits", [[], ["income"], list(LIMITS)])
def test_b49_ten_times_the_money_changes_nothing(limits):
    assert wanted(limits, money=10.0) == pytest.approx(wanted(limits), abs=1e-9)


def test_b47_concentration():
    assert herfindahl([40.0, 30.0, 20.0, 10.0]) == pytest.approx(3000.0, abs=1e-9)
    assert 10000.0 / herfindahl([40.0, 30.0, 20.0, 10.0]) == pytest.approx(10 / 3, abs=1e-9)
    assert herfindahl([7.0] * 10) == pytest.approx(1000.0, abs=1e-9)


def test_b47_a_merger():
    merged = herfindahl([40.0, 30.0, 30.0])
    assert merged - herfindahl([40.0, 30.0, 20.0, 10.0]) == pytest.approx(400.0, abs=1e-9)


def test_concentration_of_nothing_is_unknown():
    assert math.isnan(herfindahl([0.0, 0.0]))
    assert math.isnan(herfindahl([]))
    assert herfindahl([0.0, 5.0]) == 10000.0
