"""What a buyer makes of a quarter: expectations, orders moved and left (theory A.3, A.4)."""

from __future__ import annotations

from agents.buying.valuer import Valuer
from agents.records.roles import NEVER
from agents.rules import book, demand, ordering


class Reviser(Valuer):
    """Expects a wait, moves and leaves orders as what it wants and what it waits for change."""

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
