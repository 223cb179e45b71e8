"""A scenario with some of its fields left open, as a batch varies them from point to point."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from agents.records.roles import Parameter, Path, fields_of
from market.gears.build import Build, Builds, copied
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

    Most numbers go straight into copies of the records, a column at a time (some microseconds a point); what else
    depends on a field, or an event that changes its path, makes the scenario be read anew (some milliseconds). The
    bytes are the same.

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
        points = {path: [value] for path, value in zip(self.paths, values, strict=True)}
        taken = {path: self._taken(path, column) for path, column in points.items()}
        base = self._base({path: column[0] for path, column in points.items() if not taken[path][0]})
        return self._stacked([base], points, taken).one(0) if any(taken.values()) else base

    def builds_at(self, points: Mapping[str, Any]) -> Iterator[tuple[int, int, Builds | None]]:
        """Builds of many points in their order, as many at a time as have agents of the same classes.

        Args:
            points: values of each open field, one per point: an array of floats, or a list.

        Yields:
            The first point, the one behind the last, and their builds; None for points that are no scenario.
        """
        count = len(next(iter(points.values()))) if points else 1
        taken = {path: self._taken(path, column) for path, column in points.items()}
        bases: list[Build | None] = [self.scenario.build] * count
        for row in np.flatnonzero(~np.logical_and.reduce(list(taken.values()))).tolist() if points else []:
            rest = {path: _at(column, row) for path, column in points.items() if not taken[path][row]}
            try:
                bases[row] = self._base(rest)
            except BadInput:
                bases[row] = None
        first = 0
        for _, group in groupby(bases, _kin):
            alike = list(group)
            rows = slice(first, first + len(alike))
            own = {path: column[rows] for path, column in points.items()}, {p: on[rows] for p, on in taken.items()}
            yield first, rows.stop, None if alike[0] is None else self._stacked(alike, *own)
            first = rows.stop

    def _taken(self, path: str, column: Any) -> np.ndarray:
        """Which values of a field go straight into the records; shape (points,)."""
        slots = self._slots.get(path)
        if slots is None:
            return np.zeros(len(column), bool)
        if not isinstance(column, np.ndarray):
            return np.array([all(slot.takes(value) for slot in slots) for value in column], bool)
        found = np.abs(column) <= LARGEST
        for low, high in {(slot.low, slot.high): None for slot in slots}:
            found &= (low <= column) & (column <= high)
        return found

    def _stacked(self, bases: Sequence[Any], points: Mapping[str, Any], taken: Mapping[str, np.ndarray]) -> Builds:
        """The builds of points, from what each starts with and the values that its slots take."""
        start = {family: _rows([base.start[family] for base in bases]) for family in bases[0].start}
        paths = {family: _rows([base.paths[family] for base in bases]) for family in bases[0].paths}
        count, own = len(bases), set()
        for path, slots in self._slots.items():
            rows = np.flatnonzero(taken[path])
            if not len(rows):
                continue
            column = points[path]
            values = column[rows] if isinstance(column, np.ndarray) else np.array([float(column[row]) for row in rows])
            for slot in slots:
                arrays = start if slot.column is None else paths
                if (slot.family, slot.column is None) not in own:
                    arrays[slot.family] = _of_each(arrays[slot.family], count)
                    own.add((slot.family, slot.column is None))
                if slot.column is None:
                    start[slot.family][slot.name][rows, slot.member] = values
                else:
                    paths[slot.family][rows, :, slot.member, slot.column] = values[:, None]
        return Builds(bases[0], start, paths)

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


def _kin(base: Build | None) -> Any:
    """What builds have in common that run together."""
    return base and (tuple(base.layouts.values()), tuple(map(tuple, base.classes.values())))


def _at(column: Any, row: int) -> Any:
    """A value of a column, as Python's own."""
    return column.item(row) if isinstance(column, np.ndarray) else column[row]


def _rows(arrays: Sequence[np.ndarray]) -> np.ndarray:
    """Arrays of one shape as rows; a single row if they are one."""
    if all(array is arrays[0] for array in arrays):
        return arrays[0][None]
    return np.stack([array.view(np.uint8) for array in arrays]).view(arrays[0].dtype)


def _of_each(rows: np.ndarray, count: int) -> np.ndarray:
    """A copy of the rows, to be written to: one of each of so many points."""
    return np.repeat(rows.view(np.uint8), count, axis=0).view(rows.dtype) if len(rows) < count else copied(rows)
