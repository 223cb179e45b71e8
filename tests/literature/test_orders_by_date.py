"""Worked cases of values, wants and orders by date (economics E26 to E29, E31, E36: B63 to B66, B69, B73)."""

from __future__ import annotations

import pytest

from agents.rules import book, ordering
from market import Market, Scenario, simulate
from tests.worlds import changed, quiet_world


def one_buyer(**own) -> Market:
    return Market(Scenario.from_dict(quiet_world(100.0, 8, only=own)))


# --- E26 -----------------------------------------------------------------------------------------------------


def planner(weight: float) -> tuple[Market, list[float]]:
    raw = quiet_world(100.0, 3, only={"opening_stock": 100.0, "income": [100.0, 120.0, 150.0]})
    raw["market"] |= {"plan_weight": weight, "plan_smoothing": 0.5}
    model, values = Market(Scenario.from_dict(raw)), []
    for _ in range(3):
        model.step()
        values.append(model.buyers[0].value)
    return model, [value / values[0] for value in values]


def test_b63_value_follows_the_plan():
    assert planner(1.0)[1] == pytest.approx([1.0, 1.1, 1.3], abs=1e-12)
    assert planner(0.0)[1] == [1.0, 1.0, 1.0]
    assert planner(0.5)[1] == pytest.approx([1.0, 1.1**0.5, 1.3**0.5], abs=1e-12)


def test_a_constant_plan_and_its_size_change_nothing():
    def orders(income, weight):
        raw = quiet_world(100.0, 6, only={"opening_stock": 100.0, "opening_flow": 0.3, "income": income})
        raw["market"]["plan_weight"] = weight
        return simulate(Scenario.from_dict(raw)).buyer_ordered.values.ravel().tolist()

    assert orders(1e7, 1.0) == orders(1e7, 0.0)
    growing = [1e7 * 1.1**n for n in range(6)]
    assert orders([10.0 * each for each in growing], 1.0) == pytest.approx(orders(growing, 1.0), rel=1e-12)
    assert orders(growing, 1.0) != orders(growing, 0.0)


# --- E27 to E29 ----------------------------------------------------------------------------------------------


def test_b64_wanted_flow():
    model = one_buyer(adjustment=0.26, retirement=0.05, income=1e9)
    buyer, product = model.buyers[0], model.products[0]
    buyer.stock, buyer.target, product.price = 1000.0, 1800.0, 30e3
    assert buyer.wanted_flow(product) == pytest.approx(258.0, abs=1e-9)
    buyer.income = 6.0
    assert buyer.wanted_flow(product) == pytest.approx(200.0, abs=1e-9)


@pytest.mark.parametrize(("line", "order"), [(150.0, 325.0), (700.0, 50.0), (2000.0, 0.0)])
def test_b65_orders_cover_the_wait(line, order):
    assert ordering.covered(200.0, 2.0, line, 0.5) == pytest.approx(order, abs=1e-9)


def test_b65_steady():
    assert ordering.covered(200.0, 3.0, 600.0, 1.0) == 200.0


def shares(prices: list[float], waits: list[float], scale: float = 0.2) -> list[float]:
    """What a buyer asks for of some generations at their prices, with the waits that it expects."""
    raw = quiet_world(100.0, 20, only={"choice_scale": scale})
    unit = raw["products"].pop("unit")
    raw["products"] = {f"p{n}": unit | {"generation": n} for n in range(len(prices))}
    raw["buyers"]["only"]["opening_product"] = "p0"
    model = Market(Scenario.from_dict(raw))
    buyer = model.buyers[0]
    for n, (price, wait) in enumerate(zip(prices, waits, strict=True)):
        model.products[n].price = price
        buyer.lead_expected[n] = wait
    count = buyer.choose(model, model.products)
    found = buyer.split[: len(prices)]
    assert count == sum(share > 0.0 for share in found)
    return found


