"""A quarter of the market, from top to bottom (theory A.10)."""

from __future__ import annotations

import math

from agents.records.gears import both_gears
from agents.rules import book
from agents.rules.demand import demand_regime, power
from market import checks, measures
from market.mechanisms import clearing
from market.mechanisms.allocation import LOTS
from market.mechanisms.pricing import move_price
from market.mechanisms.protocols import trade_by
from market.mechanisms.quoting import quote_by
from market.mechanisms.rationing import share_out, standing
from market.product import move_launches

HALF_ASKED = 0.5
"""Of what is asked for in a quarter, the part that stands before an order at the mean (E30c)."""


@both_gears
def quarter(market, supplier, products, buyers):
    """One quarter. The gear has already put this quarter's paths (events among them) and draws in place."""
    move_launches(market, products)
    supplier.set_yields(market, products)
    sense_demand(market, products, buyers)
    arrive(market, supplier, products, buyers)
    supplier.discard(market, products)
    supplier.produce(market, products, buyers)
    ship(market, supplier, products, buyers)
    pass_on(market, products, buyers)
    deploy(market, products, buyers)
    expect(market, supplier, products, buyers)
    cancel(market, products, buyers)
    plan(market, supplier, products, buyers)
    trade_by(market.protocol, market, supplier, products, buyers)
    steer_supply(market, supplier, products, buyers)
    measures.measure(market, supplier, products, buyers)
    checks.check(market, supplier, products, buyers)
    market.quarter = market.quarter + 1


@both_gears
def opening(market, supplier, products, buyers):
    """The state before the first quarter: stock, opening orders, expectations, prices."""
    for p in range(market.product_count):
        products[p].price = products[p].opening_price
    for p in range(market.product_count, market.offer_count):
        products[p].price = products[p].opening_price
        products[p].served = 1.0
    supplier.share = supplier.opening_share
    supplier.set_yields(market, products)
    set_prices_per_hae(market, products)
    for i in range(market.buyer_count):
        buyers[i].open_account(market, products)
        buyers[i].explain_past(market, products)
    count_book(market, products, buyers)
    for p in range(market.product_count):
        products[p].backlog = products[p].book


@both_gears
def sense_demand(market, products, buyers):
    """Common shock and demand regime; prices per HAE; what rivals were last seen to own."""
    market.common = 0.5 * market.common + market.common_noise * market.common_draw
    regime = demand_regime(
        market.quarter, market.shock_start, market.shock_level, market.shock_speed, market.demand_growth
    )
    market.regime = regime * market.demand_level * math.exp(market.common)
    set_prices_per_hae(market, products)
    largest = second = racing = 0.0
    leader = -1
    for i in range(market.buyer_count):
        size = buyers[i].announced
        if buyers[i].races:
            racing += size
        if size > largest:
            second = largest
            largest = size
            leader = i
        elif size > second:
            second = size
    for i in range(market.buyer_count):
        buyers[i].rival = second if i == leader else largest
    market.racing = racing


@both_gears
def set_prices_per_hae(market, products):
    """List price per HAE of the cheapest product that is made, and the most HAE that a wafer gives.

    Of all products, where none is on sale in the open market.
    """
    market.open_sale = False
    for p in range(market.product_count):
        market.open_sale = market.open_sale or sold_openly(market, products[p])
    market.hae_price = 0.0
    market.hae_per_wafer = 0.0
    for p in range(market.product_count):
        product = products[p]
        if sold_openly(market, product) or not market.open_sale:
            price = product.price / product.hae
            if market.hae_price == 0.0 or price < market.hae_price:
                market.hae_price = price
            market.hae_per_wafer = max(market.hae_per_wafer, product.packages * product.hae)


@both_gears
def sold_openly(market, product):
    """Whether a product is on sale to buyers outside the controlled region."""
    return product.launch <= market.quarter <= product.last_order and product.open_market > 0.0


@both_gears
def arrive(market, supplier, products, buyers):
    """Capacity arrives; money comes in, machines retire, new power is ready; an export rule clears the book.

    Machines ordered from outside options arrive.
    """
    supplier.expand()
    for i in range(market.buyer_count):
        buyers[i].begin(market, products)
        buyers[i].revalue(market)
        buyers[i].withdraw(market, products)
    count_book(market, products, buyers)
    for p in range(market.product_count):
        product = products[p]
        product.backlog = product.book
        product.stock_before = product.stock
        product.price_before = product.price
        product.price_ceiling = supplier.highest_price(product)
        product.at_limit = False
        product.shipped = product.ordered_units = product.ordered_value = 0.0
    for p in range(market.product_count, market.offer_count):
        option = products[p]
        option.shipped = option.ordered_units = option.ordered_value = option.wished = 0.0
    for i in range(market.buyer_count):
        buyers[i].take_outside(market, products)
    for p in range(market.product_count, market.offer_count):
        option = products[p]
        option.produced = option.shipped
        option.experience = option.experience + option.shipped * option.hae
        known = 1.0 + option.experience / option.learning_scale
        option.price = option.opening_price / power(known, option.learning)


