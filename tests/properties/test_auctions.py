"""Properties of auctions: P22, P23, what is awarded, and the same bits in both gears."""

from itertools import pairwise

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.rules import bidding
from market.mechanisms import auction
from market.mechanisms.auction import (
    PAY_AS_BID,
    UNIFORM_PRICE,
    VICKREY,
    awards,
    bid_value,
    clearing_price,
    demand_above,
    demand_at,
    least_at,
    most_at,
    payments,
)
from tests.properties import many

CLOSE = 1e-9
FORMS = (UNIFORM_PRICE, PAY_AS_BID, VICKREY)


def amounts(high):
    """Numbers up to ``high``, many of them round, so that bids tie and curves have flat and upright parts."""
    return st.one_of(st.integers(0, high).map(float), st.floats(0.0, high, allow_subnormal=False))


@st.composite
def curves(draw, points):
    """The prices and units of one bid."""
    prices = draw(st.lists(amounts(20), min_size=points, max_size=points))
    units = draw(st.lists(amounts(20), min_size=points, max_size=points))
    return sorted(prices, reverse=True), sorted(units)


@st.composite
def auctions(draw):
    """The bids of up to four bidders, a supply and a reserve price."""
    points = draw(st.integers(1, 4))
    bids = draw(st.lists(curves(points), min_size=1, max_size=4))
    prices = [price for curve in bids for price in curve[0]]
    units = [amount for curve in bids for amount in curve[1]]
    return (prices, units, points), draw(amounts(40)), draw(st.sampled_from([0.0, 0.0, 3.0, 7.5]))


