"""Named questions that are asked together, as a request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from runs.requests.comparison import Comparison
from runs.requests.request import Request

if TYPE_CHECKING:
    from runs.engine.engine import Engine
    from runs.engine.evaluate import Progress
    from runs.questions.answer import Answer
    from runs.questions.question import Question


@dataclass(frozen=True)
class Inquiry(Request):
    """Named questions; chances are adjusted for all that is asked together.

    Args:
        questions: names, ids or files, or questions.
        vectors: points of what nobody knows; 1 leaves every parameter where it is.
        runs: replications of each vector.
        seed: of the draws; the scenarios' own if None.
        posterior: a folder or shipped name, ``none`` for the uncertainties' ranges; if None, what is shipped.
    """

    COMMAND = "ask"
    ARGUMENTS = ("questions",)

    questions: Sequence[str | Question]
    vectors: int = Comparison.vectors
    runs: int = Comparison.runs
    seed: int | None = None
    posterior: str | None = None

    @cached_property
    def read(self) -> list[Question]:
        """The questions, read; raises BadInput as :meth:`Question.load` does."""
        from runs.questions.question import Question

        return [one if isinstance(one, Question) else Question.load(one) for one in self.questions]

    def run_count(self, question: Question) -> int:
        """How many runs one of the questions takes: every side and case, with the credited mechanism on and off."""
        return 2 * len(question.cases) * len(question.sides) * self.vectors * self.runs

    def run(self, engine: Engine | None = None, progress: Progress | None = None) -> list[Answer]:
        """The answers, in the order of the questions.

        Raises:
            BadInput: numbers that are not allowed, or outcomes that are not defined in some runs.
            Cancelled: ``progress(done, runs)`` returned False.
        """
        from runs.engine.evaluate import shifted
        from runs.questions.answer import answer, together

        total, before, found = sum(map(self.run_count, self.read)), 0, []
        for question in self.read:
            ahead = None if progress is None else shifted(progress, before, total)
            found.append(answer(question, self, engine, ahead))
            before += self.run_count(question)
        return together(found)
