"""Whether tests notice a fault in a rule: ``python -m tests.mutants [COUNT [SEED [NUMBER,NUMBER,...]]]``.

COUNT faults, one at a time, drawn from all that tests.mutations can make in the rules of the agents and of the market;
of these, the ones with the given numbers. Golden values do not count: the tests are those of FOLDERS. Rules run in
Python throughout; where a test asks the ensemble, its runs are stepped live (tests.stepped), which parity ties it to.

First every test runs once, alone, for the lines it reaches and the time it takes (kept in build/mutants, by file).
Then each mutant meets the tests that reach its lines, the quickest first, and after them the others of the same files,
up to MOST seconds in all; it is killed by the first that fails or takes PATIENCE times its time. The last lines list
the survivors.

Why not cosmic-ray (8.7, MIT, alive) or mutmut: of the replacements that cosmic-ray knows for an operator most raise a
TypeError between floats (``&``, ``<<``) and would count as killed; it marks decorators, annotations and declared
fields, leaves no statement out, and runs one command for every mutant, whatever the lines that tests reach.
"""

from __future__ import annotations

import compileall
import hashlib
import json
import math
import multiprocessing
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.mutations import Mutant, mutants_of

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "build" / "mutants"
FOLDERS = ("agents", "market", "literature", "properties")
PACKAGES = ("agents", "market", "runs", "tests")
RULES = (
    "agents/rules/*.py", "agents/buying/*.py", "agents/classes/*.py", "agents/supplier.py", "agents/bargainer.py",
    "agents/buyer.py", "market/mechanisms/*.py", "market/quarter.py", "market/measures.py", "market/product.py",
)  # fmt: skip
LEFT_OUT = ("test_beside.py", "test_code_cache.py", "test_code_digest.py")
"""They compile, or know rules by their digest, and say nothing of what rules do."""

AT_ONCE = 2
LONGEST = 40.0
"""Seconds; a test that takes longer, stepped live and counted, is left out, and its likes."""
MOST = 10.0
"""Seconds of tests, unmutated, that a mutant meets."""
PATIENCE = 5.0
GRACE = 10.0
"""Seconds beside."""
KILLED, TIMED_OUT = 1, 124
QUIETLY = ("-q", "--no-header", "--assert=plain", "-p", "no:cacheprovider", "-p", "no:xdist")

Reached = dict[str, tuple[float, dict[str, list[int]]]]
"""Of each test, by its node, the seconds and the lines of each file."""


def main(count: int = 300, seed: int = 1, numbers: str = "") -> None:
    """Draw, try and tell."""
    _load_others()
    drawn = random.Random(seed).sample(mutants_of(ROOT, _rules()), count)
    wanted = [int(number) for number in numbers.split(",")] if numbers else range(count)
    with tempfile.TemporaryDirectory() as place, ThreadPoolExecutor(AT_ONCE) as pool:
        copies = [_copy(Path(place) / str(n)) for n in range(AT_ONCE)]
        free = list(copies)
        reached = _reach(pool, free)
        tasks = [(n, pool.submit(_try, drawn[n], _chosen(drawn[n], reached), free)) for n in wanted]
        alive = []
        for n, task in tasks:
            killer, seconds = task.result()
            told = drawn[n].told((ROOT / drawn[n].path).read_bytes())
            print(f"{n:4} {seconds:6.1f} s  {told}\n             {killer or 'ALIVE'}", flush=True)
            if not killer:
                alive.append(f"{n:4}  {told}")
    print("\n".join(["", *alive]))
    print(f"{len(wanted)} mutants, {len(wanted) - len(alive)} killed ({1.0 - len(alive) / len(wanted):.1%})")


def _rules() -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for pattern in RULES for path in ROOT.glob(pattern))


def _load_others() -> None:
    """Load what is not ours, once for all the processes that are forked from this one."""
    import coverage  # noqa: F401
    import hypothesis  # noqa: F401
    import mesa  # noqa: F401
    import numba  # noqa: F401
    import pandas  # noqa: F401
    import pydantic  # noqa: F401
    import pytest  # noqa: F401
    import scipy.stats  # noqa: F401
    import sklearn.ensemble  # noqa: F401
    import xarray  # noqa: F401


