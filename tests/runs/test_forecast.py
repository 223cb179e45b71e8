"""The scenario from-2026: real inputs to their newest quarter, stated rules after it, called a conditional forecast."""

from __future__ import annotations

import json

import pytest

from market import Scenario
from market.scenario.paths import inputs, parse_quarter
from runs import Design
from tests import forecast_page

NEWEST = "2026Q2"
SCENARIO, COLOSSUS, DESIGN = Scenario.load("from-2026"), Scenario.load("colossus"), Design.load("forecast")
CAPEX, CAPACITY = "buyers.*.capex.growth_after", "supplier.upstream.growth_after"


def test_it_ends_eight_quarters_after_the_newest_real_one():
    assert SCENARIO.quarters[0] == COLOSSUS.quarters[0]
    assert len(SCENARIO.quarters) - SCENARIO.quarters.index(NEWEST) - 1 == 8
    assert parse_quarter(NEWEST) in inputs()["capex_cash/five"]


def test_it_is_called_a_conditional_forecast_wherever_it_is_told(gpumarket):
    assert "conditional forecast" in SCENARIO.head.description
    assert "A conditional forecast." in SCENARIO.story.text
    assert "conditional forecast" in SCENARIO.title
    status, out, _ = gpumarket("run", "from-2026", "--runs", "2", "--gear", "live")
    assert status == 0
    assert out.startswith("From today: a conditional forecast, 2026Q3 to 2028Q2\n")
    _, out, _ = gpumarket("run", "from-2026", "--runs", "1", "--gear", "live", "--json")
    assert json.loads(out)["title"] == SCENARIO.title
    assert DESIGN.head.title.startswith("Conditional forecasts ")


def test_what_is_real_is_not_touched():
    until = SCENARIO.quarters.index(NEWEST) + 1
    for growth in (SCENARIO.uncertainties[CAPEX].low, SCENARIO.uncertainties[CAPEX].high):
        moved = SCENARIO.replace(CAPEX, growth)
        five = [
            moved.buyers[name].capex.values(moved.start, moved.horizon) for name in ("Microsoft", "Google", "Amazon")
        ]
        real = [COLOSSUS.buyers[name].capex.values(moved.start, until) for name in ("Microsoft", "Google", "Amazon")]
        assert [path[:until] for path in five] == real
        assert five[0][-1] == pytest.approx(real[0][-1] * (1.0 + growth) ** 8)


def test_the_spread_is_what_the_five_have_shown():
    five = inputs()["capex_cash/five"]
    known = [five[quarter] for quarter in range(parse_quarter("2022Q1"), parse_quarter(NEWEST) + 1)]
    growth = [(later / earlier) ** 0.25 - 1.0 for earlier, later in zip(known, known[4:], strict=False)]
    assert SCENARIO.uncertainties[CAPEX].low == pytest.approx(min(growth), abs=0.005)
    assert SCENARIO.uncertainties[CAPEX].high == pytest.approx(max(growth), abs=0.005)
    assert SCENARIO.uncertainties[CAPEX].mode == SCENARIO.buyers["Meta"].capex.growth_after == 0.03


def test_the_design_samples_what_the_scenario_leaves_open():
    for path in (CAPEX, CAPACITY, "market.plan_weight"):
        assert DESIGN.uncertainties[path] == SCENARIO.uncertainties[path]
    assert len(DESIGN.uncertainties) == 3


def test_the_page_is_what_the_command_says():
    assert forecast_page.PAGE.read_text(encoding="utf-8") == forecast_page.page()
