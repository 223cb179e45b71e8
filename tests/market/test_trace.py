"""What a trace tells of deals, offers and order lines under every protocol."""

import numpy as np
import pandas as pd
import pytest

from agents.records.roles import POINTS
from market import Market, Scenario, simulate
from market.gears.trace import Trace
from market.mechanisms.protocols import PROTOCOLS
from market.scenario.paths import parse_quarter
from market.scenario.scenario import shipped
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


def sums(values, keys, index):
    """Values added up by keys, 0 where there are none, as an array in the order of an index."""
    return values.groupby([keys[name] for name in index.names]).sum().reindex(index, fill_value=0.0).to_numpy()


def left_over(orders, quarters, by):
    """What is open of lines at the end of each quarter, in HAE or units as the column ``left`` says."""
    last = orders.pivot_table(index="quarter", columns=["buyer", "line", "product"], values="left", aggfunc="last")
    last = last.reindex(["", *quarters]).ffill().fillna(0.0).loc[quarters]
    return last.T.groupby(by).sum().T.stack()


WORLDS = {name: (name, {}) for name in shipped()} | {
    f"{name}, converting {rate} at most": (name, {"market__conversion_rate": rate, "market__deposit": 0.05})
    for name, rate in (("blackwell-ramp", 0.3), ("glut", 1.0))
}


@pytest.mark.parametrize(("name", "changes"), WORLDS.values(), ids=WORLDS)
def test_all_quarterly_figures_follow_from_the_order_lines(name, changes):
    model, tables = traced(name, **changes)
    orders = tables["orders"]
    orders["quarter"] = orders.quarter.where(orders.quarter >= model.scenario.quarters[0], "")
    hae = orders["product"].map({product.name: product.hae for product in model.products})
    wait = orders.quarter.map(lambda q: parse_quarter(q) if q else 0) - orders.placed.map(parse_quarter)
    placed = orders.quantity.where(orders.placed == orders.quarter, 0.0)

    buyers = model.table("buyers").set_index(["quarter", "buyer"])
    at = buyers.index
    delivered = sums(orders.shipped * hae, orders, at)
    with np.errstate(invalid="ignore"):
        told = {
            "ordered": sums(placed * hae, orders, at),
            "delivered": delivered,
            "cancelled": sums(orders.cancelled * hae, orders, at),
            "backlog": left_over(orders.assign(left=orders.open * hae), model.scenario.quarters, "buyer").reindex(at),
            "price_paid": sums(orders.shipped * orders.price, orders, at) / delivered,
            "realised_lead_weeks": 13.0 * sums(orders.shipped * hae * wait, orders, at) / delivered,
        }
    for column, found in told.items():
        close(found, buyers[column])

    products = model.table("products").set_index(["quarter", "product"])
    products = products[products.index.get_level_values("product").isin(list(model.scenario.products))]
    at = products.index
    with np.errstate(invalid="ignore"):
        price = sums(placed * orders.price, orders, at) / sums(placed, orders, at)
    close(price, products.transaction_price)
    close(sums(orders.shipped, orders, at), products.shipped)
    left = left_over(orders.assign(left=orders.open), model.scenario.quarters, "product")
    close(left.reindex(at, fill_value=0.0), products.backlog)


def close(found, measured):
    """Equal to 1e-9, of each figure or, where it is what rounding left of larger ones, of the largest."""
    largest = np.nanmax(np.abs(measured)) if np.isfinite(measured).any() else 0.0
    np.testing.assert_allclose(found, measured, rtol=1e-9, atol=1e-12 * largest, err_msg=measured.name)


