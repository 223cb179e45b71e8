"""From a scenario to what both gears start from: records, paths per quarter, keys of the draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from agents.buyer import Buyer
from agents.records.actor import family
from agents.records.layout import Layout
from agents.records.roles import NEVER, Choice, Field, Parameter, Path, Reference, Stateful, When, fields_of
from agents.supplier import Supplier
from market.gears import draws
from market.market_state import MarketState
from market.mechanisms.allocation import STANDING_OF
from market.product import OutsideOption, Product
from market.scenario.events import Edit
from market.scenario.paths import BadInput, parse_quarter, values_of
from market.scenario.schema import between, suggest

SUPPLIER = "NVIDIA"
CHANCY = ("market", "supplier", "buyers")
"""The families whose agents draw random numbers."""

Draws = tuple[np.ndarray, ...]
"""Draws of each family of CHANCY; shape (runs, T, N, K)."""


@dataclass(frozen=True)
class Build:
    """Records with their values before the first quarter, and what drives them.

    Arrays, with T quarters, N agents of a family and K attributes of a kind: ``start[family]`` of shape (N,),
    ``paths[family]`` of shape (T, N, K). Families are market, supplier, products and buyers. ``edited`` are the
    family, agent and attribute of the paths that an event changes.
    """

    names: Mapping[str, list[str]]
    layouts: Mapping[str, Layout]
    start: Mapping[str, np.ndarray]
    paths: Mapping[str, np.ndarray]
    classes: Mapping[str, list[type[Stateful]]]
    edited: frozenset[tuple[str, int, str]]

    def all_draws(self, seed: int, first: int, count: int) -> Draws:
        """Draws of every family of CHANCY for ``count`` replications from ``first``."""
        return tuple(self.draws(name, seed, first, count) for name in CHANCY)

    def draws(self, family: str, seed: int, first: int, count: int) -> np.ndarray:
        """Draws of a family for ``count`` replications from ``first``; shape (count, T, N, K)."""
        layout = self.layouts[family]
        quarters, agents, _ = self.paths[family].shape
        result = np.zeros((count, quarters, agents, max(1, len(layout.draws))))
        for i, name in enumerate(self.names[family]):
            own = fields_of(self.classes[family][i])
            for k, decision in enumerate(layout.draws):
                if decision in own:
                    kind = own[decision].role.kind
                    result[:, :, i, k] = draws.draw(kind, seed, name, decision, first, count, quarters)
        return result


@dataclass(frozen=True)
class Builds:
    """Builds of several points, which differ from ``base`` in numbers only.

    ``start[family]`` of shape (points, N), ``paths[family]`` of shape (points, T, N, K); a family that is the same at
    all points has one row.
    """

    base: Build
    start: Mapping[str, np.ndarray]
    paths: Mapping[str, np.ndarray]

    @classmethod
    def of(cls, build: Build) -> Builds:
        """A single one."""
        return cls(
            build, {f: rows[None] for f, rows in build.start.items()}, {f: p[None] for f, p in build.paths.items()}
        )

    def one(self, point: int) -> Build:
        """The build of a point."""
        start = {family: rows[min(point, len(rows) - 1)] for family, rows in self.start.items()}
        paths = {family: rows[min(point, len(rows) - 1)] for family, rows in self.paths.items()}
        return replace(self.base, start=start, paths=paths)


layout_of: Callable[[str, tuple[type[Stateful], ...]], Layout] = cache(Layout)
"""One layout per family and classes, so that code is compiled once for it."""


def not_ours(cls: type) -> bool:
    """Whether a class is a user's own."""
    return cls.__module__.split(".")[0] not in ("agents", "market")


def buyer_layout(used: Mapping[str, type[Buyer]]) -> Layout:
    """The layout of all classes that ship, and of others that the scenario uses."""
    known = [cls for same in family(Buyer).values() for cls in same if not not_ours(cls)]
    own = sorted({cls for cls in used.values() if cls not in known}, key=lambda cls: (cls.__module__, cls.__qualname__))
    return layout_of("buyers", (*known, *own))


def copied(array: np.ndarray) -> np.ndarray:
    """A copy, made byte by byte: six times faster than field by field, as NumPy copies records."""
    return array.view(np.uint8).copy().view(array.dtype)


def build(scenario: Any) -> Build:
    """Resolve a scenario's names, paths and events.

    Raises:
        BadInput: a reference, a series or an event does not fit the scenario.
    """
    buyer_names = sorted(scenario.buyers)
    names = {
        "market": ["market"],
        "supplier": [SUPPLIER],
        "products": [*scenario.products, *scenario.outside],
        "buyers": buyer_names,
    }
    tables = {
        "market": [scenario.market],
        "supplier": [scenario.supplier],
        "products": [*scenario.products.values(), *scenario.outside.values()],
        "buyers": [scenario.buyers[name] for name in buyer_names],
    }
    classes: dict[str, list[type[Stateful]]] = {
        "market": [MarketState],
        "supplier": [Supplier],
        "products": [Product] * len(scenario.products) + [OutsideOption] * len(scenario.outside),
        "buyers": [scenario.classes[name] for name in buyer_names],
    }
    layouts = {
        "market": layout_of("market", (MarketState,)),
        "supplier": layout_of("supplier", (Supplier,)),
        "products": layout_of("products", (Product, OutsideOption)),
        "buyers": buyer_layout(scenario.classes),
    }
    paths = {
        name: np.zeros((scenario.horizon, len(tables[name]), max(1, len(layout.paths))))
        for name, layout in layouts.items()
    }
    start = {name: np.zeros(len(tables[name]), layout.dtype) for name, layout in layouts.items()}
    for name, layout in layouts.items():
        for i, table in enumerate(tables[name]):
            start[name][i] = blank(layout, classes[name][i])
            table_name = "outside" if classes[name][i] is OutsideOption else name
            prefix = name if name in ("market", "supplier") else f"{table_name}.{names[name][i]}"
            _fill(scenario, layout, classes[name][i], table, start[name][i], paths[name][:, i], names, prefix)
    edited = set()
    for number, event in enumerate(scenario.events):
        try:
            for edit in event.edits(scenario):
                edited.add(_apply(scenario, edit, names, layouts, classes, paths))
        except BadInput as error:
            raise BadInput(f"{scenario.source}: events[{number}].{error}") from None
    market = start["market"]
    market["product_count"] = len(scenario.products)
    market["offer_count"] = len(names["products"])
    market["buyer_count"] = len(buyer_names)
    own = start["products"][: len(scenario.products)]
    market["generation_count"] = int(own["generation"].max()) + 1
    market["standing"] = STANDING_OF[int(market["allocation"][0])]
    start["products"]["index"] = np.arange(len(names["products"]))
    start["buyers"]["index"] = np.arange(len(buyer_names))
    start["buyers"]["kind"] = [layouts["buyers"].classes.index(cls) for cls in classes["buyers"]]
    return Build(names, layouts, start, paths, classes, frozenset(edited))


