"""Random designs, random faults, random engines: ``python -m tests.campaign [FAULTS | MINUTESm [SEED [SLOW]]]``.

A batch is begun, disturbed and resumed again and again: killed, out of disk, its workers or its scheduler killed, its
clock turned, its files damaged between two resumes. SLOW is the share of faults that start processes of their own.
After each fault what is finished must be as an undisturbed batch has it, or be noticed as damaged; in the end all
bytes must be. The last line says what was lost and what was believed.

Each attempt is a process forked from one that has everything loaded, so that faults fall into the batch.
"""

from __future__ import annotations

import contextlib
import errno
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from runs.designs.design import Design
from runs.engine.engine import Engine
from runs.folder import batch, manifest, parts, results
from tests.runs.batches import content, design

ROWS = 20
"""Runs of a block here."""

FAULTS_OF_ONE = 12
"""Of one design."""

SPACE = {
    "supplier.capacity_delay": {"low": 3.0, "high": 6.0},
    "supplier.final_share": {"distribution": "normal", "mean": 0.6, "sd": 0.3},
}
"""Some points are no scenario: their runs fail."""


def drawn(pick: random.Random) -> Design:
    """A small design."""
    points = pick.randrange(20, 80)
    return design(
        points, pick.randrange(1, 5), "reference", uncertainties=SPACE, draws=pick.choice(["shared", "own"]),
        sampling={"method": "latin_hypercube", "points": points, "seed": pick.randrange(1000)},
        detail=pick.choice(["outcomes", "market", "series"]),
    )  # fmt: skip


def engine(pick: random.Random) -> Engine:
    """Threads that share the work in any way."""
    return Engine(threads=pick.randrange(1, 4), chunk=pick.choice([1, 3, 7, 20, 250]))


# --- what is done to a batch at work ------------------------------------------------------------------------------

Disturbance = Callable[[random.Random, float], Engine]
"""Arranges a fault in a process that is about to run a batch, which takes so many seconds."""