def test_every_unit_of_a_line_is_shipped_cancelled_converted_or_open():
    for name, rate in (("colossus", 0.0), ("glut", 1.0), ("blackwell-ramp", 0.3)):
        model, tables = traced(name, market__conversion_rate=rate, market__deposit=0.05)
        orders = tables["orders"]
        lines = orders.groupby(["buyer", "line"])
        assert (lines[["product", "quantity", "price", "placed", "promised"]].nunique() == 1).all(axis=None)
        gone = lines[["shipped", "cancelled", "converted"]].cumsum().sum(axis=1)
        np.testing.assert_allclose(gone + orders.open, orders.quantity, rtol=1e-12)
        first = ~orders.duplicated(["buyer", "line"])
        moved = (orders[["shipped", "cancelled", "converted"]] > 0.0).any(axis=1)
        assert (first | moved).all(), "a row says that something happened"
        assert not orders.duplicated(["buyer", "line", "quarter"]).any()
        assert ((orders.open == 0.0) == (orders.status != "open")).all()
        assert (orders.closed.isna() == (orders.status == "open")).all()
        left = {
            (buyer.name, units) for buyer in model.buyers for units in buyer.line_open[: buyer.lines] if units > 0.0
        }
        last = lines.tail(1)
        assert {(row.buyer, row.open) for row in last[last.status == "open"].itertuples()} == left
        if rate:
            hae = orders["product"].map({product.name: product.hae for product in model.products})
            new = orders[first & (orders.placed < orders.quarter) & (orders.placed >= orders.quarter.min())]
            at = ["quarter", "buyer", "placed"]
            out = (orders.converted * hae).groupby([orders[key] for key in at]).sum()
            into = (new.quantity * hae[new.index]).groupby([new[key] for key in at]).sum()
            np.testing.assert_allclose(into.reindex(out[out > 0.0].index), out[out > 0.0], rtol=1e-12)
            parted = orders[(orders.converted > 0.0) & (orders.status == "open")]
            assert len(parted) > 0 or rate == 1.0


def test_firm_and_soft_lines_of_one_order_are_two():
    tables = traced("colossus", buyers__Meta__reserves=0.4, buyers__Meta__bargains=False)[1]
    orders = tables["orders"][tables["orders"].buyer == "Meta"]
    orders = orders[(orders.placed == orders.quarter) & (orders.placed > "2022Q3")]
    parts = orders.groupby(["product", "placed"]).quantity.agg(["min", "max", "size"])
    assert (parts["size"] == 2).any()
    assert set(parts["size"]) <= {1, 2}
    deals = tables["deals"][tables["deals"].buyer == "Meta"].set_index(["product", "quarter"]).quantity
    both = parts[parts["size"] == 2]
    told = both["min"] + both["max"]
    np.testing.assert_allclose(told, deals.reindex(told.index), rtol=1e-12)


def test_a_line_part_shipped_before_it_is_converted():
    """What is left of it goes on as machines of twice the compute, half as many."""
    buyer = {"opening_stock": 1000.0, "opening_flow": 0.1, "retirement": 0.1}
    raw = quiet_world([100.0, 40.0, 40.0, 0.0, 100.0], 5, A=buyer)
    new = raw["products"]["unit"] | {"generation": 1, "hae": 2.0, "launch": "2023Q4", "announced": "2023Q3"}
    raw = changed(raw, {("products", "new"): new, ("market", "conversion_rate"): 1.0})
    orders = Trace(Market(Scenario.from_dict(raw))).run().tables()["orders"]
    first = orders[orders.placed == "2023Q1"]
    ordered, shipped, converted, moved, delivered = first.to_dict("records")
    assert (ordered["quarter"], ordered["open"], ordered["status"]) == ("2023Q1", ordered["quantity"], "open")
    assert (shipped["quarter"], shipped["status"]) == ("2023Q2", "open")
    assert (converted["quarter"], converted["status"], converted["closed"]) == ("2023Q3", "converted", "2023Q3")
    assert shipped["shipped"] + converted["shipped"] == pytest.approx(80.0)
    assert converted["converted"] == pytest.approx(ordered["quantity"] - 80.0, rel=1e-12)
    assert (moved["quarter"], moved["product"], moved["status"]) == ("2023Q3", "new", "open")
    assert 2.0 * moved["quantity"] == pytest.approx(converted["converted"], rel=1e-12)
    assert (delivered["line"], delivered["shipped"]) == (moved["line"], moved["quantity"])
    assert (delivered["status"], delivered["closed"]) == ("shipped", "2024Q1")


def test_tracing_changes_no_number():
    scenario = Scenario.load("auction")
    traced_run = simulate(scenario, trace=True)
    assert isinstance(traced_run.attrs["trace"]["offers"], pd.DataFrame)
    assert np.array_equal(traced_run.revenue, simulate(scenario).revenue, equal_nan=True)
