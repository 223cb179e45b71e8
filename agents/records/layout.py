"""How the state of a family of classes lies in one record for the ensemble gear.

The live gear keeps the attributes on Mesa agents; the ensemble gear keeps the union of a family's
attributes in one NumPy record. Which of the two a rule reads, it cannot tell.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Sequence
from functools import cached_property
from types import FunctionType
from typing import Any

import numpy as np

from agents.records.gears import as_run, code_digest
from agents.records.roles import Column, Draw, Field, Path, Stateful, fields_of


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
        return f"{self.family}_{self.digest(as_run)}"

    def digest(self, told: Callable[[FunctionType], str]) -> str:
        """What tells other classes and rules apart, their code told by :func:`as_run` or :func:`as_written`."""
        number = {function: n for n, function in enumerate(dict.fromkeys(self._functions))}
        table = {name: [number[f] if f else -1 for f in rule] for name, rule in self.rules.items()}
        owners = [f"{cls.__module__}.{cls.__qualname__}" for cls in self.classes]
        code = self._digest if told is as_run else code_digest(self._functions, told)
        return hashlib.sha256(repr((owners, table, code)).encode()).hexdigest()[:16]

    @property
    def _functions(self) -> list[Callable]:
        return [function for rule in self.rules.values() for function in rule if function is not None]

    @cached_property
    def _digest(self) -> str:
        return code_digest(self._functions)

    def changed(self) -> bool:
        """Whether the rules, or what they read, are no longer what they were when the record was laid out."""
        return code_digest(self._functions) != self._digest

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
                        (n, None) for n, f in vars(owner).items() if inspect.isfunction(f) and not n.startswith("_")
                    )
        return {
            name: [getattr(cls, name) if inspect.isfunction(getattr(cls, name, None)) else None for cls in self.classes]
            for name in sorted(names)
        }
