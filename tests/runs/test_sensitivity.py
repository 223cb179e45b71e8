"""Studies of sensitivity: the noise floor, what is refused, groups, batches, and what is printed."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from market import BadInput, Scenario
from market.scenario.uncertainty import Uniform
from runs.analysis.indices import INERT, analyse, noise_of
from runs.folder import batch
from runs.requests import Sensitivity
from tests.runs.batches import STUCK, design

REFERENCE = Scenario.load("reference")
COLOSSUS = Scenario.load("colossus")
SPACE = {
    "supplier.capacity_delay": Uniform(low=3.0, high=8.0),
    "supplier.base_weeks": Uniform(low=2.0, high=8.0),
    "market.demand_growth": Uniform(low=0.0, high=0.05),
}
QUOTE = {"quote": "peak quoted_lead_weeks"}


def test_the_same_seed_repeats_every_figure():
    asked = Sensitivity(COLOSSUS, "sobol", QUOTE, samples=16, runs=2, uncertainties=SPACE)
    once = asked.run().indices()["quote"]
    again = asked.run().indices()["quote"]
    pd.testing.assert_frame_equal(once.table, again.table, check_exact=True)
    assert (once.floor, once.replication) == (again.floor, again.replication)
    other = replace(asked, seed=1).run().indices()["quote"]
    assert not other.table.equals(once.table)


@pytest.mark.parametrize("method", ["morris", "sobol"])
def test_an_inert_input_has_an_index_of_exactly_zero(method):
    found = Sensitivity(REFERENCE, method, QUOTE, samples=8, runs=2, uncertainties=SPACE).run().indices()["quote"]
    assert found.main in found.table
    assert (found.table.loc[INERT] == 0.0).all()
    assert not (found.table.drop(index=INERT) == 0.0).all(axis=None)
    assert found.under(INERT)


def noisy(own: float, common: float, points: int = 2000, runs: int = 4) -> tuple[pd.DataFrame, np.ndarray]:
    """x plus noise of each run's own and noise that all points see alike."""
    chance = np.random.default_rng(3)
    shares = pd.DataFrame(chance.random((points, 2)), columns=["x", INERT])
    noise = own * chance.normal(size=(points, runs)) + common * chance.normal(size=(1, runs))
    return shares, shares["x"].to_numpy()[:, None] + noise


def test_the_floor_counts_the_draws_that_do_not_cancel():
    _, outcome = noisy(own=0.2, common=5.0)
    noise, _ = noise_of(outcome, shared=True)
    assert noise == pytest.approx(0.04 / 4.0, rel=0.05)
    noise, replication = noise_of(outcome, shared=False)
    assert noise > 1.0
    assert replication > 0.9
    assert np.isnan(noise_of(outcome[:, :1], shared=True)).all()


def test_an_input_under_the_noise_is_called_so():
    shares, outcome = noisy(own=0.1, common=0.0)
    found = analyse("pawn", shares.assign(weak=np.random.default_rng(4).random(2000)), outcome, "y", resamples=20)
    assert not found.under("x")
    assert found.under("weak")
    assert found.floor == found.table.loc[INERT, "median_high"]


def test_more_draws_lower_the_floor():
    few = Sensitivity(COLOSSUS, "sobol", QUOTE, samples=32, runs=2, uncertainties=SPACE).run().indices()["quote"]
    many = Sensitivity(COLOSSUS, "sobol", QUOTE, samples=32, runs=16, uncertainties=SPACE).run().indices()["quote"]
    assert 0.0 < many.floor < 0.5 * few.floor


def test_a_small_sample_is_told():
    found = Sensitivity(REFERENCE, "sobol", QUOTE, samples=4, runs=1, uncertainties=SPACE).run().indices()["quote"]
    assert any("sample is too small" in warning for warning in found.warnings)
    assert any("one run per point" in warning for warning in found.warnings)


def test_groups_are_one_input_each():
    groups = {"supply": ["supplier.capacity_delay", "supplier.base_weeks"]}
    for method in ("sobol", "morris"):
        made = Sensitivity(REFERENCE, method, QUOTE, samples=8, runs=2, groups=groups, uncertainties=SPACE).run()
        found = made.indices()["quote"]
        assert sorted(found.table.index) == [INERT, "market.demand_growth", "supply"]
        assert "sigma" not in found.table
        assert np.isfinite(found.table).all(axis=None)
    with pytest.raises(BadInput, match="one input at a time"):
        Sensitivity(REFERENCE, "pawn", QUOTE, groups=groups, uncertainties=SPACE).run()


def test_runs_that_failed_are_refused_with_their_numbers(tmp_path):
    (tmp_path / "stuck.toml").write_text(STUCK)
    stuck = Scenario.load(tmp_path / "stuck.toml")
    poisoned = {"supplier.capacity_factor": Uniform(low=0.0, high=0.02), "buyers.A.urgency": Uniform(low=0.0, high=0.1)}
    made = Sensitivity(stuck, "pawn", QUOTE, samples=64, runs=2, uncertainties=poisoned).run()
    with pytest.raises(BadInput, match=r"outcome quote: \d+ of 128 runs failed .*\(runs \d+, .*drop_failed"):
        made.indices()
    made = Sensitivity(stuck, "morris", QUOTE, samples=4, runs=2, uncertainties=poisoned).run()
    with pytest.raises(BadInput, match=r"allowed: none$"):
        made.indices()
    with pytest.raises(BadInput, match="belong together"):
        made.indices(drop_failed=True)


