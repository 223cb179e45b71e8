"""A buyer's order lines: how they are added, filled, cancelled and cleared away.

A line is one position across the buyer's ``line_`` lists. Closed lines stay until the next quarter begins,
so that what happened to them can be read off after a quarter.
"""

from __future__ import annotations

from agents.records.gears import both_gears
from agents.records.roles import LINES

DUST = 1e-9
"""An open share of a line below which the line is filled."""


@both_gears
def join(buyer, product, units, price, placed, promised, prepaid):
    """Append a line: ``units`` of ``product`` at ``price`` USD each.

    Raises:
        OverflowError: the buyer's book is full.
    """
    n = buyer.lines
    if n >= LINES:
        raise OverflowError("the order book is full")
    buyer.line_product[n] = product
    buyer.line_units[n] = units
    buyer.line_open[n] = units
    buyer.line_cancelled[n] = 0.0
    buyer.line_price[n] = price
    buyer.line_placed[n] = placed
    buyer.line_promised[n] = promised
    buyer.line_prepaid[n] = prepaid
    buyer.lines = n + 1


@both_gears
def fill(buyer, line, units):
    """Ship ``units`` of a line; a remainder too small to matter is shipped with them. Returns what shipped."""
    left = buyer.line_open[line]
    if units >= left * (1.0 - DUST):
        units = left
    buyer.line_open[line] = left - units
    return units


@both_gears
def strike(buyer, line, units):
    """Cancel ``units`` of a line, at most what is open. Returns what was cancelled."""
    left = buyer.line_open[line]
    if units >= left * (1.0 - DUST):
        units = left
    buyer.line_open[line] = left - units
    buyer.line_cancelled[line] = buyer.line_cancelled[line] + units
    return units


@both_gears
def divide(buyer, line, units):
    """Part a line in two: ``units`` of what is open of it become a line of their own, placed when it was.

    Returns the new line.

    Raises:
        OverflowError: the buyer's book is full.
    """
    join(
        buyer, buyer.line_product[line], units, buyer.line_price[line],
        buyer.line_placed[line], buyer.line_promised[line], buyer.line_prepaid[line],
    )  # fmt: skip
    buyer.line_units[line] = buyer.line_units[line] - units
    buyer.line_open[line] = buyer.line_open[line] - units
    return buyer.lines - 1


@both_gears
def exchange(buyer, line, product, units, price, prepaid):
    """Turn a line into one for another product, ``units`` of it for each of the old, at another price."""
    buyer.line_product[line] = product
    buyer.line_units[line] = buyer.line_units[line] * units
    buyer.line_open[line] = buyer.line_open[line] * units
    buyer.line_cancelled[line] = buyer.line_cancelled[line] * units
    buyer.line_price[line] = price
    buyer.line_prepaid[line] = prepaid


@both_gears
def payable(units, cost, money):
    """As many of the units as the money pays for at ``cost`` each; what rounding leaves of it pays for none."""
    if units * cost <= money:
        return units
    return money / cost if money > DUST * units * cost else 0.0


@both_gears
def unmade(ordered, stock):
    """Units of those on order that are still to be made; what rounding leaves over is none."""
    units = ordered - stock
    return units if units > DUST * ordered else 0.0


@both_gears
def tidy(buyer):
    """Drop closed lines, the order of the others unchanged."""
    kept = 0
    for i in range(buyer.lines):
        if buyer.line_open[i] > 0.0:
            if kept < i:
                buyer.line_product[kept] = buyer.line_product[i]
                buyer.line_units[kept] = buyer.line_units[i]
                buyer.line_open[kept] = buyer.line_open[i]
                buyer.line_cancelled[kept] = buyer.line_cancelled[i]
                buyer.line_price[kept] = buyer.line_price[i]
                buyer.line_placed[kept] = buyer.line_placed[i]
                buyer.line_promised[kept] = buyer.line_promised[i]
                buyer.line_prepaid[kept] = buyer.line_prepaid[i]
            kept += 1
    buyer.lines = kept


@both_gears
def cash_share(buyer, line):
    """Cash that a unit of a line takes on delivery, all in, over its price: less the deposit and what is financed."""
    prepaid = buyer.line_prepaid[line]
    return buyer.cost_factor - prepaid - buyer.vendor_finance * (1.0 - prepaid)


@both_gears
def cost_to_come(buyer, by):
    """What open lines promised by a quarter will cost on delivery, all in, in million USD."""
    total = 0.0
    for i in range(buyer.lines):
        if buyer.line_promised[i] <= by:
            total += buyer.line_open[i] * buyer.line_price[i] * cash_share(buyer, i)
    return total / 1e6
