"""How much each control moves the figures that a scenario shows first: a cheap measure, to sort the drawer by."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from dashboard.reading import outcome
from dashboard.reading.declared import Control, levers, uncertainties
from market import BadInput, Scenario, simulate
from market.gears.simulate import Cancelled

RUNS = 24
VISIBLE = 0.2
"""Standard deviations of the draws under which an effect is not seen."""
MOST = 3
"""Options of a choice that are tried."""
LEAST = 0.002
"""Share of a figure that is seen in any case, where the draws move it less than that."""

REST = 0.1
"""Seconds between two controls: whoever moves a lever meanwhile comes first."""

known: dict[str, Mapping[str, float]] = {}
"""Effects by the scenario's hash: they belong to the scenario, not to a session."""
lock = threading.Lock()


def effects(scenario: Scenario, progress: Callable[[int, int], Any] = lambda done, total: True) -> Mapping[str, float]:
    """For each control the largest shift of a figure's mean over its values, in standard deviations of the draws.

    One control is moved at a time, the others stay where the scenario has them; on the same draws throughout.

    Raises:
        Cancelled: ``progress`` returned False.
    """
    with lock:
        if scenario.hash not in known:
            known[scenario.hash] = measured(scenario, progress)
    return known[scenario.hash]


def measured(scenario: Scenario, progress: Callable[[int, int], Any]) -> dict[str, float]:
    controls = [*levers(scenario, scenario), *uncertainties(scenario, scenario)]
    base = figures(scenario)
    scale = np.fmax(np.nanstd(base, axis=1), LEAST / VISIBLE * np.abs(np.nanmean(base, axis=1)))
    found = {}
    for done, control in enumerate(controls):
        if progress(done, len(controls)) is False:
            raise Cancelled("something else is wanted by now")
        time.sleep(REST)
        shifts = [shift(scenario, control.path, value, base, scale) for value in values(control)]
        found[control.path] = max(shifts, default=0.0)
    return found


def values(control: Control) -> list[Any]:
    """The values that a control is tried at: the ends of a range, or every other option."""
    if control.kind == "slider":
        ends = [control.low, control.high]
        return [round(end) if isinstance(control.value, int) else end for end in ends]
    if control.kind == "switch":
        return [not control.value]
    return [value for value, _ in control.options if value != control.value][:MOST]


def shift(scenario: Scenario, path: str, value: Any, base: np.ndarray, scale: np.ndarray) -> float:
    """How far a value moves the figure that it moves most; nothing where it is not allowed or nothing runs."""
    try:
        moved = figures(scenario.replace(path, value))
    except BadInput:
        return 0.0
    apart = np.abs(np.nanmean(moved, axis=1) - np.nanmean(base, axis=1))
    sized = [float(a / s) for a, s in zip(apart, scale, strict=True) if np.isfinite(a) and s > 0.0]
    return max(sized, default=0.0)


def figures(scenario: Scenario) -> np.ndarray:
    """The figures of the cards and the sentence, shape (figures, runs)."""
    read = outcome.measures(simulate(scenario, RUNS), scenario)
    wanted = outcome.cards(scenario) | outcome.tells(scenario)
    return np.array([one.of(read) for one in wanted.values()])
