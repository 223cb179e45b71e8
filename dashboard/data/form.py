"""The scenario as a form: every field of a table of it, in TOML."""

from __future__ import annotations

from typing import Any

from dashboard.reading.declared import explain, readable, role_of, unit
from dashboard.state.session import Setting
from market.scenario.scenario import Scenario
from runs.requests.request import written

SINGLE = ("market", "supplier")
NAMED = ("products", "outside", "buyers")


def tables(scenario: Scenario) -> dict[str, str]:
    """The tables that can be edited and their titles: ``buyers.xAI`` is called "Buyer: xAI"."""
    found = {name: readable(name) for name in SINGLE}
    for name in NAMED:
        found |= {f"{name}.{entry}": f"{readable(name)}: {entry}" for entry in getattr(scenario, name)}
    return found


def rows(now: Setting, table: str, refused: dict[str, str]) -> list[dict[str, Any]]:
    """The fields of a table as plain data; ``refused`` says what is wrong with what was typed, by path."""
    scenario = now.scenario
    kind, _, entry = table.partition(".")
    full, own = (one.to_dict()[kind] for one in (scenario, now.base))
    if entry:
        full, own = full[entry], own[entry]
    return [row(scenario, f"{table}.{name}", value, own[name], refused) for name, value in full.items()]


def row(scenario: Scenario, path: str, value: Any, own: Any, refused: dict[str, str]) -> dict[str, Any]:
    name = path.rpartition(".")[2]
    role = None if name == "class" else role_of(scenario, path)
    return {
        "path": path,
        "label": readable(name),
        "help": explain(getattr(role, "doc", "")),
        "unit": unit(getattr(role, "unit", "")),
        "text": written(value),
        "own": written(own) if own != value else "",
        "error": refused.get(path, ""),
    }
