"""Statistical facts of the theory, on 200 pairs of runs that share every draw: signs of differences, by intervals.

The worlds are small, so that each fact shows by itself, and noisy, so that an interval means something. Where theory
gives a figure, the mean of the runs comes near it.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import xarray as xr

from market import Scenario, simulate
from runs.analysis.statistics import overshoot, paired_difference
from tests.worlds import changed, quiet_world

RUNS = 200
SEED = 5

NOISE: dict[tuple[str, ...], Any] = {("market", "common_noise"): 0.05, ("supplier", "capacity_noise"): 0.04}
"""Shocks to everybody's demand and to output; buyers bring their own."""


def measured(scenario: Scenario, seed: int | None = SEED) -> xr.Dataset:
    results = simulate(scenario, runs=RUNS, seed=seed)
    assert results.attrs["failures"] == []
    return results


def above(treatment, control) -> bool:
    """Whether the 95% interval of treatment less control lies above 0."""
    return bool(paired_difference(treatment, control).low > 0.0)


# --- phantom orders: P26, B11, B14 ---------------------------------------------------------------------------

CAPACITY, NEED, CAP = 50.0, 300.0, 8.0
"""A share of the capacity, what a buyer needs in a quarter, and the most that it multiplies that by."""
GRID = (0.0, 0.05, 0.1, 0.2, 0.4)
"""What a phantom unit costs, as a share of its price."""


@cache
def shortage(gaming: str, deposit: float, fee: float) -> xr.Dataset:
    """Four buyers that lack almost as much as they have, and capacity that replaces what retires: a sure shortage.

    They go on expecting a wait of a quarter, so that the fee they reckon with is the one for two quarters.
    """
    each = {
        "opening_stock": 1000.0,
        "opening_flow": 0.3,
        "gaming": gaming,
        "inflation_exponent": 0.5,
        "inflation_cap": CAP,
        "prepaid_limit": 0.0,
        "cancel_tolerance": 0.1,
        "urgency": 0.0,
        "line_weight": 0.0,
        "lead_smoothing": 0.0,
        "taste_noise": 0.05,
    }
    raw = quiet_world(4 * CAPACITY, 12, **dict.fromkeys("ABCD", each))
    raw["market"] |= {"deposit": deposit, "fee_full": fee, "fee_at_two": fee, "fee_free": 20.0}
    return measured(Scenario.from_dict(changed(raw, NOISE)))


def inflation(gaming: str, kind: str, cost: float) -> np.ndarray:
    """Mean order inflation of each run, once orders have settled; shape (runs,)."""
    results = shortage(gaming, cost, 0.0) if kind == "deposit" else shortage(gaming, 0.0, cost)
    return results.order_inflation.isel(quarter=slice(4, None)).mean("quarter").values


@pytest.mark.parametrize("kind", ["deposit", "fee"])
@pytest.mark.parametrize("gaming", ["adaptive", "best_reply"])
def test_p26_inflation_falls_in_what_a_phantom_order_costs(gaming, kind):
    """At every step of the grid. (A hoarder's ``fixed`` and an ``honest`` order do not ask what they cost.)"""
    for less, more in pairwise(GRID):
        assert above(inflation(gaming, kind, less), inflation(gaming, kind, more)), (less, more)


@pytest.mark.parametrize("gaming", ["fixed", "honest"])
@pytest.mark.parametrize("kind", ["deposit", "fee"])
def test_p26_is_not_for_who_does_not_reckon(gaming, kind):
    free, dear = inflation(gaming, kind, GRID[0]), inflation(gaming, kind, GRID[-1])
    assert paired_difference(dear, free).mean == 0.0


def test_b11_free_orders_reach_the_cap():
    """Best replies under the proportional rule grow without end in a sure shortage; only the cap stops them."""
    settled = shortage("best_reply", 0.0, 0.0).isel(quarter=slice(2, None))
    assert np.all(settled.inflation_capped.values == 1.0)
    assert settled.order_inflation.values == pytest.approx(CAP, rel=1e-12)
    bound = shortage("best_reply", 0.05, 0.0).inflation_capped.mean("quarter").values
    assert above(settled.inflation_capped.mean("quarter").values, bound)


