"""What compute is worth to a buyer, and how much of it the buyer wants (theory E1 to E4)."""

from __future__ import annotations

import math

from agents.records.gears import both_gears


@both_gears
def user_cost(price, capital_cost, depreciation, price_fall):
    """Cost of using one unit for a quarter, in the money of ``price``; the three rates are per year.

    E2 (Jorgenson 1963): u = p (r + delta + pi) / 4.
    """
    return price * (capital_cost + depreciation + price_fall) / 4.0


@both_gears
def desired_compute(scale, value, cost, elasticity):
    """Compute at which the marginal value has fallen to the user cost, in the unit of ``scale``.

    E3: C* = C0 (theta / u) ** eta, the demand of iso-elastic value; 0 where either is not positive.
    """
    if value <= 0.0 or cost <= 0.0:
        return 0.0
    return scale * power(value / cost, elasticity)


@both_gears
def mean_value(cost, target, elasticity, most, low, high):
    """Mean marginal value of compute between two stocks, in the money of the user cost ``cost``.

    The integral of E1, u (C / C*) ** (-1 / eta), over the way from ``low`` to ``high``, with no unit worth over
    ``most`` times the user cost; all stocks in one unit. Worth nothing where nothing is wanted.
    """
    if target <= 0.0 or high <= low:
        return 0.0
    knee = target * power(most, -elasticity)
    capped = max(0.0, min(high, knee) - low)
    total = most * capped
    start = max(low, knee)
    if high > start:
        bend = 1.0 - 1.0 / elasticity
        if abs(bend) < 1e-9:
            total += target * math.log(high / start)
        else:
            total += target * (power(high / target, bend) - power(start / target, bend)) / bend
    return cost * total / (high - low)


@both_gears
def power(base, exponent):
    """base ** exponent for a positive base; spares the work where the exponent is 1, as it mostly is."""
    if exponent == 1.0:
        return base
    return base**exponent


@both_gears
def least_price(unit_cost, list_price):
    """Least that a unit is sold for at an auction: its cost, or next to nothing where it costs nothing."""
    return max(unit_cost, 1e-6 * list_price)


@both_gears
def demand_regime(quarter, start, level, speed, growth):
    """Factor on the value of compute, common to all buyers: a jump to ``level``, then steady growth.

    1 before ``start``; from then on [1 + (A - 1)(1 - exp(-n / s))] (1 + g) ** n with n = quarter - start + 1.
    """
    if quarter < start:
        return 1.0
    n = float(quarter - start + 1)
    return (1.0 + (level - 1.0) * (1.0 - math.exp(-n / speed))) * (1.0 + growth) ** n


@both_gears
def delay_factor(urgency, quarters):
    """Worth of a unit that comes ``quarters`` later, as a share of one that comes now (E4)."""
    return math.exp(max(-500.0, -urgency * quarters))  # never 0, since prices are divided by it


@both_gears
def present_value(marginal_value, urgency, quarters, capital_cost, depreciation):
    """Present value of a unit delivered ``quarters`` from now (E4), in the money of ``marginal_value``."""
    return marginal_value * delay_factor(urgency, quarters) / ((capital_cost + depreciation) / 4.0)


@both_gears
def contest_effort(prize, rivals, cost):
    """Compute to bring to a contest with r = 1: max(0, sqrt(V R / c) - R) (Nti 1999).

    ``rivals`` R is their compute, ``cost`` c money per unit of it. Rises with a small R and falls with a large one; 0
    without rivals, where any effort at all wins. Ignores that rivals answer.
    """
    if prize <= 0.0 or rivals <= 0.0 or cost <= 0.0:
        return 0.0
    return max(0.0, math.sqrt(prize * rivals / cost) - rivals)
