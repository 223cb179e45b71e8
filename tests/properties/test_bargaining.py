"""Properties of bargaining: P24 for the closed forms, logrolling, and the same bits in both gears."""

import math

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.mechanisms import bargaining
from market.mechanisms.bargaining import first_movers_share, logroll, nash_in_nash, nash_price, outside_option
from tests.literature.textbook import effective_weight, finite_share, nash_product, replacement_price
from tests.properties import many

CLOSE = 1e-9

money = st.one_of(st.integers(0, 10).map(float), st.floats(0.0, 100.0))
shares = st.one_of(st.sampled_from([0.0, 0.5, 1.0]), st.floats(0.0, 1.0, allow_subnormal=False))
patience = st.one_of(st.sampled_from([0.0, 0.9, 1.0]), st.floats(0.0, 0.999999, allow_subnormal=False))
"""Closer to 1, but not 1, rounding decides the share."""


@many
@given(money, money, money, money, shares)
def test_p24_a_price_where_and_only_where_both_sides_gain(value, cost, seller_outside, buyer_outside, weight):
    price = nash_price(value, cost, seller_outside, buyer_outside, weight)
    low, high = cost + seller_outside, value - buyer_outside
    assert math.isnan(price) == (high < low)
    if low <= high:
        assert low <= price <= high


@many
@given(money, money, money, money, money, shares)
def test_p24_an_outside_option_never_hurts_its_side(value, cost, seller_outside, buyer_outside, better, weight):
    price = nash_price(value, cost, seller_outside, buyer_outside, weight)
    for_buyer = nash_price(value, cost, seller_outside, buyer_outside + better, weight)
    for_seller = nash_price(value, cost, seller_outside + better, buyer_outside, weight)
    assert not for_buyer > price + CLOSE
    assert not for_seller < price - CLOSE


@many
@given(money, money, money, money, shares)
def test_p24_competition_for_a_unit_never_lowers_its_price(value, cost, excluded, more, weight):
    price = replacement_price(value, cost, excluded, weight)
    assert math.isnan(price) == (value < max(cost, excluded))
    if not math.isnan(price):
        assert max(cost, excluded) <= price <= value
        assert not replacement_price(value, cost, excluded + more, weight) < price
        assert price >= nash_price(value, cost, 0.0, 0.0, weight)


@many
@given(patience, patience, patience, st.integers(1, 40))
def test_p24_more_patience_never_hurts(one, two, other, offers):
    low, high = min(one, two), max(one, two)
    assert first_movers_share(low, other) <= first_movers_share(high, other) + CLOSE
    assert first_movers_share(other, high) <= first_movers_share(other, low) + CLOSE
    assert finite_share(offers, low, other) <= finite_share(offers, high, other) + CLOSE
    assert finite_share(offers, other, high) <= finite_share(offers, other, low) + CLOSE


@many
@given(patience, patience, st.integers(0, 40))
def test_the_endless_horizon_lies_between_odd_and_even_ones(own, other, offers):
    share = first_movers_share(own, other)
    assert 0.0 <= share <= 1.0
    assert finite_share(2 * offers, own, other) <= share + CLOSE
    assert finite_share(2 * offers + 1, own, other) >= share - CLOSE


@many
@given(shares, shares)
def test_an_outside_option_counts_only_if_it_is_better(share, outside):
    assert outside_option(share, outside) == (outside if outside > share else share)


curvatures = st.floats(0.05, 1.0)


@many
@given(st.floats(1e-6, 1.0 - 1e-6), curvatures, curvatures, shares)
def test_no_share_beats_that_of_the_effective_weight(weight, seller_curvature, buyer_curvature, other):
    def product(share):
        return nash_product(share**seller_curvature, (1.0 - share) ** buyer_curvature, weight)

    assert product(other) <= product(effective_weight(weight, seller_curvature, buyer_curvature)) + CLOSE