def killed(pick: random.Random, seconds: float) -> Engine:
    """SIGKILL at a random moment."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    moment = max(0.002, pick.random() * seconds)
    threading.Thread(target=_kill, args=(os.getpid(), moment), daemon=True).start()
    return engine(pick)


def _kill(pid: int, moment: float) -> None:
    time.sleep(moment)
    os.kill(pid, signal.SIGKILL)


def full(pick: random.Random, _: float) -> Engine:
    """A disk that is full from a random moment on."""
    left, sync = pick.randrange(12), os.fsync

    def refuse(file: int) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        sync(file)

    os.fsync = refuse
    return engine(pick)


def turned(pick: random.Random, _: float) -> Engine:
    """A clock that jumps to any time, and a watch that stops the batch."""
    jump = random.Random(pick.random())
    batch.now = lambda: datetime.fromtimestamp(jump.randrange(2**31), UTC).isoformat(timespec="seconds")
    return engine(pick)


def worker(pick: random.Random, _: float) -> Engine:
    """A worker process that is killed at its work."""

    def shoot() -> None:
        while not multiprocessing.active_children():
            time.sleep(0.01)
        time.sleep(pick.random() * 4.0)
        for child in multiprocessing.active_children():
            child.kill()

    threading.Thread(target=shoot, daemon=True).start()
    return Engine(workers=1, chunk=3)


def scheduler(pick: random.Random, _: float) -> Engine:
    """A cluster whose scheduler is killed."""
    from distributed import Client

    where = tempfile.mkdtemp()
    address = f"{where}/address.json"
    words = {
        "scheduler": ["--port", "0", "--host", "127.0.0.1", "--no-dashboard"],
        "worker": ["--nthreads", "1", "--no-dashboard"],
    }
    for name, more in words.items():
        call = [sys.executable, "-m", "distributed.cli.dask_" + name, "--scheduler-file", address, *more]
        pid = os.posix_spawn(
            sys.executable, call, os.environ,
            file_actions=[(os.POSIX_SPAWN_OPEN, n, os.devnull, os.O_WRONLY, 0) for n in (1, 2)],
        )  # fmt: skip
        CHILDREN.append(pid)
    with Client(scheduler_file=address, timeout="120s", set_as_default=False) as client:
        client.wait_for_workers(1, timeout=120)
        found = client.scheduler.address

    tell = batch.now

    def shoot() -> str:
        """The batch has begun: soon there is no scheduler any more."""
        batch.now = tell
        threading.Thread(target=_kill, args=(CHILDREN[0], pick.random()), daemon=True).start()
        return tell()

    batch.now = shoot
    return Engine(cluster=found, chunk=1)


CHILDREN: list[int] = []
"""Processes of a cluster, in the process that started it."""

QUICK: dict[str, Disturbance] = {"kill": killed, "full disk": full, "clock jump": turned}
SLOW: dict[str, Disturbance] = {"lost worker": worker, "lost scheduler": scheduler}
"""These start processes of their own, some seconds each."""


# --- what is done to a batch at rest ------------------------------------------------------------------------------


def damaged(pick: random.Random, folder: Path) -> bool:
    """Do some harm to a file; whether its bytes are others now."""
    told = [folder / name for name in sorted(manifest.read(folder)["parts"])]
    path = pick.choice([*told, folder / manifest.MANIFEST, folder / manifest.COPY])
    held = bytearray(path.read_bytes())
    before = bytes(held)
    match pick.choice(["bit", "bit", "bit", "cut", "gone", "swap", "folder"]):
        case "bit" if held:
            held[pick.randrange(len(held))] ^= 1 << pick.randrange(8)
            path.write_bytes(held)
        case "cut":
            path.write_bytes(held[: pick.randrange(len(held) + 1)])
        case "swap" if path in told:
            other = pick.choice(told)
            path.write_bytes(other.read_bytes())
            other.write_bytes(before)
        case "folder":
            path.unlink()
            path.mkdir()
        case _:
            path.unlink()
    return not path.is_file() or path.read_bytes() != before


# --- the campaign -------------------------------------------------------------------------------------------------


def attempt(asked: Design, folder: Path, made: Callable[[], Engine]) -> None:
    """Run or resume the batch in a process of its own, and wait for its end."""
    child = os.fork()
    if child == 0:
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 2)
        os.dup2(silent, 1)
        try:
            batch.run(asked.experiment, folder, made(), resume=True, facts={"design": asked.recorded})
        except BaseException:  # what became of it is read from the folder
            pass
        finally:
            for pid in CHILDREN:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
            os._exit(0)
    os.waitpid(child, 0)


class Campaign:
    """Faults done so far, bytes of finished blocks that were lost, and damage that was believed."""

    def __init__(self, seed: int, room: Path, slow: float):
        self.pick, self.room, self.slow = random.Random(seed), room, slow
        self.faults: Counter[str] = Counter()
        self.lost = 0
        self.believed = 0

    def design(self, most: int) -> None:
        """One design: undisturbed, then through so many faults at most, then to its end."""
        pick, asked = self.pick, drawn(self.pick)
        whole, folder = self.room / "whole", self.room / "disturbed"
        began = time.monotonic()
        batch.run(asked.experiment, whole)
        seconds = time.monotonic() - began
        expected = content(whole)
        for _ in range(min(most, FAULTS_OF_ONE)):
            if pick.random() < 0.45 and self.whole(folder, expected):
                self.rest(folder)
            else:
                kinds = SLOW if pick.random() < self.slow else QUICK
                kind = pick.choice(list(kinds))
                own = random.Random(pick.random())
                attempt(asked, folder, lambda kind=kind, own=own: {**QUICK, **SLOW}[kind](own, seconds))
                self.faults[kind] += 1
            self.whole(folder, expected)
        attempt(asked, folder, Engine)
        found = content(folder)
        if found != expected:
            self.lost += sum(len(held) for name, held in expected.items() if found.get(name) != held)
        results.whole(folder)
        shutil.rmtree(whole)
        shutil.rmtree(folder)

    def rest(self, folder: Path) -> None:
        """Damage it; every command that reads it must notice."""
        if damaged(self.pick, folder):
            self.faults["damage"] += 1
            with contextlib.suppress(manifest.Damaged):
                results.whole(folder)
                self.believed += 1

    def whole(self, folder: Path, expected: dict[str, bytes]) -> bool:
        """Whether a folder says that it is; what is finished in it must be what an undisturbed batch has."""
        try:
            told = results.whole(folder).manifest
        except (ValueError, OSError):
            return False
        for name in told["parts"]:
            if parts.place(name)[1] is not None and (folder / name).read_bytes() != expected[name]:
                self.believed += 1
        return True

    @property
    def line(self) -> str:
        """What is to be said of it."""
        count = sum(self.faults.values())
        kinds = ", ".join(f"{number:,} {kind}" for kind, number in sorted(self.faults.items()))
        return f"({kinds})\n{count:,} faults, {self.lost:,} bytes lost, {self.believed:,} believed"


def campaign(go_on: Callable[[int], int], seed: int, slow: float = 0.01) -> Campaign:
    """Designs and faults as long as ``go_on``, told how many there were, says how many more there may be."""
    rows, batch.ROWS = batch.ROWS, ROWS
    try:
        with tempfile.TemporaryDirectory() as room:
            made = Campaign(seed, Path(room), slow)
            while (most := go_on(sum(made.faults.values()))) > 0:
                made.design(most)
            return made
    finally:
        batch.ROWS = rows


def main() -> None:
    """Print the line."""
    given = sys.argv[1:]
    wanted, seed, slow = [*given, *["1000", "1", "0.01"][len(given) :]]
    if wanted.endswith("m"):  # designs are whole: it ends a little later
        end = time.monotonic() + 60.0 * float(wanted[:-1])
        found = campaign(lambda done: FAULTS_OF_ONE if time.monotonic() < end else 0, int(seed), float(slow))
    else:
        found = campaign(lambda done: int(wanted) - done, int(seed), float(slow))
    print(found.line)
    sys.exit(1 if found.lost or found.believed else 0)


if __name__ == "__main__":
    main()
