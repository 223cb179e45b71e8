"""A quarter of the market, from top to bottom (theory A.10)."""

from __future__ import annotations

import math

from agents import book
from agents.demand import demand_regime
from agents.state import both_gears
from market import checks, clearing, measures
from market.allocation import LOTS, PAST_SALES, allocate
from market.negotiation import negotiate
from market.pricing import move_price
from market.product import move_launches


@both_gears
def quarter(market, supplier, products, buyers):
    """One quarter. The gear has already put this quarter's paths (events among them) and draws in place."""
    move_launches(market, products)
    take_stock(market, products, buyers)
    arrive(market, supplier, products, buyers)
    supplier.discard(market, products)
    supplier.produce(market, products)
    ship(market, supplier, products, buyers)
    pass_on(market, products, buyers)
    deploy(market, products, buyers)
    expect(market, supplier, products, buyers)
    cancel(market, products, buyers)
    trade(market, supplier, products, buyers)
    steer_supply(market, supplier, products, buyers)
    measures.measure(market, supplier, products, buyers)
    checks.check(market, supplier, products, buyers)
    market.quarter = market.quarter + 1


@both_gears
def opening(market, supplier, products, buyers):
    """The state before the first quarter: stock, opening orders, expectations, prices."""
    for p in range(market.product_count):
        products[p].list_price = products[p].opening_price
    supplier.share = supplier.opening_share
    set_prices_per_hae(market, products)
    for i in range(market.buyer_count):
        buyers[i].open_account(market, products)
    count_book(market, products, buyers)
    for p in range(market.product_count):
        products[p].backlog = products[p].book


@both_gears
def take_stock(market, products, buyers):
    """Common shock and demand regime; prices per HAE; what rivals were last seen to own."""
    market.common = 0.5 * market.common + market.common_noise * market.common_draw
    regime = demand_regime(
        market.quarter, market.shock_start, market.shock_level, market.shock_speed, market.demand_growth
    )
    market.regime = regime * math.exp(market.common)
    set_prices_per_hae(market, products)
    largest = 0.0
    second = 0.0
    leader = -1
    for i in range(market.buyer_count):
        size = buyers[i].announced
        if size > largest:
            second = largest
            largest = size
            leader = i
        elif size > second:
            second = size
    for i in range(market.buyer_count):
        buyers[i].rival = second if i == leader else largest


@both_gears
def set_prices_per_hae(market, products):
    """List price per HAE of the cheapest product that is made, and the most HAE that a wafer gives."""
    market.hae_price = 0.0
    market.hae_per_wafer = 0.0
    for p in range(market.product_count):
        product = products[p]
        if product.launch <= market.quarter <= product.last_order and product.open_market > 0.0:
            price = product.list_price / product.hae
            if market.hae_price == 0.0 or price < market.hae_price:
                market.hae_price = price
            market.hae_per_wafer = max(market.hae_per_wafer, product.packages_per_wafer * product.hae)


@both_gears
def arrive(market, supplier, products, buyers):
    """Capacity arrives; money comes in, machines retire, new power is ready; an export rule clears the book."""
    supplier.expand()
    for i in range(market.buyer_count):
        buyers[i].begin(market, products)
        buyers[i].withdraw(market, products)
    count_book(market, products, buyers)
    for p in range(market.product_count):
        product = products[p]
        product.backlog = product.book
        product.stock_before = product.stock
        product.price_before = product.list_price
        product.shipped = product.ordered_units = product.ordered_value = 0.0


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
        if market.standing == LOTS:
            for placed in range(-1, market.quarter):
                ship_lines(market, products[p], buyers, placed, placed, never)
        else:
            if market.due_first:
                ship_lines(market, products[p], buyers, -1, market.quarter, market.quarter)
            ship_lines(market, products[p], buyers, -1, market.quarter, never)


@both_gears
def standing(market, supplier, buyer):
    """What the allocation rule knows a buyer by, in each of its names: a weight, past sales or a lot."""
    if market.standing == LOTS:
        return buyer.turn_draw
    if market.standing == PAST_SALES:
        return buyer.past_sales / buyer.names
    return supplier.weigh(buyer, market)


