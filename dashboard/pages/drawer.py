"""The drawer: which scenario, what is changed in it, how many runs."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import solara

from dashboard.reading.declared import Control, levers, uncertainties
from dashboard.state import session
from dashboard.state.session import FEWEST, MOST, Setting, setting
from dashboard.state.together import together
from market import BadInput
from market.scenario.scenario import shipped

HANDFUL = 5
UPLOADED = "(uploaded)"
LARGEST_SEED = 2**63 - 1


@solara.component_vue("drawer.vue")
def Controls(groups: list = [], heard: int = 0, event_change: Callable[[dict], Any] | None = None) -> None: ...  # noqa: B006


@solara.component
def Drawer() -> None:
    """Scenario, levers, uncertainties, ensemble."""
    now = setting.value
    refused: solara.Reactive[Refused | None] = solara.use_reactive(None)
    heard = solara.use_reactive(0)

    def change(sent: Any) -> None:
        with together():
            heard.value += 1
            take(sent)

    def take(sent: Any) -> None:
        match sent:
            case {"path": str(path), "value": value}:
                session.complaint.value = ""
                try:
                    setting.value = taken(setting.value, path, value)
                    refused.value = None
                except BadInput as error:
                    refused.value = Refused(path, value, str(error))

    def reset() -> None:
        with together():
            refused.value = None
            session.complaint.value = ""
            setting.value = own(setting.value)

    with solara.Div(classes=["gm-drawer"]):
        Controls(groups=groups(now, refused.value), heard=heard.value, event_change=change)
        solara.Button(
            "Reset to scenario",
            icon_name="mdi-restore",
            outlined=True,
            block=True,
            on_click=reset,
            disabled=now == own(now) and refused.value is None,
            classes=["gm-reset"],
        )


def own(now: Setting) -> Setting:
    """The scenario of a setting as it is."""
    return Setting(now.name, text=now.text)


@dataclass(frozen=True)
class Refused:
    """What was sent for a control and cannot be, and the sentence that says so."""

    path: str
    value: Any
    sentence: str


def taken(now: Setting, path: str, value: Any) -> Setting:
    """The setting with another value for a control; a browser may send anything.

    Raises:
        BadInput: this value is not allowed there.
    """
    if path == "scenario" and value == UPLOADED and now.text:
        return now
    if path == "scenario":
        if value not in list(shipped()):
            raise BadInput(f"Found {value!r}; allowed: {', '.join(shipped())}.")
        return Setting(value, runs=now.runs)
    if path == "runs":
        if not is_number(value) or not FEWEST <= value <= MOST:
            raise BadInput(f"Found {value!r}; allowed: {FEWEST} to {MOST} runs.")
        return replace(now, runs=round(value))
    if path == "seed":
        if not isinstance(value, str) or not value.strip().isdecimal() or int(value) > LARGEST_SEED:
            raise BadInput(f"Found {value!r}; allowed: a whole number from 0 to {LARGEST_SEED}.")
        return replace(now, seed=None if int(value) == now.base.seed else int(value))
    if path not in {*now.base.levers, *now.base.uncertainties}:
        raise BadInput(f"Found {path!r}; allowed: one of the scenario's controls.")
    changed = now.changed(path, fitting(now.base.get(path), value))
    changed.scenario  # noqa: B018 # raises if the value is not allowed
    return changed


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def groups(now: Setting, refused: Refused | None) -> list[dict[str, Any]]:
    """The groups of controls as plain data."""
    typed = refused is not None and refused.path == "seed"
    seed = str(refused.value) if refused is not None and typed else str(now.seed_used)
    titles = [(name, session.scenario_of(name).title) for name in shipped()]
    titles += [(UPLOADED, f"{now.base.title} (uploaded)")] if now.text else []
    picker = Control(
        "scenario", "Scenario", "", "", kind="choice", value=UPLOADED if now.text else now.name, options=tuple(titles)
    )
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
        {"title": title, "first": first, "controls": [plain(control, refused) for control in controls]}
        for title, controls, first in made
        if controls
    ]


def plain(control: Control, refused: Refused | None) -> dict[str, Any]:
    options = [{"value": value, "label": label} for value, label in control.options]
    error = refused.sentence if refused is not None and refused.path == control.path else ""
    return asdict(control) | {"options": options, "error": error}


def fitting(own: Any, value: Any) -> Any:
    """A value from the browser, which has one kind of numbers, in the type of the field."""
    if isinstance(own, bool) or not isinstance(own, int | float) or not is_number(value):
        return value
    return round(value) if isinstance(own, int) else round(float(value), 10)
