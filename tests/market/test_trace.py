"""What a trace tells of deals, offers and order lines under every protocol."""

import numpy as np
import pandas as pd
import pytest

from agents.records.roles import POINTS
from market import Market, Scenario, simulate
from market.gears.trace import Trace
from market.mechanisms.protocols import PROTOCOLS
from tests.worlds import changed, quiet_world

AUCTIONS = [name for name in PROTOCOLS if name.endswith("_auction")]
AT_ONCE = ["rubinstein", "nash", "nash_in_nash", "threat_of_replacement"]


def traced(name, **changes):
    paths = {path.replace("__", "."): value for path, value in changes.items()}
    trace = Trace(Market(Scenario.load(name).replace_all(paths))).run()
    return trace.model, trace.tables()


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_deals_are_the_orders_of_the_quarter(protocol):
    """Of every buyer and quarter: the compute in the deals is what the measures call ordered."""
    model, tables = traced("colossus", market__protocol=protocol, market__deposit=0.1)
    deals = tables["deals"]
    hae = {product.name: product.hae for product in model.products}
    told = (deals.quantity * deals["product"].map(hae)).groupby([deals.quarter, deals.buyer]).sum()
    measured = model.table("buyers").set_index(["quarter", "buyer"]).ordered
    told = told.reindex(measured.index, fill_value=0.0)
    np.testing.assert_allclose(told, measured, rtol=1e-12)
    struck = deals[deals.quantity > 0.0]
    assert len(struck) > 80
    assert (struck.promised_quarter > struck.quarter).all()
    assert (struck.prepaid_share >= 0.1 - 1e-12).all()
    assert (deals.promised_quarter.isna() == (deals.quantity == 0.0)).all()


@pytest.mark.parametrize("protocol", AT_ONCE)
def test_a_bargain_by_a_formula_is_struck_at_once(protocol):
    deals = traced("colossus", market__protocol=protocol)[1]["deals"]
    struck = deals[deals.outcome == "deal"]
    assert len(struck) > 50
    assert (struck.week_agreed == 0).all()
    assert (struck.price != struck.list_price).any()
    assert set(deals.outcome) <= {"deal", "queue", "none"}


@pytest.mark.parametrize("protocol", AUCTIONS)
def test_an_auction_shows_every_bid_and_who_won(protocol):
    tables = traced("colossus", market__protocol=protocol)[1]
    deals, offers = tables["deals"], tables["offers"]
    assert set(deals.outcome) <= {"award", "none"}
    key = ["quarter", "buyer", "product"]
    assert (offers.groupby(key).size() == POINTS).all()
    assert set(offers.side) == {"bid"}
    for _, bid in offers.groupby(key):
        assert bid.price.is_monotonic_decreasing
        assert bid.quantity.is_monotonic_increasing
        assert bid.accepted.is_monotonic_decreasing
    awards = deals[deals.outcome == "award"].set_index(key)
    assert len(awards) > 100
    bids = offers.set_index(key)
    won = bids[bids.accepted].groupby(key).quantity.max().reindex(awards.index).fillna(0.0)
    assert (awards.quantity >= won * (1.0 - 1e-9)).all()  # the last piece of the award lies between two corners
    assert (awards.quantity <= bids.groupby(key).quantity.max().reindex(awards.index) * (1.0 + 1e-9)).all()
    if protocol == "uniform_price_auction":
        lowest = bids[bids.accepted].groupby(key).price.min().reindex(awards.index).dropna()
        assert (awards.price.reindex(lowest.index) <= lowest * (1.0 + 1e-9)).all()


def test_a_queue_at_list_price():
    deals = traced("colossus", market__protocol="list_price")[1]["deals"]
    assert {"queue"} <= set(deals.outcome) <= {"queue", "none"}
    assert (deals.price == deals.list_price).all()
    assert deals.week_agreed.isna().all()


def test_the_book_at_the_end_is_the_lines_that_are_open():
    for name in ("colossus", "blackwell-ramp", "deposits"):
        model, tables = traced(name)
        orders = tables["orders"]
        left = sum(line > 0.0 for buyer in model.buyers for line in buyer.line_open[: buyer.lines])
        assert (orders.status == "open").sum() == left
        assert (orders.closed.isna() == (orders.status == "open")).all()


def test_firm_and_soft_lines_of_one_order_are_two():
    tables = traced("colossus", buyers__Meta__reserves=0.4, buyers__Meta__bargains=False)[1]
    orders = tables["orders"][tables["orders"].buyer == "Meta"]
    parts = orders[orders.placed > "2022Q3"].groupby(["product", "placed"]).quantity.agg(["min", "max", "size"])
    assert (parts["size"] == 2).any()
    assert set(parts["size"]) <= {1, 2}
    deals = tables["deals"][tables["deals"].buyer == "Meta"].set_index(["product", "quarter"]).quantity
    both = parts[parts["size"] == 2]
    told = both["min"] + both["max"]
    np.testing.assert_allclose(told, deals.reindex(told.index), rtol=1e-12)


def test_a_converted_line_is_closed_and_goes_on_as_another():
    orders = traced("colossus", market__conversion_rate=1.0)[1]["orders"]
    moved = orders[orders.status == "converted"]
    assert len(moved) > 5
    assert moved.closed.notna().all()
    for row in moved.itertuples():
        assert len(orders[(orders.buyer == row.buyer) & (orders.placed == row.placed)]) > 1


def test_a_line_part_shipped_before_it_is_converted():
    """What is left of it goes on as machines of twice the compute, half as many."""
    buyer = {"opening_stock": 1000.0, "opening_flow": 0.1, "retirement": 0.1}
    raw = quiet_world([100.0, 40.0, 40.0, 0.0, 100.0], 5, A=buyer)
    new = raw["products"]["unit"] | {"generation": 1, "hae": 2.0, "launch": "2023Q4", "announced": "2023Q3"}
    raw = changed(raw, {("products", "new"): new, ("market", "conversion_rate"): 1.0})
    trace = Trace(Market(Scenario.from_dict(raw))).run()
    orders = trace.tables()["orders"]
    first = orders[orders.placed == "2023Q1"]
    assert first["product"].tolist() == ["unit", "new"]
    assert first.status.tolist() == ["converted", "shipped"]
    assert first.closed.tolist() == ["2023Q3", "2024Q1"]
    shipped = trace.model.table("buyers").set_index("quarter").delivered[["2023Q2", "2023Q3"]].sum()
    assert shipped == pytest.approx(80.0)
    before, after = first.quantity
    assert 2.0 * after == pytest.approx(before - shipped, rel=1e-12)


def test_tracing_changes_no_number():
    scenario = Scenario.load("auction")
    traced_run = simulate(scenario, trace=True)
    assert isinstance(traced_run.attrs["trace"]["offers"], pd.DataFrame)
    assert np.array_equal(traced_run.revenue, simulate(scenario).revenue, equal_nan=True)
