"""What the tab Compare is set to, and how that is run: as a :class:`runs.requests.Comparison`."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from dashboard.compare.asked import Asked, outcomes, unlisted
from dashboard.reading.declared import VARIOUS, Control, levers, readable
from dashboard.state.jobs import Job, Progress, once
from dashboard.state.session import Setting, scenario_of
from market import BadInput, Scenario
from market.scenario.scenario import shipped
from runs import requests
from runs.analysis.compare import Difference, check
from runs.engine.outcomes import read

SCENARIOS, LEVER = "scenarios", "lever"
AS_SET = "as set"
"""Stands for the scenario of the drawer with what was changed in it."""
SIZES_VECTORS = (1, 10, 20, 50, 100)
SIZES_SEEDS = (5, 10, 20, 50)
FIRST = 3
"""Outcomes that a comparison begins with."""
STEPS = 4
"""Into how many parts the range of a lever is cut."""


@dataclass(frozen=True)
class Form:
    """What is to be held against what; ``values`` of a lever are written as on the command line."""

    way: str = SCENARIOS
    control: str = ""
    treatment: str = ""
    lever: str = ""
    values: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    vectors: int = requests.Comparison.vectors
    seeds: int = requests.Comparison.runs


def story_told(name: str) -> Form:
    """A shipped scenario against its counterfactual; the first scenario's story where the two cannot be paired."""
    name = name if paired(name) else Setting.name
    scenario = scenario_of(name)
    return Form(control=scenario.story.counterfactual, treatment=name, outcomes=tuple(outcomes(scenario))[:FIRST])


@dataclass(frozen=True)
class Wanted:
    """A form with the setting of the drawer that it is of."""

    form: Form
    setting: Setting

    @property
    def reads_drawer(self) -> bool:
        """Whether the scenario of the drawer is among what is compared."""
        return self.form.way == LEVER or AS_SET in (self.form.control, self.form.treatment)

    def basis(self) -> tuple[Any, ...]:
        """What the numbers depend on."""
        return self.form, self.setting.run_of() if self.reads_drawer else self.setting.seed

    @property
    def request(self) -> requests.Comparison:
        """What is asked for. Pairs with a failed run are left out: the page tells how many.

        Raises:
            BadInput: a change is not allowed.
        """
        form, setting = self.form, self.setting
        lever = None
        if form.way == SCENARIOS:
            scenarios = {shown(name, setting): named(name, setting) for name in (form.control, form.treatment)}
        else:
            scenarios = {setting.name: setting.subject}
            values = [setting.scenario.get(form.lever), *(json.loads(text) for text in form.values)]
            lever = requests.Lever(form.lever, values, [written(value) for value in values])
        return requests.Comparison(
            scenarios,
            lever,
            form.outcomes,
            form.vectors,
            form.seeds,
            setting.seed,
            drop_failed=True,
        )

    @property
    def asked(self) -> dict[str, Asked]:
        """What can be asked of it, and what is, by text: the treatment's story says of whom.

        Raises:
            BadInput: a change is not allowed.
        """
        known = outcomes(asked_of(self.form, self.setting))
        return known | {text: unlisted(text) for text in self.form.outcomes if text not in known}

    @property
    def lever(self) -> str:
        """The lever whose values are compared; empty where scenarios are."""
        return self.form.lever if self.form.way == LEVER else ""

    @property
    def difference(self) -> str:
        """What a treatment has that its control has not, where its story says so."""
        form = self.form
        if form.way == LEVER or form.treatment == AS_SET:
            return ""
        story = scenario_of(form.treatment).story
        return story.difference if form.control == story.counterfactual else ""

    def arms(self) -> dict[str, Scenario]:
        """The scenarios by the name they are shown under, the control first.

        Raises:
            BadInput: a change or a value is not allowed.
        """
        return self.request.arms

    @property
    def runs(self) -> int:
        return self.request.run_count

    def command(self, dropped: bool = False) -> str:
        """The same on the command line; nothing if the drawer holds changes, which it cannot say."""
        return replace(self.request, drop_failed=dropped).command


@dataclass(frozen=True, eq=False)
class Comparison:
    """The differences on the screen and what they are of; ``asked`` by text."""

    wanted: Wanted
    found: list[Difference]
    asked: dict[str, Asked]
    seed: int
    source: str
    """What it took, or where it is from."""

    @property
    def dropped(self) -> int:
        return sum(one.dropped for one in self.found)


