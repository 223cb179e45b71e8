"""The frame around every tab: app bar, drawer, theme."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara
import solara.lab
from solara.alias import rv

from dashboard.pages.drawer import Drawer
from dashboard.parts.panels import Words
from dashboard.server.adopted import missing
from dashboard.state import link, session


@solara.component_vue("skip.vue")
def Skip() -> None: ...


@solara.component_vue("hint.vue")
def Hint() -> None: ...


@solara.component_vue("theme.vue")
def ThemeButton() -> None: ...


@solara.component_vue("address.vue")
def _Address(query: str = "", path: str = "", event_follow: Callable[[str], Any] | None = None) -> None: ...


@solara.component
def Address(path: str) -> None:
    """Keeps the address of the page what the session looks at, and follows it back and forward."""
    _Address(query=link.query(link.now()), path=path, event_follow=link.follow)


@solara.component
def Layout(children: list[Any] = []) -> solara.Element:  # noqa: B006
    """App bar, drawer, and the page of the route."""
    # None lets Vuetify open it on a wide window and keep it closed on a narrow one
    drawer: solara.Reactive[bool | None] = solara.use_reactive(None)
    router = solara.use_router()
    solara.use_memo(lambda: link.follow(router.search), [])
    solara.use_effect(lambda: session.job.start(session.setting.value), [session.setting.value])
    solara.use_effect(lambda: session.ranking.start(session.setting.value), [session.setting.value.name])
    route, routes = solara.use_route()
    solara.lab.theme.themes.light.primary = "#2f5bd7"
    solara.lab.theme.themes.dark.primary = "#4468e0"

    with solara.Div(classes=["gm-app"]) as main:
        Skip()
        Address(router.path)
        with rv.NavigationDrawer(
            app=True,
            clipped=True,
            width=300,
            mobile_break_point=960,
            v_model=drawer.value,
            on_v_model=drawer.set,
            attributes={"aria-label": "Settings"},
        ):
            Drawer()
        with rv.AppBar(app=True, clipped_left=True, flat=True, height=56, class_="gm-bar-top"):
            for classes, closed in (("hidden-sm-and-down", False), ("hidden-md-and-up", True)):
                MenuButton(drawer, classes, closed)
            Words("span", "", "gm-logo")
            Words("span", "gpumarket", "gm-name")
            with rv.Html(tag="nav", class_="gm-tabs", attributes={"aria-label": "Pages"}):
                for one in routes:
                    with solara.Link(one):
                        Words("span", one.label or one.path, "gm-tab" + (" gm-tab-now" if one is route else ""))
            rv.Spacer()
            ThemeButton()
        lacking = missing()
        with rv.Content(attributes={"tabindex": "-1"}):
            if lacking:
                Words("p", lacking, "gm-notice gm-lacking")
            Complaint()
            Hint()
            solara.Div(children=list(children))
    return main


@solara.component
def Complaint() -> None:
    """What was wrong with the link that led here, until the next change."""
    said = session.complaint.value
    with rv.Html(tag="div", attributes={"role": "alert"}):
        if said:
            Words("p", said, "gm-notice gm-notice-bad gm-lacking")


def MenuButton(drawer: solara.Reactive[bool | None], classes: str, when_unset: bool) -> solara.Element:
    """Opens and closes the drawer; before the first press Vuetify has chosen by the width of the window."""
    return solara.Button(
        icon_name="mdi-menu",
        icon=True,
        classes=[classes],
        attributes={"aria-label": "Settings"},
        on_click=lambda: drawer.set(when_unset if drawer.value is None else not drawer.value),
    )
