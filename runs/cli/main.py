"""The command line: ``gpumarket``. What it prints for people goes to standard output, messages to standard error."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from runs.cli import analysis, ask, backtest, batch, calibrate, discover
from runs.cli.arguments import AGENTS, Agents, Changes, PosteriorOf, ScenarioName, changed, fields
from runs.cli.neighbours import trouble
from runs.cli.terminal import AsJson, Progress, counting_number, port_number, print_json, whole_number
from runs.requests.request import option

if TYPE_CHECKING:
    from market import Scenario

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
scenarios_app = typer.Typer(help="List, show and check scenarios.", invoke_without_command=True)
app.add_typer(scenarios_app, name="scenarios")

UsageError: type[Exception] = typer.BadParameter.__mro__[1]
"""What typer raises for a command line it cannot read; it is click's, which some releases carry inside."""

GEARS = ("ensemble", "live")
STEPPED = 100
"""Runs that take less time to step than the rules take to compile."""


def tell_version(asked: bool) -> None:
    """Print the version and stop, if asked to."""
    if asked:
        from runs.environment import version

        print(f"gpumarket {version('gpumarket')}")
        raise typer.Exit


@app.callback()
def gpumarket(
    version: Annotated[
        bool, typer.Option("--version", callback=tell_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """A market for AI accelerators: buyers and a capacity-limited supplier bid, wait and queue."""


def gear_name(text: str) -> str:
    """One of GEARS, or one sentence."""
    if text not in GEARS:
        raise typer.BadParameter(f"found {text!r}; allowed: {' or '.join(GEARS)}")
    return text


@app.command()
def run(
    scenario: ScenarioName,
    runs: Annotated[int, typer.Option(parser=counting_number, metavar="N", help="How many futures.")] = 200,
    seed: Annotated[
        int | None,
        typer.Option(parser=whole_number, metavar="S", help="Seed of the draws; else the scenario's."),
    ] = None,
    gear: Annotated[
        str,
        typer.Option(parser=gear_name, metavar="GEAR", help="ensemble (fast) or live (Mesa; also traces deals)."),
    ] = "ensemble",
    changes: Changes = None,
    posterior: PosteriorOf = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write tables and a manifest to a new folder.")
    ] = None,
    agents: Agents = None,
    as_json: AsJson = False,
) -> None:
    """Run a scenario many times and print the medians, quarter by quarter."""
    from runs.engine.spread import ensemble_of
    from runs.folder import tables

    chosen = changed(scenario, changes)
    if out is not None:
        tables.check_new(out)
    began = time.perf_counter()
    stepped = gear == "live" or steps_while_compiling(chosen, runs)
    with Progress(runs) as progress:
        results = ensemble_of(chosen, runs, seed, posterior, tuple(fields(changes)), stepped, progress)
    if gear == "ensemble":
        results.attrs.pop("trace", None)
    seconds = time.perf_counter() - began
    if out is not None:
        tables.write(out, chosen, results, gear, seconds)
    if as_json:
        print_json(run_summary(chosen, results, gear, seconds, out))
    else:
        print_run(chosen, results, seconds, out)
    if results.attrs["failures"]:
        raise typer.Exit(1)


def steps_while_compiling(scenario: Scenario, runs: int) -> bool:
    """Whether so few runs are asked for that stepping them is sooner done than compiling; that then goes on beside."""
    from market.gears import ensemble, warm

    if runs > STEPPED or ensemble.ready(scenario.build) or not warm.beside(scenario.build):
        return False
    print(
        f"gpumarket: the rules are not compiled on this machine yet. {runs} runs are stepped in Python, to the same "
        "numbers, while that is done in the background (15 to 40 s, also after this command has ended)",
        file=sys.stderr,
        flush=True,
    )
    return True


@scenarios_app.callback()
def scenarios(context: typer.Context, as_json: AsJson = False) -> None:
    """List the shipped scenarios, one line each."""
    if context.invoked_subcommand is not None:
        return
    from market import Scenario
    from market.scenario.scenario import shipped

    known = {name: Scenario.load(name).title for name in shipped()}
    if as_json:
        print_json(known)
    else:
        for name, title in known.items():
            print(f"{name:16} {title}")


@scenarios_app.command()
def show(scenario: ScenarioName, changes: Changes = None, agents: Agents = None, as_json: AsJson = False) -> None:
    """Print a scenario in full, every default written out."""
    chosen = changed(scenario, changes)
    if as_json:
        print_json({"hash": chosen.hash, "scenario": chosen.to_dict()})
    else:
        print(chosen.to_toml(), end="")


@scenarios_app.command()
def check(scenario: ScenarioName, agents: Agents = None, as_json: AsJson = False) -> None:
    """Check a scenario file and say what it holds."""
    chosen = changed(scenario, None)
    facts = {
        "name": chosen.name,
        "title": chosen.title,
        "quarters": [chosen.quarters[0], chosen.quarters[-1]],
        "buyers": len(chosen.buyers),
        "products": len(chosen.products),
        "events": len(chosen.events),
        "levers": list(chosen.levers),
        "uncertainties": list(chosen.uncertainties),
        "hash": chosen.hash,
    }
    if as_json:
        print_json(facts)
    else:
        print(
            f"{chosen.source} is valid: {facts['buyers']} buyers, {facts['products']} products, "
            f"{facts['events']} events, {chosen.quarters[0]} to {chosen.quarters[-1]}, hash {chosen.hash[:12]}"
        )


app.command("batch")(batch.batch)
app.command("replay")(batch.replay)
app.command("sensitivity")(analysis.sensitivity)
app.command("compare")(analysis.compare)
app.command("ask")(ask.ask)
app.command("discover")(discover.discover)
app.command("backtest")(backtest.backtest)
app.command("calibrate")(calibrate.calibrate)


@app.command("app")
def open_app(
    port: Annotated[
        int | None,
        typer.Option(parser=port_number, metavar="PORT", help="Port on this machine; a free one if not given."),
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
    agents: Annotated[Path | None, typer.Option(metavar="DIR", help=AGENTS)] = None,
    batch: Annotated[Path | None, typer.Option(metavar="DIR", help="Open the runs of a stored batch in Live.")] = None,
    analysis: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Open a stored study of sensitivity or comparison.")
    ] = None,
) -> None:
    """Open the page (a process of its own, reachable from this machine only)."""
    call = [sys.executable, "-m", "dashboard"]
    if port is not None:
        call += ["--port", str(port)]
    if not browser:
        call += ["--no-browser"]
    if agents is not None:
        call += ["--agents", str(agents)]
    if batch is not None:
        call += ["--batch", str(batch)]
    if analysis is not None:
        call += ["--analysis", str(analysis)]
    if os.name == "posix":
        os.execv(call[0], call)  # the server takes this process's place, so that whatever ends one ends the other
    raise typer.Exit(subprocess.run(call, check=False).returncode)


@app.command("fetch-page")
def fetch_page() -> None:
    """Fetch the page's JavaScript from the Python index, 239 MB of which 4 are kept; once, where it is not there."""
    raise typer.Exit(subprocess.run([sys.executable, "-m", "dashboard.server.fetch"], check=False).returncode)


@app.command()
def about(as_json: AsJson = False) -> None:
    """Print versions, the fingerprint of this environment and the hashes of the shipped data."""
    from runs import environment

    found = {**environment.about(), "files": environment.data_files()}
    if as_json:
        print_json(found)
        return
    for name, version in found["versions"].items():
        print(f"{name:12} {version}")
    print(f"{'fingerprint':12} {found['fingerprint']}")
    print(f"{'data':12} {found['data']}")
    for name, digest in found["files"].items():
        print(f"  {name:36} {digest}")
    if found["git"]:
        print(f"{'commit':12} {found['git']['commit'][:12]}{' (changed since)' if found['git']['changed'] else ''}")


def run_summary(scenario: Scenario, results: Any, gear: str, seconds: float, out: Path | None) -> dict[str, Any]:
    """What ``run --json`` prints."""
    from runs.analysis.summary import market_rows
    from runs.engine.spread import parted

    rows = [
        {name: value if isinstance(value, str) else asdict(value) for name, value in row.items()}
        for row in market_rows(results)
    ]
    return {
        "scenario": scenario.name,
        "title": scenario.title,
        "scenario_hash": scenario.hash,
        "seed": int(results.attrs["seed"]),
        "runs": int(results.sizes["run"]),
        "gear": gear,
        "posterior": results.attrs.get("posterior"),
        "parameters_share": parted(results) if "vector" in results.coords else None,
        "seconds": round(seconds, 3),
        "out": None if out is None else str(out),
        "failures": [{"run": f.replication, "reason": f.sentence} for f in results.attrs["failures"]],
        "market": rows,
    }


def print_run(scenario: Scenario, results: Any, seconds: float, out: Path | None) -> None:
    """The table a person reads."""
    from rich.console import Console
    from rich.table import Table

    from runs.analysis.summary import SHOWN, market_rows
    from runs.engine.spread import parted_words

    runs = results.sizes["run"]
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("quarter", no_wrap=True)
    for column in SHOWN.values():
        table.add_column(column.heading, justify="right", no_wrap=True)
    for row in market_rows(results):
        table.add_row(row["quarter"], *(column.text(row[name]) for name, column in SHOWN.items()))
    print(f"{scenario.title}\nMedian of {runs} runs{spread_words(results)}, ± Monte Carlo error; "
          f"seed {results.attrs['seed']}\n")  # fmt: skip
    Console(markup=False).print(table)
    if "vector" in results.coords:
        print(f"\nOf the variance over the runs the vectors explain, the rest is chance: {parted_words(results)}")
    for failure in results.attrs["failures"]:
        print(f"run {failure.replication} failed: {failure.sentence}", file=sys.stderr)
    message = f"{runs} runs in {seconds:.2f} s"
    print(message + (f", written to {out}" if out is not None else ""), file=sys.stderr)


def spread_words(results: Any) -> str:
    """What the runs are spread over, if over anything but chance."""
    if "vector" not in results.coords:
        return ""
    count = int(results["vector"].max()) + 1
    within = results.attrs["posterior"]["source"] == "ranges"
    return f" over {count} vectors {'within the ranges' if within else 'that fit history'}"


class Told(KeyboardInterrupt):
    """The system or a user said that this should end."""


SIGNALS = {name: number for name in ("SIGINT", "SIGTERM", "SIGHUP") if (number := getattr(signal, name, None))}


@contextlib.contextmanager
def listening() -> Iterator[None]:
    """Ctrl-C, SIGTERM and SIGHUP end what is done here with a sentence; a second one ends it at once, also where Python
    waits for threads before it leaves."""
    before = {number: signal.getsignal(number) for number in SIGNALS.values()}
    heard = [number for number, handler in before.items() if handler is not signal.SIG_IGN]  # as nohup has it

    def end(number: int, _: object) -> None:
        while heard:
            signal.signal(heard.pop(), signal.SIG_DFL)
        raise Told("cancelled" if number == signal.SIGINT else f"ended by {signal.Signals(number).name}")

    for number in heard:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in heard:
            signal.signal(number, before[number])


def main() -> None:
    """Run the command line; bad input ends with one sentence and status 2, a failed run with status 1."""
    if found := trouble(Path(__file__).resolve().parents[2]):
        sys.exit(f"gpumarket: {found}")
    try:
        with listening():
            status = app(standalone_mode=False)
            sys.stdout.flush()
    except UsageError as error:
        status = complain(str(error.format_message()), 2)  # type: ignore[attr-defined]
    except (KeyboardInterrupt, typer.Abort) as error:
        status = complain(str(error) or "cancelled", 130)
    except Exception as error:
        status = ended(error)
        if getattr(error, "endless", False):  # Python would wait for its threads
            sys.stdout.flush()
            os._exit(status)
    sys.exit(status if isinstance(status, int) else 0)


def ended(error: Exception) -> int:
    """The exit status of a command that raised, told in a sentence."""
    from market import BadInput
    from market.gears.model import RunFailed
    from runs.folder.batch import Stopped
    from runs.folder.manifest import Damaged
    from runs.refusal import Refused

    match error:
        case Refused():
            return complain(error.told(option), 2)
        case Damaged():
            return complain(str(error), 1)
        case BadInput():
            return complain(str(error), 2)
        case Stopped():
            return complain(f"{error}, go on with --resume", 1)
        case RunFailed():
            return complain(str(error), 1)
        case OSError() if error.filename is None and error.errno in (errno.ENOSPC, errno.EPIPE, errno.EIO):
            with contextlib.suppress(OSError):  # Python would try to print the rest at its end
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return complain(f"what is printed cannot be written: {error.strerror}", 1)
    return unforeseen(error)


def unforeseen(error: Exception) -> int:
    """The exit status of a command that raised what nobody foresaw: told in a sentence, the rest is in a file."""
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    try:
        with tempfile.NamedTemporaryFile("w", prefix="gpumarket-", suffix=".log", delete=False) as log:
            log.write("".join(traceback.format_exception(error)))
    except OSError:
        return complain(f"this was not foreseen: {what}", 1)
    return complain(f"this was not foreseen: {what}; what led to it stands in {log.name}", 1)


def complain(sentence: str, status: int) -> int:
    """Print a sentence to standard error and return the exit status."""
    from market.history.periods import shown

    print(f"gpumarket: {shown(sentence)}", file=sys.stderr)
    return status
