"""What is measured at a quarter's end (theory A.11); the columns of the tables."""

from __future__ import annotations

import math

from agents.classes.neocloud import HOURS
from agents.records.gears import both_gears
from agents.records.roles import QUARTERS
from agents.rules import book
from market.mechanisms import clearing

WEEKS_A_QUARTER = 13.0


@both_gears
def ratio(part, whole):
    """part / whole, NaN where the whole is zero."""
    if whole == 0.0:
        return math.nan
    return part / whole


@both_gears
def herfindahl(parts):
    """Concentration of a whole in its parts: 10,000 times the sum of squared shares (E25); NaN of nothing.

    10,000 / n for n equal parts; a merger of two adds twice the product of their shares in percent. Ignores who is
    behind the names.
    """
    whole = 0.0
    for i in range(len(parts)):
        whole += parts[i]
    if whole <= 0.0:
        return math.nan
    total = 0.0
    for i in range(len(parts)):
        share = parts[i] / whole
        total += 10000.0 * share * share
    return total


@both_gears
def measure(market, supplier, products, buyers):
    """Fill in the columns of the market, of every product and of every buyer."""
    measure_buyers(market, products, buyers)
    measure_products(market, supplier, products)
    measure_outside(market, products)
    measure_market(market, supplier, products, buyers)


@both_gears
def measure_buyers(market, products, buyers):
    """Shares, prices paid, waits and fills of every buyer."""
    units = 0.0
    hae = 0.0
    for i in range(market.buyer_count):
        units += buyers[i].units_delivered
        hae += buyers[i].delivered
    for i in range(market.buyer_count):
        buyer = buyers[i]
        backlog = 0.0
        for line in range(buyer.lines):
            backlog += buyer.line_open[line] * products[buyer.line_product[line]].hae
        buyer.backlog = backlog
        buyer.share_units = ratio(buyer.units_delivered, units)
        buyer.share_hae = ratio(buyer.delivered, hae)
        buyer.price_paid = ratio(buyer.value_delivered * 1e6, buyer.delivered)
        buyer.realised_lead_weeks = WEEKS_A_QUARTER * ratio(buyer.wait_delivered, buyer.delivered)
        buyer.fill_rate = ratio(buyer.promised_delivered, buyer.promised)
        buyer.announced = buyer.stock


@both_gears
def measure_products(market, supplier, products):
    """Prices, premium and quoted wait of every product; NaN where it is not on offer."""
    for p in range(market.product_count):
        product = products[p]
        product.transaction_price = ratio(product.ordered_value, product.ordered_units)
        product.premium = product.shadow_price / product.list_price - 1.0
        on_offer = product.announced <= market.quarter <= product.last_order
        product.quoted_lead_weeks = math.nan
        if on_offer or product.backlog > 0.0:
            product.quoted_lead_weeks = WEEKS_A_QUARTER * product.quoted_lead + supplier.base_weeks


@both_gears
def measure_outside(market, products):
    """Prices and waits of the outside options."""
    for p in range(market.product_count, market.offer_count):
        option = products[p]
        option.transaction_price = ratio(option.ordered_value, option.ordered_units)
        option.shadow_price = option.list_price
        option.quoted_lead_weeks = WEEKS_A_QUARTER * (option.lead + option.commitment)


@both_gears
def measure_market(market, supplier, products, buyers):
    """Totals of the quarter."""
    delivered = ordered = needed = submitted = cancelled = 0.0
    revenue = wait = promised = kept = deployed = wanted = 0.0
    outside = lent = at_inflation_cap = at_money = at_power = 0.0
    for i in range(market.buyer_count):
        buyer = buyers[i]
        delivered += buyer.delivered
        ordered += buyer.ordered
        needed += buyer.needed
        submitted += buyer.submitted
        cancelled += buyer.cancelled
        revenue += buyer.value_delivered
        wait += buyer.wait_delivered
        promised += buyer.promised
        kept += buyer.promised_delivered
        deployed += buyer.deployed
        wanted += buyer.wanted
        outside += buyer.outside_delivered
        lent += buyer.vendor_debt
        at_inflation_cap += buyer.at_inflation_cap
        at_money += buyer.at_money
        at_power += buyer.at_power
    cost = left = on_sale = at_limit = 0.0
    for p in range(market.product_count):
        if products[p].announced <= market.quarter <= products[p].last_order:
            on_sale += 1.0
            at_limit += 1.0 if products[p].at_limit else 0.0
        cost += products[p].shipped * products[p].unit_cost / 1e6
        left += book.unmade(products[p].book_before, products[p].stock) * products[p].hae
    market.shipped = delivered
    market.ordered = ordered
    market.needed = needed
    market.cancelled = cancelled
    market.revenue = revenue
    market.outside_share = ratio(outside, outside + delivered)
    market.lent = lent
    market.inflation_capped = ratio(at_inflation_cap, needed)
    market.money_capped = ratio(at_money, at_money + needed)
    market.power_capped = ratio(at_power, at_power + needed)
    market.price_capped = ratio(at_limit, on_sale)
    market.gross_margin = 1.0 - ratio(cost, revenue)
    market.fill_rate = ratio(kept, promised)
    market.order_inflation = ratio(submitted, needed)
    market.unmet_share = max(0.0, 1.0 - ratio(delivered, market.wanted_before))
    market.wanted_before = wanted
    market.realised_lead_weeks = WEEKS_A_QUARTER * ratio(wait, delivered)
    market.hhi = herfindahl([buyers[i].delivered for i in range(market.buyer_count)])
    market.capacity = supplier.wafers * market.hae_per_wafer
    market.quoted_lead_weeks = WEEKS_A_QUARTER * ratio(left, market.production) + supplier.base_weeks
    if left == 0.0:
        market.quoted_lead_weeks = supplier.base_weeks
    rent = math.nan
    if deployed > 0.0 and market.hae_price > 0.0:
        reference = market.hae_price / 8.0
        rent = clearing.clearing_price(market, buyers, deployed, reference, clearing.SERVICES)
    market.rental_usd_hour = rent / (HOURS * market.utilisation)
    if market.quarter < QUARTERS:
        market.cohort_ordered[market.quarter] = ordered


@both_gears
def cohort_lead_weeks(market, placed):
    """Mean wait in weeks of the orders placed in one quarter, seen up to now (Kaplan & Meier 1958).

    The product-limit estimate of the share still waiting after each quarter, summed over the quarters seen:
    a mean restricted to them. Cancelled orders and orders still open count as censored, not as short waits.
    NaN where nothing was ordered or no quarter has passed since.
    """
    at_risk = market.cohort_ordered[placed]
    if at_risk <= 0.0 or market.quarter - placed < 2:
        return math.nan
    waiting = 1.0
    total = 0.0
    for age in range(market.quarter - placed):
        delivered = market.cohort_delivered[placed * QUARTERS + age]
        waiting = waiting * max(0.0, 1.0 - delivered / at_risk)
        total += waiting
        at_risk = at_risk - delivered - market.cohort_cancelled[placed * QUARTERS + age]
        if at_risk <= 1e-9 * market.cohort_ordered[placed]:
            break
    return WEEKS_A_QUARTER * total
