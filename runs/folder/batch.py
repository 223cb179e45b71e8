"""A batch: an experiment run into a folder, block by block, so that whatever ends it can be resumed.

A block is a fixed range of runs and one Parquet file per table. Its files are written under another name and renamed;
it is finished when the manifest says their rows, sizes and digests. What is not, or is not as the manifest says, is run
again, to the same bytes.
"""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from market import Scenario
from market.gears import ensemble
from runs import environment
from runs.engine.engine import Endless, Engine, Pieces, WorkerLost, cut
from runs.engine.experiment import Experiment, Part
from runs.folder import manifest as manifests
from runs.folder import parts, tables
from runs.folder.blocks import Block, points_table
from runs.folder.lock import LOCK, held
from runs.refusal import Refused

BLOCKS = 100
"""Files per table, at most; blocks grow with the batch from ROWS runs on."""

ROWS = 1000
"""Runs that are held in memory and written at once."""

BEAT = 2.0
"""Seconds between two signs of life in the manifest."""

EARLY = {LOCK, manifests.DRAFT, manifests.COPY, tables.SCENARIO}
"""What a batch may leave that was killed before it had a manifest; the lock comes first."""

KEPT = "what is finished is kept"


class Stopped(RuntimeError):
    """A batch ended early; the message says why and how to go on. ``endless`` if a thread is still at work."""

    endless = False


@dataclass(frozen=True)
class Progress:
    """How far a batch is: ``runs_done`` of ``runs`` counts those on disk or ready to be written; ``damage`` says what
    was found when it was resumed, and is made again."""

    runs: int
    runs_done: int
    points: int
    points_done: int
    failures: int
    runs_per_second: float
    seconds_left: float | None
    damage: tuple[str, ...] = ()


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
    with engine.started(experiment) as work, held(folder):
        try:
            if not begun:
                batch.begin(facts or {})
            return batch.go_on(work)
        except WorkerLost as error:
            stopped = batch.stopped(str(error))
            stopped.endless = isinstance(error, Endless)
            raise stopped from error
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            raise batch.stopped("the disk is full" if full else error.strerror or str(error)) from error
        except BaseException:
            batch.note("stopped", force=True, quiet=True)
            raise


def prepare(experiment: Experiment, folder: Path, engine: Engine, resume: bool) -> bool:
    """Whether the folder holds a begun batch to go on with.

    Raises:
        BadInput: it holds something else, or cannot be written.
    """
    begun = any(os.path.lexists(folder / name) for name in (manifests.MANIFEST, manifests.COPY))
    if os.path.lexists(folder / LOCK) and {path.name for path in folder.iterdir()} <= EARLY:
        return False
    if not begun or not resume:
        try:
            tables.check_new(folder)
        except Refused as error:
            raise Refused(error.setting, error.sentence, instead="resume" if begun else "") from None
        return False
    manifest = manifests.recover(folder)
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
    if manifest["rules"] != rules(experiment.scenario) and not engine.mixed:
        raise Refused(
            "resume",
            f"{str(folder)!r} was begun with other rules of the market (digest {manifest['rules']}, now "
            f"{rules(experiment.scenario)}); allowed: the same",
            instead="mixed",
        )
    return True


def rules(scenario: Scenario) -> str:
    """A digest of the rules that the agents of a scenario follow."""
    layouts = scenario.build.layouts
    return ensemble.rules_hash(tuple(layouts[name] for name in ensemble.FAMILIES))


