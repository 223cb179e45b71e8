"""How state is declared once, as annotated attributes of a class, and laid out for both gears.

The live gear keeps the attributes on Mesa agents; the ensemble gear keeps the union of a family's
attributes in one NumPy record. Which of the two a rule reads, it cannot tell.
"""

from __future__ import annotations

import hashlib
import inspect
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from types import CodeType, ModuleType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import numpy as np
from numba.extending import register_jitable

LINES = 40
"""Order lines a buyer can hold at once."""
PRODUCTS = 12
"""Products of the supplier that a scenario may have."""
OUTSIDE = 4
"""Outside options a scenario may have; they stand after the supplier's products."""
LEADS = 16
"""Quarters that an outside option may take from order to delivery."""
POINTS = 12
"""Corners of a bid in an auction."""
GENERATIONS = 5
"""Product generations a scenario may have."""
SLOTS = 2
"""Negotiations a buyer leads in one quarter: the product to have now, the one to book ahead."""
WEEKS = 13
"""Bargaining rounds in a quarter, one a week."""
QUARTERS = 40
"""The longest horizon."""
NEVER = 10_000
"""A quarter index beyond every horizon."""

both_gears = register_jitable(no_cfunc_wrapper=True)
"""Marks a plain function that rules call: Python in the live gear, compiled in the ensemble."""


@dataclass(frozen=True)
class Parameter:
    """A number the scenario sets for the whole run, between ``low`` and ``high`` (both allowed)."""

    unit: str
    doc: str
    low: float = 0.0
    high: float = math.inf


@dataclass(frozen=True)
class Path(Parameter):
    """A number the scenario sets for every quarter; the attribute holds the current one."""


@dataclass(frozen=True)
class Choice:
    """One of several mechanisms, named in the scenario and numbered in the state."""

    options: Sequence[str]
    doc: str


@dataclass(frozen=True)
class Reference:
    """The position of another entry of the scenario (``products`` or ``buyers``), given by name."""

    table: str
    doc: str


@dataclass(frozen=True)
class When:
    """A quarter, written ``2024Q2`` in the scenario and counted from its start in the state."""

    doc: str


@dataclass(frozen=True)
class Draw:
    """A random number of this agent and this decision, new in every quarter."""

    kind: str
    doc: str


@dataclass(frozen=True)
class Column:
    """A measure that is reported every quarter."""

    unit: str
    doc: str


@dataclass(frozen=True)
class Array:
    """A list of fixed length."""

    length: int


Lines = Annotated[list[float], Array(LINES)]
IntLines = Annotated[list[int], Array(LINES)]
Slots = Annotated[list[float], Array(SLOTS)]
IntSlots = Annotated[list[int], Array(SLOTS)]
Talks = Annotated[list[float], Array(SLOTS * WEEKS)]
IntTalks = Annotated[list[int], Array(SLOTS * WEEKS)]
PerOffer = Annotated[list[float], Array(PRODUCTS + OUTSIDE)]
PerOption = Annotated[list[float], Array(OUTSIDE)]
PerGeneration = Annotated[list[float], Array(GENERATIONS)]
PerQuarter = Annotated[list[float], Array(QUARTERS)]


@dataclass(frozen=True)
class Field:
    """One declared attribute: its type, what it is for, its default."""

    name: str
    type: type
    role: Any
    default: Any

    @property
    def length(self) -> int:
        return self.role.length if isinstance(self.role, Array) else 0

    @property
    def format(self) -> Any:
        kind = {float: "f8", int: "i8", bool: "?"}[self.type]
        return (kind, (self.length,)) if self.length else kind


def _read_fields(cls: type) -> dict[str, Field]:
    """See :data:`fields_of`; raises TypeError if an attribute is not a float, an int, a bool or a list of these."""
    found: dict[str, Field] = {}
    for owner in reversed(cls.__mro__):
        if not issubclass(owner, Stateful) or owner is Stateful:
            continue
        hints = get_type_hints(owner, include_extras=True)
        for name in inspect.get_annotations(owner):
            found[name] = _field(cls, name, hints[name])
    return found


fields_of: Callable[[type], dict[str, Field]] = cache(_read_fields)
"""The attributes that a class and its bases declare, by name, in order of declaration."""


def _field(cls: type, name: str, hint: Any) -> Field:
    role = None
    if get_origin(hint) is Annotated:
        hint, role, *_ = get_args(hint)
    element = get_args(hint)[0] if get_origin(hint) is list else hint
    if element not in (float, int, bool):
        raise TypeError(f"{cls.__name__}.{name}: state is a float, an int, a bool or a list of these, not {hint!r}")
    default = getattr(cls, name, element(0))
    return Field(name, element, role, default)


class Stateful:
    """A class whose annotated attributes are its state."""

    def load(self, record: np.void) -> None:
        """Take over the values of a record, as Python floats, ints, bools and lists of them."""
        for name in fields_of(type(self)):
            setattr(self, name, record[name].tolist())


