"""The story of `colossus` has the right shape before any calibration: medians of 200 runs."""

import csv
from pathlib import Path

import pytest

from market import Scenario, simulate

OUTCOMES = Path(__file__).parents[1] / "runs" / "history" / "outcomes.csv"


@pytest.fixture(scope="module")
def medians():
    results = simulate(Scenario.load("colossus"), runs=200)
    assert results.attrs["failures"] == []
    return results.median("run")


def real(series, entity):
    with OUTCOMES.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if (row["series"], row["entity"]) == (series, entity)]
    return {row["period"]: float(row["value"]) for row in rows}


def test_lead_time_rises_and_collapses(medians):
    """The Hopper quote peaks between 2023Q2 and 2024Q1 above half a year, and at least halves by 2024Q3."""
    quote = medians.product_quoted_lead_weeks.sel(product="H100")
    hopper_years = quote.sel(quarter=[q for q in quote.quarter.values.tolist() if q <= "2024Q3"])
    peak = hopper_years.idxmax("quarter").item()
    assert peak in ("2023Q2", "2023Q3", "2023Q4", "2024Q1")
    assert hopper_years.max() > 26.0
    assert quote.sel(quarter="2024Q3") <= 0.5 * hopper_years.max()


@pytest.mark.parametrize("quarter", ["2023Q3", "2023Q4", "2024Q1", "2024Q2", "2024Q3", "2024Q4"])
def test_revenue_within_a_factor_of_two(medians, quarter):
    figure = 1000.0 * real("dc_compute_revenue", "NVIDIA")[quarter]
    assert 0.5 <= medians.revenue.sel(quarter=quarter).item() / figure <= 2.0


def test_the_rush(medians):
    assert 60e3 <= medians.buyer_deployed.sel(buyer="xAI", quarter="2024Q4").item() <= 200e3
