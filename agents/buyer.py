"""What a buyer of accelerators does in a quarter, unless a class of its own says otherwise."""

from __future__ import annotations

from agents.bargainer import DATE, ISSUES, PREPAID, PRICE, UNITS
from agents.buying.planner import Planner
from agents.records.roles import POINTS, SLOTS
from agents.rules import book, demand
from agents.rules.bidding import shade


class Buyer(Planner):
    """Has and wants what the floors below say; negotiates and bids as stands here."""

    # --- talks ---------------------------------------------------------------------------------------------

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
        self.bid_open[at + PRICE] = min(worth, product.price * (1.0 - self.bid_discount))
        self.bid_reserve[at + PRICE] = min(worth, product.price + earlier)
        self.bid_open[at + UNITS] = self.slot_units[slot]
        self.bid_reserve[at + UNITS] = self.slot_need[slot]
        self.bid_open[at + DATE] = first
        self.bid_reserve[at + DATE] = first + lead + self.longest_wait
        affordable = self.purse() * 1e6 / (product.price * self.slot_units[slot])
        self.bid_gave[slot] = self.bid_heard[slot] = self.ask_gave[slot] = self.ask_heard[slot] = 0.0
        self.bid_open[at + PREPAID] = 0.0
        share = min(self.prepaid_limit, affordable / SLOTS)
        self.bid_reserve[at + PREPAID] = share if share > book.DUST else 0.0

    # --- auctions ------------------------------------------------------------------------------------------

    def value_wafers(self, market, products, prices, wafers):
        """Write its true demand curve for an auction into its corners, in USD a wafer and wafers; whether it bids.

        From the most that a unit is worth to it down to what one costs to make, closer together where prices are
        low. It buys for the next quarter alone, as far as money, power and space allow.
        """
        now = self.pick(market, products)
        for slot in range(SLOTS):
            self.slot_product[slot] = -1
        if now < 0:
            return 0
        product = products[now]
        top = self.worth(product, 0.0) / product.hae
        bottom = demand.least_price(product.unit_cost, product.price) / product.hae
        room = max(0.0, self.room(product, 1.0) - self.waiting_for(market, products))
        if top <= bottom or not self.matters(room) or self.demand_at(market, top, 1.0) <= 0.0:
            return 0
        self.slot_product[0] = now
        each = product.hae * product.packages
        first = self.index * POINTS
        for corner in range(POINTS):
            left = 1.0 - corner / (POINTS - 1.0)
            price = bottom + (top - bottom) * left * left
            prices[first + corner] = price * each
            wafers[first + corner] = min(room, self.demand_at(market, price, 1.0)) / each
        return 1

    def shade_bid(self, prices, bidders):
        """Turn what its units are worth to it into what it bids for them."""
        first = self.index * POINTS
        top = prices[first]
        for corner in range(first, first + POINTS):
            prices[corner] = shade(self.bidding, prices[corner], top, bidders, self.shading)
