"""Outside options, rule by rule, on cases that another rule would get wrong."""

from __future__ import annotations

import math

import pytest

from agents.buyer import Buyer
from agents.buying import orders
from agents.records.roles import LEADS
from market.market_state import MarketState
from market.product import OutsideOption, Product
from tests.worlds import bare


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


def test_machines_from_outside_come_quarter_by_quarter():
    buyer = bare(Buyer, stock=10.0, outside_open=9.0, cost_factor=2.0, purse=lambda: 100.0)
    paid: list[float] = []
    buyer.settle_with_others = paid.append
    buyer.outside_coming[:3] = [4.0, 3.0, 2.0]
    option = bare(OutsideOption, index=1, price=1e6, hae=2.0)
    market = bare(MarketState, product_count=1, offer_count=2)
    Buyer.take_outside(buyer, market, [bare(Product), option])
    assert buyer.outside_coming[:3] == [3.0, 2.0, 0.0]
    assert (buyer.outside_delivered, buyer.outside_open, buyer.stock) == (4.0, 5.0, 14.0)
    assert (buyer.owned[1], option.shipped) == (2.0, 2.0)
    assert paid == [4.0]
    assert buyer.exclusive == pytest.approx(1.0 - 4.0 / 14.0)
    assert buyer.outside_coming[LEADS - 1] == 0.0


@pytest.mark.parametrize(("served", "cost"), [(1.0, 110.0), (0.5, 220.0)])
def test_an_outside_option_costs_what_it_costs_to_move_and_to_wait(served, cost):
    """100 and half of a fifth more; ordered 3 quarters ahead of 2, it comes 3 later than the expected wait of 1.

    Each quarter takes a tenth off the value of 1,000 (continuously). It is dearer the more it was sold out.
    """
    buyer = bare(
        Buyer, pick=lambda *where: 0, lasting_value=lambda price, lead: 1000.0,
        switching=0.5, urgency=0.1, logit_scale=1.0, means=lambda quarters: 1.0, committed=lambda by: {2.0: 0.0}[by],
        cash_factor=lambda: 1.0, lack=lambda *where: 8.0, matters=lambda need: True,
    )  # fmt: skip
    buyer.may_have = lambda option: option.capacity > 0.0
    buyer.lead_expected = [1.0] * len(buyer.lead_expected)
    option = bare(
        OutsideOption, price=100.0, served=served, lead=2, commitment=3, switch_cost=0.2, wished=5.0, capacity=1.0
    )
    market = bare(MarketState, product_count=1, offer_count=3)
    Buyer.look_elsewhere(buyer, market, [bare(Product, price=100.0), bare(OutsideOption), option])
    cost += 1000.0 * (1.0 - math.exp(-0.3)) / served
    odds = math.exp((100.0 - cost) / 100.0)
    assert buyer.fallback == buyer.elsewhere == pytest.approx(cost)
    assert buyer.outside_wish[:2] == [0.0, pytest.approx(8.0 * odds / (1.0 + odds))]
    assert option.wished == pytest.approx(5.0 + buyer.outside_wish[1])


@pytest.mark.parametrize(
    ("elsewhere", "stays"),
    [(100.0, 0.5), (120.0, 1.0 / (1.0 + math.exp(-1.0))), (math.inf, 1.0), (0.1 - 1e9, 1.0 / (1.0 + math.exp(500.0)))],
)
def test_half_of_the_demand_stays_where_both_cost_the_same(elsewhere, stays):
    """A list price of 100, tastes spread by a fifth of it."""
    buyer = bare(Buyer, elsewhere=elsewhere, logit_scale=0.2)
    assert Buyer.staying(buyer, 100.0) == pytest.approx(stays, abs=0.0)


@pytest.mark.parametrize(("owner", "has"), [(-1, True), (0, False), (1, True), (2, False)])
def test_what_one_buyer_makes_for_itself_is_for_it_alone(owner, has):
    buyer = bare(Buyer, index=1, may_buy=lambda option: True)
    assert Buyer.may_have(buyer, bare(OutsideOption, capacity=1.0, owner=owner)) is has
    assert not Buyer.may_have(buyer, bare(OutsideOption, capacity=0.0, owner=owner))


def test_what_is_not_committed_for_is_paid_when_it_comes():
    buyer = bare(Buyer, purse=lambda: 0.0, settle_with_others=lambda bill: pytest.fail("paid on ordering"))
    buyer.outside_wish[0] = 4.0
    option = bare(OutsideOption, price=1e4, served=0.5, lead=2, commitment=0)
    Buyer.order_outside(buyer, bare(MarketState, product_count=0, offer_count=1), [option])
    assert buyer.outside_coming[:3] == [0.0, 2.0, 0.0]


def test_what_a_buyer_lacks_is_the_flow_through_the_wait_less_what_comes_by_then():
    """10 a quarter for a wait of 2 and the quarter itself: 30, of which 12 come by then and 3 from outside."""
    buyer = bare(
        Buyer, wanted_flow=lambda product: 10.0, line_weight=1.0, outside_open=3.0,
        coming_by=lambda market, products, by: {7.0: 12.0}[by],
    )  # fmt: skip
    buyer.lead_expected[0] = 2.0
    market = bare(MarketState, quarter=4, ordering=list(orders.ORDERINGS).index("cover"))
    assert Buyer.lack(buyer, market, [], bare(Product)) == 15.0


def test_who_has_nothing_to_compare_with_orders_nothing_outside():
    buyer = bare(Buyer, pick=lambda *where: -1, outside_ordered=5.0, elsewhere=1.0, fallback=1.0)
    buyer.outside_wish[0] = 5.0
    Buyer.look_elsewhere(buyer, bare(MarketState, product_count=0, offer_count=1), [bare(OutsideOption)])
    assert (buyer.outside_ordered, buyer.outside_wish[0]) == (0.0, 0.0)
    assert buyer.elsewhere == buyer.fallback == math.inf
