"""The live and the ensemble gear give the same numbers, to the last bit."""

import itertools

import pytest

from agents.tactics import TACTICS
from market import Scenario, simulate
from market.allocation import RULES
from market.pricing import REGIMES
from market.protocols import PROTOCOLS
from market.scenario import shipped
from tests.gears import bits_differ, differences


@pytest.mark.parametrize("seed", [0, 7, 20221130])
@pytest.mark.parametrize("name", shipped())
def test_shipped_scenario(name, seed):
    assert differences(Scenario.load(name), seed, first=seed % 5, runs=3) == []


@pytest.mark.parametrize(("allocation", "protocol", "regime"), list(itertools.product(RULES, PROTOCOLS, REGIMES)))
def test_mechanism(allocation, protocol, regime):
    scenario = Scenario.load("colossus").replace_all(
        {"market.allocation": allocation, "market.protocol": protocol, "market.price_regime": regime}
    )
    assert differences(scenario, seed=3, first=2, runs=1) == []


@pytest.mark.parametrize("tactic", TACTICS)
def test_tactic(tactic):
    changes = {f"buyers.{name}.tactic": tactic for name in Scenario.load("colossus").buyers}
    scenario = Scenario.load("colossus").replace_all(changes | {"supplier.tactic": tactic, "supplier.at_once": 0.1})
    assert differences(scenario, seed=3, first=2, runs=2) == []


def test_mechanisms_change_the_numbers():
    """Switching a mechanism is worth a parity test only if it does something."""
    base = Scenario.load("colossus")
    results = {
        (field, name): simulate(base.replace(f"market.{field}", name))
        for field, names in (("allocation", RULES), ("protocol", PROTOCOLS), ("price_regime", REGIMES))
        for name in names
    }
    for (field, name), (other_field, other) in itertools.combinations(results, 2):
        if field == other_field:
            assert bits_differ(results[field, name], results[field, other]), f"{name} does what {other} does"


@pytest.mark.parametrize("name", shipped())
def test_checks_do_not_change_the_numbers(name):
    scenario = Scenario.load(name)
    checked = simulate(scenario.replace("market.checked", True), runs=3)
    assert checked.attrs["failures"] == []
    assert bits_differ(checked, simulate(scenario, runs=3)) == []
