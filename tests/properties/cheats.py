"""Buyers that break a conservation law, each its own."""

import math

from agents.buyer import Buyer
from agents.rules import book


class Counterfeiter(Buyer):
    """Owns machines that nobody delivered."""

    def deploy(self, market, products):
        self.owned[0] = self.owned[0] + 10.0
        self.count_stock(market, products)
        self.deployed = self.stock


class DoubleCounter(Buyer):
    """Says it ordered twice what it ordered."""

    def order(self, market, product, units, price, promised, prepaid):
        book.join(self, product.index, units, price, market.quarter, promised, prepaid)
        self.ordered = self.ordered + 2.0 * units * product.hae


class Forgetter(Buyer):
    """Loses open orders."""

    def cancel(self, market, products):
        for i in range(self.lines):
            self.line_open[i] = 0.5 * self.line_open[i]


class Embezzler(Buyer):
    """Pays half of what it says it pays."""

    def pay(self, amount):
        self.cash = self.cash - 0.5 * amount
        self.spending = self.spending + amount


class Overdrawer(Buyer):
    """Spends without money or credit."""

    def purse(self):
        return 1e9

    def means(self, quarters):
        return 1e9


class FreeRider(Buyer):
    """Takes delivery and keeps quiet about the price."""

    def pay(self, amount):
        self.cash = self.cash - 0.5 * amount
        self.spending = self.spending + 0.5 * amount


class Braggart(Buyer):
    """Runs machines that it does not own."""

    def deploy(self, market, products):
        self.count_stock(market, products)
        self.deployed = 2.0 * self.stock


class Overloader(Buyer):
    """Runs what it owns whether there is power or not."""

    def deploy(self, market, products):
        self.count_stock(market, products)
        self.deployed = self.stock


class Dreamer(Buyer):
    """Has more money than there are numbers."""

    def budget(self):
        return math.inf


class Smuggler(Buyer):
    """Takes what others sell, machines of outside options among it, and never pays."""

    def pay_others(self, amount):
        pass


class Defaulter(Buyer):
    """Forgets what the supplier has lent it."""

    def repay(self):
        self.vendor_debt = 0.0


class Hamster(Buyer):
    """Hides machines of outside options from the count of what came."""

    def deploy(self, market, products):
        self.outside_delivered = 0.0
        self.count_stock(market, products)
        self.deployed = self.stock


class Faker(Buyer):
    """Moves its orders to a newer product and makes more of them on the way."""

    def convert(self, market, products):
        for i in range(self.lines):
            book.exchange(self, i, 1, 2.0, products[1].list_price, 0.0)
