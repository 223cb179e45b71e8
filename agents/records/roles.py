"""How state is declared: annotated attributes of a class, each with a role."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import numpy as np

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
SLOTS = 3
"""Negotiations a buyer leads in one quarter, one for each product that it asks for."""
WEEKS = 13
"""Bargaining rounds in a quarter, one a week."""
QUARTERS = 40
"""The longest horizon."""
NEVER = 10_000
"""A quarter index beyond every horizon."""


LIMITS: dict[str, tuple[float, str]] = {
    "": (1.0, "true or false"),
    "1": (1000.0, "a thousandfold"),
    "1/quarter": (100.0, "a hundred times what there is, every quarter"),
    "quarters": (QUARTERS, "the longest horizon"),
    "weeks": (13.0 * QUARTERS, "the longest horizon"),
    "years": (100.0, "a century's revenue"),
    "HAE": (1e9, "many times all that was made by 2026"),
    "HAE a quarter": (1e9, "many times all that was made by 2026"),
    "wafers a quarter": (1e8, "three times all silicon wafers of the world"),
    "kW": (10000.0, "a hundred racks"),
    "MW": (1e7, "all power stations of the world"),
    "MW a quarter": (1e7, "all power stations of the world"),
    "USD": (1e8, "more than any rack costs"),
    "USD/hour": (1e5, "ten thousand times the rent of an H100"),
    "million USD": (1e9, "nine times the world's yearly product"),
    "million USD a quarter": (1e9, "nine times the world's yearly product"),
}
"""The most of each unit that a scenario may say, where a field has no narrower range of its own, and what that is."""

UNKNOWN = (1e12, "a large number")
"""The same for a unit that only a class of one's own has."""


@dataclass(frozen=True)
class Parameter:
    """A number the scenario sets for the whole run, from ``low`` to ``high``, both allowed.

    Where a rule divides by it, ``low`` is the least for which that makes sense. Without a ``high`` the most is that of
    its unit in LIMITS.
    """

    unit: str
    doc: str
    low: float = 0.0
    high: float = math.nan

    def __post_init__(self) -> None:
        if math.isnan(self.high):
            object.__setattr__(self, "high", LIMITS.get(self.unit, UNKNOWN)[0])


@dataclass(frozen=True)
class Path(Parameter):
    """A number the scenario sets for every quarter; the attribute holds the current one."""


@dataclass(frozen=True)
class Choice:
    """One of several mechanisms, named in the scenario and numbered in the state; ``default`` is a name too.

    A subclass may choose another: ``gaming = "honest"`` in its body.
    """

    options: Sequence[str]
    doc: str
    default: str


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
    """A measure that is reported every quarter.

    ``share`` if it is a part of something, told in percent. Of several buyers it is added up, or averaged by the column
    that ``weight`` names.
    """

    unit: str
    doc: str
    share: bool = False
    weight: str = ""


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
IntPerGeneration = Annotated[list[int], Array(GENERATIONS)]
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
    default = getattr(cls, name, role.default if isinstance(role, Choice) else element(0))
    if isinstance(role, Choice):
        default = list(role.options).index(default)
    return Field(name, element, role, default)


class Stateful:
    """A class whose annotated attributes are its state."""

    def load(self, record: np.void) -> None:
        """Take over the values of a record, as Python floats, ints, bools and lists of them."""
        for name in fields_of(type(self)):
            setattr(self, name, record[name].tolist())
