"""The code blocks of README and docs: what they hold, what they print, and the same written anew.

``console`` blocks are commands (``$ ...``) that are run, with what they print; ``sh`` blocks hold commands that take
long, write folders or need more than one machine, and are read by the parser of the command line alone. A ``python``
block is a program of its own; what it prints stands in the ``text`` block after it. A ``toml`` block with a name is
saved as NAME.toml, for the commands of its page. In what is shown a line ``...`` stands for any lines.

``python -m tests.documents`` writes today's outputs into the pages; ``make golden`` does so too.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import shlex
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import typer

from runs.cli import main as cli

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
EXAMPLES = ROOT / "examples"
BLOCK = re.compile(r"^```([a-z-]*|\{[a-z-]+\})(?: [^\n]*)?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PROGRAM = re.compile(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```$)?", re.DOTALL | re.MULTILINE)
CHECKER = doctest.OutputChecker()


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, where the text begins and ends in the page, its line."""

    language: str
    text: str
    start: int
    end: int
    line: int


@dataclass(frozen=True)
class Shown:
    """What a page shows a program or a command to print, and where."""

    page: Path
    line: int
    call: str
    text: str
    start: int
    end: int

    @property
    def name(self) -> str:
        return f"{self.page.stem}:{self.line}"


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(found[1], found[2], found.start(2), found.end(2), text.count("\n", 0, found.start()) + 1)
        for found in BLOCK.finditer(text)
    ]


def programs(page: Path) -> Iterator[Shown]:
    """The Python programs of a page; one that no ``text`` block follows is shown to print nothing."""
    text = page.read_text(encoding="utf-8")
    for found in PROGRAM.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        start, end = found.span(2) if found[2] else (found.end(), found.end())
        yield Shown(page, line, found[1], found[2] or "", start, end)


def commands(page: Path) -> Iterator[Shown]:
    """The commands of a page that are run."""
    for block in blocks(page):
        if block.language == "console":
            for found in re.finditer(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block.text, re.MULTILINE):
                line = block.line + 1 + block.text.count("\n", 0, found.start())
                yield Shown(page, line, found[1], found[2], block.start + found.start(2), block.start + found.end(2))


def shell_lines(page: Path) -> Iterator[tuple[int, list[str]]]:
    """The words of every shell command of a page, comments taken out, with its line."""
    for block in blocks(page):
        if block.language == "sh":
            whole = block.text.replace("\\\n", " ")
            for number, line in enumerate(whole.splitlines()):
                if words := shlex.split(line, comments=True):
                    yield block.line + 1 + number, words
        elif block.language == "console":
            for found in re.finditer(r"^\$ (.*)$", block.text, re.MULTILINE):
                yield block.line + 1, shlex.split(found[1], comments=True)


def save_files(page: Path, folder: Path) -> None:
    """Save the TOML blocks of a page under the names that they give themselves; the examples lie beside them."""
    (folder / EXAMPLES.name).symlink_to(EXAMPLES)
    for block in blocks(page):
        if block.language == "toml" and (name := tomllib.loads(block.text).get("name")):
            (folder / f"{name}.toml").write_text(block.text, encoding="utf-8")


def run_program(program: str, folder: Path) -> str:
    """What a Python program prints, warnings being errors.

    Raises:
        AssertionError: it ends with an error.
    """
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def run_command(command: str, folder: Path) -> str:
    """What a command of ours prints in a folder: the table that it answers with, or the sentence that refuses it."""
    program, *words = shlex.split(command, comments=True)
    assert program == "gpumarket", command
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.chdir(folder),
        mock.patch.object(sys, "argv", ["gpumarket", *words]),
        mock.patch.dict(os.environ, {"COLUMNS": "110"}),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        contextlib.suppress(SystemExit),
    ):
        cli.main()
    return out.getvalue() or err.getvalue()


def parse(words: list[str]) -> None:
    """Read a command line as ``gpumarket`` would, and run nothing.

    Raises:
        click.UsageError: it cannot be read.
    """
    command = typer.main.get_command(cli.app)
    context = command.make_context("gpumarket", list(words))
    while left := [*getattr(context, "protected_args", getattr(context, "_protected_args", [])), *context.args]:
        name, command, rest = context.command.resolve_command(context, left)
        context = command.make_context(name, rest, parent=context)
        if not hasattr(command, "resolve_command"):
            return


def same(shown: str, printed: str) -> bool:
    """Whether what is printed is what is shown."""
    return CHECKER.check_output(shown, printed, doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)


def write_anew(page: Path) -> None:
    """Put today's outputs in the place of those that a page shows and that are no longer true."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        save_files(page, folder)
        printed = [(shown, run_program(shown.call, folder)) for shown in programs(page) if shown.text]
        printed += [(shown, run_command(shown.call, folder)) for shown in commands(page)]
    text = page.read_text(encoding="utf-8")
    for shown, today in sorted(printed, key=lambda each: each[0].start, reverse=True):
        if not same(shown.text, today):
            today = as_shown(shown.text, re.sub(r" +$", "", today, flags=re.MULTILINE))
            text = text[: shown.start] + today + text[shown.end :]
    page.write_text(text, encoding="utf-8")


def as_shown(shown: str, printed: str) -> str:
    """What is printed, with the lines left out that a page leaves out.

    Passages between lines of dots keep their numbers of lines, and those in the middle what their first line begins
    with.
    """
    passages, lines = (
        [part.splitlines() for part in re.split(r"^\.\.\.\n", shown, flags=re.MULTILINE)],
        printed.splitlines(),
    )
    if len(passages) == 1:
        return printed
    kept, at = [lines[: len(passages[0])]], len(passages[0])
    for passage in passages[1:-1]:
        begins = passage[0].partition("  ")[0]
        at = next(k for k in range(at, len(lines)) if lines[k].startswith(begins))
        kept.append(lines[at : at + len(passage)])
        at += len(passage)
    kept.append(lines[len(lines) - len(passages[-1]) :])
    return "...\n".join("".join(f"{line}\n" for line in part) for part in kept)


if __name__ == "__main__":
    for one in sys.argv[1:] or PAGES:
        write_anew(Path(one))
