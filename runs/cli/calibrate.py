"""The command ``calibrate``."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runs.cli.terminal import AsJson, Progress, print_json, print_table, whole_number
from runs.requests.calibration import Calibration
from runs.words import duration, number, percent

if TYPE_CHECKING:
    import pandas as pd

    from runs.calibration.calibrate import Found


def calibrate(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A name whose free fields are known: colossus.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="A new folder; with --resume one that was interrupted.")],
    quick: Annotated[bool, typer.Option("--quick", help="A smaller population for fewer generations.")] = False,
    inner: Annotated[bool, typer.Option("--inner", help="Fit to 2023Q4 and predict 2024.")] = False,
    candidate: Annotated[
        str, typer.Option(metavar="NAME", help="A structure of the settings; else the chosen one.")
    ] = Calibration.candidate,
    candidates: Annotated[
        bool, typer.Option("--candidates", help="Fit all structures to 2023Q4 as well, and compare them.")
    ] = False,
    recovery: Annotated[
        int, typer.Option(parser=whole_number, metavar="N", help="Tests on markets whose constants are known.")
    ] = Calibration.recovery,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where the folder ends.")] = False,
    seed: Annotated[
        int, typer.Option(parser=whole_number, metavar="S", help="Seed of the search and of the draws.")
    ] = Calibration.seed,
    threads: Annotated[
        int | None,
        typer.Option(parser=whole_number, metavar="N", help="How many; one per processor if not given."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find the constants that fit history: a sample of vectors, and whether it can be believed."""

    asked = Calibration(
        scenario, out, quick, inner, candidate, candidates, recovery, resume, seed, threads or None
    )  # fmt: skip
    began = time.monotonic()
    with Progress(0, "Calibrate", "generations") as bar:
        found = asked.run(lambda done, total, what: bar(done, total, what))
    if as_json:
        print_json(facts(found))
    else:
        print_found(found)
    print(f"written to {out} in {duration(time.monotonic() - began)}", file=sys.stderr)


def facts(found: Found) -> dict[str, object]:
    """What ``calibrate --json`` prints."""
    told: dict[str, object] = {
        "folder": str(found.folder),
        "fields": found.fields.to_dict("records"),
        "rows": found.rows.to_dict("records"),
    }
    if found.structures is not None:
        told["structures"] = found.structures.to_dict("records")
    if found.recovered is not None:
        told["recovery"] = {
            "covered": found.recovered.covered,
            "fields": found.recovered.by_field.to_dict("records"),
        }
    return told


def print_found(found: Found) -> None:
    """What a person reads: the fields, the facts, the structures, recovery."""
    print_frame("Free fields: prior, 90% interval of the sample, R-hat, effective sample", found.fields)
    rows = found.rows.assign(of_runs=[percent(share) for share in found.rows["of_runs"]])
    print_frame("Facts and truths: median path of an ensemble over the sample", rows.drop(columns=["all_of_runs"]))
    if found.structures is not None:
        print_frame("Structures, fitted to 2023Q4: how they predict 2024", found.structures)
    if found.recovered is not None:
        print_frame("Recovery: markets whose constants are known", found.recovered.by_field)
        print(f"inside the 90% interval: {percent(found.recovered.covered)} of all\n")


def print_frame(title: str, frame: pd.DataFrame) -> None:
    """A table with its title."""
    print(f"{title}\n")
    cells = [[told(value) for value in row] for row in frame.itertuples(index=False)]
    print_table(list(frame.columns), cells, tuple(frame.columns[:2]))
    print()


def told(value: object) -> str:
    """A cell: numbers with three digits, truths as words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return number(value, 3) if isinstance(value, float) else str(value)
