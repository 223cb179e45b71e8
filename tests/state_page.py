"""The tables of state variables in docs/odd.md, made from the declarations and docs/state.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from agents.records.roles import Array, Choice, Column, Draw, Field, Parameter, Reference, Stateful, When, fields_of
from agents.supplier import Supplier
from market.market_state import MarketState
from market.product import Offer, OutsideOption, Product
from market.scenario.schema import buyer_classes

DOCS = Path(__file__).parent.parent / "docs"
PAGE = DOCS / "odd.md"
BEGIN, END = "<!-- made from the declarations by make golden -->\n", "<!-- end -->\n"
Told = Mapping[str, Mapping[str, Sequence[str]]]


def told() -> Told:
    """Unit and meaning of every state variable, by class, as docs/state.toml says."""
    return tomllib.loads((DOCS / "state.toml").read_text(encoding="utf-8"))


def classes() -> dict[str, type[Stateful]]:
    """Every class that has state, by name, a class after the one that it builds on."""
    ours = [same[0] for same in buyer_classes().values() if same[0].__module__.startswith("agents.")]
    ours.sort(key=lambda cls: (len(cls.__mro__), cls.__name__))
    return {cls.__name__: cls for cls in (MarketState, Supplier, Offer, Product, OutsideOption, *ours)}


def own(cls: type[Stateful]) -> dict[str, Field]:
    """What a class declares beyond the class of ours that it builds on."""
    known: set[str] = set()
    for base in cls.__mro__[1:]:
        if base in classes().values():
            known |= set(fields_of(base))
    return {name: field for name, field in fields_of(cls).items() if name not in known}


def differences(cls: type[Stateful], written: Mapping[str, Sequence[str]]) -> list[str]:
    """State variables of a class that are not explained, and explanations of what it does not have."""
    state = {name for name, field in own(cls).items() if is_state(field)}
    return sorted(f"{cls.__name__}.{name}" for name in state ^ set(written))


def is_state(field: Field) -> bool:
    """Whether an attribute is state: no parameter, draw or measure."""
    return not isinstance(field.role, Parameter | Choice | Reference | When | Draw | Column)


def tables() -> str:
    """A section for every class: its parameters, draws and measures by name, its state in a table."""
    meanings = told()
    return "\n".join(_section(name, cls, meanings.get(name, {})) for name, cls in classes().items())


def _section(name: str, cls: type[Stateful], written: Mapping[str, Sequence[str]]) -> str:
    base = next((other.__name__ for other in cls.__mro__[1:] if other in classes().values()), "")
    lines = [f"### `{name}`", ""]
    if base:
        lines += [f"Has what `{base}` has, and:", ""]
    fields = own(cls)
    for words, roles in (
        ("Parameters", Parameter | Choice | Reference | When),
        ("Draws", Draw),
        ("Measures", Column),
    ):
        if names := [f"`{field.name}`" for field in fields.values() if isinstance(field.role, roles)]:
            lines += [f"{words}: {', '.join(names)}.", ""]
    state = {name: field for name, field in fields.items() if is_state(field)}
    if state:
        lines += ["| state | type | unit | meaning |", "|---|---|---|---|"]
        lines += [_row(field, written.get(field.name, ("", ""))) for field in state.values()]
    elif len(lines) <= 4:
        lines += ["Nothing of its own to know: only rules.", ""]
    return "\n".join(lines).rstrip() + "\n"


def _row(field: Field, written: Sequence[str]) -> str:
    unit, meaning = written
    kind = f"{field.length} x {field.type.__name__}" if isinstance(field.role, Array) else field.type.__name__
    return f"| `{field.name}` | {kind} | {unit} | {meaning} |"


def page() -> str:
    """docs/odd.md with the tables of today."""
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    return before + BEGIN + "\n" + tables() + "\n" + END + rest.split(END)[1]
