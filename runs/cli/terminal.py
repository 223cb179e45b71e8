"""What all commands share: options, a progress bar, JSON."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from runs.words import duration


def whole_number(text: str) -> int:
    """A whole number from 0, or one sentence."""
    return _number(text, 0)


def counting_number(text: str) -> int:
    """A whole number from 1, or one sentence."""
    return _number(text, 1)


def port_number(text: str) -> int:
    """A port of this machine, or one sentence."""
    return _number(text, 1, 65535)


def _number(text: str, low: int, high: int | None = None) -> int:
    try:
        number = int(text)
    except ValueError:
        number = -1
    if number < low or (high is not None and number > high):
        allowed = f"a whole number from {low}" + (f" to {high}" if high is not None else "")
        raise typer.BadParameter(f"found {text!r}; allowed: {allowed}")
    return number


def seconds(text: str) -> float:
    """A time in seconds, or one sentence."""
    try:
        time = float(text)
    except ValueError:
        time = 0.0
    if not 0.0 < time < 1e9:
        raise typer.BadParameter(f"found {text!r}; allowed: seconds, above 0")
    return time


AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object for other programs.")]


class Progress:
    """Progress with the time left, on standard error: a bar if that is a terminal, else a line now and then.

    Call it with (done, total), counted in ``unit``, or give it ``note`` to say more than that; it never cancels, Ctrl-C
    does.
    """

    EVERY = 30.0
    """Seconds between two lines."""

    def __init__(self, total: int, text: str = "Running", unit: str = "runs"):
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        console = Console(stderr=True)
        self.bar = Bar(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[note]}"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self.task = self.bar.add_task(text, total=total, note="")
        self.text, self.unit = text, unit
        self.shown = time.monotonic()

    def __enter__(self) -> Progress:
        self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.stop()

    def __call__(self, done: int, total: int, note: str = "", left: float | None = None) -> bool:
        self.bar.update(self.task, completed=done, total=total, note=note)
        if self.bar.disable and time.monotonic() - self.shown > self.EVERY:
            self.shown = time.monotonic()
            ahead = "" if left is None else f"{duration(left)} left"
            told = ", ".join(filter(None, [f"{done:,} of {total:,} {self.unit}", note, ahead]))
            print(f"{self.text}: {told}", file=sys.stderr, flush=True)
        return True


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]], left: Sequence[str] = ("",)) -> None:
    """Rows in columns as wide as they need to be; columns whose heading is in ``left`` begin at the left."""
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    for row in (headings, *rows):
        cells = [
            cell.ljust(width) if heading in left else cell.rjust(width)
            for cell, width, heading in zip(row, widths, headings, strict=True)
        ]
        print("  ".join(cells).rstrip())


def print_json(found: Any) -> None:
    """One JSON object on standard output; what is not finite is said as :func:`runs.folder.manifest.finite` says it."""
    from runs.folder.manifest import finite

    print(json.dumps(finite(found), indent=2, allow_nan=False))
