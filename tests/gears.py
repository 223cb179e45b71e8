"""Comparing the two gears number by number."""

from __future__ import annotations

import numpy as np
import xarray as xr

from market import Market, Scenario, simulate

PREFIX = {"market": "", "products": "product_", "buyers": "buyer_"}


def differences(scenario: Scenario, seed: int | None = None, first: int = 0, runs: int = 1) -> list[str]:
    """Every measure in which a run stepped live differs from the same run in the ensemble, in any bit."""
    results = simulate(scenario, runs=runs, seed=seed, first_replication=first)
    assert not results.attrs["failures"]
    return [
        f"run {first + run}: {found}"
        for run in range(runs)
        for found in live_differs(Market(scenario, seed, first + run).run(), results.isel(run=run))
    ]


def live_differs(model: Market, run: xr.Dataset) -> list[str]:
    """Every measure in which a market that was stepped to the end differs from one run of the ensemble, in any bit."""
    found = []
    for family, prefix in PREFIX.items():
        values = model.values(family)
        for k, column in enumerate(model.build.layouts[family].columns):
            live = values[:, 0, k] if family == "market" else values[:, :, k]
            if not np.array_equal(live, run[prefix + column].values, equal_nan=True):
                found.append(prefix + column)
    return found


def bits_differ(a, b) -> list[str]:
    """The variables of two datasets that are not the same to the last bit."""
    assert set(a.data_vars) == set(b.data_vars)
    return [name for name in a.data_vars if not np.array_equal(a[name].values, b[name].values, equal_nan=True)]
