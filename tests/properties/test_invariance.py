"""Properties up to rounding: P09, P13, P14 and P17."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.state import Parameter, fields_of
from agents.supplier import Supplier
from market import Scenario, simulate
from market.allocation import RULES
from market.market_state import MarketState
from market.product import OutsideOption, Product
from market.schema import table_model
from tests.gears import PREFIX, apart, bits_differ, measured
from tests.properties import few, many
from tests.properties.strategies import ANONYMOUS, World, worlds
from tests.worlds import changed, quiet_world

CLOSE = 1e-9

def _times(value, factor):
    return [factor * each for each in value] if isinstance(value, list) else factor * value


def _factor(unit: str, sizes: float, money: float) -> float:
    """What a number in that unit grows by if everything is so many times as large and money is worth so much less."""
    if unit.startswith("million USD"):  # sums of money
        return sizes * money
    if unit.startswith("USD"):  # prices
        return money
    return sizes if unit.split()[0] in ("HAE", "MW", "units", "wafers") else 1.0


EVENT_UNITS = {"amount": "million USD", "units": "HAE", "add": "million USD"}
"""What the numbers of random events are in; the others are factors."""


def scaled(raw: World, sizes: float = 1.0, money: float = 1.0) -> World:
    """The same world with quantities, money and power so many times as large, in money worth so much less."""
    scenario = Scenario.from_dict(raw)
    raw = changed(raw, {})

    def scale(table, cls):
        fields = table_model(cls).model_fields
        for name, field in fields_of(cls).items():
            if name in fields and isinstance(field.role, Parameter) and (cls, name) != (Product, "hae"):
                factor = _factor(field.role.unit or "1", sizes, money)
                if factor != 1.0:
                    table[name] = _times(table.get(name, fields[name].default), factor)

    scale(raw["market"], MarketState)
    scale(raw["supplier"], Supplier)
    for table in raw["products"].values():
        scale(table, Product)
    for table in raw.get("outside", {}).values():
        hae = table["hae"]
        scale(table, OutsideOption)
        table["hae"] = hae
    for name, table in raw["buyers"].items():
        scale(table, scenario.classes[name])
    for event in raw.get("events", []):
        event |= {key: event[key] * _factor(unit, sizes, money) for key, unit in EVENT_UNITS.items() if key in event}
    return raw


def is_scaled(raw: World, sizes: float, money: float) -> list[str]:
    """The measures of the scaled world that are not those of the world in its units."""
    scenario = Scenario.from_dict(scaled(raw, sizes, money))
    small, large = measured(Scenario.from_dict(scaled(raw))), measured(scenario)
    for family, prefix in PREFIX.items():
        layout = scenario.build.layouts[family]
        for column in layout.columns:
            small[prefix + column] = small[prefix + column] * _factor(layout.fields[column].role.unit, sizes, money)
    return apart(small, large, CLOSE)


@many
@given(worlds())
def test_p09_the_unit_of_size_does_not_matter(raw):
    assert is_scaled(raw, 1000.0, 1.0) == []


@many
@given(worlds())
def test_p10_the_unit_of_money_does_not_matter(raw):
    assert is_scaled(raw, 1.0, 10.0) == []


def rich(raw: World) -> World:
    """The world with money, power and capacity beyond all wants, and products that stay on sale."""
    raw = changed(raw, {("supplier", "upstream"): 1e13, ("supplier", "ramp_quarters"): 1.0})
    for product in raw["products"].values():
        product |= {"launch": raw["start"], "announced": raw["start"], "generation": 0}
    for buyer in raw["buyers"].values():
        buyer |= {"income": 1e12, "opening_power": 1e12, "opening_book": 0.0}
        if "capex" in buyer:
            buyer["capex"] = 1e13
    return raw


@few
@given(worlds().map(rich))
def test_p13_plenty(raw):
    """Capacity without limit: no wait, no shortfall, no inflation, no premium."""
    results = simulate(Scenario.from_dict(raw), runs=3)
    assert results.attrs["failures"] == []
    base = raw["supplier"].get("base_weeks", 6.0)
    for name in ("quoted_lead_weeks", "product_quoted_lead_weeks"):
        found = results[name].values
        assert found[np.isfinite(found)] == pytest.approx(base, abs=CLOSE)
    inflation = results.order_inflation.values
    assert inflation[np.isfinite(inflation)] == pytest.approx(1.0, abs=CLOSE)
    assert (results.product_shadow_price.values <= results.product_list_price.values * (1.0 + CLOSE)).all()


@few
@given(worlds().map(rich))
def test_p13_all_rules_agree(raw):
    base = simulate(Scenario.from_dict(changed(raw, {("market", "allocation"): "proportional"})), runs=2)
    for rule in RULES:
        other = simulate(Scenario.from_dict(changed(raw, {("market", "allocation"): rule})), runs=2)
        for name in base.data_vars:
            np.testing.assert_allclose(other[name].values, base[name].values, rtol=CLOSE, atol=CLOSE, err_msg=name)


def idle(raw: World, without: str) -> World:
    """The world with nobody who wants or can pay for anything."""
    for buyer in raw["buyers"].values():
        buyer |= {"opening_book": 0.0, "opening_power": 1e4}
        if without == "wants":
            buyer |= {"opening_stock": 0.0, "reference_stock": 0.0, "parity": 0.0}
        else:
            buyer |= {"income": 0.0, "opening_cash": 0.0}
            buyer |= {field: 0.0 for field in ("capex", "funding", "round_chance") if field in buyer}
            if buyer["class"] in ("FrontierLab", "Neocloud"):
                buyer |= {"opening_stock": 0.0}  # machines carry credit, and rents
    return raw


@few
@given(worlds(), st.sampled_from(["wants", "money"]))
def test_p14_no_demand(raw, without):
    raw = idle(raw, without)
    scenario = Scenario.from_dict(raw)
    results = simulate(scenario, runs=3)
    assert results.attrs["failures"] == []
    for name in ("ordered", "shipped", "production", "backlog", "revenue", "cancelled", "needed"):
        assert not results[name].values.any(), name
    for name in results.data_vars:
        assert not np.isinf(results[name].values).any(), name


@few
@given(worlds(), st.sampled_from(["wants", "money"]))
def test_p14_without_demand_there_is_no_premium_and_prices_stay(raw, without):
    raw = changed(idle(raw, without), {("market", "price_regime"): "sticky"})
    results = simulate(Scenario.from_dict(raw))
    for name, product in raw["products"].items():
        found = results.sel(run=0, product=name)
        assert found.product_list_price.values == pytest.approx(product["opening_price"], rel=CLOSE)
        assert found.product_premium.values == pytest.approx(0.0, abs=CLOSE)


TWINS = {
    "opening_stock": 200.0,
    "opening_flow": 0.4,
    "opening_book": 1.0,
    "inflation_exponent": 0.7,
    "cancel_tolerance": 0.1,
    "income": 3.0,
    "parity": 1.0,
}


@few
@given(
    st.integers(2, 6), st.sampled_from(ANONYMOUS), st.sampled_from(["list_price", "alternating_offers"]),
    st.sampled_from(["Buyer", "FrontierLab", "Neocloud"]), st.booleans(), st.sampled_from([3.0, 50.0, 500.0]),
)  # fmt: skip
def test_p17_identical_buyers_have_identical_paths(count, rule, protocol, kind, due_first, capacity):
    buyers = {f"B{n}": TWINS | {"class": kind} for n in range(count)}
    raw = changed(
        quiet_world(capacity, 8, **buyers),
        {
            ("market", "allocation"): rule,
            ("market", "protocol"): protocol,
            ("market", "due_first"): due_first,
            ("market", "shock_level"): 5.0,
            ("products", "unit", "opening_price"): 3e4,
        },
    )
    results = simulate(Scenario.from_dict(raw))
    assert results.attrs["failures"] == []
    assert results.shipped.values.sum() > 0.0
    for name in results.data_vars:
        if name.startswith("buyer_"):
            paths = results[name].values[0]
            np.testing.assert_allclose(paths, np.repeat(paths[:, :1], count, axis=1), rtol=CLOSE, err_msg=name)
    delivered = results.shipped.values > 0.0
    assert results.hhi.values[delivered] == pytest.approx(10000.0 / count, rel=CLOSE)


def test_p17_unlike_buyers_have_unlike_paths():
    raw = quiet_world(100.0, 8, one=TWINS, other=TWINS | {"opening_stock": 100.0})
    results = simulate(Scenario.from_dict(raw))
    one, other = results.sel(buyer=["one"]), results.sel(buyer=["other"])
    assert "buyer_delivered" in bits_differ(one, other)
