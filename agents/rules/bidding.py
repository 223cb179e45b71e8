"""What a bidder bids for a unit of which it knows the marginal value (theory A.7).

A strategy is a public function ``strategy(price, top, bidders, shading)`` of this module: the bid in USD for the
unit whose marginal value is ``price``, where ``top`` is the value of the first unit, ``bidders`` their number n and
``shading`` a share. A bid never rises with the unit, as the value does not. All ignore what the others bid.
"""

from __future__ import annotations

from agents.records.gears import both_gears, dispatch, public_functions


@both_gears
def truthful(price, top, bidders, shading):
    """The marginal value itself: a best bid in a Vickrey auction with private values (Vickrey 1961)."""
    return price


@both_gears
def shaved(price, top, bidders, shading):
    """(1 - shading) v: a constant share off every unit, the classic answer to pay-as-bid."""
    return (1.0 - shading) * price


@both_gears
def reduced(price, top, bidders, shading):
    """v_1 - (v_1 - v)(n - 1) / (n - 2), at least 0: demand reduction at a uniform price.

    Equilibrium of equal bidders with linear values (Ausubel, Cramton, Pycia, Rostek & Weretka 2014): the bid is
    steeper than the value. Of two bidders each bids for its first unit alone (B31), the limit of the formula.
    """
    if bidders <= 2:
        return price if price >= top else 0.0
    return max(0.0, top - (top - price) * (bidders - 1.0) / (bidders - 2.0))


STRATEGIES = public_functions(__name__)
"""The strategies by name."""

shade = dispatch(list(STRATEGIES.values()))
"""``shade(number, price, top, bidders, shading)``: the strategy with that number among STRATEGIES."""
