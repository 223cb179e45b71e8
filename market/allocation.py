"""Who gets how much of a short supply (theory A.8, E16).

A rule is a public function of this module, and a scenario names it: ``market.allocation = "uniform"``.
``rule(orders, capacity, weights)`` takes the units each buyer is due, the units there are and one weight or
rank per buyer, and returns the units each buyer gets: at most its order, and min(capacity, all orders)
in total. Rules are pure.
"""

from __future__ import annotations

from agents.state import both_gears, dispatch, public_functions


@both_gears
def _positive(weights):
    """The weights, those of zero so small that their buyers get what nobody else has room for."""
    largest = 0.0
    for i in range(len(weights)):
        largest = max(largest, weights[i])
    if largest <= 0.0:
        return [1.0] * len(weights)
    return [max(weight, 1e-12 * largest) for weight in weights]


@both_gears
def weighted_uniform(orders, capacity, weights):
    """Everybody the same amount per weight, at most the order: min(m_i, w_i lambda).

    Weighted water-filling; with equal weights Sprumont's (1991) uniform rule. Given the weights, asking for
    more than the need gains nothing. Ignores when an order was placed and what it pays.
    """
    n = len(orders)
    given = [0.0] * n
    open_to = [False] * n
    claim = _positive(weights)
    left = capacity
    weight = 0.0
    for i in range(n):
        open_to[i] = orders[i] > 0.0
        if open_to[i]:
            weight += claim[i]
    level = 0.0
    for _ in range(n):
        full = False
        if weight > 0.0:
            level = left / weight
        for i in range(n):
            if open_to[i] and orders[i] <= claim[i] * level:
                given[i] = orders[i]
                open_to[i] = False
                full = True
        if not full:
            break
        left = capacity
        weight = 0.0
        for i in range(n):
            if open_to[i]:
                weight += claim[i]
            else:
                left -= given[i]
        left = max(0.0, left)
    for i in range(n):
        if open_to[i]:
            given[i] = min(orders[i], claim[i] * level)
    return given


@both_gears
def uniform(orders, capacity, weights):
    """Everybody the same amount, at most the order: min(m_i, lambda) (Sprumont 1991). Ignores the weights."""
    return weighted_uniform(orders, capacity, [1.0] * len(orders))


@both_gears
def proportional(orders, capacity, weights):
    """Everybody the same share of the order: m_i K / sum m. Ignores the weights; rewards inflated orders."""
    total = 0.0
    for i in range(len(orders)):
        total += orders[i]
    share = 1.0
    if total > capacity:
        share = capacity / total
    given = [0.0] * len(orders)
    for i in range(len(orders)):
        given[i] = min(orders[i], orders[i] * share)
    return given


@both_gears
def linear(orders, capacity, weights):
    """The same cut from every order, orders below the cut drop out (Cachon & Lariviere 1999). Ignores the weights.

    By duality (B08) it is what the uniform rule leaves of the shortfall: m - uniform(m, sum m - K).
    """
    total = 0.0
    for i in range(len(orders)):
        total += orders[i]
    if total <= capacity:
        return [1.0 * order for order in orders]
    cut = uniform(orders, total - capacity, weights)
    given = [0.0] * len(orders)
    for i in range(len(orders)):
        given[i] = orders[i] - cut[i]
    return given


@both_gears
def lexicographic(orders, capacity, weights):
    """Orders are filled in full in the order of falling weight, the first of equals first. Ignores sizes."""
    n = len(orders)
    given = [0.0] * n
    served = [False] * n
    left = capacity
    for _ in range(n):
        best = -1
        for i in range(n):
            if not served[i] and (best < 0 or weights[i] > weights[best]):
                best = i
        served[best] = True
        given[best] = min(orders[best], left)
        left = max(0.0, left - given[best])
    return given


@both_gears
def first_come_first_served(orders, capacity, weights):
    """Old orders before new ones. The market hands this rule one quarter's orders after another, the oldest
    first (see BY_AGE), and among orders of one quarter the lot decides. Ignores sizes and weights.
    """
    return lexicographic(orders, capacity, weights)


BY_AGE = ("first_come_first_served",)
"""Rules that are given the orders of one quarter at a time, with lots for weights."""

RULES = public_functions(__name__)
"""The rules by name."""

allocate = dispatch(list(RULES.values()))
"""``allocate(number, orders, capacity, weights)``: the rule with that number among RULES."""
