"""The command ``discover``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from runs.cli.arguments import Agents
from runs.cli.terminal import AsJson, print_json
from runs.requests import Search
from runs.words import number, percent

if TYPE_CHECKING:
    from runs.analysis.discover import Discovery


def density(text: str) -> float:
    """A share, or one sentence."""
    try:
        share = float(text)
    except ValueError:
        share = float("nan")
    if not 0.0 < share <= 1.0:
        raise typer.BadParameter(f"found {text!r}; allowed: a number above 0 and up to 1")
    return share


def discover(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="A finished batch.")],
    outcome: Annotated[
        str,
        typer.Option(metavar="CONDITION", help="Such as 'peak_quote > 52' or 'peak_quote > 52 and revenue < 4e5'."),
    ],
    min_density: Annotated[
        float, typer.Option(parser=density, metavar="SHARE", help="Share of a box's runs that must be cases.")
    ] = Search.min_density,
    drop_failed: Annotated[
        bool, typer.Option("--drop-failed", help="Leave out runs that failed or are not defined.")
    ] = False,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Write a report to a new folder.")] = None,
    agents: Agents = None,
    as_json: AsJson = False,
) -> None:
    """Where in the space of a batch an outcome happens, as boxes of its uncertainties and levers."""
    from runs.folder import tables

    if out is not None:
        tables.check_new(out)
    asked = Search(folder, outcome, min_density, drop_failed)
    found = asked.run()
    if out is not None:
        from runs.reports import analyses, write

        write.write(analyses.discovery(asked, found), out)
    if as_json:
        print_json(facts(found))
    else:
        print_discovery(found)
    if out is not None:
        print(f"report written to {out}", file=sys.stderr)


def facts(found: Discovery) -> dict[str, Any]:
    """What ``discover --json`` prints."""
    names = ("condition", "runs", "points", "cases", "share", "dropped", "min_density", "coverage", "sentence")
    boxes = []
    for box in found.boxes:
        limits = {
            limit.path: {"low": limit.low, "high": limit.high}
            if limit.options is None
            else {"options": list(limit.options)}
            for limit in box.limits
        }
        numbers = {key: getattr(box, key) for key in ("coverage", "density", "low", "high", "runs", "points", "cases")}
        boxes.append({"limits": limits, **numbers})
    return {**{name: getattr(found, name) for name in names}, "boxes": boxes}


def print_discovery(found: Discovery) -> None:
    """What a person reads: the sentence, then a row per box."""
    from rich.console import Console
    from rich.table import Table

    print(found.sentence)
    if found.dropped:
        print(f"{found.dropped:,} runs left out", file=sys.stderr)
    if not found.boxes:
        return
    print(
        "\nDensity: share of a box's runs that are cases, with a 95% interval that allows for runs of a point being\n"
        "alike; coverage: share of all cases that are in the box\n"
    )
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("box", "density", "95% interval", "coverage", "runs", "points"):
        table.add_column(heading, justify="left" if heading == "box" else "right", no_wrap=heading != "box")
    for box in found.boxes:
        ends = f"{percent(box.low)} to {percent(box.high)}"
        counts = (f"{box.runs:,}", number(box.points))
        table.add_row("\n".join(map(str, box.limits)), percent(box.density), ends, percent(box.coverage), *counts)
    Console(width=140, markup=False).print(table)
