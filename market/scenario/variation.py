"""A scenario with some of its fields left open, as a batch varies them from point to point."""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agents.records.roles import Parameter, Path, fields_of
from market.gears.build import Build, copied
from market.scenario.paths import BadInput
from market.scenario.scenario import Scenario
from market.scenario.wide import MANY, spread

KEPT = 64
"""Builds that are kept while points come back to them."""

LARGEST = sys.float_info.max


@dataclass(frozen=True)
class _Slot:
    """Where a number stands in a build: an attribute of a record, or a path that no event changes."""

    family: str
    member: int
    name: str
    column: int | None
    low: float
    high: float

    def takes(self, value: Any) -> bool:
        """Whether the scenario's own checks would let the value pass."""
        if isinstance(value, bool) or not isinstance(value, float | int):
            return False
        return self.low <= value <= self.high and abs(value) <= LARGEST


class Variation:
    """Builds of one scenario for many values of its open fields.

    Most numbers go straight into a copy of the records (some 20 microseconds); what else depends on a field, or an
    event that changes its path, makes the scenario be read anew (some milliseconds). The bytes are the same.

    Args:
        scenario: where the other fields come from.
        paths: the open fields, such as ``supplier.capacity_delay`` or, of all buyers at once, ``buyers.*.elasticity``.

    Raises:
        BadInput: there is no such field, or it may not differ between points.
    """

    def __init__(self, scenario: Scenario, paths: Sequence[str]):
        self.scenario = scenario
        self.paths = list(paths)
        for path in self.paths:
            scenario.get(path)
            if "." not in path:
                raise BadInput(f"{scenario.source}: {path}: may not differ between points; allowed: fields of a table")
        classes_vary = any(path.endswith(".class") for path in self.paths)  # and with them the fields of buyers
        own: dict[str, list[str]] = {path: [] for path in self.paths}
        for single, path in spread(scenario, {path: path for path in self.paths}).items():
            own[path].append(single)
        self._slots: dict[str, list[_Slot]] = {}
        for path, singles in own.items():
            slots = [slot for single in singles if (slot := _slot(scenario, single)) is not None]
            if len(slots) == len(singles) and not (classes_vary and path.startswith("buyers.")):
                self._slots[path] = slots
        self._lock = threading.Lock()
        self._builds: dict[str, Build] = {}

    def scenario_at(self, values: Sequence[Any]) -> Scenario:
        """The scenario in full, one value per open field.

        Raises:
            BadInput: a value is not allowed.
        """
        return self.scenario.replace_all(dict(zip(self.paths, values, strict=True)))

    def build_at(self, values: Sequence[Any]) -> Build:
        """What :meth:`scenario_at` would be built into.

        Raises:
            BadInput: a value is not allowed.
        """
        given = dict(zip(self.paths, values, strict=True))
        direct: list[tuple[_Slot, float]] = []
        rest: dict[str, Any] = {}
        for path, value in given.items():
            slots = self._slots.get(path)
            if slots is None or not all(slot.takes(value) for slot in slots):
                rest[path] = value
            else:
                direct += [(slot, float(value)) for slot in slots]
        base = self._base(rest)
        return _with(base, direct) if direct else base

    def _base(self, changes: Mapping[str, Any]) -> Build:
        if not changes:
            return self.scenario.build
        key = repr(changes)  # which tells 1, 1.0 and true apart, and takes lists
        made = self._builds.get(key)
        if made is None:
            made = self.scenario.replace_all(changes).build
            with self._lock:
                while len(self._builds) >= KEPT:
                    del self._builds[next(iter(self._builds))]
                self._builds[key] = made
        return made


def _slot(scenario: Scenario, path: str) -> _Slot | None:
    """Where the number at a path goes; None if more than that depends on it."""
    table, *entry, name = path.split(".")
    if len(entry) != (1 if table in MANY else 0):  # a field of a series
        return None
    built = scenario.build
    family = "products" if table == "outside" else table
    member = built.names[family].index(entry[0]) if entry else 0
    field = fields_of(built.classes[family][member]).get(name)
    if field is None or field.type is not float or not isinstance(field.role, Parameter):
        return None
    if (family, member, name) in built.edited:
        return None
    column = built.layouts[family].paths.index(name) if isinstance(field.role, Path) else None
    return _Slot(family, member, name, column, field.role.low, field.role.high)


def _with(base: Build, changes: Sequence[tuple[_Slot, float]]) -> Build:
    """A copy of a build with numbers put where their slots say."""
    start, paths = dict(base.start), dict(base.paths)
    own: set[tuple[str, bool]] = set()
    for slot, value in changes:
        arrays = start if slot.column is None else paths
        if (slot.family, slot.column is None) not in own:
            arrays[slot.family] = copied(arrays[slot.family])
            own.add((slot.family, slot.column is None))
        if slot.column is None:
            start[slot.family][slot.name][slot.member] = value
        else:
            paths[slot.family][:, slot.member, slot.column] = value
    return replace(base, start=start, paths=paths)
