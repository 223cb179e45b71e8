"""Who gets how much of a short supply (theory A.8, E16).

A rule is a public function of this module, and a scenario names it: ``market.allocation = "uniform"``.
``rule(orders, capacity, weights)`` takes the units each buyer is due, the units there are and one number per
buyer, and returns the units each buyer gets: at most its order, and min(capacity, all orders) in total. Rules
are pure, and know no buyer by name: of equals, a rule that must choose takes the first, and the market hands
over buyers in the order of their names.

What the numbers per buyer are goes by the name of the third parameter, one of STANDINGS: a rule asks for what
it needs, as a test asks for a fixture. What a buyer gains by its rule is declared with :func:`invites`, and the
tests hold every rule to its word.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from agents.records.gears import both_gears, dispatch, numbers, public_functions, zeros

Rule = TypeVar("Rule", bound=Callable[..., Any])

WEIGHTS, PAST_SALES, LOTS = 0, 1, 2
STANDINGS = ("weights", "past_sales", "lots")
"""What a rule can ask for: the supplier's weight of each buyer (E17); its smoothed past deliveries, in HAE a
quarter; lots, drawn anew every quarter. A rule that asks for lots is handed the orders of one quarter after
another, the oldest first."""


OPEN = -1.0


def invites(*, lies: bool, splitting: str, anonymous: bool = True, halves: float = 1.0) -> Callable[[Rule], Rule]:
    """Declares what a rule tempts buyers to.

    Args:
        lies: whether asking for more, or less, than the need can get more of what is needed.
        splitting: what two names do to a buyer's total: ``gains``, ``loses`` or ``changes nothing``.
        anonymous: whether equals are treated alike, whatever the order in which they are named.
        halves: the part of its standing that each of two names has (a half where size gives the standing).
    """

    def declare(rule: Rule) -> Rule:
        rule.invites = {"lies": lies, "splitting": splitting, "anonymous": anonymous, "halves": halves}  # type: ignore[attr-defined]
        return rule

    return declare


@both_gears
def _positive(weights):
    """The weights, those of zero so small that their buyers get what nobody else has room for."""
    largest = 0.0
    for i in range(len(weights)):
        largest = max(largest, weights[i])
    claim = zeros(len(weights))
    for i in range(len(weights)):
        claim[i] = max(weights[i], 1e-12 * largest) if largest > 0.0 else 1.0
    return claim


@invites(lies=False, splitting="changes nothing", halves=0.5)
@both_gears
def weighted_uniform(orders, capacity, weights):
    """Everybody the same amount per weight, at most the order: min(m_i, w_i lambda).

    Weighted water-filling; with equal weights Sprumont's (1991) uniform rule. Given the weights, asking for
    more than the need gains nothing. Ignores when an order was placed and what it pays.
    """
    n = len(orders)
    given = zeros(n)  # OPEN where it is still to be found
    claim = _positive(weights)
    left = capacity
    weight = 0.0
    for i in range(n):
        if orders[i] > 0.0:
            given[i] = OPEN
            weight += claim[i]
    level = 0.0
    for _ in range(n):
        full = False
        if weight > 0.0:
            level = left / weight
        for i in range(n):
            if given[i] == OPEN and orders[i] <= claim[i] * level:
                given[i] = orders[i]
                full = True
        if not full:
            break
        left = capacity
        weight = 0.0
        for i in range(n):
            if given[i] == OPEN:
                weight += claim[i]
            else:
                left -= given[i]
        left = max(0.0, left)
    for i in range(n):
        if given[i] == OPEN:
            given[i] = min(orders[i], claim[i] * level)
    return given


@invites(lies=False, splitting="gains")
@both_gears
def uniform(orders, capacity, weights):
    """Everybody the same amount, at most the order: min(m_i, lambda) (Sprumont 1991). Ignores the weights."""
    return weighted_uniform(orders, capacity, zeros(len(orders)))


@invites(lies=True, splitting="changes nothing")
@both_gears
def proportional(orders, capacity, weights):
    """Everybody the same share of the order: m_i K / sum m. Ignores the weights; rewards inflated orders."""
    total = 0.0
    for i in range(len(orders)):
        total += orders[i]
    share = 1.0
    if total > capacity:
        share = capacity / total
    given = zeros(len(orders))
    for i in range(len(orders)):
        given[i] = min(orders[i], orders[i] * share)
    return given


@invites(lies=True, splitting="loses")
@both_gears
def linear(orders, capacity, weights):
    """The same cut from every order, orders below the cut drop out (Cachon & Lariviere 1999). Ignores the weights.

    By duality (B08) it is what the uniform rule leaves of the shortfall: m - uniform(m, sum m - K).
    """
    total = 0.0
    for i in range(len(orders)):
        total += orders[i]
    cut = uniform(orders, max(0.0, total - capacity), weights)
    given = zeros(len(orders))
    for i in range(len(orders)):
        given[i] = orders[i] - cut[i]
    return given


@invites(lies=False, splitting="changes nothing", anonymous=False)
@both_gears
def lexicographic(orders, capacity, weights):
    """Orders are filled in full in the order of falling weight, the first of equals first. Ignores sizes."""
    n = len(orders)
    given = zeros(n)
    served = zeros(n)
    left = capacity
    for _ in range(n):
        best = -1
        for i in range(n):
            if served[i] == 0.0 and (best < 0 or weights[i] > weights[best]):
                best = i
        served[best] = 1.0
        given[best] = min(orders[best], left)
        left = max(0.0, left - given[best])
    return given


@invites(lies=False, splitting="changes nothing", anonymous=False)
@both_gears
def first_come_first_served(orders, capacity, lots):
    """Old orders before new ones; among orders of one quarter the lot decides. Ignores sizes and weights."""
    return lexicographic(orders, capacity, lots)


@invites(lies=False, splitting="changes nothing", halves=0.5)
@both_gears
def turn_and_earn(orders, capacity, past_sales):
    """Everybody the same amount per unit of past deliveries, at most the order (Cachon & Lariviere 1999).

    Weighted uniform with past sales for weights: asking for more gains nothing today, buying more gains a larger
    share tomorrow. Newcomers get what those with a past leave over.
    """
    return weighted_uniform(orders, capacity, past_sales)


@invites(lies=False, splitting="gains")
@both_gears
def threshold(orders, capacity, weights):
    """Orders in full up to an equal share of the capacity, what is left by weight above it.

    Small orders are safe whatever the weights; asking for more than the need gains nothing. Not consistent: the
    equal share counts all who ask. Ignores when an order was placed and what it pays.
    """
    asking = 0
    for i in range(len(orders)):
        asking += int(orders[i] > 0.0)
    share = capacity / max(1, asking)
    rest = zeros(len(orders))
    left = capacity
    for i in range(len(orders)):
        rest[i] = max(0.0, orders[i] - share)
        left -= orders[i] - rest[i]
    given = weighted_uniform(rest, max(0.0, left), weights)
    for i in range(len(orders)):
        given[i] = min(orders[i], orders[i] - rest[i] + given[i])
    return given


RULES = {name: rule for name, rule in public_functions(__name__).items() if rule is not invites}
"""The rules by name."""


def _standing(rule):
    """What a rule asks for, as a position in STANDINGS; raises TypeError if it is none of them or undeclared."""
    if not hasattr(rule, "invites"):
        raise TypeError(f"allocation.{rule.__name__}: declare with @invites(...) what it tempts buyers to")
    name = list(inspect.signature(rule).parameters)[2]
    if name not in STANDINGS:
        raise TypeError(f"allocation.{rule.__name__}: asks for {name!r}; allowed: {', '.join(STANDINGS)}")
    return STANDINGS.index(name)


STANDING_OF = tuple(_standing(rule) for rule in RULES.values())
"""What each of the RULES asks for."""

allocate = dispatch(list(RULES.values()), numbers)
"""``allocate(number, orders, capacity, weights)``: the rule with that number among RULES."""
