"""Worked cases of lying to an allocation rule (theory B08 to B11, B14, B60), through the market's own rules."""

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.optimize import brentq, minimize_scalar

from agents.rules import gaming
from agents.rules.ordering import proportional_reply
from market.mechanisms import allocation


def given(rule, orders, capacity, weights=None):
    """What everybody gets; equal weights unless said otherwise."""
    return rule([float(order) for order in orders], float(capacity), weights or [1.0] * len(orders))


def random_orders(cases, seed=1):
    """Short supplies: orders of two to six buyers with weights, and a capacity under their sum."""
    rng = np.random.default_rng(seed)
    for _ in range(cases):
        orders = rng.uniform(0.0, 100.0, rng.integers(2, 7)).tolist()
        yield orders, float(rng.uniform(0.1, 1.0)) * sum(orders), rng.uniform(0.1, 10.0, len(orders)).tolist(), rng


def test_b08_linear_is_the_dual_of_uniform():
    for orders, capacity, _, _ in random_orders(5000):
        shortfall = given(allocation.uniform, orders, sum(orders) - capacity)
        left = [order - cut for order, cut in zip(orders, shortfall, strict=True)]
        assert given(allocation.linear, orders, capacity) == pytest.approx(left, abs=1e-9)


@pytest.mark.parametrize(
    ("rule", "asked", "expected"),
    [
        (allocation.proportional, 400, (100, 12.5, 7.5)),
        (allocation.linear, 130, (100, 20, 0)),
        (allocation.uniform, 45, (45, 45, 30)),
        (allocation.uniform, 100, (45, 45, 30)),
        (allocation.uniform, 1e6, (45, 45, 30)),
    ],
)
def test_b09_what_must_be_asked_for_to_get_100(rule, asked, expected):
    assert given(rule, (asked, 50, 30), 120) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("name", allocation.RULES)
def test_b09_largest_gain_from_lying(name):
    rule, largest = allocation.RULES[name], 0.0
    for needs, capacity, weights, rng in random_orders(3000):
        honest = rule(needs, capacity, weights)[0]
        asked = [needs[0] * float(rng.uniform(0.2, 5.0)), *needs[1:]]
        largest = max(largest, min(needs[0], rule(asked, capacity, weights)[0]) - honest)
    assert largest > 1.0 if rule.invites["lies"] else largest <= 1e-9


@pytest.mark.parametrize(
    ("rule", "newcomer", "other", "fill"),
    [
        (allocation.proportional, 250 / 3, 5 / 3, 5 / 24),
        (allocation.uniform, 20, 8, 1),
        (allocation.linear, 100, 0, 0),
        (allocation.lexicographic, 20, 8, 1),
    ],
)
def test_b10_a_newcomer_without_measure(rule, newcomer, other, fill):
    before = given(rule, [8] * 10, 100)
    assert before == pytest.approx([8] * 10, abs=1e-9)
    after = given(rule, [8] * 10 + [400], 100, [2.0] * 10 + [1.0])
    assert after == pytest.approx([other] * 10 + [newcomer], abs=1e-9)
    assert sum(after[:10]) / sum(before) == pytest.approx(fill, abs=1e-9)


def under_names(rule, orders, capacity, weights, names):
    """What the first buyer gets, and what the others do, if it puts in equal parts under so many names."""
    split = [orders[0] / names] * names + list(orders[1:])
    weights = [weights[0]] * names + list(weights[1:])
    found = given(rule, split, capacity, weights)
    return sum(found[:names]), found[names:]


@pytest.mark.parametrize(
    ("rule", "before", "after"),
    [(allocation.proportional, 200 / 3, 200 / 3), (allocation.uniform, 45, 60), (allocation.linear, 80, 70)],
)
def test_b60_a_buyer_under_two_names(rule, before, after):
    totals = [under_names(rule, (100, 50, 30), 120, [1.0] * 3, names)[0] for names in (1, 2)]
    assert totals == pytest.approx([before, after], abs=1e-9)