@both_gears
def ship_lines(market, product, buyers, first, last, due):
    """Ship lines of a product placed from ``first`` to ``last`` and promised by ``due``, as far as money goes.

    A buyer under several names puts in an equal part of its claim under each.
    """
    if product.stock <= 0.0:
        return
    claims = [0.0] * market.buyer_count
    names = 0
    for i in range(market.buyer_count):
        buyer = buyers[i]
        names += buyer.names
        money = buyer.purse()
        for line in range(buyer.lines):
            if eligible(buyer, line, product.index, first, last, due):
                cost = buyer.line_price[line] * (buyer.cost_factor - buyer.line_prepaid[line]) / 1e6
                units = buyer.line_open[line]
                if units * cost > money:
                    units = money / cost
                claims[i] += units
                money = max(0.0, money - units * cost)
    asked = 0.0
    for i in range(market.buyer_count):
        asked += claims[i]
    if asked <= 0.0:
        return
    orders = [0.0] * names
    standings = [0.0] * names
    at = 0
    for i in range(market.buyer_count):
        for _ in range(buyers[i].names):
            orders[at] = claims[i] / buyers[i].names
            standings[at] = buyers[i].weight
            at += 1
    given = allocate(market.allocation, orders, product.stock, standings)
    at = 0
    for i in range(market.buyer_count):
        buyer = buyers[i]
        left = 0.0
        for _ in range(buyer.names):
            left += given[at]
            at += 1
        left = min(left, claims[i])
        for line in range(buyer.lines):
            if eligible(buyer, line, product.index, first, last, due):
                units = min(left, buyer.line_open[line])
                if units > book.DUST * buyer.line_open[line]:  # less is what rounding left over
                    units = buyer.take(market, product, line, units)
                    left = max(0.0, left - units)
                    product.shipped = product.shipped + units
                    product.stock = max(0.0, product.stock - units)


@both_gears
def eligible(buyer, line, product, first, last, due):
    """Whether a line is open, of that product, placed in that span and promised by then."""
    return (
        buyer.line_open[line] > 0.0
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
        amount = min(amount, taker.purse() / (price * taker.cost_factor))
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
        giver.cash = giver.cash + value
        giver.other_spending = giver.other_spending - value
        taker.cash = taker.cash - value * taker.cost_factor
        taker.other_spending = taker.other_spending + value * taker.cost_factor


@both_gears
def deploy(market, products, buyers):
    """Power check: deployed or idle. (Buyers have paid as they took delivery.)"""
    for i in range(market.buyer_count):
        buyers[i].deploy(market, products)


@both_gears
def expect(market, supplier, products, buyers):
    """Quotes from what is left in the book; expectations of lead time and fill; the compute wanted now."""
    count_book(market, products, buyers)
    supplier.quote_waits(market, products)
    for i in range(market.buyer_count):
        buyers[i].expect(market)
        buyers[i].aim(market, products)


@both_gears
def cancel(market, products, buyers):
    """Buyers leave what they no longer want or cannot pay for."""
    for i in range(market.buyer_count):
        buyers[i].cancel(market, products)


@both_gears
def trade(market, supplier, products, buyers):
    """New needs, the clearing price as all sides can reckon it, talks, orders into the book."""
    count_book(market, products, buyers)
    supplier.quote_waits(market, products)
    for p in range(market.product_count):
        products[p].book_before = products[p].book
    for i in range(market.buyer_count):
        buyers[i].build_power(market, products)
        buyers[i].plan(market, products)
    reckon(market, supplier, products, buyers)
    negotiate(market.protocol, market, supplier, products, buyers)


@both_gears
def reckon(market, supplier, products, buyers):
    """The shadow price on either side of the export rules, from true demand and possible supply (E15).

    Where nobody wants anything, and for what nobody may have, it is the list price.
    """
    spare = supplier.wafers - supplier.wafers_used
    if spare <= book.DUST * supplier.wafers:
        spare = 0.0
    supply_open = spare * market.hae_per_wafer
    supply_controlled = supply_open
    for p in range(market.product_count):
        product = products[p]
        if product.open_market > 0.0:
            supply_open += product.produced * product.hae
        elif product.exportable > 0.0:
            supply_controlled += product.produced * product.hae
    reference = market.hae_price
    count = market.buyer_count
    shadow_open = clearing.clearing_price(buyers, count, supply_open, reference, clearing.OPEN)
    shadow_controlled = clearing.clearing_price(buyers, count, supply_controlled, reference, clearing.CONTROLLED)
    for p in range(market.product_count):
        product = products[p]
        shadow = 0.0
        if product.open_market > 0.0:
            shadow = shadow_open
        elif product.exportable > 0.0:
            shadow = shadow_controlled
        product.shadow_price = shadow * product.hae if shadow > 0.0 else product.list_price


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
