"""Long work of a tab: one piece at a time for each session, in the background, with progress and cancel."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import solara
import solara.lab

from dashboard.state.session import Status, patience
from market import BadInput
from market.gears.simulate import Cancelled
from runs.words import duration

Wanted = TypeVar("Wanted")
Result = TypeVar("Result")
Progress = Callable[[int, int], Any]

SURE = 1.0
"""Seconds after which the pace so far says something about the time left."""


class Job(Generic[Wanted, Result]):
    """Work that a button starts; the result before stays on the screen until the next one is there.

    ``work(wanted, progress)`` does it and raises Cancelled where ``progress(done, total)`` returns False. Like the
    reactive variables of :mod:`dashboard.state.session`, what it holds belongs to the session that looks.
    """

    def __init__(self, work: Callable[[Wanted, Progress], Result]):
        self._work = work
        self.status = solara.reactive(Status("idle"))
        self.result: solara.Reactive[Result | None] = solara.reactive(None)
        self.task = solara.lab.task(self._run, prefer_threaded=True)

    def start(self, wanted: Wanted) -> None:
        """Begin; work that is under way is dropped."""
        self.status.value = Status("waiting")
        self.task(wanted)

    def cancel(self) -> None:
        """Stop; the result before stays."""
        self.task.cancel()
        self.status.value = Status("cancelled")

    def _run(self, wanted: Wanted) -> None:
        began = time.perf_counter()

        def progress(done: int, total: int) -> bool:
            if done:  # before the first run the rules may have to be compiled, which ``patience`` tells
                self._report(Status("running", done, total, left(time.perf_counter() - began, done, total)))
            return self.task.is_current()

        try:
            with patience(self.status):
                result = self._work(wanted, progress)
        except Cancelled:
            return
        except BadInput as error:
            self._report(Status("failed", sentence=str(error)))
            return
        except Exception as error:
            self._report(Status("failed", sentence=f"The runs could not be computed: {type(error).__name__}: {error}"))
            raise
        if self.task.is_current():
            self.result.value = result
            self._report(Status("done"))

    def _report(self, now: Status) -> None:
        if self.task.is_current():
            self.status.value = now


def left(seconds: float, done: int, total: int) -> str:
    """The time left in words, nothing while it is anybody's guess."""
    return f"{duration(seconds / done * (total - done))} left" if seconds > SURE and done < total else ""
