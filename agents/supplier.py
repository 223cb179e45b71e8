"""The supplier: capacity, production across generations, promises, prices and its side of the talks."""

from __future__ import annotations

import math
from typing import Annotated

from agents.bargainer import DATE, ISSUES, PREPAID, PRICE, UNITS, Bargainer
from agents.records.roles import Array, Draw, Parameter, Path
from agents.rules import book, ordering, pipeline
from agents.rules.demand import least_price, power

STAGES = 3
MEMORY = 4
"""Quarters over which it reads the growth of demand; their fourth root is two square roots."""


class Supplier(Bargainer):
    """One seller with limited capacity, counted in packaging wafers a quarter."""

    # Capacity
    upstream: Annotated[float, Path("wafers a quarter", "packaging capacity of the foundry that is installed")] = 0.0
    capacity_factor: Annotated[float, Path("1", "share of its capacity that is usable")] = 1.0
    scrap: Annotated[float, Path("1", "share of the finished stock that is lost now", 0.0, 1.0)] = 0.0
    opening_share: Annotated[float, Parameter("1", "s0: its share of the upstream capacity", 0.0, 1.0)] = 0.45
    final_share: Annotated[float, Parameter("1", "s1: the share it gets when its book is full", 0.0, 1.0)] = 0.62
    share_speed: Annotated[float, Parameter("1/quarter", "partial adjustment of the share", 0.0, 1.0)] = 0.5
    give_back: Annotated[
        float, Parameter("1", "share of what it leaves unused that it no longer asks of the foundry", 0.0, 1.0)
    ] = 0.0
    foundry: Annotated[
        bool, Parameter("", "capacity of its own answers the queue that can be paid (E37), not the orders read (E20)")
    ] = False
    shell_limit: Annotated[
        float, Parameter("1/quarter", "sigma of E37: largest start in existing shells, over present capacity", 0.0, 1.0)
    ] = 0.0
    shell_delay: Annotated[float, Parameter("quarters", "from start to capacity in existing shells", 3.0, 40.0)] = 3.0
    capacity_delay: Annotated[float, Parameter("quarters", "tau: from start to capacity of its own", 3.0, 40.0)] = 7.0
    expansion_limit: Annotated[
        float, Parameter("1/quarter", "largest start of own capacity, over present capacity", 0.0, 1.0)
    ] = 0.0
    line_weight: Annotated[float, Parameter("1", "w_K: weight of capacity under way", 0.0, 1.0)] = 0.5
    adjustment_time: Annotated[float, Parameter("quarters", "T_K: time to close a capacity gap", 0.5)] = 4.0
    extrapolation: Annotated[float, Parameter("1", "weight of past growth in planned demand", 0.0, 1.0)] = 0.5
    capacity_noise: Annotated[float, Parameter("1", "standard deviation of output", 0.0, 0.5)] = 0.04
    first_yield: Annotated[
        float,
        Parameter("1", "good units a wafer in a generation's first quarter, over those of a mature one", 0.05, 1.0),
    ] = 1.0
    yield_quarters: Annotated[float, Parameter("quarters", "from a generation's launch to full yield", 1.0, 12.0)] = 4.0
    ramp_quarters: Annotated[float, Parameter("quarters", "from a generation's launch to full rate", 1.0, 12.0)] = 6.0

    # Demand reading, prices
    conversion_smoothing: Annotated[
        float, Parameter("1/quarter", "th_c of E20: weight of the latest quarter in its faith in orders", 0.0, 1.0)
    ] = 0.36
    price_adjustment: Annotated[
        float,
        Parameter(
            "1/quarter",
            "kappa_p of E21: share of the way to the shadow price that the list price goes a quarter",
            0.0,
            1.0,
        ),
    ] = 0.25
    rise_limit: Annotated[float, Parameter("1/year", "largest rise of a list price", 0.0, 1.0)] = 0.02
    fall_limit: Annotated[float, Parameter("1/year", "largest fall of a list price", 0.0, 1.0)] = 0.15
    congestion: Annotated[
        float, Parameter("quarters", "c of E30: wait that goes on while orders are near to what can be made", 0.0, 1.0)
    ] = 0.10
    base_weeks: Annotated[float, Parameter("weeks", "assembly and transport, part of every quote")] = 6.0

    # Why it rations at a list price instead of clearing the market (theory A.9), each a motive of its own
    fairness: Annotated[bool, Parameter("", "rises are limited: nobody likes a shortage exploited")] = True
    price_promise: Annotated[bool, Parameter("", "a launched product never gets dearer: buyers build on it")] = False
    entry_restraint: Annotated[
        float, Parameter("1", "rises forgone for each share of the compute that comes from outside", 0.0, 10.0)
    ] = 0.0
    menu_cost: Annotated[float, Parameter("1", "change of a price that is not worth announcing", 0.0, 0.5)] = 0.0
    loyalty: Annotated[float, Parameter("1", "favour in allocation for buyers of the last quarters", 0.0, 10.0)] = 0.0
    dispersion: Annotated[float, Parameter("1", "disfavour in allocation for a share of past sales", 0.0, 1.0)] = 0.0

    # How it bargains
    bargaining_weight: Annotated[
        float, Parameter("1", "its weight in a Nash bargain; the buyer has the rest", 0.0, 1.0)
    ] = 0.7
    ask_markup: Annotated[float, Parameter("1", "opening ask over the list price in a shortage", 0.0, 2.0)] = 0.10
    pace = 0.5
    fair_share: Annotated[float, Parameter("1", "share of the shadow price it will not go below", 0.0, 1.0)] = 0.7
    expedite: Annotated[float, Parameter("1", "share of a wait it can take off", 0.0, 1.0)] = 0.3
    prepaid_ask: Annotated[float, Parameter("1", "prepaid share it opens with", 0.0, 1.0)] = 0.05
    price_weight = 0.6
    units_weight = 0.15
    date_weight = 0.15

    capacity_draw: Annotated[float, Draw("normal", "yield and logistics of the quarter")] = 0.0

    # State
    share: float = 0.0
    own_capacity: float = 0.0
    stages: Annotated[list[float], Array(STAGES)]
    shell_stages: Annotated[list[float], Array(STAGES)]
    wafers: float = 0.0
    wafers_used: float = 0.0
    estimate: float = 0.0
    outside_pull: float = 0.0
    past_sales: float = 0.0
    estimates: Annotated[list[float], Array(MEMORY)]

    def expand(self):
        """Capacity of the quarter, in wafers: its share of what is installed, and its own (E18)."""
        self.wafers = self.share * self.upstream + self.own_capacity
        self.wafers = max(0.0, self.wafers * self.capacity_factor * (1.0 + self.capacity_noise * self.capacity_draw))

    def ramp(self, product, quarter):
        """Share of the wafers that a product's generation can use so long after its first launch."""
        if quarter < product.launch:
            return 0.0
        return min(1.0, (quarter - product.generation_launch + 1) / self.ramp_quarters)

    def set_yields(self, market, products):
        """Good units that a wafer of the quarter gives: fewer in a generation's first quarters, in a straight line."""
        for p in range(market.product_count):
            product = products[p]
            age = float(max(0, market.quarter - product.generation_launch))
            grown = min(1.0, age / self.yield_quarters)
            product.packages = product.packages_per_wafer * (self.first_yield + (1.0 - self.first_yield) * grown)

    def discard(self, market, products):
        """Lose the share of the finished stock that an accident destroys."""
        for p in range(market.product_count):
            product = products[p]
            product.lost = self.scrap * product.stock
            product.stock = product.stock - product.lost

    def produce(self, market, products, buyers):
        """Make what can be taken and paid, the newest generation first as far as it has ramped (E34).

        Older generations get the wafers, and the money, that newer ones leave; within one, wafers go in proportion to
        what can be taken of each product.
        """
        for i in range(market.buyer_count):
            buyers[i].budgeted = buyers[i].purse()
        left = usable = self.wafers
        made = 0.0
        self.wafers_used = 0.0
        for n in range(market.generation_count):
            generation = market.generation_count - 1 - n
            ordered = self.has_orders(market, products, generation)
            if ordered:
                self.pledge(market, products, buyers, generation)
            asked = 0.0
            ramp = 0.0
            for p in range(market.product_count):
                product = products[p]
                if product.generation == generation:
                    product.wafers = book.unmade(product.takeable, product.stock) / product.packages
                    asked += product.wafers
                    if product.backlog > 0.0 or market.quarter <= product.last_order:
                        ramp = max(ramp, self.ramp(product, market.quarter))
            if left <= book.DUST * self.wafers:
                left = 0.0
            usable = max(0.0, usable - min(usable, ramp * self.wafers))
            limit = min(left, ramp * self.wafers)
            scale = 1.0
            if asked > limit:
                scale = limit / asked
            for p in range(market.product_count):
                product = products[p]
                if product.generation == generation:
                    product.wafers = product.wafers * scale
                    product.produced = product.wafers * product.packages
                    product.stock = product.stock + product.produced
                    product.there = min(1.0, product.stock / product.takeable) if product.takeable > 0.0 else 0.0
                    left = max(0.0, left - product.wafers)
                    self.wafers_used = self.wafers_used + product.wafers
                    made += product.produced * product.hae
            if ordered and generation > 0:  # nothing is made after the oldest
                self.reserve_money(market, products, buyers, generation)
        market.production = made
        market.wafers = self.wafers
        market.wafers_usable = self.wafers - usable
        market.wafers_used = self.wafers_used
        market.possible = max(made, self.output(market, products, market.quarter))

    def has_orders(self, market, products, generation):
        """Whether any launched product of a generation is on order; what can be taken of each is none so far."""
        found = False
        for p in range(market.product_count):
            product = products[p]
            if product.generation == generation:
                product.takeable = 0.0
                found = found or (product.backlog > 0.0 and product.launch <= market.quarter)
        return found

    def pledge(self, market, products, buyers, generation):
        """Open units of a generation that is made already, as far as what buyers have left to pay with."""
        for i in range(market.buyer_count):
            buyer = buyers[i]
            money = buyer.budgeted
            for line in range(buyer.lines):
                product = products[buyer.line_product[line]]
                if product.generation == generation and product.launch <= market.quarter:
                    cost = buyer.line_price[line] * book.cash_share(buyer, line) / 1e6
                    units = book.payable(buyer.line_open[line], cost, money)
                    product.takeable = product.takeable + units
                    money = max(0.0, money - units * cost)

    def reserve_money(self, market, products, buyers, generation):
        """Take off what buyers can pay with what the units that are there of a generation will cost them."""
        for i in range(market.buyer_count):
            buyer = buyers[i]
            money = buyer.budgeted
            for line in range(buyer.lines):
                product = products[buyer.line_product[line]]
                if product.generation == generation and product.launch <= market.quarter:
                    cost = buyer.line_price[line] * book.cash_share(buyer, line) / 1e6
                    units = book.payable(buyer.line_open[line], cost, money)
                    money = max(0.0, money - units * cost)
                    buyer.budgeted = max(0.0, buyer.budgeted - units * cost * product.there)

    def output(self, market, products, quarter):
        """HAE that the wafers of today would make in a quarter, the newest generation first as far as it has ramped.

        Of every generation the product on order with the most HAE a wafer; what may go to the controlled region alone
        counts only where nothing else is on sale.
        """
        left = self.wafers
        total = 0.0
        for n in range(market.generation_count):
            generation = market.generation_count - 1 - n
            best = 0.0
            ramp = 0.0
            for p in range(market.product_count):
                product = products[p]
                on_order = product.launch <= quarter and market.quarter <= product.last_order
                if (
                    product.generation == generation
                    and on_order
                    and (product.open_market > 0.0 or not market.open_sale)
                ):
                    best = max(best, product.packages * product.hae)
                    ramp = max(ramp, self.ramp(product, quarter))
            limit = min(left, ramp * self.wafers)
            total += limit * best
            left = left - limit
        return total

    def weigh(self, buyer, market):
        """Allocation weight of each name of a buyer, E17: size to an exponent, readiness, and faith in its orders.

        Size is what it has installed or can fund, whichever is more; theory A.8, A.12.
        """
        size = buyer.stock
        if market.hae_price > 0.0:
            size = max(size, buyer.means(1.0) * 1e6 / (market.hae_price * buyer.cash_factor()))
        size = size / buyer.names
        if size <= 0.0:
            return 0.0
        ready = 1.0
        arriving = buyer.machine_mw * (1.0 + buyer.due / max(buyer.stock, buyer.due)) if buyer.due > 0.0 else 0.0
        if arriving > buyer.power_mw:
            ready = max(0.05, buyer.power_mw / arriving)
        ready = ready + buyer.readiness_claim * (1.0 - ready)
        weight = power(size, market.size_exponent) * ready * power(1.0 - buyer.churn, market.churn_exponent)
        weight = weight * (1.0 + market.exclusive_weight * buyer.exclusive)
        if self.past_sales > 0.0:
            weight = weight * (1.0 - self.dispersion * min(1.0, buyer.past_sales / self.past_sales))
        return weight * (1.0 + self.loyalty * buyer.tenure)

    def open_asks(self, buyer, market, product, slot):
        """Set opening and reservation values of the four issues, the supplier's side (theory A.6)."""
        at = slot * ISSUES
        shadow = product.shadow
        tightness = 0.0
        if shadow > product.price:
            tightness = min(1.0, shadow / product.price - 1.0)
        buyer.ask_open[at + PRICE] = product.price * (1.0 + self.ask_markup * tightness)
        buyer.ask_reserve[at + PRICE] = max(product.unit_cost, min(product.price, self.fair_share * shadow))
        buyer.ask_open[at + UNITS] = buyer.slot_units[slot] * min(1.0, buyer.conversion)
        buyer.ask_reserve[at + UNITS] = buyer.slot_units[slot]
        promise = self.promise(buyer, market, product)
        first = float(max(market.quarter + 1, product.launch))
        buyer.ask_open[at + DATE] = promise
        buyer.ask_reserve[at + DATE] = max(first, promise - self.expedite * (promise - first))
        buyer.ask_open[at + PREPAID] = self.prepaid_ask
        buyer.ask_reserve[at + PREPAID] = 0.0

    def promise(self, buyer, market, product):
        """The quarter in which a buyer's order placed now would come, by the supplier's reckoning."""
        wait = math.floor(buyer.own_promise[product.generation] * (1.0 + book.DUST))  # whole but for rounding is whole
        return max(float(market.quarter + 1), market.quarter + 1 + wait)

    def unsold_wafers(self, market, products):
        """Wafers of a usual quarter that no open order waits for."""
        left = (self.share * self.upstream + self.own_capacity) * self.capacity_factor
        for p in range(market.product_count):
            left -= book.unmade(products[p].book, products[p].stock) / products[p].packages
        return max(0.0, left)

    def cost_of_wafer(self, market, products):
        """What the cheapest wafer of units for the next quarter costs to make, in USD: under that it sells none."""
        lowest = 0.0
        for p in range(market.product_count):
            product = products[p]
            if product.launch <= market.quarter + 1 and market.quarter <= product.last_order:
                cost = least_price(product.unit_cost, product.price) * product.packages
                if lowest == 0.0 or cost < lowest:
                    lowest = cost
        return lowest

    def read_demand(self, market, buyers):
        """E20: orders discounted by what became of earlier ones, firm ones in full; what each buyer's word is worth."""
        total = sales = outside = 0.0
        for i in range(market.buyer_count):
            buyer = buyers[i]
            total += buyer.conversion * (buyer.ordered - buyer.ordered_firm) + buyer.ordered_firm
            buyer.past_sales = ordering.smoothed(buyer.past_sales, buyer.delivered, 0.25)
            buyer.tenure = ordering.smoothed(buyer.tenure, 1.0 if buyer.delivered > 0.0 else 0.0, 0.25)
            sales += buyer.past_sales
            outside += buyer.outside_delivered
            closed = buyer.delivered + buyer.cancelled
            if closed > 0.0:
                buyer.conversion = ordering.smoothed(
                    buyer.conversion, buyer.delivered / closed, self.conversion_smoothing
                )
                buyer.churn = ordering.smoothed(buyer.churn, buyer.cancelled / closed, 1.0 / 8.0)
        self.estimate = total
        self.past_sales = sales
        self.outside_pull = outside / (outside + sales) if outside > 0.0 else 0.0

    def start_capacity(self, market):
        """E19: start what planned demand lacks, and ask upstream for more while the book is long.

        In existing shells first, where it comes sooner (E37); the rest takes new ones.
        """
        wafers = self.estimate / market.hae_per_wafer if market.hae_per_wafer > 0.0 else 0.0
        if self.foundry:
            wafers = market.payable_wafers
        growth = 0.0
        before = self.estimates[MEMORY - 1]
        if before > 0.0 and wafers > 0.0:
            growth = max(0.0, min(0.3, math.sqrt(math.sqrt(wafers / before)) - 1.0))
        for i in range(MEMORY - 1):
            self.estimates[MEMORY - 1 - i] = self.estimates[MEMORY - 2 - i]
        self.estimates[0] = wafers
        desired = wafers * (1.0 + self.extrapolation * growth) ** self.capacity_delay
        under_way = 0.0
        for i in range(STAGES):
            under_way += self.stages[i] + self.shell_stages[i]
        installed = self.share * self.upstream + self.own_capacity
        started = pipeline.starts(desired, installed, under_way, self.line_weight, self.adjustment_time)
        soon = min(started, self.shell_limit * installed)
        late = min(started - soon, self.expansion_limit * installed)
        self.own_capacity = self.own_capacity + pipeline.advance(self.shell_stages, soon, self.shell_delay)
        self.own_capacity = self.own_capacity + pipeline.advance(self.stages, late, self.capacity_delay)
        pressure = 0.0
        if market.production > 0.0:
            pressure = min(1.0, market.backlog / market.production)
        unused = 0.0
        if market.wafers_usable > 0.0:
            unused = self.give_back * max(0.0, 1.0 - self.wafers_used / market.wafers_usable)
        goal = self.opening_share + (self.final_share - self.opening_share) * pressure * (1.0 - unused)
        self.share = ordering.smoothed(self.share, goal, self.share_speed)

    def highest_price(self, product):
        """What the list price of a product may rise to this quarter, by the motives that hold it back."""
        highest = math.inf
        if self.fairness:
            highest = product.price + self.rise_limit / 4.0 * product.price
        if self.price_promise:
            highest = product.price
        return max(product.unit_cost, highest)

    def set_price(self, product):
        """E21: the list price follows the shadow price slowly, between a fall and a rise limit per year."""
        step = self.price_adjustment * (product.shadow - product.price)
        if step > 0.0:
            step = step * max(0.0, 1.0 - self.entry_restraint * self.outside_pull)
        floor = -self.fall_limit / 4.0 * product.price
        cap = product.price_ceiling - product.price
        product.at_limit = step < floor or step > cap
        if abs(step) > self.menu_cost * product.price:
            product.price = max(product.unit_cost, product.price + max(floor, min(cap, step)))
