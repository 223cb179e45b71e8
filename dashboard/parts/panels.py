"""Pieces that the tabs are made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import solara
from solara.alias import rv

from dashboard.state.session import Setting


@solara.component
def Heading(title: str, of: Setting, stale: bool = False) -> None:
    """The title of a page, and the setting that its figures are of; ``stale`` while another is wanted."""
    with solara.Div(classes=["gm-heading"]):
        Words("h1", title)
        with solara.Div(classes=["gm-chips", "gm-stale"] if stale else ["gm-chips"]):
            Words("span", f"{of.name} {of.scenario.hash[:8]}", "gm-chip")
            if of.changes:
                count = len(of.changes)
                Words("span", f"{count} changed" if count > 1 else "changed", "gm-chip gm-chip-changed")
            Words("span", f"seed {of.seed_used}", "gm-chip")


def Words(tag: str, text: str, classes: str = "") -> solara.Element:
    """Text in an element; what it holds is never taken for HTML."""
    return rv.Html(tag=tag, children=[text], class_=classes)


@solara.component
def Panel(title: str, about: str, tools: Sequence[Any] = (), children: Sequence[Any] = (), classes: str = "") -> None:
    """A framed part of a page, with its title, a line about it, and what can be done to it."""
    with rv.Html(tag="section", class_=f"gm-panel {classes}", attributes={"aria-label": title}):
        with solara.Div(classes=["gm-panel-head"]):
            with solara.Div():
                Words("h2", title)
                Words("p", about)
            if tools:
                solara.Div(classes=["gm-tools"], children=list(tools))
        solara.Div(classes=["gm-panel-body"], children=list(children))


def listed(values: Sequence[Any], on_value: Callable[[Any], Any]) -> Callable[[Any], None]:
    """Takes what can be picked alone: a browser may send anything."""

    def take(value: Any) -> None:
        if value in values:
            on_value(value)

    return take


def Choice(label: str, options: Sequence[str], value: str, on_value: Callable[[str], Any]) -> solara.Element:
    """A small select in a panel's head."""
    return rv.Select(
        items=[{"text": option[:1].upper() + option[1:], "value": option} for option in options],
        v_model=value,
        on_v_model=listed(options, on_value),
        dense=True,
        outlined=True,
        hide_details=True,
        menu_props={"offsetY": True},
        class_="gm-choice",
        attributes={"aria-label": label},
    )


class Made:
    """A function that is like no other: Solara compares what functions hold, which takes long where that is runs."""

    def __init__(self, function: Callable[[], Any]):
        self.function = function

    def __call__(self) -> Any:
        return self.function()


def Download(label: str, content: Callable[[], Any], name: str, mime: str = "text/csv") -> solara.Element:
    """A button that makes a file when it is pressed."""
    button = solara.Button(label, icon_name="mdi-download", text=True, small=True, classes=["gm-download"])
    return solara.FileDownload(Made(content), name, mime_type=mime, children=[button])