@pytest.mark.parametrize("kind", ["deposit", "fee"])
@pytest.mark.parametrize("cost", [0.05, 0.1, 0.2])
def test_b14_the_hyperbola_in_the_cost(kind, cost):
    """m* = ((A - B K / N) + f) K (N - 1) / (N^2 f): a benefit of A a - B a^2 / 2, lost on what does not come.

    A, the margin of the first unit, is 0.1125 (C* / C) / 0.075 - 1 with C* / C = 1 + 0.25 / 0.26; a unit beyond the
    need is worth nothing, so B is A over the need, 300.
    """
    margin = 1.5 * (1.0 + 0.25 / 0.26) - 1.0
    order = (margin * (1.0 - CAPACITY / NEED) + cost) * CAPACITY * 3.0 / 4.0 / cost
    assert inflation("best_reply", kind, cost).mean() == pytest.approx(order / NEED, rel=0.05)


RUN_UP = ["2023Q1", "2023Q2", "2023Q3"]


@pytest.mark.parametrize("kind", ["deposit", "fee"])
def test_p26_in_the_world_of_deposits(kind):
    """In a shipped scenario, while its shortage builds up.

    A deposit of a twentieth or a tenth changes nothing certain there: for half of the needs inflation is at its cap.
    """
    found = []
    for cost in (0.0, 0.25, 0.5):
        terms = {"market.deposit": 0.0, "market.fee_full": 0.0, "market.fee_at_two": 0.0}
        if kind == "deposit":
            terms["market.deposit"] = cost
        else:
            terms |= {"market.fee_full": cost, "market.fee_at_two": cost, "market.fee_free": 20.0}
        results = measured(Scenario.load("deposits").replace_all(terms), seed=None).sel(quarter=RUN_UP)
        found.append(results.order_inflation.mean("quarter").values)
    assert all(above(less, more) for less, more in pairwise(found))


# --- one insatiable buyer: B10, B60, C1 ----------------------------------------------------------------------

OTHERS = [f"small {n}" for n in range(10)]


@cache
def crowd(rule: str, names: int) -> xr.Dataset:
    """Ten buyers of some 8 units a quarter, capacity for 100, and an eleventh that orders 400; without it, 0 names.

    The ten go by the waits that they meet with. If they went by the quote, which is the whole book over production
    whatever the rule, the eleventh's orders would scare them away under the uniform rule too.
    """
    each = {"opening_stock": 40.0, "opening_flow": 0.2, "own_lead_weight": 1.0, "taste_noise": 0.05}
    greedy = {
        "opening_stock": 0.0,
        "reference_stock": 8000.0,
        "opening_flow": 0.05,
        "adjustment": 0.05,
        "line_weight": 0.0,
        "names": max(1, names),
        "income": 1e9 if names else 0.0,
    }
    raw = quiet_world(100.0, 16, **dict.fromkeys(OTHERS, each), greedy=greedy)
    return measured(Scenario.from_dict(changed(raw, NOISE | {("market", "allocation"): rule})))


def served(rule: str, names: int) -> np.ndarray:
    """Deliveries to the ten, as a share of what they get when they are alone; shape (runs,)."""
    alone, results = (crowd(rule, n).buyer_delivered.sel(buyer=OTHERS).sum(("quarter", "buyer")) for n in (0, names))
    return (results / alone).values


def filled(rule: str, names: int) -> np.ndarray:
    return crowd(rule, names).buyer_fill_rate.sel(buyer=OTHERS).mean(("quarter", "buyer")).values


def waited(rule: str, names: int) -> np.ndarray:
    """Weeks that the ten waited for a delivery."""
    got = crowd(rule, names)[["buyer_delivered", "buyer_realised_lead_weeks"]].sel(buyer=OTHERS)
    weeks = (got.buyer_delivered * got.buyer_realised_lead_weeks).sum(("quarter", "buyer"))
    return (weeks / got.buyer_delivered.sum(("quarter", "buyer"))).values


