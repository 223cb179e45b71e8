"""The commands ``batch`` and ``replay``."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from runs.cli.arguments import Agents
from runs.cli.terminal import AsJson, Progress, print_json, seconds, whole_number
from runs.words import duration, number

if TYPE_CHECKING:
    from runs.designs.design import Design
    from runs.folder.replay import Replay
    from runs.folder.results import Results


def batch(
    design: Annotated[
        str | None, typer.Argument(metavar="DESIGN", help="A shipped name or a TOML file; none lists those that ship.")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="A new folder for the results.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Complete the unfinished batch in DIR.")] = False,
    status: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Say how far the batch in DIR is, and run nothing.")
    ] = None,
    verify: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Hold every byte in DIR against its manifest, and run nothing.")
    ] = None,
    threads: Annotated[
        int | None, typer.Option(parser=whole_number, metavar="N", help="Threads; one per processor if not given.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(parser=whole_number, metavar="N", help="Processes instead of threads.")
    ] = None,
    cluster: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Workers of a dask scheduler instead, tcp://host:8786.")
    ] = None,
    chunk: Annotated[
        int, typer.Option(parser=whole_number, metavar="N", help="Runs handed to a worker at once.")
    ] = 250,
    patience: Annotated[
        float | None,
        typer.Option(parser=seconds, metavar="SECONDS", help="Stop if no run comes back for so long; else wait."),
    ] = None,
    mixed: Annotated[bool, typer.Option("--mixed", help="Accept environments that differ in the last digits.")] = False,
    agents: Agents = None,
    as_json: AsJson = False,
) -> None:
    """Run a design: many points, many futures of each, into a folder that can be resumed."""
    if status is not None:
        return print_status(status, as_json)
    if verify is not None:
        return print_verified(verify, as_json)
    if design is None and not resume:
        return print_shipped(as_json)
    from market import BadInput
    from runs.designs.design import Design
    from runs.engine.engine import Engine
    from runs.folder import batch as batches
    from runs.folder import results

    if out is None:
        raise BadInput("--out: is missing; allowed: a folder, such as --out results")
    engine = Engine(threads, workers, cluster, chunk, mixed, patience)
    chosen = begun(out) if design is None else Design.load(design)
    experiment = chosen.experiment
    batches.prepare(experiment, out, engine, resume)
    at = 0
    with Progress(experiment.runs, f"{chosen.head.name}, {experiment.point_count:,} points") as bar:

        def watch(now: batches.Progress) -> bool:
            nonlocal at
            at = now.runs_done
            note = f"{now.runs_per_second:,.0f} runs/s" + (f", {now.failures:,} failed" if now.failures else "")
            return bar(now.runs_done, now.runs, note, now.seconds_left)

        try:
            done = batches.run(experiment, out, engine, resume, watch, {"design": chosen.recorded})
        except KeyboardInterrupt as error:
            why = f"{out}: {str(error) or 'cancelled'} after {at:,} of {experiment.runs:,} runs"
            raise batches.Stopped(f"{why}; {batches.KEPT}" if out.is_dir() else f"{why}, and was deleted") from None
    for damage in done.damage:
        print(f"gpumarket: {out}: {damage}; made again", file=sys.stderr)
    finished = results.open(out)
    if as_json:
        print_json({**status_of(out), "outcomes": outcome_rows(finished)})
    else:
        print_batch(chosen.head.title or chosen.head.name, finished, out)
    if done.failures:
        raise typer.Exit(1)
    return None


def begun(folder: Path) -> Design:
    """The design of a batch, as its manifest holds it.

    Raises:
        BadInput: the folder holds no batch, or one that was begun without a design.
    """
    from market import BadInput, Scenario
    from runs.designs.design import Design
    from runs.folder import manifest

    told = manifest.recover(folder)
    if told["kind"] != "batch" or "design" not in told:
        raise BadInput(f"--resume: {str(folder)!r} holds no batch of a design; allowed: DESIGN, or the folder of one")
    scenario = Scenario.from_dict(manifest.endless(told["scenario"]), told["source"])
    return Design.from_dict(told["design"], str(folder), scenario=scenario)


def print_shipped(as_json: bool) -> None:
    """The designs that come with the package."""
    from runs.designs.design import Design, shipped

    known = {name: Design.load(name).head.title for name in shipped()}
    if as_json:
        return print_json(known)
    for name, title in known.items():
        print(f"{name:16} {title}")
    return None


def print_verified(folder: Path, as_json: bool) -> None:
    """What ``--verify`` says."""
    from runs.folder import results

    told = results.whole(folder).manifest["parts"]
    facts = {"files": len(told), "bytes": sum(part["size"] for part in told.values()), "out": str(folder)}
    if as_json:
        return print_json(facts)
    print(f"{folder}: {facts['files']:,} files, {facts['bytes']:,} bytes, all as they were written")
    return None


def replay(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A results folder.")],
    run: Annotated[int, typer.Argument(parser=whole_number, metavar="RUN", help="The run's number in its tables.")],
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write its measures, deals, offers and orders to a new folder.")
    ] = None,
    agents: Agents = None,
    as_json: AsJson = False,
) -> None:
    """Repeat one run of a results folder, live, and compare it with what was stored, bit for bit."""
    from runs.folder import tables
    from runs.folder.replay import replay as again

    if out is not None:
        tables.check_new(out)
    began = time.perf_counter()
    found = again(folder, run)
    if out is not None and found.results is not None and found.scenario is not None:
        tables.write(out, found.scenario, found.results, "live", time.perf_counter() - began)
    if as_json:
        print_json(replay_facts(found))
    else:
        print_replay(found, folder, out)
    if found.differs:
        raise typer.Exit(1)


def print_batch(title: str, finished: Results, out: Path) -> None:
    """What a person reads when a batch is done."""
    from rich.console import Console
    from rich.table import Table

    facts = finished.manifest
    rows = outcome_rows(finished)
    print(f"{title}\nMedian and 5 to 95% of {facts['runs']:,} runs, {facts['points']:,} points\n")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading, side in (("outcome", "left"), ("median", "right"), ("5%", "right"), ("95%", "right"), ("", "left")):
        table.add_column(heading, justify=side, no_wrap=True)  # type: ignore[arg-type]
    for name, row in rows.items():
        unit = "" if row["unit"] == "1" else row["unit"]
        numbers = [number(row[key]) for key in ("median", "p05", "p95")]
        undefined = f" ({row['undefined']:,} undefined)" if row["undefined"] else ""
        table.add_row(name, *numbers, unit + undefined)
    Console(markup=False).print(table)
    if facts["failures"]:
        first = finished.arrow("failures").head(3).to_pylist()
        for row in first:
            print(f"run {row['run']} failed: {row['sentence']}", file=sys.stderr)
        print(f"{facts['failures']:,} of {facts['runs']:,} runs failed; see the table failures", file=sys.stderr)
    print(f"{facts['runs']:,} runs in {duration(facts['seconds'])}, written to {out}", file=sys.stderr)


def outcome_rows(finished: Results) -> dict[str, dict[str, Any]]:
    """Of each outcome: its unit, median, 5 and 95% over all runs, and how many runs leave it undefined."""
    import numpy as np

    outcomes = finished.arrow("outcomes")
    rows = {}
    for name in finished.manifest["outcomes"]:
        values = outcomes.to_table(columns=[name])[name].to_numpy()
        known = values[np.isfinite(values)]
        low, median, high = np.quantile(known, [0.05, 0.5, 0.95]).tolist() if known.size else (float("nan"),) * 3
        unit = outcomes.schema.field(name).metadata[b"unit"].decode()
        undefined = int(values.size - known.size)
        rows[name] = {"unit": unit, "median": median, "p05": low, "p95": high, "undefined": undefined}
    return rows


def status_of(folder: Path) -> dict[str, Any]:
    """How far the batch in a folder is; ``killed`` if its manifest says running and nobody writes to it."""
    from market import BadInput
    from runs.folder import lock, parts, results

    manifest = results.open(folder).manifest
    if manifest["kind"] != "batch":
        raise BadInput(f"--status: {str(folder)!r} holds no batch; allowed: the folder of one")
    names = ("state", "points", "runs", "runs_done", "failures", "runs_per_second", "seconds", "seconds_left")
    facts = {name: manifest[name] for name in names}
    if facts["state"] == "running" and not lock.is_held(folder):
        facts["state"] = "killed"
    if facts["state"] != "running":  # what was not finished is lost
        facts |= {"runs_done": parts.runs_finished(manifest), "failures": parts.failures(manifest)}
    return {**facts, "updated": manifest["updated"], "out": str(folder)}


def print_status(folder: Path, as_json: bool) -> None:
    """What ``--status`` says."""
    from datetime import UTC, datetime

    facts = status_of(folder)
    if as_json:
        return print_json(facts)
    since = (datetime.now(UTC) - datetime.fromisoformat(facts["updated"])).total_seconds()
    share = facts["runs_done"] / facts["runs"]
    print(f"{folder}: {facts['state']}, {facts['runs_done']:,} of {facts['runs']:,} runs ({share:.0%})")
    print(f"{facts['points']:,} points, {facts['failures']:,} failed runs, {duration(facts['seconds'])} at work")
    if facts["state"] == "running":
        left = "" if facts["seconds_left"] is None else f", {duration(facts['seconds_left'])} left"
        print(f"{facts['runs_per_second']:,.0f} runs a second{left}; last sign of work {duration(since)} ago")
    elif facts["state"] != "done":
        print(f"go on with: gpumarket batch --resume --out {folder}")
    return None


def replay_facts(found: Replay) -> dict[str, Any]:
    """What ``replay --json`` prints."""
    names = ("run", "point", "seed", "replication", "outcomes", "failure", "compared", "differs", "same_environment")
    return {name: getattr(found, name) for name in names}


def print_replay(found: Replay, folder: Path, out: Path | None) -> None:
    """What a person reads of a run repeated."""
    from runs.analysis.summary import SHOWN

    print(f"run {found.run}: seed {found.seed}, replication {found.replication}")
    for path, value in found.point.items():
        print(f"  {path} = {value}")
    if found.failure:
        print(f"failed: {found.failure}")
    elif found.results is not None:
        from rich.console import Console
        from rich.table import Table

        table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
        table.add_column("quarter", no_wrap=True)
        for column in SHOWN.values():
            table.add_column(column.heading, justify="right", no_wrap=True)
        for t, quarter in enumerate(found.results["quarter"].values):
            values = {name: float(found.results[name].values[0, t]) for name in SHOWN}
            table.add_row(quarter, *(column.plain(values[name]) for name, column in SHOWN.items()))
        Console(markup=False).print(table)
        for name, value in found.outcomes.items():
            print(f"{name} = {value:.6g}")
    if found.differs:
        why = "" if found.same_environment else "; it was written in another environment"
        print(f"differs from {folder} in {', '.join(found.differs)}{why}", file=sys.stderr)
    else:
        print(f"{found.compared:,} numbers, all as in {folder} to the last bit", file=sys.stderr)
    if out is not None and found.results is not None:
        print(f"measures, deals, offers and orders written to {out}", file=sys.stderr)
