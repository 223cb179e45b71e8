"""The command ``backtest``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runs.cli.arguments import Agents, Changes, PosteriorOf, ScenarioName, fields
from runs.cli.terminal import AsJson, Progress, counting_number, print_json, print_table, whole_number
from runs.requests import Backtest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runs.backtest.finding import Finding
    from runs.backtest.judgement import Judgement


def backtest(
    scenario: ScenarioName = str(Backtest.scenario),
    runs: Annotated[int, typer.Option(parser=counting_number, metavar="N", help="How many futures.")] = Backtest.runs,
    seed: Annotated[
        int | None, typer.Option(parser=whole_number, metavar="S", help="Seed of the draws; else the scenario's.")
    ] = None,
    changes: Changes = None,
    posterior: PosteriorOf = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write tables and a manifest to a new folder.")
    ] = None,
    agents: Agents = None,
    as_json: AsJson = False,
) -> None:
    """Hold a scenario against the facts of 2022 to 2024, and against truths that need no history."""
    from runs.folder import tables

    if out is not None:
        tables.check_new(out)
    asked = Backtest(scenario, runs, seed, fields(changes), posterior)
    with Progress(runs, "Backtest") as bar:
        found = asked.run(bar)
    if out is not None:
        write(found, out)
    if as_json:
        print_json(found.to_dict())
    else:
        print_judgement(found)
    for failure in found.failures:
        print(f"run {failure.replication} failed: {failure.sentence}", file=sys.stderr)
    if out is not None:
        print(f"written to {out}", file=sys.stderr)
    if found.failures:
        raise typer.Exit(1)


def write(found: Judgement, folder: Path) -> None:
    """A report with figures and tables, a manifest and the scenario; the same finding makes the same bytes."""
    from runs import environment
    from runs.folder import manifest, tables
    from runs.reports.backtest import judged
    from runs.reports.write import fill

    with tables.appearing(folder) as part:
        fill(judged(found), part)
        told = {name: value for name, value in found.to_dict().items() if name not in ("facts", "truths")}
        manifest.write(part, {"kind": "backtest", **told, **environment.about()})
        (part / tables.SCENARIO).write_text(found.asked.judged.to_toml(), encoding="utf-8")


def print_judgement(found: Judgement) -> None:
    """What a person reads: the facts, the truths, what is to be said of them."""
    told = found.to_dict()
    print(f"{found.asked.judged.title}\nMedian path of {told['runs']} runs, seed {told['seed']}: {found.sentence}.\n")
    for title, findings in (("Facts of 2022Q4 to 2024Q4", found.facts), ("Truths", found.truths)):
        print_findings(title, findings)
    print_scores(found)
    for silence in found.silences:
        print(f"T6, the first run traced: {silence}")
    if found.loss is not None:
        print(f"Loss {found.loss.total:.1f}: {found.loss.outside:.2f} half-bands outside, "
              f"figures {found.loss.likelihood:.1f}")  # fmt: skip


def print_scores(found: Judgement) -> None:
    """How good a forecast it is: a row per series, coverage, and 2024 beside plain forecasts."""
    from runs.backtest import scores
    from runs.words import number, percent

    if not found.scores:
        return
    rows = [
        [row["series"], row["unit"], str(row["figures"]), percent(row["mape"]), percent(row["bias"]),
         number(row["crps"], 3), percent(row["coverage_50"]), percent(row["coverage_90"])]
        for row in scores.table(found.scores).to_dict("records")
    ]  # fmt: skip
    headings = ["Scores, 2022Q4 to 2024Q4", "unit", "figures", "error", "bias", "CRPS", "in 50%", "in 90%"]
    print_table(headings, rows, tuple(headings[:2]))
    told = scores.coverage(found.scores)
    asked = f"{percent(told.asked_90)} of {told.asked_figures} quarters of revenue and years of units"
    print(f"\nBands of 90% hold {asked}, {percent(told.all_90)} of all {told.all_figures} figures.\n")
    if found.ahead is not None:
        names = ["2024, CRPS", "revenue, B USD", "quotes, weeks"]
        cells = [
            [row["forecast"], number(row["revenue"], 3), number(row["quotes"], 3)]
            for row in found.ahead.to_dict("records")
        ]
        print_table(names, cells, (names[0],))
        print()


def print_findings(title: str, findings: Sequence[Finding]) -> None:
    """A table of them, and the notes under it."""
    from runs.backtest.wording import HEADINGS, notes, rows

    print_table(["", title, *HEADINGS[2:]], rows(findings), ("", title, "verdict"))
    print()
    for note in notes(findings):
        print(note)
    print()
