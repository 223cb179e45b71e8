"""The tab What matters: which of the unknowns drive an outcome, and which cannot be told from chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import solara

from dashboard.compare.asked import outcomes
from dashboard.matters import form as mattering
from dashboard.matters.form import METHODS, SAMPLED, SIZES, SIZES_SEEDS, Finding, Form, Studied, Wanted, job
from dashboard.matters.opened import Opened
from dashboard.matters.reached import Goal
from dashboard.matters.stored import Stored, shown_of
from dashboard.matters.told import draws, index_unit, meaning, over_time, plainly, sentence, tornado, unmoved
from dashboard.parts.charts import Chart
from dashboard.parts.charts.intervals import Intervals
from dashboard.parts.fields import Command, FormPage, Pick
from dashboard.parts.panels import Panel, Words
from dashboard.parts.stored import Back, FromStored
from dashboard.state import analysis
from dashboard.state.session import Setting

form: solara.Reactive[Form | None] = solara.reactive(None)
"""What was set; as long as nothing was, the stored analysis is looked at, where the page was opened on one."""
stored_outcome = solara.reactive("")
"""The outcome of the stored analysis that is looked at; empty for its first."""
opened = solara.reactive("")
"""The input that the outcome is shown against."""


@solara.component
def MattersPage() -> None:
    given = given_now()

    def wanted(setting: Setting) -> Wanted:
        if form.value is None and given is not None and given.wanted.setting.run_of() == setting.run_of():
            return given.wanted
        return Wanted(mattering.fitted(form.value or Form(), setting), setting)

    FormPage(
        "What matters, of what nobody knows?",
        job,
        wanted,
        Setup,
        Results,
        about,
        lambda shown: f"{shown.runs:,} runs{shown.source}, seed {shown.study.seed}",
        "Press Find out: every uncertainty is moved over its range, and what it does is held against what the draws do "
        "by themselves.",
        Below=Goal,
        given=given,
    )


def given_now() -> Studied | None:
    """What the stored analysis says of the outcome that was picked of it; None where the page was opened on none."""
    study = analysis.opened_as(analysis.Study)
    if study is None:
        return None
    name = stored_outcome.value
    return shown_of(study, name if name in study.outcomes else study.outcomes[0])


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
    known = {now.asked.text: now.asked} | known if now.asked.text not in known else known
    methods = {name: text for name, text in METHODS.items() if name in SIZES or name == at.method}
    with Panel(
        "Sensitivity",
        f"The uncertainties of {now.setting.name} are moved; levers stay as they are set",
        classes="gm-setup",
    ):
        with solara.Div(classes=["gm-fields"]):
            items = [(one.text, one.title) for one in known.values()]
            Pick("Outcome", items, at.outcome, lambda text: change(outcome=text), "gm-span-2")
            Pick("Method", list(methods.items()), at.method, lambda m: change(method=m), "gm-span-2")
            sizes = numbers(SIZES.get(at.method, ()), at.samples)
            Pick(SAMPLED[at.method], sizes, at.samples, lambda n: change(samples=n))
            Pick("Seeds of each point", numbers(SIZES_SEEDS, at.seeds), at.seeds, lambda n: change(seeds=n))
        with solara.Div(classes=["gm-buttons"]):
            solara.Button("Find out", color="primary", depressed=True, on_click=lambda: job.start(now))
            study = analysis.opened_as(analysis.Study)
            if study is not None and (job.result.value is not None or not isinstance(now, Stored)):
                Back(study, job, form)


def numbers(sizes: Sequence[int], now: int) -> list[tuple[int, str]]:
    """Numbers that can be picked, and the present one."""
    return [(size, str(size)) for size in sorted({*sizes, now})]


@solara.component
def Results(shown: Studied, stale: bool) -> None:
    """The sentence and what it is read from; no picture of an outcome that nothing moves."""
    if stale:
        Words("p", "The settings have changed; press Find out to see what they give.", "gm-notice")
    if isinstance(shown.wanted, Stored) and job.result.value is None:
        OfStored(shown.wanted)
    if isinstance(shown, Finding):
        Ranked(shown)
    else:
        Words("p", unmoved(shown), "gm-finding")
        Command(shown.wanted.command())


@solara.component
def OfStored(wanted: Stored) -> None:
    """That it is a stored analysis, and which of its outcomes is looked at."""
    FromStored(wanted.analysis)
    if len(wanted.analysis.outcomes) > 1:
        items = [(name, shown_of(wanted.analysis, name).asked.title) for name in wanted.analysis.outcomes]
        now = stored_outcome.value or wanted.analysis.outcomes[0]
        with solara.Div(classes=["gm-fields"]):
            Pick("Outcome of the stored analysis", items, now, stored_outcome.set, "gm-span-2")


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
            drawn = all(name in shown.study.space for name in shown.order)
            Intervals([bars], f"What matters to {shown.asked.phrase}", choose if drawn else None, now)
            if drawn:
                Words("p", "Click an input to see the outcome against it.", "gm-footnote")
            Words("p", draws(shown), "gm-footnote")
            for warning in shown.indices.warnings:
                Words("p", f"Beware: {plainly(warning, shown)}.", "gm-notice")
            Command(shown.wanted.command())
        if drawn and now in shown.order:
            Opened(shown, now)
        if shown.over_time:
            with Panel("Over time", about_time(shown), classes="gm-full"):
                Chart(lines, f"Index of each input by quarter, for {shown.measure}.", "280px")
        else:
            Words("p", "Over time: this analysis holds no numbers by quarter.", "gm-footnote")


def about_time(shown: Finding) -> str:
    """What the lines are of, and why some quarters have none."""
    empty = [quarter for quarter, one in shown.over_time.items() if one is None]
    why = f"; no lines where nothing varies or is defined: {', '.join(empty)}" if empty else ""
    measure = shown.measure.replace("_", " ")
    return f"{index_unit(shown)}; {measure} in each quarter; pick inputs below{why}"
