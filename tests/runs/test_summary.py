"""The median's Monte Carlo error."""

import math

import numpy as np
import pytest

from runs.analysis.summary import SHOWN, estimate
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
