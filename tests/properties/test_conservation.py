"""P02 to P06: units, orders, money and wafers are conserved, and the checks find it where they are not."""

import math

import pytest
from hypothesis import given

from agents.supplier import Supplier
from market import Market, Scenario, simulate
from market.gears.model import RunFailed
from market.scenario.scenario import shipped
from tests.gears import measured
from tests.properties import cheats, many
from tests.properties.strategies import worlds
from tests.worlds import changed, quiet_world


@many
@given(worlds())
def test_random_worlds(raw):
    """In the ensemble; the comparison of the gears runs such worlds live, checks on."""
    scenario = Scenario.from_dict(raw)
    assert scenario.market.checked
    measured(scenario, runs=10)


@pytest.mark.parametrize("name", shipped())
def test_shipped_worlds(name):
    scenario = Scenario.load(name).replace("market.checked", True)
    assert simulate(scenario, runs=100).attrs["failures"] == []


def world_of(kind="Buyer"):
    """Two buyers in a shortage, the second of a class that may cheat."""
    honest = {"opening_stock": 200.0, "opening_flow": 0.5}
    raw = quiet_world(100.0, 6, honest=honest, suspect=honest | {"class": kind})
    for buyer in raw["buyers"].values():
        buyer["income"] = 5.0
    return changed(raw, {("market", "checked"): True, ("products", "unit", "opening_price"): 3e4})


def test_honest_buyers_pass():
    Market(Scenario.from_dict(world_of())).run()


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (cheats.Counterfeiter, "P02"),
        (cheats.DoubleCounter, "P03"),
        (cheats.Forgetter, "P03"),
        (cheats.Embezzler, "P04"),
        (cheats.Overdrawer, "P04"),
        (cheats.FreeRider, "P04"),
        (cheats.Braggart, "P05"),
        (cheats.Overloader, "P05"),
        (cheats.Dreamer, "finite"),
        (cheats.Smuggler, "P04"),
        (cheats.Defaulter, "P04"),
        (cheats.Hamster, "P02"),
        (cheats.Faker, "P03"),
    ],
)
def test_cheats_are_caught(kind, found):
    raw = world_of(kind.__name__)
    if kind is cheats.Overdrawer:
        raw["buyers"]["suspect"]["income"] = 0.0
    if kind is cheats.Overloader:
        raw["buyers"]["suspect"]["opening_power"] = 0.1
    if kind in (cheats.Smuggler, cheats.Hamster):
        raw["outside"] = {"other": {"opening_price": 1e4, "capacity": 1e4, "lead": 1}}
    if kind is cheats.Defaulter:
        raw["buyers"]["suspect"]["vendor_finance"] = 0.5
    if kind is cheats.Faker:
        raw["products"]["next"] = raw["products"]["unit"] | {"generation": 1, "opening_price": 1e4}
        raw["market"]["conversion_rate"] = 1.0
    Market(Scenario.from_dict(changed(raw, {("buyers", "suspect", "class"): "Buyer"}))).run()
    with pytest.raises(RunFailed) as caught:
        Market(Scenario.from_dict(raw)).run()
    assert found in str(caught.value)
    if kind not in (cheats.FreeRider, cheats.Defaulter):  # a gap between two sides has no name
        assert "suspect" in str(caught.value)
    assert str(caught.value).startswith("2023Q")


def produce_from_nothing(supplier, market, products, buyers):
    Supplier.produce(supplier, market, products, buyers)
    products[0].stock = products[0].stock + 50.0


def waste_wafers(supplier, market, products, buyers):
    Supplier.produce(supplier, market, products, buyers)
    products[0].wafers = products[0].wafers + 50.0


@pytest.mark.parametrize(("produce", "found"), [(produce_from_nothing, "P05"), (waste_wafers, "P06")])
def test_a_cheating_supplier_is_caught(produce, found):
    model = Market(Scenario.from_dict(world_of()))
    model.supplier.produce = lambda market, products, buyers: produce(model.supplier, market, products, buyers)
    with pytest.raises(RunFailed, match=found):
        model.run()


def test_a_price_outside_its_limits_is_caught(monkeypatch):
    def gouge(supplier, product):
        product.price = 2.0 * product.price

    monkeypatch.setattr(Supplier, "set_price", gouge)
    raw = changed(world_of(), {("market", "price_regime"): "sticky"})
    with pytest.raises(RunFailed, match="P05"):
        Market(Scenario.from_dict(raw)).run()


def test_figures_must_be_finite_even_unchecked():
    raw = changed(world_of("Dreamer"), {("market", "checked"): False})
    with pytest.raises(RunFailed, match="finite"):
        Market(Scenario.from_dict(raw)).run()


def test_without_the_checks_a_cheat_goes_on():
    raw = changed(world_of("Counterfeiter"), {("market", "checked"): False})
    model = Market(Scenario.from_dict(raw)).run()
    assert math.isfinite(model.backlog)
