"""The controls of a scenario: what it declares as levers and uncertainties, with words from the declarations."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from agents.records.roles import Choice, Parameter, fields_of
from agents.supplier import Supplier
from market.market_state import MarketState
from market.product import OutsideOption, Product
from market.scenario.paths import Series
from market.scenario.scenario import Scenario
from market.scenario.uncertainty import Distribution
from market.scenario.wide import MANY, reach

SYMBOL = re.compile(r"^\w{1,10}( of E\d+)?: ")
"""A formula's symbol before the words, which says nothing to who has not read the formula."""
BARE = re.compile(r"^\w+ of E\d+$")


VARIOUS = "various"
"""In place of the value of a field of many where it is not the same for all."""


@dataclass(frozen=True)
class Control:
    """One setting: slider (``low`` and ``high``), choice (``options``) or switch; ``own``: the scenario's value."""

    path: str
    label: str
    help: str
    unit: str
    kind: str
    value: Any
    own: Any = None
    low: float = 0.0
    high: float = 0.0
    step: float = 0.0
    options: tuple[tuple[Any, str], ...] = ()


def levers(scenario: Scenario, base: Scenario) -> list[Control]:
    """What one could decide, as it stands in ``scenario`` and stood in ``base``."""
    return controls(scenario, base, dict(scenario.levers))


def uncertainties(scenario: Scenario, base: Scenario) -> list[Control]:
    """What nobody knows, as it stands in ``scenario`` and stood in ``base``."""
    return controls(scenario, base, dict(scenario.uncertainties))


def controls(scenario: Scenario, base: Scenario, declared: dict[str, Any]) -> list[Control]:
    """A control for each declared path that can have one; what varies over time has none."""
    made = (control(scenario, path, values, base.get(path)) for path, values in declared.items())
    return [c for c in made if c is not None]


def control(scenario: Scenario, path: str, values: Any, own: Any) -> Control | None:
    """The control for a path and the values it may take: a list, or a range from low to high.

    A mechanism may be any of its kind; those that the scenario lists come first.
    """
    value = scenario.get(path)
    held = [value]
    if isinstance(value, dict):
        held, value = list(value.values()), VARIOUS
    role = role_of(scenario, path)
    words: dict[str, Any] = {
        "path": path,
        "label": label(path),
        "help": explain(getattr(role, "doc", "")),
        "unit": unit(getattr(role, "unit", "")),
        "own": VARIOUS if isinstance(own, dict) else own,
    }
    if isinstance(value, bool):
        return Control(**words, kind="switch", value=value)
    if isinstance(held[0], bool):
        values = [True, False]
    if isinstance(values, list):
        others = role.options if isinstance(role, Choice) else ()
        options = tuple((v, readable(str(v))) for v in dict.fromkeys([*values, value, *others]))
        return Control(**words, kind="choice", value=value, options=options)
    if not all(isinstance(one, int | float) for one in held):
        return None
    low, high = bounds(values)
    low, high = min(low, *held), max(high, *held)
    step = 1.0 if isinstance(held[0], int) else nice_step(high - low)
    return Control(**words, kind="slider", value=value, low=low, high=high, step=step)


def bounds(values: Any) -> tuple[float, float]:
    if isinstance(values, Distribution):
        return float(values.ends[0]), float(values.ends[1])
    return float(values["low"]), float(values["high"])


def role_of(scenario: Scenario, path: str) -> Any:
    """What the field at a path was declared as."""
    table, *rest = path.split(".")
    tables: dict[str, type] = {
        "market": MarketState,
        "supplier": Supplier,
        "products": Product,
        "outside": OutsideOption,
    }
    cls = tables.get(table)
    if table == "buyers":
        cls = scenario.classes[reach(scenario, path)[0].split(".")[1]]
    if len(rest) > (2 if table in MANY else 1):
        return Parameter("1", Series.model_fields[rest[-1]].description or "")
    field = fields_of(cls).get(rest[-1]) if cls else None
    return field.role if field else None


def label(path: str) -> str:
    """``buyers.xAI.cost_factor`` as ``xAI: cost factor``, ``buyers.*.cost_factor`` as ``All buyers: cost factor``."""
    table, *rest = path.replace(".*.", f".All {path.partition('.')[0]}.").split(".")
    if len(rest) < 2:
        return readable(rest[-1] if rest else table)
    words = readable(" ".join(rest[1:]))
    return f"{rest[0] if table in MANY else readable(rest[0])}: {words[0].lower()}{words[1:]}"


LABELS = {
    "line_weight": "weight of what is under way",
    "final_share": "share of all packaging",
    "ramp_quarters": "quarters to ramp up",
    "base_weeks": "assembly and transport",
    "parity": "stock over the largest rival's",
}
"""What fields are called whose own names say little."""


def readable(name: str) -> str:
    name = LABELS.get(name, name)
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def explain(doc: str) -> str:
    """The words of a declaration without the symbol of its formula."""
    if BARE.match(doc):
        return ""
    words = SYMBOL.sub("", doc)
    return words[:1].upper() + words[1:]


def unit(text: str) -> str:
    """A unit to write behind a number; ``1`` is none."""
    return "" if text == "1" else text.replace("1/", "a ")


def nice_step(span: float) -> float:
    """A step of 1, 2 or 5 times a power of ten that divides a range into twenty to fifty."""
    if span <= 0:
        return 1.0
    rough = span / 50
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * m for m in (1.0, 2.0, 5.0, 10.0) if power * m >= rough * 0.999)
