"""Scenarios on the command line, and the changes of ``--set``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from runs.requests.comparison import Lever
from runs.requests.request import read_value

if TYPE_CHECKING:
    from market import Scenario

ScenarioName = Annotated[str, typer.Argument(metavar="SCENARIO", help="A shipped name or a TOML file.")]
Changes = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Change a field, e.g. buyers.xAI.urgency=0.4. May be repeated."),
]
AGENTS = "Classes of buyers of one's own: the .py files of a folder."


def know(folder: Path | None) -> None:
    """Read the classes of buyers in a folder; a scenario may name them from then on.

    Raises:
        BadInput: as :func:`market.buyers_from`.
    """
    if folder is not None:
        from market import buyers_from

        buyers_from(folder)


Agents = Annotated[Path | None, typer.Option("--agents", metavar="DIR", callback=know, expose_value=False, help=AGENTS)]

PosteriorOf = Annotated[
    str | None,
    typer.Option(
        "--posterior",
        metavar="NAME|DIR|ranges|none",
        help="Vectors that fit history: shipped, or a folder of calibrate; else what is shipped for the scenario.",
    ),
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
        found[path.strip()] = read_value(text.strip())
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


def lever_of(text: str) -> Lever:
    """A lever and its values, as ``--lever`` gives them.

    Raises:
        BadInput: it is not written PATH=VALUE,VALUE.
    """
    from market import BadInput

    path, mark, values = text.partition("=")
    if not mark:
        raise BadInput(f"--lever: found {text!r}; allowed: one scenario, and PATH=VALUE,VALUE")
    return Lever(path, [read_value(value.strip()) for value in values.split(",")])


def groups_of(texts: Sequence[str] | None) -> dict[str, list[str]]:
    """Paths by the name of their group, as ``--group`` gives them.

    Raises:
        BadInput: one is not written NAME=PATH,PATH.
    """
    from market import BadInput

    found = {}
    for text in texts or []:
        name, mark, paths = text.partition("=")
        if not (name and mark and paths):
            raise BadInput(
                f"--group: found {text!r}; allowed: NAME=PATH,PATH, such as money=buyers.xAI.income,market.x"
            )
        found[name] = [path.strip() for path in paths.split(",")]
    return found
