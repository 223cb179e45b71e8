"""Properties that hold to the last bit: P01, P08, P29, P30, and that recording changes nothing."""

import os
from unittest import mock

import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from market import Scenario, simulate
from tests.gears import bits_differ, differences
from tests.properties import few
from tests.properties.strategies import START, buyers, quarter_label, worlds
from tests.worlds import changed


@few
@given(worlds())
def test_both_gears(raw):
    assert differences(Scenario.from_dict(raw), first=raw["seed"] % 7, runs=1) == []


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


@few
@given(worlds(), st.randoms(use_true_random=False))
def test_p08_the_order_of_declaration_does_not_matter(raw, random):
    names = list(raw["buyers"])
    random.shuffle(names)
    shuffled = changed(raw, {("buyers",): {name: raw["buyers"][name] for name in names}})
    one, other = Scenario.from_dict(raw), Scenario.from_dict(shuffled)
    assert bits_differ(simulate(one, runs=3), simulate(other, runs=3)) == []


@few
@given(worlds(), buyers(), st.sampled_from(["A first", "B1b between", "Z last"]))
def test_p29_an_inert_buyer_changes_nobody_else(raw, others, name):
    inert = others["B0"] | {"redirect_to": "B0"} if others["B0"]["class"] == "Enterprise" else dict(others["B0"])
    for field in ("opening_stock", "reference_stock", "opening_cash", "income", "capex", "funding", "round_chance"):
        if field in inert or field == "reference_stock":
            inert[field] = 0.0
    without = simulate(Scenario.from_dict(raw), runs=3)
    scenario = Scenario.from_dict(changed(raw, {("buyers", name): inert}))
    beside = simulate(scenario, runs=3)
    assert not beside.sel(buyer=name).buyer_delivered.any()
    assert bits_differ(without, beside.drop_sel(buyer=name)) == []


EVENTS = st.sampled_from(
    ["supplier.upstream", "supplier.capacity_factor", "products.P0.open_market", "buyers.B1.income"]
)


@few
@given(worlds(), EVENTS, st.integers(0, 12))
def test_p30_a_null_treatment(raw, path, quarter):
    event = {"quarter": quarter_label(START + quarter), "path": path, "multiply": 1.0}
    treated = Scenario.from_dict(raw | {"events": [event]})
    assert bits_differ(simulate(Scenario.from_dict(raw), runs=3), simulate(treated, runs=3)) == []


@few
@given(worlds(), EVENTS, st.sampled_from(["set", "add", "multiply"]))
def test_p30_a_treatment_after_the_horizon(raw, path, action):
    event = {"quarter": quarter_label(START + raw["horizon"]), "path": path, action: 0.5}
    treated = Scenario.from_dict(raw | {"events": [event]})
    assert bits_differ(simulate(Scenario.from_dict(raw), runs=3), simulate(treated, runs=3)) == []


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
