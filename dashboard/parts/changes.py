"""What is changed in the scenario, each with a way back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import solara

from dashboard.reading.declared import label, readable
from dashboard.state import session
from dashboard.state.session import Setting


@solara.component
def Changes() -> None:
    """A chip for each change; pressing it undoes it."""
    now = session.setting.value
    if not now.changes:
        return
    with solara.Div(classes=["gm-chips", "gm-changes"]):
        for path, value in now.changes:
            said = sentence(now, path, value)
            Undo(said, said, partial(undo, path))


@solara.component
def Undo(text: str, words: str, on_click: Callable[[], None]) -> None:
    """A chip that takes back what it tells; a screen reader hears ``words``."""
    solara.Button(
        text,
        icon_name="mdi-undo",
        small=True,
        outlined=True,
        on_click=on_click,
        classes=["gm-undo"],
        attributes={"aria-label": f"Undo: {words}"},
    )


def sentence(now: Setting, path: str, value: Any) -> str:
    """``xAI: parity 0.5 → 0.8``."""
    return f"{label(path)} {written(now.base.get(path))} → {written(value)}"


def written(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, int | float):
        return f"{value:g}"
    return "various" if isinstance(value, dict | list) else readable(str(value)).lower()


def undo(path: str) -> None:
    """Put one field back to the scenario's own value."""
    session.setting.value = session.setting.value.undone(path)
