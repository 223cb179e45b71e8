"""What stands where something cannot be drawn: a sentence, for its traceback is for the server's log alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara

from dashboard.parts.panels import Words
from dashboard.state import session


def safe(component: Callable[[], Any]) -> Callable[[], Any]:
    """A component that shows another one, or that it cannot be drawn and a way to begin again."""

    @solara.component
    def Safe() -> None:
        failure, forget = solara.use_exception()

        def again() -> None:
            session.setting.value = session.setting.value.own
            forget()

        if failure is None:
            component()
            return
        with solara.Div(classes=["gm-page"]):
            Words("p", f"This could not be drawn ({type(failure).__name__}).", "gm-notice gm-notice-bad")
            solara.Button("Begin again with the scenario as it is", outlined=True, on_click=again)

    return Safe
