"""Scenarios on the command line, and the changes of ``--set``."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from market import Scenario

ScenarioName = Annotated[str, typer.Argument(metavar="SCENARIO", help="A shipped name or a TOML file.")]
Changes = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Change a field, e.g. buyers.xAI.urgency=0.4. May be repeated."),
]


def fields(changes: Sequence[str] | None) -> dict[str, Any]:
    """Values by path, as ``--set`` gives them.

    Raises:
        BadInput: one is not written PATH=VALUE.
    """
    from market import BadInput

    found = {}
    for change in changes or []:
        path, mark, text = change.partition("=")
        if not mark or not path:
            raise BadInput(f"--set: found {change!r}; allowed: PATH=VALUE, such as buyers.xAI.urgency=0.4")
        found[path.strip()] = toml_value(text.strip())
    return found


def changed(name: str, changes: Sequence[str] | None) -> Scenario:
    """The scenario of that name with the changes of ``--set``.

    Raises:
        BadInput: there is no such scenario, or a change is not allowed.
    """
    from market import Scenario

    new = fields(changes)
    scenario = Scenario.load(name)
    return scenario.replace_all(new) if new else scenario


def toml_value(text: str) -> Any:
    """What a value means in TOML; a bare word is a text."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
