"""What is measured at a quarter's end (theory A.11); the columns of the tables."""

from __future__ import annotations

import math

from agents.classes.neocloud import HOURS
from agents.records.gears import both_gears
from agents.records.roles import QUARTERS, SLOTS
from agents.rules import book
from agents.rules.demand import power

WEEKS_A_QUARTER = 13.0
OUTSIDER_RATE = 0.10 + 0.20 + 0.15
"""Per year: cost of capital, depreciation and fall of prices of whoever would buy in order to let."""


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
    measure_buyers(market, supplier, products, buyers)
    measure_products(market, supplier, products, buyers)
    measure_outside(market, products)
    measure_market(market, supplier, products, buyers)


@both_gears
def measure_buyers(market, supplier, products, buyers):
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
        buyer.quoted_lead_weeks = quoted(supplier, products, buyer)
        buyer.fill_rate = ratio(buyer.promised_delivered, buyer.promised)
        buyer.announced = buyer.stock


@both_gears
def quoted(supplier, products, buyer):
    """Weeks that a buyer is quoted for what it asks for in the quarter; NaN if it asks for nothing."""
    asked = 0.0
    wait = 0.0
    for slot in range(SLOTS):
        if buyer.slot_product[slot] >= 0:
            product = products[buyer.slot_product[slot]]
            hae = buyer.slot_units[slot] * product.hae
            asked += hae
            wait += hae * buyer.own_quote[product.generation]
    return in_weeks(supplier, ratio(wait, asked))


@both_gears
def measure_products(market, supplier, products, buyers):
    """Prices, premium and quoted waits of every product; NaN before its announcement and after its last order."""
    for p in range(market.product_count):
        product = products[p]
        product.transaction_price = ratio(product.ordered_value, product.ordered_units)
        product.list_price = product.shadow_price = product.premium = math.nan
        product.quoted_lead_weeks = product.ordinary_lead_weeks = math.nan
        if product.announced <= market.quarter <= product.last_order:
            product.list_price = product.price
            product.shadow_price = product.shadow
            product.premium = product.shadow / product.price - 1.0
            product.quoted_lead_weeks = in_weeks(supplier, product.quoted_lead)
            ordinary = ordinary_lead(market, buyers, product.generation)
            product.ordinary_lead_weeks = in_weeks(supplier, ordinary)


@both_gears
def in_weeks(supplier, quarters):
    """A quoted wait of so many quarters in weeks, assembly and transport included."""
    return WEEKS_A_QUARTER * quarters + supplier.base_weeks


@both_gears
def ordinary_lead(market, buyers, generation):
    """Quarters quoted to buyers who take the list price, by what each owns and has on order; NaN without any."""
    total = 0.0
    whole = 0.0
    for i in range(market.buyer_count):
        buyer = buyers[i]
        if not buyer.bargains:
            size = buyer.stock + buyer.backlog
            total += size * buyer.own_quote[generation]
            whole += size
    return ratio(total, whole)


@both_gears
def measure_outside(market, products):
    """Prices and waits of the outside options."""
    for p in range(market.product_count, market.offer_count):
        option = products[p]
        option.transaction_price = ratio(option.ordered_value, option.ordered_units)
        option.list_price = option.shadow_price = option.price
        option.quoted_lead_weeks = WEEKS_A_QUARTER * (option.lead + option.commitment)


@both_gears
def measure_market(market, supplier, products, buyers):
    """Totals of the quarter."""
    delivered = ordered = needed = submitted = cancelled = 0.0
    revenue = wait = promised = kept = deployed = wanted = 0.0
    quoted_units = quoted_weeks = 0.0
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
        if buyer.ordered > 0.0 and not math.isnan(buyer.quoted_lead_weeks):
            quoted_units += buyer.ordered
            quoted_weeks += buyer.ordered * buyer.quoted_lead_weeks
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
    market.unmet_share = math.nan
    if market.wanted_before > 0.0:
        market.unmet_share = max(0.0, 1.0 - delivered / market.wanted_before)
    market.wanted_before = wanted
    market.realised_lead_weeks = WEEKS_A_QUARTER * ratio(wait, delivered)
    market.hhi = herfindahl([buyers[i].delivered for i in range(market.buyer_count)])
    market.capacity = supplier.output(market, products, market.quarter)
    if left == 0.0:
        market.quoted_lead = 0.0
    elif market.possible > 0.0:  # a quarter in which nothing can be made keeps its quote
        market.quoted_lead = left / market.possible
    market.quoted_lead_weeks = in_weeks(supplier, market.quoted_lead)
    market.cohort_quoted_weeks = ratio(quoted_weeks, quoted_units)
    move_rent(market, buyers, deployed)
    market.rental_usd_hour = ratio(market.rent, HOURS * market.utilisation)
    if market.quarter < QUARTERS:
        market.cohort_ordered[market.quarter] = ordered


@both_gears
def move_rent(market, buyers, deployed):
    """E33: rents of new contracts are the user cost times scarcity, and all contracts follow as they are renewed.

    rent* = u (services / deployed) ** (1 / eta_r), with the services wanted at the user cost u of an outsider
    (Jorgenson 1963) and all compute deployed; rent += kappa_r (rent* - rent). In USD per HAE and quarter.
    """
    cost = market.hae_price * (OUTSIDER_RATE / 4.0)
    if deployed <= 0.0 or cost <= 0.0:
        return
    services = 0.0
    for i in range(market.buyer_count):
        services += buyers[i].services_at(cost)
    fresh = 0.0
    if services > 0.0:
        fresh = cost * power(services / deployed, 1.0 / market.rent_elasticity)
    if market.rent == 0.0:
        market.rent = fresh
    market.rent = market.rent + market.contract_speed * (fresh - market.rent)


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
