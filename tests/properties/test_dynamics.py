"""Properties of time paths: P16, P18, P25, P27 and P28."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.rules import ordering, pipeline
from market import Market, Scenario
from market.mechanisms.allocation import RULES
from tests.gears import measured
from tests.properties import many
from tests.properties.strategies import Dice, World, rolled, worlds
from tests.worlds import changed, quiet_world

CLOSE = 1e-9

# --- a constant world: P16, P25, P28 --------------------------------------------------------------------------


def constant_world(die: Dice, horizon: int, most_buyers: int, own: World) -> World:
    """Buyers at their targets, who replace what retires, in a queue that is always as long.

    They share it in proportion, so that all wait as long; one alone may be served by any rule.
    """
    count = 1 + die.roll(most_buyers)
    wait = float(die.roll(4))  # quarters of sales that stand in the book after shipping
    common = {
        "opening_flow": die.number(0.01, 0.3),
        "adjustment": die.number(0.05, 1.0),
        "line_weight": die.number(0.0, 1.0),
        "opening_book": 1.0 + wait,
        "own_lead_weight": 0.0,  # the wait is known
        "lead_smoothing": die.number(0.1, 1.0),
        "fill_smoothing": die.number(0.1, 1.0),
        "elasticity": die.pick([1.0, 0.7, 2.0]),
        "urgency": die.number(0.0, 0.2),
        "bargains": False,
    }
    common |= own | {"retirement": common["opening_flow"]}
    buyers = {f"B{n}": common | {"opening_stock": die.pick([1000.0, 30.0, 5.0])} for n in range(count)}
    sales = sum(buyer["opening_flow"] * buyer["opening_stock"] for buyer in buyers.values())
    raw = quiet_world(sales, horizon, **buyers)
    rule = die.pick(sorted(RULES)) if count == 1 else "proportional"
    raw["market"] |= {"allocation": rule, "opening_lead": wait, "checked": True}
    return raw


def sales_of(raw: World) -> np.ndarray:
    return np.array([buyer["opening_flow"] * buyer["opening_stock"] for buyer in raw["buyers"].values()])


@many
@given(rolled(30, constant_world, 6, 3, {"line_weight": 1.0}))
def test_p16_orders_are_needs_and_do_not_swing(raw):
    """Constant need, known wait, no inflation, the supply line in full: a bullwhip ratio of 1."""
    results = measured(Scenario.from_dict(raw))
    expected = np.broadcast_to(sales_of(raw), results["buyer_ordered"][0].shape)
    np.testing.assert_allclose(results["buyer_needed"][0], expected, CLOSE)
    np.testing.assert_allclose(results["buyer_ordered"][0], expected, CLOSE)
    np.testing.assert_allclose(results["buyer_delivered"][0], expected, CLOSE)


@many
@given(rolled(30, constant_world, 12, 3, {}))
def test_p28_little(raw):
    """The book at a quarter's end is what is sold in a quarter, as often as an order waits quarters."""
    results = measured(Scenario.from_dict(raw))
    wait = int(raw["market"]["opening_lead"])
    settled = slice(wait + 2, None)  # the opening orders, whose age nobody knows, are gone
    quarters = results["realised_lead_weeks"][0, settled] / 13.0
    np.testing.assert_allclose(results["backlog"][0, settled], results["shipped"][0, settled] * quarters, CLOSE)
    assert quarters == pytest.approx(wait + 1.0, rel=CLOSE)


@many
@given(
    rolled(30, constant_world, 10, 2, {"line_weight": 0.0, "own_lead_weight": 0.25}),
    st.floats(0.0, 8.0), st.floats(0.0, 1.0),
)  # fmt: skip
def test_p25_expectations_converge_to_the_truth_and_stay(raw, lead, fill):
    """Lead time, fill and demand: each quarter takes its share th of what they are off, however far that is.

    Orders that do not answer to what is expected keep the world constant (beta = 0, gamma = 0).
    """
    truth = raw["market"]["opening_lead"]
    model = Market(Scenario.from_dict(changed(raw, {("market", "opening_lead"): lead})))
    for buyer in model.buyers:
        buyer.fill_expected = buyer.conversion = fill
    while model.quarter < raw["horizon"]:
        before = [(buyer.lead_expected[0], buyer.fill_expected, buyer.conversion) for buyer in model.buyers]
        model.step()
        settled = model.quarter > truth + 2.0  # the opening orders, which were due at once, are gone
        for buyer, (lead_before, fill_before, faith_before) in zip(model.buyers, before, strict=True):
            off = 1.0 - model.supplier.conversion_smoothing
            assert buyer.conversion - 1.0 == pytest.approx(off * (faith_before - 1.0), abs=CLOSE)
            if settled:
                off = 1.0 - buyer.lead_smoothing
                assert buyer.lead_expected[0] - truth == pytest.approx(off * (lead_before - truth), abs=CLOSE)
                off = 1.0 - buyer.fill_smoothing
                assert buyer.fill_expected - 1.0 == pytest.approx(off * (fill_before - 1.0), abs=CLOSE)
        read = sum(faith * sales for (_, _, faith), sales in zip(before, sales_of(raw), strict=True))
        assert model.supplier.estimate == pytest.approx(read, rel=CLOSE)