def _copy(place: Path) -> Path:
    """A copy of what is ours, with links to the rest."""
    place.mkdir()
    for path in ROOT.iterdir():
        if path.name in PACKAGES:
            shutil.copytree(path, place / path.name, ignore=shutil.ignore_patterns("__pycache__", ".axe", "public"))
        elif path.name not in (".git", "build", ".hypothesis", ".pytest_cache"):
            (place / path.name).symlink_to(path)
    compileall.compile_dir(place / "tests", quiet=1)
    compileall.compile_dir(place / "runs", quiet=1)
    return place


# --- which test reaches what --------------------------------------------------------------------------------------


def _reach(pool: ThreadPoolExecutor, free: list[Path]) -> Reached:
    """What every test reaches, from KEPT where neither its file nor the packages have changed."""
    KEPT.mkdir(parents=True, exist_ok=True)
    files = [
        path for folder in FOLDERS for path in sorted((ROOT / "tests" / folder).glob("test_*.py"))
        if path.name not in LEFT_OUT
    ]  # fmt: skip
    ours = [path for name in ("agents", "market") for path in sorted((ROOT / name).rglob("*.py"))]
    common = hashlib.sha256(b"".join(path.read_bytes() for path in ours)).digest()
    reached: Reached = {}

    def of(path: Path) -> Reached:
        digest = hashlib.sha256(common + path.read_bytes()).hexdigest()[:16]
        kept = KEPT / f"{path.stem}-{digest}.json"
        if not kept.exists():
            copy = free.pop()
            found = str(path.relative_to(ROOT))
            began = time.monotonic()
            half = copy / "half.json"
            while _fork(copy, _measure, found, str(half)) == TIMED_OUT:
                pass
            shutil.move(half, kept)
            print(f"{found}: {time.monotonic() - began:.0f} s", flush=True)
            free.append(copy)
        return {node: tuple(of) for node, of in json.loads(kept.read_text()).items()}

    for found in pool.map(of, files):
        reached |= found
    return reached


def _measure(file: str, kept: str) -> int:
    """Run the tests of a file under coverage, those that are known already aside; the exit status."""
    import coverage
    import pytest

    cover = coverage.Coverage(data_file=None, include=["*/agents/*", "*/market/*"], config_file=False)
    cover.start()
    from tests import stepped

    stepped.use()
    plugin = _Measuring(cover, Path(kept))
    pytest.main([*QUIETLY, file], plugins=[plugin])
    plugin.save()
    return 0


class _Measuring:
    """Notes what passes, how long it takes, and which lines it reaches."""

    def __init__(self, cover: Any, path: Path):
        self.cover = cover
        self.path = path
        self.known: Reached = json.loads(path.read_text()) if path.exists() else {}
        self.seconds: dict[str, float] = {}

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        late = {node.split("[")[0] for node, (seconds, _) in self.known.items() if seconds > LONGEST}
        items[:] = [item for item in items if item.nodeid not in self.known and item.nodeid.split("[")[0] not in late]

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        def late(*_: object) -> None:
            self.seconds[nodeid] = math.inf
            self.save()
            os._exit(TIMED_OUT)

        self.cover.switch_context(nodeid)
        self.began = time.monotonic()
        _alarm(LONGEST, late)

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.when == "call" and report.passed:
            self.seconds[report.nodeid] = time.monotonic() - self.began

    def pytest_runtest_logfinish(self) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0.0)

    def save(self) -> None:
        """Write down what is known."""
        self.cover.stop()
        data = self.cover.get_data()
        rules = {str(Path.cwd() / path): path for path in _rules()}
        lines: dict[str, dict[str, list[int]]] = {node: {} for node in self.seconds}
        for path in data.measured_files() & rules.keys():
            for line, nodes in data.contexts_by_lineno(path).items():
                for node in lines.keys() & nodes:
                    lines[node].setdefault(rules[path], []).append(line)
        found = {node: (seconds, lines[node]) for node, seconds in self.seconds.items()}
        self.path.write_text(json.dumps(self.known | found))


