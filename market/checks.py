"""Conservation checks, P02 to P06 of theory E.2, and the check that figures are finite."""

from __future__ import annotations

import math

from agents.state import both_gears

MEANING = {
    1: "a figure is not finite",
    2: "units are not conserved (P02)",
    3: "orders are not conserved (P03)",
    4: "money is not conserved (P04)",
    5: "more was shipped than was there, or more deployed than is owned (P05)",
    6: "wafers are not conserved (P06)",
}
CLOSE = 1e-7


@both_gears
def _differ(a, b):
    return abs(a - b) > CLOSE * (1.0 + abs(a) + abs(b))


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
        if not math.isfinite(products[p].list_price + products[p].stock + products[p].shadow_price):
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
        if _differ(buyer.stock_before + buyer.delivered + buyer.taken_over - buyer.handed_over, buyer.stock):
            _break(market, 2, i)
        line_total = 0.0
        for line in range(buyer.lines):
            left = buyer.line_open[line]
            if left < 0.0 or left + buyer.line_cancelled[line] > buyer.line_units[line] * (1.0 + CLOSE):
                _break(market, 3, i)
            line_total += left * products[buyer.line_product[line]].hae
        if _differ(buyer.backlog_before + buyer.ordered - buyer.delivered - buyer.cancelled, line_total):
            _break(market, 3, i)
        flows = buyer.inflow - buyer.spending - buyer.other_spending
        if _differ(buyer.cash_before + flows, buyer.cash):
            _break(market, 4, i)
        lowest = min(buyer.cash_before, 0.0) - buyer.credit
        if buyer.cash < lowest - CLOSE * (1.0 + abs(buyer.spending) + abs(buyer.other_spending)):
            _break(market, 4, i)
        if buyer.deployed > buyer.stock * (1.0 + CLOSE) or buyer.deployed < 0.0 or buyer.idle < -CLOSE * buyer.stock:
            _break(market, 5, i)


@both_gears
def check_totals(market, supplier, products, buyers):
    """Money between buyers and supplier, finished stock, wafers."""
    spent = revenue = deposits = fees = 0.0
    for i in range(market.buyer_count):
        buyer = buyers[i]
        spent += buyer.spending
        revenue += buyer.value_delivered
        deposits += buyer.deposits - buyer.deposits_before
        fees += buyer.fees
    if _differ(spent, revenue + deposits + fees):
        _break(market, 4, -1)
    used = 0.0
    for p in range(market.product_count):
        product = products[p]
        used += product.wafers
        if product.shipped < 0.0 or _differ(product.stock_before + product.produced - product.shipped, product.stock):
            _break(market, 5, -1)
    if used > supplier.wafers * (1.0 + CLOSE) or _differ(used, supplier.wafers_used):
        _break(market, 6, -1)
