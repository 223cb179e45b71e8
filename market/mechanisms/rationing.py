"""A short supply shared out by the market's rule: what the rule knows a buyer by, and who gets how much."""

from __future__ import annotations

from agents.records.gears import both_gears, zeros
from market.mechanisms.allocation import LOTS, PAST_SALES, allocate


@both_gears
def standing(market, supplier, buyer):
    """What the allocation rule knows a buyer by, in each of its names: a weight, past sales or a lot."""
    if market.standing == LOTS:
        return buyer.turn_draw
    if market.standing == PAST_SALES:
        return buyer.past_sales / buyer.names
    return supplier.weigh(buyer, market)


@both_gears
def share_out(market, buyers, supply):
    """Write into ``buyer.given`` what every buyer gets of ``supply`` for its ``buyer.claim``, both in one unit.

    A buyer under several names puts in an equal part of its claim under each.
    """
    names = 0
    for i in range(market.buyer_count):
        names += buyers[i].names
    orders = zeros(names)
    standings = zeros(names)
    at = 0
    for i in range(market.buyer_count):
        for _ in range(buyers[i].names):
            orders[at] = buyers[i].claim / buyers[i].names
            standings[at] = buyers[i].weight
            at += 1
    parts = allocate(market.allocation, orders, supply, standings)
    at = 0
    for i in range(market.buyer_count):
        total = 0.0
        for _ in range(buyers[i].names):
            total += parts[at]
            at += 1
        buyers[i].given = min(total, buyers[i].claim)
