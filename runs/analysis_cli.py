"""The commands ``sensitivity`` and ``compare``."""

from __future__ import annotations

import dataclasses
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from runs.terminal import AsJson, Progress, duration, number, print_json, whole_number

if TYPE_CHECKING:
    from market import Scenario
    from runs.compare import Difference
    from runs.indices import Indices
    from runs.sensitivity import Study

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
    drop_failed: DropFailed = False,
    out: ReportFolder = None,
    as_json: AsJson = False,
) -> None:
    """Which of the things that nobody knows drive an outcome, and which cannot be told from chance."""
    from runs import store

    if out is not None:
        store.check_new(out)
    began = time.perf_counter()
    with Progress(0, "Sensitivity") as bar:
        done = _study(what, method, outcomes, samples, runs, seed, sampler_seed, second_order, over_time, group, bar)
    found = done.indices(drop_failed, sampler_seed)
    seconds = time.perf_counter() - began
    if out is not None:
        from runs import analysis_reports, report

        words = _words(done, what, samples, runs, sampler_seed, second_order, over_time, group, drop_failed)
        report.write(analysis_reports.sensitivity(done, found, over_time, analysis_reports.command(*words)), out)
    if as_json:
        print_json(store.finite({name: indices_facts(indices) for name, indices in found.items()}))
    elif over_time:
        print_over_time(found)
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
    drop_failed: bool,
) -> list[object]:
    """The command that repeats it, with what was left to the defaults."""
    from runs.sensitivity import SAMPLES

    words: list[object] = ["sensitivity", what, "--method", study.method]
    for text in dict.fromkeys(name.rpartition(" in ")[0] if over_time else name for name in study.found):
        words += ["--outcome", text]
    if not Path(what).is_dir():
        words += ["--samples", SAMPLES[study.method] if samples is None else samples, "--runs", runs]
        words += ["--seed", study.seed]
    words += ["--sampler-seed", sampler_seed]
    for text in group or []:
        words += ["--group", text]
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
    bar: Progress,
) -> Study:
    """The study of a scenario or a design, run now, or of a batch."""
    from market import BadInput, Scenario
    from runs import sensitivity as studies
    from runs.design import Design, is_design
    from runs.outcomes import STANDARD

    if Path(what).is_dir():
        if over_time or group or second_order or samples is not None:
            raise BadInput(
                "--samples, --group, --second-order, --over-time: the batch has settled them; allowed: a scenario"
            )
        return studies.study_of(what, method, outcomes)
    options: dict[str, Any] = {}
    if is_design(what):
        design = Design.load(what)
        scenario = design.scenario
        texts = {name: found.text for name, found in design.outcomes.items()}
        options = {"uncertainties": design.uncertainties or None, "groups": design.head.groups}
    else:
        scenario = Scenario.load(what)
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
    from rich.console import Console
    from rich.table import Table

    unit = f", {found.unit}" if found.unit not in ("", "1") else ""
    print(f"\n{found.outcome}{unit}: {found.method}, {found.points:,} points of {found.runs_per_point} runs\n")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("input", no_wrap=True)
    shown = [name for name in found.table if not name.endswith(("_low", "_high"))]
    for name in shown:
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for name, row in found.ranked.iterrows():
        cells = []
        for index in shown:
            half = (row[f"{index}_high"] - row[f"{index}_low"]) / 2.0 if f"{index}_low" in row else float("nan")
            cells.append(number(row[index], 3) + (f" ±{number(half, 2)}" if half == half else ""))
        table.add_row(str(name), *cells, "under the floor" if found.under(str(name)) else "")
    Console().print(table)
    known = f"{number(found.seeds, 3)} by the draws" if found.seeds == found.seeds else "by the inert input"
    print(f"\nnoise floor of {found.main}: {number(found.floor, 3)} ({known})", end="")
    if found.replication == found.replication:
        print(f"; {found.replication:.0%} of the variance is left between runs of a point", end="")
    print()
    for warning in found.warnings:
        print(f"gpumarket: {found.outcome}: {warning}", file=sys.stderr)


