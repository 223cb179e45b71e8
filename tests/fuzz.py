"""Files and values that nobody would write: ``python -m tests.fuzz [CASES] [SEED]``.

Each case is a shipped scenario, design or question, or a value of ``--set``, with some of it changed at random. It may
be accepted, or refused in one sentence of less than MOST characters; anything else is printed with the number of the
case, which repeats it: a traceback, a case that takes longer than LONGEST, a sentence with a control character in it.
"""

from __future__ import annotations

import contextlib
import copy
import io
import math
import os
import random
import signal
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock

import tomli_w

from market import BadInput
from market.scenario import scenario, toml
from runs.cli import main as cli
from runs.designs import design
from runs.questions import question

MOST = 300
LONGEST = 60
"""Seconds."""

WORDS = [
    "", "x", "never", "9999Q4", "0000Q1", "2024Q5", "2024Q2", "\x1b[31m", "[/x]", "[bold]", "a\nb", "ä" * 300,
    "x" * 5000, "..", "/", "*", "buyers.*", "nan", "%s", "{}", "\u202e", "reference", "xAI", "peak hhi",
    "mean backlog of all but xAI",
]  # fmt: skip
NUMBERS = [0, 1, -1, 2, 40, 41, 10**9, 2**63, -(2**63) - 1, 10**300, 0.0, -0.0, 0.5, 1e-300, 1e300, 1e308]
LEAVES: list[Any] = [*WORDS, *NUMBERS, math.inf, -math.inf, math.nan, True, False, date(2024, 1, 1)]
BRACKETS = ["[" * 2000, "{a=" * 1500, "9" * 5000, "0x" + "f" * 5000, '"\\u0000"', "'''\n'''", "1979-05-27T07:32:00Z"]
"""Text that is put in place of a value."""


