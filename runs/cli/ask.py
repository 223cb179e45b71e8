"""The command ``ask``."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from runs.cli.arguments import Agents, PosteriorOf
from runs.cli.terminal import AsJson, Progress, print_json, print_table, whole_number
from runs.requests import Inquiry
from runs.words import NOTHING, duration

if TYPE_CHECKING:
    from runs.questions.answer import Answer, CheckRow, Row


def ask(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[QUESTION ...]", help="A name or id, a file, several of them, or 'all'; none lists."),
    ] = None,
    vectors: Annotated[
        int, typer.Option(parser=whole_number, metavar="M", help="Parameter vectors; 1 takes the scenario as it is.")
    ] = Inquiry.vectors,
    runs: Annotated[int, typer.Option(parser=whole_number, metavar="N", help="Runs of each vector.")] = Inquiry.runs,
    seed: Annotated[
        int | None, typer.Option(parser=whole_number, metavar="S", help="Seed of the draws; else the scenario's.")
    ] = None,
    posterior: PosteriorOf = None,
    everything: Annotated[bool, typer.Option("--all", help="Show every treatment, not the first alone.")] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write a report to a new folder; of several, one folder each.")
    ] = None,
    agents: Agents = None,
    as_json: AsJson = False,
) -> None:
    """The named questions: list them, or answer some, with the sign that theory expects stated before."""
    from runs.folder import tables
    from runs.questions.question import head_of, shipped

    if not names:
        show_list([head_of(name) for name in shipped()], as_json)
        return
    if out is not None:
        tables.check_new(out)
    asked = Inquiry(list(shipped()) if names == ["all"] else list(dict.fromkeys(names)), vectors, runs, seed, posterior)
    began = time.perf_counter()
    with Progress(0, "Asking") as bar:
        found = asked.run(progress=bar)
    seconds = time.perf_counter() - began
    if out is not None:
        from runs.reports import answer, write

        for one in found:
            write.write(answer.answered(one), out if len(found) == 1 else out / one.question.head.name)
    if as_json:
        print_json({"answers": [one.facts() for one in found]})
    else:
        for one in found:
            print_answer(one, everything)
    print(f"{sum(map(asked.run_count, asked.read)):,} runs in {duration(seconds)}", file=sys.stderr)


def show_list(heads: list[Any], as_json: bool) -> None:
    """The questions, one line each."""
    if as_json:
        print_json([{"id": head.id, "name": head.name, "question": head.question} for head in heads])
        return
    for head in heads:
        print(f"{head.id:4} {head.name:14} {head.question}")


def print_answer(found: Answer, everything: bool = False) -> None:
    """What a person reads: the question, the answer in words, the table, the check, the limits."""
    head = found.question.head
    print(f"\n{head.id} {head.name}: {head.question}")
    size = f"{found.asked.vectors} vectors of {found.asked.runs} seeds"
    print(f"{found.question.subject}, against {head.control.label} ({size})\n")
    for line in found.sentences:
        print(f"{line}\n")
    print(found.explanation)
    if head.limits:
        print(f"Limits: {' '.join(head.limits.split())}")
    print()
    _print_rows(found, everything)


def _print_rows(found: Answer, everything: bool) -> None:
    """Tables of the first treatment, or of all: outcomes one below the other, or one table per outcome and a row for
    each value of the lever."""
    across = found.question.head.across
    checks = {(one.case, one.on.treatment_name, one.metric): one for one in found.checks}
    treatments = list(dict.fromkeys(row.difference.treatment_name for row in found.rows))
    shown_ones = treatments if everything else found.question.main
    if len(shown_ones) > 1 and not everything:
        _print_family(found)
        shown_ones = []
    tables: dict[str, list[list[str]]] = {}
    for row in found.rows:
        treatment = row.difference.treatment_name
        if treatment in shown_ones:
            title = f"{treatment}: {row.metric}" if across else treatment
            label = across.words.format(row.case) if across else row.metric
            cells = _cells(row, checks[row.case, treatment, row.metric])
            tables.setdefault(title, []).append([label, *cells])
    for title, rows in tables.items():
        print(title)
        print_table(["" if across else "outcome", *HEADINGS], rows, LEFT)
        print()
    others = [name for name in treatments if name not in found.question.main]
    if others and not everything:
        print(f"Asked too: {', '.join(others)}. --all shows them.")


def _print_family(found: Answer) -> None:
    """A row for each treatment of the family, a column for each outcome; one table per value of the lever.

    Of an outcome that others are held against, the level without the treatment.
    """
    from runs.findings.differences import written
    from runs.words import scale

    head = found.question.head
    names = [metric.name for metric in head.metrics]
    levels = {metric.along.metric for metric in head.metrics if metric.along}
    for case, _ in found.question.cases:
        cells: dict[str, list[str]] = {name: [name] for name in found.question.main}
        for row in found.of_main(case):
            one = row.difference
            told = written([one])
            change = f"{told.whole(one.mean, signed=True)} {told.interval(one.low, one.high)}"
            level = scale(one.read_unit, one.control, level=True).whole(one.control)
            shown = level if row.metric in levels else change + MARKS.get(row.verdict, "")
            cells[one.treatment_name].append(shown)
        print(head.across.words.format(case) if head.across else "")
        print_table(["", *names], list(cells.values()), ("",))
        print()
    print("*: as theory expects, and certain; !: against it. --all shows levels, chances and the check of each.\n")


MARKS = {"as theory expects": " *", "against theory": " !"}
HEADINGS = ["control", "difference", "of it", "95% interval", "expected", "Holm p", "verdict", "without it"]
LEFT = ("", "outcome", "verdict", "without it")


def _cells(row: Row, check: CheckRow) -> list[str]:
    from runs.findings.differences import written
    from runs.words import scale

    one = row.difference
    told = written([one])
    return [
        scale(one.read_unit, one.control, level=True).whole(one.control),
        told.whole(one.mean, signed=True),
        NOTHING if one.share or one.control == 0.0 else f"{one.mean / abs(one.control):+.2%}",
        f"{told.number(one.low)} to {told.number(one.high)}",
        row.expects,
        f"{row.holm:.2g}",
        row.verdict,
        f"{written([check.off]).whole(check.off.mean, signed=True)}: {check.result}",
    ]