@both_gears
def count_book(market, products, buyers):
    """Open units of every product, over all buyers."""
    for p in range(market.product_count):
        products[p].book = 0.0
    for i in range(market.buyer_count):
        buyer = buyers[i]
        for line in range(buyer.lines):
            product = products[buyer.line_product[line]]
            product.book = product.book + buyer.line_open[line]


@both_gears
def ship(market, supplier, products, buyers):
    """Allocate what was made to open lines by the rule, those due before the others, and ship it."""
    for i in range(market.buyer_count):
        buyer = buyers[i]
        for line in range(buyer.lines):
            if buyer.line_promised[line] <= market.quarter:
                hae = buyer.line_open[line] * products[buyer.line_product[line]].hae
                buyer.due = buyer.due + hae
                if buyer.line_promised[line] == market.quarter:
                    buyer.promised = buyer.promised + hae
    for i in range(market.buyer_count):
        buyers[i].weight = standing(market, supplier, buyers[i])
    never = market.quarter + 1_000_000
    for p in range(market.product_count):
        if market.reserved_share > 0.0:
            reserved = market.reserved_share * products[p].stock
            ship_lines(market, products[p], buyers, -1, market.quarter, market.quarter, reserved, True)
        if market.standing == LOTS:
            for placed in range(-1, market.quarter):
                ship_lines(market, products[p], buyers, placed, placed, never, products[p].stock, False)
        else:
            if market.due_first:
                due = market.quarter
                ship_lines(market, products[p], buyers, -1, market.quarter, due, products[p].stock, False)
            ship_lines(market, products[p], buyers, -1, market.quarter, never, products[p].stock, False)


@both_gears
def ship_lines(market, product, buyers, first, last, due, units, firm):
    """Ship up to ``units`` of a product to lines placed from ``first`` to ``last`` and promised by ``due``.

    To firm ones alone if so asked, and as far as a buyer's money goes.
    """
    if units <= 0.0:
        return
    asked = 0.0
    for i in range(market.buyer_count):
        buyer = buyers[i]
        buyer.claim = 0.0
        money = buyer.purse()
        for line in range(buyer.lines):
            if eligible(buyer, line, product.index, first, last, due, firm):
                cost = buyer.line_price[line] * book.cash_share(buyer, line) / 1e6
                claim = book.payable(buyer.line_open[line], cost, money)
                buyer.claim = buyer.claim + claim
                money = max(0.0, money - claim * cost)
        asked += buyer.claim
    if asked <= 0.0:
        return
    share_out(market, buyers, units)
    for i in range(market.buyer_count):
        buyer = buyers[i]
        left = buyer.given
        money = buyer.purse()
        for line in range(buyer.lines):
            if eligible(buyer, line, product.index, first, last, due, firm):
                cost = buyer.line_price[line] * book.cash_share(buyer, line) / 1e6
                claim = book.payable(buyer.line_open[line], cost, money)
                money = max(0.0, money - claim * cost)
                part = min(left, buyer.line_open[line])
                if part > claim * (1.0 + book.DUST):  # what is left is for lines behind that are paid in advance
                    part = claim
                if part > book.DUST * buyer.line_open[line]:  # less is what rounding left over
                    part = buyer.take(market, product, line, part)
                    left = max(0.0, left - part)
                    product.shipped = product.shipped + part
                    product.stock = book.unmade(product.stock, part)


@both_gears
def eligible(buyer, line, product, first, last, due, firm):
    """Whether a line is open, of that product, placed in that span, promised by then and, if so asked, firm."""
    return (
        buyer.line_open[line] > 0.0
        and (not firm or buyer.line_prepaid[line] >= buyer.firm_share)
        and buyer.line_product[line] == product
        and first <= buyer.line_placed[line] <= last
        and buyer.line_promised[line] <= due
    )


@both_gears
def pass_on(market, products, buyers):
    """Owners hand deliveries over to another of their companies, newest machines first, at the price paid."""
    for i in range(market.buyer_count):
        giver = buyers[i]
        amount, to = giver.passes_on()
        if to < 0 or amount <= book.DUST * giver.delivered:
            continue
        taker = buyers[to]
        price = giver.value_delivered / giver.delivered
        amount = book.payable(amount, price * taker.cost_factor, taker.purse())
        for n in range(market.product_count):
            product = products[market.product_count - 1 - n]
            units = min(giver.owned[product.index], amount / product.hae)
            giver.owned[product.index] = giver.owned[product.index] - units
            taker.owned[product.index] = taker.owned[product.index] + units
            hae = units * product.hae
            amount = max(0.0, amount - hae)
            giver.handed_over = giver.handed_over + hae
            taker.taken_over = taker.taken_over + hae
        value = giver.handed_over * price
        giver.settle_with_others(-value)
        taker.settle_with_others(value * taker.cost_factor)