def block_size(experiment: Experiment) -> int:
    """Runs per block: it follows from the experiment alone."""
    if experiment.traced:
        return max(100, -(-experiment.runs // BLOCKS))
    return max(ROWS, -(-experiment.runs // (BLOCKS * ROWS)) * ROWS)


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
        self.manifest: dict[str, Any] = {}
        self.damage: tuple[str, ...] = ()

    # --- the manifest ---------------------------------------------------------------------------------------------

    def begin(self, facts: dict[str, Any]) -> None:
        """Write the scenario and the first manifest."""
        experiment = self.experiment
        scenario = self._write_scenario()
        self.manifest = {
            "kind": "batch",
            "state": "running",
            "hash": experiment.hash,
            **facts,
            "source": experiment.scenario.source,
            "scenario": experiment.scenario.to_dict(),
            "scenario_hash": experiment.scenario.hash,
            "rules": rules(experiment.scenario),
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
            "parts": {tables.SCENARIO: scenario},
        }
        self._write_manifest()

    def note(self, state: str, force: bool = False, quiet: bool = False) -> None:
        """Put the state and a sign of life into the manifest, every BEAT seconds at most."""
        if not self.manifest or (not force and time.monotonic() - self.beat < BEAT):
            return
        progress = self.progress()
        self.manifest |= {
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
        try:
            self._write_manifest()
        except OSError:
            if not quiet:
                raise

    def stopped(self, why: str) -> Stopped:
        """The end of a batch that cannot go on, with what is left of it."""
        if not self.folder.is_dir():
            return Stopped(f"{self.folder}: was deleted meanwhile, after {self.done} of {self.experiment.runs} runs")
        self.note("stopped", force=True, quiet=True)
        return Stopped(f"{self.folder}: {why} after {self.done} of {self.experiment.runs} runs; {KEPT}")

    def _write_scenario(self) -> parts.Part:
        path = self.folder / tables.SCENARIO
        path.write_text(self.experiment.scenario.to_toml(), encoding="utf-8")
        return parts.part(path)

    def _write_manifest(self) -> None:
        for name in (manifests.COPY, manifests.MANIFEST):
            manifests.write(self.folder, self.manifest, name)

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
            damage=self.damage,
        )

    # --- the blocks -----------------------------------------------------------------------------------------------

    def go_on(self, work: Callable[[Pieces], Generator[Part]]) -> Progress:
        """Run the blocks that are not finished."""
        for left in self.folder.glob(".*.part"):
            left.unlink()
        self.manifest = manifests.recover(self.folder)
        self._repair()
        self.seconds_before = self.manifest["seconds"]
        finished = parts.finished(self.manifest)
        blocks = []
        for number, first in enumerate(range(0, self.experiment.runs, self.size)):
            count = min(self.size, self.experiment.runs - first)
            if number in finished:
                self.done += count
            else:
                blocks.append((number, first, count))
        self.failures = parts.failures(self.manifest)
        self.before = self.done
        self.note("running", force=True)
        self._tell()
        pieces = [piece for _, first, count in blocks for piece in cut(first, count, ROWS)]
        with contextlib.closing(work(pieces)) as results:
            for number, first, count in blocks:
                self._run_block(number, first, count, results)
        self.note("done", force=True)
        return self.progress()

    def _repair(self) -> None:
        """Forget what is damaged, so that it is made again, and move out of the way what is not of this batch."""
        known = self.manifest["parts"]
        whole = self.folder / manifests.MANIFEST
        found = dict(parts.faults(self.folder, self.manifest, deep=True))
        try:
            manifests.read(self.folder)
        except manifests.Damaged as damage:
            self.damage = (str(damage).removeprefix(f"{self.folder}: "),)
        self.damage += tuple(f"{name} {wrong}" for name, wrong in found.items())
        lost = {parts.place(name)[1] for name in found if name in known and name != tables.SCENARIO}
        self.manifest["parts"] = {
            name: told for name, told in known.items() if name == tables.SCENARIO or parts.place(name)[1] not in lost
        }
        for path in [whole, *(self.folder / name for name in found)]:
            stray = path.name.endswith(".parquet") and path.name not in known
            if os.path.lexists(path) and (stray or path.is_dir()):
                parts.set_aside(path)
        for path in parts.unfinished(self.folder, self.manifest):
            path.unlink()
        if tables.SCENARIO in found:
            self.manifest["parts"][tables.SCENARIO] = self._write_scenario()

    def _run_block(self, number: int, first: int, count: int, results: Iterator[Part]) -> None:
        with Block(self.experiment, self.points, self.folder, number) as block:
            for _, size in cut(first, count, ROWS):
                taken: list[Part] = []
                while size:
                    part = next(results)
                    taken.append(part)
                    size -= len(part.failed)
                    self.done += len(part.failed)
                    self.failures += int((part.failed != 0).sum())
                    self.market_seconds += part.seconds
                    self.note("running")
                    self._tell()
                block.write(taken)
            self.manifest["parts"] |= block.finish()
        self.note("running", force=True)

    def _tell(self) -> None:
        if self.watch is not None and self.watch(self.progress()) is False and self.done < self.experiment.runs:
            raise Stopped(f"{self.folder}: stopped after {self.done} of {self.experiment.runs} runs; {KEPT}")


def now() -> str:
    """This moment, in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")
