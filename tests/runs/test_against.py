"""An outcome against an input: middles, rank correlation, and intervals that know which points belong together."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from market.scenario.uncertainty import OneOf
from runs.analysis.against import MIDDLES, against, length, margin, middles, spearman
from runs.requests import Sensitivity

PEAK = "peak quoted_lead_weeks"
ALONE = np.arange(200)


@pytest.fixture
def pairs():
    chance = np.random.default_rng(3)
    inputs = chance.random(200)
    return inputs, inputs + 0.5 * chance.standard_normal(200)


@pytest.mark.parametrize("method", ["morris", "sobol", "pawn"])
def test_points_are_those_of_the_study(method):
    study = Sensitivity("reference", method, [PEAK], {"morris": 5, "sobol": 8, "pawn": 16}[method], 2).run()
    for path, known in study.scenario.uncertainties.items():
        made = against(study, PEAK, path, known)
        assert made.inputs.tolist() == known.quantile(study.shares[path].to_numpy()).tolist()
        assert made.found.tolist() == study.found[PEAK].mean(axis=1).tolist()
        assert sum(one.points for one in made.middles) == len(made.found)
        assert made.correlation == pytest.approx(stats.spearmanr(made.inputs, made.found).statistic, abs=1e-12)
    assert made.pieces == {"morris": 5, "sobol": 8, "pawn": 16}[method]
    assert len(made.found) == made.pieces * length(study)


def test_each_middle_is_the_mean_of_its_slice(pairs):
    inputs, found = pairs
    made = middles(inputs, found, ALONE)
    order = np.argsort(inputs).reshape(MIDDLES, -1)
    assert [one.mean for one in made] == pytest.approx(found[order].mean(axis=1))
    assert [one.first for one in made] == inputs[order].min(axis=1).tolist()
    low, high = stats.t.interval(0.95, 19, found[order[0]].mean(), stats.sem(found[order[0]]))
    assert (made[0].low, made[0].high) == pytest.approx((low, high))
    few = middles(inputs.round(1) // 0.5, found, ALONE)
    assert [one.at for one in few] == [0.0, 1.0, 2.0]


def test_points_said_twice_tell_nothing_new(pairs):
    inputs, found = pairs
    piece = np.repeat(ALONE, 2)
    twice = middles(np.repeat(inputs, 2), np.repeat(found, 2), piece)
    once = middles(inputs, found, ALONE)
    assert [one.high for one in twice] == pytest.approx([one.high for one in once])
    assert spearman(np.repeat(inputs, 2), np.repeat(found, 2), piece) == pytest.approx(
        spearman(inputs, found, ALONE), abs=1e-3
    )
    assert np.isnan(margin(np.array([1.0, -1.0]), np.array([0, 0])))


def test_the_interval_of_a_rank_correlation_holds_it_19_times_in_20():
    chance = np.random.default_rng(1)
    true = 6.0 / np.pi * np.arcsin(0.5 / 2.0)
    held = 0
    for _ in range(400):
        x = chance.standard_normal(200)
        y = 0.5 * x + np.sqrt(0.75) * chance.standard_normal(200)
        _, low, high = spearman(x, y, ALONE)
        held += low <= true <= high
    assert 366 <= held <= 392


def test_what_does_not_vary_or_is_no_number():
    assert np.isnan(spearman(ALONE, np.ones(200), ALONE)).all()
    assert spearman(ALONE, ALONE**3, ALONE) == (1.0, 1.0, 1.0)
    study = Sensitivity("reference", "morris", [PEAK], 5, 2).run()
    made = against(study, PEAK, next(iter(study.scenario.uncertainties)), OneOf(options=["a", "b"]))
    assert made.options == ("a", "b")
    assert sorted(set(made.inputs)) == [0.0, 1.0]
