"""A goal and the futures that reach it, in the words of the page: a form, a sentence, a table of boxes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import solara
from solara.alias import rv

from dashboard.compare.asked import outcomes
from dashboard.compare.told import begun
from dashboard.matters import goal
from dashboard.matters.goal import NAME, SIDES, SIZES, Form, Reached, Wanted, job, typed
from dashboard.parts.fields import Command, Pick
from dashboard.parts.panels import Download, Panel, Words
from dashboard.parts.progress import Progress
from dashboard.parts.tables import Table
from dashboard.reading import declared
from dashboard.reading.declared import label
from dashboard.state import session
from market import BadInput, Scenario
from runs.analysis.discover import Box, Limit
from runs.findings.sensitivity import within
from runs.words import SHARE, behind, listed, number, percent, scale

UNITS = {SHARE: "%", "USD/hour": "USD an hour", "1": ""}
COLUMNS = [
    {"name": name, "unit": unit, "help": about, "left": not about}
    for name, unit, about in (
        ("Where", "", ""),
        (
            "Reach it",
            "of the futures there",
            "Density: the share of the futures within these limits that reach the goal",
        ),
        ("95% interval", "", "Of that share"),
        ("Of all that do", "", "Coverage: the share of all futures that reach the goal which lie within these limits"),
        ("Futures", "there", "How many of those that were run lie within these limits"),
    )
]

form = solara.reactive(Form())


@solara.component
def Goal() -> None:
    """What is to be reached, and where in the ranges of what nobody knows it is."""
    setting, shown = session.setting.value, job.result.value
    now = Wanted(goal.fitted(form.value, setting), setting)
    with Panel(
        "Which futures reach a goal?",
        "What nobody knows is drawn from its ranges, a future each; then limits are looked for that tell apart those "
        "that reach it",
        classes="gm-after gm-goal",
    ):
        Setup(now)
        if job.status.value.phase != "idle":
            Progress(job, "" if shown is None else f"{shown.wanted.form.futures:,} futures in {shown.seconds:.1f} s")
        if shown is not None:
            if shown.wanted.basis() != now.basis():
                Words("p", "The settings have changed; press Look for them to see what they give.", "gm-notice")
            Found(shown)


@solara.component
def Setup(now: Wanted) -> None:
    at = now.form

    def change(**changes: Any) -> None:
        form.value = replace(at, **changes)

    said = refusal(at.number)
    with solara.Div(classes=["gm-fields"]):
        items = [(one.text, one.title) for one in outcomes(now.setting.scenario).values()]
        Pick("Goal", items, at.outcome, lambda text: change(outcome=text), "gm-span-2")
        Pick("Is to be", [(side, side) for side in SIDES], at.side, lambda side: change(side=side))
        rv.TextField(
            label="Number",
            v_model=at.number,
            on_v_model=lambda text: change(number=str(text)),
            suffix=UNITS.get(now.unit, now.unit),
            error_messages=said,
            hide_details=not said,
            dense=True,
            outlined=True,
            class_="gm-pick",
            attributes={"inputmode": "decimal", "autocomplete": "off", "aria-label": "Number"},
        )
        Pick("Futures", [(n, f"{n:,}") for n in SIZES], at.futures, lambda n: change(futures=n))
    with solara.Div(classes=["gm-buttons"]):
        begin = {"disabled": bool(said), "on_click": lambda: job.start(now)}
        solara.Button("Look for them", color="primary", depressed=True, **begin)


def refusal(text: str) -> str:
    """Why a text is no number; nothing where it is one."""
    try:
        typed(text)
    except BadInput as error:
        return str(error)
    return ""


@solara.component
def Found(shown: Reached) -> None:
    """The sentence, the boxes, and how to have the same again."""
    Words("p", sentence(shown), "gm-finding")
    if shown.dropped:
        Words("p", f"{shown.dropped:,} futures in which it is not defined are left out.", "gm-notice")
    if shown.found is not None and shown.found.boxes:
        Table(columns=COLUMNS, rows=rows(shown), label="Where in the ranges the goal is reached")
    Command(shown.wanted.commands())
    Download(f"{NAME}.toml", shown.wanted.file, f"{NAME}.toml", "application/toml")


# --- words ------------------------------------------------------------------------------------------------------------


def sentence(shown: Reached) -> str:
    """Where the goal is reached, in plain words."""
    found, what = shown.found, begun(aim(shown.wanted))
    every = f"{shown.futures:,} futures"
    if found is None:
        told = scale(shown.wanted.unit, shown.low, shown.high, level=True)
        low = told.whole(shown.low).removesuffix(behind(shown.wanted.unit))
        how = "all" if shown.reached else "none"
        return f"{what} is reached in {how} of {every}: it goes from {low} to {told.whole(shown.high)}."
    share = percent(found.share)
    if not found.boxes and found.share >= found.min_density:
        return f"{what} is reached in {share} of all {every}, and mostly wherever in their ranges the unknowns lie."
    if not found.boxes:
        return (
            f"{what} is reached in {share} of all {every}, and nowhere in particular: no part of the ranges was found "
            "in which it mostly is."
        )
    first = found.boxes[0]
    more = f", {percent(found.coverage)} in one of the {len(found.boxes)} places below" if found.boxes[1:] else ""
    density = f"{percent(first.density)} [{percent(first.low)}, {percent(first.high)}]"
    return (
        f"{what} is reached in {density} of the futures with {place(shown.scenario, first)}, and in {share} of all "
        f"{shown.futures:,}; {percent(first.coverage)} of those that reach it lie there{more}."
    )


def aim(wanted: Wanted) -> str:
    """The goal: ``the longest quoted wait under 20 weeks``."""
    unit = wanted.unit
    figure = number(typed(wanted.form.number), 6)
    figure = f"{figure}%" if unit == SHARE else f"{figure}{behind(UNITS.get(unit, unit))}"
    return f"{wanted.asked.phrase} {wanted.form.side} {figure}"


def place(scenario: Scenario, box: Box) -> str:
    """The limits of a box within a sentence."""
    return listed([limit_words(scenario, limit) for limit in box.limits])


def limit_words(scenario: Scenario, limit: Limit) -> str:
    """``shock level at most 3.4``, ``xAI's urgency from 0.2 to 0.3 a quarter``."""
    name = spoken(limit.path)
    if limit.options is not None:
        return f"{name} {' or '.join(map(str, limit.options))}"
    unit = declared.unit(getattr(declared.role_of(scenario, limit.path), "unit", ""))
    unit = "" if unit in name.lower() else behind(unit)
    if limit.low is not None and limit.high is not None:
        return f"{name} from {number(limit.low)} to {number(limit.high)}{unit}"
    if limit.high is not None:
        return f"{name} at most {number(limit.high)}{unit}"
    return f"{name} at least {number(limit.low or 0.0)}{unit}"


def spoken(path: str) -> str:
    """``xAI's urgency``, ``all buyers' elasticity``, ``shock level``."""
    owner, colon, own = label(path).partition(": ")
    if not colon:
        return within(owner)
    return f"{within(owner)}' {own}" if owner.startswith("All ") else f"{owner}'s {own}"


def rows(shown: Reached) -> list[dict[str, Any]]:
    """A row per box, those that hold most of what reaches the goal first."""
    boxes = () if shown.found is None else shown.found.boxes
    return [
        {
            "key": str(at),
            "cells": [
                begun(place(shown.scenario, box)),
                percent(box.density),
                f"{percent(box.low)} to {percent(box.high)}",
                percent(box.coverage),
                f"{box.runs:,}",
            ],
        }
        for at, box in enumerate(boxes)
    ]
