"""Mechanisms one at a time, each on a case of its own that another rule would get wrong."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from agents.bargainer import DATE, PRICE
from agents.buyer import Buyer
from market import measures, quarter
from market.market_state import MarketState
from market.mechanisms import allocation, bargaining, clearing, negotiation, protocols
from market.product import Product
from tests.worlds import bare


def cleared(wanted, supply):
    """The price that clears a market with one buyer, where the reference price is 1."""
    market = SimpleNamespace(buyer_count=1, shadow_quarters=1)
    buyer = SimpleNamespace(controlled=False, demand_at=lambda market, price, quarters: wanted(price))
    return clearing.clearing_price(market, [buyer], supply, 1.0, clearing.OPEN)


@pytest.mark.parametrize(("supply", "price"), [(5.0, 64.0), (20.0, 1.0 / 64.0)])
def test_a_price_beyond_the_span_is_its_nearer_end(supply, price):
    """10 are wanted at any price."""
    assert cleared(lambda price: 10.0, supply) == pytest.approx(price)


@pytest.mark.parametrize("price", [1.0 / 50.0, 0.5, 3.0, 50.0])
def test_a_price_within_the_span_is_found(price):
    """What is wanted falls as one over the price."""
    assert cleared(lambda found: 100.0 / found, 100.0 / price) == pytest.approx(price)


def side(share, **own):
    return SimpleNamespace(concession=lambda *told: share, score_weight=lambda issue: 0.25, tactic=0, **own)


def test_nobody_bids_more_than_was_asked():
    """The supplier has asked for 10; half of the buyer's way from 5 to 20 is 12.5."""
    buyer = bare(Buyer, concession=lambda *told: 0.5, score_weight=lambda issue: 0.25, tactic=0)
    buyer.bid_open[PRICE], buyer.bid_reserve[PRICE] = 5.0, 20.0
    buyer.ask_open[PRICE], buyer.ask_reserve[PRICE] = 30.0, 8.0
    buyer.offer_price[0] = 10.0
    negotiation.exchange(buyer, side(0.0), 0, 1, 12)
    assert buyer.offer_price[1] == 10.0


@pytest.mark.parametrize(("value", "score"), [(4.0, 1.0), (5.0, 1.0), (7.5, 0.75), (15.0, 0.0), (20.0, 0.0)])
def test_a_score_is_one_at_the_opening_value_and_none_at_the_reservation_value(value, score):
    assert negotiation._score(value, 5.0, 15.0) == score


def terms(buyer, issue, *values):
    """Opening and reservation values of the buyer, then of the supplier."""
    for name, value in zip(("bid_open", "bid_reserve", "ask_open", "ask_reserve"), values, strict=True):
        getattr(buyer, name)[issue] = value


def test_a_date_that_the_buyer_cannot_wait_for_is_the_suppliers_earliest():
    """Price from 8 to 12 goes to the supplier, who alone cares; the buyer would wait till 6, it can be done by 8."""
    buyer = bare(Buyer, score_weight=lambda issue: 0.0)
    terms(buyer, PRICE, 8.0, 12.0, 14.0, 6.0)
    terms(buyer, DATE, 2.0, 6.0, 9.0, 8.0)
    supplier = SimpleNamespace(score_weight=lambda issue: float(issue == PRICE), bargaining_weight=0.5)
    protocols._logroll(supplier, buyer, 0)
    assert (buyer.agreed[PRICE], buyer.agreed[DATE]) == (12.0, 8.0)


def test_two_issues_of_equal_weight_are_shared_by_the_suppliers_weight():
    """Both care alike for price and units: at three quarters it has three quarters of all, units and half of the price.

    The Nash product us ** .75 (1 - us) ** .25 is largest at us = 0.75.
    """
    shares = [0.0, 0.0]
    bargaining.logroll([0.5, 0.5], [0.5, 0.5], 0.75, shares)
    assert shares == pytest.approx([1.0, 0.5])


def test_weights_under_one_are_weights():
    assert allocation.weighted_uniform([100.0, 100.0], 90.0, [0.5, 0.25]) == pytest.approx([60.0, 30.0])


def test_quotes_are_of_what_stands_and_promises_of_half_of_what_is_asked_too(monkeypatch):
    asked: list[float] = []
    monkeypatch.setattr(quarter, "quote_by", lambda *told: asked.append(told[-1]))
    monkeypatch.setattr(quarter, "find_shadow_prices", lambda *told: None)
    quarter.plan(bare(MarketState, product_count=0, offer_count=0, buyer_count=0), None, [], [])
    assert asked == [0.0, 0.5]


def test_a_buyer_is_quoted_the_mean_of_what_it_asks_for():
    """2 units of 3 HAE that wait 4 quarters and 6 of 1 HAE that wait 1: 30 over 12, and six weeks of transport."""
    buyer = bare(Buyer)
    buyer.slot_product, buyer.slot_units, buyer.own_quote = [1, 0, -1], [2.0, 6.0, 9.0], [1.0, 4.0]
    products = [bare(Product, generation=0, hae=1.0), bare(Product, generation=1, hae=3.0)]
    assert measures.quoted(SimpleNamespace(base_weeks=6.0), products, buyer) == pytest.approx(13.0 * 30.0 / 12.0 + 6.0)


@pytest.mark.parametrize(("bidder", "told"), [(1, 2), (0, 1)])
def test_who_shades_is_told_how_many_bid(monkeypatch, bidder, told):
    heard: list[int] = []
    buyers = [
        bare(Buyer, value_wafers=lambda *where, n=n: n, shade_bid=lambda prices, bidders: heard.append(bidders))
        for n in (1, bidder)
    ]
    supplier = SimpleNamespace(unsold_wafers=lambda *where: 0.0, cost_of_wafer=lambda *where: 0.0)
    protocols._auction(bare(MarketState, buyer_count=2), supplier, [], buyers, 0)
    assert heard == [told, told]
