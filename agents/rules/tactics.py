"""How a side gives way as the deadline comes nearer (theory A.6, E12).

A tactic is a public function ``tactic(week, deadline, pace, at_once, own, given)`` of this module: the share of the
way from opening to reservation value that is given up by ``week``, 0 to 1. ``own`` is the share that its side had
given up in its last offer, ``given`` what the other side's last offer is better than the one before, on the scale of
this side's utility. A scenario names it: the ``tactic`` of a buyer or of the supplier.
"""

from __future__ import annotations

import math

from agents.records.gears import both_gears, dispatch, public_functions
from agents.rules.demand import power


@both_gears
def polynomial(week, deadline, pace, at_once, own, given):
    """kappa + (1 - kappa) (t / T) ** (1 / beta); a ``pace`` under 1 concedes late (Faratin, Sierra & Jennings 1998)."""
    if week <= 0:
        return at_once
    return at_once + (1.0 - at_once) * power(min(1.0, week / deadline), 1.0 / pace)


@both_gears
def exponential(week, deadline, pace, at_once, own, given):
    """exp((1 - t / T) ** beta ln kappa) (Faratin, Sierra & Jennings 1998); kappa is at least a hundredth."""
    left = 1.0 - min(1.0, week / deadline)
    if left <= 0.0:
        return 1.0
    return math.exp(power(left, pace) * math.log(max(0.01, at_once)))


@both_gears
def responsive(week, deadline, pace, at_once, own, given):
    """Gives what it is given, ``pace`` times as much: behaviour-dependent (tit for tat, Faratin et al. 1998).

    Looks back over one exchange of offers. Never takes a concession back; ignores the deadline.
    """
    return min(1.0, max(own, at_once) + pace * max(0.0, given))


TACTICS = public_functions(__name__)
"""The tactics by name."""

concede = dispatch(list(TACTICS.values()))
"""``concede(number, week, deadline, pace, at_once, own, given)``: the tactic with that number among TACTICS."""
