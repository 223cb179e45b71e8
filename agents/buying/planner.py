"""What a buyer wants: expectations, cancellation, needs (theory A.2 to A.4)."""

from __future__ import annotations

import math

from agents.buying.owner import Owner
from agents.buying.state import POWER_QUARTERS
from agents.records.roles import LEADS, NEVER, SLOTS, WEEKS
from agents.rules import book, demand, ordering
from agents.rules.gaming import inflate


class Planner(Owner):
    """Expects a wait, aims at a size, leaves what it no longer wants and decides what to ask for."""

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
        self.target = max(own, self.parity * self.rival, self.contest(market, cost))

    def contest(self, market, cost):
        """Compute worth having for the sake of the race: best reply to the rivals' in a contest for a prize."""
        if market.prize <= 0.0 or not self.races or cost <= 0.0:
            return 0.0
        return demand.contest_effort(market.prize * 1e6, market.racing - self.announced, cost)

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
        lead = 0.0
        for i in range(self.lines):
            product = products[self.line_product[i]]
            total += self.line_open[i] * product.hae
            if self.line_open[i] > 0.0:
                lead = max(lead, self.lead_expected[product.generation])
        total += self.outside_open
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
                cut = max(cut, unpaid * 1e6 / (price * self.cash_factor()))
            if product.launch > market.quarter + 1 and unpaid <= 0.0:
                cut = 0.0
            left = float(max(self.line_promised[i] - market.quarter, 0))
            fee = ordering.cancellation_fee(left, market.fee_full, market.fee_at_two, market.fee_free)
            if fee > 0.0:
                cut = min(cut, self.purse() * 1e6 / (fee * price))
            if cut > book.DUST * self.line_open[i] and gain > fee + self.line_prepaid[i] + self.reputation_cost:
                units = book.strike(self, i, min(cut, self.line_open[i]))
                total -= units * product.hae
                unpaid -= units * price * self.cash_factor() / 1e6
                self.cancelled = self.cancelled + units * product.hae
                market.note_cancellation(self.line_placed[i], units * product.hae)
                deposit = units * price * self.line_prepaid[i] / 1e6
                self.settle(deposit, deposit + fee * units * price / 1e6)

    def convert(self, market, products):
        """Move open lines to a newer, cheaper generation, as many as the contracts let (theory A.9).

        Lines go as a whole, the oldest first, up to ``conversion_rate`` of what is open; they keep their place in time,
        their compute and their deposit, and get dearer by ``conversion_charge``, which is paid on delivery: those whose
        orders are late for want of money could not pay it now.
        """
        quota = 0.0
        for i in range(self.lines):
            quota += market.conversion_rate * self.line_open[i] * products[self.line_product[i]].hae
        for i in range(self.lines):
            old = products[self.line_product[i]]
            hae = self.line_open[i] * old.hae
            if hae <= 0.0 or hae > quota * (1.0 + book.DUST):
                continue
            factor = 1.0 + market.conversion_charge
            best = self.newer(market, products, old.generation, self.line_price[i] / (old.hae * factor))
            if best < 0:
                continue
            new = products[best]
            price = factor * new.list_price
            value = hae / new.hae * price
            deposit = self.line_open[i] * self.line_price[i] * self.line_prepaid[i]
            kept = min(deposit, value)
            book.exchange(self, i, best, old.hae / new.hae, price, kept / value)
            self.line_promised[i] = max(self.line_promised[i], market.quarter + 1, new.launch)
            self.settle((deposit - kept) / 1e6, 0.0)
            quota -= hae

    def newer(self, market, products, generation, price):
        """The cheapest product of a newer generation that is on order at less than ``price`` per HAE; -1 if none."""
        best = -1
        for p in range(market.product_count):
            product = products[p]
            if (
                self.may_buy(product)
                and product.generation > generation
                and product.announced <= market.quarter <= product.last_order
                and product.list_price / product.hae < price
            ):
                best = p
                price = product.list_price / product.hae
        return best

    # --- outside options ----------------------------------------------------------------------------------

    def may_have(self, option):
        """Whether an outside option is open to it: made at all, let through, and nobody else's own."""
        return option.capacity > 0.0 and self.may_buy(option) and (option.owner < 0 or option.owner == self.index)

    def look_elsewhere(self, market, products):
        """What outside options cost it per HAE, and the HAE it would order there; E11 with a logit.

        c_k = p_k / perf_k (1 + switch) + PV (1 - exp(-rho (L_k - L_N))), dearer the more an option was sold out.
        The share that leaves is smooth in c_k against the list price (McFadden 1974).
        """
        self.fallback = self.elsewhere = math.inf
        self.outside_ordered = 0.0
        for k in range(market.offer_count - market.product_count):
            self.outside_wish[k] = 0.0
        now = self.pick(market, products)
        if now < 0 or market.offer_count == market.product_count:
            return
        product = products[now]
        price = product.list_price / product.hae
        lead = self.lead_expected[product.generation]
        worth = self.lasting_value(price, lead)
        scale = self.logit_scale * price
        odds = 0.0
        for k in range(market.offer_count - market.product_count):
            option = products[market.product_count + k]
            if self.may_have(option):
                later = max(0.0, option.lead + option.commitment - 1.0 - lead)
                cost = option.list_price / option.hae * (1.0 + self.switching * option.switch_cost)
                cost = (cost + worth * (1.0 - demand.delay_factor(self.urgency, later))) / max(0.05, option.served)
                self.fallback = min(self.fallback, cost)
                self.outside_wish[k] = math.exp(max(-500.0, min(500.0, (price - cost) / scale)))
                odds += self.outside_wish[k]
        if odds > 0.0:
            self.elsewhere = price - scale * math.log(odds)
        money = self.means(lead + 1.0) - self.committed(market.quarter + 1.0 + lead)
        need = min(self.gap(market, products, product), money * 1e6 / (price * self.cash_factor()))
        if not self.matters(need):
            need = 0.0
        for k in range(market.offer_count - market.product_count):
            option = products[market.product_count + k]
            self.outside_wish[k] = need * self.outside_wish[k] / (1.0 + odds)
            option.wished = option.wished + self.outside_wish[k]

    def order_outside(self, market, products):
        """Order what outside options can serve of its wishes; a commitment is paid at once."""
        for k in range(market.offer_count - market.product_count):
            option = products[market.product_count + k]
            hae = self.outside_wish[k] * option.served
            price = option.list_price / option.hae * self.cost_factor
            if option.commitment > 0:
                hae = book.payable(hae, price / 1e6, self.purse())
                self.settle_with_others(hae * price / 1e6)
            at = k * LEADS + min(LEADS, option.lead + option.commitment) - 1
            self.outside_coming[at] = self.outside_coming[at] + hae
            self.outside_ordered = self.outside_ordered + hae
            self.outside_open = self.outside_open + hae
            option.ordered_units = option.ordered_units + hae / option.hae
            option.ordered_value = option.ordered_value + hae / option.hae * option.list_price

    def staying(self, price):
        """Share of its demand that stays with the supplier at a price per HAE: the logit of E11."""
        if self.elsewhere == math.inf:
            return 1.0
        scale = self.logit_scale * price
        return 1.0 / (1.0 + math.exp(max(-500.0, min(500.0, (price - self.elsewhere) / scale))))

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
        self.wanted = self.at_inflation_cap = self.at_money = self.at_power = 0.0
        now = self.pick(market, products)
        if now < 0:
            return
        product = products[now]
        ahead = self.newer(market, products, product.generation, product.list_price / product.hae)
        self.eagerness = 1.0
        if ahead >= 0 and products[ahead].launch > market.quarter + 1:
            saved = 1.0 - products[ahead].list_price / products[ahead].hae * product.hae / product.list_price
            self.eagerness = max(0.0, 1.0 - self.osborne * saved)
        self.plan_now(market, products, now)
        if ahead >= 0:
            self.plan_ahead(market, products, ahead)

    def plan_now(self, market, products, now):
        """The order for the product to have now."""
        product = products[now]
        lead = self.lead_expected[product.generation]
        price = product.list_price / product.hae * self.cash_factor()
        need = self.gap(market, products, product)
        hunger = self.hunger(market, product, need)
        money = self.means(lead + 1.0) - self.committed(market.quarter + 1.0 + lead) / hunger
        by_money = money * 1e6 / price
        by_power = self.room(product, lead + 1.0) - self.waiting_for(market, products) / hunger
        if need > by_power and by_power <= max(0.0, by_money):
            self.at_power = need
        elif need > by_money:
            self.at_money = need
        need = max(0.0, min(need, by_money, by_power)) * self.impulse() * self.eagerness
        need = max(0.0, need - self.outside_ordered)
        flow = self.retirement * self.stock + self.adjustment * max(0.0, self.target - self.stock)
        wanted = min(flow, self.means(1.0) * 1e6 / price, self.room(product, 1.0))
        self.wanted = wanted if self.matters(wanted) else 0.0
        if hunger >= self.inflation_cap > 1.0:
            self.at_inflation_cap = need
        self.ask_for(market, 0, product, need, hunger)

    def gap(self, market, products, product):
        """E6: what replaces its retiring machines and closes the gap to its target, orders under way counted."""
        lead = self.lead_expected[product.generation]
        waiting = self.waiting_for(market, products)
        need = ordering.need(self.stock, self.target, waiting, lead, self.retirement, self.adjustment, self.line_weight)
        return need if self.matters(need) else 0.0

    def matters(self, need):
        """Whether a need (HAE) is more than what rounding leaves over."""
        return need > book.DUST * max(self.stock, self.target)

    def hunger(self, market, product, need):
        """Factor by which it inflates an order, by its strategy, from what it expects to get and to lose."""
        lead = self.lead_expected[product.generation]
        fee = ordering.cancellation_fee(lead + 1.0, market.fee_full, market.fee_at_two, market.fee_free)
        others = max(0.0, market.ordered - self.ordered_before)
        margin = self.worth(product, lead) / product.list_price - 1.0
        cost = fee + max(self.prepaid_limit, market.deposit)
        return inflate(
            self.gaming, need, self.fill_expected, self.inflation_exponent, self.inflation_cap,
            others, market.possible, margin, cost,
        )  # fmt: skip

    def waiting_for(self, market, products):
        """HAE on order of products that are made already: the supply line of E6."""
        total = 0.0
        for i in range(self.lines):
            product = products[self.line_product[i]]
            if product.launch <= market.quarter + 1:
                total += self.line_open[i] * product.hae
        return total + self.outside_open

    def plan_ahead(self, market, products, ahead):
        """The booking of a newer generation: so many quarters of the wanted flow, beside the orders for now.

        It is announced and not yet to be had at once: not launched, or sold out by its early buyers.
        """
        product = products[ahead]
        price = product.list_price / product.hae * self.cash_factor()
        flow = self.retirement * self.stock + self.adjustment * max(0.0, self.target - self.stock)
        flow = min(flow, self.means(1.0) * 1e6 / price)
        missing = self.booking_horizon * flow - self.on_order[product.generation]
        money = self.means(product.quoted_lead + self.booking_horizon) - self.committed(NEVER)
        missing = min(missing, money * 1e6 / price)
        self.ask_for(market, 1, product, self.booking_speed * max(0.0, missing), 1.0)

    def ask_for(self, market, slot, product, need, hunger):
        """Enter a need (HAE) into a slot of this quarter's talks, inflated by ``hunger``."""
        if self.matters(need):
            self.needed = self.needed + need
            self.slot_product[slot] = product.index
            self.slot_need[slot] = need / product.hae
            self.slot_units[slot] = need * hunger / product.hae
            self.submitted = self.submitted + need * hunger

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
