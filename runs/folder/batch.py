"""A batch: an experiment run into a folder, block by block, so that whatever ends it can be resumed.

A block is a fixed range of runs and one Parquet file per table. Its files are written under another name and renamed,
the outcomes last: a block with outcomes is finished. What is not is run again, to the same bytes.
"""

from __future__ import annotations

import contextlib
import errno
import json
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from market import BadInput
from market.gears import ensemble
from runs import environment
from runs.engine.engine import Engine, Pieces, WorkerLost, cut
from runs.engine.experiment import Experiment, Part
from runs.folder import results, tables
from runs.folder.blocks import Block, points_table, rows_in
from runs.refusal import Refused

BLOCKS = 100
"""Files per table, at most; blocks grow with the batch from ROWS runs on."""

ROWS = 1000
"""Runs that are held in memory and written at once."""

BEAT = 2.0
"""Seconds between two signs of life in the manifest."""

LOCK = ".lock"
DRAFT = ".manifest.part"
EARLY = {LOCK, DRAFT, tables.SCENARIO}
"""What a batch may leave that was killed before it had a manifest; the lock comes first."""

KEPT = "what is finished is kept"


class Stopped(RuntimeError):
    """A batch ended early; the message says why and how to go on."""


@dataclass(frozen=True)
class Progress:
    """How far a batch is: ``runs_done`` of ``runs`` counts those on disk or ready to be written."""

    runs: int
    runs_done: int
    points: int
    points_done: int
    failures: int
    runs_per_second: float
    seconds_left: float | None


Watch = Callable[[Progress], Any]
"""Told of the progress now and then; returning False stops the batch."""


def run(
    experiment: Experiment,
    folder: str | Path,
    engine: Engine | None = None,
    resume: bool = False,
    watch: Watch | None = None,
    facts: dict[str, Any] | None = None,
) -> Progress:
    """Run an experiment into a folder.

    Args:
        experiment: what to run.
        folder: new or empty; with ``resume`` one that holds an unfinished batch of the same experiment.
        engine: who does the work; threads of this process if None.
        resume: complete what is there; on a new folder it makes no difference.
        watch: told of the progress; returning False stops.
        facts: what else the manifest should hold, such as the design.

    Raises:
        BadInput: the folder cannot be written, or holds something else.
        Stopped: the disk is full, a worker ended, or ``watch`` said so; all finished blocks are kept.
    """
    engine = engine or Engine()
    folder = Path(folder)
    begun = prepare(experiment, folder, engine, resume)
    batch = _Batch(experiment, folder, watch)
    with engine.started(experiment) as parts, held(folder):
        try:
            if not begun:
                batch.begin(facts or {})
            return batch.go_on(parts)
        except WorkerLost as error:
            batch.note("stopped", force=True, quiet=True)
            raise Stopped(f"{folder}: {error} after {batch.done} of {experiment.runs} runs; {KEPT}") from error
        except OSError as error:
            batch.note("stopped", force=True, quiet=True)
            why = "the disk is full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else error.strerror or str(error)
            raise Stopped(f"{folder}: {why} after {batch.done} of {experiment.runs} runs; {KEPT}") from error
        except BaseException:
            batch.note("stopped", force=True, quiet=True)
            raise


def prepare(experiment: Experiment, folder: Path, engine: Engine, resume: bool) -> bool:
    """Whether the folder holds a begun batch to go on with.

    Raises:
        BadInput: it holds something else, or cannot be written.
    """
    begun = (folder / tables.MANIFEST).exists()
    if (folder / LOCK).exists() and {path.name for path in folder.iterdir()} <= EARLY:
        return False
    if not begun or not resume:
        try:
            tables.check_new(folder)
        except Refused as error:
            raise Refused(error.setting, error.sentence, instead="resume" if begun else "") from None
        return False
    manifest = results.read_manifest(folder)
    if manifest.get("kind") != "batch":
        raise Refused(
            "folder", f"{str(folder)!r} holds no batch; allowed: a new folder, or that of an unfinished batch"
        )
    if manifest["hash"] != experiment.hash:
        raise Refused(
            "folder",
            f"{str(folder)!r} holds a batch of another design (hash {manifest['hash'][:12]}, this one has "
            f"{experiment.hash[:12]}); allowed: the design it was begun with, or a new folder",
        )
    here = environment.fingerprint()
    if manifest["fingerprint"] != here and not engine.mixed:
        raise Refused(
            "resume",
            f"{str(folder)!r} was begun in an environment with the fingerprint {manifest['fingerprint']}, "
            f"this one has {here}: results would differ in their last digits; allowed: the same",
            instead="mixed",
        )
    if manifest["rules"] != rules(experiment) and not engine.mixed:
        raise Refused(
            "resume",
            f"{str(folder)!r} was begun with other rules of the market (digest {manifest['rules']}, now "
            f"{rules(experiment)}); allowed: the same",
            instead="mixed",
        )
    return True


def rules(experiment: Experiment) -> str:
    """A digest of the rules that the experiment's agents follow."""
    layouts = experiment.scenario.build.layouts
    return ensemble.rules_hash(tuple(layouts[name] for name in ensemble.FAMILIES))


