"""How much a buyer orders and what it expects (theory E6, E7, E9, E22)."""

from __future__ import annotations

import math

from agents.records.gears import both_gears
from agents.rules.demand import power

BISECTIONS = 64
"""Halvings that find a root to the last bits of a float."""


@both_gears
def anchored(anchor, gap, line_gap, adjustment, line_weight):
    """Anchoring and adjustment: max(0, anchor + alpha [gap + beta line_gap]) (Sterman 1989).

    ``anchor`` is what goes out anyway, ``gap`` what the stock lacks, ``line_gap`` what the open orders lack, in one
    unit; alpha per period. Ignores prices, and that others order too.
    """
    return max(0.0, anchor + adjustment * (gap + line_weight * line_gap))


@both_gears
def need(stock, target, on_order, lead, retirement, adjustment, line_weight):
    """Orders of a quarter that replace what retires and close the gap to the target.

    E6 (Sterman 1989): max(0, dq C + alpha [(C* - C) + beta (Lhat dq C* - SL)]); quantities in one unit,
    ``lead`` in quarters, ``retirement`` and ``adjustment`` per quarter.
    """
    line_gap = lead * retirement * target - on_order
    return anchored(retirement * stock, target - stock, line_gap, adjustment, line_weight)


@both_gears
def covered(flow, lead, on_order, line_weight):
    """Orders of a quarter that keep a flow coming through a wait.

    E29: max(0, F + beta (Lhat F - SL)) (Sterman 2000, ch. 17); at beta = 1 it orders up to (L + 1) F. Quantities in one
    unit, ``lead`` in quarters.
    """
    return max(0.0, flow + line_weight * (lead * flow - on_order))


@both_gears
def taste(price, lowest, scale):
    """exp(-(p - p_min) / (mu p_min)): the odds of a price against the lowest (McFadden 1974); argument cut at -500."""
    return math.exp(max(-500.0, -(price - lowest) / (scale * lowest)))


@both_gears
def inflation(fill, exponent, cap):
    """Factor by which an order exceeds the need when only a share ``fill`` is expected to come.

    E7 (Lee, Padmanabhan & Whang 1997; Sterman & Dogan 2015): min(fill ** -gamma, cap).
    """
    if fill >= 1.0 or exponent <= 0.0:
        return 1.0
    if fill <= 0.0:
        return cap
    return min(cap, max(1e-100, fill) ** -exponent)  # Python refuses what overflows; exponents go to 3


@both_gears
def smoothed(expected, observed, weight):
    """Adaptive expectation, E9: expected + weight (observed - expected)."""
    return expected + weight * (observed - expected)


@both_gears
def cancellation_fee(quarters_left, full, at_two, free):
    """Share of the price that leaving costs, by quarters to delivery (straight lines in between).

    ``full`` with one quarter or less to go, ``at_two`` with two, nothing from ``free`` quarters on.
    """
    if quarters_left <= 1.0:
        return full
    if quarters_left <= 2.0:
        return full + (at_two - full) * (quarters_left - 1.0)
    if quarters_left >= free:
        return 0.0
    return at_two * (free - quarters_left) / (free - 2.0)


@both_gears
def prepay_premium(share, rate, quarters):
    """What paying a share of the price so many quarters before delivery adds to it, as a share of it.

    E22: x ((1 + r) ** L - 1), r per quarter, L a float. Ignores that the deposit is lost if the order is cancelled.
    """
    return share * (power(1.0 + rate, quarters) - 1.0)


@both_gears
def proportional_reply(others, capacity, first, slope, fee, credited):
    """Best order under proportional allocation, when the others are sure to order ``others`` units in all.

    It maximises the benefit first a - slope a^2 / 2 of getting a = min(m, m K / (m + M)) less ``fee`` on every unit
    ordered; ``credited``: a deposit that is lost only on what does not come. Where orders exceed the capacity, that is
    (first - slope a [+ fee]) (K - a)^2 = fee K M (Cachon & Lariviere 1999; deposits: Rong, Snyder & Shen 2017), found
    by bisection; infinite where ordering is free and all there is is not enough. ``first`` and ``fee`` are money a
    unit, ``slope`` > 0 money a unit squared, the rest units. Ignores what the others reply, and that their orders and
    the capacity are uncertain.
    """
    worth = first + fee if credited else first
    ideal = max(0.0, (worth - fee) / slope)
    spare = max(0.0, capacity - others)
    if ideal <= spare or others <= 0.0:
        return min(ideal, spare)
    if fee <= 0.0:
        return ideal * others / (capacity - ideal) if ideal < capacity else math.inf
    if capacity <= 0.0:
        return 0.0
    low = 0.0
    high = min(capacity, worth / slope)
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        if (worth - slope * middle) * (capacity - middle) * (capacity - middle) > fee * capacity * others:
            low = middle
        else:
            high = middle
    return max(spare, low * others / (capacity - low))
