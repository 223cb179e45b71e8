"""The beer game (theory B39, B40; Sterman 1989) with the ordering rule of buyers."""

import numpy as np
import pytest

from agents.rules.ordering import anchored, smoothed

WEEKS, FREE_FROM = 36, 5
CHAIN = range(4)
"""Retailer, wholesaler, distributor, factory."""


class Echelon:
    """A stock of 12 in a chain at rest at 4 a week; goods travel two weeks, order slips lie a week in the post."""

    def __init__(self, target):
        self.target = target
        self.stock, self.owed, self.expected, self.cost = 12.0, 0.0, 4.0, 0.0
        self.asked = 4.0
        self.coming = [4.0, 4.0]
        self.slip = self.ordered = 4.0
        self.orders = []

    def serve(self, asked):
        """What can be sent of this week's demand and of what is still owed."""
        self.asked = asked
        due = self.owed + asked
        sent = min(self.stock, due)
        self.stock, self.owed = self.stock - sent, due - sent
        self.cost += 0.5 * self.stock + 1.0 * self.owed
        return sent

    def order(self, week, open_orders, smoothing, adjustment, line_weight):
        """Order the expected demand and what stock and supply line lack; 4 as long as the hand is not free."""
        self.expected = smoothed(self.expected, self.asked, smoothing)
        gap = self.target - (self.stock - self.owed)
        self.ordered = 4.0
        if week >= FREE_FROM:
            self.ordered = anchored(self.expected, gap, -open_orders, adjustment, line_weight)
        self.orders.append(self.ordered)


def play(targets, smoothing, adjustment, line_weight):
    """The four echelons after 36 weeks: receive, fill orders, pass slips on, order."""
    chain = [Echelon(float(target)) for target in targets]
    factory = chain[-1]
    for week in range(1, WEEKS + 1):
        for each in chain:
            each.stock += each.coming.pop(0)
        asked = [8.0 if week >= FREE_FROM else 4.0] + [each.slip for each in chain[:-1]]
        sent = [each.serve(units) for each, units in zip(chain, asked, strict=True)]
        for i in CHAIN[:-1]:
            chain[i].coming.append(sent[i + 1])
            chain[i].slip = chain[i].ordered
        factory.coming.append(factory.ordered)  # its slip goes to its own production
        lines = [each.coming[0] + each.coming[1] for each in chain]
        for i in CHAIN[:-1]:
            lines[i] += chain[i].slip + chain[i + 1].owed
        for i in CHAIN:
            chain[i].order(week, lines[i], smoothing, adjustment, line_weight)
    return chain


def team_cost(targets, *habits):
    return sum(each.cost for each in play(targets, *habits))


BEST = (28, 28, 28, 20)


def test_b39_the_benchmark():
    assert [each.cost for each in play(BEST, 0.0, 1.0, 1.0)] == pytest.approx([46.0, 50.0, 54.0, 54.0], abs=1e-9)


@pytest.mark.parametrize("place", CHAIN)
@pytest.mark.parametrize("change", [-1, 1])
def test_b39_no_neighbouring_target_is_better(place, change):
    targets = list(BEST)
    targets[place] += change
    assert team_cost(targets, 0.0, 1.0, 1.0) > 204.0


@pytest.fixture(scope="module")
def players():
    """Four echelons with the mean habits of the players."""
    return play([17] * 4, 0.36, 0.26, 0.34)


def test_b40_costs_of_the_players(players):
    costs = [each.cost for each in players]
    assert costs == pytest.approx([280.2680060385, 627.4080233246, 885.6266848641, 686.1749141934], abs=1e-4)
    assert sum(costs) == pytest.approx(2479.4776284206, abs=1e-4)


def test_b40_orders_swing_more_the_farther_from_the_customer(players):
    peaks = [max(each.orders) for each in players]
    assert peaks == pytest.approx([10.9922226513, 16.4784437420, 25.1183815270, 30.7911672000], abs=1e-4)
    assert np.var(players[-1].orders) / np.var(players[0].orders) == pytest.approx(15.2941617149, abs=1e-4)


def test_b40_counting_the_supply_line_in_full_costs_less():
    """The players' habits otherwise; the targets then hold a full supply line too."""
    assert team_cost(BEST, 0.36, 0.26, 1.0) == pytest.approx(707.5, abs=0.05)
