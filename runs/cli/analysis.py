"""The commands ``sensitivity`` and ``compare``."""

from __future__ import annotations

import dataclasses
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from runs.cli.arguments import Changes, changed, fields, toml_value
from runs.cli.terminal import AsJson, Progress, print_json, print_table, whole_number
from runs.words import duration, number, percent

if TYPE_CHECKING:
    from market import Scenario
    from runs.analysis.compare import Difference
    from runs.analysis.indices import Indices
    from runs.analysis.sensitivity import Study

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
    method: Annotated[str, typer.Option(metavar="NAME", help="morris, sobol, pawn or delta.")] = "sobol",
    outcomes: OutcomeNames = None,
    samples: Annotated[
        int | None,
        typer.Option(
            parser=whole_number, metavar="N", help="Trajectories (morris), base points (sobol, a power of 2) or points."
        ),
    ] = None,
    runs: Annotated[int, typer.Option(parser=whole_number, metavar="N", help="Runs of each point.")] = 4,
    seed: Seed = None,
    sampler_seed: SamplerSeed = 0,
    second_order: Annotated[bool, typer.Option("--second-order", help="Pairs of inputs too (sobol).")] = False,
    over_time: Annotated[bool, typer.Option("--over-time", help="An index per quarter of a measure.")] = False,
    group: Annotated[
        list[str] | None, typer.Option(metavar="NAME=PATH,PATH", help="Inputs moved together (morris, sobol); repeat.")
    ] = None,
    changes: Changes = None,
    drop_failed: DropFailed = False,
    out: ReportFolder = None,
    as_json: AsJson = False,
) -> None:
    """Which of the things that nobody knows drive an outcome, and which cannot be told from chance."""
    from runs.folder import tables

    if out is not None:
        tables.check_new(out)
    began = time.perf_counter()
    with Progress(0, "Sensitivity") as bar:
        done = _study(
            what, method, outcomes, samples, runs, seed, sampler_seed, second_order, over_time, group, changes, bar
        )
    found = done.indices(drop_failed, sampler_seed, lenient=over_time)
    seconds = time.perf_counter() - began
    if out is not None:
        from runs.reports import analyses as analysis_reports
        from runs.reports import write as report

        words = _words(done, what, samples, runs, sampler_seed, second_order, over_time, group, changes, drop_failed)
        report.write(analysis_reports.sensitivity(done, found, over_time, analysis_reports.command(*words)), out)
    if as_json:
        print_json(tables.finite({name: indices_facts(indices) for name, indices in found.items()}))
    elif over_time:
        print_over_time(found, [name for name in done.found if name not in found])
    else:
        for indices in found.values():
            print_indices(indices)
    print(f"{done.run_count:,} runs in {duration(seconds)}{_written(out)}", file=sys.stderr)


def _written(out: Path | None) -> str:
    return "" if out is None else f", report written to {out}"


def _words(
    study: Study,
    what: str,
    samples: int | None,
    runs: int,
    sampler_seed: int,
    second_order: bool,
    over_time: bool,
    group: list[str] | None,
    changes: list[str] | None,
    drop_failed: bool,
) -> list[object]:
    """The command that repeats it, with what was left to the defaults."""
    from runs.analysis.sensitivity import SAMPLES

    words: list[object] = ["sensitivity", what, "--method", study.method]
    for text in dict.fromkeys(name.rpartition(" in ")[0] if over_time else name for name in study.found):
        words += ["--outcome", text]
    if not Path(what).is_dir():
        words += ["--samples", SAMPLES[study.method] if samples is None else samples, "--runs", runs]
        words += ["--seed", study.seed]
    words += ["--sampler-seed", sampler_seed]
    for option, texts in (("--group", group), ("--set", changes)):
        for text in texts or []:
            words += [option, text]
    flags = {"--second-order": second_order, "--over-time": over_time, "--drop-failed": drop_failed}
    return [*words, *(flag for flag, set_ in flags.items() if set_)]


