"""What a buyer of accelerators does in a quarter, unless a class of its own says otherwise."""

from __future__ import annotations

import math

from agents import book, demand, ordering, pipeline
from agents.bargainer import DATE, ISSUES, PREPAID, PRICE, UNITS
from agents.buyer_state import POWER_QUARTERS, BuyerState
from agents.state import NEVER, SLOTS, WEEKS

MOST_VALUE = 10.0
"""Marginal value of compute over its user cost, at the most."""


class Buyer(BuyerState):
    """Values compute, expects a wait, orders, cancels, pays; the rules stand in the order of a quarter."""

    # --- before the first quarter -------------------------------------------------------------------------

    def open_account(self, market, products):
        """Stock, cash, power, the value of compute that explains past purchases, and the orders still open."""
        self.cash = self.opening_cash
        self.power_mw = self.opening_power
        product = products[self.opening_product]
        self.owned[self.opening_product] = self.opening_stock / product.hae
        self.count_stock(market, products)
        self.deployed = self.announced = self.stock
        if self.reference_stock == 0.0:
            self.reference_stock = self.opening_stock
        for g in range(market.generation_count):
            self.lead_expected[g] = market.opening_lead
        self.conversion = self.fill_expected = 1.0
        price = self.cheapest(market, products, 0)
        cost = demand.user_cost(price, self.capital_cost, 4.0 * self.retirement, self.price_fall)
        ratio = 1.0 + (self.opening_flow - self.retirement) / self.adjustment
        if ratio > 0.0:
            self.value_scale = cost * demand.power(ratio, 1.0 / self.elasticity)
        units = self.opening_book * self.opening_flow * self.owned[self.opening_product]
        if units > 0.0:
            book.join(self, self.opening_product, units, product.list_price, -1, 0, 0.0)

    # --- the quarter begins -------------------------------------------------------------------------------

    def begin(self, market, products):
        """Clear last quarter's measures, take in money, let machines retire and power arrive."""
        book.tidy(self)
        self.needed = self.ordered = self.cancelled = 0.0
        self.delivered = self.units_delivered = self.value_delivered = self.wait_delivered = 0.0
        self.due = self.due_delivered = self.promised = self.promised_delivered = 0.0
        self.spending = self.other_spending = self.inflow = self.fees = 0.0
        self.handed_over = self.taken_over = 0.0
        self.cash_before = self.cash
        self.deposits_before = self.deposits
        self.receive_money(market)
        for p in range(market.product_count):
            self.owned[p] = self.owned[p] * (1.0 - self.retirement)
        self.count_stock(market, products)
        self.stock_before = self.stock
        self.backlog_before = 0.0
        for i in range(self.lines):
            self.backlog_before = self.backlog_before + self.line_open[i] * products[self.line_product[i]].hae
        if self.power_setback > 0.0:
            pipeline.put_off(self.power_coming, int(self.power_setback))
        self.power_mw = self.power_mw + self.power_coming[0]
        for i in range(POWER_QUARTERS):
            self.power_coming[i] = self.power_coming[i + 1]
        self.power_coming[POWER_QUARTERS] = 0.0
        self.taste = 0.5 * self.taste + self.taste_noise * self.taste_draw
        self.value = self.value_scale * market.regime * math.exp(self.taste)

    def receive_money(self, market):
        """A budget for the quarter; what was left of the last one lapses."""
        self.earn(self.budget() - self.cash)

    def budget(self):
        """Million USD a quarter it gives out for accelerators."""
        return self.income

    def earn(self, amount):
        """Take in ``amount`` million USD from outside the market (or give up, if negative)."""
        self.inflow = self.inflow + amount
        self.cash = self.cash + amount

    def count_stock(self, market, products):
        """Compute owned (HAE), and the power (MW) that running all of it takes."""
        stock = 0.0
        kilowatts = 0.0
        for p in range(market.product_count):
            stock += self.owned[p] * products[p].hae
            kilowatts += self.owned[p] * products[p].power_kw
        self.stock = stock
        self.machine_mw = kilowatts * self.overhead / 1000.0

    def passes_on(self):
        """HAE of this quarter's deliveries that its owner gives to another buyer, and to whom: none."""
        return 0.0, -1

    def committed(self, by):
        """Million USD that lines promised by a quarter will take on delivery; later ones have later budgets."""
        return book.cost_to_come(self, by)

    # --- deliveries ---------------------------------------------------------------------------------------

    def purse(self):
        """Million USD it can pay out now; the credit limit is the floor of its cash."""
        return max(0.0, self.cash + self.credit)

    def means(self, quarters):
        """Million USD it can count on for deliveries over so many quarters from now."""
        return self.budget() * quarters

    def pay(self, amount):
        """Pay ``amount`` million USD to the supplier (a refund, if negative)."""
        self.cash = self.cash - amount
        self.spending = self.spending + amount

    def take(self, market, product, line, units):
        """Receive and pay for ``units`` of a line, and what it costs to make them run."""
        units = book.fill(self, line, units)
        price = self.line_price[line]
        prepaid = self.line_prepaid[line]
        hae = units * product.hae
        wait = market.quarter - self.line_placed[line]
        self.pay(units * price * (1.0 - prepaid) / 1e6)
        self.deposits = self.deposits - units * price * prepaid / 1e6
        extra = units * price * (self.cost_factor - 1.0) / 1e6
        self.cash = self.cash - extra
        self.other_spending = self.other_spending + extra
        self.owned[product.index] = self.owned[product.index] + units
        self.stock = self.stock + hae
        self.delivered = self.delivered + hae
        self.units_delivered = self.units_delivered + units
        self.value_delivered = self.value_delivered + units * price / 1e6
        self.wait_delivered = self.wait_delivered + hae * wait
        market.note_delivery(self.line_placed[line], hae)
        if self.line_promised[line] <= market.quarter:
            self.due_delivered = self.due_delivered + hae
        if self.line_promised[line] == market.quarter:
            self.promised_delivered = self.promised_delivered + hae
        return units

    def deploy(self, market, products):
        """Run what power and space allow; the rest is idle: paid for, ageing, of no use until powered."""
        self.count_stock(market, products)
        share = 1.0
        if self.machine_mw > self.power_mw:
            share = self.power_mw / self.machine_mw
        self.deployed = min(share * self.stock, self.space)
        self.idle = self.stock - self.deployed

    # --- expectations and cancellation --------------------------------------------------------------------

    def expect(self, market):
        """E9: lead time per generation from the quote and its own last wait, fill rate from what was due."""
        if self.delivered > 0.0:
            self.own_wait = max(0.0, self.wait_delivered / self.delivered - 1.0)
        for g in range(market.generation_count):
            seen = market.quote[g]
            if self.delivered > 0.0:
                seen = seen + self.own_lead_weight * (self.own_wait - seen)
            self.lead_expected[g] = ordering.smoothed(self.lead_expected[g], seen, self.lead_smoothing)
        if self.due > 0.0:
            self.fill_expected = ordering.smoothed(
                self.fill_expected, self.due_delivered / self.due, self.fill_smoothing
            )

    def aim(self, market, products):
        """E3: the compute it wants, from its value and the cheapest price per HAE, or from the largest rival."""
        price = self.cheapest(market, products, market.quarter + 1)
        cost = demand.user_cost(price, self.capital_cost, 4.0 * self.retirement, self.price_fall)
        own = demand.desired_compute(self.reference_stock, self.value, cost, self.elasticity)
        self.target = max(own, self.parity * self.rival)

    def cheapest(self, market, products, by):
        """Lowest list price per HAE among what it may buy that is made by quarter ``by``; 0 if there is none."""
        lowest = 0.0
        for p in range(market.product_count):
            product = products[p]
            if self.may_buy(product) and product.launch <= by and market.quarter <= product.last_order:
                price = product.list_price / product.hae
                if lowest == 0.0 or price < lowest:
                    lowest = price
        return lowest

    def may_buy(self, product):
        """Whether the product is for sale to it."""
        return product.open_market > 0.0

    def withdraw(self, market, products):
        """Take out lines of what may no longer be sold to it, with refunds; an export rule leaves no choice."""
        for i in range(self.lines):
            product = products[self.line_product[i]]
            if self.line_open[i] > 0.0 and not self.may_buy(product):
                units = book.strike(self, i, self.line_open[i])
                self.cancelled = self.cancelled + units * product.hae
                market.note_cancellation(self.line_placed[i], units * product.hae)
                self.settle(units * self.line_price[i] * self.line_prepaid[i] / 1e6, 0.0)

    def settle(self, deposit, fee):
        """Release a deposit and pay a cancellation fee out of it or on top, in million USD."""
        self.deposits = self.deposits - deposit
        self.fees = self.fees + fee
        self.pay(fee - deposit)

    def cancel(self, market, products):
        """E10: youngest soft lines first, while more is owned and ordered than wanted or can be paid for.

        A line goes if leaving gains more than the fee, the lost deposit and the harm to its name.
        Cohen, Ho, Ren & Terwiesch 2003; Armony & Plambeck 2005.
        """
        total = self.stock
        for i in range(self.lines):
            total += self.line_open[i] * products[self.line_product[i]].hae
        lead = 0.0
        for g in range(market.generation_count):
            lead = max(lead, self.lead_expected[g])
        payable = self.means(lead + 1.0 + self.booking_horizon)
        unpaid = self.committed(NEVER) - (1.0 + self.cancel_tolerance) * payable
        for n in range(self.lines):
            i = self.lines - 1 - n
            product = products[self.line_product[i]]
            if self.line_open[i] <= 0.0 or self.line_prepaid[i] >= self.firm_share:
                continue
            if self.line_placed[i] == market.quarter:
                continue
            price = self.line_price[i]
            unneeded = max(0.0, total - (1.0 + self.cancel_tolerance) * self.target) / product.hae
            gain = 0.0
            if unneeded > 0.0:
                gain = 1.0 - demand.power(self.target / total, 1.0 / self.elasticity)
            cut = unneeded
            if unpaid > 0.0:
                gain = 1.0
                cut = max(cut, unpaid * 1e6 / (price * self.cost_factor))
            if product.launch > market.quarter + 1 and unpaid <= 0.0:
                cut = 0.0
            left = float(max(self.line_promised[i] - market.quarter, 0))
            fee = ordering.cancellation_fee(left, market.fee_full, market.fee_at_two, market.fee_free)
            if fee > 0.0:
                cut = min(cut, self.purse() * 1e6 / (fee * price))
            if cut > book.DUST * self.line_open[i] and gain > fee + self.line_prepaid[i] + self.reputation_cost:
                units = book.strike(self, i, min(cut, self.line_open[i]))
                total -= units * product.hae
                unpaid -= units * price * self.cost_factor / 1e6
                self.cancelled = self.cancelled + units * product.hae
                market.note_cancellation(self.line_placed[i], units * product.hae)
                deposit = units * price * self.line_prepaid[i] / 1e6
                self.settle(deposit, deposit + fee * units * price / 1e6)

    # --- orders -------------------------------------------------------------------------------------------

    def count_orders(self, market, products):
        """Open orders by generation, in HAE."""
        for g in range(market.generation_count):
            self.on_order[g] = 0.0
        for i in range(self.lines):
            product = products[self.line_product[i]]
            g = product.generation
            self.on_order[g] = self.on_order[g] + self.line_open[i] * product.hae

    def pick(self, market, products):
        """The product to have now: lowest list price per HAE and value forgone while waiting; -1 if none."""
        missed = self.marginal_value(market.hae_price)
        best = -1
        lowest = 0.0
        for p in range(market.product_count):
            product = products[p]
            if self.may_buy(product) and product.launch <= market.quarter + 1 and market.quarter <= product.last_order:
                wait = max(self.lead_expected[product.generation], product.quoted_lead)
                cost = product.list_price / product.hae / demand.delay_factor(self.urgency, wait) + missed * wait
                if best < 0 or cost < lowest:
                    best = p
                    lowest = cost
        return best

    def pick_next(self, market, products, generation):
        """The product to book ahead: the cheapest per HAE of a generation newer than what it has now; -1 if none.

        It is announced and not yet to be had at once: not launched, or sold out by its early buyers.
        """
        best = -1
        lowest = 0.0
        for p in range(market.product_count):
            product = products[p]
            if (
                self.may_buy(product)
                and product.generation > generation
                and product.announced <= market.quarter <= product.last_order
            ):
                cost = product.list_price / product.hae
                if best < 0 or cost < lowest:
                    best = p
                    lowest = cost
        return best

    def plan(self, market, products):
        """What to ask for this quarter, in two slots: E6 limited by E5, then inflated by E7."""
        self.count_orders(market, products)
        for slot in range(SLOTS):
            self.slot_product[slot] = -1
            self.slot_need[slot] = 0.0
            self.slot_units[slot] = 0.0
            self.slot_week[slot] = -1
            for w in range(WEEKS):
                self.offer_accepted[slot * WEEKS + w] = -1
        self.wanted = 0.0
        now = self.pick(market, products)
        if now >= 0:
            self.plan_now(market, products, now)
        ahead = -1
        if now >= 0:
            ahead = self.pick_next(market, products, products[now].generation)
        if ahead >= 0:
            self.plan_ahead(market, products, ahead)

    def plan_now(self, market, products, now):
        """The order for the product to have now."""
        product = products[now]
        lead = self.lead_expected[product.generation]
        waiting = self.waiting_for(market, products)
        hunger = ordering.inflation(self.fill_expected, self.inflation_exponent, self.inflation_cap)
        price = product.list_price / product.hae
        money = self.means(lead + 1.0) - self.committed(market.quarter + 1.0 + lead) / hunger
        limit = min(money * 1e6 / (price * self.cost_factor), self.room(product, lead + 1.0) - waiting / hunger)
        need = ordering.need(self.stock, self.target, waiting, lead, self.retirement, self.adjustment, self.line_weight)
        need = max(0.0, min(need, limit)) * self.impulse()
        flow = self.retirement * self.stock + self.adjustment * max(0.0, self.target - self.stock)
        self.wanted = min(flow, self.means(1.0) * 1e6 / (price * self.cost_factor), self.room(product, 1.0))
        self.ask_for(market, 0, product, need, hunger)

    def waiting_for(self, market, products):
        """HAE on order of products that are made already: the supply line of E6."""
        total = 0.0
        for i in range(self.lines):
            product = products[self.line_product[i]]
            if product.launch <= market.quarter + 1:
                total += self.line_open[i] * product.hae
        return total

    def plan_ahead(self, market, products, ahead):
        """The booking of a newer generation: so many quarters of the wanted flow, beside the orders for now."""
        product = products[ahead]
        price = product.list_price / product.hae
        flow = self.retirement * self.stock + self.adjustment * max(0.0, self.target - self.stock)
        flow = min(flow, self.means(1.0) * 1e6 / (price * self.cost_factor))
        missing = self.booking_horizon * flow - self.on_order[product.generation]
        money = self.means(product.quoted_lead + self.booking_horizon) - self.committed(NEVER)
        missing = min(missing, money * 1e6 / (price * self.cost_factor))
        self.ask_for(market, 1, product, self.booking_speed * max(0.0, missing), 1.0)

    def ask_for(self, market, slot, product, need, hunger):
        """Enter a need (HAE) into a slot of this quarter's talks, inflated by ``hunger``."""
        self.needed = self.needed + need
        if need > book.DUST * max(self.stock, self.target):
            self.slot_product[slot] = product.index
            self.slot_need[slot] = need / product.hae
            self.slot_units[slot] = need * hunger / product.hae

    def impulse(self):
        """Factor on the need that comes from the lumps of its business; 1 for most."""
        return 1.0

    def room(self, product, quarters):
        """HAE of a product that power and space will take within so many quarters, beside what is owned (E5)."""
        megawatts = self.power_mw - self.machine_mw
        for i in range(POWER_QUARTERS + 1):
            if i < quarters:
                megawatts += self.power_coming[i]
        by_power = max(0.0, megawatts) * 1000.0 / (product.power_kw * self.overhead) * product.hae
        return min(by_power, max(0.0, self.space - self.stock))

    def build_power(self, market, products):
        """Start power for the target, as much as it can start in a quarter."""
        if self.power_mw == math.inf:
            return
        kilowatts_per_hae = 0.0
        now = self.pick(market, products)
        if now >= 0:
            kilowatts_per_hae = products[now].power_kw / products[now].hae
        planned = self.power_mw
        for i in range(POWER_QUARTERS + 1):
            planned += self.power_coming[i]
        wished = self.machine_mw + max(0.0, self.target - self.stock) * kilowatts_per_hae * self.overhead / 1000.0
        arrival = int(self.power_delay) - 1
        started = min(self.power_starts, max(0.0, wished - planned))
        self.power_coming[arrival] = self.power_coming[arrival] + started

    # --- talks --------------------------------------------------------------------------------------------

    def worth(self, product, lead):
        """Most it would pay for a unit that comes after ``lead`` quarters, in USD: E4 at its present compute."""
        value = self.marginal_value(product.list_price / product.hae)
        return product.hae * demand.present_value(value, self.urgency, lead, self.capital_cost, 4.0 * self.retirement)

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
        self.bid_open[at + PREPAID] = 0.0
        self.bid_reserve[at + PREPAID] = min(self.prepaid_limit, affordable / SLOTS)

    def order(self, market, product, units, price, promised, prepaid):
        """Put an order into the book and pay its deposit."""
        book.join(self, product.index, units, price, market.quarter, promised, prepaid)
        deposit = units * price * prepaid / 1e6
        self.deposits = self.deposits + deposit
        self.pay(deposit)
        self.ordered = self.ordered + units * product.hae

    def demand_at(self, price):
        """HAE it would take in a quarter at a market price per HAE in USD, money and power allowing (E15)."""
        cost = demand.user_cost(price, self.capital_cost, 4.0 * self.retirement, self.price_fall)
        own = demand.desired_compute(self.reference_stock, self.value, cost, self.elasticity)
        target = max(own, self.parity * self.rival)
        flow = self.retirement * self.stock + self.adjustment * max(0.0, target - self.stock)
        return min(flow, self.means(1.0) * 1e6 / (price * self.cost_factor))

    def services_at(self, rent):
        """HAE of services it would use at a rent in USD per HAE and quarter."""
        return demand.desired_compute(self.reference_stock, self.value, rent, self.elasticity)
