"""Comparing the two gears number by number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from market import Market, Scenario, simulate
from market.gears import ensemble
from market.gears.simulate import PREFIX, explain


def differences(scenario: Scenario, seed: int | None = None, first: int = 0, runs: int = 1) -> list[str]:
    """Every measure in which a run stepped live differs from the same run in the ensemble, in any bit."""
    results = simulate(scenario, runs=runs, seed=seed, first_replication=first)
    assert not results.attrs["failures"]
    return [
        f"run {first + run}: {found}"
        for run in range(runs)
        for found in live_differs(Market(scenario, seed, first + run).run(), results.isel(run=run))
    ]


def live_differs(model: Market, run: Mapping[str, Any]) -> list[str]:
    """Every measure in which a market that was stepped to the end differs from one run of the ensemble, in any bit."""
    found = []
    for family, prefix in PREFIX.items():
        values = model.values(family)
        for k, column in enumerate(model.build.layouts[family].columns):
            live = values[:, 0, k] if family == "market" else values[:, :, k]
            if not np.array_equal(live, run[prefix + column], equal_nan=True):
                found.append(prefix + column)
    return found


def bits_differ(a, b) -> list[str]:
    """The variables of two datasets that are not the same to the last bit."""
    assert set(a.data_vars) == set(b.data_vars)
    return [name for name in a.data_vars if not np.array_equal(a[name].values, b[name].values, equal_nan=True)]


def measured(scenario: Scenario, runs: int = 1) -> dict[str, np.ndarray]:
    """All measures of an ensemble by the names that :func:`simulate` gives them, bare of labels, which cost most time.

    Shape (runs, quarters), or (runs, quarters, members), members as they stand in the build.
    """
    built = scenario.build
    out = {family: ensemble.room(built, family, runs) for family in PREFIX}
    failed = ensemble.run(built, ensemble.compiled(built), built.all_draws(scenario.seed, 0, runs), out)
    if failed.any():
        raise AssertionError(explain(scenario, scenario.seed, int(np.flatnonzero(failed)[0])))
    return {
        prefix + column: out[family][:, :, 0, k] if family == "market" else out[family][..., k]
        for family, prefix in PREFIX.items()
        for k, column in enumerate(built.layouts[family].columns)
    }


def unequal(a: dict[str, np.ndarray], b: dict[str, np.ndarray]) -> list[str]:
    """The measures that are not the same to the last bit."""
    assert a.keys() == b.keys()
    return [name for name in a if not np.array_equal(a[name], b[name], equal_nan=True)]


def apart(a: dict[str, np.ndarray], b: dict[str, np.ndarray], close: float) -> list[str]:
    """The measures that differ by more than ``close``, relative to their largest value in the run.

    What is left of a sum and may be nothing but rounding, relative to the sum.
    """
    left_of = {"buyer_cash": "buyer_spending", "buyer_idle": "buyer_deployed"}
    found = []
    for name in a:
        size = np.nanmax(np.abs(a[name]), initial=0.0)
        if name in left_of:
            size = max(size, a[left_of[name]].max())
        if not np.allclose(a[name], b[name], rtol=close, atol=close * max(size, 1e-6), equal_nan=True):
            found.append(name)
    return found
