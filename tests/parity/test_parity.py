"""The live and the ensemble gear give the same numbers, to the last bit."""

from __future__ import annotations

import itertools
import random
import sys
from functools import cache
from typing import Any

import pytest

from agents.bargainer import Bargainer
from agents.buyer import Buyer
from agents.records.roles import Choice, fields_of
from market import Scenario, simulate
from market.gears import ensemble
from market.market_state import MarketState
from market.scenario.scenario import shipped
from tests.gears import bits_differ, differences

CHOICES = {
    name: tuple(field.role.options)
    for cls in (MarketState, Buyer)
    for name, field in fields_of(cls).items()
    if isinstance(field.role, Choice)
}
"""Every list of mechanisms, by the attribute that names one of it."""

MECHANISMS = [(kind, name) for kind, names in CHOICES.items() for name in names]

CONTEXT: dict[str, dict[str, Any]] = {
    "protocol": {"supplier.bargaining_weight": 0.2},  # of 0.7 no price is below the best excluded buyer's
    "tactic": {"supplier.at_once": 0.1},
    "bidding": {"market.protocol": "pay_as_bid_auction"},
}
"""What else it takes for the mechanisms of a list to differ."""

BUYERS = tuple(Scenario.load("colossus").buyers)

SWITCHES: dict[str, dict[str, Any]] = {
    "deposit": {"market.deposit": 0.1},
    "reserves": {"market.reserved_share": 0.3} | {f"buyers.{name}.reserves": 0.4 for name in BUYERS[:5]},
    "conversion": {"market.conversion_rate": 0.5, "market.conversion_charge": 0.02},
    "vendor finance": {"buyers.xAI.vendor_finance": 0.5, "buyers.CoreWeave.vendor_finance": 0.3},
    "names": {"buyers.xAI.names": 3, "buyers.CoreWeave.names": 2},
    "readiness": {"buyers.Microsoft.opening_power": 200.0, "buyers.Microsoft.readiness_claim": 0.8},
    "osborne": {"market.ordering": "anchored"} | {f"buyers.{name}.osborne": 0.5 for name in BUYERS},
    "outside options": {"supplier.entry_restraint": 2.0, "market.exclusive_weight": 1.0},
    "no fairness": {"supplier.fairness": False},
    "price promise": {"supplier.price_promise": True},
    "menu cost": {"supplier.menu_cost": 0.02},
    "loyalty": {"supplier.loyalty": 2.0},
    "dispersion": {"supplier.dispersion": 0.8},
    "prize": {"market.prize": 5000.0} | {f"buyers.{name}.races": True for name in ("xAI", "Meta", "Google")},
    "no due dates": {"market.due_first": False},
    "free cancellation": {"market.fee_full": 0.0, "market.fee_at_two": 0.0},
}
"""What else can be switched on or off beside the named mechanisms."""


def setting(kind: str, name: str) -> dict[str, Any]:
    """The changes that choose a mechanism, for all whom it concerns."""
    if kind in fields_of(MarketState):
        return {f"market.{kind}": name}
    everybody = {f"buyers.{buyer}.{kind}": name for buyer in BUYERS}
    return everybody | ({f"supplier.{kind}": name} if kind in fields_of(Bargainer) else {})


@cache
def world(outside: bool = False) -> Scenario:
    return Scenario.load("asic" if outside else "colossus")


def switched(name: str) -> Scenario:
    return world(name == "outside options").replace_all(SWITCHES[name])


@pytest.mark.parametrize("seed", [0, 7, 20221130])
@pytest.mark.parametrize("name", shipped())
def test_shipped_scenario(name, seed):
    assert differences(Scenario.load(name), seed, first=seed % 5, runs=2) == []


@pytest.mark.parametrize(("kind", "name"), MECHANISMS)
def test_mechanism(kind, name):
    scenario = world().replace_all(CONTEXT.get(kind, {}) | setting(kind, name))
    assert differences(scenario, seed=3, first=2, runs=2) == []


@pytest.mark.parametrize("name", SWITCHES)
def test_switch(name):
    assert differences(switched(name), seed=3, first=2, runs=2) == []


@pytest.mark.parametrize("number", range(60))
def test_combination(number):
    """One mechanism of every list and each switch with even chance, the same sample every time."""
    chance = random.Random(number)
    changes: dict[str, Any] = {}
    for kind, names in CHOICES.items():
        changes |= setting(kind, chance.choice(names))
    switches = [name for name in SWITCHES if chance.random() < 0.5]
    for name in switches:
        changes |= SWITCHES[name]
    assert differences(world("outside options" in switches).replace_all(changes), seed=number, first=2) == []


@pytest.mark.parametrize("allocation", CHOICES["allocation"])
@pytest.mark.parametrize("quoting", CHOICES["quoting"])
@pytest.mark.parametrize("ordering", CHOICES["ordering"])
def test_every_ordering_quoting_allocation_and_protocol(ordering, quoting, allocation):
    """Over the six quarters in which the shortage comes."""
    short = world().replace_all(
        {"horizon": 6, "market.ordering": ordering, "market.quoting": quoting, "market.allocation": allocation}
    )
    for protocol in CHOICES["protocol"]:
        assert differences(short.replace("market.protocol", protocol), seed=11) == [], protocol


@pytest.mark.parametrize("kind", CHOICES)
def test_mechanisms_change_the_numbers(kind):
    """Choosing a mechanism is worth a parity test only if it does something."""
    results = {
        name: simulate(world().replace_all(CONTEXT.get(kind, {}) | setting(kind, name))) for name in CHOICES[kind]
    }
    for name, other in itertools.combinations(results, 2):
        assert bits_differ(results[name], results[other]), f"{name} does what {other} does"


@pytest.mark.parametrize("name", SWITCHES)
def test_switches_change_the_numbers(name):
    assert bits_differ(simulate(switched(name)), simulate(world(name == "outside options")))


@pytest.mark.parametrize("name", shipped())
def test_checks_do_not_change_the_numbers(name):
    scenario = Scenario.load(name)
    checked = simulate(scenario.replace("market.checked", True), runs=3)
    assert checked.attrs["failures"] == []
    assert bits_differ(checked, simulate(scenario, runs=3)) == []


def test_arrays_that_are_lent_to_compiled_code_come_back():
    """Rules do not count who holds the records: what Python handed over it alone holds afterwards."""
    built = Scenario.load("reference").build
    function, draws = ensemble.compiled(built), built.all_draws(1, 0, 3)
    out = {family: ensemble.room(built, family, 3) for family in ensemble.MEASURED}
    lent = [*built.start.values(), *built.paths.values(), *draws, *out.values()]
    before = [sys.getrefcount(array) for array in lent]
    for _ in range(5):
        ensemble.run(built, function, draws, out)
    assert [sys.getrefcount(array) for array in lent] == before
