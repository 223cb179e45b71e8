"""Worked cases of planned and own quotes (economics E30, B67, B68), on the market's own rules."""

from __future__ import annotations

from typing import Any

import pytest

from agents.rules import book
from market import Market, Scenario
from market.mechanisms import quoting
from tests.worlds import changed, quiet_world

CHEAP = 1e-6
"""Million USD a unit at the price of 1 USD of these worlds."""


def queue(*generations: dict[str, Any], congestion: float = 0.1, wafers: float = 100.0) -> Market:
    """Open orders of some generations, and money for a part of them: a buyer for each, since a buyer's money is one.

    Of each: ``open`` units, ``money`` for so many of them, ``launch`` in so many quarters, ``ramp`` quarters.
    """
    buyers = {f"of {n}": {} for n in range(len(generations))}
    raw = quiet_world(wafers, 20, **buyers)
    raw["market"] |= {"quoting": "planned", "rule_aware": False}
    raw["supplier"] |= {"congestion": congestion, "ramp_quarters": generations[-1].get("ramp", 1.0)}
    unit = raw["products"].pop("unit")
    raw["products"] = {f"p{n}": unit | {"generation": n} for n in range(len(generations))}
    for buyer in raw["buyers"].values():
        buyer["opening_product"] = "p0"
    model = Market(Scenario.from_dict(raw))
    model.supplier.wafers = wafers
    for n, own in enumerate(generations):
        product, buyer = model.products[n], model.buyers[n]
        product.launch = product.generation_launch = own.get("launch", -own.get("ramped", 0))
        product.book = own["open"]
        book.join(buyer, n, own["open"], 1.0, -1, 0, 0.0)
        buyer.income = own["money"] * CHEAP
    quoting.planned(model, model.supplier, model.products, model.buyers, 0.0)
    return model


@pytest.mark.parametrize(("money", "quote"), [(150.0, 2.1), (80.0, 0.4), (0.0, 0.0)])
def test_b67_one_generation(money, quote):
    assert queue({"open": 250.0, "money": money}).quote[0] == pytest.approx(quote, abs=1e-9)


def test_b67_a_coming_generation_that_ramps():
    assert queue({"open": 120.0, "money": 60.0, "launch": 2, "ramp": 4.0}).quote[0] == pytest.approx(3.15, abs=1e-9)


def test_b67_two_generations_at_once():
    """The new one may take two thirds of the wafers next quarter, then all of them."""
    model = queue({"open": 60.0, "money": 60.0, "ramped": 9}, {"open": 90.0, "money": 90.0, "ramp": 3.0})
    assert model.quote[:2] == pytest.approx([1.053333, 1.030435], abs=1e-6)


@pytest.mark.parametrize("units", [40.0, 100.0, 250.0, 990.0])
def test_whole_quarters_are_the_book_over_the_output(units):
    assert int(queue({"open": units, "money": units}).quote[0]) == int(units / 100.0)


def test_the_quote_falls_in_wafers_and_rises_in_the_book_and_in_the_money():
    def quote(units, money, wafers):
        return queue({"open": units, "money": money}, wafers=wafers).quote[0]

    assert quote(250.0, 150.0, 120.0) < quote(250.0, 150.0, 100.0) < quote(250.0, 150.0, 80.0)
    assert quote(200.0, 150.0, 100.0) < quote(250.0, 150.0, 100.0) < quote(300.0, 150.0, 100.0)
    assert (
        quote(250.0, 80.0, 100.0) < quote(250.0, 90.0, 100.0) < quote(250.0, 120.0, 100.0) <= quote(250.0, 200.0, 100.0)
    )


def test_what_is_never_made_is_quoted_the_longest():
    assert queue({"open": 10.0, "money": 10.0}, wafers=0.0).quote[0] == quoting.LONGEST


@pytest.mark.parametrize(
    ("rule", "quotes"),
    [
        ("proportional", [4.0, 4.0, 4.0]),
        ("uniform", [6.666667, 2.0, 1.0]),
        ("first_come_first_served", [4.0, 4.0, 4.0]),
    ],
)
def test_b68_own_quotes(rule, quotes):
    raw = quiet_world(100.0, 4, a={}, b={}, c={})
    raw["market"] |= {"quoting": "planned", "allocation": rule}
    raw["supplier"] |= {"congestion": 0.0}
    model = Market(Scenario.from_dict(raw))
    model.supplier.wafers = 100.0
    model.products[0].book = 400.0
    for buyer, units in zip(model.buyers, (300.0, 90.0, 10.0), strict=True):
        buyer.weight = 1.0
        book.join(buyer, 0, units, 1.0, -1, 0, 0.0)
    quoting.planned(model, model.supplier, model.products, model.buyers, 0.0)
    assert model.quote[0] == pytest.approx(4.0)
    assert [buyer.own_quote[0] for buyer in model.buyers] == pytest.approx(quotes, abs=1e-6)


def test_b68_switched_off():
    raw = quiet_world(100.0, 4, a={}, b={})
    raw["market"] |= {"quoting": "planned", "allocation": "uniform", "rule_aware": False}
    model = Market(Scenario.from_dict(changed(raw, {("buyers", "a", "opening_stock"): 500.0}))).run()
    assert model.buyers[0].own_quote[0] == model.buyers[1].own_quote[0] == model.quote[0]


def test_promises_count_half_of_what_is_asked_for():
    """An empty book and 300 asked for where 100 a quarter are made: half of it stands before an order at the mean."""
    raw = quiet_world(100.0, 4, only={})
    raw["market"]["quoting"] = "planned"
    raw["supplier"]["congestion"] = 0.0
    model = Market(Scenario.from_dict(raw))
    model.supplier.wafers = 100.0
    buyer = model.buyers[0]
    buyer.slot_product[0], buyer.slot_units[0] = 0, 300.0
    buyer.slot_product[1] = buyer.slot_product[2] = -1
    quoting.planned(model, model.supplier, model.products, model.buyers, 0.5)
    assert buyer.own_promise[0] == pytest.approx(1.0)
    assert model.supplier.promise(buyer, model, model.products[0]) == model.quarter + 2
