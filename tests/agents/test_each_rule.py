"""Rules of buyers and of the supplier one at a time, each on a case of its own that another rule would get wrong."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest

from agents.bargainer import DATE, PREPAID, PRICE, UNITS, Bargainer
from agents.buyer import Buyer
from agents.records.roles import SLOTS
from agents.rules import book
from agents.supplier import Supplier
from market.market_state import MarketState
from market.product import OutsideOption, Product
from tests.worlds import bare


@pytest.mark.parametrize(("harm", "left"), [(0.02, 9.5), (0.03, 10.0)])
def test_who_has_half_a_machine_too_many_leaves_it_if_that_gains_more_than_it_harms(harm, left):
    """10 on order and 9.5 wanted at an elasticity of two: the last is worth 1 - sqrt(0.95) = 2.5% less than it costs."""
    buyer = bare(
        Buyer, target=9.5, elasticity=2.0, cancel_tolerance=0.0, reputation_cost=harm, committed=lambda by: 0.0,
        means=lambda quarters: 0.0, may_leave=lambda market, line: True, counts=lambda market, product: True,
        cash_factor=lambda: 1.0, leaving_fee=lambda market, line: 0.0, settle=lambda *paid: None,
    )  # fmt: skip
    book.join(buyer, 0, 10.0, 1e6, 0, 5, 0.0)
    Buyer.cancel(buyer, SimpleNamespace(note_cancellation=lambda placed, units: None), [bare(Product, hae=1.0)])
    assert buyer.line_open[0] == left


def test_what_cannot_be_paid_enters_no_line():
    buyer = bare(Buyer, overdraft=lambda: 0.0, purse=lambda: 0.0)
    Buyer.enter(buyer, SimpleNamespace(quarter=0), bare(Product), 5.0, 1e6, 1, 0.5)
    assert buyer.lines == 0


@pytest.mark.parametrize(("cap", "hunger", "noted"), [(3.0, 3.0, 4.0), (3.0, 2.0, 0.0), (1.0, 1.0, 0.0)])
def test_needs_whose_inflation_is_at_its_cap_are_noted(cap, hunger, noted):
    buyer = bare(Buyer, inflation_cap=cap, matters=lambda need: True)
    buyer.slot_product, buyer.slot_need, buyer.slot_units = [-1] * SLOTS, [0.0] * SLOTS, [0.0] * SLOTS
    Buyer.ask_for(buyer, 0, bare(Product, index=2, hae=2.0), 4.0, hunger)
    assert buyer.at_inflation_cap == noted
    assert (buyer.slot_product[0], buyer.slot_need[0], buyer.slot_units[0]) == (2, 2.0, 2.0 * hunger)
    assert (buyer.needed, buyer.submitted) == (4.0, 4.0 * hunger)


def test_an_option_that_is_sold_out_looks_twenty_times_as_dear_at_the_most():
    """It serves one in a hundred of those who ask; its price is 100."""
    buyer = bare(
        Buyer, pick=lambda market, products: 0, lasting_value=lambda price, lead: 0.0, may_have=lambda option: True,
        logit_scale=0.1, means=lambda quarters: 0.0, committed=lambda by: 0.0, cash_factor=lambda: 1.0,
        lack=lambda *where: 0.0, matters=lambda need: False,
    )  # fmt: skip
    option = bare(OutsideOption, price=100.0, served=0.01, lead=1, switch_cost=0.0)
    market = bare(MarketState, product_count=1, offer_count=2)
    Buyer.look_elsewhere(buyer, market, [bare(Product, price=100.0), option])
    assert buyer.fallback == pytest.approx(100.0 * 20.0)


def test_each_issue_has_its_own_weight():
    side = bare(Bargainer, price_weight=0.4, units_weight=0.3, date_weight=0.2, prepaid_weight=0.1)
    assert [Bargainer.score_weight(side, issue) for issue in (PRICE, UNITS, DATE, PREPAID)] == [0.4, 0.3, 0.2, 0.1]


def test_a_good_draw_makes_more():
    supplier = bare(
        Supplier, share=0.5, upstream=100.0, own_capacity=10.0, capacity_factor=0.5, capacity_noise=0.1,
        capacity_draw=2.0,
    )  # fmt: skip
    Supplier.expand(supplier)
    assert supplier.wafers == pytest.approx((50.0 + 10.0) * 0.5 * 1.2)


def test_what_is_committed_for_is_paid_at_once():
    """4 HAE at 10,000 a unit of 2 HAE, all in 1.5 times as much: 0.03 million."""
    paid: list[float] = []
    buyer = bare(Buyer, cost_factor=1.5, purse=lambda: 100.0, settle_with_others=paid.append)
    buyer.outside_wish[0] = 4.0
    option = bare(OutsideOption, price=1e4, hae=2.0, served=1.0, lead=1, commitment=2)
    Buyer.order_outside(buyer, bare(MarketState, product_count=0, offer_count=1), [option])
    assert paid == [pytest.approx(0.03)]
    assert buyer.outside_coming[:4] == [0.0, 0.0, 4.0, 0.0]
    assert (buyer.outside_ordered, buyer.outside_open) == (4.0, 4.0)
    assert (option.ordered_units, option.ordered_value) == (2.0, 2e4)


def test_the_suppliers_faith_in_a_buyer_follows_what_became_of_its_orders():
    """12 came and 4 were cancelled: faith goes a half of the way to 3/4, churn an eighth of the way to 1/4."""
    buyer = bare(Buyer, delivered=12.0, cancelled=4.0, past_sales=20.0, outside_delivered=6.0)
    supplier = bare(Supplier, conversion_smoothing=0.5)
    Supplier.read_demand(supplier, SimpleNamespace(buyer_count=1), [buyer])
    assert buyer.conversion == pytest.approx(0.875)
    assert buyer.churn == pytest.approx(1.0 / 32.0)
    assert (buyer.past_sales, buyer.tenure) == (18.0, 0.25)
    assert supplier.past_sales == 18.0
    assert supplier.outside_pull == pytest.approx(6.0 / 24.0)
