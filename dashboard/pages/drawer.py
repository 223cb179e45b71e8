"""The drawer: which scenario, what is changed in it, how many runs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import solara

from dashboard.reading.actors import grouped, ranked
from dashboard.reading.declared import Control, levers, uncertainties
from dashboard.reading.effects import VISIBLE
from dashboard.state import session
from dashboard.state.session import FEWEST, MOST, Measured, Setting, setting
from dashboard.state.together import together
from market import BadInput
from market.scenario.scenario import shipped

HANDFUL = 4
UPLOADED = "(uploaded)"
LARGEST_SEED = 2**63 - 1

SENTENCES = {
    "colossus": "One lab in a hurry while everybody is short.",
    "no-rush": "The same world in which xAI waits its turn.",
    "export-ban": "From 2023Q4 on nothing may go to China.",
    "asic": "AMD and silicon of one's own are for sale.",
    "blackwell-ramp": "A new generation comes late and ramps slowly.",
    "deposits": "A quarter of the price is lost with every cancelled order.",
    "auction": "The highest bids get each quarter's capacity.",
    "two-names": "xAI orders under a second name.",
    "free": "Capacity answers the queue instead of its real path.",
    "from-2022": "Nothing after 2022Q4 is known.",
    "glut": "Capacity overshoots, then wants fall by half.",
    "from-2026": "A conditional forecast: spending and packaging go on.",
    "reference": "Two buyers, no chance: figures to work out by hand.",
}
"""What each scenario is, in a sentence, in the order in which one can meet them."""
ORDER = list(SENTENCES)


@solara.component_vue("drawer.vue")
def Controls(
    groups: list = [],  # noqa: B006
    heard: int = 0,
    ranked: str = "",
    event_change: Callable[[dict], Any] | None = None,
) -> None: ...


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
            setting.value = setting.value.own

    with solara.Div(classes=["gm-drawer"]):
        ranking = session.ranking.result.value
        ranked = ranking.setting.name if ranking is not None else ""
        Controls(groups=groups(now, refused.value, ranking), heard=heard.value, ranked=ranked, event_change=change)
        solara.Button(
            "Reset to scenario",
            icon_name="mdi-restore",
            outlined=True,
            block=True,
            on_click=reset,
            disabled=now == now.own and refused.value is None,
            classes=["gm-reset"],
        )


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


def groups(now: Setting, refused: Refused | None, measured: Measured | None = None) -> list[dict[str, Any]]:
    """The groups of controls as plain data; those of the scenario by whom they belong to, strongest first."""
    typed = refused is not None and refused.path == "seed"
    seed = str(refused.value) if refused is not None and typed else str(now.seed_used)
    brought = "stored batch" if now.alone else "uploaded"
    picker = Control(
        "scenario",
        "Scenario",
        "" if now.text else SENTENCES.get(now.name, ""),
        "",
        kind="choice",
        value=UPLOADED if now.text else now.name,
        options=(*titles(), *([(UPLOADED, f"{now.base.title} ({brought})")] if now.text else [])),
    )
    scenario = now.scenario
    runs = Control("runs", "Runs", "", "", kind="slider", value=now.runs, low=FEWEST, high=MOST, step=50)
    seed_field = Control("seed", "Seed of the draws", "", "", kind="text", value=seed)
    effects = measured.effects if measured is not None and measured.setting.name == now.name else {}
    own = [*levers(scenario, now.base), *uncertainties(scenario, now.base)]
    made = [("Scenario", "", [picker])]
    made += [(title, about, ranked(found, effects)) for title, about, found in grouped(scenario, own)]
    made.append(("Ensemble", "", [runs, seed_field]))
    return [group(title, about, controls, effects, refused) for title, about, controls in made]


def group(
    title: str, about: str, controls: list[Control], effects: Mapping[str, float], refused: Refused | None
) -> dict[str, Any]:
    """A group: the first few of its controls are shown, then those without visible effect are called so."""
    still = [control.path for control in controls if effects.get(control.path, VISIBLE) < VISIBLE]
    first = min(HANDFUL, len(controls) - len(still))
    return {
        "title": title,
        "about": about,
        "first": first,
        "still": still[0] if still else "",
        "controls": [plain(control, refused) for control in controls],
    }


def titles() -> tuple[tuple[str, str], ...]:
    """The shipped scenarios in an order in which one can meet them; what is not in it comes last."""
    names = sorted(shipped(), key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))
    return tuple((name, session.scenario_of(name).title) for name in names)


def plain(control: Control, refused: Refused | None) -> dict[str, Any]:
    options = [{"value": value, "label": label} for value, label in control.options]
    error = refused.sentence if refused is not None and refused.path == control.path else ""
    return asdict(control) | {"options": options, "error": error}


def fitting(own: Any, value: Any) -> Any:
    """A value from the browser, which has one kind of numbers, in the type of the field."""
    if isinstance(own, bool) or not isinstance(own, int | float) or not is_number(value):
        return value
    return round(value) if isinstance(own, int) else round(float(value), 10)
