"""Conservation checks, P02 to P06 of theory E.2, and the check that figures are finite."""

from __future__ import annotations

import math

from agents.records.gears import both_gears

MEANING = {
    1: "a figure is not finite",
    2: "units are not conserved (P02)",
    3: "orders are not conserved (P03)",
    4: "money is not conserved (P04)",
    5: "more was shipped than was there, more deployed than is owned or powered, or a price left its limits (P05)",
    6: "wafers are not conserved (P06)",
}
CLOSE = 1e-7
"""Share of what has moved in a quarter that may be lost to rounding..."""
LEVEL = 1e-12
"""...and share of what lies still."""


@both_gears
def _differ(before, change, after, moved):
    """Whether ``before`` and ``change`` do not make ``after``, for flows that add up to ``moved`` in size."""
    return abs(before + change - after) > CLOSE * moved + LEVEL * (abs(before) + abs(after)) + 1e-9 * CLOSE


@both_gears
def check(market, supplier, products, buyers):
    """Stop the run if figures are not finite or, where ``market.checked``, if something is not conserved.

    Raises:
        ArithmeticError: with the number of the check in ``market.broken`` and the buyer, if it is one
            buyer's doing, in ``market.broken_buyer``.
    """
    for i in range(market.buyer_count):
        buyer = buyers[i]
        if not math.isfinite(buyer.cash + buyer.stock + buyer.backlog + buyer.target + buyer.fill_expected):
            _break(market, 1, i)
    for p in range(market.product_count):
        if not math.isfinite(products[p].price + products[p].stock + products[p].shadow):
            _break(market, 1, -1)
    if not math.isfinite(market.revenue + market.backlog + market.production + supplier.share):
        _break(market, 1, -1)
    if market.checked:
        check_buyers(market, products, buyers)
        check_totals(market, supplier, products, buyers)


@both_gears
def _break(market, number, buyer):
    market.broken = number
    market.broken_buyer = buyer
    raise ArithmeticError("a check did not hold")


@both_gears
def check_buyers(market, products, buyers):
    """Units, order lines, cash and deployment of every buyer."""
    for i in range(market.buyer_count):
        buyer = buyers[i]
        gained = buyer.delivered + buyer.taken_over + buyer.outside_delivered
        if _differ(buyer.stock_before, gained - buyer.handed_over, buyer.stock, gained + buyer.handed_over):
            _break(market, 2, i)
        book = 0.0
        for line in range(buyer.lines):
            left = buyer.line_open[line]
            if left < 0.0 or left + buyer.line_cancelled[line] > buyer.line_units[line] * (1.0 + CLOSE):
                _break(market, 3, i)
            book += left * products[buyer.line_product[line]].hae
        closed = buyer.delivered + buyer.cancelled
        if _differ(buyer.backlog_before, buyer.ordered - closed, book, buyer.ordered + closed):
            _break(market, 3, i)
        paid = buyer.spending + buyer.other_spending
        moved = abs(buyer.inflow) + abs(buyer.spending) + abs(buyer.other_spending)
        if _differ(buyer.cash_before, buyer.inflow - paid, buyer.cash, moved):
            _break(market, 4, i)
        if _differ(buyer.bills, 0.0, buyer.other_spending, abs(buyer.bills) + abs(buyer.other_spending)):
            _break(market, 4, i)
        lowest = min(buyer.cash_before, -buyer.overdraft()) - buyer.credit
        if buyer.cash < lowest - CLOSE * moved - LEVEL * abs(lowest):
            _break(market, 4, i)
        if buyer.deployed > buyer.stock * (1.0 + CLOSE) or buyer.deployed < 0.0 or buyer.idle < -CLOSE * buyer.stock:
            _break(market, 5, i)
        if buyer.machine_mw * buyer.deployed > buyer.power_mw * buyer.stock * (1.0 + CLOSE):
            _break(market, 5, i)


@both_gears
def check_totals(market, supplier, products, buyers):
    """Money between buyers and supplier, finished stock, wafers."""
    spent = revenue = fees = before = after = moved = 0.0
    for i in range(market.buyer_count):
        buyer = buyers[i]
        spent += buyer.spending
        revenue += buyer.value_delivered
        fees += buyer.fees
        before += buyer.deposits_before - buyer.vendor_debt_before
        after += buyer.deposits - buyer.vendor_debt
        moved += abs(buyer.spending) + buyer.value_delivered + buyer.fees
    if _differ(before, spent - revenue - fees, after, moved):
        _break(market, 4, -1)
    used = 0.0
    for p in range(market.product_count):
        product = products[p]
        used += product.wafers
        change = product.produced - product.shipped - product.lost
        if product.shipped < 0.0 or product.lost < 0.0:
            _break(market, 5, -1)
        lowest = (1.0 - supplier.fall_limit / 4.0) * product.price_before
        if product.price < lowest * (1.0 - CLOSE) or product.price > product.price_ceiling * (1.0 + CLOSE):
            _break(market, 5, -1)
        if _differ(product.stock_before, change, product.stock, product.produced + product.shipped + product.lost):
            _break(market, 5, -1)
    if used > supplier.wafers * (1.0 + CLOSE) or _differ(used, 0.0, supplier.wafers_used, used):
        _break(market, 6, -1)
