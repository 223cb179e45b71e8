"""What is said of a sample, held against samples whose answers are known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from runs.calibration import diagnostics

INDEPENDENT = np.random.default_rng(0).standard_normal((400, 10, 1))


def slow(memory: float) -> np.ndarray:
    """Chains of first-order autoregressions."""
    rng = np.random.default_rng(1)
    noise = rng.standard_normal((4000, 10, 1))
    chains = np.empty_like(noise)
    chains[0] = noise[0]
    for t in range(1, len(chains)):
        chains[t] = memory * chains[t - 1] + np.sqrt(1.0 - memory**2) * noise[t]
    return chains


def test_independent_chains_agree_and_count_in_full():
    assert diagnostics.split_rhat(INDEPENDENT) == pytest.approx([1.0], abs=0.01)
    assert diagnostics.effective_sample(INDEPENDENT) == pytest.approx([4000.0], rel=0.15)


def test_a_chain_that_remembers_counts_for_less():
    """Integrated time of an AR(1): (1 + r) / (1 - r) (Sokal 1997)."""
    assert diagnostics.effective_sample(slow(0.8)) == pytest.approx([40_000.0 / 9.0], rel=0.15)


def test_chains_apart_do_not_agree():
    apart = INDEPENDENT + np.repeat([0.0, 3.0], 5)[None, :, None]
    assert diagnostics.split_rhat(apart)[0] > 1.5


def test_facts_that_fight_are_named():
    rng = np.random.default_rng(2)
    one = rng.random(200)
    other = rng.random(200)
    table = pd.DataFrame({"A": one, "B": 1.0 - one, "C": other, "D": 0.0})
    told = diagnostics.fighting(table, least=0.5)
    assert [set(row) for row in told[["one", "other"]].to_numpy()] == [{"A", "B"}]
    assert told["correlation"].iloc[0] == pytest.approx(-1.0)
