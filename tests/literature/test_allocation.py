"""Worked cases of dividing a short supply (theory B01 to B07), through the market's own rules."""

import pytest

from market.mechanisms import allocation

EQUAL = [1.0, 1.0, 1.0]

CASES = {
    "B01": (allocation.proportional, (100, 50, 30), 120, EQUAL, (200 / 3, 100 / 3, 20)),
    "B02": (allocation.linear, (100, 50, 30), 120, EQUAL, (80, 30, 10)),
    "B03": (allocation.linear, (100, 50, 10), 90, EQUAL, (70, 20, 0)),
    "B04": (allocation.uniform, (100, 50, 30), 120, EQUAL, (45, 45, 30)),
    "B05": (allocation.uniform, (100, 50, 10), 90, EQUAL, (40, 40, 10)),
    "B06 ranking 3, 1, 2": (allocation.lexicographic, (100, 50, 30), 120, [2.0, 1.0, 3.0], (90, 0, 30)),
    "B07 weights 1, 2, 1": (allocation.weighted_uniform, (100, 50, 30), 120, [1.0, 2.0, 1.0], (40, 50, 30)),
    "B07 past sales": (allocation.weighted_uniform, (50, 60, 40), 100, [60.0, 30.0, 10.0], (50, 37.5, 12.5)),
}


@pytest.mark.parametrize(("rule", "orders", "capacity", "weights", "expected"), CASES.values(), ids=CASES)
def test_division(rule, orders, capacity, weights, expected):
    given = rule([float(order) for order in orders], float(capacity), weights)
    assert given == pytest.approx(expected, abs=1e-9)
