"""stub"""

from agents import ordering
from agents.state import both_gears, dispatch, public_functions


@both_gears
def honest(need, fill, exponent, cap, others, capacity, margin, cost):
    """x"""
    return 1.0


@both_gears
def fixed(need, fill, exponent, cap, others, capacity, margin, cost):
    """x"""
    return cap if fill < 1.0 else 1.0


@both_gears
def adaptive(need, fill, exponent, cap, others, capacity, margin, cost):
    """x"""
    if margin <= 0.0:
        return 1.0
    return ordering.inflation(fill, exponent * max(0.0, 1.0 - cost / margin), cap)


STRATEGIES = public_functions(__name__)
inflate = dispatch(list(STRATEGIES.values()))
