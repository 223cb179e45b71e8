"""Numbers, bands, real figures and plots, as plain functions."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import xarray as xr

from dashboard.market.charts import Source, backlog, inflation, lead_times, prices, rent, shares
from dashboard.market.held import fit, held
from dashboard.parts.cards import cards, spread
from dashboard.parts.tables import buyer_rows
from dashboard.reading import real
from dashboard.reading.bands import Runs, band
from dashboard.reading.outcome import measures
from market import Scenario, simulate
from market.history.periods import when
from market.scenario.scenario import shipped
from runs.analysis.summary import Estimate
from runs.history.figures import observations
from runs.words import Scale, compact, dollars, percent, weeks, whole


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0"), (7.0, "7"), (0.25, "0.25"), (12.34, "12.3"), (999.0, "999"), (1234.0, "1.23k"),
        (999_999.0, "1.00M"), (133_936.0, "134k"), (1_391_249.0, "1.39M"),
        (3.26e10, "32.6bn"), (-1500.0, "-1.50k"), (math.nan, "\u2013"),
    ],
)  # fmt: skip
def test_compact(number, text):
    assert compact(number) == text


def test_other_numerals():
    assert dollars(-2500.0) == "-$2.50k"
    assert percent(0.283) == "28%"
    assert weeks(29.84) == "29.8"
    assert whole(97116.4) == "97,116"
    assert whole(None) == weeks(math.inf) == percent(None) == dollars(math.nan) == "\u2013"


def runs_of(*rows: list[float]) -> xr.DataArray:
    return xr.DataArray(np.array(rows), dims=("run", "quarter"))


def test_a_band_is_empty_where_most_runs_have_no_value():
    nan = math.nan
    found = band(runs_of([1.0, nan, nan], [2.0, 5.0, nan], [3.0, nan, nan], [4.0, 7.0, nan]))
    assert found.median == [2.5, 6.0, None]
    assert found.low[2] is found.high[2] is None
    assert found.low[0] < 2.5 < found.high[0]


def test_when():
    assert when("2023Q4") == 2023 * 4 + 3.5
    assert when("2023-11") == pytest.approx(2023 * 4 + 3.5)
    assert when("2023") == 2023 * 4 + 2
    assert 2023 * 4 + 3.6 < when("2023-11-30") < 2023 * 4 + 3.7
    with pytest.raises(ValueError, match="spring"):
        when("spring")


def test_every_real_figure_has_a_time_and_a_source():
    assert len(observations()) > 200
    for observation in observations():
        assert 2020 * 4 < observation.time < 2030 * 4
        assert observation.source


def test_real_figures_find_their_lines():
    colossus = Scenario.load("colossus")
    hopper = [(dot.value, math.floor(dot.at)) for dot in real.lead_times(colossus, "H100")]
    assert (44.0, colossus.quarters.index("2023Q4")) in hopper
    assert [dot.value for dot in real.lead_times(colossus, "B200")] == [52.0]
    assert {26268.0, 34641.0, 27500.0} <= {dot.value for dot in real.prices(colossus, "H100")}
    assert [dot.at for dot in real.prices(colossus, "H20")] == [when("2024") - colossus.start]
    assert [dot.value for dot in real.street_prices(colossus, "H100")] == [43000.0]
    shares = real.shares(colossus, "Microsoft")
    assert all(0.1 < dot.low < dot.value < dot.high < 0.5 for dot in shares)
    assert real.revenue(colossus)["2024Q4"] == pytest.approx(32570.0)
    reference = Scenario.load("reference")
    assert not real.revenue(reference)
    assert not real.lead_times(reference, "unit")


def test_events_are_grouped_by_quarter():
    colossus = Scenario.load("colossus")
    found = real.events(colossus)
    assert len(found[0]) == 1  # two events of one rule, the shorter note being the beginning of the longer
    assert any("Series B" in note for note in found[colossus.quarters.index("2024Q2")])


@pytest.mark.parametrize("name", list(shipped()))
def test_every_scenario_can_be_shown(name):
    scenario = Scenario.load(name)
    data = simulate(scenario, runs=8)
    source = Source(Runs(scenario, data), threads=True)
    plots = [lead_times(source), shares(source), shares(source, stacked=True)]
    plots += [backlog(source), inflation(source), rent(source)]
    plots += [prices(source, product) for product in scenario.products]
    plots += [one.plot(source) for one in held(source)]
    for plot in plots:
        json.dumps(plot.spec(), allow_nan=False)
        assert all(len(line.values) == scenario.horizon for line in plot.lines)
        assert {dot["line"] for dot in plot.spec()["dots"]} <= {line.name for line in plot.lines}
    assert any(line.shown for line in plots[1].lines)
    assert len(cards(scenario, measures(data, scenario))) == 4
    json.dumps(cards(scenario, measures(data, scenario)), allow_nan=False)
    assert len(buyer_rows(data, scenario.quarters[-1])) == len(scenario.buyers)
    stacked = np.array([line.values for line in plots[2].lines], dtype=float)
    np.testing.assert_allclose(np.nansum(stacked[:, 1:], axis=0), 1.0, rtol=1e-9)


def test_nothing_is_drawn_before_an_announcement_or_after_the_last_order():
    scenario = Scenario.load("colossus")
    data = simulate(scenario, runs=8)
    for name, product in scenario.products.items():
        for line in prices(Source(Runs(scenario, data)), name).lines:
            drawn = [
                quarter for quarter, value in zip(scenario.quarters, line.values, strict=True) if value is not None
            ]
            assert all(product.announced <= quarter <= (product.last_order or "never") for quarter in drawn)


def test_the_statement_of_fit_counts_figures_in_bands():
    scenario = Scenario.load("colossus")
    data = simulate(scenario, runs=40)
    found = {one.name: one for one in held(Source(Runs(scenario, data)))}
    revenue = found["Revenue from computing"]
    low, high = (data.revenue.quantile(q, "run").sel(quarter="2024Q4").item() for q in (0.05, 0.95))
    at = [dot.title for dot, _, _ in revenue.banded].index("NVIDIA, 2024Q4")
    assert revenue.inside[at] == (low <= real.revenue(scenario)["2024Q4"] <= high)
    inside = [one for series in found.values() for one in series.inside]
    assert fit(list(found.values())).startswith(f"{sum(inside)} of {len(inside)} real figures")
    reference = Scenario.load("reference")
    assert fit(held(Source(Runs(reference, simulate(reference, runs=2))))) == ""


def test_the_ends_of_a_band_are_as_large_as_they_are_said_to_be():
    """Beside 118k they were 41 and 129 once."""
    told = Scale(1e-3, after="k HAE", decimals=0)
    assert spread(Estimate(118_317.0, 0.0, 41_465.0, 128_886.0), told, "k") == "90% of runs: 41k to 129k"
