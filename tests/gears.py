"""Comparing the two gears number by number."""

from __future__ import annotations

import numpy as np

from market import Market, Scenario, simulate

PREFIX = {"market": "", "products": "product_", "buyers": "buyer_"}


def differences(scenario: Scenario, seed: int | None = None, first: int = 0, runs: int = 1) -> list[str]:
    """Every measure in which a run stepped live differs from the same run in the ensemble, in any bit."""
    results = simulate(scenario, runs=runs, seed=seed, first_replication=first)
    assert not results.attrs["failures"]
    found = []
    for run in range(runs):
        model = Market(scenario, seed, first + run).run()
        for family, prefix in PREFIX.items():
            values = model.values(family)
            for k, column in enumerate(model.build.layouts[family].columns):
                live = values[:, 0, k] if family == "market" else values[:, :, k]
                fast = results[prefix + column].values[run]
                if not np.array_equal(live, fast, equal_nan=True):
                    found.append(f"run {first + run}: {prefix}{column}")
    return found


def bits_differ(a, b) -> list[str]:
    """The variables of two datasets that are not the same to the last bit."""
    assert set(a.data_vars) == set(b.data_vars)
    return [name for name in a.data_vars if not np.array_equal(a[name].values, b[name].values, equal_nan=True)]
