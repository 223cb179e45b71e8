"""Worked cases of bargaining (theory B16 to B23, B26), through the market's own solutions."""

import math

import pytest
from scipy.optimize import minimize_scalar

from market.mechanisms.auction import PAY_AS_BID, awards, clearing_price, payments
from market.mechanisms.bargaining import first_movers_share, logroll, nash_in_nash, nash_price, outside_option
from tests.literature.textbook import discount_factor, effective_weight, finite_share, nash_product, replacement_price

EXACT = 1e-9
WEEK = 1.0 / 13.0
"""In quarters."""


def best(product, low, high):
    """Where a Nash product is largest, between two values."""
    found = minimize_scalar(lambda x: -product(x), bounds=(low, high), method="bounded", options={"xatol": 1e-10})
    return found.x


@pytest.mark.parametrize(("own", "other", "share"), [(0.9, 0.9, 10 / 19), (0.9, 0.8, 5 / 7), (0.8, 0.9, 5 / 14)])
def test_b16_first_movers_share(own, other, share):
    assert first_movers_share(own, other) == pytest.approx(share, abs=1e-6)
    assert finite_share(801, own, other) == pytest.approx(share, abs=1e-12)


@pytest.mark.parametrize(("offers", "share"), [(1, 1.0), (2, 0.1), (3, 0.91), (4, 0.181)])
def test_b17_finite_horizon(offers, share):
    assert finite_share(offers, 0.9, 0.9) == pytest.approx(share, abs=1e-12)


@pytest.mark.parametrize(("interval", "share", "close"), [(WEEK, 0.6669871281, 1e-6), (1e-5 * WEEK, 2 / 3, 1e-6)])
def test_b17_offers_of_the_patient(interval, share, close):
    patient, hasty = discount_factor(0.05, interval), discount_factor(0.10, interval)
    assert first_movers_share(patient, hasty) == pytest.approx(share, abs=close)


@pytest.mark.parametrize(("outside", "share"), [(0.3, 0.4736842105), (0.6, 0.6)])
def test_b18_outside_option(outside, share):
    responder = 1.0 - first_movers_share(0.9, 0.9)
    assert outside_option(responder, outside) == pytest.approx(share, abs=1e-6)


@pytest.mark.parametrize(("weight", "price"), [(0.5, 19.0), (0.7, 21.8)])
def test_b19_nash_price(weight, price):
    assert nash_price(30.0, 10.0, 2.0, 4.0, weight) == pytest.approx(price, abs=EXACT)
    found = best(lambda p: nash_product(p - 10.0 - 2.0, 30.0 - p - 4.0, weight), 12.0, 26.0)
    assert found == pytest.approx(price, abs=1e-5)


def test_b19_no_agreement_where_there_is_no_surplus():
    assert math.isnan(nash_price(15.0, 10.0, 2.0, 4.0, 0.5))
    assert nash_price(16.0, 10.0, 2.0, 4.0, 0.5) == pytest.approx(12.0, abs=EXACT)


def test_b19_a_risk_averse_buyer_gets_less():
    buyer = 1.0 - effective_weight(0.5, 1.0, 0.5)
    assert buyer == pytest.approx(1.0 / 3.0, abs=1e-6)
    found = best(lambda share: nash_product(1.0 - share, math.sqrt(share), 0.5), 0.0, 1.0)
    assert found == pytest.approx(buyer, abs=1e-6)


@pytest.mark.parametrize(
    ("capacity", "units", "surplus", "transfer", "unit_price"),
    [(100.0, 30.0, 450.0, 525.0, 17.5), (20.0, 20.0, 400.0, 400.0, 20.0)],
)
def test_b20_efficient_bargaining(capacity, units, surplus, transfer, unit_price):
    """The marginal benefit 40 - q is the buyer's bid, the marginal cost the reserve."""
    bid = [40.0, 0.0], [0.0, 40.0], 2
    price = clearing_price(*bid, capacity, 10.0)
    awarded = awards(*bid, capacity, price)
    (benefit,) = payments(PAY_AS_BID, *bid, capacity, 10.0, price, awarded)
    assert awarded == pytest.approx([units], abs=EXACT)
    assert benefit - 10.0 * awarded[0] == pytest.approx(surplus, abs=EXACT)
    paid = nash_price(benefit, 10.0 * awarded[0], 0.0, 0.0, 0.5)
    assert paid == pytest.approx(transfer, abs=EXACT)
    assert paid / awarded[0] == pytest.approx(unit_price, abs=EXACT)


