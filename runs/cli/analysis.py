"""The commands ``sensitivity`` and ``compare``."""

from __future__ import annotations

import dataclasses
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from runs.cli.arguments import Agents, Changes, PosteriorOf, fields, groups_of, lever_of
from runs.cli.terminal import AsJson, Progress, print_json, print_table, whole_number
from runs.requests import Comparison, Sensitivity
from runs.words import duration, percent

if TYPE_CHECKING:
    from runs.analysis.compare import Difference
    from runs.analysis.indices import Indices
    from runs.words import Scale

OutcomeNames = Annotated[
    list[str] | None,
    typer.Option(
        "--outcome",
        metavar="NAME",
        help="Standard, or words such as 'peak quoted_lead_weeks of H100'; repeat.",
    ),
]
Seed = Annotated[
    int | None, typer.Option(parser=whole_number, metavar="S", help="Seed of the draws; else the scenario's.")
]
SamplerSeed = Annotated[int, typer.Option(parser=whole_number, metavar="S", help="Seed of the points.")]
DropFailed = Annotated[bool, typer.Option("--drop-failed", help="Leave out runs that failed or are not defined.")]
ReportFolder = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Write a report to a new folder.")]


def sensitivity(
    what: Annotated[
        str, typer.Argument(metavar="SCENARIO|DESIGN|DIR", help="A scenario, a design file, or a finished batch.")
    ],
    method: Annotated[str, typer.Option(metavar="NAME", help="morris, sobol, pawn or delta.")] = Sensitivity.method,
    outcomes: OutcomeNames = None,
    samples: Annotated[
        int | None,
        typer.Option(
            parser=whole_number, metavar="N", help="Trajectories (morris), base points (sobol, a power of 2) or points."
        ),
    ] = None,
    runs: Annotated[int, typer.Option(parser=whole_number, metavar="N", help="Runs of each point.")] = Sensitivity.runs,
    seed: Seed = None,
    sampler_seed: SamplerSeed = Sensitivity.sampler_seed,
    second_order: Annotated[bool, typer.Option("--second-order", help="Pairs of inputs too (sobol).")] = False,
    over_time: Annotated[bool, typer.Option("--over-time", help="An index per quarter of a measure.")] = False,
    group: Annotated[
        list[str] | None, typer.Option(metavar="NAME=PATH,PATH", help="Inputs moved together (morris, sobol); repeat.")
    ] = None,
    changes: Changes = None,
    drop_failed: DropFailed = False,
    posterior: PosteriorOf = None,
    out: ReportFolder = None,
    agents: Agents = None,
    as_json: AsJson = False,
) -> None:
    """Which of the things that nobody knows drive an outcome, and which cannot be told from chance."""
    from runs.folder import tables

    if out is not None:
        tables.check_new(out)
    asked = Sensitivity(
        what,
        method,
        outcomes or (),
        samples,
        runs,
        seed,
        sampler_seed,
        second_order,
        over_time,
        groups_of(group),
        fields(changes),
        drop_failed,
        posterior=posterior,
    )
    from runs.analysis.sensitivity import World, by_quarter

    began = time.perf_counter()
    whole = asked if out is None else by_quarter(asked)
    with Progress(0, "Sensitivity") as bar:
        done = whole.run(progress=bar)
    study = done if whole is asked else done.only(World.of(asked).outcomes)
    found = asked.indices(study)
    seconds = time.perf_counter() - began
    if out is not None:
        from runs.reports import analyses, write
        from runs.reports.kept import study as kept

        with tables.appearing(out) as part:
            write.fill(analyses.study(asked, study, found), part)
            kept.write(part, asked.settled(study), done)
    if as_json:
        print_json({name: indices_facts(indices) for name, indices in found.items()})
    elif over_time:
        print_over_time(found, [name for name in study.found if name not in found])
    else:
        for indices in found.values():
            print_indices(indices)
    print(f"{study.run_count:,} runs in {duration(seconds)}{_written(out)}", file=sys.stderr)


def _written(out: Path | None) -> str:
    return "" if out is None else f", report written to {out}"


def indices_facts(found: Indices) -> dict[str, Any]:
    """What ``sensitivity --json`` prints of an outcome."""
    facts = {
        name: getattr(found, name)
        for name in ("method", "unit", "main", "floor", "seeds", "replication", "points", "runs_per_point", "warnings")
    }
    facts["indices"] = found.ranked.to_dict("index")
    facts["under_the_floor"] = [name for name in found.table.index if found.under(name)]
    if found.second is not None:
        facts["second_order"] = [
            {"inputs": list(pair), **row}
            for pair, row in zip(found.second.index, found.second.to_dict("records"), strict=True)
        ]
    return facts


