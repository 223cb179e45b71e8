"""What a calibration leaves free: fields with priors, and which fields of a scenario a vector reaches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from market import BadInput, Scenario
from market.scenario import toml
from market.scenario.uncertainty import Distribution, read
from market.scenario.wide import spread


@dataclass(frozen=True)
class Free:
    """A field that a calibration leaves open: its path, its prior, and the starting value that a vector replaces."""

    path: str
    prior: Distribution
    start: float


@dataclass(frozen=True)
class Space:
    """The free fields of a scenario, class-wide and global.

    A vector replaces a starting value wherever the reference has it and a scenario has it still. What a scenario sets
    otherwise it keeps: a buyer that differs from the others, a lever that was moved.
    """

    reference: Scenario
    free: tuple[Free, ...]

    @property
    def names(self) -> list[str]:
        """Paths of the free fields."""
        return [one.path for one in self.free]

    def values(self, shares: np.ndarray) -> np.ndarray:
        """Vectors of values from shares of the priors' probability, both of shape (vectors, fields)."""
        return np.stack([one.prior.quantile(shares[:, k]) for k, one in enumerate(self.free)], axis=1)

    def reached(self, scenario: Scenario, kept: Sequence[str] = ()) -> dict[str, int]:
        """Single fields of a scenario that a vector reaches, each with the place of its value in the vector.

        Args:
            scenario: the one calibrated, or another of the same world.
            kept: paths of fields that keep what the scenario says.
        """
        own = spread(scenario, dict.fromkeys(kept))
        there = set().union(*(singles(scenario, one.path) for one in self.free))
        return {
            path: k
            for path, k in self._own.items()
            if path in there and path not in own and scenario.get(path) == self.free[k].start
        }

    @cached_property
    def _own(self) -> dict[str, int]:
        """Single fields of the reference that have a starting value."""
        return {
            path: k
            for k, one in enumerate(self.free)
            for path in singles(self.reference, one.path)
            if self.reference.get(path) == one.start
        }


def singles(scenario: Scenario, path: str) -> list[str]:
    """Single fields that a path means in a scenario; none if it lacks them."""
    try:
        found = list(spread(scenario, {path: None}))
        for single in found:
            scenario.get(single)
    except BadInput:
        return []
    return found


def start_of(scenario: Scenario, path: str) -> float:
    """The value that most of the fields have that a path means."""
    found = [scenario.get(single) for single in spread(scenario, {path: None})]
    return float(max(found, key=found.count))


def settings(name: str) -> dict[str, Any]:
    """The settings of a scenario's calibration: ``[parameters]``, ``[candidates]`` and the ``chosen`` one.

    Raises:
        BadInput: there are none.
    """
    shipped = {file.stem: file for file in sorted(Path(__file__).parent.glob("*.toml"))}
    return toml.read(*toml.find(name, shipped, "settings of a calibration"))


def space(scenario: Scenario, parameters: Mapping[str, Any], fixed: Mapping[str, Any] = MappingProxyType({})) -> Space:
    """The free fields that a table of priors names; those that a candidate fixes are none of them."""
    free = [
        Free(path, read(table, f"parameters.{path}", "priors"), start_of(scenario, path))
        for path, table in parameters.items()
        if path not in fixed
    ]
    return Space(scenario, tuple(free))
