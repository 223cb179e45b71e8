"""Small worlds for tests, as the content of a scenario file, and buyers that live in them."""

from __future__ import annotations

import copy
from types import SimpleNamespace
from typing import Annotated, Any

from agents.buyer import Buyer
from agents.records.roles import Parameter, fields_of
from market import Scenario

CALM: dict[str, Any] = {
    "opening_book": 0.0,
    "opening_product": "unit",
    "taste_noise": 0.0,
    "inflation_exponent": 0.0,
    "cancel_tolerance": 1000.0,
    "reputation_cost": 2.0,
    "income": 1e9,
}
"""A buyer without noise, inflation or cancellation, and with money enough."""


class SteadyBuyer(Buyer):
    """Orders the same amount every quarter, whatever it has and whatever it is worth to it."""

    bargains = False
    steady_order: Annotated[float, Parameter("HAE", "what it orders in a quarter")] = 0.0

    def decide(self, market, products):
        self.note_wanted(self.steady_order)
        self.ask_for(0, products[self.opening_product], self.steady_order, 1.0)


def quiet_world(capacity: float | list[float], horizon: int, **buyers: dict[str, Any]) -> dict[str, Any]:
    """One product, one wafer a unit, no prices, no chance; buyers as given."""
    return {
        "schema": 1,
        "name": "quiet",
        "start": "2023Q1",
        "horizon": horizon,
        "market": {
            "allocation": "proportional",
            "protocol": "list_price",
            "price_regime": "fixed",
            "ordering": "anchored",
            "quoting": "book",
            "due_first": False,
            "common_noise": 0.0,
        },
        "supplier": {
            "upstream": capacity,
            "opening_share": 1.0,
            "final_share": 1.0,
            "capacity_noise": 0.0,
            "ramp_quarters": 1.0,
            "base_weeks": 0.0,
        },
        "products": {
            "unit": {
                "launch": "2023Q1",
                "announced": "2023Q1",
                "packages_per_wafer": 1.0,
                "opening_price": 1.0,
            }
        },
        "buyers": {name: CALM | own for name, own in buyers.items()},
    }


def changed(raw: dict[str, Any], changes: dict[tuple[str, ...], Any]) -> dict[str, Any]:
    """A copy of a file's content with the values at some paths changed; paths are tuples of keys."""
    raw = copy.deepcopy(raw)
    for (*parents, last), value in changes.items():
        table: Any = raw
        for parent in parents:
            table = table[parent]
        table[last] = value
    return raw


def scenario(raw: dict[str, Any]) -> Scenario:
    return Scenario.from_dict(raw)


def bare(cls: type, **own: Any) -> SimpleNamespace:
    """Something with the state of a class at its defaults and no rules, for calling one rule alone."""
    state = {
        name: copy.copy(field.default) if not field.length else [field.type(0)] * field.length
        for name, field in fields_of(cls).items()
    }
    return SimpleNamespace(**state | own)
