"""How orders come about: talks, closed-form bargains, the list price, auctions (theory A.6, A.7).

A protocol is a public function ``protocol(market, supplier, products, buyers)`` of this module that turns what buyers
plan to ask for into orders in the book; a scenario names it: ``market.protocol = "nash"``. A buyer plans in two slots:
a product to have now and one of a coming generation to book ahead.
"""

from __future__ import annotations

import math

from agents.bargainer import DATE, ISSUES, PREPAID, PRICE, UNITS, settled
from agents.records.gears import both_gears, dispatch, public_functions, zeros
from agents.records.roles import POINTS, SLOTS, WEEKS
from agents.rules import book, ordering
from market.mechanisms import auction, bargaining
from market.mechanisms.negotiation import exchange

LAST_WEEK = WEEKS - 1


@both_gears
def _open_talks(market, supplier, products, buyers):
    """Opening and reservation values of both sides, for every product that a bargaining buyer asks for."""
    for i in range(market.buyer_count):
        buyer = buyers[i]
        for slot in range(SLOTS):
            if _talking(buyer, slot):
                product = products[buyer.slot_product[slot]]
                buyer.open_talks(market, product, slot)
                supplier.open_asks(buyer, market, product, slot)


@both_gears
def _talking(buyer, slot):
    """Whether a buyer bargains for a product that it has not settled yet."""
    return buyer.bargains and buyer.slot_product[slot] >= 0 and buyer.slot_week[slot] < 0


@both_gears
def _may_agree(buyer, slot):
    """Whether there is a price that both sides can live with."""
    return buyer.ask_reserve[slot * ISSUES + PRICE] <= buyer.bid_reserve[slot * ISSUES + PRICE]


@both_gears
def _enter(market, product, buyer, slot, week, units, price, date, prepaid):
    """Put an order into the book."""
    promised = max(market.quarter + 1, math.ceil(date - 1e-9))
    buyer.slot_week[slot] = week
    buyer.order(market, product, units, price, max(promised, product.launch), prepaid)


@both_gears
def _sign(market, products, buyer, slot, week):
    """Put the terms agreed on into the book."""
    at = slot * ISSUES
    terms = buyer.agreed
    product = products[buyer.slot_product[slot]]
    _enter(
        market, product, buyer, slot, week,
        terms[at + UNITS], terms[at + PRICE], terms[at + DATE], terms[at + PREPAID],
    )  # fmt: skip


@both_gears
def _settle(market, supplier, products, buyer, slot, price):
    """A deal on the price alone: the units asked for, as far as the plan's money goes, when the supplier can."""
    at = slot * ISSUES
    product = products[buyer.slot_product[slot]]
    buyer.agreed[at + PRICE] = price
    buyer.agreed[at + UNITS] = buyer.slot_units[slot] * min(1.0, product.price / price)
    buyer.agreed[at + DATE] = supplier.promise(buyer, market, product)
    buyer.agreed[at + PREPAID] = 0.0
    _sign(market, products, buyer, slot, 0)


@both_gears
def _join_queue(market, supplier, products, buyers, bargainers):
    """Orders at the list price, promised as the supplier reckons, where a unit is worth that; with its deposit.

    Of all who have not settled, or of those alone who do not bargain; they take the price as it is.
    """
    for i in range(market.buyer_count):
        buyer = buyers[i]
        for slot in range(SLOTS):
            if buyer.slot_product[slot] >= 0 and buyer.slot_week[slot] < 0 and (bargainers or not buyer.bargains):
                product = products[buyer.slot_product[slot]]
                lead = buyer.lead_expected[product.generation]
                price = product.price
                if market.deposit > 0.0:
                    price = price * (1.0 + ordering.prepay_premium(market.deposit, buyer.capital_cost / 4.0, lead))
                if not buyer.bargains or buyer.worth(product, lead) >= price:
                    promise = supplier.promise(buyer, market, product)
                    units = buyer.slot_units[slot]
                    _enter(market, product, buyer, slot, WEEKS, units, product.price, promise, 0.0)


@both_gears
def _within(value, one, other):
    """The value between two limits that is nearest to ``value``."""
    return max(min(one, other), min(max(one, other), value))


@both_gears
def _weight(side, issue, width, opening, reserve):
    """What a side's utility gains if it gets an issue's whole range between the two limits."""
    if settled(opening, reserve):
        return 0.0
    return side.score_weight(issue) * min(1.0, abs(width) / abs(opening - reserve))


