"""Controls from what scenarios declare."""

from __future__ import annotations

import pytest

from dashboard.declared import explain, label, levers, nice_step, uncertainties, unit
from dashboard.drawer import fitting
from market import Scenario
from market.scenario import shipped


@pytest.mark.parametrize("name", list(shipped()))
def test_every_declared_path_has_a_control_that_allows_its_value(name):
    scenario = Scenario.load(name)
    made = [*levers(scenario, scenario), *uncertainties(scenario, scenario)]
    assert {c.path for c in made} == {*scenario.levers, *scenario.uncertainties}
    for control in made:
        assert control.label
        assert control.value == control.own == scenario.get(control.path)
        if control.kind == "slider":
            assert control.low <= control.value <= control.high
            assert 0.0 < control.step <= control.high - control.low
        if control.kind == "choice":
            assert control.value in dict(control.options)


def test_a_change_shows_beside_the_scenarios_own_value():
    base = Scenario.load("colossus")
    changed = base.replace("market.shock_level", 20.0)
    control = next(c for c in uncertainties(changed, base) if c.path == "market.shock_level")
    assert (control.value, control.own, control.high) == (20.0, 10.0, 20.0)


def test_words():
    assert label("buyers.xAI.cost_factor") == "xAI: cost factor"
    assert label("buyers.Rest of world.urgency") == "Rest of world: urgency"
    assert label("market.shock_level") == "Shock level"
    assert explain("A: factor on the value of compute") == "Factor on the value of compute"
    assert explain("phi of E3: share of the largest rival it must match") == "Share of the largest rival it must match"
    assert explain("eta of E3") == ""
    assert explain("how the list price moves") == "How the list price moves"
    assert unit("1") == ""
    assert unit("1/quarter") == "a quarter"


@pytest.mark.parametrize(("span", "step"), [(8.0, 0.2), (0.05, 0.001), (1.0, 0.02), (6.0, 0.2), (50.0, 1.0)])
def test_steps(span, step):
    assert nice_step(span) == pytest.approx(step)


def test_values_from_the_browser_take_the_type_of_the_field():
    assert isinstance(fitting(2.0, 3), float)
    assert isinstance(fitting(2, 3.0), int)
    assert fitting(0.5, 0.30000000000000004) == 0.3
    assert fitting("sticky", "fixed") == "fixed"
    assert fitting(True, False) is False
