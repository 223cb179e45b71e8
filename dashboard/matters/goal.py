"""Which futures reach a goal: what is asked, and how that is run, as a design and a search for boxes in it."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from dashboard.compare.asked import Asked, outcomes
from dashboard.state.jobs import Job, Progress, once
from dashboard.state.session import Setting
from market import BadInput, Scenario
from market.scenario.wide import reach
from runs.analysis.condition import Condition
from runs.analysis.discover import Discovery, find
from runs.designs.design import Design
from runs.engine import outcomes as read_outcomes
from runs.engine.evaluate import evaluate
from runs.requests import Search
from runs.requests.request import written
from runs.words import SHARE

NAME = "goal"
"""Of the outcome, the design and its folder."""
SIDES = {"under": "<", "over": ">"}
SIZES = (300, 1000, 2000)


@dataclass(frozen=True)
class Form:
    """What is asked: an outcome under or over a number, which is as it was typed, in the unit of the page."""

    outcome: str = "peak quoted_lead_weeks"
    side: str = "under"
    number: str = "20"
    futures: int = 1000


@dataclass(frozen=True)
class Wanted:
    """A form with the setting of the drawer that it is of."""

    form: Form
    setting: Setting

    def basis(self) -> tuple[object, ...]:
        """What the numbers depend on."""
        return self.form, self.setting.run_of()

    @property
    def asked(self) -> Asked:
        return outcomes(self.setting.scenario)[self.form.outcome]

    @property
    def unit(self) -> str:
        """The unit in which the outcome is told."""
        read = read_outcomes.read(self.form.outcome, self.setting.scenario)
        return SHARE if read.share else read.unit

    @property
    def condition(self) -> Condition:
        """What makes a future one that reaches the goal.

        Raises:
            BadInput: the number is none.
        """
        value = typed(self.form.number)
        return Condition(((NAME, SIDES[self.form.side], value / 100.0 if self.unit == SHARE else value),))

    @property
    def design(self) -> dict[str, Any]:
        """The futures: a point each of what nobody knows, with draws of its own."""
        scenario = self.setting.scenario
        return {
            "schema": 1,
            "name": NAME,
            "scenario": f"{self.setting.name}.toml" if self.setting.text else self.setting.name,
            "set": kept(self.setting, scenario),
            **({} if self.setting.seed is None else {"seed": self.setting.seed}),
            "draws": "own",
            "detail": "outcomes",
            "sampling": {"method": "latin_hypercube", "points": self.form.futures, "seed": 0},
            "outcomes": {NAME: self.form.outcome},
        }

    def file(self) -> str:
        """The design as a file."""
        plain = {name: value for name, value in self.design.items() if not isinstance(value, dict)}
        lines = [f"{name} = {toml(value)}" for name, value in plain.items()]
        for name, table in self.design.items():
            if isinstance(table, dict) and table:
                lines += ["", f"[{name}]", *(f"{toml(key)} = {toml(value)}" for key, value in table.items())]
        return "\n".join(lines) + "\n"

    def commands(self) -> str:
        """The same on the command line, from the file of the design."""
        return (
            f"gpumarket batch {NAME}.toml --out {NAME} && {Search(NAME, self.condition.text, drop_failed=True).command}"
        )


def kept(setting: Setting, scenario: Scenario) -> dict[str, Any]:
    """The changes of the drawer without those of what is drawn anyway."""
    varied = {field for path in scenario.uncertainties for field in reach(scenario, path)}
    return {path: value for path, value in setting.changes if not varied.issuperset(reach(scenario, path))}


def toml(value: Any) -> str:
    """A value as a file says it; texts in quotes."""
    return f'"{value}"' if isinstance(value, str) else written(value)


def typed(text: str) -> float:
    """A number as it was typed.

    Raises:
        BadInput: it is none.
    """
    try:
        number = float(text.strip())
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise BadInput(f"Found {text.strip()[:20]!r}; allowed: a number")
    return number


@dataclass(frozen=True, eq=False)
class Reached:
    """What was found of a goal: boxes, or None where all futures reach it or none; and from where to where the outcome
    goes over those in which it is defined."""

    wanted: Wanted
    scenario: Scenario
    found: Discovery | None
    futures: int
    reached: int
    low: float
    high: float
    seconds: float

    @property
    def dropped(self) -> int:
        """Futures in which the outcome is not defined."""
        return self.wanted.form.futures - self.futures


def computed(wanted: Wanted, progress: Progress) -> Reached:
    """The futures of a goal, and where they reach it.

    Raises:
        BadInput: something of it is not allowed, or the outcome is defined in no future.
        Cancelled: ``progress`` returned False.
    """
    began = time.perf_counter()
    condition, scenario = wanted.condition, wanted.setting.scenario
    design = Design.from_dict(wanted.design, f"{NAME}.toml", scenario=scenario)
    values = evaluate(design.experiment, progress=progress).of(NAME).ravel()
    fine = np.isfinite(values)
    if not fine.any():
        raise BadInput(f"{wanted.asked.title} is defined in none of {len(values):,} futures; allowed: one that is")
    table = pd.DataFrame({"run": np.arange(len(values)), NAME: values})
    reached = int(condition.met(table).sum())
    found = None
    if 0 < reached < fine.sum():
        point = pd.Series(np.arange(len(values)))
        found = find(design.points, point, table, condition, Search.min_density, drop_failed=True)
    ends = float(values[fine].min()), float(values[fine].max())
    return Reached(wanted, scenario, found, int(fine.sum()), reached, *ends, time.perf_counter() - began)


job: Job[Wanted, Reached] = Job(once(computed))


def fitted(form: Form, setting: Setting) -> Form:
    """The form as far as the setting allows it."""
    known = outcomes(setting.scenario)
    return form if form.outcome in known else replace(form, outcome=next(iter(known)))
