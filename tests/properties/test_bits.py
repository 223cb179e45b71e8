"""Properties that hold to the last bit: P01, P08, P29, P30, and that recording changes nothing."""

import os
from unittest import mock

import numpy as np
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from market import Market, Scenario, quarter, simulate
from market.mechanisms.protocols import PROTOCOLS
from tests.gears import bits_differ, live_differs, measured, unequal
from tests.properties import few, many
from tests.properties.strategies import START, buyer, followed_by, quarter_label, rolled, worlds
from tests.worlds import changed


@many
@given(worlds())
def test_both_gears(raw):
    scenario = Scenario.from_dict(raw)
    fast = {name: values[0] for name, values in measured(scenario).items()}
    assert live_differs(Market(scenario).run(), fast) == []


@few
@given(worlds(), st.integers(1, 60), st.sampled_from([1, 3, 16]))
def test_p01_chunks_and_threads_change_nothing(raw, cut, threads):
    scenario = Scenario.from_dict(raw)
    whole = simulate(scenario, runs=61)
    with mock.patch.object(os, "cpu_count", return_value=threads):
        parts = [simulate(scenario, runs=cut), simulate(scenario, runs=61 - cut, first_replication=cut)]
        again = simulate(scenario, runs=61)
    assert bits_differ(whole, again) == []
    assert bits_differ(whole, xr.concat(parts, "run")) == []


def test_p01_another_seed_and_another_replication_are_other_runs():
    scenario = Scenario.load("colossus")
    runs = simulate(scenario, runs=2, seed=1)
    assert "revenue" in bits_differ(runs.isel(run=[0]), runs.isel(run=[1]))
    assert "revenue" in bits_differ(runs, simulate(scenario, runs=2, seed=2))


@many
@given(worlds(), st.permutations(range(4)))
def test_p08_the_order_of_declaration_does_not_matter(raw, order):
    names = [f"B{n}" for n in order if f"B{n}" in raw["buyers"]]
    shuffled = changed(raw, {("buyers",): {name: raw["buyers"][name] for name in names}})
    one, other = Scenario.from_dict(raw), Scenario.from_dict(shuffled)
    assert unequal(measured(one, runs=2), measured(other, runs=2)) == []


BARGAINS = [name for name in PROTOCOLS if "auction" not in name]


@many
@given(worlds(), st.sampled_from(BARGAINS), st.permutations(range(4)))
def test_p34_the_order_of_talks_does_not_matter(raw, protocol, order):
    """Exactly, by design: each pair talks from the state at the quarter's start. But for how prices are summed up."""
    model = Market(Scenario.from_dict(changed(raw, {("market", "protocol"): protocol})))

    def in_other_order(number, market, supplier, products, buyers):
        TRADE(number, market, supplier, products, [buyers[i] for i in order if i < len(buyers)])

    with mock.patch.object(quarter, "trade_by", in_other_order):
        model.run()
    as_ever = Market(model.scenario).run()
    at = as_ever.build.layouts["products"].columns.index("transaction_price")
    one, other = model.values("products"), as_ever.values("products")
    np.testing.assert_allclose(one[..., at], other[..., at], rtol=1e-12)
    assert np.array_equal(np.delete(one, at, 2), np.delete(other, at, 2), equal_nan=True)
    for family in ("market", "buyers"):
        assert np.array_equal(model.values(family), as_ever.values(family), equal_nan=True)


TRADE = quarter.trade_by

OWN_NEEDS = ("money_capped", "power_capped")
"""Shares of all needs, those of one who can pay for nothing among them."""


@many
@given(worlds(), rolled(80, buyer, 0, 1), st.sampled_from(["A first", "B1b between", "Z last"]))
def test_p29_an_inert_buyer_changes_nobody_else(raw, other, name):
    inert = other | {"redirect_to": "B0"} if other["class"] == "Enterprise" else dict(other)
    for field in ("opening_stock", "reference_stock", "opening_cash", "income", "capex", "funding", "round_chance"):
        if field in inert or field == "reference_stock":
            inert[field] = 0.0
    scenario = Scenario.from_dict(changed(raw, {("buyers", name): inert}))
    without, beside = measured(Scenario.from_dict(raw)), measured(scenario)
    at = scenario.build.names["buyers"].index(name)
    assert not beside["buyer_delivered"][..., at].any()
    beside |= {column: np.delete(values, at, 2) for column, values in beside.items() if column.startswith("buyer_")}
    assert set(unequal(without, beside)) <= set(OWN_NEEDS)


EVENTS = st.sampled_from(
    ["supplier.upstream", "supplier.capacity_factor", "products.P0.open_market", "buyers.B1.income"]
)


@many
@given(worlds(), EVENTS, st.integers(0, 12))
def test_p30_a_null_treatment(raw, path, quarter):
    event = {"quarter": quarter_label(START + quarter), "path": path, "multiply": 1.0}
    treated = Scenario.from_dict(followed_by(raw, event))
    assert unequal(measured(Scenario.from_dict(raw)), measured(treated)) == []


@many
@given(worlds(), EVENTS, st.sampled_from(["set", "add", "multiply"]))
def test_p30_a_treatment_after_the_horizon(raw, path, action):
    event = {"quarter": quarter_label(START + raw["horizon"]), "path": path, action: 0.5}
    treated = Scenario.from_dict(followed_by(raw, event))
    assert unequal(measured(Scenario.from_dict(raw)), measured(treated)) == []


def test_p30_a_treatment_within_the_horizon_has_an_effect():
    scenario = Scenario.load("colossus")
    event = {"quarter": "2023Q3", "path": "supplier.capacity_factor", "multiply": 0.5}
    treated = Scenario.from_dict(scenario.to_dict() | {"events": [*scenario.to_dict()["events"], event]})
    whole, whole_treated = simulate(scenario), simulate(treated)
    assert "production" in bits_differ(whole, whole_treated)
    looks_back = ["cohort_lead_weeks"]  # at all that became of a quarter's orders
    before = whole.isel(quarter=slice(0, 3)).drop_vars(looks_back)
    assert bits_differ(before, whole_treated.isel(quarter=slice(0, 3)).drop_vars(looks_back)) == []


@few
@given(worlds())
def test_recording_changes_nothing(raw):
    scenario = Scenario.from_dict(raw)
    assert bits_differ(simulate(scenario, runs=1), simulate(scenario, runs=1, trace=True)) == []