def test_b10_uniform_caps_the_damage_and_proportional_does_not():
    for figure in (served, filled):
        assert above(figure("proportional", 0), figure("proportional", 1))
        assert above(figure("uniform", 1), figure("proportional", 1))
    assert above(waited("proportional", 1), waited("proportional", 0))
    assert above(waited("proportional", 1), waited("uniform", 1))
    assert served("uniform", 1).mean() > 0.99
    assert served("proportional", 1).mean() < 0.5
    assert waited("uniform", 1).mean() < 14.0  # the quarterly clock's floor is 13
    assert waited("proportional", 1).mean() > 52.0


def test_b10_linear_is_the_worst():
    assert above(served("proportional", 1), served("linear", 1))
    assert np.all(served("linear", 1) == 0.0)


@pytest.mark.parametrize(("rule", "share"), [("proportional", 5 / 6), ("uniform", 1 / 5), ("linear", 1.0)])
def test_b10_the_newcomers_share_of_the_first_quarter(rule, share):
    """83%, 20% and all of it: orders are still those of B10 then, give or take a twentieth."""
    first = crowd(rule, 1).buyer_share_hae.sel(buyer="greedy").isel(quarter=1)
    assert first.mean().item() == pytest.approx(share, abs=0.05)


def test_b60_names_undo_part_of_what_uniform_protects():
    for figure in (served, filled):
        assert above(figure("uniform", 1), figure("uniform", 5))
        assert above(figure("uniform", 5), figure("proportional", 5))
    assert above(waited("uniform", 5), waited("uniform", 1))
    first = crowd("uniform", 5).buyer_delivered.sel(buyer=OTHERS).isel(quarter=1).sum("buyer")
    assert first.mean().item() == pytest.approx(10 * 20 / 3, rel=0.02)


def test_b60_names_do_nothing_under_proportional():
    difference = paired_difference(served("proportional", 5), served("proportional", 1))
    assert abs(difference.mean) < 1e-12


# --- auctions: B28, B32, C3 ----------------------------------------------------------------------------------


@cache
def sold(protocol: str, rule: str = "weighted_uniform") -> xr.Dataset:
    """Five buyers of unlike sizes whose demand doubles, and capacity that follows slowly: a long shortage."""
    sizes = {"a": 40e3, "b": 20e3, "c": 10e3, "d": 5e3, "e": 2.5e3}
    own = {"opening_flow": 0.15, "taste_noise": 0.1, "cancel_tolerance": 0.1}
    capacity = [4000.0] * 4 + [4000.0 + 500.0 * n for n in range(12)]
    raw = quiet_world(capacity, 16, **{name: own | {"opening_stock": size} for name, size in sizes.items()})
    raw["market"] |= {
        "protocol": protocol,
        "allocation": rule,
        "price_regime": "sticky",
        "shock_start": "2023Q3",
        "shock_level": 2.0,
    }
    raw["products"]["unit"] |= {"opening_price": 30000.0, "unit_cost": 6000.0}
    return measured(Scenario.from_dict(changed(raw, NOISE)))


@cache
def rushed(protocol: str) -> xr.Dataset:
    return measured(Scenario.load("colossus").replace("market.protocol", protocol), seed=None)


def after_a_premium(results: xr.Dataset, at_list_price: xr.Dataset, product: str) -> xr.Dataset:
    """The quarters in which what is sold at a premium over the list price is delivered: one quarter later."""
    short = at_list_price.product_premium.sel(product=product).shift(quarter=1) > 0.0
    return results[["revenue", "hhi"]].where(short & (at_list_price.revenue > 0.0))


def revenue(results: xr.Dataset, at_list_price: xr.Dataset, product: str = "unit") -> np.ndarray:
    return after_a_premium(results, at_list_price, product).revenue.sum("quarter").values


def concentration(results: xr.Dataset, at_list_price: xr.Dataset, product: str = "unit") -> np.ndarray:
    return after_a_premium(results, at_list_price, product).hhi.mean("quarter").values


def test_b32_auctions_raise_revenue_in_a_shortage():
    """Truthful bids: Vickrey less than uniform price less than pay-as-bid, and the list price least."""
    at_list = sold("list_price")
    forms = ["list_price", "vickrey_auction", "uniform_price_auction", "pay_as_bid_auction"]
    sums = [revenue(sold(form), at_list) for form in forms]
    assert all(above(more, less) for less, more in pairwise(sums))


