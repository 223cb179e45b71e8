"""What a buyer asks for: needs, orders, outside options, power (theory A.3 to A.5)."""

from __future__ import annotations

import math

from agents.buying.reviser import Reviser
from agents.buying.state import POWER_QUARTERS
from agents.records.roles import LEADS, NEVER, SLOTS, WEEKS
from agents.rules import book, demand, ordering
from agents.rules.gaming import inflate


class Planner(Reviser):
    """Decides what to ask for, of the supplier and elsewhere, and what power to build."""

    # --- outside options -----------------------------------------------------------------------------------

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

    # --- orders --------------------------------------------------------------------------------------------

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
        wanted = min(self.flow(self.target), self.means(1.0) * 1e6 / price, self.room(product, 1.0))
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

    def plan_ahead(self, market, products, ahead):
        """The booking of a newer generation: so many quarters of the wanted flow, beside the orders for now.

        It is announced and not yet to be had at once: not launched, or sold out by its early buyers.
        """
        product = products[ahead]
        price = product.list_price / product.hae * self.cash_factor()
        flow = min(self.flow(self.target), self.means(1.0) * 1e6 / price)
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

    # --- power ---------------------------------------------------------------------------------------------

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