def test_b60_the_newcomer_under_five_names():
    newcomer, others = under_names(allocation.uniform, [400] + [8] * 10, 100, [1.0] * 11, 5)
    assert newcomer == pytest.approx(100 / 3, abs=1e-9)
    assert others == pytest.approx([20 / 3] * 10, abs=1e-9)
    assert sum(others) / 80 == pytest.approx(5 / 6, abs=1e-9)


def gains_from_splitting(rule, weigh=lambda size: 1.0, cases=2000):
    """Smallest and largest gain, in units, of a buyer that appears under two to five names of equal size.

    Sizes are verified, and known whatever is ordered; a name has its part of the buyer's size.
    """
    gains = []
    for orders, capacity, sizes, rng in random_orders(cases):
        names = int(rng.integers(2, 6))
        whole = given(rule, orders, capacity, [weigh(size) for size in sizes])[0]
        weights = [weigh(sizes[0] / names)] + [weigh(size) for size in sizes[1:]]
        gains.append(under_names(rule, orders, capacity, weights, names)[0] - whole)
    return min(gains), max(gains)


@pytest.mark.parametrize(
    ("rule", "may_lose", "may_gain"),
    [(allocation.proportional, False, False), (allocation.uniform, False, True), (allocation.linear, True, False)],
)
def test_b60_random_splits(rule, may_lose, may_gain):
    smallest, largest = gains_from_splitting(rule)
    assert smallest < -1.0 if may_lose else smallest > -1e-8
    assert largest > 1.0 if may_gain else largest < 1e-8


def test_b60_weights_by_verified_size_make_names_worth_nothing():
    smallest, largest = gains_from_splitting(allocation.weighted_uniform, lambda size: size)
    assert smallest == pytest.approx(0.0, abs=1e-8)
    assert largest == pytest.approx(0.0, abs=1e-8)


def test_b60_weights_by_verified_size_make_lies_worth_nothing():
    for needs, capacity, sizes, rng in random_orders(2000):
        asked = [needs[0] * float(rng.uniform(1.0, 5.0)), *needs[1:]]
        useful = min(needs[0], allocation.weighted_uniform(asked, capacity, sizes)[0])
        assert useful <= allocation.weighted_uniform(needs, capacity, sizes)[0] + 1e-8


def test_b60_weights_by_the_root_of_size_pay_for_splitting():
    smallest, largest = gains_from_splitting(allocation.weighted_uniform, math.sqrt)
    assert smallest > -1e-8
    assert largest > 1.0


def replies(need, buyers, capacity, cap, rounds):
    """Everybody's order, round after round, if all answer the last round's orders at once and phantoms are free."""
    order, path = need, [need]
    for _ in range(rounds):
        others = (buyers - 1) * order
        order = need * gaming.best_reply(need, 1.0, 0.0, cap, others, capacity, 1.0, 0.0)
        path.append(order)
    return path


def test_b11_best_replies_multiply_by_a_half_more_each_round():
    path = replies(60.0, 2, 100.0, 500.0 / 60.0, 8)
    assert path[:6] == pytest.approx([60.0 * 1.5**n for n in range(6)], abs=1e-9)
    assert path[3] == pytest.approx(202.5, abs=1e-9)
    assert path.index(max(path)) == 6
    assert path[6:] == pytest.approx([500.0] * 3, abs=1e-9)
    assert path[-1] / 60.0 == pytest.approx(500 / 60, abs=1e-9)
    assert given(allocation.proportional, [path[-1]] * 2, 100) == pytest.approx([50.0, 50.0], abs=1e-9)


def test_b11_the_reply_gets_exactly_the_need():
    path = replies(60.0, 2, 100.0, 500.0 / 60.0, 5)
    for old, new in pairwise(path):
        assert given(allocation.proportional, [new, old], 100)[0] == pytest.approx(60.0, abs=1e-9)


