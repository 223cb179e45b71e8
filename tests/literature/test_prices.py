"""Worked cases of the shadow price, the rent, and what is made (economics E32 to E34: B70 to B72)."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from agents.rules import book
from market import Market, Scenario
from market.measures import HOURS, move_rent
from market.mechanisms import clearing
from tests.worlds import quiet_world


@pytest.mark.parametrize(
    ("quarters", "supply", "money", "value", "price"),
    [
        (1, 60.0, 1e9, 6.75, 19.259259),
        (2, 120.0, 1e9, 6.75, 17.485184),
        (1, 10.0, 3000.0, 67.5, 300.0),  # at a value of 6.75 only 5 would be wanted at 300: the price would be 50.32
        (1, 10.0, 3000.0, 6.75, 50.322581),
    ],
)
def test_b70_the_shadow_price_over_quarters(quarters, supply, money, value, price):
    raw = quiet_world(100.0, 2, only={"capital_cost": 0.10, "retirement": 0.05, "price_fall": 0.15, "adjustment": 0.26})
    raw["market"]["shadow_quarters"] = quarters
    model = Market(Scenario.from_dict(raw))
    buyer = model.buyers[0]
    buyer.stock = buyer.reference_stock = 100.0
    buyer.value = value
    buyer.income = money / 1e6
    found = clearing.clearing_price(model, model.buyers, supply, 20.0, clearing.OPEN)
    assert found == pytest.approx(price, abs=1e-5)


def rent(services: float, steps: int = 1, speed: float = 1.0, before: float = 0.0) -> float:
    """USD per HAE and hour of use where a HAE costs 33,000 USD and one is deployed."""
    market = SimpleNamespace(
        hae_price=33e3, buyer_count=1, rent_elasticity=1.5, contract_speed=speed, rent=before * HOURS * 0.7
    )
    for _ in range(steps):
        move_rent(market, [SimpleNamespace(services_at=lambda cost: services)], 1.0)
    return market.rent / (HOURS * 0.7)


def test_b71_rent():
    assert rent(1.0) == pytest.approx(2.421722, abs=1e-6)
    assert rent(4.0) == pytest.approx(6.102357, abs=1e-6)
    assert rent(4.0, speed=0.5, before=2.421722) == pytest.approx(4.262040, abs=1e-6)
    assert rent(4.0, steps=60, speed=0.5, before=2.421722) == pytest.approx(6.102357, abs=1e-6)


def test_rent_falls_in_what_is_deployed():
    assert rent(0.5) < rent(1.0) < rent(2.0)


def test_b72_made_is_what_can_be_paid():
    """Money for 100 of 160 on order; the ramp lets 30 of the new be made, and the old get the rest of the money."""
    raw = quiet_world(100.0, 8, only={"income": 100.0 / 1e6})
    raw["supplier"]["ramp_quarters"] = 10.0
    unit = raw["products"].pop("unit")
    raw["products"] = {"old": unit | {"launch": "2018Q1", "announced": "2018Q1"}, "new": unit | {"generation": 1}}
    raw["buyers"]["only"]["opening_product"] = "old"
    model = Market(Scenario.from_dict(raw))
    model.quarter = 2
    buyer, supplier = model.buyers[0], model.supplier
    supplier.wafers, buyer.cash = 100.0, 100.0 / 1e6
    for product in model.products:
        product.generation_launch = product.launch
        product.backlog = 80.0
        book.join(buyer, product.index, 80.0, 1.0, 0, 2, 0.0)
    supplier.produce(model, model.products, model.buyers)
    assert [product.produced for product in model.products] == pytest.approx([70.0, 30.0], abs=1e-9)
    assert model.wafers_used == pytest.approx(100.0)


def test_what_nobody_can_pay_is_not_made():
    model = Market(Scenario.from_dict(quiet_world(100.0, 6, only={"opening_stock": 900.0, "opening_flow": 1.0})))
    model.buyers[0].opening_book = 1.0
    for buyer in model.buyers:
        buyer.income = 0.0
    while model.quarter < 6:
        model.build.paths["buyers"][:] = 0.0
        model.step()
        for product in model.products:
            assert product.produced + product.stock_before <= max(product.takeable, product.stock_before) + 1e-9
            assert product.stock == 0.0
