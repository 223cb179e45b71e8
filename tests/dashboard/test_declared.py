"""Controls from what scenarios declare."""

from __future__ import annotations

import math

import pytest

from dashboard.pages.drawer import fitting, taken
from dashboard.reading.declared import VARIOUS, explain, label, levers, nice_step, uncertainties, unit
from dashboard.state.session import Setting
from market import BadInput, Scenario
from market.mechanisms.allocation import RULES
from market.mechanisms.pricing import REGIMES
from market.mechanisms.protocols import PROTOCOLS
from market.scenario.scenario import shipped


@pytest.mark.parametrize("name", list(shipped()))
def test_every_declared_path_has_a_control_that_allows_its_value(name):
    scenario = Scenario.load(name)
    made = [*levers(scenario, scenario), *uncertainties(scenario, scenario)]
    declared = {*scenario.levers, *scenario.uncertainties}
    assert {c.path for c in made} == {path for path in declared if not isinstance(scenario.get(path), list)}
    for control in made:
        assert control.label
        own = scenario.get(control.path)
        assert control.value == control.own == (VARIOUS if isinstance(own, dict) else own)
        held = own.values() if isinstance(own, dict) else [own]
        if control.kind == "slider":
            assert control.low <= min(held) <= max(held) <= control.high
            assert 0.0 < control.step <= control.high - control.low
        if control.kind == "choice":
            assert control.value in dict(control.options)


@pytest.mark.parametrize("name", list(shipped()))
def test_every_option_can_be_chosen(name):
    """And comes back from the browser as the scenario takes it."""
    scenario = Scenario.load(name)
    for control in levers(scenario, scenario):
        for value, _ in control.options:
            changed = scenario.replace(control.path, fitting(control.own, value))
            assert changed.get(control.path) == value


def test_a_mechanism_may_be_any_of_its_kind():
    base = Scenario.load("colossus")
    options = {c.path: [value for value, _ in c.options] for c in levers(base, base)}
    for kind, known in (("allocation", RULES), ("protocol", PROTOCOLS), ("price_regime", REGIMES)):
        listed = base.levers[f"market.{kind}"]
        assert options[f"market.{kind}"][: len(listed)] == listed
        assert sorted(options[f"market.{kind}"]) == sorted(known)


def test_words_of_an_outside_option():
    base = Scenario.load("asic")
    found = {c.path: c for c in levers(base, base)}["outside.AMD.switch_cost"]
    assert found.label == "AMD: switch cost"
    assert found.help == "Cost of moving software to it, over its price"


def test_a_change_shows_beside_the_scenarios_own_value():
    base = Scenario.load("colossus")
    changed = base.replace("market.shock_level", 20.0)
    control = next(c for c in uncertainties(changed, base) if c.path == "market.shock_level")
    assert (control.value, control.own, control.high) == (20.0, 3.25, 20.0)


def test_a_field_of_many_has_one_control():
    base = Scenario.load("colossus")
    path = "buyers.*.elasticity"

    def shown(scenario):
        return next(c for c in uncertainties(scenario, base) if c.path == path)

    apart = base.replace("buyers.xAI.elasticity", 4.0)
    assert (shown(base).label, shown(base).value, shown(base).high) == ("All buyers: elasticity", 1.45, 2.0)
    assert (shown(apart).kind, shown(apart).value, shown(apart).own) == ("slider", "various", 1.45)
    assert (shown(apart).low, shown(apart).high) == (0.9, 4.0)
    assert shown(apart.replace(path, 2.0)).value == 2.0


def test_words():
    assert label("buyers.xAI.cost_factor") == "xAI: cost factor"
    assert label("buyers.Small customers.urgency") == "Small customers: urgency"
    assert label("market.shock_level") == "Shock level"
    assert label("supplier.upstream.growth_after") == "Upstream: growth after"
    assert label("buyers.*.capex.growth_after") == "All buyers: capex growth after"
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


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("scenario", "/etc/passwd", "Found '/etc/passwd'; allowed: asic, "),
        ("scenario", ["colossus"], "Found ['colossus']; allowed: asic, "),
        ("runs", 10**9, "Found 1000000000; allowed: 50 to 1000 runs."),
        ("runs", True, "Found True; allowed: 50 to 1000 runs."),
        ("runs", math.nan, "Found nan; allowed: 50 to 1000 runs."),
        ("seed", "seven", "Found 'seven'; allowed: a whole number from 0 to "),
        ("seed", 7, "Found 7; allowed: a whole number from 0 to "),
        ("market.checked", True, "Found 'market.checked'; allowed: one of the scenario's controls."),
        ("market.shock_level", -1.0, "colossus.toml: market.shock_level: found -1.0; allowed: 0.1 to 50"),
        ("market.shock_level", {"series": "x"}, "colossus.toml: market.shock_level"),
        ("market.allocation", "mine", "colossus.toml: market.allocation: found 'mine'; did you mean 'linear'? "),
    ],
)
def test_whatever_a_browser_sends_is_a_setting_or_a_sentence(path, value, sentence):
    with pytest.raises(BadInput) as refused:
        taken(Setting(), path, value)
    assert str(refused.value).startswith(sentence)


def test_what_the_drawer_takes():
    assert taken(Setting(), "scenario", "glut") == Setting("glut")
    assert taken(Setting(), "runs", 400.0) == Setting(runs=400)
    assert taken(Setting(), "seed", "7") == Setting(seed=7)
    assert taken(Setting(seed=7), "seed", "2024") == Setting()
    assert taken(Setting(), "market.shock_level", 5) == Setting().changed("market.shock_level", 5.0)
