"""Capacity on its way: a delay in three stages (theory E18, E19)."""

from __future__ import annotations

from agents.records.gears import both_gears


@both_gears
def advance(stages, starts, delay):
    """Move capacity one quarter through the stages, in place, and return what comes out of the last.

    E18: each stage passes on n / tau of what it held at the quarter's beginning (Sterman 2000, third-order
    delay; with whole quarters the Erlang delay is only approximate). ``delay`` in quarters, at least n.
    """
    count = len(stages)
    rate = min(1.0, count / delay)
    arriving = starts
    for i in range(count):
        leaving = rate * stages[i]
        stages[i] = stages[i] - leaving + arriving
        arriving = leaving
    return arriving


@both_gears
def starts(desired, installed, under_way, line_weight, adjustment_time):
    """Capacity to start this quarter: max(0, (K* - K - w_K pipeline) / T_K), E19 (Sterman 2000)."""
    return max(0.0, (desired - installed - line_weight * under_way) / adjustment_time)


@both_gears
def put_off(coming, quarters):
    """Make what is on its way, by quarters to go, come so many quarters later; what would leave the list comes last."""
    last = len(coming) - 1
    for n in range(last):
        i = last - 1 - n
        amount = coming[i]
        coming[i] = 0.0
        at = min(last, i + quarters)
        coming[at] = coming[at] + amount
