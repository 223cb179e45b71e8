"""What a search minimises, term by term."""

from __future__ import annotations

import math

import numpy as np
import pytest

from market import Scenario, simulate
from market.gears.simulate import run_ensemble
from runs.backtest.loss import BAR, TEMPERATURE, Loss, loss, parts
from runs.backtest.paths import Missing
from tests.runs.backtest.made import SCENARIO, made, put, times


def test_the_real_figures_lose_nothing():
    assert loss(made(), SCENARIO) == pytest.approx(0.0, abs=1e-9)


def test_the_total_is_a_negative_logarithm():
    lost = Loss(facts=0.3, quotes=0.2, wafers=0.1, bars=0.0, likelihood=5.0)
    assert lost.total == pytest.approx(0.6 / TEMPERATURE + 5.0)


def test_facts_by_their_half_bands():
    data = made()
    put(data, "rental_usd_hour", 9.65, "2023Q3")  # SF6l by a half-band; the fall of SF6 is 74%
    put(data, "buyer_deployed", 155e3, "2024Q3", buyer="xAI")
    put(data, "gross_margin", 0.2, "2022Q4")  # printed, not scored
    assert parts(data, SCENARIO).facts == pytest.approx(2.0)


def test_waits_by_what_they_exceed():
    """One of 13 cohorts waits 13 weeks more than it should: 6.5 beyond what is allowed, in units of 6.5."""
    data = made()
    put(data, "cohort_lead_weeks", 39.5, "2024Q1")
    lost = parts(data, SCENARIO)
    assert lost.quotes == pytest.approx(3.0 / 13)
    assert lost.bars == 0.0


def test_wafers_by_what_they_fall_short():
    """One of 4 quarters with a queue uses 70% in place of 90."""
    data = made()
    put(data, "wafers_used", 700.0, "2024Q1")
    assert parts(data, SCENARIO).wafers == pytest.approx(12.0 * 0.2 / 4)


@pytest.mark.parametrize("truth", ["T2", "T4", "T6"])
def test_bars(truth):
    data = made()
    if truth == "T2":
        put(data, "product_shipped", 0.0, "2026Q4", product="B200")
        excess = (1.0 - 0.1) / 0.05
    elif truth == "T4":
        put(data, "product_premium", -0.5, "2023Q1")
        excess = 1.0
    else:
        put(data, "buyer_ordered", 0.0, "2026", buyer="Meta")
        excess = 1.0
    assert parts(data, SCENARIO).bars == pytest.approx(BAR + excess)


def test_revenue_and_shares_are_a_gaussian():
    data = made()
    times(data, "revenue", math.exp(0.2), "2024Q3")
    assert parts(data, SCENARIO).likelihood == pytest.approx(0.5 * 2.0**2)
    data = made()
    times(data, "buyer_share_units", 1.3, "2023", buyer="Oracle")
    assert parts(data, SCENARIO).likelihood == pytest.approx(0.5)


def test_a_median_of_runs_that_all_failed_is_the_worst():
    data = made()
    for name in data.data_vars:
        data[name][:] = np.nan
    assert loss(data, SCENARIO) == math.inf


def test_a_scenario_without_the_figures_has_none():
    short = SCENARIO.replace("horizon", 5)
    data = made().isel(quarter=slice(0, 5))
    with pytest.raises(Missing, match="2024Q1 is not among its quarters"):
        parts(data, short)
    assert loss(data, short) == math.inf


def test_the_measures_of_an_ensemble_give_the_same_as_the_dataset():
    """What a search calls: no dataset, another point's measures with the same scenario's labels."""
    scenario = Scenario.load("colossus")
    measures, _ = run_ensemble(scenario.build, 6, scenario.seed, 3)
    results = simulate(scenario, runs=6, first_replication=3)
    assert loss(measures, scenario) == loss(results, scenario)
    assert 0.0 < loss(measures, scenario) < math.inf
