"""What the forms of Compare and What matters are made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import solara
from solara.alias import rv

from dashboard.parts.panels import Words
from dashboard.state.jobs import Job

Items = Sequence[tuple[Any, str]]
"""What can be picked: values, and the words for them."""


def Pick(label: str, items: Items, value: Any, on_value: Callable[[Any], Any], classes: str = "") -> solara.Element:
    """A select with its name on the frame."""
    return rv.Select(v_model=value, on_v_model=on_value, class_=f"gm-pick {classes}", **looks(label, items))


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
        on_v_model=on_value,
        mandatory=True,
        dense=True,
        class_="gm-ways",
        children=buttons,
        attributes={"aria-label": label, "role": "group"},
    )


def pressed(now: bool) -> dict[str, str]:
    return {"aria-pressed": "true" if now else "false"}


@solara.component
def Work(job: Job, idle: str, done: str) -> None:
    """What a job is at, with a bar and a way out; ``idle`` is said before the first, ``done`` of what is shown."""
    now = job.status.value
    with rv.Html(tag="div", class_="gm-progress", attributes={"role": "status", "aria-live": "polite"}):
        if now.phase in ("waiting", "compiling"):
            Words("span", "Preparing the runs..." if now.phase == "waiting" else COMPILING)
        elif now.phase == "running":
            more = f", {now.sentence}" if now.sentence else ""
            Words("span", f"Computing {now.done:,} of {now.total:,} runs{more}...")
        elif now.phase == "failed":
            Words("span", now.sentence, "gm-bad")
        elif now.phase == "cancelled":
            Words("span", "Cancelled." + (" What is below is of the time before." if job.result.value else ""))
        else:
            Words("span", done if job.result.value is not None else idle)
        if now.busy:
            rv.ProgressLinear(
                value=100 * now.done / max(1, now.total),
                indeterminate=now.phase != "running",
                height=4,
                rounded=True,
                class_="gm-bar",
                attributes={"aria-label": "Progress"},
            )
            solara.Button("Cancel", text=True, small=True, on_click=job.cancel)


COMPILING = "Compiling the rules once for this machine, some 30 seconds..."


@solara.component
def Command(line: str) -> None:
    """The command that gives the same numbers, to copy."""
    if line:
        with rv.Html(tag="p", class_="gm-command"):
            Words("span", "The same on the command line")
            rv.Html(tag="code", children=[line], attributes={"tabindex": "0"})
