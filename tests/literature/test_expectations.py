"""Worked cases of the inflation spiral, delays and smoothing (theory B41 to B43)."""

import math
from itertools import pairwise
from types import SimpleNamespace

import pytest

from agents.buyer import Buyer
from agents.rules.ordering import inflation, smoothed
from agents.rules.pipeline import advance
from agents.supplier import Supplier
from market.product import Product
from tests.worlds import bare

NEED, THETA = 120.0, 0.5


def spiral(capacity, quarters):
    """Orders of a buyer who deflates the fill it expects, of a supplier who can make ``capacity``."""
    fill_expected, orders = 1.0, []
    for _ in range(quarters + 1):
        orders.append(NEED * inflation(fill_expected, 1.0, math.inf))
        fill_expected = smoothed(fill_expected, min(1.0, capacity / orders[-1]), THETA)
    return orders


def test_b41_orders_grow_by_a_constant_factor():
    orders = spiral(capacity=100.0, quarters=8)
    factors = [after / before for before, after in pairwise(orders)]
    assert factors == pytest.approx([1.0909090909] * 8, abs=1e-6)
    assert orders[8] / NEED == pytest.approx(2.005896345, abs=1e-6)


def test_b41_new_capacity_is_offered_more_than_is_needed():
    asked = spiral(capacity=100.0, quarters=8)[-1]
    assert 150.0 / asked == pytest.approx(0.6231628084, abs=1e-6)
    assert asked > 150.0 > NEED


def test_b41_no_spiral_where_capacity_covers_the_need():
    assert spiral(capacity=120.0, quarters=8) == [NEED] * 9


def installed(stages, delay, steps):
    """Share of one unit, started at once, that has arrived after so many steps."""
    pipeline = [0.0] * stages
    total = advance(pipeline, 1.0, delay)
    for _ in range(steps):
        total += advance(pipeline, 0.0, delay)
    assert total + sum(pipeline) == pytest.approx(1.0, abs=1e-12)
    return total


def test_b42_three_stages_in_whole_quarters():
    assert installed(stages=3, delay=6.0, steps=6) == pytest.approx(42 / 64, abs=1e-12)


@pytest.mark.parametrize(("stages", "share"), [(1, 0.6321205588), (3, 0.5768099189)])
def test_b42_short_steps_tend_to_the_erlang_delay(stages, share):
    coarse = installed(stages, delay=3000.0, steps=3000)
    fine = installed(stages, delay=6000.0, steps=6000)
    assert 2.0 * fine - coarse == pytest.approx(share, abs=1e-6)


def test_b42_capacity_is_conserved():
    pipeline, arrived = [3.0, 5.0, 2.0], 0.0
    for started in (4.0, 0.0, 7.0, 1.0):
        arrived += advance(pipeline, started, 6.0)
    assert arrived > 0.0
    assert arrived + sum(pipeline) == pytest.approx(22.0, abs=1e-12)


def test_b43_price_closes_most_of_a_gap_in_a_year():
    supplier = bare(Supplier, price_adjustment=0.25)
    product = bare(Product, price=100.0, shadow=200.0)
    for _ in range(4):
        Supplier.set_price(supplier, product)
    assert (product.price - 100.0) / 100.0 == pytest.approx(0.68359375, abs=1e-6)


def test_b43_half_life():
    assert math.log(0.5) / math.log(smoothed(1.0, 0.0, 0.25)) == pytest.approx(2.4094208397, abs=1e-6)


def test_b43_expectation():
    expected = 0.0
    for _ in range(4):
        expected = smoothed(expected, 1.0, 0.36)
    assert expected == pytest.approx(0.83222784, abs=1e-6)


def test_b43_bookings_are_discounted_by_what_became_of_earlier_ones():
    supplier = bare(Supplier, conversion_smoothing=0.5)
    market = SimpleNamespace(buyer_count=1)
    buyer = bare(Buyer, conversion=1.0, ordered=200.0)
    for accepted in (0.6, 0.5, 0.4):
        buyer.delivered, buyer.cancelled = accepted * 10.0, (1.0 - accepted) * 10.0
        Supplier.read_demand(supplier, market, [buyer])
    Supplier.read_demand(supplier, market, [buyer])
    assert supplier.estimate == pytest.approx(105.0, abs=1e-6)
