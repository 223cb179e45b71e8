"""What the model answers to a named question: effects with intervals, verdicts, and the explanation check."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from runs.analysis.compare import Difference, holm
from runs.engine.engine import Engine
from runs.engine.evaluate import Progress, shifted
from runs.findings.differences import clause
from runs.questions.question import Metric, Question
from runs.requests.comparison import Comparison
from runs.words import listed

if TYPE_CHECKING:
    from runs.requests.inquiry import Inquiry

LEVEL = 0.05
"""Chance, adjusted for all that is asked together, under which a difference is taken for certain."""

AS_EXPECTED, AGAINST, UNCERTAIN, SILENT = "as theory expects", "against theory", "not certain", "theory is silent"

NOTHING, GOES, TURNS, STAYS = "is not certain to begin with", "goes", "turns round", "stays"

SHOULD = {GOES: "go", STAYS: "stay"}


@dataclass(frozen=True)
class Row:
    """A metric under one value of the lever (``case``) for one treatment; ``holm`` is the adjusted chance."""

    case: str
    metric: str
    expects: str
    difference: Difference
    holm: float
    verdict: str


@dataclass(frozen=True)
class CheckRow:
    """The same metric with the credited mechanism ``on`` and ``off``, and what becomes of the effect."""

    case: str
    metric: str
    on: Difference
    off: Difference
    result: str


@dataclass(frozen=True)
class Answer:
    """What was found. ``rows`` and ``checks`` go by value of the lever, treatment, metric."""

    question: Question
    rows: tuple[Row, ...]
    checks: tuple[CheckRow, ...]
    asked: Inquiry

    @property
    def sentences(self) -> list[str]:
        """The answer in plain words: one per value of the lever, about the main treatment."""
        head = self.question.head
        return [
            sentence(
                [row for row in self.rows if row.case == case and _of(row) == head.treatment.label],
                {metric.name: metric for metric in head.metrics},
                head.treatment.label,
                "" if head.across is None else head.across.words.format(case),
            )
            for case, _ in self.question.cases
        ]

    @property
    def explanation(self) -> str:
        """The explanation check in plain words, over the values of the lever, about the main treatment."""
        check, label = self.question.head.check, self.question.head.treatment.label
        words = {metric.name: metric.words for metric in self.question.head.metrics}[self.question.checked_metric]
        found = [
            row for row in self.checks if row.metric == self.question.checked_metric and row.on.treatment_name == label
        ]
        counts = {result: sum(row.result == result for row in found) for result in (GOES, STAYS, TURNS, NOTHING)}
        told = ", ".join(
            result + (f" in {count} of {len(found)} cases" if len(found) > 1 else "")
            for result, count in counts.items()
            if count
        )
        return f"Switched off: {check.credited}. The effect on {words} should then {SHOULD[check.expects]}; it {told}."

    def facts(self) -> dict[str, Any]:
        """Everything as plain dictionaries and lists, for JSON and for reports."""
        return {
            "question": self.question.head.model_dump(by_alias=True),
            "source": self.question.source,
            "vectors": self.asked.vectors,
            "seeds": self.asked.runs,
            "seed": self.asked.seed,
            "sentences": self.sentences,
            "explanation": self.explanation,
            "rows": [dataclasses.asdict(row) for row in self.rows],
            "checks": [dataclasses.asdict(row) for row in self.checks],
        }


def answer(
    question: Question, asked: Inquiry, engine: Engine | None = None, progress: Progress | None = None
) -> Answer:
    """Answer one question of an inquiry by a crossed design on common draws (theory C)."""
    head, cases = question.head, question.cases
    turns = [(case, value, off) for case, value in cases for off in (False, True)]
    total = asked.run_count(question)
    found: dict[tuple[str, bool], list[Difference]] = {}
    for turn, (case, value, off) in enumerate(turns):
        one = Comparison(
            question.scenarios(value, off),
            outcomes=question.outcomes,
            vectors=asked.vectors,
            runs=asked.runs,
            seed=asked.seed,
        )
        ahead = None if progress is None else shifted(progress, turn * one.run_count, total)
        found[case, off] = one.run(engine, ahead)
    metrics = {metric.name: metric for metric in head.metrics}
    rows = tuple(
        Row(case, one.outcome, expected(metrics[one.outcome], case, one.treatment_name), one, one.p, "")
        for case, _ in cases
        for one in found[case, False]
    )
    checks = tuple(
        CheckRow(case, on.outcome, on, off, becomes(on, off))
        for case, _ in cases
        for on, off in zip(found[case, False], found[case, True], strict=True)
    )
    return Answer(question, rows, checks, asked)


def together(answers: Sequence[Answer]) -> list[Answer]:
    """The answers with chances adjusted for all that was asked (Holm 1979), and verdicts by these."""
    adjusted = iter(holm([row.difference.p for one in answers for row in one.rows]))
    result = []
    for one in answers:
        margins = {metric.name: metric.margin for metric in one.question.head.metrics}
        rows = []
        for row in one.rows:
            chance = next(adjusted)
            told = verdict(row.expects, row.difference, chance, margins[row.metric])
            rows.append(dataclasses.replace(row, holm=chance, verdict=told))
        result.append(dataclasses.replace(one, rows=tuple(rows)))
    return result


def expected(metric: Metric, case: str, treatment: str) -> str:
    """The sign that was stated for a metric of a treatment under one value of the lever."""
    return metric.expects_at.get(treatment, metric.expects_at.get(case, metric.expects))


def verdict(expects: str, found: Difference, chance: float, margin: float | None = None) -> str:
    """Whether a difference is what theory expects.

    A sign needs a ``chance`` under LEVEL. An expected 0 is found if the 95% interval lies within ``margin`` to either
    side, and not found if the interval lies outside it (equivalence by intervals, Schuirmann 1987).
    """
    if expects == "?":
        return SILENT
    if expects == "0":
        width = 0.0 if margin is None else margin
        if -width <= found.low and found.high <= width:
            return AS_EXPECTED
        return AGAINST if found.low > width or found.high < -width else UNCERTAIN
    if chance >= LEVEL or found.mean == 0.0:
        return UNCERTAIN
    return AS_EXPECTED if (found.mean > 0.0) == (expects == "+") else AGAINST


def becomes(on: Difference, off: Difference) -> str:
    """What an effect does without the mechanism: it goes if 0 is in its interval or less than half of it is left."""
    if not on.certain:
        return NOTHING
    if not off.certain or abs(off.mean) < abs(on.mean) / 2.0:
        return GOES
    return STAYS if (off.mean > 0.0) == (on.mean > 0.0) else TURNS


def _of(row: Row) -> str:
    return row.difference.treatment_name


def sentence(rows: Sequence[Row], metrics: dict[str, Metric], treatment: str, opening: str = "") -> str:
    """``With uniform, the rush adds 0.1 weeks [0.05, 0.15] to everyone else's wait and ...`` in the rows' order."""
    told = listed([clause(row.difference, metrics[row.metric].words) for row in rows])
    text = f"{opening}, {treatment} {told}." if opening else f"{treatment} {told}."
    return text[0].upper() + text[1:]
