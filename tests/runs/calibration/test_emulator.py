"""An emulator: what it foretells of vectors, and that a loss of series is the loss of the runs they came from."""

from __future__ import annotations

import numpy as np
import pytest

from runs.backtest.loss import along
from runs.backtest.paths import Paths
from runs.calibration.emulator import Emulator
from runs.calibration.evaluate import Judge
from runs.calibration.space import settings, space
from runs.calibration.target import History
from tests.runs.calibration.test_fit import BASE, SPACE


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge(BASE, SPACE, History(), 4, 5, 2)


def near(count: int) -> np.ndarray:
    """Vectors around the middle of the priors."""
    return 0.5 + 0.02 * np.random.default_rng(7).standard_normal((count, len(SPACE.free)))


def test_a_polynomial_of_the_second_degree_is_foretold(judge):
    shares = np.random.default_rng(0).random((300, 4))
    x, y, z, _ = shares.T

    def truth(x, y, z):
        return np.stack([3.0 + x - 2.0 * y * z, 5.0 * z * z, np.full_like(x, 7.0), np.full_like(x, np.nan)], axis=1)

    series = truth(x, y, z)
    series[0, 1] = np.nan  # one vector lacks what all others have
    found = Emulator.of(judge, shares[1:], series[1:]).series(shares[:1])
    assert found == pytest.approx(truth(x, y, z)[:1], abs=1e-4, nan_ok=True)
    assert np.isfinite(Emulator.of(judge, shares, series).series(shares)[:, :3]).all()


def test_a_loss_of_series_is_the_loss_of_their_runs(judge):
    losses, series = judge.judged(near(3))
    known, at = {}, 0
    for key, shape in judge.series.items():
        size = int(np.prod(shape))
        known[key] = series[:, at : at + size].reshape(3, *shape)
        at += size
    told = along(Paths.of_series(BASE, known), steps=False)
    for k, values in enumerate(SPACE.values(near(3))):
        assert judge.target(judge.paths(values), steps=False)[0] == told.total[k]
        assert losses[k] >= told.total[k]


def test_what_it_foretells_is_near_what_runs_come_to(judge):
    """Of vectors it has not seen, by the spread of the series; far nearer than their mean is."""
    shares = near(460)
    _, series = judge.judged(shares)
    emulator = Emulator.of(judge, shares[:400], series[:400])
    at = list(judge.series).index("revenue")
    begin = sum(int(np.prod(shape)) for shape in list(judge.series.values())[:at])
    revenue = slice(begin, begin + 7)  # to 2024Q2; then four draws hardly tell
    off = emulator.series(shares[400:])[:, revenue] - series[400:, revenue]
    assert (off.std(axis=0) < 0.6 * series[:, revenue].std(axis=0)).all()


def test_a_space_without_a_field_has_an_emulator_too():
    fixed = space(BASE, settings("colossus")["parameters"], {"market.plan_weight": 0.0})
    judge = Judge(BASE.replace("market.plan_weight", 0.0), fixed, History(), 2, 5, 1)
    shares = near(30)[:, : len(fixed.free)]
    losses, series = judge.judged(shares)
    assert np.isfinite(Emulator.of(judge, shares, series).losses(shares)).all()
    assert np.isfinite(losses).all()