@many
@given(money, money, money, shares)
def test_nash_in_nash_splits_what_a_pair_adds(value, cost, saved, weight):
    paid = nash_in_nash(value, cost + saved, cost, weight)
    if not math.isnan(paid):
        added = (cost + saved) - cost
        assert value - paid == pytest.approx((1.0 - weight) * (value - added), abs=1e-9)


cares = st.one_of(st.integers(0, 4).map(float), st.floats(0.001, 1.0))


@st.composite
def issues(draw):
    """What each issue is worth to the seller and to the buyer, and the seller's weight."""
    worth = draw(st.lists(st.tuples(cares, cares), min_size=1, max_size=5))
    return [a for a, _ in worth], [b for _, b in worth], draw(shares)


def divided(seller_weights, buyer_weights, weight):
    found = [math.nan] * len(seller_weights)
    logroll(seller_weights, buyer_weights, weight, found)
    return found


def product(seller_weights, buyer_weights, weight, division):
    seller = sum(a * s for a, s in zip(seller_weights, division, strict=True))
    buyer = sum(b * (1.0 - s) for b, s in zip(buyer_weights, division, strict=True))
    return nash_product(seller, max(0.0, buyer), weight)


@many
@given(issues(), st.data())
def test_no_division_beats_logrolling(case, data):
    found = product(*case, divided(*case))
    count = len(case[0])
    for _ in range(20):
        other = data.draw(st.lists(shares, min_size=count, max_size=count))
        assert product(*case, other) <= found + CLOSE * max(1.0, found)


@many
@given(issues())
def test_no_division_on_a_grid_beats_logrolling(case):
    found = product(*case, divided(*case))
    parts = (0.0, 0.25, 0.5, 0.75, 1.0)
    for index in np.ndindex(*[len(parts)] * min(3, len(case[0]))):
        other = [parts[i] for i in index] + divided(*case)[3:]
        assert product(*case, other) <= found + CLOSE * max(1.0, found)


@many
@given(issues())
def test_logrolling_splits_at_most_one_issue(case):
    found = divided(*case)
    assert all(0.0 <= share <= 1.0 for share in found)
    assert sum(0.0 < share < 1.0 for share in found) <= 1
    for seller, buyer, share in zip(case[0], case[1], found, strict=True):
        if buyer == 0.0 < seller:
            assert share == 1.0
        if seller == 0.0 < buyer:
            assert share == 0.0


@many
@given(issues(), st.sampled_from([10.0, 0.1, 3.0]))
def test_the_unit_of_a_sides_utility_does_not_change_the_division(case, unit):
    """Whichever of two equal issues is split: the first, not the one that rounding prefers."""
    seller_weights, buyer_weights, weight = case
    one = divided(seller_weights, buyer_weights, weight)
    other = divided([unit * each for each in seller_weights], buyer_weights, weight)
    assert other == pytest.approx(one, abs=1e-6)


def test_of_equal_issues_the_first_is_split():
    assert 0.45 * 0.05 > 0.15 * 0.15  # by rounding alone
    assert divided([0.15, 0.45], [0.05, 0.15], 0.1)[1] == 0.0


def everything(seller_weights, buyer_weights, weight, value, cost, outside, other, own, offers):
    """What every function of bargaining returns, one after another."""
    found = [0.0] * len(seller_weights)
    bargaining.logroll(seller_weights, buyer_weights, weight, found)
    found.append(bargaining.first_movers_share(own, weight))
    found.append(bargaining.outside_option(own, weight))
    found.append(bargaining.nash_price(value, cost, outside, other, weight))
    found.append(bargaining.nash_in_nash(value, cost + other, cost, weight))
    found.append(bargaining.replaceable(cost, value, outside))
    return found


compiled = numba.njit(everything)


@many
@given(issues(), money, money, money, money, patience, st.integers(0, 20))
def test_both_gears(case, value, cost, outside, other, own, offers):
    seller_weights, buyer_weights, weight = case
    rest = (weight, value, cost, outside, other, own, offers)
    live = everything(seller_weights, buyer_weights, *rest)
    fast = compiled(np.array(seller_weights), np.array(buyer_weights), *rest)
    assert np.array(live).tobytes() == np.array(fast).tobytes()
