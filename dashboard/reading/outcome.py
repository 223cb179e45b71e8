"""Outcomes of results at hand: the same numbers as :mod:`runs` keeps of the same runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from dashboard.reading import leading
from market import BadInput
from market.gears.simulate import PREFIX
from market.scenario.scenario import Scenario
from market.scenario.story import Told
from runs.engine import outcomes
from runs.engine.outcomes import Measures, Outcome


class Columns:
    """A family's columns of a dataset, indexed as the array (runs, quarters, members, columns) that nobody made."""

    def __init__(self, columns: Sequence[np.ndarray]):
        self.columns = columns

    def __getitem__(self, at: tuple[Any, Any, Any, int]) -> np.ndarray:
        runs, quarters, member, column = at
        return self.columns[column][runs, quarters, member]


def measures(data: xr.Dataset, scenario: Scenario) -> Measures:
    """What :class:`runs.engine.outcomes.Outcome` reads."""
    found = {}
    for family, prefix in PREFIX.items():
        columns = [data.variables[prefix + name].values for name in scenario.build.layouts[family].columns]
        found[family] = Columns(columns if prefix else [column[:, :, None] for column in columns])
    return found


def readable(told: Sequence[Told], scenario: Scenario) -> dict[str, Outcome]:
    """The figures of a story by name, without those that a scenario of another span or make does not have."""
    found = {}
    for one in told:
        try:
            found[one.name] = outcomes.read(one.outcome, scenario)
        except BadInput:
            continue
    return found


def tells(scenario: Scenario) -> dict[str, Outcome]:
    """What the story's sentence speaks of."""
    return readable(scenario.story.tells, scenario) or readable(leading.tells(scenario), scenario)


def cards(scenario: Scenario) -> dict[str, Outcome]:
    """The figures that are shown first."""
    return readable(scenario.story.cards, scenario) or readable(leading.cards(scenario), scenario)


def drawn(text: str, scenario: Scenario) -> Outcome | None:
    """A measure over all quarters, None where the scenario does not have it."""
    try:
        return outcomes.read_measure(text, scenario) if text else None
    except BadInput:
        return None
