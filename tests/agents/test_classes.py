"""What each class of buyers does in its own way, seen in small runs."""

import numpy as np
import pytest

from agents.buyer import Buyer
from market import Market, Scenario, simulate
from market.scenario.schema import buyer_classes
from tests.worlds import changed, quiet_world

HUNGRY = {"opening_stock": 200.0, "opening_flow": 1.0, "opening_book": 1.0}
PRICE = ("products", "unit", "opening_price")


def run(capacity, horizon, changes=None, **buyers):
    raw = changed(quiet_world(capacity, horizon, **buyers), {PRICE: 3e4} | (changes or {}))
    results = simulate(Scenario.from_dict(raw))
    assert results.attrs["failures"] == []
    return results.isel(run=0)


def test_every_file_of_buyers_is_a_class_to_name():
    assert {"Buyer", "Enterprise", "ExportRegion", "FrontierLab", "Hyperscaler", "LongTail", "Neocloud"} <= set(
        buyer_classes()
    )


@pytest.mark.parametrize("kind", ["Hyperscaler", "Enterprise", "LongTail"])
def test_capex_is_a_ceiling_for_deliveries(kind):
    buyer = HUNGRY | {"class": kind, "capex": 8.0, "capex_share": 0.25, "income": 0.0, "cost_factor": 1.0}
    results = run(1e4, 8, only=buyer)
    spent = results.buyer_spending.sel(buyer="only").values
    assert spent.max() == pytest.approx(2.0)
    assert (spent <= 2.0 * (1.0 + 1e-9)).all()


def test_what_is_left_of_a_budget_lapses():
    buyer = {"opening_stock": 200.0, "opening_flow": 0.06, "income": 1000.0}
    cash = run(1e4, 6, only=buyer).buyer_cash.sel(buyer="only").values
    assert (cash <= 1000.0).all()


def test_a_lab_keeps_its_funding_and_never_overdraws():
    lab = HUNGRY | {
        "class": "FrontierLab", "funding": [0.0, 0.0, 9.0, 0.0], "income": 0.0, "opening_book": 0.0,
        "loan_to_value": 0.0, "cost_factor": 2.0,
    }  # fmt: skip
    results = run(1e4, 8, only=lab)
    cash = results.buyer_cash.sel(buyer="only").values
    paid = results.buyer_spending.sel(buyer="only").values
    assert not paid[:3].any(), "no money, no machines"
    assert paid.sum() == pytest.approx(9.0 / 2.0, rel=0.1), "half of the cost is not the supplier's"
    assert (cash >= -1e-9).all()


def test_credit_grows_with_the_machines():
    lab = HUNGRY | {"class": "FrontierLab", "income": 0.0, "opening_book": 0.0, "loan_to_value": 0.5}
    model = Market(Scenario.from_dict(changed(quiet_world(1e4, 3, only=lab), {PRICE: 3e4})))
    model.step()
    buyer = model.buyers[0]
    assert buyer.credit == pytest.approx(0.5 * 200.0 * 3e4 / 1e6)
    model.step()
    assert buyer.cash < 0.0
    assert buyer.cash >= -buyer.credit - 1e-9


def test_rounds_come_by_chance():
    lab = HUNGRY | {"class": "FrontierLab", "income": 0.0, "round_chance": 0.3, "round_size": 50.0, "round_spread": 0.5}
    raw = changed(quiet_world(0.0, 20, only=lab), {PRICE: 3e4})
    cash = simulate(Scenario.from_dict(raw), runs=400).buyer_cash.values[:, :, 0]
    rounds = np.diff(cash, axis=1, prepend=0.0)
    closed = rounds > 1e-9
    assert closed.mean() == pytest.approx(0.3, abs=0.02)
    assert np.median(rounds[closed]) == pytest.approx(50.0, rel=0.05)
    assert np.log(rounds[closed]).std() == pytest.approx(0.5, rel=0.05)


def test_a_neocloud_lives_on_rents():
    cloud = HUNGRY | {
        "class": "Neocloud", "income": 0.0, "opening_book": 0.0, "contract_rent": 2.0, "utilisation": 0.5,
        "margin": 0.5, "debt_multiple": 0.0,
    }  # fmt: skip
    model = Market(Scenario.from_dict(changed(quiet_world(0.0, 2, only=cloud), {PRICE: 3e4})))
    model.step()
    assert model.buyers[0].cash == pytest.approx(200.0 * 2.0 * 0.5 * 0.5 * 2190.0 / 1e6)
    assert model.buyers[0].credit == 0.0


