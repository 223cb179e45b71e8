"""Pure rules give the same bits alone and compiled, also where the shipped scenarios do not lead them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit

from agents.rules.demand import contest_effort
from agents.rules.ordering import anchored, inflation, prepay_premium, proportional_reply
from market.measures import herfindahl
from tests.properties import many

AMOUNT = st.one_of(st.just(0.0), st.floats(1e-3, 1e6))
SOME = st.floats(1e-3, 1e6)
SHARE = st.floats(0.0, 1.0)

RULES = {
    anchored: (AMOUNT, st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), SHARE, SHARE),
    contest_effort: (AMOUNT, AMOUNT, AMOUNT),
    inflation: (st.floats(0.0, 1.2), st.floats(0.0, 3.0), st.floats(1.0, 20.0)),
    prepay_premium: (SHARE, SHARE, st.one_of(st.just(1.0), st.floats(0.0, 12.0))),
    proportional_reply: (AMOUNT, AMOUNT, SOME, SOME, AMOUNT, st.booleans()),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_both_gears(rule):
    compiled = njit(rule)

    @many
    @given(st.tuples(*RULES[rule]))
    def check(numbers):
        assert rule(*numbers) == compiled(*numbers)

    check()


@njit
def _herfindahl(parts):
    return herfindahl([part for part in parts])


@many
@given(st.lists(AMOUNT, min_size=1, max_size=8).filter(any))
def test_concentration(parts):
    assert herfindahl(parts) == _herfindahl(np.array(parts))
