"""The named questions: signs that theory declares, opened by a click, and verdicts when they are asked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import solara

from dashboard.parts.fields import Command
from dashboard.parts.panels import Panel, Words
from dashboard.parts.progress import Progress
from dashboard.parts.tables import Table
from dashboard.state.jobs import Job, once
from dashboard.state.jobs import Progress as Told
from dashboard.state.session import scenario_of
from market import Scenario
from market.scenario.scenario import shipped as shipped_scenarios
from runs.findings.differences import written
from runs.questions.answer import AGAINST, AS_EXPECTED, Answer, Row
from runs.questions.head import Head
from runs.questions.question import head_of, shipped
from runs.requests import Inquiry

VECTORS, SEEDS = 10, 5
"""How thoroughly the page asks: fewer than the command line, so that an answer comes in seconds."""

SIGNS = {"+": "+ more", "-": "\u2212 less", "0": "0 none", "?": "? theory is silent"}
TAGS = {AS_EXPECTED: "deal", AGAINST: "queue"}

chosen = solara.reactive("")
"""Name of the question that is open."""


def columns(*names: tuple[str, bool]) -> list[dict[str, Any]]:
    return [
        {"name": name, "unit": "", "help": "", "left": left, "tag": name in ("Verdict", "Theory expects")}
        for name, left in names
    ]


LISTED = columns(("No.", True), ("Question", True))
DECLARED = columns(("Outcome", True), ("Theory expects", True), ("Why", True))
FOUND = columns(
    ("Outcome", True), ("Difference", False), ("95% interval", False), ("Theory expects", True), ("Verdict", True)
)


@dataclass(frozen=True, eq=False)
class Found:
    name: str
    answer: Answer


def request(name: str) -> Inquiry:
    return Inquiry([name], VECTORS, SEEDS)


def computed(name: str, progress: Told) -> Found:
    """The answer to a question.

    Raises:
        BadInput: an outcome is not defined in some run.
        Cancelled: ``progress`` returned False.
    """
    (answer,) = request(name).run(progress=progress)
    return Found(name, answer)


def scenario(name: str) -> Scenario:
    """A shipped scenario that runs by the same rules."""
    own = head(name).scenario
    return scenario_of(own if own in shipped_scenarios() else "colossus")


job: Job[str, Found] = Job(once(computed), base=scenario)


@cache
def head(name: str) -> Head:
    return head_of(name)


@solara.component
def Questions() -> None:
    """All questions; the one that is clicked is open below."""
    heads = [head(name) for name in shipped()]
    rows = [{"key": one.name, "cells": [one.id, one.question]} for one in heads]

    def choose(name: Any) -> None:
        if name in shipped():
            chosen.value = "" if chosen.value == name else name

    with Panel(
        "Named questions",
        "What is changed against what, and which sign theory expects, declared before anything was run",
        classes="gm-after",
    ):
        Table(
            columns=LISTED,
            rows=rows,
            label="Named questions",
            selectable=True,
            chosen=chosen.value or None,
            event_choose=choose,
        )
    if chosen.value:
        Opened(chosen.value)


@solara.component
def Opened(name: str) -> None:
    """A question's declaration, and its answer where it was asked for."""
    own, found = head(name), job.result.value
    answered = found is not None and found.name == name
    count = request(name).run_count(request(name).read[0])
    with Panel(own.question, f"Theory {own.theory}", classes="gm-after gm-asked"):
        Words("h3", "Declared")
        Table(columns=DECLARED, rows=declared(own), label="Outcomes and the signs that theory expects")
        Words("p", f"Explanation: {own.check.credited}. With it switched off, the effect should {fate(own)}.")
        if own.limits:
            Words("p", f"Limits: {' '.join(own.limits.split())}", "gm-footnote")
        busy = job.status.value.busy
        with solara.Div(classes=["gm-buttons"]):
            begin = {"disabled": busy, "on_click": lambda: job.start(name)}
            solara.Button(f"Answer it: {count:,} runs", color="primary", depressed=True, **begin)
        Progress(job, told(found) if answered else "")
        if answered and found is not None:
            Words("h3", "Found")
            for line in found.answer.sentences[:1]:
                Words("p", line, "gm-finding")
            Table(columns=FOUND, rows=verdicts(found.answer), label="What was found, and the verdicts")
            Words("p", found.answer.explanation)
            Command(found.answer.asked.command)


def told(found: Found | None) -> str:
    if found is None:
        return ""
    return f"{VECTORS} points of {SEEDS} seeds; chances are adjusted for all that is asked together (Holm 1979)"


def fate(own: Head) -> str:
    return "go" if own.check.expects == "goes" else "stay"


def declared(own: Head) -> list[dict[str, Any]]:
    return [{"key": one.name, "cells": [one.words, SIGNS[one.expects], one.why], "tag": "none"} for one in own.metrics]


def verdicts(answer: Answer) -> list[dict[str, Any]]:
    """What was found of the main treatment, a row for each value of the lever and outcome."""
    made = []
    for case, _ in answer.question.cases:
        made += [verdict(answer, row) for row in answer.of_main(case)]
    return made


def verdict(answer: Answer, row: Row) -> dict[str, Any]:
    one, across = row.difference, answer.question.head.across
    words = {metric.name: metric.words for metric in answer.question.head.metrics}[row.metric]
    case = f"{across.words.format(row.case)}: " if across is not None else ""
    numbers = written([one])
    said = "cannot move: the same in every pair of runs" if one.null else row.verdict
    return {
        "key": f"{row.case}/{one.treatment_name}/{row.metric}",
        "cells": [
            case + words,
            "exactly 0" if one.null else numbers.whole(one.mean, True),
            "" if one.null else numbers.interval(one.low, one.high),
            SIGNS[row.expects],
            said,
        ],
        "tag": TAGS.get(row.verdict, "none"),
    }
