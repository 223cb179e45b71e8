"""The command ``ask``."""

from __future__ import annotations

import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from runs.cli.terminal import AsJson, Progress, print_json, print_table, whole_number
from runs.words import duration

if TYPE_CHECKING:
    from runs.questions.answer import Answer, CheckRow, Row


def ask(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[QUESTION ...]", help="A name or id, a file, several of them, or 'all'; none lists."),
    ] = None,
    vectors: Annotated[
        int, typer.Option(parser=whole_number, metavar="M", help="Parameter vectors; 1 takes the scenario as it is.")
    ] = 50,
    runs: Annotated[int, typer.Option(parser=whole_number, metavar="N", help="Runs of each vector.")] = 20,
    seed: Annotated[
        int | None, typer.Option(parser=whole_number, metavar="S", help="Seed of the draws; else the scenario's.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Show every treatment, not the first alone.")] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write a report to a new folder; of several, one folder each.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """The named questions: list them, or answer some, with the sign that theory expects stated before."""
    from runs.folder import tables
    from runs.questions.question import Question, head_of, shipped

    if not names:
        show_list([head_of(name) for name in shipped()], as_json)
        return
    if out is not None:
        tables.check_new(out)
    wanted = list(shipped()) if names == ["all"] else list(dict.fromkeys(names))
    began = time.perf_counter()
    found = _answers([Question.load(name) for name in wanted], vectors, runs, seed)
    seconds = time.perf_counter() - began
    if out is not None:
        _write(found, wanted, seed, out)
    if as_json:
        print_json(tables.finite({"answers": [one.facts() for one in found]}))
    else:
        for one in found:
            print_answer(one, everything)
    total = sum(2 * len(one.question.cases) * len(one.question.sides) * vectors * runs for one in found)
    print(f"{total:,} runs in {duration(seconds)}", file=sys.stderr)


def _write(found: list[Answer], names: list[str], seed: int | None, out: Path) -> None:
    from runs.reports import write as report
    from runs.reports.analyses import command
    from runs.reports.answer import answered

    for one, name in zip(found, names, strict=True):
        seeded = [] if seed is None else ["--seed", seed]
        repeat = command("ask", name, "--vectors", one.vectors, "--runs", one.seeds, *seeded)
        report.write(answered(one, repeat), out if len(found) == 1 else out / one.question.head.name)


def show_list(heads: list[Any], as_json: bool) -> None:
    """The questions, one line each."""
    if as_json:
        print_json([{"id": head.id, "name": head.name, "question": head.question} for head in heads])
        return
    for head in heads:
        print(f"{head.id:4} {head.name:14} {head.question}")


def _answers(questions: list[Any], vectors: int, runs: int, seed: int | None) -> list[Answer]:
    from runs.questions.answer import answer, together

    found = []
    with Progress(0, "Asking") as bar:
        for question in questions:
            note = partial(bar, note=question.head.name)
            found.append(answer(question, vectors, runs, seed, progress=note))
    return together(found)


def print_answer(found: Answer, everything: bool = False) -> None:
    """What a person reads: the question, the answer in words, the table, the check, the limits."""
    head = found.question.head
    print(f"\n{head.id} {head.name}: {head.question}")
    print(f"{head.treatment.label}, against {head.control.label} ({found.vectors} vectors of {found.seeds} seeds)\n")
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
    shown_ones = treatments if everything else treatments[:1]
    tables: dict[str, list[list[str]]] = {}
    for row in found.rows:
        treatment = row.difference.treatment_name
        if treatment in shown_ones:
            title = f"{treatment}: {row.metric}" if across else treatment
            label = across.words.format(row.case) if across else row.metric
            cells = _cells(row, checks[row.case, treatment, row.metric], found)
            tables.setdefault(title, []).append([label, *cells])
    for title, rows in tables.items():
        print(title)
        print_table(["" if across else "outcome", *HEADINGS], rows, LEFT)
        print()
    if len(shown_ones) < len(treatments):
        print(f"Asked too: {', '.join(treatments[1:])}. --all shows them.")


HEADINGS = ["control", "difference", "of it", "95% interval", "expected", "Holm p", "verdict", "without it"]
LEFT = ("", "outcome", "verdict", "without it")


def _cells(row: Row, check: CheckRow, found: Answer) -> list[str]:
    from runs.questions.answer import shown, unit

    metric = {one.name: one for one in found.question.head.metrics}[row.metric]
    one = row.difference
    return [
        f"{shown(one.control, metric, 4)} {'%' if metric.percent else unit(one, metric)}".strip(),
        f"{'+' if one.mean > 0 else ''}{shown(one.mean, metric)}",
        "-" if metric.percent or one.control == 0.0 else f"{one.mean / abs(one.control):+.2%}",
        f"{shown(one.low, metric)} to {shown(one.high, metric)}",
        row.expects,
        f"{row.holm:.2g}",
        row.verdict,
        f"{shown(check.off.mean, metric)}: {check.result}",
    ]