def print_over_time(found: dict[str, Indices]) -> None:
    """A column per input, a row per quarter: the main index."""
    from rich.console import Console
    from rich.table import Table

    first = next(iter(found.values()))
    order = list(sum(indices.table[indices.main] for indices in found.values()).sort_values(ascending=False).index)
    print(f"{first.main} of {first.method}, {first.points:,} points of {first.runs_per_point} runs\n")
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in ("outcome", *order, "floor"):
        table.add_column(heading, justify="left" if heading == "outcome" else "right", overflow="fold")
    for name, indices in found.items():
        row = indices.table[indices.main]
        table.add_row(name, *(f"{row[key]:.2f}" for key in order), f"{indices.floor:.2f}")
    Console(width=max(80, 12 * len(order) + 40)).print(table)


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
    drop_failed: DropFailed = False,
    out: ReportFolder = None,
    as_json: AsJson = False,
) -> None:
    """What a scenario or a lever changes, on the same draws and the same unknowns."""
    from runs import compare as comparing
    from runs import store
    from runs.outcomes import STANDARD

    if out is not None:
        store.check_new(out)
    arms = _arms(what, lever)
    wanted = {name: STANDARD.get(name, name) for name in outcomes or ("peak_quote", "mean_wait", "revenue", "peak_hhi")}
    began = time.perf_counter()
    with Progress(0, "Comparing") as bar:
        found = comparing.compare(arms, wanted, vectors, runs, seed, sampler_seed, drop_failed, progress=bar)
    seconds = time.perf_counter() - began
    if out is not None:
        from runs import analysis_reports, report

        drawn = next(iter(arms.values())).seed if seed is None else seed
        words: list[object] = ["compare", *what, *(["--lever", lever] if lever else [])]
        for name in wanted:
            words += ["--outcome", name]
        words += ["--vectors", vectors, "--runs", runs, "--seed", drawn, "--sampler-seed", sampler_seed]
        repeat = analysis_reports.command(*words, "--drop-failed" if drop_failed else None)
        report.write(analysis_reports.comparison(arms, found, drawn, sampler_seed, repeat), out)
    if as_json:
        print_json(store.finite({"differences": [dataclasses.asdict(one) for one in found]}))
    else:
        print_differences(found)
    print(f"{len(arms) * vectors * runs:,} runs in {duration(seconds)}{_written(out)}", file=sys.stderr)


def _arms(what: list[str], lever: str | None) -> dict[str, Scenario]:
    """Scenarios by the name they are shown under, the control first."""
    from market import BadInput, Scenario
    from runs.cli import toml_value

    if lever is None:
        if len(set(what)) < len(what):
            raise BadInput(f"compare: found {what[0]!r} twice; allowed: different scenarios")
        return {name: Scenario.load(name) for name in what}
    path, mark, values = lever.partition("=")
    if len(what) != 1 or not mark:
        raise BadInput("--lever: found " + repr(lever) + "; allowed: one scenario, and PATH=VALUE,VALUE")
    scenario = Scenario.load(what[0])
    texts = [text.strip() for text in values.split(",")]
    return {f"{path.rpartition('.')[2]} {text}": scenario.replace(path, toml_value(text)) for text in texts}


def print_differences(found: list[Difference]) -> None:
    """The table a person reads: a row per treatment and outcome."""
    from rich.console import Console
    from rich.table import Table

    first = found[0]
    print(
        f"Against {first.control_name}: mean difference over {first.vectors} parameter vectors of {first.seeds} seeds, "
        "95% interval;\nstandard deviation of the difference over parameters and over draws\n"
    )
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
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
    for heading in headings:
        table.add_column(heading, justify="left" if heading in ("treatment", "outcome") else "right", no_wrap=True)
    for one in found:
        unit = "" if one.unit in ("", "1") else f" {one.unit}"
        table.add_row(
            one.treatment_name, one.outcome, number(one.control) + unit,
            f"{'+' if one.mean > 0 else ''}{number(one.mean, 3)}",
            f"{number(one.low, 3)} to {number(one.high, 3)}", f"{one.same_sign:.0%}", number(one.correlation, 2),
            number(one.spread, 2), number(one.noise, 2),
        )  # fmt: skip
    Console(width=140).print(table)
    if first.dropped:
        print(f"{first.dropped} pairs left out", file=sys.stderr)
