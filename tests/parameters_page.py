"""The page that lists every parameter, made from the declarations, so that it cannot lag behind them."""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agents.records.roles import LIMITS, Choice, Column, Draw, Field, Parameter, Reference, When, fields_of
from agents.records.roles import Path as PathRole
from agents.rules import bidding, gaming
from agents.rules.tactics import TACTICS
from agents.supplier import Supplier
from market.market_state import MarketState
from market.mechanisms.allocation import RULES
from market.mechanisms.pricing import REGIMES
from market.mechanisms.protocols import PROTOCOLS
from market.product import OutsideOption, Product
from market.scenario.events import Event, Kind, PathEvent, kinds
from market.scenario.schema import between, buyer_classes
from market.scenario.story import Story

DOCS = Path(__file__).parent.parent / "docs"
PAGE = DOCS / "parameters.md"
INTRODUCTION = """# Parameters, draws and measures

Made from the declarations in the code by `make golden`; a test compares the two. A *path* may differ from quarter
to quarter. A class of buyers has what `Buyer` has, and what stands under its own name. *Source* is that of the
default ([sources](sources.md#defaults)); scenarios set values of their own and tell theirs.
"""


def sources() -> dict[str, str]:
    """Where defaults come from, by class and field, as docs/defaults.toml says."""
    written = tomllib.loads((DOCS / "defaults.toml").read_text(encoding="utf-8"))["source"]
    return {field: each["text"] for each in written for field in each["fields"]}


def sections() -> dict[str, tuple[type, Mapping[str, Field]]]:
    """The title of every section of fields, with its class and the fields that it shares with others."""
    classes = {name: same[0] for name, same in buyer_classes().items() if same[0].__module__.startswith("agents.")}
    base = classes.pop("Buyer")
    return {
        "Market, `[market]`": (MarketState, {}),
        "Supplier, `[supplier]`": (Supplier, {}),
        "Product, `[products.NAME]`": (Product, {}),
        "Outside option, `[outside.NAME]`": (OutsideOption, {}),
        'Buyer, `[buyers.NAME]` with `class = "Buyer"`': (base, {}),
        **{f'`class = "{name}"`': (cls, fields_of(base)) for name, cls in classes.items()},
    }


def own(cls: type, shared: Mapping[str, Field]) -> list[Field]:
    """The fields of a class that are not among those it shares, or that have another default."""
    return [
        field for name, field in fields_of(cls).items() if name not in shared or field.default != shared[name].default
    ]


def key(cls: type, name: str, known: Mapping[str, str]) -> str:
    """Under which name the source of a field is told: its class, or the one that has it from."""
    return next((f"{each.__name__}.{name}" for each in cls.__mro__ if f"{each.__name__}.{name}" in known), "")


def settable() -> list[tuple[type, Field]]:
    """Every field that a scenario may set, with the class of its section."""
    roles = Parameter | Choice | Reference | When
    every = [(cls, field) for cls, shared in sections().values() for field in own(cls, shared)]
    return [(cls, field) for cls, field in every if isinstance(field.role, roles)]


def page() -> str:
    """The whole page."""
    parts = [INTRODUCTION, _limits(), _mechanisms()]
    parts += [_section(title, cls, shared) for title, (cls, shared) in sections().items()]
    parts.append(_events())
    parts.append(_story())
    return "\n".join(parts)


def _story() -> str:
    lines = [
        "## Story, `[story]`",
        "",
        "What a reader is shown first. It shapes no run and is no part of the hash.",
        "",
    ]
    lines += ["| field | what it is |", "|---|---|"]
    lines += [f"| `{name}` | {field.description} |" for name, field in Story.model_fields.items()]
    return "\n".join(lines) + "\n"


def _mechanisms() -> str:
    fields = {
        "`market.allocation`": RULES,
        "`market.protocol`": PROTOCOLS,
        "`market.price_regime`": REGIMES,
        "`tactic` of the supplier or a buyer": TACTICS,
        "`gaming` of a buyer": gaming.STRATEGIES,
        "`bidding` of a buyer": bidding.STRATEGIES,
    }
    lines = ["## Mechanisms", "", "Each is one function, found by its name; one field switches it.", ""]
    lines += ["| field | value | what it does |", "|---|---|---|"]
    for field, functions in fields.items():
        lines += [f"| {field} | `{name}` | {_summary(function)} |" for name, function in functions.items()]
    return "\n".join(lines) + "\n"


def _summary(function: Any) -> str:
    """The first paragraph of a docstring, on one line."""
    return " ".join(inspect.getdoc(function).split("\n\n")[0].split()).replace("|", "")


def _limits() -> str:
    lines = ["## The most of each unit", "", "Where a field has no narrower range of its own.", ""]
    lines += ["| unit | most | that is |", "|---|---|---|"]
    lines += [f"| {unit} | {most:g} | {what} |" for unit, (most, what) in LIMITS.items() if unit]
    return "\n".join(lines) + "\n"


def _events() -> str:
    lines = ["## Events, `[[events]]`", ""]
    lines += ["Every event has a `quarter`, and may have a `note`. Fields with a default may be left out.", ""]
    lines += ["| kind | fields | meaning |", "|---|---|---|"]
    lines.append(_event("", PathEvent))
    lines += [_event(f"`{name}`", cls) for name, cls in kinds().items() if cls.__module__ == PathEvent.__module__]
    return "\n".join(lines) + "\n"


def _event(kind: str, cls: type[Event]) -> str:
    fields = []
    for name, field in cls.model_fields.items():
        if name not in Kind.model_fields:
            default = "" if field.is_required() else f" = {str(field.default).lower()}"
            fields.append(f"`{name}{default}`")
    return f"| {kind} | {', '.join(fields)} | {' '.join((cls.__doc__ or '').split())} |"


def _section(title: str, cls: type, shared: Mapping[str, Field]) -> str:
    known = sources()
    lines = [f"## {title}", ""]
    doc = (cls.__doc__ or "").strip().splitlines()[0]
    lines += [doc, "", "| name | kind | unit | default | source | allowed | meaning |", "|---|---|---|---|---|---|---|"]
    lines += [row for field in own(cls, shared) if (row := _row(field, known.get(key(cls, field.name, known), "")))]
    return "\n".join(lines) + "\n"


def _row(field: Field, source: str) -> str:
    role = field.role
    if isinstance(role, Parameter):
        kind = "path" if isinstance(role, PathRole) else "parameter"
        allowed = "true, false" if field.type is bool else between(role.low, role.high)
        default = str(field.default).lower() if field.type is bool else f"{field.default:g}"
        return f"| `{field.name}` | {kind} | {role.unit} | {default} | {source} | {allowed} | {role.doc} |"
    if isinstance(role, Choice):
        options = ", ".join(f"`{option}`" for option in role.options)
        return f"| `{field.name}` | choice | | `{role.options[field.default]}` | {source} | {options} | {role.doc} |"
    if isinstance(role, Reference):
        return f"| `{field.name}` | name | | | {source} | one of `{role.table}` | {role.doc} |"
    if isinstance(role, When):
        return f"| `{field.name}` | quarter | | | {source} | `2024Q2` | {role.doc} |"
    if isinstance(role, Draw):
        return f"| `{field.name}` | draw | | | | {role.kind} | {role.doc} |"
    if isinstance(role, Column):
        return f"| `{field.name}` | measure | {role.unit} | | | | {role.doc} |"
    return ""