def bidders_of(bids):
    return range(len(bids[0]) // bids[2])


def replaced(bids, bidder, curve):
    """The bids with those of one bidder replaced."""
    prices, units, points = list(bids[0]), list(bids[1]), bids[2]
    own = slice(bidder * points, (bidder + 1) * points)
    prices[own], units[own] = curve
    return prices, units, points


def hold(bids, supply, reserve, form):
    """Awards and payments."""
    price = clearing_price(*bids, supply, reserve)
    awarded = awards(*bids, supply, price)
    return awarded, payments(form, *bids, supply, reserve, price, awarded)


def at_most(small, large, scale=1.0):
    return small <= large + CLOSE * max(1.0, scale)


@many
@given(auctions())
def test_the_price_clears_the_market(case):
    bids, supply, reserve = case
    price = clearing_price(*bids, supply, reserve)
    assert price >= reserve
    assert at_most(demand_above(*bids, price * (1.0 + CLOSE) + CLOSE), supply)
    if price > reserve:
        assert at_most(supply, demand_at(*bids, price * (1.0 - CLOSE) - CLOSE))


@many
@given(auctions())
def test_the_price_is_the_lowest_that_clears(case):
    bids, supply, reserve = case
    price = clearing_price(*bids, supply, reserve)
    lower = {corner for corner in bids[0] if reserve <= corner < price} | {0.5 * (reserve + price)} - {price}
    for other in lower:
        assert demand_above(*bids, other) > supply


@many
@given(auctions(), amounts(10))
def test_p22_more_supply_never_raises_the_price(case, more):
    bids, supply, reserve = case
    assert at_most(clearing_price(*bids, supply + more, reserve), clearing_price(*bids, supply, reserve))


@many
@given(auctions(), st.data())
def test_p22_a_higher_bid_never_lowers_the_price(case, data):
    bids, supply, reserve = case
    points = bids[2]
    bidder = data.draw(st.sampled_from(bidders_of(bids)))
    own = slice(bidder * points, (bidder + 1) * points)
    rises, grows = (sorted(data.draw(st.lists(amounts(5), min_size=points, max_size=points))) for _ in range(2))
    curve = (
        [price + rise for price, rise in zip(bids[0][own], reversed(rises), strict=True)],
        [amount + growth for amount, growth in zip(bids[1][own], grows, strict=True)],
    )
    higher = replaced(bids, bidder, curve)
    assert at_most(clearing_price(*bids, supply, reserve), clearing_price(*higher, supply, reserve))


@many
@given(auctions())
def test_awards_use_the_supply_and_keep_to_the_bids(case):
    bids, supply, reserve = case
    price = clearing_price(*bids, supply, reserve)
    awarded = awards(*bids, supply, price)
    assert sum(awarded) == pytest.approx(min(supply, demand_at(*bids, reserve)), rel=CLOSE, abs=CLOSE)
    assert sum(awarded) <= supply * (1.0 + 1e-14)
    for i in bidders_of(bids):
        assert 0.0 <= awarded[i] <= most_at(*bids, i, price)
        assert at_most(least_at(*bids, i, price), awarded[i])


def test_rounding_in_the_sum_of_the_bids_does_not_raise_the_price():
    bids = [3.0, 3.0, 3.0, 2.0], [0.1, 0.1, 0.1, 0.1], 1
    assert demand_above(*bids, 2.0) > 0.3, "by the last bit"
    price = clearing_price(*bids, 0.3, 0.0)
    assert price == 2.0
    awarded = awards(*bids, 0.3, price)
    assert sum(awarded) <= 0.3 * (1.0 + 1e-15)
    assert awarded == pytest.approx([0.1, 0.1, 0.1, 0.0])


@many
@given(auctions())
def test_equal_bids_get_equal_awards_and_pay_the_same(case):
    (prices, units, points), supply, reserve = case
    twice = prices + prices[:points], units + units[:points], points
    for form in FORMS:
        awarded, paid = hold(twice, supply, reserve, form)
        assert awarded[0] == awarded[-1]
        assert paid[0] == pytest.approx(paid[-1], rel=CLOSE, abs=CLOSE)


@many
@given(auctions(), amounts(25))
def test_a_price_below_the_clearing_price_cuts_all_in_proportion(case, price):
    bids, supply, _ = case
    wanted = demand_above(*bids, price)
    given_out = awards(*bids, supply, price)
    assert sum(given_out) <= supply * (1.0 + 1e-14)
    if wanted > supply:
        for i in bidders_of(bids):
            assert given_out[i] * wanted == pytest.approx(least_at(*bids, i, price) * supply, rel=CLOSE, abs=CLOSE)


@many
@given(auctions(), st.data())
def test_p23_no_misreport_gains_in_a_vickrey_auction(case, data):
    truth, supply, reserve = case
    bidder = data.draw(st.sampled_from(bidders_of(truth)))
    lie = replaced(truth, bidder, data.draw(curves(truth[2])))

    def gain(bids):
        awarded, paid = hold(bids, supply, reserve, VICKREY)
        return bid_value(*truth, bidder, awarded[bidder]) - paid[bidder]

    assert at_most(gain(lie), gain(truth), 100.0)


@many
@given(auctions())
def test_p23_nobody_pays_more_than_its_bids_nor_less_than_the_reserve(case):
    bids, supply, reserve = case
    for form in FORMS:
        awarded, paid = hold(bids, supply, reserve, form)
        for i in bidders_of(bids):
            assert at_most(paid[i], bid_value(*bids, i, awarded[i]), 100.0)
            assert at_most(reserve * awarded[i], paid[i], 100.0)


@many
@given(auctions())
def test_p23_vickrey_and_uniform_price_revenue_is_at_most_that_of_pay_as_bid(case):
    vickrey, uniform, pay_as_bid = (sum(hold(*case, form)[1]) for form in (VICKREY, UNIFORM_PRICE, PAY_AS_BID))
    assert at_most(vickrey, pay_as_bid, 100.0)
    assert at_most(uniform, pay_as_bid, 100.0)


@many
@given(auctions(), st.data())
def test_no_other_division_is_worth_more_at_the_bids(case, data):
    bids, supply, reserve = case
    awarded, _ = hold(bids, supply, reserve, UNIFORM_PRICE)
    shares = [data.draw(amounts(1)) for _ in awarded]
    whole = max(sum(shares), 1.0)
    other = [supply * share / whole for share in shares]

    def worth(division):
        taken = [min(amount, most_at(*bids, i, 0.0)) for i, amount in enumerate(division)]
        return sum(bid_value(*bids, i, amount) - reserve * amount for i, amount in enumerate(taken))

    assert at_most(worth(other), worth(awarded), 100.0)


@many
@given(st.sampled_from(list(bidding.STRATEGIES)), amounts(20), st.lists(amounts(1)), st.integers(1, 30), amounts(1))
def test_a_bid_is_at_most_the_value_and_never_rises_with_the_unit(name, top, shares, bidders, shading):
    strategy = bidding.STRATEGIES[name]
    values = [top * share for share in sorted(shares, reverse=True)]
    bids = [strategy(value, top, bidders, shading) for value in values]
    assert all(later <= earlier for earlier, later in pairwise(bids))
    assert all(bid >= 0.0 and at_most(bid, value) for bid, value in zip(bids, values, strict=True))


def everything(prices, units, points, supply, reserve):
    """What every function of an auction returns, one after another."""
    price = auction.clearing_price(prices, units, points, supply, reserve)
    awarded = auction.awards(prices, units, points, supply, price)
    found = [price, auction.demand_above(prices, units, points, price), auction.demand_at(prices, units, points, price)]
    found += list(awarded)
    found += list(auction.awards(prices, units, points, supply, reserve))
    for form in range(3):
        found += list(auction.payments(form, prices, units, points, supply, reserve, price, awarded))
    for bidder in range(len(awarded)):
        found.append(auction.least_at(prices, units, points, bidder, price))
        found.append(auction.most_at(prices, units, points, bidder, price))
        found.append(auction.bid_value(prices, units, points, bidder, 0.7 * awarded[bidder]))
    for strategy in range(STRATEGIES):
        for shading in (0.0, 0.3):
            found.append(bidding.shade(strategy, price, 20.0, len(awarded), shading))
    return found


STRATEGIES = len(bidding.STRATEGIES)

compiled = numba.njit(everything)


@many
@given(auctions())
def test_both_gears(case):
    (prices, units, points), supply, reserve = case
    live = everything(prices, units, points, supply, reserve)
    fast = compiled(np.array(prices), np.array(units), points, supply, reserve)
    assert np.array(live).tobytes() == np.array(fast).tobytes()