def computed(wanted: Wanted, progress: Progress) -> Comparison:
    """The differences of a form.

    Raises:
        BadInput: something of it is not allowed, or no pair of runs can be held against each other.
        Cancelled: ``progress`` returned False.
    """
    began = time.perf_counter()
    request = wanted.request
    found = request.run(progress=progress)
    source = f" in {time.perf_counter() - began:.1f} s"
    return Comparison(wanted, found, wanted.asked, request.seed_used, source)


job: Job[Wanted, Comparison] = Job(once(computed))


# --- what can be picked -------------------------------------------------------------------------------------------


@cache
def comparable(name: str) -> tuple[str, ...]:
    """The shipped scenarios that a shipped one can be held against; none for another."""
    if name not in shipped():
        return ()
    return tuple(other for other in shipped() if other != name and fits(scenario_of(name), scenario_of(other)))


def paired(name: str) -> bool:
    """Whether a shipped scenario can be held against its counterfactual."""
    return bool(comparable(name)) and scenario_of(name).story.counterfactual in comparable(name)


def fits(control: Scenario, treatment: Scenario) -> bool:
    try:
        check({"control": control, "treatment": treatment})
    except BadInput:
        return False
    return True


def controls(setting: Setting) -> list[str]:
    """What can be the control."""
    return [name for name in shipped() if comparable(name)] + as_set(setting)


def treatments(control: str, setting: Setting) -> list[str]:
    """What can be held against a control."""
    if control == AS_SET:
        return [setting.name, *comparable(setting.name)]
    known = [*comparable(control)]
    return known + [one for one in as_set(setting) if setting.name in (control, *known)]


def as_set(setting: Setting) -> list[str]:
    return [AS_SET] if setting.changes and comparable(setting.name) else []


def named(name: str, setting: Setting) -> str | Scenario:
    """A scenario by its name; the drawer's, which has none of its own, itself."""
    return setting.scenario if name == AS_SET else name


def asked_of(form: Form, setting: Setting) -> Scenario:
    """The scenario whose outcomes a form picks from."""
    own = form.way == LEVER or form.treatment == AS_SET
    return setting.scenario if own else scenario_of(form.treatment)


def shown(name: str, setting: Setting) -> str:
    return f"{setting.name} as set" if name == AS_SET else name


def levers_of(setting: Setting) -> list[Control]:
    """The levers of the drawer's scenario that have a value to hold others against."""
    return [lever for lever in levers(setting.scenario, setting.base) if lever.value != VARIOUS]


def values_of(lever: Control, more: Sequence[str] = ()) -> list[tuple[str, str]]:
    """The values that a lever can be held against its present one, and more: as written and as shown."""
    if lever.kind == "switch":
        values: list[Any] = [not lever.value]
    elif lever.kind == "choice":
        values = [value for value, _ in lever.options]
    else:
        places = [lever.low + (lever.high - lever.low) * k / STEPS for k in range(STEPS + 1)]
        values = [round(place) if isinstance(lever.value, int) else round(place, 10) for place in places]
    values += [json.loads(text) for text in more]
    others = [value for value in dict.fromkeys(values) if value != lever.value]
    return [(json.dumps(value), written(value)) for value in others]


def written(value: Any) -> str:
    """A value of a lever as it is shown."""
    if isinstance(value, bool):
        return "On" if value else "Off"
    return f"{value:g}" if isinstance(value, int | float) else readable(str(value))


def fitted(form: Form, setting: Setting, more: Sequence[str] = ()) -> Form:
    """The form as far as the setting allows it; what it does not have is replaced by the first that it has. It may ask
    for ``more`` outcomes than can be picked."""
    own = {lever.path: lever for lever in levers_of(setting)} if form.way == LEVER else {}
    if not own:
        form = replace(form, way=SCENARIOS)
        control = form.control if form.control in controls(setting) else story_told(setting.name).control
        known = treatments(control, setting)
        treatment = form.treatment if form.treatment in known else known[0]
        form = replace(form, control=control, treatment=treatment)
    else:
        known_lever = form.lever in own
        lever = form.lever if known_lever else next(iter(own))
        texts = [text for text, _ in values_of(own[lever])]
        values = tuple(text for text in form.values if text in texts)
        form = replace(form, lever=lever, values=values if known_lever else tuple(texts))
    scenario = asked_of(form, setting)
    known_outcomes = outcomes(scenario)
    texts = [text for text in form.outcomes if text in known_outcomes or (text in more and readable_in(scenario, text))]
    return replace(form, outcomes=tuple(texts) if texts or not form.outcomes else tuple(known_outcomes)[:FIRST])


def readable_in(scenario: Scenario, text: str) -> bool:
    """Whether a scenario has an outcome."""
    try:
        read(text, scenario, "outcomes")
    except BadInput:
        return False
    return True
