"""Worked cases of ordering with a supply line (theory B38; Levin & May 1976; Sterman 1989)."""

import cmath
import math

import numpy as np
import pytest

from agents.rules.ordering import anchored

DEMAND, TARGET = 64.0, 1024.0


def step(state, adjustment, line_weight):
    """Stock and the orders under way (the oldest first), one period on; an order of now arrives after them all."""
    stock, *line = state
    open_orders = 0.0
    for order in line:
        open_orders += order
    wanted_line = DEMAND * len(line)
    line.append(anchored(DEMAND, TARGET - stock, wanted_line - open_orders, adjustment, line_weight))
    return [stock - DEMAND + line[0], *line[1:]]


def leading_root(periods, adjustment, line_weight=0.0):
    """The largest eigenvalue of ordering with ``periods`` + 1 periods to delivery, around the state of rest."""
    rest = [TARGET] + [DEMAND] * periods
    assert step(rest, adjustment, line_weight) == rest
    columns = []
    for i in range(len(rest)):
        moved = list(rest)
        moved[i] += 1.0  # orders stay positive, so the rule is linear and the quotient exact
        columns.append(np.subtract(step(moved, adjustment, line_weight), rest))
    roots = np.linalg.eigvals(np.array(columns).T)
    return max(roots, key=lambda root: (abs(root), root.imag))


def cycle(root):
    return 2.0 * math.pi / abs(cmath.phase(root))


def largest_stable_adjustment(periods):
    stable, unstable = 0.01, 3.0
    for _ in range(60):
        middle = 0.5 * (stable + unstable)
        if abs(leading_root(periods, middle)) < 1.0:
            stable = middle
        else:
            unstable = middle
    return stable


LIMITS = [2.0, 1.0, 0.6180339887, 0.4450418679, 0.3472963553]


@pytest.mark.parametrize(("periods", "limit"), [*enumerate(LIMITS)])
def test_b38_largest_stable_adjustment_when_open_orders_are_ignored(periods, limit):
    assert largest_stable_adjustment(periods) == pytest.approx(limit, abs=1e-5)
    assert limit == pytest.approx(2.0 * math.cos(periods * math.pi / (2 * periods + 1)), abs=1e-9)


@pytest.mark.parametrize(("periods", "length"), [(1, 6.0), (2, 10.0), (3, 14.0), (4, 18.0)])
def test_b38_cycle_at_the_border(periods, length):
    assert cycle(leading_root(periods, LIMITS[periods])) == pytest.approx(length, abs=1e-5)


@pytest.mark.parametrize("periods", [1, 2, 3, 4])
def test_b38_a_fully_counted_supply_line_never_cycles(periods):
    assert leading_root(periods, 0.5, 1.0) == pytest.approx(0.5, abs=1e-5)


def test_b38_the_players_of_the_beer_game():
    root = leading_root(3, 0.26, 0.34)
    assert abs(root) == pytest.approx(0.8098600206, abs=1e-5)
    assert cycle(root) == pytest.approx(17.5124886905, abs=1e-5)
    assert root**4 - (1.0 - 0.26 * 0.34) * root**3 + 0.26 * (1.0 - 0.34) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(("adjustment", "grows"), [(0.44, False), (0.45, True)])
def test_b38_the_iterated_rule_agrees(adjustment, grows):
    """Stocks swing less and less, or ever more, on either side of the limit for k = 3, 0.44504."""
    state = [TARGET + 1.0] + [DEMAND] * 3
    swings = []
    for _ in range(420):
        state = step(state, adjustment, 0.0)
        swings.append(abs(state[0] - TARGET))
    assert (max(swings[-20:]) > max(swings[:20])) == grows
