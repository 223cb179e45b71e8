"""Mechanisms one at a time, each on a case of its own that another rule would get wrong."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from agents.bargainer import DATE, ISSUES, PREPAID, PRICE, UNITS
from agents.buyer import Buyer
from agents.records.roles import POINTS
from market.market_state import MarketState
from market.mechanisms import allocation, bargaining, clearing, negotiation, protocols
from market.product import Product
from tests.worlds import bare


def cleared(wanted, supply):
    """The price that clears a market with one buyer, where the reference price is 1."""
    market = SimpleNamespace(buyer_count=1, shadow_quarters=1)
    buyer = SimpleNamespace(controlled=False, demand_at=lambda market, price, quarters: wanted(price))
    return clearing.clearing_price(market, [buyer], supply, 1.0, clearing.OPEN)


@pytest.mark.parametrize(("supply", "price"), [(0.0, 64.0), (5.0, 64.0), (20.0, 1.0 / 64.0)])
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


def test_what_each_side_can_live_with_is_weighed_by_its_range():
    """Price from 8 to 12 is two thirds of the supplier's way and half of the buyer's, units are all of both.

    So the price is the supplier's first; of the units it has a sixth, where (2/3 + s)(1 - s) is largest.
    """
    buyer = bare(Buyer, score_weight=lambda issue: float(issue in (PRICE, UNITS)))
    terms(buyer, PRICE, 8.0, 16.0, 12.0, 6.0)
    terms(buyer, UNITS, 10.0, 6.0, 6.0, 10.0)
    supplier = SimpleNamespace(score_weight=lambda issue: float(issue in (PRICE, UNITS)), bargaining_weight=0.5)
    protocols._logroll(supplier, buyer, 0)
    assert (buyer.agreed[PRICE], buyer.agreed[UNITS]) == (12.0, pytest.approx(10.0 - 4.0 / 6.0))


def test_two_issues_of_equal_weight_are_shared_by_the_suppliers_weight():
    """Both care alike for price and units: at three quarters it has three quarters of all, units and half of the price.

    The Nash product us ** .75 (1 - us) ** .25 is largest at us = 0.75.
    """
    shares = [0.0, 0.0]
    bargaining.logroll([0.5, 0.5], [0.5, 0.5], 0.75, shares)
    assert shares == pytest.approx([1.0, 0.5])


def test_weights_under_one_are_weights():
    assert allocation.weighted_uniform([100.0, 100.0], 90.0, [0.5, 0.25]) == pytest.approx([60.0, 30.0])


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


@pytest.fixture
def entered(monkeypatch):
    """What buyers are told to order, as the arguments of ``order``; talks are set by hand, the queue stays empty."""
    monkeypatch.setattr(protocols, "_open_talks", lambda *told: None)
    monkeypatch.setattr(protocols, "_join_queue", lambda *told: None)
    return []


@pytest.mark.parametrize(
    ("worth", "limit", "price"),
    [
        (30.0, 30.0, 10.0 + 20.0 * (1.0 - 0.9) / (1.0 - 0.81)),  # B16: the first mover's share is .526316
        (30.0, 18.0, 18.0),  # B18: the queue leaves the buyer 0.6, which is paid exactly
        (30.0, 9.0, None),  # there is no price that both can live with
        (10.0, 12.0, None),  # and here is nothing to share
    ],
)
def test_patience_shares_what_lies_between_cost_and_worth(entered, worth, limit, price):
    """The supplier's limit is 10, its list price 11; both discount an offer's wait by 0.9."""
    buyer = bare(
        Buyer, patience=0.9, worth=lambda product, lead: worth, order=lambda *told: entered.append(told[2:]),
    )  # fmt: skip
    buyer.slot_product, buyer.slot_week, buyer.slot_units = [0, -1, -1], [-1] * 3, [6.0] * 3
    terms(buyer, PRICE, 5.0, limit, 20.0, 10.0)
    supplier = SimpleNamespace(patience=0.9, promise=lambda *told: 5.0)
    protocols.rubinstein(bare(MarketState, buyer_count=1, quarter=3), supplier, [bare(Product, price=11.0)], [buyer])
    if price is None:
        assert entered == []
    else:
        assert entered == [(pytest.approx(6.0 * 11.0 / price), pytest.approx(price), 5, 0.0)]


@pytest.mark.parametrize(("cost", "each"), [(0.0, 0.5), (0.6, 0.6)])
def test_an_award_is_an_order_at_what_it_pays_and_never_under_cost(cost, each):
    """5 wafers of 4 units are bid for at 10 and 8 are there: at the reserve of 2, 20 units for 10 USD."""
    placed: list[tuple[float, ...]] = []

    def value_wafers(market, products, prices, wafers):
        prices[:POINTS], wafers[:POINTS] = [10.0] * POINTS, [5.0] * POINTS
        return 1

    buyer = bare(
        Buyer, value_wafers=value_wafers, shade_bid=lambda *told: None,
        demand_at=lambda market, price, quarters: 100.0 * price * quarters, order=lambda *told: placed.append(told[2:]),
    )  # fmt: skip
    buyer.slot_product = [0, -1, -1]
    other = bare(Buyer, value_wafers=lambda *told: 0, shade_bid=lambda *told: None, needed=5.0, submitted=5.0)
    other.slot_product = [-1] * 3
    supplier = SimpleNamespace(unsold_wafers=lambda *where: 8.0, cost_of_wafer=lambda *where: 2.0)
    product = bare(Product, packages=4.0, hae=2.0, unit_cost=cost)
    protocols.uniform_price_auction(bare(MarketState, quarter=4, buyer_count=2), supplier, [product], [buyer, other])
    assert placed == [(20.0, each, 5, 0.0)]
    assert (buyer.needed, buyer.submitted, buyer.slot_units[0]) == (25.0, 40.0, 20.0)
    assert (buyer.offer_price[0], buyer.offer_units[0], buyer.offer_date[0]) == (2.5, 20.0, 5.0)
    assert buyer.offer_accepted[0] == 1
    assert other.needed == other.submitted == 0.0


def test_where_nobody_asks_nobody_gets():
    for name, rule in allocation.RULES.items():
        assert list(rule([0.0, 0.0], 10.0, [1.0, 1.0])) == [0.0, 0.0], name


def test_of_two_issues_the_one_that_costs_the_buyer_least_goes_to_the_supplier_first():
    """It cares 0.6 and 0.4 where the buyer cares alike; at a quarter of all it gets half of the first."""
    shares = [0.0, 0.0]
    bargaining.logroll([0.4, 0.6], [0.5, 0.5], 0.25, shares)
    assert shares == [0.0, pytest.approx(0.5)]


@pytest.mark.parametrize("name", allocation.RULES)
def test_a_rule_does_not_know_the_unit(name):
    rule = allocation.RULES[name]
    small = rule([0.1, 0.05, 0.03], 0.12, [0.4, 0.2, 0.1])
    assert list(small) == pytest.approx(
        [part / 1000.0 for part in rule([100.0, 50.0, 30.0], 120.0, [400.0, 200.0, 100.0])]
    )


def test_a_side_that_was_offered_more_than_it_opens_with_stays_at_its_opening():
    """It would pay 5 and is asked for 3: both are worth all to it."""
    own = [0.0] * ISSUES
    negotiation._offer(own, [5.0] * ISSUES, [20.0] * ISSUES, 0, 0.0, [3.0] * ISSUES, True)
    assert own == [5.0] * ISSUES


def test_an_offer_is_noted_on_every_issue():
    buyer = bare(Buyer, concession=lambda *told: 0.5, score_weight=lambda issue: 0.25, tactic=0)
    buyer.bid_open[:], buyer.bid_reserve[:] = [4.0] * len(buyer.bid_open), [8.0] * len(buyer.bid_reserve)
    buyer.ask_open[:], buyer.ask_reserve[:] = [20.0] * len(buyer.ask_open), [18.0] * len(buyer.ask_reserve)
    buyer.last_heard[:] = [25.0] * len(buyer.last_heard)  # in other talks
    assert not negotiation.exchange(buyer, side(0.5), 0, 0, 12)
    noted = [getattr(buyer, f"offer_{name}")[0] for name in ("price", "units", "date", "prepaid")]
    assert noted == [19.0] * 4
    assert buyer.offer_accepted[0] == 0


@pytest.mark.parametrize(
    ("name", "queue"),
    [
        ("alternating_offers", True), ("list_price", True), ("rubinstein", True), ("nash", True),
        ("nash_in_nash", False), ("threat_of_replacement", False),
    ],
)  # fmt: skip
def test_who_comes_to_no_deal_may_pay_the_list_price_unless_deals_are_all_there_is(monkeypatch, name, queue):
    asked: list[bool] = []
    monkeypatch.setattr(protocols, "_join_queue", lambda *told: asked.append(told[-1]))
    protocols.PROTOCOLS[name](bare(MarketState), None, [], [])
    assert asked == [queue]


def test_a_utility_is_the_weighted_sum_of_the_scores():
    """Half of the price's range and three quarters of the units'; on date and prepaid share nothing is left to gain."""
    own = SimpleNamespace(score_weight=lambda issue: (0.4, 0.3, 0.2, 0.1)[issue])
    found = negotiation._utility(own, [15.0, 15.0, 20.0, 30.0], [10.0, 16.0, 10.0, 10.0], [20.0, 12.0, 20.0, 20.0], 0)
    assert found == pytest.approx(0.4 * 0.5 + 0.3 * 0.75)


def test_others_are_all_who_ask_for_the_same():
    buyers = [bare(Buyer) for _ in range(3)]
    for buyer, products, units in zip(buyers, ([0, 1, -1], [0, 0, 1], [1, 0, -1]), ([1.0, 2.0, 4.0],) * 3, strict=True):
        buyer.slot_product, buyer.slot_units = products, units
    assert protocols._asked_by_others(SimpleNamespace(buyer_count=3), buyers, 0, 0) == (1.0 + 2.0) + 2.0


def test_who_responds_remembers_the_last_offer_it_heard():
    """From 10 to 20 an offer of 15 is worth a half, one of 12 is 0.3 more; the first it hears has nothing before it."""
    own = SimpleNamespace(tactic=negotiation.RESPONSIVE, score_weight=lambda issue: float(issue == PRICE))
    heard = [0.0]
    opening, reserve = [10.0] * ISSUES, [20.0] * ISSUES

    def gained(price, week):
        return negotiation._gained(own, [price] * ISSUES, opening, reserve, 0, heard, week)

    assert (gained(11.0, 0), heard) == (0.0, [0.0])
    assert (gained(15.0, 1), heard) == (0.0, [0.5])
    assert negotiation._gain(own, [13.0] * ISSUES, opening, reserve, 0, heard, 1) == 0.0
    assert negotiation._gain(own, [13.0] * ISSUES, opening, reserve, 0, heard, 2) == pytest.approx(0.2)
    assert (gained(12.0, 3), heard) == (pytest.approx(0.3), [pytest.approx(0.8)])
    own.tactic = negotiation.RESPONSIVE + 1
    assert gained(10.0, 5) == 0.0


def test_nothing_is_promised_for_today():
    """Nor for before the launch."""
    placed: list[int] = []
    buyer = bare(Buyer, order=lambda *told: placed.append(told[4]))
    market = SimpleNamespace(quarter=4)
    for date, launch in ((0.0, 0), (5.5, 0), (0.0, 9)):
        protocols._enter(market, bare(Product, launch=launch), buyer, 0, 3, 1.0, 1.0, date, 0.0)
    assert placed == [5, 6, 9]
    assert buyer.slot_week[0] == 3


@pytest.mark.parametrize(("price", "prepaid"), [(5.0, 0.5), (9.0, 0.0), (5.0, 0.0), (9.0, 0.5)])
def test_the_supplier_signs_nothing_beyond_its_limits_whatever_else_it_is_offered(price, prepaid):
    """A price of 8 and a tenth in advance at the least; all it hopes for is given up."""
    buyer = bare(Buyer, concession=lambda *told: 0.0, score_weight=lambda issue: 0.25, tactic=0)
    for issue, offered, limit in ((PRICE, price, 8.0), (PREPAID, prepaid, 0.1)):
        terms(buyer, issue, offered, offered + 1.0, 20.0, limit)
    assert negotiation.exchange(buyer, side(1.0), 0, 1, 12) == (price >= 8.0 and prepaid >= 0.1)