def block_size(experiment: Experiment) -> int:
    """Runs per block: it follows from the experiment alone."""
    if experiment.traced:
        return max(100, -(-experiment.runs // BLOCKS))
    return max(ROWS, -(-experiment.runs // (BLOCKS * ROWS)) * ROWS)


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """Nobody else writes to the folder meanwhile; the system lifts the lock whatever ends this process.

    Raises:
        BadInput: another process holds it, or it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / LOCK).open("a")
    except OSError as error:
        raise Refused("folder", f"{str(folder)!r} cannot be written: {error.strerror}") from None
    with lock:
        if not _lock(lock):
            raise Refused("folder", f"another process is writing to {str(folder)!r}; allowed: one at a time")
        yield


def is_held(folder: Path) -> bool:
    """Whether a process writes to the folder."""
    try:
        with (folder / LOCK).open() as lock:
            return not _lock(lock)
    except OSError:
        return False


def _lock(file: Any) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows has no such locks: there nobody is kept out
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


class _Batch:
    """A batch at work on its folder."""

    def __init__(self, experiment: Experiment, folder: Path, watch: Watch | None):
        self.experiment = experiment
        self.folder = folder
        self.watch = watch
        self.size = block_size(experiment)
        self.done = 0
        self.failures = 0
        self.points = points_table(experiment)
        self.began = time.monotonic()
        self.before = 0
        self.seconds_before = 0.0
        self.beat = 0.0
        self.market_seconds = 0.0

    # --- the manifest ---------------------------------------------------------------------------------------------

    def begin(self, facts: dict[str, Any]) -> None:
        """Write the scenario and the first manifest."""
        experiment = self.experiment
        (self.folder / tables.SCENARIO).write_text(experiment.scenario.to_toml(), encoding="utf-8")
        self._write_manifest(
            {
                "kind": "batch",
                "state": "running",
                "hash": experiment.hash,
                **facts,
                "scenario": experiment.scenario.to_dict(),
                "scenario_hash": experiment.scenario.hash,
                "rules": rules(experiment),
                "seed": experiment.seed,
                "first_replication": experiment.first_replication,
                "shared_draws": experiment.shared,
                "points": experiment.point_count,
                "runs_per_point": experiment.runs_per_point,
                "runs": experiment.runs,
                "block": self.size,
                "varies": list(experiment.points),
                "outcomes": {name: found.text for name, found in experiment.outcomes.items()},
                "kept": list(experiment.kept),
                "traced": experiment.traced,
                "created": now(),
                "updated": now(),
                "seconds": 0.0,
                "runs_done": 0,
                "failures": 0,
                "runs_per_second": 0.0,
                "seconds_left": None,
                **environment.about(),
            }
        )

    def note(self, state: str, force: bool = False, quiet: bool = False) -> None:
        """Put the state and a sign of life into the manifest, every BEAT seconds at most."""
        if not force and time.monotonic() - self.beat < BEAT:
            return
        try:
            manifest = results.read_manifest(self.folder)
            progress = self.progress()
            manifest |= {
                "state": state,
                "updated": now(),
                "seconds": round(self.seconds_before + time.monotonic() - self.began, 3),
                "runs_done": self.done,
                "failures": self.failures,
                "market_seconds": round(self.market_seconds, 3),
                "runs_per_second": round(progress.runs_per_second, 1),
                "seconds_left": progress.seconds_left,
            }
            self.beat = time.monotonic()
            self._write_manifest(manifest)
        except (OSError, BadInput):
            if not quiet:
                raise

    def _write_manifest(self, manifest: dict[str, Any]) -> None:
        path = self.folder / DRAFT
        path.write_text(json.dumps(tables.finite(manifest), indent=2) + "\n", encoding="utf-8")
        path.replace(self.folder / tables.MANIFEST)

    def progress(self) -> Progress:
        """How far the batch is."""
        experiment = self.experiment
        speed = (self.done - self.before) / max(time.monotonic() - self.began, 1e-9)
        left = (experiment.runs - self.done) / speed if self.done > self.before else None
        return Progress(
            runs=experiment.runs,
            runs_done=self.done,
            points=experiment.point_count,
            points_done=self.done // experiment.runs_per_point,
            failures=self.failures,
            runs_per_second=speed,
            seconds_left=left,
        )

    # --- the blocks -----------------------------------------------------------------------------------------------

    def go_on(self, work: Callable[[Pieces], Generator[Part]]) -> Progress:
        """Run the blocks that are not finished."""
        for left in self.folder.glob(".*.part"):
            left.unlink()
        self.seconds_before = results.read_manifest(self.folder)["seconds"]
        blocks = []
        for number, first in enumerate(range(0, self.experiment.runs, self.size)):
            count = min(self.size, self.experiment.runs - first)
            if (self.folder / f"outcomes-{number:05d}.parquet").exists():
                self.done += count
                self.failures += rows_in(self.folder / f"failures-{number:05d}.parquet")
            else:
                blocks.append((number, first, count))
        self.before = self.done
        self.note("running", force=True)
        self._tell()
        pieces = [piece for _, first, count in blocks for piece in cut(first, count, ROWS)]
        with contextlib.closing(work(pieces)) as parts:
            for number, first, count in blocks:
                self._run_block(number, first, count, parts)
        self.note("done", force=True)
        return self.progress()

    def _run_block(self, number: int, first: int, count: int, parts: Iterator[Part]) -> None:
        with Block(self.experiment, self.points, self.folder, number) as block:
            for _, size in cut(first, count, ROWS):
                taken: list[Part] = []
                while size:
                    part = next(parts)
                    taken.append(part)
                    size -= len(part.failed)
                    self.done += len(part.failed)
                    self.failures += int((part.failed != 0).sum())
                    self.market_seconds += part.seconds
                    self.note("running")
                    self._tell()
                block.write(taken)
            block.finish()

    def _tell(self) -> None:
        if self.watch is not None and self.watch(self.progress()) is False and self.done < self.experiment.runs:
            raise Stopped(f"{self.folder}: stopped after {self.done} of {self.experiment.runs} runs; {KEPT}")


def now() -> str:
    """This moment, in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")