def test_an_owner_passes_units_on_at_the_price_paid():
    giver = HUNGRY | {"class": "Enterprise", "capex": 100.0, "redirect": [30.0, 0.0], "redirect_to": "taker"}
    taker = {"opening_stock": 0.0, "opening_flow": 0.0, "income": 10.0, "cost_factor": 2.0}
    raw = changed(quiet_world(1e4, 3, giver=giver, taker=taker), {PRICE: 3e4, ("market", "checked"): True})
    model = Market(Scenario.from_dict(raw))
    model.step()
    by_name = {buyer.name: buyer for buyer in model.buyers}
    assert by_name["taker"].stock == pytest.approx(30.0)
    assert by_name["taker"].cash == pytest.approx(10.0 - 2.0 * 30.0 * 0.03)
    assert by_name["giver"].handed_over == pytest.approx(30.0)
    assert model.run().quarter == 3


def test_a_taker_takes_no_more_than_it_can_pay():
    giver = HUNGRY | {"class": "Enterprise", "capex": 100.0, "redirect": [30.0, 0.0], "redirect_to": "taker"}
    taker = {"opening_stock": 0.0, "opening_flow": 0.0, "income": 0.6, "cost_factor": 2.0}
    raw = changed(quiet_world(1e4, 3, giver=giver, taker=taker), {PRICE: 3e4, ("market", "checked"): True})
    model = Market(Scenario.from_dict(raw))
    model.step()
    assert {buyer.name: buyer for buyer in model.buyers}["taker"].stock == pytest.approx(10.0)
    assert model.run().quarter == 3


def test_an_export_rule_empties_the_book():
    region = HUNGRY | {"class": "ExportRegion"}
    rule = {"quarter": "2023Q3", "path": "products.unit.exportable", "set": 0.0}
    exportable = ("products", "unit", "exportable")
    results = run(50.0, 6, {exportable: 1.0, ("events",): [rule]}, region=region, other=HUNGRY)
    affected = results.sel(buyer="region")
    assert affected.buyer_delivered.values[:2].all()
    assert affected.buyer_cancelled.values[2] == pytest.approx(affected.buyer_backlog.values[1])
    assert not affected.buyer_delivered.values[2:].any()
    assert not affected.buyer_ordered.values[2:].any()
    assert results.sel(buyer="other").buyer_delivered.values.all()


def test_power_that_is_not_there_leaves_machines_idle():
    buyer = HUNGRY | {"opening_power": 0.3, "overhead": 1.25}
    results = run(100.0, 2, only=buyer).isel(buyer=0)
    assert results.buyer_deployed.values[0] == pytest.approx(0.3 * 1000.0 / 1.25)
    stock = 200.0 * 0.95 + results.buyer_delivered.values[0]
    assert results.buyer_idle.values[0] == pytest.approx(stock - 240.0)


@pytest.mark.parametrize("delay", [1.0, 3.0, 12.0])
def test_power_takes_its_time(delay):
    buyer = HUNGRY | {"opening_power": 0.3, "power_starts": [0.2, 0.0], "power_delay": delay}
    power = run(100.0, 15, only=buyer).buyer_power_mw.values[:, 0]
    assert power == pytest.approx([0.3] * int(delay) + [0.5] * (15 - int(delay)))


def test_parity_follows_the_largest_rival():
    leader = {"opening_stock": 5000.0}
    follower = {"opening_stock": 10.0, "parity": 1.0}
    model = Market(Scenario.from_dict(quiet_world(0.0, 1, leader=leader, follower=follower))).run()
    by_name = {buyer.name: buyer for buyer in model.buyers}
    assert by_name["follower"].rival == pytest.approx(5000.0)
    assert by_name["follower"].target == pytest.approx(5000.0)
    assert by_name["leader"].rival == pytest.approx(10.0)


def test_expectations_converge_to_a_constant_truth():
    """P25: in a steady queue, the lead time expected is the one quoted."""
    steady = {"class": "SteadyBuyer", "steady_order": 100.0, "opening_stock": 300.0, "opening_flow": 1.0}
    raw = quiet_world(100.0, 40, only=steady | {"opening_book": 1.0, "own_lead_weight": 0.25, "lead_smoothing": 0.36})
    model = Market(Scenario.from_dict(raw)).run()
    buyer: Buyer = model.buyers[0]
    assert model.quote[0] == pytest.approx(2.0)
    assert buyer.lead_expected[0] == pytest.approx(2.0, abs=0.02)