WORTH, UNITS = (100.0, 60.0), (10.0, 6.0)


def convex_cost(units):
    return units * units / 4.0


ALL = convex_cost(sum(UNITS))


def nash_in_nash_transfers(weight):
    return [
        nash_in_nash(worth, ALL, convex_cost(sum(UNITS) - units), weight)
        for worth, units in zip(WORTH, UNITS, strict=True)
    ]


def test_b21_nash_in_nash():
    assert nash_in_nash_transfers(0.0) == pytest.approx([55.0, 39.0], abs=EXACT)  # what each adds to the cost
    transfers = nash_in_nash_transfers(0.5)
    assert transfers == pytest.approx([77.5, 49.5], abs=EXACT)
    assert [t / q for t, q in zip(transfers, UNITS, strict=True)] == pytest.approx([7.75, 8.25], abs=EXACT)
    assert sum(transfers) - ALL == pytest.approx(63.0, abs=EXACT)
    assert [r - t for r, t in zip(WORTH, transfers, strict=True)] == pytest.approx([22.5, 10.5], abs=EXACT)


def test_b21_each_pair_makes_its_own_product_largest_given_the_other():
    transfers = [0.0, 0.0]
    for _ in range(3):
        for i in (0, 1):
            paid, units = transfers[1 - i], UNITS[1 - i]
            without = paid - convex_cost(units)
            transfers[i] = best(
                lambda t, i=i, paid=paid, without=without: nash_product(paid + t - ALL - without, WORTH[i] - t, 0.5),
                0.0,
                WORTH[i],
            )
    assert transfers == pytest.approx(nash_in_nash_transfers(0.5), abs=1e-4)


@pytest.mark.parametrize("weight", [0.25, 0.5, 1.0])
def test_b22_wholesale_price_of_separate_local_monopolists(weight):
    """Each sells q = (40 - w) / 2 at 40 - q; without a deal both sides have nothing from this market."""

    def product(price):
        units = (40.0 - price) / 2.0
        return nash_product(price * units, units * units, weight)

    assert best(product, 0.0, 40.0) == pytest.approx(20.0 * weight, abs=1e-4)


def sales(own, other):
    """Units of a Cournot duopolist with costs ``own`` against ``other``, at a demand price of 40 - Q."""
    return (40.0 - 2.0 * own + other) / 3.0


def cournot_product(own, other):
    """The Nash product of the talks about ``own``, the rival's price being ``other``: alone, it is a monopolist."""
    without = other * (40.0 - other) / 2.0
    buyer = sales(own, other)
    return nash_product(own * buyer + other * sales(other, own) - without, buyer * buyer, 0.5)


def test_b22_wholesale_price_of_two_cournot_buyers():
    prices = [1.0, 25.0]
    for _ in range(60):
        for i in (0, 1):
            prices[i] = best(lambda price, rival=prices[1 - i]: cournot_product(price, rival), 0.0, 25.0)
    assert prices == pytest.approx([10.0, 10.0], abs=1e-3)
    units = sales(prices[0], prices[1])
    assert units == pytest.approx(10.0, abs=1e-3)
    assert 40.0 - 2.0 * units == pytest.approx(20.0, abs=1e-3)
    assert 2.0 * prices[0] * units == pytest.approx(200.0, abs=2e-2)
    assert units * units == pytest.approx(100.0, abs=2e-2)


@pytest.mark.parametrize(("excluded", "price"), [(80.0, 80.0), (50.0, 60.0)])
def test_b23_threat_of_replacement(excluded, price):
    assert replacement_price(100.0, 20.0, excluded, 0.5) == pytest.approx(price, abs=EXACT)


def test_b26_logrolling():
    """Price, then earliness, of which the seller likes less."""
    seller_weights, buyer_weights = [0.8, 0.2], [0.4, 0.6]

    def gains(shares):
        seller = sum(a * s for a, s in zip(seller_weights, shares, strict=True))
        return seller, sum(b * (1.0 - s) for b, s in zip(buyer_weights, shares, strict=True))

    shares = [math.nan, math.nan]
    logroll(seller_weights, buyer_weights, 0.5, shares)
    assert shares == [1.0, 0.0]
    assert gains(shares) == pytest.approx([0.8, 0.6], abs=1e-12)
    assert nash_product(*gains(shares), 0.5) ** 2 == pytest.approx(0.48, abs=1e-12)
    assert gains([0.5, 0.5]) == pytest.approx([0.5, 0.5], abs=1e-12)
