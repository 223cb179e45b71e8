"""What a buyer makes of a quarter: expectations, orders moved and left (theory A.3, A.4)."""

from __future__ import annotations

import math

from agents.buying.orders import ANCHORED
from agents.buying.valuer import Valuer
from agents.records.roles import LINES, NEVER
from agents.rules import book, demand, ordering

SMALLEST = 0.02
"""Share of its orders under which a buyer does not ask for a generation."""


class Reviser(Valuer):
    """Expects a wait, moves and leaves orders as what it wants and what it waits for change."""

    # --- expectations -------------------------------------------------------------------------------------

    def expect(self, market):
        """E9: lead time per generation from its own quote and last wait; fill rate from what it wanted (E35)."""
        if self.delivered > 0.0:
            self.own_wait = max(0.0, self.wait_delivered / self.delivered - 1.0)
        for g in range(market.generation_count):
            seen = self.own_quote[g]
            if self.delivered > 0.0:
                seen = seen + self.own_lead_weight * (self.own_wait - seen)
            self.lead_expected[g] = ordering.smoothed(self.lead_expected[g], seen, self.lead_smoothing)
        wanted = min(self.wanted, self.backlog_before)  # what it had not asked for could not come
        if wanted > 0.0:
            fill = min(1.0, self.delivered / wanted)
            self.fill_expected = ordering.smoothed(self.fill_expected, fill, self.fill_smoothing)

    # --- orders left and moved ----------------------------------------------------------------------------

    def cancel(self, market, products):
        """E10: youngest soft lines first, while more is owned and ordered than wanted or can be paid for.

        A line goes if leaving gains more than the fee, the lost deposit and the harm to its name: everything, where it
        cannot be paid for, else what the last machine is worth less than it costs.
        Cohen, Ho, Ren & Terwiesch 2003; Armony & Plambeck 2005.
        """
        total = self.stock + self.outside_open
        lead = 0.0
        for i in range(self.lines):
            product = products[self.line_product[i]]
            total += self.line_open[i] * product.hae
            if self.line_open[i] > 0.0:
                lead = max(lead, self.lead_expected[product.generation])
        allowed = 1.0 + self.cancel_tolerance
        unpaid = self.committed(NEVER) - allowed * self.means(lead + 1.0 + self.booking_horizon)
        for n in range(self.lines):
            i = self.lines - 1 - n
            if not self.may_leave(market, i):
                continue
            product = products[self.line_product[i]]
            price = self.line_price[i]
            unneeded = max(0.0, total - allowed * self.target) / product.hae
            unpayable = 0.0
            if price > 0.0:  # what is free can be paid
                unpayable = max(0.0, unpaid) * 1e6 / (price * self.cash_factor())
            if unpaid > 0.0:
                gain = 1.0
            elif unneeded > 0.0 and self.counts(market, product):
                gain = 1.0 - demand.power(self.target / total, 1.0 / self.elasticity)
            else:
                continue
            cut = max(unneeded, unpayable)
            fee = self.leaving_fee(market, i)
            if fee * price > 0.0:
                cut = min(cut, self.purse() * 1e6 / (fee * price))
            if cut > book.DUST * self.line_open[i] and gain > fee + self.line_prepaid[i] + self.reputation_cost:
                units = book.strike(self, i, min(cut, self.line_open[i]))
                total -= units * product.hae
                unpaid -= units * price * self.cash_factor() / 1e6
                self.cancelled = self.cancelled + units * product.hae
                market.note_cancellation(self.line_placed[i], units * product.hae)
                deposit = units * price * self.line_prepaid[i] / 1e6
                self.settle(deposit, deposit + fee * units * price / 1e6)

    def may_leave(self, market, line):
        """Whether a line is open, soft, and not placed just now."""
        soft = self.line_prepaid[line] < self.firm_share
        return self.line_open[line] > 0.0 and soft and self.line_placed[line] != market.quarter

    def counts(self, market, product):
        """Whether orders of a product are held against the target; bookings of ``anchored`` come on top."""
        return market.ordering != ANCHORED or product.launch <= market.quarter + 1

    def leaving_fee(self, market, line):
        """Share of the price that leaving a line costs; one that should have come by now costs nothing (E10b)."""
        left = float(self.line_promised[line] - market.quarter)
        if left <= 0.0:
            return 0.0
        return ordering.cancellation_fee(left, market.fee_full, market.fee_at_two, market.fee_free)

    def convert(self, market, products):
        """Move open lines to a newer, cheaper generation, as many as the contracts let (theory A.9, E36).

        The oldest lines first, up to ``conversion_rate`` of what is open, the last of them in part; they keep their
        place in time, their compute and their deposit, and get dearer by ``conversion_charge``, which is paid on
        delivery: those whose orders are late for want of money could not pay it now.
        """
        quota = 0.0
        for i in range(self.lines):
            quota += market.conversion_rate * self.line_open[i] * products[self.line_product[i]].hae
        for i in range(self.lines):
            old = products[self.line_product[i]]
            hae = self.line_open[i] * old.hae
            moved = min(hae, quota)
            if moved <= book.DUST * hae:
                continue
            factor = 1.0 + market.conversion_charge
            best = self.newer(market, products, old.generation, self.line_price[i] / (old.hae * factor))
            if best < 0:
                continue
            line = i
            if moved < hae * (1.0 - book.DUST):
                if self.lines >= LINES:  # no room to part it
                    continue
                line = book.divide(self, i, moved / old.hae)
            new = products[best]
            price = factor * new.price
            value = moved / new.hae * price
            deposit = self.line_open[line] * self.line_price[line] * self.line_prepaid[line]
            kept = min(deposit, value)
            book.exchange(self, line, best, old.hae / new.hae, price, kept / value)
            self.line_promised[line] = max(self.line_promised[line], market.quarter + 1, new.launch)
            self.settle((deposit - kept) / 1e6, 0.0)
            quota = max(0.0, quota - moved)

    def newer(self, market, products, generation, price):
        """The cheapest product of a newer generation that is on order at less than ``price`` per HAE; -1 if none."""
        best = -1
        for p in range(market.product_count):
            product = products[p]
            if (
                self.may_buy(product)
                and product.generation > generation
                and product.announced <= market.quarter <= product.last_order
                and product.price / product.hae < price
            ):
                best = p
                price = product.price / product.hae
        return best

    # --- generations compared -----------------------------------------------------------------------------

    def pick(self, market, products):
        """The product to have now: lowest list price per HAE and value forgone while waiting; -1 if none."""
        missed = self.marginal_value(market.hae_price)
        best = -1
        lowest = 0.0
        for p in range(market.product_count):
            product = products[p]
            if self.may_buy(product) and product.launch <= market.quarter + 1 and market.quarter <= product.last_order:
                wait = max(self.lead_expected[product.generation], product.quoted_lead)
                cost = product.price / product.hae / demand.delay_factor(self.urgency, wait) + missed * wait
                if best < 0 or cost < lowest:
                    best = p
                    lowest = cost
        return best

    def choose(self, market, products):
        """E28: of every generation on order its best product, the wait for it, and its share of what is ordered now.

        A rival counts as far as it comes by the date that an order of this generation is for, so shares of different
        dates do not add up to one. Those under SMALLEST are none. Returns how many generations have a share.
        """
        missed = self.marginal_value(market.hae_price)
        lowest = math.inf
        for g in range(market.generation_count):
            self.chosen[g] = -1
            self.odds[g] = self.split[g] = 0.0
            cheapest = math.inf
            for p in range(market.product_count):
                product = products[p]
                on_order = product.announced <= market.quarter <= product.last_order
                if product.generation == g and on_order and self.may_buy(product):
                    to_launch = float(max(0, product.launch - market.quarter - 1))
                    price = product.price / product.hae
                    if price + missed * to_launch < cheapest:
                        cheapest = price + missed * to_launch
                        self.chosen[g] = p
                        self.odds[g] = price
                        self.wait[g] = max(self.lead_expected[g], to_launch)
            if self.chosen[g] >= 0:
                lowest = min(lowest, self.odds[g])
        for g in range(market.generation_count):
            if self.chosen[g] >= 0:
                self.odds[g] = ordering.taste(self.odds[g], lowest, self.choice_scale)
        count = 0
        for g in range(market.generation_count):
            if self.chosen[g] >= 0:
                rivals = 0.0
                for other in range(market.generation_count):
                    if other != g:
                        there = max(0.0, min(1.0, 1.0 - (self.wait[other] - self.wait[g])))
                        rivals += there * self.odds[other]
                if self.odds[g] >= SMALLEST * (self.odds[g] + rivals):
                    self.split[g] = self.odds[g] / (self.odds[g] + rivals)
                    count += 1
        return count
