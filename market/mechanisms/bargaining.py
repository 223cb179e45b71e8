"""What bargaining theory says two sides agree on, in closed form (theory A.6, E13, E14).

Shares are of the surplus, 0 to 1; a weight is the seller's bargaining power, 0 to 1. Values, costs and outside
options are in any one unit of money. A price where no deal leaves both sides as well off is ``nan``, which compares
false with everything. The functions are pure.
"""

from __future__ import annotations

import math

from agents.records.gears import both_gears

ROUNDING = 1e-12
"""Share by which products of weights that are equal may differ."""


@both_gears
def first_movers_share(own, other):
    """Share of the side that opens alternating offers without end; ``own`` and ``other`` discount an offer's wait.

    E13: (1 - d2) / (1 - d1 d2) (Rubinstein 1982). Where neither minds waiting every split is an equilibrium; this
    takes half, the limit of equal patience.
    """
    if own * other >= 1.0:
        return 0.5
    return (1.0 - other) / (1.0 - own * other)


@both_gears
def outside_option(share, outside):
    """The share of a side that may leave for ``outside``: a worse one than the share is no threat, a better one
    is paid exactly (Binmore, Shaked & Sutton 1989).
    """
    return max(share, outside)


@both_gears
def nash_price(value, cost, seller_outside, buyer_outside, weight):
    """E13: c + ds + w (v - c - ds - db) (Nash 1950): each side its outside option, then the rest by weight.

    ``nan`` where the buyer's limit v - db is below the seller's c + ds. Ignores risk aversion and budgets.
    """
    lowest = cost + seller_outside
    highest = value - buyer_outside
    if highest < lowest:
        return math.nan
    return min(highest, lowest + weight * (highest - lowest))


@both_gears
def nash_in_nash(value, cost, cost_without, weight):
    """E14: w R + (1 - w) [C(Q) - C(Q - q)] (Horn & Wolinsky 1988): what a buyer pays for its whole quantity.

    ``cost`` is that of serving all buyers, ``cost_without`` that of all but this one: each pair splits what it adds,
    given the other contracts. ``nan`` where it adds nothing. Ignores that capacity may bind.
    """
    return nash_price(value, cost - cost_without, 0.0, 0.0, weight)


@both_gears
def replaceable(price, value, best_excluded):
    """A bargained price, or what the best excluded buyer would pay if that is more (Ho & Lee 2019, simplified).

    ``nan`` where that buyer, or nobody, should have the unit. Ignores what serving the other buyer would cost.
    """
    if math.isnan(price) or value < best_excluded:
        return math.nan
    return max(price, best_excluded)


@both_gears
def _sellers_part(seller_weight, buyer_weight, weight, seller, buyer):
    """The part of an issue that goes to the seller, who has utility ``seller`` so far while the buyer has ``buyer``,
    this issue included: where w us' / us + (1 - w) ub' / ub = 0, or the nearer end.
    """
    if buyer_weight <= 0.0:
        return 1.0
    if seller_weight <= 0.0:
        return 0.0
    part = weight * buyer / buyer_weight - (1.0 - weight) * seller / seller_weight
    return max(0.0, min(1.0, part))


@both_gears
def _dearest_to_seller(seller_weights, buyer_weights, settled):
    """The open issue with the largest a_k / b_k, the first of equals (to the rounding of the two products)."""
    found = -1
    for k in range(len(settled)):
        if settled[k]:
            continue
        here = seller_weights[k] * buyer_weights[found]
        if found < 0 or here > seller_weights[found] * buyer_weights[k] * (1.0 + ROUNDING):
            found = k
    return found


@both_gears
def logroll(seller_weights, buyer_weights, weight, shares):
    """The Nash (1950) solution over several issues at once, written into ``shares``: the seller's share of each.

    Makes us ** w ub ** (1 - w) largest with us = sum a_k s_k and ub = sum b_k (1 - s_k); a, b and s have shape
    (issues,), no weight is negative. Issues go to the seller in the order of a_k / b_k, the largest first, until it
    has enough; at most one is split, and one for which the buyer does not care is the seller's. Ignores what either
    side has without a deal.
    """
    issues = len(shares)
    seller = 0.0
    buyer = 0.0
    for k in range(issues):
        shares[k] = 0.0
        buyer += buyer_weights[k]
    settled = [False] * issues
    for _ in range(issues):
        k = _dearest_to_seller(seller_weights, buyer_weights, settled)
        settled[k] = True
        shares[k] = _sellers_part(seller_weights[k], buyer_weights[k], weight, seller, buyer)
        if shares[k] < 1.0:
            break
        seller += seller_weights[k]
        buyer -= buyer_weights[k]
