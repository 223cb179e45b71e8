"""Textbook functions that the worked cases need and the market does not: no rule of it calls them."""

import math

from market.mechanisms.bargaining import nash_price, replaceable


def discount_factor(rate, quarters):
    """exp(-r t): what one unit of money in so many quarters is worth now; ``rate`` per year, compounded steadily."""
    return math.exp(-rate * quarters / 4.0)


def finite_share(offers, own, other):
    """Share of the side that opens when ``offers`` are made in turn and then there is nothing (Stahl 1972).

    By backward induction: whoever offers leaves the other side what waiting is worth to it.
    """
    share = 0.0
    for offer in range(offers - 1, -1, -1):
        waiting = other if offer % 2 == 0 else own
        share = 1.0 - waiting * share
    return share


def nash_product(seller_gain, buyer_gain, weight):
    """us ** w ub ** (1 - w), what the Nash (1950) solution makes largest; 0 where a side loses."""
    if seller_gain < 0.0 or buyer_gain < 0.0:
        return 0.0
    return seller_gain**weight * buyer_gain ** (1.0 - weight)


def effective_weight(weight, seller_curvature, buyer_curvature):
    """The seller's share of the surplus when a side's utility is its share to the power of a positive curvature.

    w as / (w as + (1 - w) ab): a side that gains little from more, as the risk-averse do, is one of less weight.
    Ignores outside options, which curve with the share.
    """
    seller = weight * seller_curvature
    buyer = (1.0 - weight) * buyer_curvature
    return seller / (seller + buyer)


def contest_value(compute, rivals, prize, decisiveness):
    """What one more unit of compute adds to the expected part of a prize, in the money of ``prize`` per unit.

    The contest term of E1, r V s (1 - s) / C with the share s = C ** r / (C ** r + rivals); ``rivals`` is the sum of
    their C ** r (Tullock 1980). 0 without compute, without rivals or without a prize. Ignores that rivals answer;
    laggards give up (B48), so this is no arms race.
    """
    if compute <= 0.0 or rivals <= 0.0 or prize <= 0.0 or decisiveness <= 0.0:
        return 0.0
    own = compute**decisiveness
    return decisiveness * prize * (own / (own + rivals)) * (rivals / (own + rivals)) / compute


def replacement_price(value, cost, best_excluded, weight):
    """E14 for one unit where capacity binds: what it adds by weight, at least what the excluded buyer pays."""
    return replaceable(nash_price(value, cost, 0.0, 0.0, weight), value, best_excluded)
