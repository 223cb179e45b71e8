"""Strategies of order inflation, at points worked by hand and on random ones, in both gears."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit

from agents.rules import gaming
from agents.rules.ordering import inflation, proportional_reply
from tests.properties import many

inflate = gaming.inflate


@njit
def compiled(which, need, fill, exponent, cap, others, capacity, margin, cost):
    return inflate(which, need, fill, exponent, cap, others, capacity, margin, cost)


AMOUNTS = st.one_of(st.just(0.0), st.floats(1e-3, 1e6))
SHARES = st.one_of(st.sampled_from([0.0, 0.5, 1.0]), st.floats(0.0, 1.2))
SITUATIONS = st.tuples(
    AMOUNTS,  # need
    SHARES,  # fill
    st.floats(0.0, 3.0),  # exponent
    st.floats(1.0, 20.0),  # cap
    AMOUNTS,  # others
    AMOUNTS,  # capacity
    st.one_of(st.just(0.0), st.floats(-1.0, 5.0)),  # margin
    SHARES,  # cost
)


@many
@given(SITUATIONS)
def test_the_factor_is_from_one_to_the_cap_and_the_same_in_both_gears(situation):
    for number, strategy in enumerate(gaming.STRATEGIES.values()):
        factor = strategy(*situation)
        assert 1.0 <= factor <= situation[3]
        assert inflate(number, *situation) == factor == compiled(number, *situation)


@many
@given(SITUATIONS)
def test_adaptive_with_free_phantoms_is_e7(situation):
    need, fill, exponent, cap, others, capacity, margin, _ = situation
    assert gaming.adaptive(need, fill, exponent, cap, others, capacity, margin, 0.0) == inflation(fill, exponent, cap)


@many
@given(SITUATIONS, SHARES)
def test_nobody_inflates_more_where_phantoms_cost_more(situation, more):
    """P26; some strategies do not look at the cost."""
    *before, cost = situation
    for strategy in gaming.STRATEGIES.values():
        assert strategy(*before, cost + more) <= strategy(*before, cost) * (1.0 + 1e-9)


def factor(strategy, **change):
    """In a shortage: 100 needed beside orders of 300 for 200 units, phantoms free."""
    at = {"need": 100.0, "fill": 0.5, "exponent": 1.0, "cap": 10.0, "others": 300.0, "capacity": 200.0, "margin": 0.5}
    return strategy(**(at | {"cost": 0.0} | change))


@pytest.mark.parametrize(
    ("strategy", "change", "expected"),
    [
        (gaming.honest, {}, 1.0),
        (gaming.fixed, {}, 10.0),
        (gaming.fixed, {"fill": 1.0}, 1.0),
        (gaming.adaptive, {}, 2.0),
        (gaming.adaptive, {"cost": 0.25}, math.sqrt(2.0)),
        (gaming.adaptive, {"cost": 0.5}, 1.0),
        (gaming.adaptive, {"cost": 0.1, "margin": 0.0}, 1.0),
        (gaming.best_reply, {}, 3.0),  # 300 of 600 get half of 200
        (gaming.best_reply, {"others": 100.0}, 1.0),
        (gaming.best_reply, {"others": 0.0, "capacity": 50.0}, 1.0),
        (gaming.best_reply, {"capacity": 100.0}, 10.0),
        (gaming.best_reply, {"capacity": 0.0}, 10.0),
        (gaming.best_reply, {"capacity": 0.0, "cost": 0.1}, 1.0),
        (gaming.best_reply, {"cap": 2.0}, 2.0),
        (gaming.best_reply, {"margin": -0.1}, 1.0),
        (gaming.best_reply, {"need": 0.0}, 1.0),
        (gaming.best_reply, {"cost": 5.0}, 1.0),
    ],
)
def test_by_hand(strategy, change, expected):
    assert factor(strategy, **change) == pytest.approx(expected, rel=1e-12)


def test_what_is_free_and_never_enough_has_no_bound():
    assert proportional_reply(10.0, 100.0, 8.0, 0.08, 0.0, False) == math.inf
    assert proportional_reply(10.0, 100.0, 8.0, 0.08, 1e-12, False) < math.inf


def test_a_hoarder_does_not_hear_rounding():
    assert gaming.fixed(100.0, 1.0 - 1e-16, 0.5, 3.0, 0.0, 100.0, 1.0, 0.0) == 1.0
    assert gaming.fixed(100.0, 0.99, 0.5, 3.0, 0.0, 100.0, 1.0, 0.0) == 3.0
