"""The neocloud: it rents compute out and borrows against its contracts."""

from __future__ import annotations

from typing import Annotated

from agents.buyer import Buyer
from agents.records.roles import NEVER, Parameter
from agents.rules import book

HOURS = 2190.0
"""Hours in a quarter."""


class Neocloud(Buyer):
    """Cash comes from rents; debt is limited by a multiple of the contracted revenue of a year."""

    contract_rent: Annotated[float, Parameter("USD/hour", "rent per HAE in its contracts")] = 2.5
    utilisation: Annotated[float, Parameter("1", "share of hours let", 0.0, 1.0)] = 0.70
    margin: Annotated[float, Parameter("1", "share of rent left for growth", 0.0, 1.0)] = 0.60
    debt_multiple: Annotated[float, Parameter("years", "debt over a year's contracted revenue")] = 2.0

    def receive_money(self, market):
        """E23: rents and income are kept; contracted revenue carries debt."""
        revenue = self.invests()
        self.earn(self.income + self.margin * revenue)
        self.credit = self.debt_multiple * 4.0 * revenue

    def invests(self):
        """The contracted revenue of a quarter, in million USD: its debt follows it."""
        return self.deployed * self.contract_rent * HOURS * self.utilisation / 1e6

    def overdraft(self):
        """None: its cash is one pool."""
        return 0.0

    def means(self, quarters):
        """Cash and credit now, and the rents that come in until then."""
        return self.purse() + (self.income + self.margin * self.invests()) * quarters

    def committed(self, by):
        """Million USD that all its open lines will take; its cash is one pool."""
        return book.cost_to_come(self, NEVER)
