"""Every allocation rule on random short supplies, alone and compiled (P11, P19, P20, P21, P33, B08)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, note
from hypothesis import strategies as st
from numba import njit

from market.mechanisms import allocation
from tests.properties import many

CLOSE = 1e-9
"""Of the sum of all orders: what sums in another order may differ by."""

allocate = allocation.allocate


@njit
def _compiled(number, orders, capacity, standings):
    return allocate(number, orders, capacity, standings)


def compiled(number, orders, capacity, standings):
    return _compiled(number, np.array(orders), capacity, np.array(standings)).tolist()


AMOUNTS = st.one_of(st.sampled_from([0.0, 1.0, 10.0]), st.floats(1e-3, 1e4))
STANDINGS = st.one_of(st.sampled_from([0.0, 1.0, 2.0]), st.floats(1e-3, 1e3))


@st.composite
def shortages(draw, distinct=False):
    """Orders of one to eight buyers, what there is (from nothing to more than enough), what buyers are known by."""
    orders = draw(st.lists(AMOUNTS, min_size=1, max_size=8))
    capacity = draw(st.one_of(st.sampled_from([0.0, 0.5, 1.0]), st.floats(1e-3, 1.2))) * sum(orders)
    size = len(orders)
    return orders, capacity, draw(st.lists(STANDINGS, min_size=size, max_size=size, unique=distinct))


def rules():
    """Every rule in turn; the report of a failure names the last."""
    for name, rule in allocation.RULES.items():
        note(name)
        yield rule


def close(found, expected, orders):
    """Whether two divisions of these orders are the same but for rounding."""
    return found == pytest.approx(expected, rel=CLOSE, abs=CLOSE * sum(orders))


@many
@given(shortages())
def test_both_gears_give_the_same_bits(shortage):
    for number, rule in enumerate(rules()):
        found = rule(*shortage)
        assert allocate(number, *shortage) == found == compiled(number, *shortage)


@many
@given(shortages())
def test_p33_all_is_given_and_nobody_gets_more_than_it_ordered(shortage):
    orders, capacity, _ = shortage
    for rule in rules():
        found = rule(*shortage)
        assert all(0.0 <= got <= order for got, order in zip(found, orders, strict=True))
        assert sum(found) == pytest.approx(min(capacity, sum(orders)), rel=CLOSE, abs=CLOSE * sum(orders))


@many
@given(shortages(), st.sampled_from([1e-3, 8.0, 1e3]), st.sampled_from([1e-3, 1.0, 1e3]))
def test_p33_units_do_not_matter(shortage, units, of_standings):
    """Nor does the scale of weights, lots or past sales."""
    orders, capacity, standings = shortage
    larger = [units * order for order in orders]
    for rule in rules():
        scaled = rule(larger, units * capacity, [of_standings * each for each in standings])
        assert close(scaled, [units * got for got in rule(*shortage)], larger)


@many
@given(shortages(distinct=True), st.data())
def test_p33_names_do_not_matter(shortage, data):
    """Of buyers that are known by the same number a rule may have to prefer the first; these are all distinct."""
    orders, capacity, standings = shortage
    order = data.draw(st.permutations(range(len(orders))))
    for rule in rules():
        moved = rule([orders[i] for i in order], capacity, [standings[i] for i in order])
        found = rule(*shortage)
        assert close(moved, [found[i] for i in order], orders)


@many
@given(shortages(), st.data())
def test_p33_consistency(shortage, data):
    """If a buyer leaves with what it got, the others get the same of the rest; unless the rule says otherwise."""
    orders, capacity, standings = shortage
    leaver = data.draw(st.integers(0, len(orders) - 1))
    stay = [i for i in range(len(orders)) if i != leaver]
    for rule in rules():
        if "Not consistent" not in rule.__doc__:
            found = rule(*shortage)
            rest = max(0.0, capacity - found[leaver])
            again = rule([orders[i] for i in stay], rest, [standings[i] for i in stay])
            assert close(again, [found[i] for i in stay], orders)


def test_threshold_is_not_consistent_as_it_says():
    orders, capacity, weights = [10.0, 40.0, 40.0], 60.0, [1.0, 1.0, 3.0]
    found = allocation.threshold(orders, capacity, weights)
    assert found == pytest.approx([10.0, 22.5, 27.5])
    assert allocation.threshold(orders[1:], 50.0, weights[1:]) == pytest.approx([25.0, 25.0])


@many
@given(shortages())
def test_p11_halves(shortage):
    """Of a buyer that is known at all: those of no weight share what is left over by the head."""
    orders, capacity, standings = shortage
    assume(standings[0] > 0.0)
    slack = CLOSE * sum(orders)
    halves = [orders[0] / 2.0] * 2 + orders[1:]
    for rule in rules():
        declared = rule.invites
        split = rule(halves, capacity, [declared["halves"] * standings[0]] * 2 + standings[1:])
        gain = split[0] + split[1] - rule(*shortage)[0]
        assert gain >= -slack or declared["splitting"] == "loses"
        assert gain <= slack or declared["splitting"] == "gains"


@many
@given(shortages(), st.floats(1.0, 5.0))
def test_p19_p20_a_larger_order(shortage, factor):
    """It never raises what others get, nor lowers what its buyer gets."""
    orders, capacity, standings = shortage
    larger = [factor * orders[0], *orders[1:]]
    slack = CLOSE * sum(larger)
    for rule in rules():
        before, after = rule(*shortage), rule(larger, capacity, standings)
        assert after[0] >= before[0] - slack
        assert all(new <= old + slack for old, new in zip(before[1:], after[1:], strict=True))


@many
@given(shortages(), AMOUNTS)
def test_p19_an_order_out_of_nothing(shortage, size):
    """It never raises what others get, but under threshold: one more who asks lowers the equal share of all."""
    orders, capacity, standings = shortage
    without, beside = [0.0, *orders[1:]], [size, *orders[1:]]
    for rule in rules():
        if rule is not allocation.threshold:
            before, after = rule(without, capacity, standings), rule(beside, capacity, standings)
            assert all(new <= old + CLOSE * sum(beside) for old, new in zip(before[1:], after[1:], strict=True))


def test_one_more_who_asks_may_help_the_heavy_under_threshold():
    weights = [1.0, 9.0, 1.0]
    alone = allocation.threshold([50.0, 50.0, 0.0], 60.0, weights)
    assert alone == pytest.approx([30.0, 30.0, 0.0])
    assert allocation.threshold([50.0, 50.0, 1.0], 60.0, weights) == pytest.approx([21.9, 37.1, 1.0])


@many
@given(shortages(), st.floats(0.0, 1.0))
def test_p20_more_capacity_lowers_nobodys_part(shortage, share):
    orders, capacity, standings = shortage
    for rule in rules():
        fewer, more = rule(orders, share * capacity, standings), rule(*shortage)
        assert all(new >= old - CLOSE * sum(orders) for old, new in zip(fewer, more, strict=True))


@many
@given(shortages(), STANDINGS)
def test_p21_a_higher_standing_never_costs_units(shortage, more):
    orders, capacity, standings = shortage
    higher = [standings[0] + more, *standings[1:]]
    for rule in rules():
        assert rule(orders, capacity, higher)[0] >= rule(*shortage)[0] - CLOSE * sum(orders)


@many
@given(shortages())
def test_b08_duality(shortage):
    orders, capacity, standings = shortage
    cut = allocation.uniform(orders, max(0.0, sum(orders) - capacity), standings)
    left = [order - less for order, less in zip(orders, cut, strict=True)]
    assert close(allocation.linear(*shortage), left, orders)
