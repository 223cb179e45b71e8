"""The drawer: which scenario, what is changed in it, how many runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import solara

from dashboard.reading.declared import Control, levers, uncertainties
from dashboard.state import session
from dashboard.state.session import FEWEST, MOST, Setting, setting
from market.scenario.scenario import shipped

HANDFUL = 5
LARGEST_SEED = 2**63 - 1


@solara.component_vue("drawer.vue")
def Controls(groups: list = [], event_change: Callable[[dict], Any] | None = None) -> None: ...  # noqa: B006


@solara.component
def Drawer() -> None:
    """Scenario, levers, uncertainties, ensemble."""
    now = setting.value
    seed_text = solara.use_reactive("")
    complaint = solara.use_reactive("")

    def change(sent: dict) -> None:
        path, value = sent["path"], sent["value"]
        if path == "scenario":
            complaint.value = ""
            setting.value = Setting(value, runs=setting.value.runs)
        elif path == "runs":
            setting.value = replace(setting.value, runs=int(value))
        elif path == "seed":
            seed_text.value = value
            complaint.value = take_seed(value)
        else:
            setting.value = setting.value.changed(path, fitting(setting.value.base.get(path), value))

    def reset() -> None:
        complaint.value = ""
        setting.value = Setting(setting.value.name)

    seed_shown = seed_text.value if complaint.value else str(now.seed_used)
    with solara.Div(classes=["gm-drawer"]):
        Controls(groups=groups(now, seed_shown, complaint.value), event_change=change)
        solara.Button(
            "Reset to scenario",
            icon_name="mdi-restore",
            outlined=True,
            block=True,
            on_click=reset,
            disabled=now == Setting(now.name) and not complaint.value,
            classes=["gm-reset"],
        )


def groups(now: Setting, seed: str, complaint: str) -> list[dict[str, Any]]:
    """The groups of controls as plain data."""
    titles = tuple((name, session.scenario_of(name).title) for name in shipped())
    picker = Control("scenario", "Scenario", "", "", kind="choice", value=now.name, options=titles)
    scenario = now.scenario
    runs = Control("runs", "Runs", "", "", kind="slider", value=now.runs, low=FEWEST, high=MOST, step=50)
    seed_field = Control("seed", "Seed of the draws", "", "", kind="text", value=seed)
    made = [
        ("Scenario", [picker], 1),
        ("What one could decide", levers(scenario, now.base), HANDFUL),
        ("What nobody knows", uncertainties(scenario, now.base), HANDFUL),
        ("Ensemble", [runs, seed_field], 2),
    ]
    return [
        {"title": title, "first": first, "controls": [plain(control, complaint) for control in controls]}
        for title, controls, first in made
        if controls
    ]


def plain(control: Control, complaint: str) -> dict[str, Any]:
    options = [{"value": value, "label": label} for value, label in control.options]
    return asdict(control) | {"options": options, "error": complaint if control.path == "seed" else ""}


def fitting(own: Any, value: Any) -> Any:
    """A value from the browser, which has one kind of numbers, in the type of the field."""
    if isinstance(own, bool) or not isinstance(own, int | float):
        return value
    return round(value) if isinstance(own, int) else round(float(value), 10)


def take_seed(text: str) -> str:
    """Use a seed that was typed; returns the sentence to show if it is none."""
    if not text.strip().isdecimal() or int(text) > LARGEST_SEED:
        return f"Found {text!r}; allowed: a whole number from 0 to {LARGEST_SEED}."
    seed = int(text)
    setting.value = replace(setting.value, seed=None if seed == setting.value.base.seed else seed)
    return ""
