"""What the forms of Compare and What matters are made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import solara
from solara.alias import rv

from dashboard.parts.panels import Heading, Words, listed
from dashboard.parts.progress import Progress
from dashboard.state import session
from dashboard.state.jobs import Job
from dashboard.state.session import Setting
from market import BadInput

Items = Sequence[tuple[Any, str]]
"""What can be picked: values, and the words for them."""


def Pick(label: str, items: Items, value: Any, on_value: Callable[[Any], Any], classes: str = "") -> solara.Element:
    """A select with its name on the frame."""
    return rv.Select(
        v_model=value,
        on_v_model=listed([one for one, _ in items], on_value),
        class_=f"gm-pick {classes}",
        **looks(label, items),
    )


def PickSome(
    label: str, items: Items, value: Sequence[Any], on_value: Callable[[tuple[Any, ...]], Any], classes: str = ""
) -> solara.Element:
    """A select of several; they keep the order of the list."""

    def sort(picked: Sequence[Any]) -> None:
        on_value(tuple(one for one, _ in items if one in picked))

    return rv.Select(
        v_model=list(value),
        on_v_model=sort,
        multiple=True,
        small_chips=True,
        error=not value,
        class_=f"gm-pick gm-pick-some {classes}",
        **looks(label, items),
    )


def looks(label: str, items: Items) -> dict[str, Any]:
    return {
        "label": label,
        "items": [{"text": text, "value": value} for value, text in items],
        "dense": True,
        "outlined": True,
        "hide_details": True,
        "menu_props": {"offsetY": True, "maxHeight": 420},
    }


def Ways(label: str, items: Items, value: Any, on_value: Callable[[Any], Any]) -> solara.Element:
    """A few alternatives side by side, one of which holds."""
    buttons = [
        rv.Btn(value=one, small=True, text=True, children=[text], attributes=pressed(one == value))
        for one, text in items
    ]
    return rv.BtnToggle(
        v_model=value,
        on_v_model=listed([one for one, _ in items], on_value),
        mandatory=True,
        dense=True,
        class_="gm-ways",
        children=buttons,
        attributes={"aria-label": label, "role": "group"},
    )


def pressed(now: bool) -> dict[str, str]:
    return {"aria-pressed": "true" if now else "false"}


@solara.component
def FormPage(
    title: str,
    job: Job[Any, Any],
    wanted: Callable[[Setting], Any],
    Setup: Callable[[Any], Any],
    Results: Callable[[Any, bool], Any],
    idle: Callable[[Any], str],
    told: Callable[[Any], str],
    invitation: str,
    Below: Callable[[], Any] | None = None,
    given: Any = None,
) -> None:
    """A tab in which something is asked for, waited for and shown.

    Args:
        title: the question at the top.
        job: the work.
        wanted: what the form asks for under the setting of the drawer; raises BadInput where that cannot be.
        Setup: the form, of what is wanted.
        Results: what is shown, and whether something else is wanted by now.
        idle: said of what is wanted before anything was asked.
        told: said of what is shown.
        invitation: said where the results will be.
        Below: what else the tab shows, under the results.
        given: what is shown as long as nothing was asked.
    """
    setting, shown = session.setting.value, given if job.result.value is None else job.result.value
    with solara.Div(classes=["gm-page"]):
        try:
            now = wanted(setting)
        except BadInput as error:  # a change in the drawer that is not allowed
            Heading(title, setting)
            Words("p", str(error), "gm-notice gm-notice-bad")
            return
        stale = shown is not None and shown.wanted.basis() != now.basis()
        Heading(title, shown.wanted.setting if shown is not None else setting, stale)
        Setup(now)
        Progress(job, idle(now) if shown is None else told(shown))
        if shown is not None:
            Results(shown, stale)
        elif not job.status.value.busy:
            Words("p", invitation, "gm-await")
        if Below is not None:
            Below()


@solara.component
def Command(line: str) -> None:
    """The command that gives the same numbers, to copy."""
    if line:
        with rv.Html(tag="p", class_="gm-command"):
            Words("span", "The same on the command line")
            rv.Html(tag="code", children=[line], attributes={"tabindex": "0"})
