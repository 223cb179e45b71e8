"""What both sides of the talks have in common: weights of the issues, and a way of giving way."""

from __future__ import annotations

from typing import Annotated

from agents.records.actor import Actor
from agents.records.gears import both_gears
from agents.records.roles import Choice, Parameter
from agents.rules.book import DUST
from agents.rules.tactics import TACTICS, concede

PRICE, UNITS, DATE, PREPAID = 0, 1, 2, 3
ISSUES = 4


@both_gears
def settled(opening, reserve):
    """Whether a side has nothing to bargain over: its two values are the same but for rounding."""
    return abs(opening - reserve) <= DUST * max(abs(opening), abs(reserve))


class Bargainer(Actor):
    """One side of a negotiation over price, quantity, date and prepaid share (theory A.6)."""

    tactic: Annotated[int, Choice(tuple(TACTICS), "how it gives way in talks", "polynomial")]
    at_once: Annotated[float, Parameter("1", "kappa of E12: share given up at once", 0.0, 1.0)] = 0.0
    pace: Annotated[float, Parameter("1", "beta of E12: under 1 concedes late", 0.05, 20.0)] = 1.0
    patience: Annotated[
        float, Parameter("1/week", "discount factor from one offer to the next (Rubinstein 1982)", 0.0, 0.9999)
    ] = 0.95
    price_weight: Annotated[float, Parameter("1", "weight of the price in its utility", 0.0, 1.0)] = 0.5
    units_weight: Annotated[float, Parameter("1", "weight of the quantity", 0.0, 1.0)] = 0.2
    date_weight: Annotated[float, Parameter("1", "weight of the date", 0.0, 1.0)] = 0.2
    prepaid_weight: Annotated[float, Parameter("1", "weight of the prepaid share", 0.0, 1.0)] = 0.1

    def concession(self, week, deadline, own, given):
        """Share of the way to its reservation values that it has given up by that week (E12).

        ``own`` is the share it gave up in its last offer, ``given`` what the other side's last offer gained it.
        """
        return concede(self.tactic, week, deadline, self.pace, self.at_once, own, given)

    def score_weight(self, issue):
        """Weight of an issue in its utility."""
        if issue == PRICE:
            return self.price_weight
        if issue == UNITS:
            return self.units_weight
        if issue == DATE:
            return self.date_weight
        return self.prepaid_weight
