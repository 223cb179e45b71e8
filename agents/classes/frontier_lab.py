"""The frontier lab: lumpy funding, high urgency, sites built fast; it must match the largest rival."""

from __future__ import annotations

import math
from typing import Annotated

from agents.buyer import Buyer
from agents.records.roles import NEVER, Draw, Parameter, Path
from agents.rules import book


class FrontierLab(Buyer):
    """Lives on funding rounds and on credit against its own machines; orders a cluster as one project."""

    urgency: Annotated[float, Parameter("1/quarter", "rho: rate at which a later unit is worth less", 0.0, 2.0)] = 0.15
    funding: Annotated[float, Path("million USD", "funding rounds known to close in the quarter")] = 0.0
    round_chance: Annotated[float, Path("1", "chance of a further round in the quarter", 0.0, 1.0)] = 0.0
    round_size: Annotated[float, Parameter("million USD", "median of a further round")] = 6000.0
    round_spread: Annotated[float, Parameter("1", "standard deviation of the log of its size", 0.0, 3.0)] = 0.5
    loan_to_value: Annotated[float, Parameter("1", "credit over the value of its machines", 0.0, 0.95)] = 0.30

    round_draw: Annotated[float, Draw("uniform", "whether a further round closes")] = 0.0
    size_draw: Annotated[float, Draw("normal", "how large it is")] = 0.0

    def receive_money(self, market):
        """E23: rounds arrive known or by chance (lognormal size) and are kept; machines carry credit."""
        self.earn(self.income + self.funding)
        if self.round_draw < self.round_chance:
            self.earn(self.round_size * math.exp(self.round_spread * self.size_draw))
        self.credit = self.loan_to_value * self.stock * market.hae_price / 1e6

    def invests(self):
        """Nothing that could be called a plan: rounds are lumps."""
        return 0.0

    def overdraft(self):
        """None: its cash is one pool."""
        return 0.0

    def means(self, quarters):
        """Cash and credit now, and steady income until then; rounds are not counted before they close."""
        return self.purse() + self.income * quarters

    def committed(self, by):
        """Million USD that all its open lines will take; its cash is one pool."""
        return book.cost_to_come(self, NEVER)
