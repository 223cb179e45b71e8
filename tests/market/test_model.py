"""The live market and the ensemble: what they accept, what they say when a run stops."""

from importlib import metadata

import numpy as np
import pytest

import market
from agents.rules import book
from market import BadInput, Market, Scenario, simulate
from market.gears.model import RunFailed
from market.gears.simulate import Cancelled
from tests.gears import differences
from tests.worlds import CALM, changed, quiet_world


@pytest.fixture(scope="module")
def reference():
    return Scenario.load("reference")


def test_stepping_is_running(reference):
    stepped = Market(reference)
    for label in reference.quarters:
        assert stepped.label == label
        stepped.step()
    assert stepped.label == ""
    assert not stepped.running
    assert np.array_equal(stepped.values("buyers"), Market(reference).run().values("buyers"), equal_nan=True)


def test_the_last_quarter_is_the_last(reference):
    with pytest.raises(RunFailed, match="the scenario ends after 12 quarters"):
        Market(reference).run().step()


def test_tables_are_long(reference):
    model = Market(reference).run()
    buyers = model.table("buyers")
    assert list(buyers.columns[:2]) == ["quarter", "buyer"]
    assert list(buyers.buyer[:4]) == ["A", "B", "A", "B"]
    assert len(buyers) == 24
    assert list(model.table("market").quarter) == reference.quarters
    assert buyers.ordered[0] == pytest.approx(113.875)


def test_mesa_collects_the_market(reference):
    model = Market(reference).run()
    frame = model.datacollector.get_model_vars_dataframe()
    assert frame.ordered.to_numpy() == pytest.approx(model.table("market").ordered.to_numpy())


def test_a_full_book_stops_the_run_with_a_sentence():
    """No capacity and an order every quarter: beside the opening order, forty lines are one too many."""
    buyer = {"class": "SteadyBuyer", "steady_order": 5.0, "opening_stock": 10.0, "opening_book": 1.0}
    model = Market(Scenario.from_dict(quiet_world(0.0, 40, patient=buyer)))
    with pytest.raises(RunFailed) as caught:
        model.run()
    sentence = str(caught.value)
    assert sentence.startswith("2032Q4: ")
    assert "patient" in sentence
    assert "the order book is full" in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize("runs", [0, -1, 1.5, "ten", True, None])
def test_runs_are_counted(reference, runs):
    with pytest.raises(BadInput, match=r"^runs: found .*; allowed: a whole number from 1$"):
        simulate(reference, runs=runs)


STARTS = [
    pytest.param(lambda scenario, **key: simulate(scenario, **_renamed(key)), id="ensemble"),
    pytest.param(lambda scenario, **key: Market(scenario, **key), id="live"),
]


def _renamed(key):
    return {"first_replication" if name == "replication" else name: value for name, value in key.items()}


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("seed", [-1, 0.5, "seven", 2**63, False])
def test_a_seed_is_an_integer(reference, start, seed):
    with pytest.raises(BadInput, match=r"^seed: found .*; allowed: a whole number from 0"):
        start(reference, seed=seed)


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("replication", [-1, 0.5, "two"])
def test_a_replication_is_a_whole_number(reference, start, replication):
    with pytest.raises(BadInput, match=r"replication: found .*; allowed: a whole number from 0"):
        start(reference, replication=replication)


def test_results_that_do_not_fit_into_memory():
    with pytest.raises(BadInput, match=r"^runs: found 1000000000; allowed: up to \d+.*gpumarket batch"):
        simulate(Scenario.load("colossus"), runs=10**9)


def test_progress_is_told_and_may_cancel(reference):
    told = []
    simulate(reference, runs=120, progress=lambda done, total: told.append((done, total)))
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert told[-1] == (120, 120)
    with pytest.raises(Cancelled):
        simulate(reference, runs=120, progress=lambda done, total: False)


def test_results_say_what_they_are_of(reference):
    results = simulate(reference, runs=3, seed=5, first_replication=7)
    assert results.attrs["scenario_hash"] == reference.hash
    assert results.attrs["seed"] == 5
    assert results.run.values.tolist() == [7, 8, 9]
    assert dict(results.sizes) == {"run": 3, "quarter": 12, "buyer": 2, "product": 1}


