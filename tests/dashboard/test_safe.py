"""A page that cannot be drawn."""

from __future__ import annotations

import ipyvuetify
import solara

from dashboard.pages.safe import safe
from dashboard.state import session as own
from dashboard.state.session import Setting

broken = solara.reactive(True)


@solara.component
def Page() -> None:
    if broken.value:
        raise ValueError("/a/path/of/this/machine")
    solara.Text("drawn")


def test_a_page_that_cannot_be_drawn_says_so_without_a_path_and_begins_again(session, caplog):
    own.setting.value = Setting().changed("market.shock_level", 5.0)
    _, shown = solara.render(safe(Page)(), handle_error=False)
    said = shown.find(ipyvuetify.Html, tag="p").widget
    assert said.children == ["This could not be drawn (ValueError)."]
    assert "raised exception ValueError" in caplog.text
    broken.value = False
    shown.find(ipyvuetify.Btn).widget.click()
    assert shown.find(ipyvuetify.Btn).widgets == []
    assert own.setting.value == Setting()
    shown.close()
