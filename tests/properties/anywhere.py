"""Scenarios from anywhere inside the declared ranges: every field may stand at either end or between."""

from __future__ import annotations

import math
from random import Random
from typing import Any

from agents.records.roles import Choice, Parameter, Path, Reference, When, fields_of
from agents.supplier import Supplier
from market.gears.build import settable
from market.market_state import MarketState
from market.product import OutsideOption, Product
from market.scenario.paths import parse_quarter, quarter_label
from market.scenario.schema import buyer_classes

START = parse_quarter("2023Q1")
CLASSES = {name: same[0] for name, same in buyer_classes().items() if same[0].__module__.startswith("agents.")}
SAID = 0.4
"""Share of the fields that a scenario sets, in the mean; the others are left at their defaults."""


def number(chance: Random, role: Parameter, whole: bool) -> float | int:
    """A number that the role allows: an end, any between, or any size between."""
    low, high = role.low, role.high
    if whole:
        return chance.randint(int(low), int(high))
    way = chance.random()
    if way < 0.15:
        return low
    if way < 0.3:
        return high
    if way < 0.6 or low < 0.0:
        return high - chance.random() * (high - low)
    least = max(low, 1e-9 * high)
    return math.exp(math.log(high) - chance.random() * (math.log(high) - math.log(least)))


def value(chance: Random, field: Any, names: dict[str, list[str]], horizon: int) -> Any:
    """A value of a field that a scenario may set."""
    role = field.role
    if isinstance(role, Path):
        several = [number(chance, role, False) for _ in range(chance.randint(1, horizon))]
        return several if chance.random() < 0.5 else several[0]
    if isinstance(role, Parameter):
        return chance.random() < 0.5 if field.type is bool else number(chance, role, field.type is int)
    if isinstance(role, Choice):
        return chance.choice(list(role.options))
    if isinstance(role, Reference):
        return chance.choice(names[role.table])
    assert isinstance(role, When)
    return chance.choice(["", "never", quarter_label(START + chance.randint(-8, 12))])


def entry(chance: Random, cls: type, said: float, names: dict[str, list[str]], horizon: int) -> dict[str, Any]:
    """Values of some of the fields of a class."""
    return {field.name: value(chance, field, names, horizon) for field in settable(cls) if chance.random() < said}


def anywhere(number: int) -> dict[str, Any]:
    """The scenario of that number, as the content of its file."""
    chance = Random(number)
    horizon = chance.randint(1, 12)
    said = SAID * 2.0 * chance.random()
    names = {
        "products": [f"P{n}" for n in range(chance.randint(1, 4))],
        "buyers": [f"B{n}" for n in range(chance.randint(1, 4))],
    }
    buyers = {}
    for name in names["buyers"]:
        kind = chance.choice(list(CLASSES))
        money = {"income": 3000.0} | ({"capex": 20000.0} if "capex" in fields_of(CLASSES[kind]) else {})
        alive = {"opening_stock": 5000.0, **money} if chance.random() < 0.8 else {}
        buyers[name] = {"class": kind} | alive | entry(chance, CLASSES[kind], said, names, horizon)
    return {
        "schema": 1,
        "name": f"anywhere {number}",
        "start": quarter_label(START),
        "horizon": horizon,
        "market": entry(chance, MarketState, said, names, horizon) | {"checked": chance.random() < 0.5},
        "supplier": {"upstream": 2000.0} | entry(chance, Supplier, said, names, horizon),
        "products": {name: entry(chance, Product, said, names, horizon) for name in names["products"]},
        "buyers": buyers,
        "outside": {
            f"O{n}": entry(chance, OutsideOption, said, names, horizon) for n in range(chance.choice([0, 0, 1, 2]))
        },
    }
