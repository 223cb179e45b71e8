"""The median's Monte Carlo error."""

import math

import numpy as np
import pytest

from runs.analysis.summary import SHOWN, estimate, estimates
from runs.words import NOTHING


def test_the_error_is_that_of_a_normal_sample():
    rng = np.random.default_rng(1)
    medians = [estimate(rng.normal(size=200)) for _ in range(400)]
    spread = np.std([found.median for found in medians])
    assert np.mean([found.error for found in medians]) == pytest.approx(spread, rel=0.1)


def test_what_is_undefined_is_left_out_or_undefined():
    assert estimate([1.0, math.nan, 3.0]).median == 2.0
    assert math.isnan(estimate([math.nan]).median)
    assert SHOWN["revenue"].text(estimate([])) == NOTHING


@pytest.mark.parametrize("runs", [1, 2, 3, 20, 200])
def test_estimates_of_rows_are_numpys_quantiles_to_the_bit(runs):
    rows = np.random.default_rng(runs).normal(size=(40, runs)) * np.logspace(-3, 9, 40)[:, None]
    for row, found in zip(rows, estimates(rows), strict=True):
        assert [found.median, found.low, found.high] == np.quantile(row, [0.5, 0.05, 0.95]).tolist()
    rows[::3, 0] = np.nan
    for row, found in zip(rows, estimates(rows), strict=True):
        known = row[np.isfinite(row)]
        if known.size:
            assert found.median == np.quantile(known, 0.5)
        else:
            assert math.isnan(found.median)
