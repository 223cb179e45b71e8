"""Properties up to rounding: P09, P13, P14 and P17."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market import Scenario, simulate
from market.allocation import RULES
from market.schema import table_model
from tests.gears import bits_differ
from tests.properties import few
from tests.properties.strategies import ANONYMOUS, World, worlds
from tests.worlds import changed, quiet_world

CLOSE = 1e-9

SIZES = {
    "capex", "funding", "income", "opening_cash", "opening_power", "opening_stock", "power_starts", "redirect",
    "reference_stock", "round_size", "space",
}  # fmt: skip
"""Settings of a buyer that are quantities, money or power."""


def enlarged(raw: World, factor: float) -> World:
    """The same world with all quantities, money and power so many times as large; prices as they are."""

    def times(value):
        return [factor * v for v in value] if isinstance(value, list) else factor * value

    scenario = Scenario.from_dict(raw)
    buyers = {}
    for name, buyer in raw["buyers"].items():
        fields = table_model(scenario.classes[name]).model_fields
        known = {field: buyer.get(field, fields[field].default) for field in SIZES & set(fields)}
        buyers[name] = buyer | {field: times(value) for field, value in known.items()}
    return changed(raw, {("buyers",): buyers, ("supplier", "upstream"): times(raw["supplier"]["upstream"])})


RATIOS = (
    "fill_rate", "order_inflation", "unmet_share", "quoted_lead_weeks", "realised_lead_weeks", "cohort_lead_weeks",
    "rental_usd_hour", "hhi", "gross_margin", "product_list_price", "product_transaction_price",
    "product_shadow_price", "product_premium", "product_quoted_lead_weeks", "buyer_share_units", "buyer_share_hae",
    "buyer_price_paid", "buyer_realised_lead_weeks", "buyer_fill_rate",
)  # fmt: skip


@few
@given(worlds())
def test_p09_the_unit_of_size_does_not_matter(raw):
    small, large = (simulate(Scenario.from_dict(enlarged(raw, factor)), runs=3) for factor in (1.0, 1000.0))
    assert small.attrs["failures"] == large.attrs["failures"] == []
    for name in small.data_vars:
        expected = small[name].values * (1.0 if name in RATIOS else 1000.0)
        np.testing.assert_allclose(large[name].values, expected, rtol=CLOSE, atol=CLOSE, err_msg=name)


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
