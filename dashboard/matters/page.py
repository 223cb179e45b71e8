"""The tab What matters: which of the unknowns drive an outcome, and which cannot be told from chance."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import solara

from dashboard.compare.asked import outcomes
from dashboard.matters import form as mattering
from dashboard.matters.form import METHODS, SAMPLED, SIZES, SIZES_SEEDS, Finding, Form, Studied, Wanted, job
from dashboard.matters.opened import Opened
from dashboard.matters.reached import Goal
from dashboard.matters.told import draws, index_unit, meaning, over_time, plainly, sentence, tornado, unmoved
from dashboard.parts.charts import Chart
from dashboard.parts.charts.intervals import Intervals
from dashboard.parts.fields import Command, FormPage, Pick
from dashboard.parts.panels import Panel, Words

form = solara.reactive(Form())
opened = solara.reactive("")
"""The input that the outcome is shown against."""


@solara.component
def MattersPage() -> None:
    FormPage(
        "What matters, of what nobody knows?",
        job,
        lambda setting: Wanted(mattering.fitted(form.value, setting), setting),
        Setup,
        Results,
        about,
        lambda shown: f"{shown.runs:,} runs in {shown.seconds:.1f} s, seed {shown.study.seed}",
        "Press Find out: every uncertainty is moved over its range, and what it does is held against what the draws do "
        "by themselves.",
        Below=Goal,
    )


def about(now: Wanted) -> str:
    inputs = len(now.setting.base.uncertainties)
    return f"Up to {now.runs:,} runs over {inputs} uncertainties of {now.setting.name}"


@solara.component
def Setup(now: Wanted) -> None:
    """What is asked, and how thoroughly."""
    at = now.form

    def change(**changes: Any) -> None:
        form.value = replace(at, **changes)

    known = outcomes(now.setting.scenario)
    with Panel(
        "Sensitivity",
        f"The uncertainties of {now.setting.name} are moved; levers stay as they are set",
        classes="gm-setup",
    ):
        with solara.Div(classes=["gm-fields"]):
            items = [(one.text, one.title) for one in known.values()]
            Pick("Outcome", items, at.outcome, lambda text: change(outcome=text), "gm-span-2")
            Pick("Method", list(METHODS.items()), at.method, lambda m: change(method=m), "gm-span-2")
            Pick(SAMPLED[at.method], [(n, str(n)) for n in SIZES[at.method]], at.samples, lambda n: change(samples=n))
            Pick("Seeds of each point", [(n, str(n)) for n in SIZES_SEEDS], at.seeds, lambda n: change(seeds=n))
        with solara.Div(classes=["gm-buttons"]):
            solara.Button("Find out", color="primary", depressed=True, on_click=lambda: job.start(now))


@solara.component
def Results(shown: Studied, stale: bool) -> None:
    """The sentence and what it is read from; no picture of an outcome that nothing moves."""
    if stale:
        Words("p", "The settings have changed; press Find out to see what they give.", "gm-notice")
    if isinstance(shown, Finding):
        Ranked(shown)
    else:
        Words("p", unmoved(shown), "gm-finding")
        Command(shown.wanted.command())


@solara.component
def Ranked(shown: Finding) -> None:
    """The sentence, the tornado, the input that was clicked, the lines over time."""
    bars = solara.use_memo(lambda: tornado(shown), [shown])
    lines = solara.use_memo(lambda: over_time(shown), [shown])
    title, now = shown.asked.title, opened.value

    def choose(path: str) -> None:
        opened.value = "" if path == now else path

    Words("p", sentence(shown), "gm-finding")
    with solara.Div(classes=["gm-grid"]):
        with Panel(title, meaning(shown), classes="gm-full"):
            Intervals([bars], f"What matters to {shown.asked.phrase}", choose, now)
            Words("p", "Click an input to see the outcome against it.", "gm-footnote")
            Words("p", draws(shown), "gm-footnote")
            for warning in shown.indices.warnings:
                Words("p", f"Beware: {plainly(warning, shown)}.", "gm-notice")
            Command(shown.wanted.command())
        if now in shown.order:
            Opened(shown, now)
        with Panel("Over time", about_time(shown), classes="gm-full"):
            Chart(lines, f"Index of each input by quarter, for {shown.asked.measure}.", "280px")


def about_time(shown: Finding) -> str:
    """What the lines are of, and why some quarters have none."""
    empty = [quarter for quarter, one in shown.over_time.items() if one is None]
    why = f"; no lines where nothing varies or is defined: {', '.join(empty)}" if empty else ""
    measure = shown.asked.measure.replace("_", " ")
    return f"{index_unit(shown)}; {measure} in each quarter; pick inputs below{why}"
