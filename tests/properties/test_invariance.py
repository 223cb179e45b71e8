"""Properties up to rounding: P09, P10, P13, P14 and P17."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.records.roles import Parameter, fields_of
from agents.supplier import Supplier
from market import Scenario
from market.market_state import MarketState
from market.mechanisms.allocation import RULES
from market.product import OutsideOption, Product
from market.scenario.schema import table_model
from tests.gears import PREFIX, apart, measured
from tests.properties import many
from tests.properties.strategies import ANONYMOUS, World, calm, worlds
from tests.worlds import changed, quiet_world

CLOSE = 1e-9
TIES = ("money_capped", "power_capped")
"""Which of two equal limits cuts a need: where both are what the other is, rounding decides."""


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
    return [name for name in apart(small, large, CLOSE) if name not in TIES]


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
    raw = changed(raw, {("supplier", "upstream"): 1e8, ("supplier", "ramp_quarters"): 1.0})
    for product in raw["products"].values():
        product |= {"launch": raw["start"], "announced": raw["start"], "generation": 0, "last_order": "never"}
    for buyer in raw["buyers"].values():
        buyer |= {"income": 1e9, "opening_power": 1e6, "opening_book": 0.0}
        if "capex" in buyer:
            buyer["capex"] = 1e9
    return raw


PEACEFUL = worlds(eventful=False)


@many
@given(PEACEFUL.map(rich))
def test_p13_plenty(raw):
    """Capacity without limit: no wait, no shortfall, no inflation, no premium."""
    results = measured(Scenario.from_dict(raw))
    base = raw["supplier"].get("base_weeks", 6.0)
    quotes = [results["quoted_lead_weeks"], results["product_quoted_lead_weeks"][..., : len(raw["products"])]]
    for found in quotes:
        assert found[np.isfinite(found)] == pytest.approx(base, abs=CLOSE)
    assert (results["buyer_ordered"] <= results["buyer_needed"] * (1.0 + CLOSE)).all()
    if raw["market"]["protocol"] in ("alternating_offers", "list_price", "nash"):  # else dearer units are fewer
        found = results["buyer_ordered"] / results["buyer_needed"].clip(1e-300)
        assert np.isclose(found[found > 0.0], 1.0, atol=CLOSE).all()  # nothing where no unit is worth its price
    assert (results["product_shadow_price"] <= results["product_list_price"] * (1.0 + CLOSE)).all()


@many
@given(PEACEFUL.map(rich), st.sampled_from(sorted(RULES)))
def test_p13_all_rules_agree(raw, rule):
    base = measured(Scenario.from_dict(changed(raw, {("market", "allocation"): "proportional"})))
    assert apart(base, measured(Scenario.from_dict(changed(raw, {("market", "allocation"): rule}))), CLOSE) == []


def idle(raw: World, without: str) -> World:
    """The world with nobody who wants or can pay for anything."""
    for buyer in raw["buyers"].values():
        buyer |= {"opening_book": 0.0, "opening_power": 1e4}
        if without == "wants":
            buyer |= {"opening_stock": 0.0, "reference_stock": 0.0, "parity": 0.0, "races": False}
        else:
            buyer |= {"income": 0.0, "opening_cash": 0.0}
            buyer |= {field: 0.0 for field in ("capex", "funding", "round_chance") if field in buyer}
            if buyer["class"] in ("FrontierLab", "Neocloud"):
                buyer |= {"opening_stock": 0.0}  # machines carry credit, and rents
    return raw


@many
@given(PEACEFUL, st.sampled_from(["wants", "money"]), st.booleans())
def test_p14_no_demand(raw, without, sticky):
    """Nothing is ordered, made or paid; there is no premium, so prices stay; nothing is infinite."""
    raw = idle(raw, without)
    if sticky:
        raw["market"]["price_regime"] = "sticky"
    results = measured(Scenario.from_dict(raw))
    for name in ("ordered", "shipped", "production", "backlog", "revenue", "cancelled", "needed"):
        if name != "needed" or without == "wants":
            assert not results[name].any(), name
    for name, values in results.items():
        assert not np.isinf(values).any(), name
    prices = [product["opening_price"] for product in raw["products"].values()]
    found = results["product_list_price"][..., : len(prices)]
    on_sale = np.isfinite(found)
    assert np.allclose(found[on_sale], np.broadcast_to(prices, found.shape)[on_sale], rtol=CLOSE)
    assert np.allclose(results["product_premium"][..., : len(prices)][on_sale], 0.0, atol=CLOSE)


def twins(raw: World) -> World:
    """The world with the first buyer alone, as often as there were buyers, and without own chances or favours."""
    raw = calm(raw)
    first = raw["buyers"]["B0"] | {"redirect_to": ""} if "redirect_to" in raw["buyers"]["B0"] else raw["buyers"]["B0"]
    raw["buyers"] = {name: dict(first) for name in raw["buyers"]}
    for option in raw["outside"].values():
        option.pop("owner", None)
    raw["events"] = []
    return raw


@many
@given(worlds().map(twins), st.sampled_from(ANONYMOUS))
def test_p17_identical_buyers_have_identical_paths(raw, rule):
    raw["market"]["allocation"] = rule
    results = measured(Scenario.from_dict(raw))
    for name, paths in results.items():
        if name.startswith("buyer_"):
            np.testing.assert_allclose(paths, np.repeat(paths[..., :1], paths.shape[2], axis=2), CLOSE, err_msg=name)
    delivered = results["shipped"] > 0.0
    assert results["hhi"][delivered] == pytest.approx(10000.0 / len(raw["buyers"]), rel=CLOSE)


TWIN = {"opening_stock": 200.0, "opening_flow": 0.4, "income": 3.0}


def test_p17_unlike_buyers_have_unlike_paths():
    raw = quiet_world(100.0, 8, one=TWIN, other=TWIN | {"opening_stock": 100.0})
    results = measured(Scenario.from_dict(raw))
    assert not np.allclose(results["buyer_delivered"][..., 0], results["buyer_delivered"][..., 1])