@both_gears
def deploy(market, products, buyers):
    """Power check: deployed or idle. (Buyers have paid as they took delivery.)"""
    for i in range(market.buyer_count):
        buyers[i].deploy(market, products)


@both_gears
def expect(market, supplier, products, buyers):
    """Quotes from what is left in the book; expectations of lead time and fill; the compute wanted now."""
    count_book(market, products, buyers)
    quote_by(market.quoting, market, supplier, products, buyers, 0.0)
    for i in range(market.buyer_count):
        buyers[i].expect(market)
        buyers[i].aim(market, products)


@both_gears
def cancel(market, products, buyers):
    """Buyers move orders to a newer generation, as far as contracts let, and leave what they no longer want."""
    for i in range(market.buyer_count):
        if market.conversion_rate > 0.0:
            buyers[i].convert(market, products)
        buyers[i].cancel(market, products)


@both_gears
def plan(market, supplier, products, buyers):
    """What goes to outside options, new needs, and the clearing price as all sides can reckon it."""
    count_book(market, products, buyers)
    quote_by(market.quoting, market, supplier, products, buyers, 0.0)
    for p in range(market.product_count):
        products[p].quoted_lead = market.quote[products[p].generation]
        products[p].book_before = products[p].book
    if market.offer_count > market.product_count:
        turn_elsewhere(market, products, buyers)
    for i in range(market.buyer_count):
        buyers[i].build_power(market, products)
        buyers[i].plan(market, products)
    quote_by(market.quoting, market, supplier, products, buyers, HALF_ASKED)
    find_shadow_prices(market, supplier, products, buyers)


@both_gears
def turn_elsewhere(market, products, buyers):
    """Buyers order from outside options; one that is asked for more than its capacity serves all in proportion."""
    for i in range(market.buyer_count):
        buyers[i].look_elsewhere(market, products)
    for p in range(market.product_count, market.offer_count):
        option = products[p]
        option.served = 1.0
        if option.wished > option.capacity:
            option.served = option.capacity / option.wished
    for i in range(market.buyer_count):
        buyers[i].order_outside(market, products)


@both_gears
def find_shadow_prices(market, supplier, products, buyers):
    """The shadow price on either side of the export rules, from true demand and planned output (E15, E32).

    Wants and output are those of ``market.shadow_quarters``; open orders are wants not yet met. The controlled side
    has its products' share of the wafers, and what nobody uses. Where nobody wants anything, and for what nobody may
    have, the shadow price is the list price.
    """
    output = 0.0
    for n in range(market.shadow_quarters):
        output += supplier.output(market, products, market.quarter + 1 + n)
    used = controlled = stock_open = stock_controlled = 0.0
    for p in range(market.product_count):
        product = products[p]
        used += product.wafers
        if product.open_market > 0.0:
            stock_open += product.stock * product.hae
        elif product.exportable > 0.0:
            controlled += product.wafers
            stock_controlled += product.stock * product.hae
    share = min(1.0, controlled / supplier.wafers) if supplier.wafers > 0.0 else 0.0
    idle = book.unmade(1.0, used / supplier.wafers) if supplier.wafers > 0.0 else 0.0
    supply_open = stock_open + output * (1.0 - share)
    supply_controlled = stock_controlled + output * max(share, idle)
    reference = market.hae_price
    shadow_open = clearing.clearing_price(market, buyers, supply_open, reference, clearing.OPEN)
    shadow_controlled = 0.0
    if supply_controlled > 0.0:
        shadow_controlled = clearing.clearing_price(market, buyers, supply_controlled, reference, clearing.CONTROLLED)
    for p in range(market.product_count):
        product = products[p]
        shadow = 0.0
        if product.open_market > 0.0:
            shadow = shadow_open
        elif product.exportable > 0.0:
            shadow = shadow_controlled
        product.shadow = shadow * product.hae if shadow > 0.0 else product.price


@both_gears
def steer_supply(market, supplier, products, buyers):
    """The supplier reads demand, starts capacity and moves the list price."""
    count_book(market, products, buyers)
    backlog = 0.0
    for p in range(market.product_count):
        product = products[p]
        product.backlog = product.book
        backlog += product.book * product.hae
    market.backlog = backlog
    supplier.read_demand(market, buyers)
    supplier.start_capacity(market)
    for p in range(market.product_count):
        if products[p].launch <= market.quarter:
            move_price(market.price_regime, supplier, products[p])
