"""The price at which the market would clear (theory A.7)."""

from __future__ import annotations

import math

from agents.records.gears import both_gears

SPAN = 64.0
"""A clearing price is sought between the reference price over and times this."""
CLOSE = 1e-10
"""Relative precision of a clearing price."""
DUST = 1e-9
"""Share of what is wanted below which there is no supply."""
NOTHING = 1e-12
"""Share of the supply below which nothing is wanted."""
MOST_STEPS = 60

OPEN, CONTROLLED = 0, 1
"""What is to clear: sales on either side of the export rules."""


@both_gears
def wanted(market, buyers, price, what):
    """HAE that all buyers concerned want in ``market.shadow_quarters`` at a price per HAE."""
    total = 0.0
    for i in range(market.buyer_count):
        if buyers[i].controlled == (what == CONTROLLED):
            total += buyers[i].demand_at(market, price, float(market.shadow_quarters))
    return total


@both_gears
def excess(total, supply):
    """Logarithm of what is wanted over what there is; near to a straight line in the logarithm of the price."""
    if total <= supply * NOTHING:
        return math.log(NOTHING)
    return math.log(total / supply)


@both_gears
def clearing_price(market, buyers, supply, reference, what):
    """Price in USD per HAE at which what is wanted equals ``supply`` (E15).

    Looks from ``reference`` / SPAN to ``reference`` * SPAN and returns the nearer end if the price lies beyond, the
    upper one where there is no supply at all; 0 where nobody wants anything at any of these prices. False position
    on logarithms, with the Illinois step (Dowell & Jarratt 1971).
    """
    if reference <= 0.0:
        return 0.0
    most = wanted(market, buyers, reference / SPAN, what)
    if most <= supply * NOTHING:
        return 0.0
    if supply <= most * DUST:  # what rounding leaves of none
        return reference * SPAN
    low = math.log(reference / SPAN)
    high = math.log(reference * SPAN)
    above = excess(most, supply)
    if above <= 0.0:
        return reference / SPAN
    below = excess(wanted(market, buyers, reference * SPAN, what), supply)
    if below >= 0.0:
        return reference * SPAN
    side = 0
    for _ in range(MOST_STEPS):
        middle = (low * below - high * above) / (below - above)
        here = excess(wanted(market, buyers, math.exp(middle), what), supply)
        if abs(here) < CLOSE:
            return math.exp(middle)
        if here > 0.0:
            low = middle
            above = here
            if side > 0:
                below *= 0.5
            side = 1
        else:
            high = middle
            below = here
            if side < 0:
                above *= 0.5
            side = -1
        if high - low < CLOSE:
            break
    return math.exp(0.5 * (low + high))