def test_the_scenarios_own_seed_is_the_default():
    scenario = Scenario.load("colossus")
    own, given = simulate(scenario), simulate(scenario, seed=scenario.seed)
    assert np.array_equal(own.revenue, given.revenue)
    other = simulate(scenario.replace("seed", scenario.seed + 1))
    assert not np.array_equal(own.revenue, other.revenue)


@pytest.mark.parametrize("horizon", [1, 2, 40])
def test_any_horizon(horizon):
    results = simulate(Scenario.load("colossus").replace("horizon", horizon))
    assert results.attrs["failures"] == []
    assert results.sizes["quarter"] == horizon
    assert np.isfinite(results.revenue.values).all()


def test_a_single_buyer_takes_everything():
    raw = quiet_world(100.0, 6, only={"opening_stock": 200.0, "opening_flow": 0.6})
    results = simulate(Scenario.from_dict(raw)).isel(run=0)
    shipped = results.shipped.values > 0.0
    assert shipped.sum() >= 4
    assert results.hhi.values[shipped] == pytest.approx(1e4)


def test_events_act_when_they_say(reference):
    raw = reference.to_dict()
    raw["levers"] = raw["uncertainties"] = {}

    def capacity(**event):
        changed_raw = changed(raw, {("events",): [{"path": "supplier.capacity_factor"} | event]})
        return simulate(Scenario.from_dict(changed_raw)).capacity.values[0, :6].tolist()

    assert capacity(quarter="2023Q3", multiply=0.5) == [100, 100, 50, 50, 50, 50]
    assert capacity(quarter="2023Q3", until="2023Q4", multiply=0.5) == [100, 100, 50, 50, 100, 100]
    assert capacity(quarter="2023Q3", set=2.0) == [100, 100, 200, 200, 200, 200]
    assert capacity(quarter="2023Q3", add=1.0) == [100, 100, 200, 100, 100, 100]


def test_paths_hold_their_last_value():
    raw = quiet_world([50.0, 70.0], 4, only=CALM)
    assert simulate(Scenario.from_dict(raw)).capacity.values[0].tolist() == [50.0, 70.0, 70.0, 70.0]


def test_a_market_in_which_nothing_is_on_sale_goes_on():
    """What is on order is still made and shared out, by what buyers could buy of what was on sale."""
    raw = quiet_world(50.0, 4, one={"opening_stock": 300.0, "opening_book": 2.0}, other={"opening_stock": 200.0})
    raw = changed(raw, {("products", "unit", "last_order"): "2023Q1", ("market", "allocation"): "weighted_uniform"})
    model = Market(Scenario.from_dict(raw)).run()
    assert model.shipped > 0.0
    assert differences(model.scenario) == []


def test_a_scenario_may_be_given_by_its_name_or_file(reference, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text('extends = "reference"\nhorizon = 2\n', encoding="utf-8")
    assert Market("reference").scenario.hash == reference.hash
    assert len(Market(file).run().values("market")) == 2
    assert np.array_equal(simulate("reference").revenue, simulate(reference).revenue)
    assert simulate(str(file), trace=True).sizes["quarter"] == 2
    for attempt in (Market, simulate):
        with pytest.raises(BadInput, match="referenc: no such scenario or file; did you mean 'reference'"):
            attempt("referenc")
        with pytest.raises(BadInput, match=r"^scenario: found 3; allowed: a scenario, its name or its file$"):
            attempt(3)


def test_the_package_has_a_version():
    assert market.__version__ == metadata.version("gpumarket")


def test_what_is_paid_in_advance_is_shipped_past_what_cannot_be_paid():
    buyer = {"opening_stock": 10.0, "opening_flow": 0.0, "income": 0.0, "adjustment": 0.01}
    model = Market(Scenario.from_dict(changed(quiet_world(100.0, 2, poor=buyer), {("market", "checked"): True})))
    poor = model.buyers[0]
    for prepaid in (0.0, 1.0):
        book.join(poor, product=0, units=20.0, price=1e6, placed=-1, promised=0, prepaid=prepaid)
    poor.deposits = 20.0
    model.step()
    assert poor.line_open[: poor.lines] == [20.0, 0.0]
    assert (poor.delivered, poor.deposits, poor.spending) == (20.0, 0.0, 0.0)