def test_c3_auctions_raise_revenue_in_the_shortage_of_the_rush():
    """In the quarters after a premium on H100 alone: later the list price is above what clears the market.

    Then an auction earns less than the sticky list price and its queue, so over the whole run the uniform price gains
    nothing that is certain.
    """
    at_list = rushed("list_price")
    sums = [revenue(rushed(form), at_list, "H100") for form in ("list_price", "uniform_price_auction")]
    assert above(sums[1], sums[0])
    assert above(revenue(rushed("pay_as_bid_auction"), at_list, "H100"), sums[1])
    late = slice("2025Q1", None)
    totals = [rushed(form).revenue.sel(quarter=late).sum("quarter") for form in ("list_price", "uniform_price_auction")]
    assert above(totals[0].values, totals[1].values)


@pytest.mark.parametrize("rule", ["weighted_uniform", "uniform"])
def test_c3_auctions_raise_concentration(rule):
    """Against rules that favour small buyers. The proportional rule gives by size, as an auction does."""
    at_list = sold("list_price", rule)
    auctioned = concentration(sold("uniform_price_auction", rule), at_list)
    assert above(auctioned, concentration(at_list, at_list))


def test_c3_auctions_concentrate_about_as_proportional_orders_do():
    """Five buyers alike but for their size ask for the same share of it; hhi then differs by less than a hundredth."""
    at_list = sold("list_price", "proportional")
    auctioned = concentration(sold("uniform_price_auction", "proportional"), at_list)
    difference = paired_difference(auctioned, concentration(at_list, at_list))
    assert abs(difference.mean) < 36.0


def test_c3_auctions_raise_concentration_in_the_shortage_of_the_rush():
    at_list = rushed("list_price")
    auctioned = concentration(rushed("uniform_price_auction"), at_list, "H100")
    assert above(auctioned, concentration(at_list, at_list, "H100"))


# --- the end of a shortage: B38, C4 --------------------------------------------------------------------------

STEADY = 400.0
"""What retires of four times 2000, the compute wanted for good at twice the value, in HAE a quarter."""


@cache
def boom(line_weight: float, extrapolation: float) -> xr.Dataset:
    """Four buyers whose wants double, and a supplier that may start a fifth of its capacity in a quarter."""
    each = {"opening_stock": 1000.0, "opening_flow": 0.05, "cancel_tolerance": 0.1, "inflation_exponent": 0.5}
    raw = quiet_world(200.0, 40, **dict.fromkeys("ABCD", each | {"taste_noise": 0.05}))
    raw["market"] |= {"shock_start": "2024Q1", "shock_level": 2.0}
    raw["supplier"] |= {
        "capacity_delay": 7.0,
        "adjustment_time": 2.0,
        "expansion_limit": 0.2,
        "line_weight": line_weight,
        "extrapolation": extrapolation,
    }
    return measured(Scenario.from_dict(changed(raw, NOISE)))


def overshot(line_weight: float, extrapolation: float) -> np.ndarray:
    return overshoot(boom(line_weight, extrapolation).capacity.values, np.full(RUNS, STEADY))


@pytest.mark.parametrize("extrapolation", [0.0, 1.0])
def test_c4_supply_line_neglect_raises_the_overshoot(extrapolation):
    found = [overshot(weight, extrapolation) for weight in (1.0, 0.5, 0.0)]
    assert all(above(more, less) for less, more in pairwise(found))


@pytest.mark.parametrize("line_weight", [0.0, 1.0])
def test_c4_extrapolation_raises_the_overshoot(line_weight):
    assert above(overshot(line_weight, 1.0), overshot(line_weight, 0.0))


@pytest.mark.parametrize("cure", [{"supplier.line_weight": 1.0}, {"supplier.extrapolation": 0.0}])
def test_c4_in_the_world_of_glut(cure):
    """Where what is wanted at the end is the same: the peak of capacity is higher for each of the two faults."""
    glut = Scenario.load("glut")
    peaks = [measured(glut.replace_all(c), seed=None).capacity.max("quarter").values for c in ({}, cure)]
    assert above(*peaks)