def _blank(layout: Layout, cls: type) -> np.void:
    records = layout.template(1)
    for name, field in fields_of(cls).items():
        if not field.length:
            records[name] = field.default
    return records[0]


blank: Callable[[Layout, type], np.void] = cache(_blank)
"""A record of a class with every attribute at its default."""


def _settable(cls: type) -> tuple[Field, ...]:
    return tuple(f for f in fields_of(cls).values() if isinstance(f.role, Parameter | Choice | When | Reference))


settable: Callable[[type], tuple[Field, ...]] = cache(_settable)
"""The attributes of a class that a scenario sets."""


def _fill(
    scenario: Any,
    layout: Layout,
    cls: type[Stateful],
    table: Any,
    record: np.void,
    paths: np.ndarray,
    names: Mapping[str, list[str]],
    prefix: str,
) -> None:
    """Put one entry's settings into its record, and its paths, of shape (T, K), in place."""
    for field in settable(cls):
        name, role = field.name, field.role
        if isinstance(role, Path):
            try:
                values = values_of(getattr(table, name), scenario.start, scenario.horizon)
            except BadInput as error:
                raise BadInput(f"{scenario.source}: {prefix}.{name}.{error}") from None
            paths[:, layout.paths.index(name)] = values
            _check(field, np.array(values), f"{scenario.source}: {prefix}.{name}: stands")
        elif isinstance(role, Parameter):
            record[name] = getattr(table, name)
        elif isinstance(role, Choice):
            record[name] = role.options.index(getattr(table, name))
        elif isinstance(role, When):
            label = getattr(table, name)
            if label:
                record[name] = NEVER if label == "never" else parse_quarter(label) - scenario.start
        elif isinstance(role, Reference):
            wanted = getattr(table, name)
            if wanted and wanted not in names[role.table]:
                raise BadInput(
                    f"{scenario.source}: {prefix}.{name}: found {wanted!r}; {suggest(wanted, names[role.table])}"
                )
            record[name] = names[role.table].index(wanted) if wanted else field.default


def _apply(
    scenario: Any,
    edit: Edit,
    names: Mapping[str, list[str]],
    layouts: Mapping[str, Layout],
    classes: Mapping[str, list[type[Stateful]]],
    paths: Mapping[str, np.ndarray],
) -> tuple[str, int, str]:
    """Put an edit's value into its path; the family, agent and attribute that it changed.

    Raises:
        BadInput: there is no such path, or its values are not allowed; the sentence begins with the event's field.
    """
    table = "products" if edit.table == "outside" else edit.table  # they stand in one list
    family = names[table]
    who = edit.entry or family[0]
    if who not in family:
        raise BadInput(f"{edit.said}: found {who!r}; {suggest(who, family)}")
    i = family.index(who)
    layout = layouts[table]
    own = [name for name in layout.paths if name in fields_of(classes[table][i])]
    if edit.field not in own:
        if edit.said == "path":
            raise BadInput(f"path: found {edit.field!r}; {suggest(edit.field, own)}")
        able = [name for name, cls in zip(family, classes[table], strict=True) if edit.field in fields_of(cls)]
        raise BadInput(
            f"{edit.said}: found {who!r}, which has no {edit.field!r}; allowed: {', '.join(able) or 'none of these'}"
        )
    first = parse_quarter(edit.first) - scenario.start
    last = scenario.horizon - 1 if edit.last is None else parse_quarter(edit.last) - scenario.start
    if edit.last is not None and last < first:
        raise BadInput(f"until: found {edit.last!r}; allowed: {edit.first} or later")
    column = paths[table][max(0, first) : max(0, last + 1), i, layout.paths.index(edit.field)]
    if edit.action == "set":
        column[:] = edit.value
    elif edit.action == "add":
        column += edit.value
    else:
        column *= edit.value
    _check(layout.fields[edit.field], column, f"{edit.said}: leaves {'.'.join(filter(None, edit.at))}")
    return table, i, edit.field


def _check(field: Field, values: np.ndarray, leads: str) -> None:
    """Raises BadInput, the sentence beginning with ``leads``, unless a path allows its values."""
    low, high = field.role.low, field.role.high
    endless = np.isposinf(values) & np.isposinf(field.default)
    if not (endless | ((values >= low) & (values <= high))).all():
        raise BadInput(f"{leads} at {values.min():g} to {values.max():g}; allowed: {between(low, high)}")