def _study(
    what: str,
    method: str,
    outcomes: list[str] | None,
    samples: int | None,
    runs: int,
    seed: int | None,
    sampler_seed: int,
    second_order: bool,
    over_time: bool,
    group: list[str] | None,
    changes: list[str] | None,
    bar: Progress,
) -> Study:
    """The study of a scenario or a design, run now, or of a batch."""
    from market import BadInput
    from runs.analysis import sensitivity as studies
    from runs.designs.design import Design, is_design
    from runs.engine.outcomes import STANDARD

    if Path(what).is_dir():
        if over_time or group or second_order or changes or samples is not None:
            raise BadInput(
                "--samples, --group, --second-order, --over-time, --set: settled by the batch; allowed: a scenario"
            )
        return studies.study_of(what, method, outcomes)
    options: dict[str, Any] = {}
    if is_design(what):
        design = Design.load(what)
        scenario = design.scenario.replace_all(fields(changes))
        texts = {name: found.text for name, found in design.outcomes.items()}
        options = {"uncertainties": design.uncertainties or None, "groups": design.head.groups}
    else:
        scenario = changed(what, changes)
        texts = dict(STANDARD)
    standard = "quoted_lead_weeks" if over_time else "peak_quote"
    wanted = {name: texts.get(name, name) for name in outcomes or ([standard] if options == {} else list(texts))}
    if group:
        options["groups"] = dict(_group(text) for text in group)
    return studies.study(
        scenario, method, wanted, samples=samples, runs=runs, seed=seed, sampler_seed=sampler_seed,
        second_order=second_order, over_time=over_time, progress=bar, **options,
    )  # fmt: skip


def _group(text: str) -> tuple[str, list[str]]:
    from market import BadInput

    name, mark, paths = text.partition("=")
    if not (name and mark and paths):
        raise BadInput(f"--group: found {text!r}; allowed: NAME=PATH,PATH, such as money=buyers.xAI.income,market.x")
    return name, [path.strip() for path in paths.split(",")]


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
    """The table a person reads of one outcome."""
    unit = f", {found.unit}" if found.unit not in ("", "1") else ""
    print(f"\n{found.outcome}{unit}: {found.method}, {found.points:,} points of {found.runs_per_point} runs\n")
    shown = [name for name in found.table if not name.endswith(("_low", "_high"))]
    rows = []
    for name, row in found.ranked.iterrows():
        cells = [_index(found, row, index) for index in shown]
        rows.append([str(name), *cells, "under the floor" if found.under(str(name)) else ""])
    print_table(["input", *shown, ""], rows, left=("input", ""))
    known = "by the draws" if found.floor == found.seeds else "by the inert input"
    print(f"\nnoise floor of {found.main}: {_amount(found, found.floor)}, {known}", end="")
    if found.replication == found.replication:
        print(f"; {found.replication:.0%} of the variance is left between runs of a point", end="")
    print()
    for warning in found.warnings:
        print(f"gpumarket: {found.outcome}: {warning}", file=sys.stderr)


def _index(found: Indices, row: Any, index: str) -> str:
    """An index and half its 95% interval."""
    if f"{index}_low" not in row:
        return _amount(found, row[index])
    return f"{_amount(found, row[index])} ±{_amount(found, (row[f'{index}_high'] - row[f'{index}_low']) / 2.0)}"


def _amount(found: Indices, value: float) -> str:
    """Shares with three decimals; effects of Morris, which have a unit, with three digits."""
    return number(value, 3) if found.method == "morris" else f"{value:.3f}"


