"""Long work: one piece at a time for each session, in the background, with progress and cancel."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import solara
import solara.lab
from solara.server.kernel_context import has_current_context

from dashboard.state.rules import compiling
from dashboard.state.together import together
from market import BadInput, Scenario
from market.gears.simulate import Cancelled
from runs.words import duration

Wanted = TypeVar("Wanted")
Result = TypeVar("Result")
Progress = Callable[[int, int], Any]

SURE = 1.0
"""Seconds after which the pace so far says something about the time left."""
SOON, EVERY = 0.3, 0.2
"""Seconds within which nobody wants to hear how far it is, and between two times that it is told: a page is rendered
for each."""


@dataclass(frozen=True)
class Status:
    """What work is at: idle (never asked for), waiting, stepping, compiling, running, done, cancelled or failed.

    ``sentence`` is the time left while it runs, the time it has taken while rules are compiled, or why it failed.
    """

    phase: str = "idle"
    done: int = 0
    total: int = 0
    sentence: str = ""

    @property
    def busy(self) -> bool:
        return self.phase in ("waiting", "stepping", "compiling", "running")


def base_of(wanted: Any) -> Scenario:
    """The scenario whose rules are needed for what is wanted of a setting."""
    return wanted.setting.base


class Job(Generic[Wanted, Result]):
    """Work that runs in the background; the result before stays on the screen until the next one is there.

    What it holds belongs to the session that looks, like the reactive variables of :mod:`dashboard.state.session`.

    Args:
        work: does it; ``work(wanted, progress)`` gives one result after the other, each better than the one before,
            and raises Cancelled where ``progress(done, total)`` returns False.
        meanwhile: what can be had at once, with fewer runs, while the rules are still being compiled.
        base: the scenario whose rules are needed.
        whole: whether a result is the last one.
    """

    def __init__(
        self,
        work: Callable[[Wanted, Progress], Iterator[Result]],
        meanwhile: Callable[[Wanted, Progress], Result] | None = None,
        base: Callable[[Wanted], Scenario] = base_of,
        whole: Callable[[Result], bool] = lambda result: True,
    ):
        self._work, self._meanwhile, self._base, self._is_whole = work, meanwhile, base, whole
        self.status = solara.reactive(Status())
        self.result: solara.Reactive[Result | None] = solara.reactive(None)
        self._whole: solara.Reactive[Result | None] = solara.reactive(None)
        self.task = solara.lab.task(self._run, prefer_threaded=True)

    def start(self, wanted: Wanted) -> None:
        """Begin; work that is under way is dropped."""
        self.status.value = Status("waiting")
        self.task(wanted)

    def cancel(self) -> None:
        """Stop; the last whole result stays, or comes back where a part of the next one is shown."""
        self.task.cancel()
        if self._whole.peek() is not None:
            self.result.value = self._whole.peek()
        self.status.value = Status("cancelled")

    def forget(self) -> None:
        """Stop, and show nothing."""
        self.task.cancel()
        self.result.value = self._whole.value = None
        self.status.value = Status()

    def _run(self, wanted: Wanted) -> None:
        try:
            self._wait_for_rules(wanted)
            for result in self._work(wanted, self._progress("running")):
                with together():
                    self._show(result)
                    if self._is_whole(result):
                        self._done()
        except Cancelled:
            return
        except BadInput as error:
            self._report(Status("failed", sentence=str(error)))
            return
        except Exception as error:
            if not has_current_context():
                return  # the page was closed meanwhile: nobody is there to be told
            self._report(Status("failed", sentence=f"The runs could not be computed: {type(error).__name__}: {error}"))
            raise

    def _wait_for_rules(self, wanted: Wanted) -> None:
        """Nothing if the rules are compiled; else show what can be had meanwhile, and say how long it has taken.

        Raises:
            Cancelled: something else is wanted by now.
        """
        shown = self._meanwhile is None
        for seconds in compiling(self._base(wanted)):
            if not shown and self._meanwhile is not None:
                self._show(self._meanwhile(wanted, self._progress("stepping")))
                shown = True
            self._report(Status("compiling", sentence=duration(seconds)))
            self._check()
        self._check()

    def _progress(self, phase: str) -> Progress:
        """Tells how far it is, and whether it is still wanted."""
        began = time.perf_counter()
        due = began + SOON

        def progress(done: int, total: int) -> bool:
            nonlocal due
            now = time.perf_counter()
            if now >= due:
                due = now + EVERY
                self._report(Status(phase, done, total, left(now - began, done, total)))
            return self.task.is_current()

        return progress

    def _check(self) -> None:
        if not self.task.is_current():
            raise Cancelled("something else is wanted by now")

    def _show(self, result: Result) -> None:
        if self.task.is_current():
            self.result.value = result

    def _done(self) -> None:
        if self.task.is_current():
            self._whole.value = self.result.peek()
        self._report(Status("done"))

    def _report(self, now: Status) -> None:
        if self.task.is_current() and self.status.peek() != now:
            self.status.value = now


def once(work: Callable[[Wanted, Progress], Result]) -> Callable[[Wanted, Progress], Iterator[Result]]:
    """Work with a single result, as a :class:`Job` does it."""

    def results(wanted: Wanted, progress: Progress) -> Iterator[Result]:
        yield work(wanted, progress)

    return results


def left(seconds: float, done: int, total: int) -> str:
    """The time left in words, nothing while it is anybody's guess."""
    return f"{duration(seconds / done * (total - done))} left" if seconds > SURE and 0 < done < total else ""