def print_indices(found: Indices) -> None:
    """What a person reads of one outcome: the sentence, then a row per input."""
    from runs.findings import sensitivity

    unit = f", {found.unit}" if found.unit not in ("", "1") else ""
    print(f"\n{found.outcome}{unit}: {found.method}, {found.points:,} points of {found.runs_per_point} runs\n")
    print(f"{sensitivity.sentence(found, found.outcome)}\n")
    shown = [name for name in found.table if not name.endswith(("_low", "_high"))]
    scale = sensitivity.written(found)
    rows = []
    for name, row in found.ranked.iterrows():
        cells = [_index(scale, row, index) for index in shown]
        rows.append([str(name), *cells, "under the floor" if found.under(str(name)) else ""])
    print_table(["input", *shown, ""], rows, left=("input", ""))
    known = "by the draws" if found.floor == found.seeds else "by the inert input"
    print(f"\n{sensitivity.FLOOR} of {found.main}: {scale.least(found.floor)}, {known}", end="")
    if found.replication == found.replication:
        print(f"; {percent(found.replication)} of the variance is left between runs of a point", end="")
    print()
    for warning in found.warnings:
        print(f"gpumarket: {found.outcome}: {warning}", file=sys.stderr)


def _index(scale: Scale, row: Any, index: str) -> str:
    """An index and half its 95% interval."""
    if f"{index}_low" not in row:
        return scale.number(row[index])
    return f"{scale.number(row[index])} ±{scale.number((row[f'{index}_high'] - row[f'{index}_low']) / 2.0)}"


def print_over_time(found: dict[str, Indices], left_out: list[str]) -> None:
    """A column per input, a row per quarter: the main index."""
    from runs.findings.sensitivity import written

    first = next(iter(found.values()))
    tables = [indices.table[indices.main] for indices in found.values()]
    order = [str(name) for name in sum(tables[1:], tables[0]).sort_values(ascending=False).index]
    print(f"{first.main} of {first.method}, {first.points:,} points of {first.runs_per_point} runs\n")
    scales = [written(indices) for indices in found.values()]
    rows = [
        [name, *(scale.number(table[key]) for key in order), scale.number(indices.floor)]
        for (name, indices), table, scale in zip(found.items(), tables, scales, strict=True)
    ]
    print_table(["", *(str(k + 1) for k in range(len(order))), "floor"], rows)
    for k, name in enumerate(order):
        print(f"{k + 1}: {name}")
    if left_out:
        print(f"left out, the same or not defined at some point: {', '.join(left_out)}", file=sys.stderr)


def compare(
    what: Annotated[
        list[str], typer.Argument(metavar="BASELINE [TREATMENT ...]", help="Scenarios; the first is the control.")
    ],
    lever: Annotated[
        str | None,
        typer.Option(metavar="PATH=VALUE,VALUE", help="Values of one field of BASELINE; the first is the control."),
    ] = None,
    outcomes: OutcomeNames = None,
    vectors: Annotated[
        int, typer.Option(parser=whole_number, metavar="M", help="Parameter vectors; 1 takes the scenario as it is.")
    ] = Comparison.vectors,
    runs: Annotated[int, typer.Option(parser=whole_number, metavar="N", help="Runs of each vector.")] = Comparison.runs,
    seed: Seed = None,
    sampler_seed: SamplerSeed = Comparison.sampler_seed,
    changes: Changes = None,
    drop_failed: DropFailed = False,
    posterior: PosteriorOf = None,
    own_draws: Annotated[bool, typer.Option("--own-draws", help="Draws of its own for every vector.")] = False,
    out: ReportFolder = None,
    agents: Agents = None,
    as_json: AsJson = False,
) -> None:
    """What a scenario or a lever changes, on the same draws and the same unknowns."""
    from runs.folder import tables

    if out is not None:
        tables.check_new(out)
    asked = Comparison(
        what,
        lever_of(lever) if lever else None,
        outcomes or Comparison.outcomes,
        vectors,
        runs,
        seed,
        sampler_seed,
        fields(changes),
        drop_failed,
        posterior,
        own_draws,
    )
    began = time.perf_counter()
    with Progress(0, "Comparing") as bar:
        done = asked.gather(progress=bar)
    found = done.differences(asked.drop_failed)
    seconds = time.perf_counter() - began
    if out is not None:
        from runs.reports import analyses, write
        from runs.reports.kept import comparison

        with tables.appearing(out) as part:
            write.fill(analyses.comparison(asked, found), part)
            comparison.write(part, asked.settled, done)
    if as_json:
        print_json({"differences": [dataclasses.asdict(one) for one in found]})
    else:
        print_differences(found)
    print(f"{asked.run_count:,} runs in {duration(seconds)}{_written(out)}", file=sys.stderr)


def print_differences(found: list[Difference]) -> None:
    """What a person reads: the sentence, then a row per treatment and outcome."""
    from runs.findings import differences

    first = found[0]
    print(f"{differences.sentence(found)}\n")
    print(
        f"Against {first.control_name}: mean difference over {first.vectors} parameter vectors of {first.seeds} seeds, "
        "95% interval;\nstandard deviation of the difference over parameters and over seeds; "
        f"{'vectors' if first.vectors > 1 else 'seeds'} needed to tell such a difference from 0\n"
    )
    headings = [heading for heading, _, _ in differences.COLUMNS]
    print_table(headings, [differences.cells(one, found) for one in found], left=("Treatment", "Outcome"))
    if first.dropped:
        print(f"{first.dropped} pairs left out", file=sys.stderr)
