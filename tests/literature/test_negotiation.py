"""Worked cases of concession (theory B24, B25, B61; Faratin, Sierra & Jennings 1998)."""

import math
from types import SimpleNamespace

import pytest

from agents.bargainer import DATE, ISSUES, PREPAID, PRICE, UNITS
from agents.records.roles import SLOTS, WEEKS
from agents.rules.tactics import exponential, polynomial
from market.mechanisms.negotiation import exchange

DEADLINE = 20
SELLER, BUYER = (50.0, 30.0), (20.0, 45.0)
"""Opening and reservation price of each side."""


def offer(side, pace, week):
    opening, reserve = side
    return opening + polynomial(week, DEADLINE, pace, 0.0, 0.0, 0.0) * (reserve - opening)


def crossing(falling, rising, last):
    """Where a falling and a rising curve meet, by bisection."""
    low, high = 0.0, float(last)
    assert falling(low) > rising(low)
    assert falling(high) < rising(high)
    for _ in range(200):
        middle = 0.5 * (low + high)
        if falling(middle) > rising(middle):
            low = middle
        else:
            high = middle
    return low


@pytest.mark.parametrize(
    ("seller_pace", "buyer_pace", "week", "price", "close"),
    [
        pytest.param(1.0, 1.0, 13.333333333, 36.666666667, 1e-6, id="B24 linear"),
        pytest.param(0.5, 0.5, 16.329931619, 36.666666667, 1e-6, id="B24 both boulware"),
        pytest.param(2.0, 2.0, 8.888888889, 36.666666667, 1e-6, id="B24 both conceder"),
        pytest.param(0.5, 2.0, 13.664366011, 40.664255076, 1e-5, id="B25 boulware seller"),
        pytest.param(2.0, 0.5, 14.429043837, 33.012331628, 1e-5, id="B25 conceding seller"),
    ],
)
def test_where_offers_meet(seller_pace, buyer_pace, week, price, close):
    met = crossing(
        lambda t: offer(SELLER, seller_pace, t),
        lambda t: offer(BUYER, buyer_pace, t),
        DEADLINE,
    )
    assert met == pytest.approx(week, abs=close)
    assert offer(SELLER, seller_pace, met) == pytest.approx(price, abs=close)


@pytest.mark.parametrize(("week", "share"), [(0, 0.05), (10, 0.223606797749979), (20, 1.0)])
def test_b24_exponential_tactic(week, share):
    assert exponential(week, DEADLINE, 1.0, 0.05, 0.0, 0.0) == pytest.approx(share, abs=1e-6)


@pytest.mark.parametrize(
    ("seller_pace", "buyer_pace", "seller_share", "time_used"),
    [
        (1.0, 1.0, 0.5, 0.5),
        (0.5, 0.5, 0.5, 0.7071067812),
        (0.5, 2.0, 0.7244919590, 0.5248885987),
        (2.0, 0.5, 0.2755080410, 0.5248885987),
        (0.5, 1.0, 0.6180339887, 0.6180339887),
        (0.2, 1.0, 0.7548776662, 0.7548776662),
    ],
)
def test_b61_tactics_are_bargaining_weights(seller_pace, buyer_pace, seller_share, time_used):
    met = crossing(
        lambda t: 1.0 - polynomial(t, 1.0, seller_pace, 0.0, 0.0, 0.0),
        lambda t: polynomial(t, 1.0, buyer_pace, 0.0, 0.0, 0.0),
        1.0,
    )
    assert met == pytest.approx(time_used, abs=1e-6)
    assert 1.0 - polynomial(met, 1.0, seller_pace, 0.0, 0.0, 0.0) == pytest.approx(seller_share, abs=1e-6)


def talks_about_price_alone():
    """A buyer and a supplier that look at nothing but the price."""

    def score_weight(issue):
        return 1.0 if issue == PRICE else 0.0

    def terms(price):
        values = [0.0] * (SLOTS * ISSUES)
        values[PRICE], values[UNITS], values[DATE], values[PREPAID] = price, 1.0, 1.0, 0.0
        return values

    def concession(week, deadline, own, given):
        return polynomial(week, deadline, 1.0, 0.0, own, given)

    buyer = SimpleNamespace(score_weight=score_weight, concession=concession)
    buyer.on_table, buyer.next_own, buyer.last_heard = [0.0] * ISSUES, [0.0] * ISSUES, [0.0] * ISSUES
    buyer.bid_open, buyer.bid_reserve = terms(BUYER[0]), terms(BUYER[1])
    buyer.ask_open, buyer.ask_reserve = terms(SELLER[0]), terms(SELLER[1])
    buyer.agreed = terms(math.nan)
    buyer.bid_gave, buyer.ask_gave = [0.0] * SLOTS, [0.0] * SLOTS
    buyer.bid_heard, buyer.ask_heard = [0.0] * SLOTS, [0.0] * SLOTS
    buyer.tactic = 0
    for name in ("price", "units", "date", "prepaid", "accepted"):
        setattr(buyer, f"offer_{name}", [math.nan] * (SLOTS * (WEEKS + DEADLINE)))
    return buyer, SimpleNamespace(score_weight=score_weight, concession=concession, tactic=0)


def test_b25_alternating_offers_end_in_round_13_at_the_buyers_price():
    buyer, supplier = talks_about_price_alone()
    week = 0
    while not exchange(buyer, supplier, 0, week, DEADLINE):
        week += 1
        assert week <= DEADLINE
    assert week == 13
    assert week % 2 == 1, "the supplier offers in even rounds, so it is the supplier who accepts"
    assert buyer.agreed[PRICE] == pytest.approx(36.25, abs=1e-5)
    assert buyer.offer_price[:3] == pytest.approx([50.0, 21.25, 48.0], abs=1e-9)
    assert buyer.offer_accepted[: week + 1] == [0] * week + [1]