@both_gears
def _logroll(supplier, buyer, slot):
    """Write the Nash solution over all issues into ``buyer.agreed``."""
    sellers = zeros(ISSUES)
    buyers_ = zeros(ISSUES)
    shares = zeros(ISSUES)
    for issue in range(ISSUES):
        at = slot * ISSUES + issue
        best = _within(buyer.ask_reserve[at], buyer.bid_open[at], buyer.bid_reserve[at])
        worst = _within(buyer.bid_reserve[at], buyer.ask_open[at], buyer.ask_reserve[at])
        if issue == DATE and buyer.ask_reserve[at] > buyer.bid_reserve[at]:  # the buyer cannot wait, and has to
            best = worst = buyer.ask_reserve[at]
        sellers[issue] = _weight(supplier, issue, worst - best, buyer.ask_open[at], buyer.ask_reserve[at])
        buyers_[issue] = _weight(buyer, issue, worst - best, buyer.bid_open[at], buyer.bid_reserve[at])
        buyer.on_table[issue] = best
        buyer.next_own[issue] = worst
    bargaining.logroll(sellers, buyers_, supplier.bargaining_weight, shares)
    for issue in range(ISSUES):
        best = buyer.on_table[issue]
        buyer.agreed[slot * ISSUES + issue] = best + shares[issue] * (buyer.next_own[issue] - best)


@both_gears
def _pay_what_is_added(market, supplier, products, buyers, capacity_binds):
    """Nash-in-Nash over every pair's whole quantity, with the threat of replacement where ``capacity_binds``."""
    for i in range(market.buyer_count):
        buyer = buyers[i]
        for slot in range(SLOTS):
            if _talking(buyer, slot):
                product = products[buyer.slot_product[slot]]
                units = buyer.slot_units[slot]
                worth = buyer.deal_worth(product, units, buyer.lead_expected[product.generation])
                others = _asked_by_others(market, buyers, i, buyer.slot_product[slot])
                cost = product.unit_cost * (others + units)
                without = product.unit_cost * others
                price = bargaining.nash_in_nash(units * worth, cost, without, supplier.bargaining_weight) / units
                if capacity_binds:
                    price = bargaining.replaceable(price, worth, product.shadow)
                if price > 0.0:  # nan where there is no deal
                    _settle(market, supplier, products, buyer, slot, price)
    _join_queue(market, supplier, products, buyers, False)


@both_gears
def _asked_by_others(market, buyers, but, product):
    """Units of a product that all buyers but one ask for."""
    total = 0.0
    for i in range(market.buyer_count):
        for slot in range(SLOTS):
            if i != but and buyers[i].slot_product[slot] == product:
                total += buyers[i].slot_units[slot]
    return total


@both_gears
def _note_bid(market, product, buyer, prices, wafers, price):
    """The corners of a bid as offers, in USD and units of the product; accepted are those not under the price."""
    for corner in range(POINTS):
        at = buyer.index * POINTS + corner
        buyer.offer_price[corner] = prices[at] / product.packages
        buyer.offer_units[corner] = wafers[at] * product.packages
        buyer.offer_date[corner] = market.quarter + 1.0
        buyer.offer_prepaid[corner] = 0.0
        buyer.offer_accepted[corner] = int(prices[at] >= price)


@both_gears
def _auction(market, supplier, products, buyers, form):
    """Sell the wafers of the next quarter that are not yet promised; bids are in USD a wafer."""
    prices = zeros(market.buyer_count * POINTS)
    wafers = zeros(market.buyer_count * POINTS)
    bidders = 0
    for i in range(market.buyer_count):
        bidders += buyers[i].value_wafers(market, products, prices, wafers)
    for i in range(market.buyer_count):
        buyers[i].shade_bid(prices, bidders)
    supply = supplier.unsold_wafers(market, products)
    reserve = supplier.cost_of_wafer(market, products)
    if supply <= 0.0 or bidders == 0:
        return
    price = auction.clearing_price(prices, wafers, POINTS, supply, reserve)
    awarded = auction.awards(prices, wafers, POINTS, supply, price)
    paid = auction.payments(form, prices, wafers, POINTS, supply, reserve, price, awarded)
    for i in range(market.buyer_count):
        buyer = buyers[i]
        buyer.needed = buyer.submitted = 0.0
        if buyer.slot_product[0] < 0:
            continue
        product = products[buyer.slot_product[0]]
        _note_bid(market, product, buyer, prices, wafers, price)
        buyer.needed = buyer.demand_at(market, price / (product.packages * product.hae), 1.0)
        if awarded[i] > book.DUST * supply:
            units = awarded[i] * product.packages
            buyer.submitted = units * product.hae
            buyer.slot_units[0] = units
            each = max(product.unit_cost, paid[i] / units)
            buyer.agreed[UNITS] = units
            buyer.agreed[PRICE] = each
            buyer.agreed[DATE] = market.quarter + 1.0
            buyer.agreed[PREPAID] = 0.0
            _sign(market, products, buyer, 0, 0)


