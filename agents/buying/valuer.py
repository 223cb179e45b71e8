"""What compute is worth to a buyer, and how much of it the buyer wants at a price (theory A.2)."""

from __future__ import annotations

import math

from agents.buying.owner import Owner
from agents.rules import demand

MOST_VALUE = 10.0
"""Marginal value of compute over its user cost, at the most."""


class Valuer(Owner):
    """Knows the compute it wants at every price, and what one more machine is worth to it, now or later."""

    # --- the value of compute -----------------------------------------------------------------------------

    def explain_past(self, market, products):
        """The value of compute at which its past purchases, at the opening price, are what it would have wanted."""
        ratio = 1.0 + (self.opening_flow - self.retirement) / self.adjustment
        if ratio > 0.0:
            cost = self.cost_of_use(self.cheapest(market, products, 0))
            self.value_scale = cost * demand.power(ratio, 1.0 / self.elasticity)

    def revalue(self, market):
        """theta of E1 for the quarter: its scale, the common regime, its own shock, and its investment plan (E26).

        The plan is smoothed investment over that of the first quarter, to the power ``market.plan_weight``: at 1 and an
        elasticity of 1 compute is worth a constant share of the plan (Jorgenson 1963), at 0 it is worth what it was.
        """
        self.taste = 0.5 * self.taste + self.taste_noise * self.taste_draw
        if market.quarter == 0:
            self.plan_opening = self.plan_size = self.invests()
        self.plan_size = self.plan_size + market.plan_smoothing * (self.invests() - self.plan_size)
        plan = 1.0
        if self.plan_opening > 0.0 and market.plan_weight > 0.0:
            plan = 0.0
            if self.plan_size > 0.0:
                plan = demand.power(self.plan_size / self.plan_opening, market.plan_weight)
        self.value = self.value_scale * market.regime * plan * math.exp(self.taste)

    def invests(self):
        """Million USD that it invests in the quarter."""
        return self.budget()

    def cost_of_use(self, price):
        """E2: user cost of one HAE for a quarter, in USD, where one HAE costs ``price`` to buy."""
        return demand.user_cost(price, self.capital_cost, 4.0 * self.retirement, self.price_fall)

    def marginal_value(self, price):
        """Worth of one more HAE for a quarter at the compute owned, in USD, where one HAE costs ``price`` to buy.

        E1: theta (C / C0) ** (-1 / eta), which is the user cost at the target C*, so u (C / C*) ** (-1 / eta);
        at most MOST_VALUE times the user cost.
        """
        cost = self.cost_of_use(price)
        if self.stock <= 0.0 or self.target <= 0.0:
            return cost * (MOST_VALUE if self.target > 0.0 else 0.0)
        return cost * min(MOST_VALUE, demand.power(self.target / self.stock, 1.0 / self.elasticity))

    def lasting_value(self, price, lead):
        """Present value of one more HAE that comes after ``lead`` quarters, in USD, at a price per HAE (E4)."""
        value = self.marginal_value(price)
        return demand.present_value(value, self.urgency, lead, self.capital_cost, 4.0 * self.retirement)

    def worth(self, product, lead):
        """Most it would pay for a unit that comes after ``lead`` quarters, in USD: its value or its way out (E11)."""
        return product.hae * min(self.lasting_value(product.price / product.hae, lead), self.fallback)

    def deal_worth(self, product, units, lead):
        """Mean worth of a unit to it, in USD, if it gets all of so many beside what it owns: E1 over the deal.

        Its way out (E11) is the most; the marginal value is cut as in :meth:`marginal_value`.
        """
        price = product.price / product.hae
        hae = units * product.hae
        value = demand.mean_value(
            self.cost_of_use(price), self.target, self.elasticity, MOST_VALUE, self.stock, self.stock + hae
        )
        worth = demand.present_value(value, self.urgency, lead, self.capital_cost, 4.0 * self.retirement)
        return product.hae * min(worth, self.fallback)

    # --- demand -------------------------------------------------------------------------------------------

    def cheapest(self, market, products, by):
        """Lowest list price per HAE among what it may buy that is made by quarter ``by``; 0 if there is none."""
        lowest = 0.0
        for p in range(market.product_count):
            product = products[p]
            if self.may_buy(product) and product.launch <= by and market.quarter <= product.last_order:
                price = product.price / product.hae
                if lowest == 0.0 or price < lowest:
                    lowest = price
        return lowest

    def target_at(self, market, price):
        """E3: the compute (HAE) it wants to own where one costs ``price``: for its use, by parity or for a prize."""
        cost = self.cost_of_use(price)
        own = demand.desired_compute(self.reference_stock, self.value, cost, self.elasticity)
        return max(own, self.parity * self.rival, self.contest(market, cost))

    def aim(self, market, products):
        """The target at the cheapest list price of what is made by the next quarter; the old one if nothing is."""
        price = self.cheapest(market, products, market.quarter + 1)
        if price > 0.0:
            self.target = self.target_at(market, price)

    def contest(self, market, cost):
        """Compute worth having for the sake of the race: best reply to the rivals' in a contest for a prize."""
        if market.prize <= 0.0 or not self.races or cost <= 0.0:
            return 0.0
        return demand.contest_effort(market.prize * 1e6, market.racing - self.announced, cost)

    def flow(self, target):
        """HAE a quarter that replace what retires and close the gap to a target: dq C + alpha max(0, C* - C)."""
        return self.retirement * self.stock + self.adjustment * max(0.0, target - self.stock)

    def wanted_flow(self, product):
        """HAE of a product it would take in a quarter at list price, as far as money, power and space go (E27)."""
        price = product.price / product.hae * self.cash_factor()
        return max(0.0, min(self.flow(self.target), self.means(1.0) * 1e6 / price, self.room(product, 1.0)))

    def demand_at(self, market, price, quarters):
        """HAE it would take in so many quarters at a market price per HAE in USD, as far as its money goes (E15, E32).

        min(H dq C + (1 - (1 - alpha) ** H) max(0, C* - C), means(H) / price), and of that what stays with the supplier.
        """
        left = 1.0 - self.adjustment
        closed = 1.0 - (demand.power(left, quarters) if left > 0.0 else 0.0)
        gap = max(0.0, self.target_at(market, price) - self.stock)
        by_money = self.means(quarters) * 1e6 / (price * self.cash_factor())
        return min(quarters * self.retirement * self.stock + closed * gap, by_money) * self.staying(price)

    def staying(self, price):
        """Share of its demand that stays with the supplier at a price per HAE: the logit of E11."""
        if self.elsewhere == math.inf:
            return 1.0
        scale = self.logit_scale * price
        return 1.0 / (1.0 + math.exp(max(-500.0, min(500.0, (price - self.elsewhere) / scale))))

    def services_at(self, rent):
        """HAE of services it would use at a rent in USD per HAE and quarter."""
        return demand.desired_compute(self.reference_stock, self.value, rent, self.elasticity)