class Layout:
    """The record of a family of classes: the union of their attributes, and their rules by name.

    Columns, paths and draws each lie side by side, and the record has one more field for each of the three that
    spans them (of one word where there is none), so that a gear moves them as one array whatever they are called.
    """

    def __init__(self, family: str, classes: Sequence[type[Stateful]]):
        self.family = family
        self.classes = tuple(classes)
        self.fields: dict[str, Field] = {}
        for cls in self.classes:
            for name, field in fields_of(cls).items():
                known = self.fields.setdefault(name, field)
                if known.format != field.format:
                    raise TypeError(f"{cls.__name__}.{name} differs in type from the same attribute elsewhere")

    def names(self, role: type) -> list[str]:
        """The attributes with that role, in order of declaration."""
        return [name for name, field in self.fields.items() if isinstance(field.role, role)]

    @cached_property
    def columns(self) -> list[str]:
        return self.names(Column)

    @cached_property
    def paths(self) -> list[str]:
        return self.names(Path)

    @cached_property
    def draws(self) -> list[str]:
        return self.names(Draw)

    @cached_property
    def dtype(self) -> np.dtype:
        """The record type; ``columns_``, ``paths_`` and ``draws_`` span what their names say."""
        blocks = {"columns_": self.columns, "paths_": self.paths, "draws_": self.draws}
        placed = [name for names in blocks.values() for name in names]
        rest = [name for name in self.fields if name not in placed]
        rest.sort(key=lambda name: self.fields[name].type is bool)  # single bytes last, words stay aligned
        names: list[str] = []
        formats: list[Any] = []
        offsets: list[int] = []
        at = 0
        for block, members in blocks.items():
            names.append(block)
            formats.append(("f8", (max(1, len(members)),)))
            offsets.append(at)
            for i, name in enumerate(members):
                names.append(name)
                formats.append("f8")
                offsets.append(at + 8 * i)
            at += 8 * max(1, len(members))
        for name in rest:
            names.append(name)
            formats.append(self.fields[name].format)
            offsets.append(at)
            at += np.dtype(self.fields[name].format).itemsize
        names.append(self.signature)
        formats.append("?")
        offsets.append(at)
        size = (at + 8) // 8 * 8
        return np.dtype({"names": names, "formats": formats, "offsets": offsets, "itemsize": size})

    @cached_property
    def signature(self) -> str:
        """A field name that tells layouts of other classes and rules apart, so that numba does too."""
        functions = [function for rule in self.rules.values() for function in rule if function is not None]
        number = {function: n for n, function in enumerate(dict.fromkeys(functions))}
        table = {name: [number[f] if f else -1 for f in rule] for name, rule in self.rules.items()}
        owners = [f"{cls.__module__}.{cls.__qualname__}" for cls in self.classes]
        digest = hashlib.sha256(repr((owners, table, code_digest(functions))).encode()).hexdigest()
        return f"{self.family}_{digest[:16]}"

    def template(self, count: int) -> np.ndarray:
        """Records with every attribute at its default; shape (count,)."""
        records = np.zeros(count, self.dtype)
        for name, field in self.fields.items():
            if not isinstance(field.default, list):
                records[name] = field.default
        return records

    @cached_property
    def rules(self) -> dict[str, list[Callable | None]]:
        """Every rule's function in each class of the family, None where a class has no such rule."""
        names: dict[str, None] = {}
        for cls in self.classes:
            for owner in cls.__mro__:
                if owner is not Stateful and issubclass(owner, Stateful):
                    names.update(
                        (n, None)
                        for n, f in vars(owner).items()
                        if inspect.isfunction(f) and not n.startswith("_") and f.__module__ != __name__
                    )
        return {
            name: [getattr(cls, name) if inspect.isfunction(getattr(cls, name, None)) else None for cls in self.classes]
            for name in sorted(names)
        }


def code_digest(functions: Sequence[Callable]) -> str:
    """Sixteen digits that change with the code of functions, of what they call and of the constants they read."""
    digest = hashlib.sha256()
    seen: set[Callable] = set()

    def note_code(code: CodeType) -> None:
        digest.update(code.co_code)
        digest.update(repr((code.co_names, code.co_varnames)).encode())
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                note_code(constant)
            else:
                digest.update(repr(constant).encode())

    def note(function: Any) -> None:
        if not inspect.isfunction(function) or function in seen:
            return
        seen.add(function)
        note_code(function.__code__)
        digest.update(repr(function.__defaults__).encode())
        free = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
        outer = {name: cell.cell_contents for name, cell in free}
        for name in (*function.__code__.co_names, *outer):
            value = outer.get(name, function.__globals__.get(name))
            if isinstance(value, ModuleType):
                for member in function.__code__.co_names:
                    note(getattr(value, member, None))
            elif isinstance(value, bool | int | float | str | tuple):
                digest.update(f"{name}={value!r}".encode())
            else:
                note(value)

    for function in functions:
        note(function)
    return digest.hexdigest()[:16]


def public_functions(module: str) -> dict[str, Callable]:
    """The mechanisms of a kind, by name: functions that ``module`` itself has defined so far, no underscore first."""
    return {
        name: value
        for name, value in vars(sys.modules[module]).items()
        if inspect.isfunction(value) and value.__module__ == module and not name.startswith("_")
    }


def dispatch(functions: Sequence[Callable]) -> Callable:
    """One function ``call(which, ...)`` that calls the ``which``-th of several, in both gears.

    Its source is written out, flat and without star-arguments: the compiler makes every layer anew, and every tuple
    costs it. The functions are marked, and take the same parameters by position.
    """
    arguments = ", ".join(inspect.signature(functions[0]).parameters)
    names = [f"function_{n}" for n in range(len(functions))]
    lines = [f"def call(which, {arguments}):"]
    lines += [f"    if which == {n}:\n        return {name}({arguments})" for n, name in enumerate(names[:-1])]
    lines += [f"    return {names[-1]}({arguments})"]
    return both_gears(written("call", lines, dict(zip(names, functions, strict=True))))


def written(name: str, lines: Sequence[str], space: dict[str, Any]) -> Callable:
    """The function ``name`` from its source, which may use what is in ``space``."""
    exec("\n".join(lines), space)
    return space[name]