# --- P18: open loop -------------------------------------------------------------------------------------------


def frozen(raw: World) -> World:
    """The world in which nobody orders or leaves any more: what is on order at the start is all there will be."""
    raw = changed(raw, {})
    raw["market"] |= {"demand_level": 0.0, "conversion_rate": 0.0, "prize": 0.0, "ordering": "anchored"}
    raw["supplier"] |= {"final_share": raw["supplier"]["opening_share"], "expansion_limit": 0.0}
    raw["outside"] = {}
    for product in raw["products"].values():
        product["open_market"] = 1.0
    for n, buyer in enumerate(raw["buyers"].values()):
        if buyer["class"] == "ExportRegion":
            buyer["class"] = "Buyer"
        buyer |= {"adjustment": 1.0, "parity": 0.0, "races": False, "reputation_cost": 2.0, "booking_horizon": 0.0}
        buyer |= {"income": 1e9, "opening_book": 1.0 + 4.0 * buyer["opening_book"], "opening_power": math.inf}
        buyer |= {"opening_product": f"P{n % len(raw['products'])}"}
        if "capex" in buyer:
            buyer["capex"] = 1e9
    return raw


@many
@given(worlds(eventful=False).map(frozen), st.sampled_from([1.1, 2.0]))
def test_p18_with_orders_frozen_more_capacity_never_raises_a_quote(raw, factor):
    """With orders that answer to quotes it may (161 of 4000 cases in the reference model)."""
    more = changed(raw, {("supplier", "upstream"): [factor * wafers for wafers in raw["supplier"]["upstream"]]})
    fewer, larger = measured(Scenario.from_dict(raw)), measured(Scenario.from_dict(more))
    assert not fewer["ordered"].any()
    assert not fewer["cancelled"].any()
    slack = 1.0 + CLOSE
    before, after = fewer["product_quoted_lead_weeks"], larger["product_quoted_lead_weeks"]
    assert (np.nan_to_num(after) <= np.nan_to_num(before, nan=math.inf) * slack + CLOSE).all()


# --- P27: smaller steps ---------------------------------------------------------------------------------------


def arrived(starts: float, delay: float, quarters: int, steps: int) -> float:
    """Capacity that has come out of the pipeline, stepped so many times a quarter with rates to match."""
    stages = [0.0] * 3
    return sum(pipeline.advance(stages, starts / steps, delay * steps) for _ in range(quarters * steps))


def arrived_exactly(starts: float, delay: float, quarters: int) -> float:
    """The same in continuous time: three stages of equal rate, filled steadily."""
    x = 3.0 * quarters / delay
    inside = 3.0 - math.exp(-x) * (3.0 + 2.0 * x + x * x / 2.0)  # in units of one stage's mean stay
    return starts * (quarters - delay / 3.0 * inside)


@many
@given(st.floats(0.1, 100.0), st.floats(3.0, 20.0), st.integers(1, 12))
def test_p27_a_pipeline_in_smaller_steps_comes_nearer_to_the_continuous_one(starts, delay, quarters):
    exact = arrived_exactly(starts, delay, quarters)
    gaps = [abs(arrived(starts, delay, quarters, steps) - exact) for steps in (13, 26, 52)]
    assert gaps[0] <= 0.1 * starts * quarters
    for wide, narrow in itertools.pairwise(gaps):
        assert narrow <= 0.75 * wide + CLOSE * starts * quarters


def ordered_in_all(adjustment, line_weight, smoothing, level, quarters, steps):
    """Orders of the reference model's buyer over some quarters, stepped so many times a quarter with rates to match.

    It starts away from its target, with one quarter's sales on order and as much capacity as it needs.
    """
    retirement, target = 0.05, 100.0
    stock, book, lead = level * target, retirement * target, 1.0
    capacity = retirement * target
    total = 0.0
    for _ in range(quarters * steps):
        shipped = min(book, capacity / steps)
        stock += shipped - retirement / steps * stock
        book -= shipped
        lead = ordering.smoothed(lead, book / capacity, smoothing / steps)
        order = ordering.need(stock, target, book, lead, retirement, adjustment, line_weight) / steps
        book += order
        total += order
    return total


@many
@given(
    st.floats(0.1, 0.6), st.floats(0.0, 1.0), st.floats(0.2, 0.8), st.floats(0.5, 1.0), st.integers(4, 12),
)  # fmt: skip
def test_p27_orders_in_smaller_steps_converge(adjustment, line_weight, smoothing, level, quarters):
    """Yearly totals by the quarter are within a tenth of those by the day; by the week nearer, and so on."""
    arguments = (adjustment, line_weight, smoothing, level, quarters)
    exact = 2.0 * ordered_in_all(*arguments, 208) - ordered_in_all(*arguments, 104)  # what two steps point at
    gaps = [abs(ordered_in_all(*arguments, steps) - exact) for steps in (1, 13, 52)]
    assert gaps[0] <= 0.25 * exact
    assert gaps[1] <= max(0.3 * gaps[0], 0.01 * exact)
    assert gaps[2] <= max(0.5 * gaps[1], 0.002 * exact)
