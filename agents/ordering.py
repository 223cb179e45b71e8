"""How much a buyer orders and what it expects (theory E6, E7, E9)."""

from __future__ import annotations

from agents.state import both_gears


@both_gears
def need(stock, target, on_order, lead, retirement, adjustment, line_weight):
    """Orders of a quarter that replace what retires and close the gap to the target.

    E6 (Sterman 1989): max(0, dq C + alpha [(C* - C) + beta (Lhat dq C* - SL)]); quantities in one unit,
    ``lead`` in quarters, ``retirement`` and ``adjustment`` per quarter.
    """
    wanted_line = lead * retirement * target
    gap = (target - stock) + line_weight * (wanted_line - on_order)
    return max(0.0, retirement * stock + adjustment * gap)


@both_gears
def inflation(fill, exponent, cap):
    """Factor by which an order exceeds the need when only a share ``fill`` is expected to come.

    E7 (Lee, Padmanabhan & Whang 1997; Sterman & Dogan 2015): min(fill ** -gamma, cap).
    """
    if fill >= 1.0 or exponent <= 0.0:
        return 1.0
    if fill <= 0.0:
        return cap
    return min(cap, fill**-exponent)


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