@both_gears
def alternating_offers(market, supplier, products, buyers):
    """One round a week and buyer, all from the state at the quarter's start; without a deal, the list-price queue.

    What the buyers of one week agree does not touch one another, so the order in which they are called
    changes nothing; ignores that slots sell out within a quarter.
    """
    _open_talks(market, supplier, products, buyers)
    for week in range(WEEKS):
        for i in range(market.buyer_count):
            buyer = buyers[i]
            for slot in range(SLOTS):
                if _talking(buyer, slot) and exchange(buyer, supplier, slot, week, LAST_WEEK):
                    _sign(market, products, buyer, slot, week)
    _join_queue(market, supplier, products, buyers, True)


@both_gears
def list_price(market, supplier, products, buyers):
    """Take it or leave it: the list price and a place in the queue, for whoever a unit is worth that much."""
    _join_queue(market, supplier, products, buyers, True)


@both_gears
def rubinstein(market, supplier, products, buyers):
    """The supplier opens alternating offers without end, and the buyer accepts at once (Rubinstein 1982, E13).

    They share what lies between the supplier's limit and the unit's worth by their patience. The queue at list price
    is the buyer's outside option: paid exactly where it is better, no threat where it is not.
    """
    _open_talks(market, supplier, products, buyers)
    for i in range(market.buyer_count):
        buyer = buyers[i]
        for slot in range(SLOTS):
            if _talking(buyer, slot):
                product = products[buyer.slot_product[slot]]
                lowest = buyer.ask_reserve[slot * ISSUES + PRICE]
                surplus = buyer.worth(product, buyer.lead_expected[product.generation]) - lowest
                if surplus > 0.0 and _may_agree(buyer, slot):
                    share = 1.0 - bargaining.first_movers_share(supplier.patience, buyer.patience)
                    queue = 1.0 - (buyer.bid_reserve[slot * ISSUES + PRICE] - lowest) / surplus
                    share = bargaining.outside_option(share, queue)
                    _settle(market, supplier, products, buyer, slot, lowest + surplus * (1.0 - share))
    _join_queue(market, supplier, products, buyers, True)


@both_gears
def nash(market, supplier, products, buyers):
    """The Nash (1950) solution over price, quantity, date and prepaid share at once, by the supplier's weight.

    Each issue may lie anywhere between what the two sides can live with; whoever cares more about one gets more of
    it (B26). The queue at list price is the disagreement point.
    """
    _open_talks(market, supplier, products, buyers)
    for i in range(market.buyer_count):
        buyer = buyers[i]
        for slot in range(SLOTS):
            if _talking(buyer, slot) and _may_agree(buyer, slot):
                _logroll(supplier, buyer, slot)
                _sign(market, products, buyer, slot, 0)
    _join_queue(market, supplier, products, buyers, True)


@both_gears
def nash_in_nash(market, supplier, products, buyers):
    """Each pair splits what its deal adds, given all others (Horn & Wolinsky 1988, E14); without it there is no trade.

    A deal adds what all its units are worth to the buyer, the later ones less, and what they cost. Ignores that
    capacity may bind.
    """
    _pay_what_is_added(market, supplier, products, buyers, False)


@both_gears
def threat_of_replacement(market, supplier, products, buyers):
    """As Nash-in-Nash, and nobody pays less than the best excluded buyer would: the shadow price (Ho & Lee 2019).

    Whoever values a unit less than that gets none.
    """
    _pay_what_is_added(market, supplier, products, buyers, True)


@both_gears
def uniform_price_auction(market, supplier, products, buyers):
    """What the next quarter can make is sold at the price that clears the bids (E15). Ignores bookings ahead."""
    _auction(market, supplier, products, buyers, auction.UNIFORM_PRICE)


@both_gears
def pay_as_bid_auction(market, supplier, products, buyers):
    """What the next quarter can make goes to the highest bids, each at its own price. Ignores bookings ahead."""
    _auction(market, supplier, products, buyers, auction.PAY_AS_BID)


@both_gears
def vickrey_auction(market, supplier, products, buyers):
    """As pay-as-bid, but a buyer pays what its award takes from the others (Vickrey 1961). Ignores bookings ahead."""
    _auction(market, supplier, products, buyers, auction.VICKREY)


PROTOCOLS = public_functions(__name__)
"""The protocols by name."""

trade_by = dispatch(list(PROTOCOLS.values()))
"""``trade_by(number, market, supplier, products, buyers)``: the protocol with that number among PROTOCOLS."""
