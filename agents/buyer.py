"""What a buyer of accelerators does in a quarter, unless a class of its own says otherwise."""

from __future__ import annotations

from agents.bargainer import DATE, ISSUES, PREPAID, PRICE, UNITS
from agents.buying.planner import Planner
from agents.records.roles import POINTS, SLOTS
from agents.rules import book, demand
from agents.rules.bidding import shade

MOST_VALUE = 10.0
"""Marginal value of compute over its user cost, at the most."""


class Buyer(Planner):
    """Has and wants what :class:`Owner` and :class:`Planner` say; negotiates, bids and orders as stands here."""

    # --- talks --------------------------------------------------------------------------------------------

    def worth(self, product, lead):
        """Most it would pay for a unit that comes after ``lead`` quarters, in USD: its value or its way out (E11)."""
        return product.hae * min(self.lasting_value(product.list_price / product.hae, lead), self.fallback)

    def lasting_value(self, price, lead):
        """Present value of one more HAE that comes after ``lead`` quarters, in USD, at a price per HAE (E4)."""
        value = self.marginal_value(price)
        return demand.present_value(value, self.urgency, lead, self.capital_cost, 4.0 * self.retirement)

    def marginal_value(self, price):
        """Worth of one more HAE for a quarter at the compute owned, in USD, where one HAE costs ``price`` to buy.

        E1: theta (C / C0) ** (-1 / eta), which is the user cost at the target C*, so u (C / C*) ** (-1 / eta);
        at most MOST_VALUE times the user cost.
        """
        cost = demand.user_cost(price, self.capital_cost, 4.0 * self.retirement, self.price_fall)
        if self.stock <= 0.0 or self.target <= 0.0:
            return cost * (MOST_VALUE if self.target > 0.0 else 0.0)
        return cost * min(MOST_VALUE, demand.power(self.target / self.stock, 1.0 / self.elasticity))

    def open_talks(self, market, product, slot):
        """Set opening and reservation values of the four issues, the buyer's side (theory A.6).

        Without a deal it has the queue at list price, so it pays at most the list price and what coming first
        rather than after the expected wait is worth to it.
        """
        at = slot * ISSUES
        lead = self.lead_expected[product.generation]
        first = float(max(market.quarter + 1, product.launch))
        worth = self.worth(product, lead)
        earlier = max(0.0, self.worth(product, first - market.quarter - 1.0) - worth)
        self.bid_open[at + PRICE] = min(worth, product.list_price * (1.0 - self.bid_discount))
        self.bid_reserve[at + PRICE] = min(worth, product.list_price + earlier)
        self.bid_open[at + UNITS] = self.slot_units[slot]
        self.bid_reserve[at + UNITS] = self.slot_need[slot]
        self.bid_open[at + DATE] = first
        self.bid_reserve[at + DATE] = first + lead + self.longest_wait
        affordable = self.purse() * 1e6 / (product.list_price * self.slot_units[slot])
        self.bid_gave[slot] = self.bid_heard[slot] = self.ask_gave[slot] = self.ask_heard[slot] = 0.0
        self.bid_open[at + PREPAID] = 0.0
        share = min(self.prepaid_limit, affordable / SLOTS)
        self.bid_reserve[at + PREPAID] = share if share > book.DUST else 0.0

    def order(self, market, product, units, price, promised, prepaid):
        """Put an order into the book and pay its deposit; a part is reserved, that is, made firm by its deposit."""
        prepaid = max(prepaid, market.deposit)
        firm = self.reserves * units
        if firm > 0.0:
            self.enter(market, product, firm, price, promised, max(prepaid, self.firm_share))
        if units > firm:
            self.enter(market, product, units - firm, price, promised, prepaid)

    def enter(self, market, product, units, price, promised, prepaid):
        """One line of the book, as large as its deposit can be paid."""
        units = book.payable(units, price * prepaid / 1e6, self.purse())
        if units <= 0.0:
            return
        book.join(self, product.index, units, price, market.quarter, promised, prepaid)
        deposit = units * price * prepaid / 1e6
        self.deposits = self.deposits + deposit
        self.pay(deposit)
        self.ordered = self.ordered + units * product.hae
        product.ordered_units = product.ordered_units + units
        product.ordered_value = product.ordered_value + units * price
        if prepaid >= self.firm_share:
            self.ordered_firm = self.ordered_firm + units * product.hae

    def demand_at(self, price):
        """HAE it would take in a quarter at a market price per HAE in USD, money and power allowing (E15)."""
        cost = demand.user_cost(price, self.capital_cost, 4.0 * self.retirement, self.price_fall)
        own = demand.desired_compute(self.reference_stock, self.value, cost, self.elasticity)
        target = max(own, self.parity * self.rival)
        flow = self.retirement * self.stock + self.adjustment * max(0.0, target - self.stock)
        return min(flow, self.means(1.0) * 1e6 / (price * self.cash_factor())) * self.staying(price)

    def services_at(self, rent):
        """HAE of services it would use at a rent in USD per HAE and quarter."""
        return demand.desired_compute(self.reference_stock, self.value, rent, self.elasticity)

    # --- auctions -----------------------------------------------------------------------------------------

    def value_wafers(self, market, products, prices, wafers):
        """Write its true demand curve for an auction into its corners, in USD a wafer and wafers; whether it bids.

        From the most that a unit is worth to it down to what one costs to make, closer together where prices are
        low. It buys for the next quarter alone, as far as money, power and space allow.
        """
        now = self.pick(market, products)
        self.slot_product[0] = self.slot_product[1] = -1
        if now < 0:
            return 0
        product = products[now]
        top = self.worth(product, 0.0) / product.hae
        bottom = demand.least_price(product.unit_cost, product.list_price) / product.hae
        room = max(0.0, self.room(product, 1.0) - self.waiting_for(market, products))
        if top <= bottom or not self.matters(room) or self.demand_at(top) <= 0.0:
            return 0
        self.slot_product[0] = now
        each = product.hae * product.packages_per_wafer
        first = self.index * POINTS
        for corner in range(POINTS):
            left = 1.0 - corner / (POINTS - 1.0)
            price = bottom + (top - bottom) * left * left
            prices[first + corner] = price * each
            wafers[first + corner] = min(room, self.demand_at(price)) / each
        return 1

    def shade_bid(self, prices, bidders):
        """Turn what its units are worth to it into what it bids for them."""
        first = self.index * POINTS
        top = prices[first]
        for corner in range(first, first + POINTS):
            prices[corner] = shade(self.bidding, prices[corner], top, bidders, self.shading)
