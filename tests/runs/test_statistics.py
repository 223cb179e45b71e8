"""Statistics over runs and quarters, on series whose answers are known."""

import numpy as np
import pytest
from scipy.stats import t as student

from runs.analysis.statistics import bullwhip, overshoot, paired_difference, phantom_share

QUARTERS = np.arange(40.0)
WAVE = np.tile([1.0, -1.0, -1.0, 1.0], 10)
"""Without mean or trend over whole periods of four quarters."""


def test_bullwhip_of_a_trend_and_a_wave():
    needs = 100.0 + 5.0 * QUARTERS + WAVE
    orders = 200.0 + 7.0 * QUARTERS + 3.0 * WAVE
    found = bullwhip(orders, needs)
    assert found.ratio == pytest.approx(9.0, rel=1e-12)
    assert found.normalised == pytest.approx(9.0 * (needs.mean() / orders.mean()) ** 2, rel=1e-12)


def test_bullwhip_of_the_same_in_other_units():
    found = bullwhip(3.0 * (100.0 + WAVE), 100.0 + WAVE)
    assert found.ratio == pytest.approx(9.0)
    assert found.normalised == pytest.approx(1.0)


def test_bullwhip_of_many_runs_at_once():
    rng = np.random.default_rng(1)
    orders, needs = rng.uniform(1.0, 9.0, (2, 3, 5, 40))
    found = bullwhip(orders, needs)
    assert found.ratio.shape == found.normalised.shape == (3, 5)
    assert found.ratio[2, 4] == pytest.approx(bullwhip(orders[2, 4], needs[2, 4]).ratio, rel=1e-12)


def test_bullwhip_of_needs_on_a_line_is_unknown():
    found = bullwhip(np.tile(100.0 + WAVE, (3, 1)), [np.full(40, 100.0), 7.0 * QUARTERS, np.zeros(40)])
    assert np.isnan(found.ratio).all()
    assert np.isnan(found.normalised).all()


def test_overshoot():
    assert overshoot([80.0, 130.0, 110.0], 100.0) == pytest.approx(0.3)
    assert overshoot([[80.0, 90.0], [100.0, 200.0]], [100.0, 80.0]) == pytest.approx([-0.1, 1.5])


def test_phantom_share_is_of_totals():
    assert phantom_share([[100.0, 300.0], [50.0, 50.0]], [[0.0, 100.0], [0.0, 0.0]]) == pytest.approx([0.25, 0.0])
    assert np.isnan(phantom_share([0.0, 0.0], [0.0, 0.0]))


def sample(runs, correlation, seed=1):
    """Pairs with standard deviation 10 (over n - 1) and exactly this correlation, means 3 and 0."""
    rng = np.random.default_rng(seed)
    raw = rng.normal(size=(runs, 2))
    raw -= raw.mean(axis=0)
    white = raw @ np.linalg.inv(np.linalg.cholesky(np.cov(raw.T))).T
    mixed = white @ np.linalg.cholesky([[1.0, correlation], [correlation, 1.0]]).T
    return 10.0 * mixed[:, 0] + 3.0, 10.0 * mixed[:, 1]


@pytest.mark.parametrize(("correlation", "variance"), [(0.9, 20.0), (0.0, 200.0), (-0.5, 300.0)])
def test_b53_pairing_helps_where_the_correlation_is_positive(correlation, variance):
    found = paired_difference(*sample(77, correlation))
    assert found.mean == pytest.approx(3.0, abs=1e-9)
    assert found.correlation == pytest.approx(correlation, abs=1e-9)
    half = student.ppf(0.975, 76) * np.sqrt(variance / 77)
    assert (found.low, found.high) == pytest.approx((3.0 - half, 3.0 + half), abs=1e-9)


def test_a_known_sample():
    found = paired_difference([2.0, 3.0, 0.0, 5.0], [1.0, 1.0, 1.0, 1.0])
    assert found.mean == 1.5
    assert found.same_sign == 0.75
    assert np.isnan(found.correlation)
    assert (found.low, found.high) == pytest.approx((1.5 - 3.3126, 1.5 + 3.3126), abs=1e-3)


def test_a_null_treatment_is_no_difference_at_all():
    control = np.random.default_rng(1).normal(size=(20, 8))
    found = paired_difference(control, control)
    assert found.mean.shape == (8,)
    assert not found.mean.any()
    assert not found.low.any()
    assert not found.high.any()
    assert (found.same_sign == 1.0).all()
    assert found.correlation == pytest.approx(np.ones(8))


def test_the_interval_holds_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(1)
    common = rng.normal(size=(12, 4000))
    treatment = 2.0 + 3.0 * common + rng.normal(size=(12, 4000))
    found = paired_difference(treatment, 3.0 * common + rng.normal(size=(12, 4000)))
    held = ((found.low < 2.0) & (found.high > 2.0)).mean()
    assert held == pytest.approx(0.95, abs=0.015)
    assert found.correlation.mean() > 0.8
