"""Worked cases of auctions and of rationing at a list price (theory B27 to B32), through the market's own rules."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize_scalar

from agents.rules.bidding import reduced, truthful
from market.mechanisms import allocation, clearing
from market.mechanisms.auction import (
    PAY_AS_BID,
    UNIFORM_PRICE,
    VICKREY,
    awards,
    bid_value,
    clearing_price,
    demand_above,
    demand_at,
    payments,
)

EXACT = 1e-9


def flat(curves):
    """Prices, units and the number of corners of several demand curves, the short ones filled up at their ends."""
    points = max(len(curve) for curve in curves)
    corners = [corner for curve in curves for corner in [*curve, *[curve[-1]] * (points - len(curve))]]
    return [float(price) for price, _ in corners], [float(units) for _, units in corners], points


def steps(*bids):
    """A demand curve of steps, each given as (price, units)."""
    curve, total = [], 0.0
    for price, units in bids:
        curve += [(price, total), (price, total + units)]
        total += units
    return curve


def whole_units(*prices):
    return steps(*((price, 1.0) for price in prices))


def straight(top, slope):
    """The demand (top - price) / slope."""
    return [(top, 0.0), (0.0, top / slope)]


def hold(bids, supply, form=UNIFORM_PRICE, reserve=0.0):
    """Price, awards and payments of an auction."""
    price = clearing_price(*bids, supply, reserve)
    awarded = awards(*bids, supply, price)
    return price, awarded, payments(form, *bids, supply, reserve, price, awarded)


B27 = flat([whole_units(10, 7, 3), whole_units(9, 6, 2), whole_units(8, 4)])


def test_b27_whole_units():
    price, awarded, paid = hold(B27, 4.0)
    assert price == pytest.approx(6.0, abs=EXACT)
    assert awarded == pytest.approx([2, 1, 1], abs=EXACT)
    assert sum(paid) == pytest.approx(24.0, abs=EXACT)
    lowest_winning = clearing_price(*B27, 3.5, 0.0)
    assert lowest_winning == pytest.approx(7.0, abs=EXACT)
    assert sum(payments(UNIFORM_PRICE, *B27, 4.0, 0.0, lowest_winning, awarded)) == pytest.approx(28.0, abs=EXACT)


def test_b27_pay_as_bid_is_welfare_and_nothing_does_better():
    _, awarded, paid = hold(B27, 4.0, PAY_AS_BID)
    assert sum(paid) == pytest.approx(34.0, abs=EXACT)
    divisions = [d for d in np.ndindex(4, 4, 3) if sum(d) == 4]
    welfare = {d: sum(bid_value(*B27, i, float(units)) for i, units in enumerate(d)) for d in divisions}
    assert max(welfare, key=welfare.get) == tuple(awarded)
    assert max(welfare.values()) == pytest.approx(34.0, abs=EXACT)


def test_b27_vickrey():
    _, _, paid = hold(B27, 4.0, VICKREY)
    assert paid == pytest.approx([10, 4, 6], abs=EXACT)


B28 = flat([straight(100, 1), straight(80, 1), straight(60, 2)])


def test_b28_straight_curves():
    price, awarded, paid = hold(B28, 100.0)
    assert price == pytest.approx(44.0, abs=EXACT)
    assert awarded == pytest.approx([56, 36, 8], abs=EXACT)
    assert sum(paid) == pytest.approx(4400.0, abs=EXACT)
    assert sum(hold(B28, 100.0, PAY_AS_BID)[2]) == pytest.approx(6680.0, abs=EXACT)


def test_b28_vickrey():
    _, _, paid = hold(B28, 100.0, VICKREY)
    assert paid == pytest.approx([1418.6666666667, 1152, 336], abs=1e-5)
    assert sum(paid) == pytest.approx(2906.6666666667, abs=1e-5)


@pytest.mark.parametrize("bidder", [0, 1, 2])
def test_b28_vickrey_is_the_area_under_the_residual_supply(bidder):
    _, awarded, paid = hold(B28, 100.0, VICKREY)
    prices, units, points = B28
    others = [0.0 if k // points == bidder else u for k, u in enumerate(units)]
    area, _ = quad(lambda mine: clearing_price(prices, others, points, 100.0 - mine, 0.0), 0.0, awarded[bidder])
    assert paid[bidder] == pytest.approx(area, abs=1e-6)


def test_b28_the_third_bidder_drops_out():
    price, awarded, _ = hold(B28, 50.0)
    assert price == pytest.approx(65.0, abs=EXACT)
    assert awarded == pytest.approx([35, 15, 0], abs=EXACT)


B29 = flat([steps((50, 40)), steps((45, 50)), steps((45, 30)), steps((30, 60))])


def test_b29_the_marginal_step_is_shared_pro_rata():
    price, awarded, _ = hold(B29, 100.0)
    assert price == pytest.approx(45.0, abs=EXACT)
    assert awarded == pytest.approx([40, 37.5, 22.5, 0], abs=EXACT)


def test_b29_all_are_filled_where_there_is_enough():
    price, awarded, _ = hold(B29, 200.0)
    assert price == 0.0
    assert awarded == pytest.approx([40, 50, 30, 60], abs=EXACT)


SAMPLES = np.linspace(0.0, 50.0, 11)


def value_of(units):
    """B30: marginal value 100 - 2 q, up to 50 units."""
    return 100.0 * units - units * units


def sampled(strategy, bidders):
    """The bid curve of a strategy for the marginal value 100 - 2 q."""
    return [(strategy(100.0 - 2.0 * units, 100.0, bidders, 0.0), units) for units in SAMPLES]


@pytest.mark.parametrize(("bidders", "before", "after"), [(5, 80.0, 73.3333333333), (3, 66.6666666667, 33.3333333333)])
def test_b30_demand_reduction(bidders, before, after):
    at_value, _, honest = hold(flat([sampled(truthful, bidders)] * bidders), 50.0)
    at_less, awarded, shaded = hold(flat([sampled(reduced, bidders)] * bidders), 50.0)
    assert at_value == pytest.approx(before, abs=1e-6)
    assert at_less == pytest.approx(after, abs=1e-6)
    assert awarded == pytest.approx([50.0 / bidders] * bidders, abs=1e-6)
    assert 1.0 - sum(shaded) / sum(honest) == pytest.approx((before - after) / before, abs=1e-6)
    if bidders == 5:
        assert 100.0 * (1.0 - sum(shaded) / sum(honest)) == pytest.approx(8.333333, abs=1e-6)


@pytest.mark.parametrize(("bidders", "price"), [(5, 73.3333333333), (3, 33.3333333333)])
def test_b30_reduced_demand_is_a_best_reply(bidders, price):
    others = [sampled(reduced, bidders)] * (bidders - 1)

    def gain(bid):
        """What a bid for everything at one price brings, which is as good as a curve through the outcome."""
        _, awarded, paid = hold(flat([steps((bid, 50.0)), *others]), 50.0)
        return value_of(awarded[0]) - paid[0], awarded[0]

    low, high = price - 5.0, price + 5.0
    best = minimize_scalar(lambda bid: -gain(bid)[0], bounds=(low, high), method="bounded", options={"xatol": 1e-9})
    assert best.x == pytest.approx(price, abs=1e-5)
    assert gain(best.x)[1] == pytest.approx(50.0 / bidders, abs=1e-5)
    assert max(gain(bid)[0] for bid in np.linspace(0.0, 100.0, 1001)) <= -best.fun + EXACT


def test_b30_the_truth_is_no_best_reply_at_a_uniform_price():
    others = [sampled(truthful, 5)] * 4
    _, awarded, paid = hold(flat([sampled(truthful, 5), *others]), 50.0)
    _, fewer, less = hold(flat([sampled(reduced, 5), *others]), 50.0)
    assert value_of(fewer[0]) - less[0] > value_of(awarded[0]) - paid[0] + 1.0


VALUES, RIVAL = (0.9, 0.6), (0.8, 0.5)


def test_b31_two_bidders_divide_two_units_for_nothing():
    bids = [[reduced(value, values[0], 2, 0.0) for value in values] for values in (VALUES, RIVAL)]
    assert bids == [[0.9, 0.0], [0.8, 0.0]]
    price, awarded, _ = hold(flat([whole_units(*bid) for bid in bids]), 2.0)
    assert price == 0.0
    assert awarded == pytest.approx([1.0, 1.0], abs=EXACT)


@pytest.mark.parametrize(("values", "rival"), [(VALUES, RIVAL), (RIVAL, VALUES)])
def test_b31_no_deviation_pays(values, rival):
    def gain(first, second):
        bids = flat([whole_units(first, second), whole_units(rival[0], 0.0)])
        _, awarded, paid = hold(bids, 2.0)
        truth = flat([whole_units(*values)])
        return bid_value(*truth, 0, awarded[0]) - paid[0]

    grid = [k / 40.0 for k in range(41)]
    best = max(gain(first, second) for first in grid for second in grid if second <= first)
    assert best == pytest.approx(values[0], abs=1e-12)


K, LIST = 30.0, 50.0
B32 = flat([straight(100, 1)])
CROWD = flat([whole_units(100.0 - k - 0.5) for k in range(100)])
"""A hundred buyers of a unit each, worth what the curve says on average there."""


def test_b32_the_market_clears_above_the_list_price():
    assert demand_above(*B32, LIST) == demand_at(*B32, LIST) == pytest.approx(50.0, abs=EXACT)
    price, awarded, paid = hold(B32, K)
    assert price == pytest.approx(70.0, abs=EXACT)
    assert sum(paid) == pytest.approx(2100.0, abs=EXACT)
    assert bid_value(*B32, 0, awarded[0]) == pytest.approx(2550.0, abs=EXACT)
    assert bid_value(*B32, 0, awarded[0]) - sum(paid) == pytest.approx(450.0, abs=EXACT)


def test_b32_the_shadow_price_is_the_same():
    buyer = SimpleNamespace(controlled=False, demand_at=lambda market, price, quarters: demand_at(*B32, price))
    assert clearing.clearing_price(
        SimpleNamespace(buyer_count=1, shadow_quarters=1), [buyer], K, LIST, clearing.OPEN
    ) == pytest.approx(70.0, rel=1e-9)


@pytest.mark.parametrize(("rationing", "surplus"), [("efficient", 1050.0), ("random", 750.0)])
def test_b32_rationing_at_the_list_price(rationing, surplus):
    """By rank of value, or with the same chance for all; the chance is the share of its unit each would get."""
    prices, _, points = CROWD
    orders = [demand_at([price], [1.0], 1, LIST) for price in prices[::points]]
    rule = {"efficient": allocation.lexicographic, "random": allocation.proportional}[rationing]
    given = rule(orders, K, prices[::points])
    value = sum(bid_value(*CROWD, i, units) for i, units in enumerate(given))
    revenue = LIST * sum(given)
    assert revenue == pytest.approx(1500.0, abs=EXACT)
    assert value - revenue == pytest.approx(surplus, abs=EXACT)
    assert value == pytest.approx(surplus + 1500.0, abs=EXACT)
    if rationing == "random":
        assert given == pytest.approx(awards(*CROWD, K, LIST), abs=EXACT)


def test_b32_monopoly():
    best = minimize_scalar(lambda price: -(price - 10.0) * demand_at(*B32, price), bounds=(10.0, 100.0))
    assert best.x == pytest.approx(55.0, abs=1e-6)
    assert demand_at(*B32, best.x) == pytest.approx(45.0, abs=1e-6)