def _chosen(mutant: Mutant, reached: Reached) -> dict[str, float]:
    """The tests a mutant meets, in order, with their seconds."""
    constant = mutant.lines.start in _constants(mutant.path)
    hits = {
        node
        for node, (_, lines) in reached.items()
        if mutant.path in lines and (constant or not set(mutant.lines).isdisjoint(lines[mutant.path]))
    }
    files = {node.split("::")[0] for node in hits}
    beside = [node for node in reached if node not in hits and node.split("::")[0] in files]
    chosen: dict[str, float] = {}
    for nodes in (hits, beside):
        for node in sorted(nodes, key=lambda node: (reached[node][0], node)):
            if sum(chosen.values()) + reached[node][0] <= MOST:
                chosen[node] = reached[node][0]
    return chosen


def _constants(path: str) -> set[int]:
    """The lines of a file that do not belong to a function."""
    return {
        n
        for n, line in enumerate((ROOT / path).read_text(encoding="utf-8").splitlines(), 1)
        if line[:1].isupper() and "=" in line
    }


# --- one mutant ---------------------------------------------------------------------------------------------------


def _try(mutant: Mutant, chosen: dict[str, float], free: list[Path]) -> tuple[str, float]:
    """The test that kills a mutant, empty if none does, and the seconds it took."""
    copy = free.pop()
    target = copy / mutant.path
    source = target.read_bytes()
    said = copy / "killer"
    said.unlink(missing_ok=True)
    began = time.monotonic()
    try:
        target.write_bytes(mutant.of(source))
        code = _fork(copy, _meet, list(chosen.items()), str(said)) if chosen else 0
    finally:
        target.write_bytes(source)
        free.append(copy)
    if code == 0:
        return "", time.monotonic() - began
    killer = said.read_text() if said.exists() else f"exit {code}"
    return killer + (" (time)" if code == TIMED_OUT else ""), time.monotonic() - began


def _meet(chosen: list[tuple[str, float]], said: str) -> int:
    """Run tests until one fails; the exit status."""
    import pytest

    from tests import stepped

    stepped.use()
    plugin = _Meeting(dict(chosen), Path(said))
    nodes = sorted({node.split("::")[0] for node, _ in chosen})
    status = pytest.main(["-x", *QUIETLY, *nodes],
                         plugins=[plugin])  # fmt: skip
    if status and not plugin.path.exists():
        plugin.path.write_text("it could not be loaded")
    return KILLED if status else 0


class _Meeting:
    """Keeps to the tests that were chosen, in their order, and to their time."""

    def __init__(self, seconds: dict[str, float], path: Path):
        self.seconds = seconds
        self.path = path
        self.rank = {node: n for n, node in enumerate(seconds)}

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        items[:] = sorted((item for item in items if item.nodeid in self.rank), key=lambda item: self.rank[item.nodeid])

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        def late(*_: object) -> None:
            self.path.write_text(nodeid)
            os._exit(TIMED_OUT)

        _alarm(GRACE + PATIENCE * self.seconds[nodeid], late)

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed and not self.path.exists():
            self.path.write_text(report.nodeid)

    def pytest_runtest_logfinish(self) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0.0)


def _alarm(seconds: float, then: Any) -> None:
    signal.signal(signal.SIGALRM, then)
    signal.setitimer(signal.ITIMER_REAL, seconds)


def _fork(copy: Path, work: Any, *arguments: Any) -> int:
    """Do some work in a process forked from this one, with the packages of a copy; its exit status."""
    process = multiprocessing.get_context("fork").Process(target=_inside, args=(copy, work, arguments))
    process.start()
    process.join()
    return process.exitcode or 0


def _inside(copy: Path, work: Any, arguments: tuple[Any, ...]) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
    log = os.open(copy / "log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    sys.dont_write_bytecode = True
    os.environ["GPUMARKET_CACHE"] = str(copy / "cache")
    os.chdir(copy)
    sys.path[:] = [str(copy), *(entry for entry in sys.path if entry not in ("", str(ROOT)))]
    for name in [name for name in sys.modules if name.split(".")[0] in PACKAGES]:
        del sys.modules[name]
    from hypothesis import Phase, settings

    settings.register_profile("mutants", phases=[Phase.explicit, Phase.generate], database=None)
    settings.load_profile("mutants")
    os._exit(work(*arguments) or 0)


def _arguments(words: list[str]) -> Iterator[Any]:
    yield from (int(word) for word in words[:2])
    yield from words[2:3]


if __name__ == "__main__":
    main(*_arguments(sys.argv[1:]))
