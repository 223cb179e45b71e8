"""Findings made up for tests of figures and reports."""

from __future__ import annotations

import pandas as pd

from runs.analysis.compare import Difference
from runs.analysis.discover import Box, Discovery, Limit
from runs.analysis.indices import Indices
from runs.analysis.tree import Axis


def indices(outcome: str = "peak_quote", floor: float = 0.05, **values: float) -> Indices:
    """Total indices of ``a``, ``b``, ``c`` (or others), each with an interval of 0.1 to either side."""
    values = values or {"b": 0.2, "a": 0.7, "c": 0.01}
    table = pd.DataFrame({"ST": values}).rename_axis("input")
    table["ST_low"], table["ST_high"] = table["ST"] - 0.1, table["ST"] + 0.1
    return Indices("sobol", outcome, "weeks", table, floor, floor, 0.25, 64, 4, ["the sample is too small: so it is"])


def difference(
    treatment: str = "linear", outcome: str = "peak_quote", mean: float = -2.0, half: float = 1.0
) -> Difference:
    """A difference with its interval."""
    return Difference(
        outcome=outcome, unit="weeks", control_name="uniform", treatment_name=treatment, control=50.0,
        treatment=50.0 + mean, mean=mean, low=mean - half, high=mean + half, p=0.01, same_sign=0.9, correlation=0.8,
        spread=0.5, noise=1.0, variance_bought=4.0, vectors=20, seeds=10, dropped=0,
    )  # fmt: skip


def discovery() -> Discovery:
    """One box, in a number and in a rule."""
    axes = (Axis("market.shock", (0.0, 2.5, 10.0), True), Axis("market.rule", ("equal", "first", "last"), False))
    limits = (Limit("market.shock", low=2.5), Limit("market.rule", options=("equal", "last"), of=3))
    box = Box(limits, runs=100, points=10, cases=80, coverage=0.8, density=0.8, low=0.7, high=0.87)
    return Discovery("wait > 9", axes, runs=400, points=40, cases=100, boxes=(box,), min_density=0.5)
