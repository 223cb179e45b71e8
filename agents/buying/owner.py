"""What a buyer has: account, machines, order book, deliveries, power (theory A.2, E23)."""

from __future__ import annotations

from agents.buying.state import POWER_QUARTERS, BuyerState
from agents.records.roles import LEADS
from agents.rules import book, pipeline


class Owner(BuyerState):
    """Takes in money and machines, keeps its book, and runs what it can; the rules stand in the order of a quarter."""

    # --- before the first quarter --------------------------------------------------------------------------

    def open_account(self, market, products):
        """Stock, cash, power, expectations, and the orders still open."""
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
            self.own_quote[g] = self.own_promise[g] = market.opening_lead
        self.conversion = self.fill_expected = self.exclusive = 1.0
        self.past_sales = self.opening_flow * self.opening_stock
        units = self.opening_book * self.opening_flow * self.owned[self.opening_product]
        if units > 0.0:
            book.join(self, self.opening_product, units, product.price, -1, 0, 0.0)

    # --- the quarter begins --------------------------------------------------------------------------------

    def begin(self, market, products):
        """Clear last quarter's measures, take in money, let machines retire and power arrive."""
        book.tidy(self)
        self.ordered_before = self.ordered
        self.needed = self.submitted = self.ordered = self.ordered_firm = self.cancelled = 0.0
        self.delivered = self.units_delivered = self.value_delivered = self.wait_delivered = 0.0
        self.due = self.promised = self.promised_delivered = 0.0
        self.spending = self.other_spending = self.inflow = self.fees = 0.0
        self.handed_over = self.taken_over = self.bills = 0.0
        self.cash_before = self.cash
        self.deposits_before = self.deposits
        self.vendor_debt_before = self.vendor_debt
        self.receive_money(market)
        self.repay()
        for p in range(market.offer_count):
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

    def receive_money(self, market):
        """A budget for the quarter; what was left of the last one lapses, what was drawn in advance is taken off."""
        self.earn(self.budget() - max(0.0, self.cash))

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
        for p in range(market.offer_count):
            stock += self.owned[p] * products[p].hae
            kilowatts += self.owned[p] * products[p].power_kw
        self.stock = stock
        self.machine_mw = kilowatts * self.overhead / 1000.0

    def passes_on(self):
        """HAE of this quarter's deliveries that its owner gives to another buyer, and to whom: none."""
        return 0.0, -1

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

    # --- money ---------------------------------------------------------------------------------------------

    def committed(self, by):
        """Million USD that lines promised by a quarter will take on delivery; later ones have later budgets."""
        return book.cost_to_come(self, by)

    def overdraft(self):
        """Million USD of the next quarter's money that deposits may draw on (E31)."""
        return self.advance * self.budget()

    def purse(self):
        """Million USD it can pay out now; the credit limit is the floor of its cash.

        What rounding has left of the quarter's money is none.
        """
        money = self.cash + self.credit
        moved = self.credit + abs(self.inflow) + abs(self.spending) + abs(self.other_spending)
        return money if money > book.DUST * moved else 0.0

    def means(self, quarters):
        """Million USD it can count on for deliveries over so many quarters from now."""
        return self.budget() * quarters

    def cash_factor(self):
        """Cash it needs for a machine, all in, over the machine's price: less what the supplier lends it."""
        return self.cost_factor - self.vendor_finance

    def pay(self, amount):
        """Pay ``amount`` million USD to the supplier (a refund, if negative)."""
        self.cash = self.cash - amount
        self.spending = self.spending + amount

    def pay_others(self, amount):
        """Pay ``amount`` million USD to others: for servers and sites, for machines of another maker."""
        self.cash = self.cash - amount
        self.other_spending = self.other_spending + amount

    def settle_with_others(self, bill):
        """Take a bill of others, in million USD, and pay it (the other way round, if negative)."""
        self.bills = self.bills + bill
        self.pay_others(bill)

    def repay(self):
        """Pay back the quarter's part of what the supplier has lent, as far as there is money."""
        if self.vendor_debt > 0.0:
            part = min(self.vendor_debt / self.finance_quarters, self.purse())
            self.vendor_debt = self.vendor_debt - part
            self.pay(part)

    # --- the book ------------------------------------------------------------------------------------------

    def count_orders(self, market, products):
        """Open orders by generation, in HAE."""
        for g in range(market.generation_count):
            self.on_order[g] = 0.0
        for i in range(self.lines):
            product = products[self.line_product[i]]
            g = product.generation
            self.on_order[g] = self.on_order[g] + self.line_open[i] * product.hae

    def coming_by(self, market, products, quarter):
        """HAE on order of any generation that is promised by a quarter."""
        total = 0.0
        for i in range(self.lines):
            if self.line_promised[i] <= quarter:
                total += self.line_open[i] * products[self.line_product[i]].hae
        return total

    def waiting_for(self, market, products):
        """HAE on order of products that are made already: the supply line of E6."""
        total = 0.0
        for i in range(self.lines):
            product = products[self.line_product[i]]
            if product.launch <= market.quarter + 1:
                total += self.line_open[i] * product.hae
        return total + self.outside_open

    def enter(self, market, product, units, price, promised, prepaid):
        """One line of the book, as large as its deposit can be paid, from the next quarter's money too (E31)."""
        in_advance = max(0.0, self.overdraft() + min(0.0, self.cash))
        units = book.payable(units, price * prepaid / 1e6, self.purse() + in_advance)
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

    def order(self, market, product, units, price, promised, prepaid):
        """Put an order into the book and pay its deposit; a part is reserved, that is, made firm by its deposit."""
        prepaid = max(prepaid, market.deposit)
        firm = self.reserves * units
        if firm > 0.0:
            self.enter(market, product, firm, price, promised, max(prepaid, self.firm_share))
        if units > firm:
            self.enter(market, product, units - firm, price, promised, prepaid)

    # --- deliveries ----------------------------------------------------------------------------------------

    def take_outside(self, market, products):
        """Receive what was ordered from outside options, and pay for it unless that was done on ordering.

        What it cannot pay for goes back: an outside option is no agent and waits for nobody.
        """
        self.outside_delivered = 0.0
        for k in range(market.offer_count - market.product_count):
            option = products[market.product_count + k]
            hae = self.outside_coming[k * LEADS]
            for i in range(LEADS - 1):
                self.outside_coming[k * LEADS + i] = self.outside_coming[k * LEADS + i + 1]
            self.outside_coming[k * LEADS + LEADS - 1] = 0.0
            if hae > 0.0:
                self.outside_open = max(0.0, self.outside_open - hae)
                price = option.price / option.hae * self.cost_factor
                if option.commitment == 0:
                    hae = book.payable(hae, price / 1e6, self.purse())
                    self.settle_with_others(hae * price / 1e6)
                units = hae / option.hae
                self.owned[option.index] = self.owned[option.index] + units
                self.stock = self.stock + hae
                self.outside_delivered = self.outside_delivered + hae
                option.shipped = option.shipped + units
        if self.stock > 0.0:
            others = 0.0
            for p in range(market.product_count, market.offer_count):
                others += self.owned[p] * products[p].hae
            self.exclusive = 1.0 - others / self.stock

    def take(self, market, product, line, units):
        """Receive and pay for ``units`` of a line, and what it costs to make them run."""
        units = book.fill(self, line, units)
        price = self.line_price[line]
        prepaid = self.line_prepaid[line]
        hae = units * product.hae
        wait = market.quarter - self.line_placed[line]
        due = units * price * (1.0 - prepaid) / 1e6
        lent = self.vendor_finance * due
        self.vendor_debt = self.vendor_debt + lent
        self.pay(due - lent)
        self.deposits = self.deposits - units * price * prepaid / 1e6
        self.settle_with_others(units * price * (self.cost_factor - 1.0) / 1e6)
        self.owned[product.index] = self.owned[product.index] + units
        self.stock = self.stock + hae
        self.delivered = self.delivered + hae
        self.units_delivered = self.units_delivered + units
        self.value_delivered = self.value_delivered + units * price / 1e6
        self.wait_delivered = self.wait_delivered + hae * wait
        market.note_delivery(self.line_placed[line], hae)
        if self.line_promised[line] == market.quarter:
            self.promised_delivered = self.promised_delivered + hae
        return units

    # --- power and space -----------------------------------------------------------------------------------

    def deploy(self, market, products):
        """Run what power and space allow; the rest is idle: paid for, ageing, of no use until powered."""
        self.count_stock(market, products)
        share = 1.0
        if self.machine_mw > self.power_mw:
            share = self.power_mw / self.machine_mw
        self.deployed = min(share * self.stock, self.space)
        self.idle = self.stock - self.deployed

    def room(self, product, quarters):
        """HAE of a product that power and space will take within so many quarters, beside what is owned (E5)."""
        megawatts = self.power_mw - self.machine_mw
        for i in range(POWER_QUARTERS + 1):
            if i < quarters:
                megawatts += self.power_coming[i]
        by_power = max(0.0, megawatts) * 1000.0 / (product.power_kw * self.overhead) * product.hae
        return min(by_power, max(0.0, self.space - self.stock))
