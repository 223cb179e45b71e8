"""Scores of forecasts, by numbers that can be worked out by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from market import Scenario, simulate
from runs.backtest import scores
from runs.backtest.paths import Paths
from runs.history.figures import observations
from runs.history.matched import pairs


@pytest.fixture(scope="module")
def paths():
    scenario = Scenario.load("colossus")
    return Paths(simulate(scenario, 30, 5), scenario)


def test_the_score_of_one_number_is_its_distance():
    assert scores.crps(np.array([3.0]), 5.0) == 2.0


def test_the_score_of_a_normal_is_the_closed_form():
    """Gneiting and Raftery 2007: at the mean it is (sqrt 2 - 1) / sqrt pi standard deviations."""
    sample = np.random.default_rng(0).standard_normal(200_000)
    assert scores.crps(sample, 0.0) == pytest.approx((np.sqrt(2.0) - 1.0) / np.sqrt(np.pi), abs=0.004)


def test_a_sharper_forecast_around_the_truth_scores_better():
    sample = np.random.default_rng(1).standard_normal(1000)
    assert scores.crps(0.5 * sample, 0.0) < scores.crps(sample, 0.0) < scores.crps(sample, 3.0)


def test_the_figures_own_error_widens_the_band(paths):
    exact = next(pair for pair in pairs() if pair.series == "compute revenue" and pair.period == "2024Q1")
    rough = dataclasses.replace(exact, low=exact.value - 10.0, high=exact.value + 10.0)
    assert exact.deviation == 0.0
    assert rough.deviation == pytest.approx(10.0 / 1.645)
    one, other = scores.score(paths, exact), scores.score(paths, rough)
    assert other.median == one.median
    assert other.high - other.low > 10.0 + (one.high - one.low)


def test_plain_forecasts_by_hand():
    made = scores.plain_forecasts()
    assert set(made["last value"].values()) == {15.07}
    assert made["last growth"]["2024Q2"] == pytest.approx(15.07 * (15.07 / 11.9) ** 2)
    known = [2.72, 3.35, 8.61, 11.9, 15.07]
    slope = np.polyfit(range(5), known, 1)
    assert made["linear trend"]["2024Q4"] == pytest.approx(np.polyval(slope, 8))
    capex = made["capex arithmetic"]
    from market.scenario.paths import inputs, parse_quarter

    five = inputs()["capex_cash/five"]
    past = np.array([five[parse_quarter(q)] for q in ("2022Q4", "2023Q1", "2023Q2", "2023Q3", "2023Q4")])
    constant = past @ np.array(known) / (past @ past)
    assert capex["2024Q3"] == pytest.approx(constant * five[parse_quarter("2024Q3")])


def test_a_pair_for_each_figure_of_a_series_and_none_from_memory():
    revenue = [pair.period for pair in pairs() if pair.series == "compute revenue"]
    assert revenue == sorted(one.period for one in observations() if one.series == "dc_compute_revenue")
    assert not [one for one in observations() if one.kind == "memory" and one.source in {p.source for p in pairs()}]


def test_a_year_of_units_adds_up_its_quarters():
    total = next(pair for pair in pairs() if pair.series == "all units sold" and pair.period == "2023")
    quarters = [
        one for one in observations() if one.series == "units_shipped_calendar_quarter" and "2023Q" in one.period
    ]
    assert total.value == sum(one.value for one in quarters)
    assert total.low == sum(one.low for one in quarters)


def test_coverage_counts_what_it_says(paths):
    found = scores.scores(paths)
    told = scores.coverage(found)
    asked = [one for one in found if one.pair.series == "compute revenue" or one.pair.unit == "units"]
    assert told.asked_figures == len(asked)
    assert told.asked_90 == pytest.approx(np.mean([one.inside_ninety for one in asked]))
    assert told.all_figures == len(found)


def test_the_market_stands_first_beside_plain_forecasts(paths):
    made = scores.ahead_of(paths).set_index("forecast")
    real = {"2024Q1": 19.44, "2024Q2": 22.62, "2024Q3": 27.66, "2024Q4": 32.57}
    assert made.index[0] == "the market"
    assert made.loc["last value", "revenue"] == pytest.approx(np.mean(list(real.values())) - 15.07)
    revenue = paths["revenue"][1:]
    own = [scores.crps(revenue[:, paths.at(quarter)] / 1e3, value) for quarter, value in real.items()]
    assert made.loc["the market", "revenue"] == pytest.approx(np.mean(own))


def test_a_scenario_without_the_figures_has_no_scores():
    scenario = Scenario.load("reference")
    paths = Paths(simulate(scenario, 2), scenario)
    assert scores.ahead_of(paths) is None
