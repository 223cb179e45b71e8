"""A quarter explained: the waterfall adds up, and the caps are those of the tables."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.why.panel import falls
from dashboard.why.quarter import Step, caps, explain, opening, rounded
from market import Scenario, simulate
from market.scenario.scenario import shipped


@pytest.mark.parametrize("name", shipped())
def test_a_waterfall_adds_up_in_every_run_and_on_screen(name):
    scenario = Scenario.load(name)
    data = simulate(scenario, runs=8)
    for at, quarter in enumerate(scenario.quarters):
        then = data.isel(quarter=at)
        closing = opening(data, at) + then.ordered - then.cancelled - then.shipped
        np.testing.assert_allclose(closing.values, then.backlog.values, rtol=1e-9, atol=1e-6)
        why = explain(scenario, data, quarter)
        flows = sum(step.change for step in why.steps[:-1])
        assert flows == pytest.approx(why.steps[-1].change, rel=1e-9, abs=1e-6)
        rows, _ = falls(why.steps)
        assert sum(row["value"] for row in rows[:-1]) == rows[-1]["value"]
        assert quarter in why.sentence


def test_what_rounding_leaves_goes_to_the_largest_remainders():
    steps = [Step("a", 1.4, ""), Step("b", 1.4, ""), Step("c", 1.3, ""), Step("end", 4.1, "", total=True)]
    assert rounded(steps, 1.0) in ([2, 1, 1, 4], [1, 2, 1, 4])


def test_caps_are_those_of_the_tables():
    scenario = Scenario.load("colossus")
    data = simulate(scenario, runs=40)
    found = caps(scenario, data)
    full = (data.wafers_used >= 0.999 * data.wafers_usable).mean("run")
    np.testing.assert_allclose(np.add(found["Packaging"], found["Ramp"]), full.values)
    at = scenario.quarters.index("2025Q1")
    assert found["Money"][at] == pytest.approx(float(data.money_capped[:, at].mean()))
    assert found["Export rule"][scenario.quarters.index("2023Q4")] > 0.5
    assert found["Export rule"][scenario.quarters.index("2024Q1")] == 0.0
    assert "packaging was full in" in explain(scenario, data, "2023Q3").sentence
    assert "the export rule cancelled" in explain(scenario, data, "2023Q4").sentence
    assert caps(Scenario.load("reference"), simulate(Scenario.load("reference"), runs=2))["Export rule"] == [0.0] * 12