def print_over_time(found: dict[str, Indices], left_out: list[str]) -> None:
    """A column per input, a row per quarter: the main index."""
    first = next(iter(found.values()))
    tables = [indices.table[indices.main] for indices in found.values()]
    order = [str(name) for name in sum(tables[1:], tables[0]).sort_values(ascending=False).index]
    print(f"{first.main} of {first.method}, {first.points:,} points of {first.runs_per_point} runs\n")
    rows = [
        [name, *(_amount(indices, table[key]) for key in order), _amount(indices, indices.floor)]
        for (name, indices), table in zip(found.items(), tables, strict=True)
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
    ] = 50,
    runs: Annotated[int, typer.Option(parser=whole_number, metavar="N", help="Runs of each vector.")] = 20,
    seed: Seed = None,
    sampler_seed: SamplerSeed = 0,
    changes: Changes = None,
    drop_failed: DropFailed = False,
    out: ReportFolder = None,
    as_json: AsJson = False,
) -> None:
    """What a scenario or a lever changes, on the same draws and the same unknowns."""
    from runs.analysis import compare as comparing
    from runs.engine.outcomes import STANDARD
    from runs.folder import tables

    if out is not None:
        tables.check_new(out)
    arms = _arms(what, lever, changes)
    wanted = {name: STANDARD.get(name, name) for name in outcomes or ("peak_quote", "mean_wait", "revenue", "peak_hhi")}
    began = time.perf_counter()
    with Progress(0, "Comparing") as bar:
        found = comparing.compare(arms, wanted, vectors, runs, seed, sampler_seed, drop_failed, progress=bar)
    seconds = time.perf_counter() - began
    if out is not None:
        from runs.reports import analyses as analysis_reports
        from runs.reports import write as report

        drawn = next(iter(arms.values())).seed if seed is None else seed
        words: list[object] = ["compare", *what, *(["--lever", lever] if lever else [])]
        for name in wanted:
            words += ["--outcome", name]
        for text in changes or []:
            words += ["--set", text]
        words += ["--vectors", vectors, "--runs", runs, "--seed", drawn, "--sampler-seed", sampler_seed]
        repeat = analysis_reports.command(*words, "--drop-failed" if drop_failed else None)
        report.write(analysis_reports.comparison(arms, found, drawn, sampler_seed, repeat), out)
    if as_json:
        print_json(tables.finite({"differences": [dataclasses.asdict(one) for one in found]}))
    else:
        print_differences(found)
    print(f"{len(arms) * vectors * runs:,} runs in {duration(seconds)}{_written(out)}", file=sys.stderr)


def _arms(what: list[str], lever: str | None, changes: list[str] | None) -> dict[str, Scenario]:
    """Scenarios by the name they are shown under, the control first."""
    from market import BadInput

    if lever is None:
        if len(set(what)) < len(what):
            raise BadInput(f"compare: found {what[0]!r} twice; allowed: different scenarios")
        return {name: changed(name, changes) for name in what}
    path, mark, values = lever.partition("=")
    if len(what) != 1 or not mark:
        raise BadInput("--lever: found " + repr(lever) + "; allowed: one scenario, and PATH=VALUE,VALUE")
    scenario = changed(what[0], changes)
    texts = [text.strip() for text in values.split(",")]
    return {f"{path.rpartition('.')[2]} {text}": scenario.replace(path, toml_value(text)) for text in texts}


def print_differences(found: list[Difference]) -> None:
    """The table a person reads: a row per treatment and outcome."""
    first = found[0]
    print(
        f"Against {first.control_name}: mean difference over {first.vectors} parameter vectors of {first.seeds} seeds, "
        "95% interval;\nstandard deviation of the difference over parameters and over draws\n"
    )
    headings = (
        "treatment",
        "outcome",
        "control",
        "difference",
        "95% interval",
        "same sign",
        "corr.",
        "params",
        "draws",
    )
    rows = [
        [
            one.treatment_name,
            one.outcome,
            number(one.control) + ("" if one.unit in ("", "1") else f" {one.unit}"),
            f"{'+' if one.mean > 0 else ''}{number(one.mean, 3)}",
            f"{number(one.low, 3)} to {number(one.high, 3)}",
            "-" if one.mean == 0.0 else percent(one.same_sign),
            number(one.correlation, 2),
            number(one.spread, 2),
            number(one.noise, 2),
        ]
        for one in found
    ]
    print_table(headings, rows, left=("treatment", "outcome"))
    if first.dropped:
        print(f"{first.dropped} pairs left out", file=sys.stderr)
