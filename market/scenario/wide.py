"""Paths in a file: of one field, or of the same field of many (``buyers.*.elasticity``, ``buyers.Hyperscaler.capex``).

A star stands for every entry that has the field, the name of a class for the buyers of exactly that class; an entry's
own name comes before that of a class. ``buyers.*.capex.growth_after`` is that field of all whose capex is a series of
real figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from market.scenario.paths import BadInput, Series
from market.scenario.schema import buyer_classes, suggest, table_model

if TYPE_CHECKING:
    from market.scenario.scenario import Scenario

MANY = ("products", "buyers", "outside")
"""Tables of named entries."""


def reach(scenario: Scenario, path: str) -> list[str]:
    """The paths of single fields that a path means; itself alone, checked or not, if it is none of many.

    Raises:
        BadInput: nobody that it is about has the field.
    """
    found, about = _meant(scenario, path)
    if about and not found:
        table, _, field, *inside = path.split(".")
        known = {name for entry in about for name in fields_of_entry(scenario, table, entry)}
        if inside and field in known:
            raise BadInput(
                f"{scenario.source}: {path}: {field} is a series of real figures for none of {', '.join(about)}"
            )
        raise BadInput(f"{scenario.source}: {path}: none of {', '.join(about)} has this field; {suggest(field, known)}")
    return found or [path]


def spread(scenario: Scenario, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Values by the paths of single fields. Where several reach a field the narrowest holds, whatever their order; a
    field of a series comes after the series.

    Raises:
        BadInput: nobody that a path is about has the field.
    """
    found: dict[str, Any] = {}
    for path in changes:
        if not isinstance(path, str):
            raise BadInput(f"path: found {path!r}; allowed: a text such as 'market.deposit'")
    for path in sorted(changes, key=lambda path: (-_breadth(scenario, path), path.count("."))):
        found.update(dict.fromkeys(reach(scenario, path), changes[path]))
    return found


def shared(table: dict[str, Any], source: str) -> dict[str, Any]:
    """The buyers of a file, each with what ``buyers."*"`` says of a field that it has and does not set itself.

    Raises:
        BadInput: nobody has such a field.
    """
    common = table.get("*", {})
    if not isinstance(common, dict):
        raise BadInput(f"{source}: buyers.*: found {common!r}; allowed: a table")
    known = buyer_classes()
    reached: dict[str, None] = {}
    entries = {}
    for name, own in table.items():
        if name == "*":
            continue
        entries[name] = own
        if isinstance(own, dict) and (chosen := str(own.get("class", "Buyer"))) in known:
            fields = dict.fromkeys(table_model(known[chosen][0]).model_fields)
            reached |= fields
            entries[name] = {field: value for field, value in common.items() if field in fields} | own
    for field in common:
        if field not in reached:
            raise BadInput(f"{source}: buyers.*.{field}: no buyer has this field; {suggest(field, reached)}")
    return entries


def overlap(scenario: Scenario, path: str, others: Iterable[str]) -> bool:
    """Whether one of the others means a field that the path means too, or a part of it."""
    own = [path, *_meant(scenario, path)[0]]
    them = [single for other in others for single in (other, *_meant(scenario, other)[0])]
    return any(f"{one}.".startswith(f"{two}.") or f"{two}.".startswith(f"{one}.") for one in own for two in them)


def leaves(table: Any, leaf: Callable[[Any], bool], where: str) -> Any:
    """What stands at each path, whether written ``"a.b" = x`` or ``a.b = x``; what is no table stays as it is.

    Raises:
        BadInput: a path is written both ways.
    """
    found: dict[str, Any] = {}

    def note(table: Mapping[str, Any], above: str) -> None:
        for name, value in table.items():
            path = above + name
            if not leaf(value):
                note(value, f"{path}.")
            elif path in found:
                raise BadInput(f"{where}.{path}: found twice; allowed: once")
            else:
                found[path] = value

    if not isinstance(table, dict):
        return table
    note(table, "")
    return found


def is_value(value: Any) -> bool:
    """Whether this is what a field is set to, a series of figures among others, and not a table of fields."""
    return not isinstance(value, dict) or "series" in value


def is_span(value: Any) -> bool:
    """Whether this is what a field may be, a distribution among others: a table of fields holds tables."""
    return not (isinstance(value, dict) and any(isinstance(entry, dict) for entry in value.values()))


def fields_of_entry(scenario: Scenario, table: str, entry: str) -> list[str]:
    """What can be set of an entry."""
    return [*type(getattr(scenario, table)[entry]).model_fields, *(["class"] if table == "buyers" else [])]


def _entries(scenario: Scenario, path: str) -> list[str]:
    """The entries that a path is about if its middle is a star or a class; else none."""
    table, *rest = path.split(".")
    if table not in MANY or len(rest) not in (2, 3) or rest[0] in getattr(scenario, table):
        return []
    if rest[0] == "*":
        return list(getattr(scenario, table))
    return [name for name, cls in scenario.classes.items() if cls.__name__ == rest[0]] if table == "buyers" else []


def _meant(scenario: Scenario, path: str) -> tuple[list[str], list[str]]:
    """Paths of the fields that a path of many means, and the entries that it is about."""
    about = _entries(scenario, path)
    if not about:
        return [], []
    table, _, field, *inside = path.split(".")
    having = [entry for entry in about if field in fields_of_entry(scenario, table, entry)]
    if inside:
        entries = getattr(scenario, table)
        having = [entry for entry in having if isinstance(getattr(entries[entry], field, None), Series)]
    return [".".join([table, entry, field, *inside]) for entry in having], about


def _breadth(scenario: Scenario, path: str) -> int:
    """0 of a single field, 1 of a class, 2 of all."""
    if not _entries(scenario, path):
        return 0
    return 2 if path.split(".")[1] == "*" else 1
