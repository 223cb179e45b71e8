"""Paired comparisons: exact zeros, intervals by hand, and what may not be compared."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import t as student

from market import BadInput, Scenario
from runs.analysis import compare
from runs.analysis.compare import difference, holm
from runs.requests import Comparison

COLOSSUS = Scenario.load("colossus")
OUTCOMES = {"wait": "peak quoted_lead_weeks", "revenue": "total revenue"}


def test_a_null_treatment_gives_exactly_zero():
    late = COLOSSUS.to_dict()
    late["events"] = [*late["events"], {"kind": "capacity_shock", "quarter": "2099Q1", "factor": 0.5}]
    arms = {"control": COLOSSUS, "same": COLOSSUS, "after the horizon": Scenario.from_dict(late)}
    for found in Comparison(arms, outcomes=OUTCOMES, vectors=5, runs=3).run():
        assert (found.mean, found.low, found.high, found.p) == (0.0, 0.0, 0.0, 1.0)
        assert (found.spread, found.noise, found.same_sign) == (0.0, 0.0, 1.0)
        assert found.variance_bought == math.inf


def test_a_comparison_repeats_and_its_seeds_matter():
    arms = {"as it is": COLOSSUS, "slower": COLOSSUS.replace("supplier.capacity_delay", 9.0)}
    asked = Comparison(arms, outcomes=OUTCOMES, vectors=4, runs=3, posterior="none")
    once = asked.run()
    assert asked.run() == once
    others = {"seed": 1, "sampler_seed": 1, "posterior": None, "own_draws": True}
    for name, value in others.items():
        assert replace(asked, **{name: value}).run()[0].mean != once[0].mean, name


def test_clusters_are_the_vectors():
    chance = np.random.default_rng(1)
    effect = np.array([1.0, 2.0, 6.0])
    control = chance.normal(size=(3, 40))
    found = difference(control + effect[:, None] + 0.1 * chance.normal(size=(3, 40)), control)
    means = effect + (found.mean - effect.mean())
    assert found.mean == pytest.approx(3.0, abs=0.05)
    half = student.ppf(0.975, 2) * means.std(ddof=1) / math.sqrt(3.0)
    assert found.high - found.mean == pytest.approx(half, rel=0.02)
    assert found.spread == pytest.approx(effect.std(ddof=1), rel=0.02)
    assert found.noise == pytest.approx(0.1, rel=0.1)
    assert found.same_sign == 1.0
    assert (found.vectors, found.seeds) == (3, 40)


def test_one_vector_takes_each_seed_as_an_observation():
    chance = np.random.default_rng(2)
    control = 10.0 * chance.normal(size=(1, 500))
    found = difference(control + 1.0 + chance.normal(size=(1, 500)), control)
    assert found.low < 1.0 < found.high
    assert found.high - found.low == pytest.approx(2.0 * 1.96 / math.sqrt(500.0), rel=0.1)
    assert math.isnan(found.spread)
    assert found.variance_bought == pytest.approx(200.0, rel=0.2)


def test_the_vectors_that_a_difference_needs_are_those_of_its_interval():
    chance = np.random.default_rng(3)
    control = chance.normal(size=(400, 2))
    found = difference(control + 0.1 + chance.normal(size=(400, 2)), control)
    half = found.high - found.mean
    assert found.needed == pytest.approx(400 * (half / found.mean) ** 2, rel=0.02)
    assert difference(control, control).needed is None
    assert difference(control + 1.0, control).needed == 2


def test_pairs_that_are_not_finite_are_refused_or_left_out():
    control = np.arange(12.0).reshape(3, 4)
    treatment = control + np.array([[1.0], [2.0], [3.0]])
    treatment[1, 2] = np.nan
    with pytest.raises(BadInput, match=r"1 of 12 pairs .*\(runs 6\).*drop_failed"):
        difference(treatment, control, outcome="wait")
    found = difference(treatment, control, drop_failed=True)
    assert (found.mean, found.dropped) == (2.0, 1)
    # of the runs left, vector by vector: 0 to 3, then 4, 5 and 7, then 8 to 11
    assert found.control == pytest.approx((1.5 + 16.0 / 3.0 + 9.5) / 3.0)
    assert found.treatment - found.control == pytest.approx(found.mean)


def test_fields_that_the_scenarios_set_apart_stay_apart():
    path = "supplier.ramp_quarters"
    assert path in COLOSSUS.uncertainties
    arms = {"a": COLOSSUS, "b": COLOSSUS.replace(path, 7.0)}
    assert path not in compare.vectors_of(arms, 4, 0)
    assert path in compare.vectors_of({"a": COLOSSUS, "b": COLOSSUS}, 4, 0)


def test_without_uncertainties_there_is_one_vector():
    raw = {**COLOSSUS.raw, "uncertainties": {}}
    sure = Scenario.from_dict(raw)
    arms = {"a": sure, "b": sure.replace("supplier.capacity_delay", 9.0)}
    assert len(compare.vectors_of(arms, 1, 0)) == 1
    with pytest.raises(BadInput, match="vectors: found 3"):
        Comparison(arms, outcomes=OUTCOMES, vectors=3, runs=2, posterior="none").run()


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, 0.9]) == [1.0, 1.0]


def test_compare_prints_what_compare_gives(gpumarket):
    words = ("compare", "no-rush", "colossus", "--vectors", "3", "--runs", "4", "--outcome", "peak_quote", "--json")
    status, out, _ = gpumarket(*words)
    arms = {name: Scenario.load(name) for name in ("no-rush", "colossus")}
    (found,) = Comparison(arms, outcomes={"peak_quote": "peak quoted_lead_weeks"}, vectors=3, runs=4).run()
    (printed,) = json.loads(out)["differences"]
    assert status == 0
    assert (printed["mean"], printed["low"], printed["high"]) == (found.mean, found.low, found.high)
    assert gpumarket(*words)[1] == out


def test_set_changes_both_sides(gpumarket):
    words = ("compare", "no-rush", "colossus", "--vectors", "1", "--runs", "3", "--outcome", "revenue", "--json")
    plain, other = (json.loads(gpumarket(*words, *more)[1]) for more in ((), ("--set", "supplier.capacity_factor=0.8")))
    for side in ("control", "treatment"):
        assert other["differences"][0][side] != plain["differences"][0][side]


def test_a_lever_is_compared_over_its_values(gpumarket):
    lever = "market.allocation=uniform,proportional,linear"
    words = ("compare", "reference", "--lever", lever, "--vectors", "2", "--runs", "3", "--outcome", "revenue")
    status, out, err = gpumarket(*words)
    assert status == 0
    assert "Against allocation uniform" in out
    assert "allocation proportional" in out
    assert "allocation linear" in out
    assert "18 runs in" in err


BAD = {
    "one scenario": (["compare", "colossus"], ["one scenario", "a lever"]),
    "other buyers": (["compare", "colossus", "reference"], ["colossus and reference have other buyers", "xAI"]),
    "the same twice": (["compare", "colossus", "colossus"], ["'colossus' twice"]),
    "an unknown outcome": (
        ["compare", "no-rush", "colossus", "--outcome", "peek_quote"],
        ["--outcome", "'peak_quote'"],
    ),
    "an unknown lever": (
        ["compare", "reference", "--lever", "market.alocation=uniform"],
        ["market.alocation", "'allocation'"],
    ),
    "a lever without values": (["compare", "reference", "--lever", "market.allocation"], ["--lever", "PATH=VALUE"]),
    "a lever of one value": (["compare", "reference", "--lever", "market.deposit=0.1"], ["one scenario"]),
    "no runs": (["compare", "no-rush", "colossus", "--runs", "0"], ["--runs", "two runs or more"]),
}


@pytest.mark.parametrize(("words", "parts"), BAD.values(), ids=BAD)
def test_bad_input_gets_one_sentence_and_status_2(refused, words, parts):
    refused(words, parts)
