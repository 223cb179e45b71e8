"""What the model answers to a named question: effects with intervals, verdicts, and the explanation check."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import spearmanr

from runs.analysis.compare import Difference, Gathered, difference, gather, holm
from runs.engine.engine import Engine
from runs.engine.evaluate import Progress, shifted
from runs.findings.differences import Names, clause, lower
from runs.findings.differences import sentence as told_of
from runs.questions.head import Metric, Side
from runs.questions.question import Question
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
    """What was found. ``rows`` and ``checks`` go by value of the lever, treatment, metric; ``trends``, over a family of
    treatments, by value of the lever and metric."""

    question: Question
    rows: tuple[Row, ...]
    checks: tuple[CheckRow, ...]
    trends: tuple[Row, ...]
    asked: Inquiry

    @property
    def sentences(self) -> list[str]:
        """The answer in plain words: one per value of the lever, about the main treatment."""
        return [self._sentence(case) for case, _ in self.question.cases]

    def _sentence(self, case: str) -> str:
        head = self.question.head
        metrics = {metric.name: metric for metric in head.metrics}
        rows = self.of_main(case)
        opening = "" if head.across is None else head.across.words.format(case)
        if len(self.question.main) == 1:
            return sentence(rows, metrics, head.treatment.label, opening)
        told = told_of([row.difference for row in rows], Names(metrics))
        told = f"{opening}: {lower(told)}" if opening else told
        return f"{told} {goes_with([row for row in self.trends if row.case == case], metrics)}".rstrip()

    def of_main(self, case: str) -> list[Row]:
        """What was found of the main treatment, or of its family, under one value of the lever."""
        return [row for row in self.rows if row.case == case and _of(row) in self.question.main]

    @property
    def explanation(self) -> str:
        """The explanation check in plain words, over the values of the lever, about the main treatment."""
        check, main = self.question.head.check, self.question.main
        words = {metric.name: metric.words for metric in self.question.head.metrics}[self.question.checked_metric]
        found = [
            row for row in self.checks if row.metric == self.question.checked_metric and row.on.treatment_name in main
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
            "trends": [dataclasses.asdict(row) for row in self.trends],
        }


def answer(
    question: Question, asked: Inquiry, engine: Engine | None = None, progress: Progress | None = None
) -> Answer:
    """Answer one question of an inquiry by a crossed design on common draws (theory C)."""
    cases, total = question.cases, asked.run_count(question)
    metrics = {metric.name: metric for metric in question.head.metrics}
    on: dict[str, list[Difference]] = {}
    off: dict[str, list[Difference]] = {}
    trends: list[Row] = []
    turns = [(case, value, without) for case, value in cases for without in (False, True)]
    for turn, (case, value, without) in enumerate(turns):
        one = Comparison(
            question.scenarios(value, without),
            outcomes=question.outcomes,
            vectors=asked.vectors,
            runs=asked.runs,
            seed=asked.seed,
            posterior=asked.posterior,
        )
        ahead = None if progress is None else shifted(progress, turn * one.run_count, total)
        found = gather(one, engine, ahead)
        (off if without else on)[case] = _differences(question, found)
        if not without:
            trends += _trends(question, found, case)
    rows = tuple(
        Row(case, one.outcome, expected(metrics[one.outcome], case, one.treatment_name), one, one.p, "")
        for case, _ in cases
        for one in on[case]
    )
    checks = tuple(
        CheckRow(case, with_it.outcome, with_it, without_it, becomes(with_it, without_it))
        for case, _ in cases
        for with_it, without_it in zip(on[case], off[case], strict=True)
    )
    return Answer(question, rows, checks, tuple(trends), asked)


def _differences(question: Question, found: Gathered) -> list[Difference]:
    """Every treatment against its control in every metric."""
    return [
        found.difference(side.label, question.control_of(side), question.outcome(metric, side), metric.name)
        for side in question.treatments
        for metric in question.head.metrics
    ]


def _trends(question: Question, found: Gathered, case: str) -> list[Row]:
    """How the differences of the main family go with the level of another metric without the treatment."""
    members = [side for side in question.treatments if side.label in question.main]
    metrics = {metric.name: metric for metric in question.head.metrics}
    rows = []
    for metric in question.head.metrics:
        if metric.along is not None:
            ranked = rank_correlation(
                _by_vector(question, found, members, metrics[metric.along.metric], level=True),
                _by_vector(question, found, members, metric),
            )
            against = f"rank correlation with {metric.along.metric}"
            told = difference(ranked, np.zeros_like(ranked), metric.name, "1", question.subject, against)
            rows.append(Row(case, metric.name, metric.along.expects, told, told.p, ""))
    return rows


def _by_vector(question: Question, found: Gathered, members: list[Side], metric: Metric, level: bool = False) -> Any:
    """Of each member the level of a metric without it, or what it changes; of one vector each seed alone.

    Shape (vectors or seeds, members).
    """
    columns = []
    for side in members:
        text = question.outcome(metric, side)
        values = found.of(question.control_of(side), text)
        values = values if level else found.of(side.label, text) - values
        columns.append(values.mean(axis=1) if len(values) > 1 else values[0])
    return np.stack(columns, axis=1)


def rank_correlation(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Spearman's (1904) of each row of two arrays (rows, members), shape (rows, 1); 0 where a row does not vary."""
    told = [
        spearmanr(one, other).statistic if np.ptp(one) > 0.0 and np.ptp(other) > 0.0 else 0.0
        for one, other in zip(first, second, strict=True)
    ]
    return np.array(told)[:, None]


def together(answers: Sequence[Answer]) -> list[Answer]:
    """The answers with chances adjusted for all that was asked (Holm 1979), and verdicts by these."""
    adjusted = iter(holm([row.difference.p for one in answers for row in (*one.rows, *one.trends)]))
    result = []
    for one in answers:
        margins = {metric.name: metric.margin for metric in one.question.head.metrics}
        judged = []
        for row in (*one.rows, *one.trends):
            chance = next(adjusted)
            told = verdict(row.expects, row.difference, chance, margins[row.metric])
            judged.append(dataclasses.replace(row, holm=chance, verdict=told))
        count = len(one.rows)
        result.append(dataclasses.replace(one, rows=tuple(judged[:count]), trends=tuple(judged[count:])))
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


def goes_with(rows: Sequence[Row], metrics: dict[str, Metric]) -> str:
    """``Ranked against the slack: X +0.5 [0.4, 0.6], as theory expects; Y ...`` in the rows' order."""
    told: dict[str, list[str]] = {}
    for row in rows:
        along, one = metrics[row.metric].along, row.difference
        other = metrics[along.metric].words if along else ""
        text = f"{metrics[row.metric].words} {one.mean:+.2f} [{one.low:.2f}, {one.high:.2f}], {row.verdict}"
        told.setdefault(other, []).append(text)
    return " ".join(
        f"Rank correlation of the change with {other}: {'; '.join(texts)}." for other, texts in told.items()
    )


def _of(row: Row) -> str:
    return row.difference.treatment_name


def sentence(rows: Sequence[Row], metrics: dict[str, Metric], treatment: str, opening: str = "") -> str:
    """``With uniform, the rush adds 0.1 weeks [0.05, 0.15] to everyone else's wait and ...`` in the rows' order."""
    told = listed([clause(row.difference, metrics[row.metric].words) for row in rows])
    text = f"{opening}, {treatment} {told}." if opening else f"{treatment} {told}."
    return text[0].upper() + text[1:]
