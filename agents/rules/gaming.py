"""How a buyer inflates its orders when it fears to be cut short (theory A.3, A.8, E7).

A strategy is a public function of this module, and a scenario can name it. Each is handed the same eight numbers and
returns the factor on the need, from 1 to ``cap``:

need: what is wanted, in units.
fill: the share of an order that is expected to come.
exponent: gamma of E7, how strongly a low fill inflates.
cap: the largest factor.
others: what the other buyers are thought to order, in units.
capacity: what there is to allocate, in units.
margin: surplus of the first unit that comes, as a share of its price.
cost: what a unit costs that is ordered and does not come (deposit, cancellation fee), as a share of its price.
"""

from __future__ import annotations

from agents.records.gears import both_gears, dispatch, public_functions
from agents.rules.book import DUST
from agents.rules.ordering import inflation, proportional_reply


@both_gears
def honest(need, fill, exponent, cap, others, capacity, margin, cost):
    """The need and no more. Ignores everything else."""
    return 1.0


@both_gears
def fixed(need, fill, exponent, cap, others, capacity, margin, cost):
    """The cap as soon as anything is expected to be missing: a hoarder's rule of thumb (Sterman & Dogan 2015).

    Ignores how much is missing and what a phantom unit costs.
    """
    if fill < 1.0 - DUST:
        return cap
    return 1.0


@both_gears
def adaptive(need, fill, exponent, cap, others, capacity, margin, cost):
    """E7, min(fill ** -gamma, cap), with gamma cut by the share of the margin that a phantom unit costs.

    Lee, Padmanabhan & Whang 1997; Sterman & Dogan 2015; the cut, gamma max(0, 1 - cost / margin), is of our own.
    Free phantoms are not cut at all. Ignores the others' orders and the capacity but for the fill they lead to.
    """
    if cost <= 0.0:
        return inflation(fill, exponent, cap)
    if margin <= 0.0:
        return 1.0
    return inflation(fill, exponent * max(0.0, 1.0 - cost / margin), cap)


@both_gears
def best_reply(need, fill, exponent, cap, others, capacity, margin, cost):
    """The order that gains most under proportional allocation (Cachon & Lariviere 1999; B11, B14).

    The surplus of a unit falls in a straight line from ``margin`` at the first to 0 at the need. With free phantoms it
    is the order that gets exactly the need, the cap where nothing does. Ignores its own past fills, that the rule may
    be another, and what the others reply.
    """
    if need <= 0.0 or margin <= 0.0:
        return 1.0
    order = proportional_reply(others, capacity, margin, margin / need, cost, True)
    return min(cap, max(1.0, order / need))


STRATEGIES = public_functions(__name__)
"""The strategies by name."""

inflate = dispatch(list(STRATEGIES.values()))
"""``inflate(number, need, fill, exponent, cap, others, capacity, margin, cost)``: the strategy with that number."""
