"""Branches that no other test reaches: figures that are not finite, broken and full books, rules undeclared."""

from __future__ import annotations

import math

import pytest

from agents.buyer import Buyer
from agents.records.layout import Layout
from agents.records.roles import GENERATIONS, LINES, SLOTS
from agents.rules import book
from market import Market, Scenario, checks
from market.gears import code_cache
from market.mechanisms import allocation, clearing


def stepped() -> Market:
    """A market after its third quarter, its conservation checked."""
    world = Scenario.load("reference").replace("market.checked", True)
    market = Market(world)
    for _ in range(3):
        market.step()
    return market


def broken(market: Market) -> tuple[int, int]:
    """Which check does not hold, and of whom."""
    with pytest.raises(ArithmeticError, match="a check did not hold"):
        checks.check(market, market.supplier, market.products, market.buyers)
    return market.broken, market.broken_buyer


def test_a_market_whose_checks_hold_says_nothing():
    market = stepped()
    checks.check(market, market.supplier, market.products, market.buyers)
    assert market.broken == 0


@pytest.mark.parametrize("figure", [math.inf, math.nan])
def test_a_price_that_is_not_finite_is_noticed(figure):
    market = stepped()
    market.products[0].price = figure
    assert broken(market) == (1, -1)


def test_cash_and_revenue_that_are_not_finite_are_noticed():
    market = stepped()
    market.revenue = math.inf
    assert broken(market) == (1, -1)
    market = stepped()
    market.buyers[1].cash = math.nan
    assert broken(market) == (1, 1)


def test_an_order_line_that_owes_units_is_noticed():
    market = stepped()
    market.buyers[0].line_open[0] = -1.0
    assert broken(market) == (3, 0)


def test_units_that_go_backwards_are_noticed():
    market = stepped()
    market.products[0].lost = -1.0
    assert broken(market) == (5, -1)


def test_nothing_clears_without_a_price_to_look_around():
    market = stepped()
    assert clearing.clearing_price(market, market.buyers, 100.0, 0.0, 0) == 0.0


def undeclared(orders, capacity, weights):
    """A rule that says nothing of lies and names."""


def test_an_allocation_rule_says_what_it_tempts_buyers_to():
    with pytest.raises(TypeError, match=r"allocation\.undeclared: declare with @invites"):
        allocation._standing(undeclared)


def test_an_allocation_rule_asks_for_what_there_is():
    @allocation.invites(lies=False, splitting="nothing")
    def curious(orders, capacity, birthdays):
        """Asks for what nobody keeps."""

    with pytest.raises(TypeError, match="asks for 'birthdays'; allowed: "):
        allocation._standing(curious)


def test_one_name_has_one_type_in_all_classes():
    class Counts(Buyer):
        mood: int = 0

    class Feels(Buyer):
        mood: float = 0.0

    with pytest.raises(TypeError, match="mood differs in type"):
        Layout("buyers", [Counts, Feels])


def test_an_actor_says_its_name():
    assert repr(stepped().buyers[0]) == "<Buyer A>"


def test_the_cache_of_compiled_rules_has_a_place(monkeypatch, tmp_path):
    monkeypatch.setenv("GPUMARKET_CACHE", str(tmp_path))
    assert code_cache.cache_folder() == tmp_path
    monkeypatch.delenv("GPUMARKET_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert code_cache.cache_folder() == tmp_path / "gpumarket"


def test_of_more_generations_than_slots_the_newest_are_ordered():
    world = Scenario.load("colossus").to_dict()
    for n, product in enumerate(list(world["products"])[:GENERATIONS]):
        world["products"][product] |= {
            "generation": n,
            "launch": "2022Q4",
            "announced": "2022Q4",
            "last_order": "never",
        }
        world["products"][product] |= {"last_order": "never", "open_market": 1.0, "opening_price": 20000.0, "hae": 1.0}
    world["products"] = {name: world["products"][name] for name in list(world["products"])[:GENERATIONS]}
    for buyer in world["buyers"].values():
        buyer["opening_product"] = next(iter(world["products"]))
    world["events"] = []
    for rest in ("story", "levers", "uncertainties"):
        world.pop(rest, None)
    market = Market(Scenario.from_dict(world))
    market.step()
    bought = [set(buyer.slot_product) - {-1} for buyer in market.buyers if buyer.ordered > 0.0 and not buyer.controlled]
    assert bought
    newest = {p.index for p in market.products if p.generation >= GENERATIONS - SLOTS}
    assert all(products <= newest for products in bought)


def test_a_full_book_converts_no_part_of_a_line():
    market = stepped()
    buyer = market.buyers[0]
    while buyer.lines < LINES:
        book.join(buyer, 0, 1.0, 1.0, market.quarter, market.quarter + 1, 0.0)
    before = list(buyer.line_open)
    market.conversion_rate = 0.5
    buyer.convert(market, market.products)
    assert list(buyer.line_open) == before