def test_b66_shares_over_generations():
    assert shares([40.0, 33.0], [1.0, 1.0]) == pytest.approx([0.257194, 0.742806], abs=1e-6)
    assert shares([33.0, 16.5], [0.0, 3.0]) == pytest.approx([1.0, 0.993307], abs=1e-6)
    half = shares([33.0, 16.5], [0.0, 0.5])
    assert half == pytest.approx([0.0, 0.993307], abs=1e-6), "under a fiftieth is none"


def test_b66_before_the_smallest_is_left_out(monkeypatch):
    monkeypatch.setattr("agents.buying.reviser.SMALLEST", 0.0)
    assert shares([33.0, 16.5], [0.0, 0.5]) == pytest.approx([0.013297, 0.993307], abs=1e-6)


def test_shares_at_equal_waits():
    assert sum(shares([40.0, 33.0, 36.0], [2.0, 2.0, 2.0])) == pytest.approx(1.0, abs=1e-12)
    assert shares([30.0, 30.0], [1.0, 1.0]) == [0.5, 0.5]
    cheap, dear = shares([30.0, 33.0], [1.0, 1.0]), shares([30.0, 36.0], [1.0, 1.0])
    assert dear[1] < cheap[1]
    assert shares([30.0, 33.0, 36.0], [1.0, 1.0, 1.0], scale=0.01) == pytest.approx([1.0, 0.0, 0.0], abs=1e-4)


# --- E31 -----------------------------------------------------------------------------------------------------


def test_b69_deposits_draw_on_the_next_envelope():
    model = one_buyer(income=100.0 / 1e6, advance=1.0)
    buyer, product = model.buyers[0], model.products[0]
    buyer.cash = 0.0
    buyer.enter(model, product, 300.0, 2.0, 3, 0.25)
    assert buyer.ordered == pytest.approx(200.0, abs=1e-9)
    assert buyer.cash == pytest.approx(-100.0 / 1e6)
    buyer.enter(model, product, 300.0, 2.0, 3, 0.25)
    assert buyer.ordered == pytest.approx(200.0, abs=1e-9), "the next envelope is drawn"
    buyer.receive_money(model)
    assert buyer.purse() == 0.0


def test_without_deposits_the_advance_changes_nothing():
    raw = quiet_world(60.0, 8, only={"opening_stock": 200.0, "opening_flow": 0.5, "income": 1e-4})
    found = [
        simulate(Scenario.from_dict(changed(raw, {("buyers", "only", "advance"): advance}))) for advance in (0.0, 1.0)
    ]
    for name in ("buyer_ordered", "buyer_cash", "buyer_delivered"):
        assert found[0][name].values.tolist() == found[1][name].values.tolist()


# --- E10b, E36 -----------------------------------------------------------------------------------------------


def test_leaving_a_late_line_costs_nothing():
    model = one_buyer()
    buyer = model.buyers[0]
    model.quarter = 5
    for promised in (4, 5, 6, 7, 9, 12):
        book.join(buyer, 0, 10.0, 1.0, 1, promised, 0.0)
    fees = [buyer.leaving_fee(model, line) for line in range(buyer.lines)]
    assert fees[:2] == [0.0, 0.0]
    assert fees[2:] == [ordering.cancellation_fee(float(n), 1.0, 0.2, 4.0) for n in (1, 2, 4, 7)]


def test_b73_conversion_in_part():
    raw = quiet_world(100.0, 8, only={})
    raw["market"] |= {"conversion_rate": 0.4}
    unit = raw["products"].pop("unit")
    raw["products"] = {"H100": unit | {"opening_price": 30e3}, "B200": unit | {"generation": 1, "hae": 2.27}}
    raw["products"]["B200"]["opening_price"] = 37.5e3
    raw["buyers"]["only"]["opening_product"] = "H100"
    model = Market(Scenario.from_dict(raw))
    buyer = model.buyers[0]
    book.join(buyer, 0, 100.0, 30e3, 0, 2, 0.0)
    buyer.convert(model, model.products)
    assert buyer.lines == 2
    assert buyer.line_open[:2] == pytest.approx([60.0, 17.621145], abs=1e-6)
    assert buyer.line_product[:2] == [0, 1]
    assert buyer.line_placed[:2] == [0, 0]
