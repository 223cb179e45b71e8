"""What the model answers to a named question: effects with intervals, verdicts, and the explanation check."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from runs.analysis.compare import SEEDS, VECTORS, Difference, compare, holm
from runs.engine.engine import Engine
from runs.engine.evaluate import Progress
from runs.questions.question import Metric, Question
from runs.words import number

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
    vectors: int
    seeds: int
    seed: int | None

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
            "vectors": self.vectors,
            "seeds": self.seeds,
            "seed": self.seed,
            "sentences": self.sentences,
            "explanation": self.explanation,
            "rows": [dataclasses.asdict(row) for row in self.rows],
            "checks": [dataclasses.asdict(row) for row in self.checks],
        }


def answer(
    question: Question,
    vectors: int = VECTORS,
    seeds: int = SEEDS,
    seed: int | None = None,
    engine: Engine | None = None,
    progress: Progress | None = None,
) -> Answer:
    """Answer one question by a crossed design on common draws (theory C; :func:`runs.analysis.compare.compare`).

    Args:
        question: what is asked.
        vectors: points of what nobody knows; 1 leaves every parameter where it is.
        seeds: replications of each.
        seed: of the draws; the scenario's own if None.
        engine: who does the work.
        progress: called as ``progress(done, runs)``; cancels if it returns False.

    Raises:
        BadInput: numbers that are not allowed, or outcomes that are not defined in some runs.
        Cancelled: ``progress`` returned False.
    """
    head, cases = question.head, question.cases
    each = len(question.sides) * vectors * seeds
    turns = [(case, value, off) for case, value in cases for off in (False, True)]
    found: dict[tuple[str, bool], list[Difference]] = {}
    for turn, (case, value, off) in enumerate(turns):
        found[case, off] = compare(
            question.scenarios(value, off),
            question.outcomes,
            vectors,
            seeds,
            seed,
            engine=engine,
            progress=None if progress is None else _ahead(progress, turn * each, len(turns) * each),
        )
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
    return together([Answer(question, rows, checks, vectors, seeds, seed)])[0]


def _ahead(progress: Progress, before: int, total: int) -> Progress:
    return lambda done, _: progress(before + done, total)


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
    parts = [_part(row.difference, metrics[row.metric]) for row in rows]
    told = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    text = f"{opening}, {treatment} {told}." if opening else f"{treatment} {told}."
    return text[0].upper() + text[1:]


def _part(found: Difference, metric: Metric) -> str:
    if found.mean == found.low == found.high == 0.0:
        return f"does not change {metric.words}"
    if not found.certain:
        interval = f"[{shown(found.low, metric)}, {shown(found.high, metric)}]"
        amount = f"{shown(found.mean, metric)} {unit(found, metric)}".strip()
        return f"changes {metric.words} by {amount} {interval} (not certain)"
    low, high = sorted((abs(found.low), abs(found.high)))
    amount = f"{shown(abs(found.mean), metric)} {unit(found, metric)}".strip()
    verb, link = ("adds", "to") if found.mean > 0.0 else ("takes", "from")
    return f"{verb} {amount} [{shown(low, metric)}, {shown(high, metric)}] {link} {metric.words}"


def shown(value: float, metric: Metric, digits: int = 3) -> str:
    """A number of a metric as it is read, percentage points where that is said."""
    value = value * 100.0 if metric.percent else value
    return f"{value:,.0f}" if abs(value) >= 1000.0 else number(value, digits)


def unit(found: Difference, metric: Metric) -> str:
    """The unit in which :func:`shown` writes a metric."""
    if metric.percent:
        return "percentage points"
    return "" if found.unit == "1" else found.unit