def thing(pick: random.Random, depth: int = 0) -> Any:
    """Any value that TOML can hold."""
    kind = pick.random()
    if depth > 3 or kind < 0.7:
        return pick.choice(LEAVES)
    if kind < 0.85:
        return [thing(pick, depth + 1) for _ in range(pick.randrange(4))]
    return {pick.choice([*WORDS, "series", "low", "high"]): thing(pick, depth + 1) for _ in range(pick.randrange(4))}


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every table or list of a file with each key or number in it."""
    for key, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
        yield value, key
        if isinstance(inner, dict | list):
            yield from places(inner)


def changed(raw: dict[str, Any], pick: random.Random) -> dict[str, Any]:
    """The content of a file with one to three things changed."""
    raw = copy.deepcopy(raw)
    for _ in range(pick.choice([1, 1, 1, 2, 3])):
        known = list(places(raw))
        if not known:
            break
        owner, key = pick.choice(known)
        match pick.choice(["value", "value", "value", "gone", "name", "swap", "more", "move"]):
            case "value":
                owner[key] = thing(pick)
            case "gone":
                del owner[key]
            case "name" if isinstance(owner, dict):
                owner[pick.choice([*WORDS, str(key)[:-1] or "x"])] = owner.pop(key)
            case "swap":
                other, name = pick.choice(known)
                owner[key] = copy.deepcopy(other[name])
            case "more" if isinstance(owner, dict):
                owner[pick.choice([*WORDS, "extends", "events", "series", "class", "groups"])] = thing(pick)
            case _:
                raw[str(key)] = copy.deepcopy(owner[key])
    return raw


def text_of(raw: dict[str, Any], pick: random.Random) -> bytes:
    """A file of it, some of them torn."""
    text = tomli_w.dumps(raw)
    chance = pick.random()
    if chance < 0.06:
        lines = text.splitlines()
        at = pick.randrange(len(lines)) if lines else 0
        lines[at : at + 1] = [lines[at].partition("=")[0] + "= " + pick.choice(BRACKETS)] if lines else []
        text = "\n".join(lines)
    held = bytearray(text.encode("utf-8", "surrogatepass"))
    if 0.06 <= chance < 0.12 and held:
        held[pick.randrange(len(held))] ^= 1 << pick.randrange(8)
    if 0.12 <= chance < 0.14:
        del held[pick.randrange(len(held) + 1) :]
    return bytes(held)


Door = Callable[[Path], object]


def typed(*words: str) -> None:
    """A command line as its user types it; what it complains of is raised."""
    out, err = io.StringIO(), io.StringIO()
    with (
        mock.patch.object(sys, "argv", ["gpumarket", *words]),
        mock.patch.object(cli, "unforeseen", _raised),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            cli.main()
        except SystemExit as ended:
            if ended.code:
                raise Complaint(err.getvalue().removesuffix("\n")) from None


class Complaint(Exception):
    """What a command line printed before it ended with another status than 0."""


def _raised(error: Exception) -> int:
    raise error


FILES: dict[str, tuple[Callable[[], dict[str, Path]], Door]] = {
    "scenario": (scenario.shipped, lambda path: typed("scenarios", "check", str(path))),
    "design": (design.shipped, lambda path: design.Design.load(path).experiment),
    "question": (question.shipped, question.Question.load),
}


def case(number: int, seed: int, folder: Path) -> str:
    """What became of one case: ``accepted``, ``refused``, ``no file`` or what is wrong."""
    pick = random.Random(f"{seed} {number}")
    kind = pick.choice([*FILES, "set"])
    if kind == "set":
        return judged(lambda: typed("scenarios", "show", *setting(pick)))
    known, door = FILES[kind]
    chosen = pick.choice(list(known().values()))
    try:
        held = text_of(changed(toml.read(chosen, chosen.name), pick), pick)
    except (ValueError, TypeError):  # nothing that a TOML file can hold
        return "no file"
    path = folder / "mine.toml"
    path.write_bytes(held)
    return judged(lambda: door(path))


def setting(pick: random.Random) -> list[str]:
    """A scenario and a value of one of its fields."""
    name = pick.choice(list(scenario.shipped()))
    base = scenario.Scenario.load(name).to_dict()
    paths = [f"{table}.{field}" for table in ("market", "supplier") for field in base[table]]
    for table in ("buyers", "products"):
        paths += [f"{table}.{entry}.{field}" for entry, row in base[table].items() for field in row]
    path = pick.choice([*paths, *paths, *WORDS, "start", "horizon", "seed", "name"])
    value = pick.choice(
        [*map(str, LEAVES[:-6]), *BRACKETS, "[1.0, nan]", "{ series = 'x' }", "{ series = 1 }", "[[1]]"]
    )
    return [name, "--set", f"{path}={value}"]


def judged(door: Callable[[], object]) -> str:
    """How a door takes what is brought to it."""
    try:
        with limited():
            door()
    except (BadInput, Complaint) as error:
        sentence = str(error).removeprefix("gpumarket: ")
        if len(sentence) > MOST:
            return f"a sentence of {len(sentence)} characters: {sentence[:600]}"
        if any(not mark.isprintable() for mark in sentence):
            return f"a sentence with control characters: {sentence!r}"
        return "refused"
    except TimeoutError:
        return "a case that takes too long"
    except BaseException:
        return traceback.format_exc()
    return "accepted"


@contextlib.contextmanager
def limited() -> Iterator[None]:
    """Raises TimeoutError in what takes longer than LONGEST."""

    def late(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(LONGEST)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def campaign(cases: range, seed: int) -> tuple[Counter[str], dict[int, str]]:
    """How many cases were accepted and refused, and what is wrong by the number of the case."""
    counts: Counter[str] = Counter()
    wrong = {}
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            for number in cases:
                became = case(number, seed, Path("."))
                if became not in ("accepted", "refused", "no file"):
                    wrong[number] = became
                    became = "wrong"
                counts[became] += 1
        finally:
            os.chdir(before)
    return counts, wrong


def main() -> None:
    """Print what is wrong, and a line of counts."""
    cases, seed = [*map(int, sys.argv[1:]), 10_000, 1][:2] if len(sys.argv) != 2 else (int(sys.argv[1]), 1)
    counts, wrong = campaign(range(cases), seed)
    for number, became in wrong.items():
        print(f"case {number} of seed {seed}: {became}\n")
    print(f"{cases:,} cases: " + ", ".join(f"{count:,} {became}" for became, count in sorted(counts.items())))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
