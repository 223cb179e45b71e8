"""What a buyer asks for: needs, orders, outside options, power (theory A.3 to A.5)."""

from __future__ import annotations

import math

from agents.buying.orders import ANCHORED, order_by
from agents.buying.reviser import Reviser
from agents.buying.state import POWER_QUARTERS
from agents.records.roles import LEADS, SLOTS, WEEKS
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
        price = product.price / product.hae
        lead = self.lead_expected[product.generation]
        worth = self.lasting_value(price, lead)
        scale = self.logit_scale * price
        odds = 0.0
        for k in range(market.offer_count - market.product_count):
            option = products[market.product_count + k]
            if self.may_have(option):
                later = max(0.0, option.lead + option.commitment - 1.0 - lead)
                cost = option.price / option.hae * (1.0 + self.switching * option.switch_cost)
                cost = (cost + worth * (1.0 - demand.delay_factor(self.urgency, later))) / max(0.05, option.served)
                self.fallback = min(self.fallback, cost)
                self.outside_wish[k] = math.exp(max(-500.0, min(500.0, (price - cost) / scale)))
                odds += self.outside_wish[k]
        if odds > 0.0:
            self.elsewhere = price - scale * math.log(odds)
        money = self.means(lead + 1.0) - self.committed(market.quarter + 1.0 + lead)
        need = self.lack(market, products, product)
        need = min(need, money * 1e6 / (price * self.cash_factor()))
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
            price = option.price / option.hae * self.cost_factor
            if option.commitment > 0:
                hae = book.payable(hae, price / 1e6, self.purse())
                self.settle_with_others(hae * price / 1e6)
            at = k * LEADS + min(LEADS, option.lead + option.commitment) - 1
            self.outside_coming[at] = self.outside_coming[at] + hae
            self.outside_ordered = self.outside_ordered + hae
            self.outside_open = self.outside_open + hae
            option.ordered_units = option.ordered_units + hae / option.hae
            option.ordered_value = option.ordered_value + hae / option.hae * option.price

    def lack(self, market, products, product):
        """HAE it would order of a product if there were no other, money and power aside."""
        if market.ordering == ANCHORED:
            return self.gap(product, self.waiting_for(market, products))
        lead = self.lead_expected[product.generation]
        line = self.coming_by(market, products, market.quarter + 1.0 + lead) + self.outside_open
        return ordering.covered(self.wanted_flow(product), lead, line, self.line_weight)

    # --- orders -------------------------------------------------------------------------------------------

    def plan(self, market, products):
        """What to ask for this quarter, in slots."""
        self.count_orders(market, products)
        for slot in range(SLOTS):
            self.slot_product[slot] = -1
            self.slot_need[slot] = 0.0
            self.slot_units[slot] = 0.0
            self.slot_week[slot] = -1
            for w in range(WEEKS):
                self.offer_accepted[slot * WEEKS + w] = -1
        self.wanted = self.at_inflation_cap = self.at_money = self.at_power = 0.0
        self.decide(market, products)

    def decide(self, market, products):
        """Enter its needs into the slots, by the ordering of the market."""
        order_by(market.ordering, self, market, products)

    def gap(self, product, waiting):
        """E6: what replaces its retiring machines and closes the gap to its target, orders under way counted (HAE)."""
        lead = self.lead_expected[product.generation]
        need = ordering.need(self.stock, self.target, waiting, lead, self.retirement, self.adjustment, self.line_weight)
        return need if self.matters(need) else 0.0

    def payable_by(self, market, product, lead, hunger):
        """E5: HAE of a product that the money until then pays for, all in, less the lines promised by then.

        Lines count by what was needed, without the inflation ``hunger``.
        """
        money = self.means(lead + 1.0) - self.committed(market.quarter + 1.0 + lead) / hunger
        return money * 1e6 / (product.price / product.hae * self.cash_factor())

    def limited(self, need, by_money, by_power):
        """A need, or what money, power and space leave of it; which of them cuts it is noted."""
        slack = book.DUST * need
        if need - by_power > slack and by_power <= max(0.0, by_money) + slack:
            self.at_power = self.at_power + need
        elif need - by_money > slack:
            self.at_money = self.at_money + need
        return min(need, by_money, by_power)

    def note_wanted(self, flow):
        """Deliveries that it wants for the next quarter (HAE): the largest flow of any product that is made by then."""
        if self.matters(flow):
            self.wanted = max(self.wanted, flow)

    def matters(self, need):
        """Whether a need (HAE) is more than what rounding leaves over."""
        return need > book.DUST * max(self.stock, self.target)

    def hunger(self, market, product, need):
        """Factor by which it inflates an order, by its strategy, from what it expects to get and to lose."""
        lead = self.lead_expected[product.generation]
        fee = ordering.cancellation_fee(lead + 1.0, market.fee_full, market.fee_at_two, market.fee_free)
        others = max(0.0, market.ordered - self.ordered_before)
        margin = self.worth(product, lead) / product.price - 1.0
        cost = fee + max(self.prepaid_limit, market.deposit)
        return inflate(
            self.gaming, need, self.fill_expected, self.inflation_exponent, self.inflation_cap,
            others, market.possible, margin, cost,
        )  # fmt: skip

    def ask_for(self, slot, product, need, hunger):
        """Enter a need (HAE) into a slot of this quarter's talks, inflated by ``hunger``."""
        if self.matters(need):
            self.needed = self.needed + need
            self.slot_product[slot] = product.index
            self.slot_need[slot] = need / product.hae
            self.slot_units[slot] = need * hunger / product.hae
            self.submitted = self.submitted + need * hunger
            if hunger >= self.inflation_cap > 1.0:
                self.at_inflation_cap = self.at_inflation_cap + need

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
