"""The tab Compare: two scenarios, or the values of a lever, on the same draws and the same unknowns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import solara

from dashboard.compare import form as comparing
from dashboard.compare.asking import Questions
from dashboard.compare.form import LEVER, SCENARIOS, SIZES_SEEDS, SIZES_VECTORS, Comparison, Form, Wanted, job
from dashboard.compare.stored import Stored, shown_of
from dashboard.compare.told import COLUMNS, against, differences_csv, groups, sentence, table_rows, worded
from dashboard.parts.charts.intervals import Intervals
from dashboard.parts.fields import Command, FormPage, Pick, PickSome, Ways
from dashboard.parts.panels import Download, Panel, Words
from dashboard.parts.stored import Back, FromStored
from dashboard.parts.tables import Table
from dashboard.state import analysis, session
from dashboard.state.session import Setting, scenario_of

form: solara.Reactive[Form | None] = solara.reactive(None)
"""What was set; as long as nothing was, the stored comparison is looked at, where the page was opened on one, else the
story of the drawer's scenario is compared."""
UNSAID = "The form cannot say all of what the stored comparison was asked: it stands at the nearest that it can."


@solara.component
def ComparePage() -> None:
    story = scenario_of(comparing.story_told(session.setting.value.name).treatment).story
    found = analysis.opened_as(analysis.Comparison)
    given = None if found is None else shown_of(found)

    def wanted(setting: Setting) -> Wanted:
        if form.value is None and given is not None and given.wanted.setting.run_of() == setting.run_of():
            return given.wanted
        first = comparing.story_told(setting.name) if given is None else given.wanted.form
        more = () if given is None else given.wanted.form.outcomes
        return Wanted(comparing.fitted(form.value or first, setting, more), setting)

    FormPage(
        "What difference does it make?",
        job,
        wanted,
        Setup,
        Results,
        lambda now: f"{now.runs:,} runs, paired: the same draws and the same unknowns on either side",
        lambda shown: f"{shown.wanted.runs:,} runs{shown.source}, seed {shown.seed}",
        f"Press Compare, or take {story.difference} in one click. {story.question}",
        Below=Questions,
        given=given,
    )


@solara.component
def Setup(now: Wanted) -> None:
    """What is held against what, by which outcomes, how exactly."""
    at, setting = now.form, now.setting

    def change(**changes: Any) -> None:
        form.value = replace(at, **changes)

    story = comparing.story_told(setting.name)
    difference = scenario_of(story.treatment).story.difference

    def tell() -> None:
        form.value = replace(story, vectors=at.vectors, seeds=at.seeds)
        job.start(Wanted(form.value, setting))

    ready = bool(at.outcomes) and (at.way == SCENARIOS or bool(at.values))
    with Panel(
        "Compare",
        "A treatment less its control: the mean difference over parameter vectors and seeds that both share",
        [
            Ways(
                "What to compare",
                [(SCENARIOS, "Two scenarios"), (LEVER, "Values of a lever")],
                at.way,
                lambda way: change(way=way),
            )
        ],
        classes="gm-setup",
    ):
        with solara.Div(classes=["gm-fields"]):
            TwoScenarios(at, setting, change) if at.way == SCENARIOS else OneLever(at, setting, change)
            PickSome(
                "Outcomes",
                [(one.text, one.title) for one in now.asked.values()],
                at.outcomes,
                lambda texts: change(outcomes=texts),
                "gm-span-4",
            )
            Pick("Parameter vectors", numbers(SIZES_VECTORS, at.vectors), at.vectors, lambda n: change(vectors=n))
            Pick("Seeds of each", numbers(SIZES_SEEDS, at.seeds), at.seeds, lambda n: change(seeds=n))
        with solara.Div(classes=["gm-buttons"]):
            begin = {"disabled": not ready, "on_click": lambda: job.start(Wanted(at, setting))}
            solara.Button("Compare", color="primary", depressed=True, **begin)
            solara.Button(f"In one click: {difference}", icon_name="mdi-flash", outlined=True, on_click=tell)
            if not ready:
                Words("span", "Pick an outcome." if not at.outcomes else "Pick a value.", "gm-bad")
            found = analysis.opened_as(analysis.Comparison)
            if found is not None and (job.result.value is not None or not isinstance(now, Stored)):
                Back(found, job, form)
        if isinstance(now, Stored) and not now.said:
            Words("p", UNSAID, "gm-footnote")


def TwoScenarios(at: Form, setting: Setting, change: Callable[..., None]) -> None:
    def pick(field: str, name: str) -> None:
        change(**{field: name})

    for label, known, own, field in (
        ("Control", comparing.controls(setting), at.control, "control"),
        ("Treatment", comparing.treatments(at.control, setting), at.treatment, "treatment"),
    ):
        items = [(name, titled(name, setting)) for name in known]
        Pick(label, items, own, partial(pick, field), "gm-span-3")


def titled(name: str, setting: Setting) -> str:
    """A scenario in a list: its name and what it is about."""
    if name == comparing.AS_SET:
        return f"{setting.name} as set: with what is changed in the drawer"
    return f"{name}: {scenario_of(name).title}"


def OneLever(at: Form, setting: Setting, change: Callable[..., None]) -> None:
    known = {lever.path: lever for lever in comparing.levers_of(setting)}
    own = known[at.lever]

    def pick(path: str) -> None:
        change(lever=path, values=tuple(text for text, _ in comparing.values_of(known[path])))

    items = [(lever.path, f"{lever.label} (now {worded(comparing.written(lever.value))})") for lever in known.values()]
    Pick(f"Lever of {setting.name}", items, at.lever, pick, "gm-span-2")
    PickSome(
        "Values held against the present one",
        comparing.values_of(own, at.values),
        at.values,
        lambda texts: change(values=texts),
        "gm-span-4",
    )


def numbers(sizes: tuple[int, ...], now: int) -> list[tuple[int, str]]:
    """Numbers that can be picked, and the present one."""
    return [(size, "1: as the scenario has them" if size == 1 else str(size)) for size in sorted({*sizes, now})]


@solara.component
def Results(shown: Comparison, stale: bool) -> None:
    """The sentence, the chart, the table."""
    told = solara.use_memo(lambda: sentence(shown), [shown])
    drawn = solara.use_memo(lambda: groups(shown), [shown])
    first = shown.found[0]
    if stale:
        Words("p", "The settings have changed; press Compare to see what they give.", "gm-notice")
    if isinstance(shown.wanted, Stored):
        FromStored(shown.wanted.analysis)
    if shown.dropped:
        Words("p", f"{shown.dropped:,} pairs with a run that failed or is not defined are left out.", "gm-notice")
    Words("p", told, "gm-finding")
    with solara.Div(classes=["gm-grid"]):
        with Panel(
            "Differences",
            f"Against {against(shown)}; mean over {count(first.vectors, 'parameter vector')} of "
            f"{count(first.seeds, 'seed')}, line: 95% interval",
            classes="gm-full",
        ):
            Intervals(drawn, "Mean differences with their 95% intervals")
        with Panel(
            "In numbers",
            "Parameters and seeds: the standard deviations that either puts into the difference",
            [Download("Table", lambda: differences_csv(shown.found), "differences.csv")],
            classes="gm-full gm-long",
        ):
            Table(columns=COLUMNS, rows=table_rows(shown), label="Differences in numbers")
            Command(shown.wanted.command(bool(shown.dropped)))


def count(number: int, what: str) -> str:
    return f"{number} {what}" + ("s" if number != 1 else "")