@pytest.mark.parametrize(
    ("buyers", "need", "factor"),
    [
        (2, 60.0, 1.5),
        (10, 11.0, 99 / 89),
        (3, 30.0, 1.0),
        (3, 33.3, 1.0),
        (3, 33.4, 66.8 / 66.6),
        (12, 9.0, 99 / 91),
    ],
)
def test_b11_orders_grow_where_needs_exceed_the_capacity(buyers, need, factor):
    path = replies(need, buyers, 100.0, 1e9, 3)
    assert [new / old for old, new in pairwise(path)] == pytest.approx([factor] * 3, abs=1e-9)
    assert (factor > 1.0) == (buyers * need > 100.0)


BUYERS, CAPACITY, FIRST, SLOPE = 4, 100.0, 8.0, 0.2
"""B14: a benefit of 8 a - 0.1 a^2 for each of four."""


def payoff(order, others, fee, credited):
    """Of the order of one buyer beside three with the same order each, in money."""
    got = given(allocation.proportional, [order] + [others / 3.0] * 3, CAPACITY)[0]
    return FIRST * got - SLOPE * got * got / 2.0 - fee * (order - got if credited else order)


def equilibrium(fee, credited):
    """The order that is its own best reply."""
    return brentq(
        lambda order: proportional_reply(3.0 * order, CAPACITY, FIRST, SLOPE, fee, credited) - order,
        26.0 if fee < 2.0 else 20.0,
        1e4,
        xtol=1e-12,
    )


@pytest.mark.parametrize(
    ("fee", "credited", "expected"),
    [
        pytest.param(0.5, False, 112.5, id="a fee"),
        pytest.param(0.5, True, 131.25, id="a deposit, credited"),
        pytest.param(1.40625, False, 40.0, id="the fee that makes orders the ideal"),
        pytest.param(2.25, False, 25.0, id="the fee that ends rationing"),
        pytest.param(1.0, False, 56.25, id="twice the fee, half the order"),
    ],
)
def test_b14_equilibrium_under_a_fee(fee, credited, expected):
    found = equilibrium(fee, credited)
    assert found == pytest.approx(expected, abs=1e-9)
    best = minimize_scalar(
        lambda order: -payoff(order, 3.0 * found, fee, credited), bounds=(1.0, 1e3), method="bounded"
    )
    assert best.x == pytest.approx(expected, abs=1e-3)


def test_b14_without_rationing_the_ideal_is_ordered():
    assert proportional_reply(0.0, CAPACITY, FIRST, SLOPE, 0.0, False) == pytest.approx(40.0, abs=1e-9)
    assert proportional_reply(60.0, CAPACITY, FIRST, SLOPE, 0.0, False) == pytest.approx(40.0, abs=1e-9)
    assert proportional_reply(0.0, CAPACITY, FIRST, SLOPE, 1.0, False) == pytest.approx(35.0, abs=1e-9)
    assert proportional_reply(0.0, CAPACITY, FIRST, SLOPE, 1.0, True) == pytest.approx(40.0, abs=1e-9)


def test_b14_is_the_equilibrium_of_buyers_too():
    """Needs of 40, a margin falling from 8 at the first unit to 0, a deposit of 0.5 that phantoms lose."""
    order = 40.0
    for _ in range(200):
        reply = 40.0 * gaming.best_reply(40.0, 0.6, 0.0, 100.0, 3.0 * order, CAPACITY, 8.0, 0.5)
        order += 0.5 * (reply - order)
    assert order == pytest.approx(131.25, abs=1e-9)


@pytest.mark.parametrize("credited", [False, True])
def test_no_other_order_pays_more_than_the_reply(credited):
    rng = np.random.default_rng(1)
    for _ in range(300):
        others, fee = float(rng.uniform(0.0, 400.0)), float(rng.uniform(0.01, 9.0))
        reply = proportional_reply(others, CAPACITY, FIRST, SLOPE, fee, credited)
        most = payoff(reply, others, fee, credited)
        for order in np.linspace(0.0, 2.0 * reply + 50.0, 201):
            assert payoff(float(order), others, fee, credited) <= most + 1e-9