def test_points_with_failed_runs_may_be_left_out_of_given_data():
    made = Sensitivity(REFERENCE, "pawn", QUOTE, samples=64, runs=2, uncertainties=SPACE).run()
    whole = made.indices()["quote"]
    made.found["quote"][5, 1] = np.nan
    assert made.indices(drop_failed=True)["quote"].points == whole.points - 1


def test_an_outcome_that_does_not_vary_is_told():
    with pytest.raises(BadInput, match="is the same at all"):
        Sensitivity(REFERENCE, "sobol", {"y": "first capacity"}, samples=4, runs=2, uncertainties=SPACE).run().indices()


def test_an_index_per_quarter():
    made = Sensitivity(
        REFERENCE, "morris", {"quote": "quoted_lead_weeks"}, samples=4, runs=2, uncertainties=SPACE, over_time=True
    ).run()
    assert list(made.outcomes) == [f"quote in {quarter}" for quarter in REFERENCE.quarters]


def test_a_finished_batch_is_a_study(tmp_path):
    chosen = design(
        scenario="reference",
        runs=2,
        sampling={"method": "saltelli", "points": 16, "seed": 5},
        uncertainties={path: {"low": known.low, "high": known.high} for path, known in SPACE.items()},
        outcomes=QUOTE,
    )
    batch.run(chosen.experiment, tmp_path / "out", facts={"design": chosen.head.model_dump(by_alias=True)})
    found = Sensitivity(tmp_path / "out", "sobol").run().indices()["quote"]
    assert sorted(found.table.index) == sorted(SPACE)
    assert 0.5 < found.table["S1"].sum() < 1.5
    given = Sensitivity(tmp_path / "out", "delta").run().indices()["quote"]
    assert set(given.table.index) == {*SPACE, INERT}
    with pytest.raises(BadInput, match="was not sampled for it"):
        Sensitivity(tmp_path / "out", "morris").run()
    with pytest.raises(BadInput, match="'quote'"):
        Sensitivity(tmp_path / "out", "sobol", ["qoute"]).run()


def test_sensitivity_prints_what_a_study_gives(gpumarket):
    words = ("sensitivity", "reference", "--method", "morris", "--samples", "4", "--runs", "2", "--json")
    status, out, _ = gpumarket(*words)
    found = (
        Sensitivity(REFERENCE, "morris", {"peak_quote": "peak quoted_lead_weeks"}, samples=4, runs=2).run().indices()
    )
    printed = json.loads(out)["peak_quote"]
    assert status == 0
    assert printed["floor"] == found["peak_quote"].floor
    assert printed["indices"].keys() == set(found["peak_quote"].table.index)
    status, out, err = gpumarket(*words[:-1], "--over-time", "--outcome", "quoted_lead_weeks")
    assert status == 0
    assert "quoted_lead_weeks in 2023Q2" in out
    assert "left out" in err
    assert "quoted_lead_weeks in 2023Q1" in err
    changed = json.loads(gpumarket(*words, "--set", "market.allocation=linear")[1])["peak_quote"]
    assert changed["indices"] != printed["indices"]


RUN = ["sensitivity", "reference", "--samples", "8"]
BAD = {
    "an outcome that does not exist": ([*RUN, "--outcome", "peek_quote"], ["--outcome", "'peak_quote'"]),
    "a sample size Sobol cannot use": ([*RUN[:2], "--samples", "100"], ["--samples", "100", "power of two", "64"]),
    "an unknown method": ([*RUN, "--method", "sobl"], ["--method", "'sobol'"]),
    "too few samples": ([*RUN, "--method", "pawn"], ["--samples", "found 8", "from 16"]),
    "a group of what is not uncertain": (
        [*RUN, "--group", "a=supplier.capacity_dely"],
        ["groups.a", "buyers.A.adjustment"],
    ),
    "a group that is none": ([*RUN, "--group", "a"], ["--group", "NAME=PATH"]),
    "no runs": ([*RUN, "--runs", "0"], ["runs_per_point", "found 0"]),
    "drop failed of sobol": ([*RUN, "--drop-failed"], ["--drop-failed", "sobol", "pawn"]),
}


@pytest.mark.parametrize(("words", "parts"), BAD.values(), ids=BAD)
def test_bad_input_gets_one_sentence_and_status_2(refused, words, parts):
    refused(words, parts)


def test_a_scenario_without_uncertainties(gpumarket, tmp_path):
    path = tmp_path / "sure.toml"
    path.write_text(Scenario.from_dict({**REFERENCE.raw, "uncertainties": {}}).to_toml())
    status, _, err = gpumarket("sensitivity", str(path))
    assert status == 2
    assert "uncertainties: found none" in err


def test_an_uncertainty_that_is_not_in_the_scenario(gpumarket, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        'schema = 1\nname = "mine"\nscenario = "reference"\nsampling = { method = "saltelli", points = 8 }\n'
        '[uncertainties]\n"supplier.capacity_dely" = { low = 3.0, high = 6.0 }\n'
    )
    status, _, err = gpumarket("sensitivity", str(path))
    assert status == 2
    assert "uncertainties.supplier.capacity_dely" in err
    assert "'capacity_delay'" in err
