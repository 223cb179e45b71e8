"""The price at which the market would clear, and the rent at which deployed compute would be let (theory A.7)."""

from __future__ import annotations

import math

from agents.state import both_gears

SPAN = 64.0
"""The clearing price is sought between the reference price over and times this."""
HALVINGS = 36


@both_gears
def _demand(buyers, count, price, controlled):
    """HAE a quarter that the buyers of one side of the export rules want at a price per HAE."""
    total = 0.0
    for i in range(count):
        if buyers[i].controlled == controlled:
            total += buyers[i].demand_at(price)
    return total


@both_gears
def shadow_price(buyers, count, supply, reference, controlled):
    """Price per HAE at which demand meets ``supply`` (E15), by bisection of its logarithm.

    Looks between ``reference`` / SPAN and ``reference`` * SPAN and returns the nearer end if the price lies
    beyond; with nobody who wants anything at any price, the reference itself.
    """
    if supply <= 0.0 or reference <= 0.0:
        return reference
    low = math.log(reference / SPAN)
    high = math.log(reference * SPAN)
    if _demand(buyers, count, reference / SPAN, controlled) <= 0.0:
        return reference
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        if _demand(buyers, count, math.exp(middle), controlled) > supply:
            low = middle
        else:
            high = middle
    return math.exp(0.5 * (low + high))


@both_gears
def rental_rate(buyers, count, supply, reference):
    """Rent in USD per HAE and quarter at which the services wanted equal the compute deployed; NaN without any."""
    if supply <= 0.0 or reference <= 0.0:
        return math.nan
    low = math.log(reference / SPAN)
    high = math.log(reference * SPAN)
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        wanted = 0.0
        for i in range(count):
            wanted += buyers[i].services_at(math.exp(middle))
        if wanted > supply:
            low = middle
        else:
            high = middle
    return math.exp(0.5 * (low + high))
