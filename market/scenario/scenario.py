"""The scenario: frozen, validated, hashed, the only input of a run."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import tomli_w
from pydantic import BaseModel

from agents.buyer import Buyer
from market.scenario import own, toml
from market.scenario.events import Event, read
from market.scenario.paths import BadInput, Series, parse_quarter
from market.scenario.schema import ENTRIES, FEWEST_MOST, TABLES, Head, buyer_classes, suggest, table_model, validate
from market.scenario.story import Story, timeless
from market.scenario.story import read as read_story
from market.scenario.uncertainty import Distribution
from market.scenario.uncertainty import read as read_distribution
from market.scenario.wide import is_span, leaves, reach, shared, spread

if TYPE_CHECKING:
    from market.gears.build import Build


UNKNOWN = ("uncertainties", "levers")
"""The tables of a file that say of fields what they may be."""


def shipped() -> dict[str, Path]:
    """The scenarios that come with the package, by name."""
    folder = Path(str(files("market") / "scenarios"))
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


@dataclass(frozen=True)
class Scenario:
    """A world and its rules. Make one with :meth:`load` or :meth:`from_dict`, vary it with :meth:`replace`.

    ``market``, ``supplier``, ``products[name]`` and ``buyers[name]`` hold every setting, defaults included.
    """

    raw: Mapping[str, Any]
    source: str
    head: Head
    market: Any
    supplier: Any
    products: Mapping[str, Any]
    buyers: Mapping[str, Any]
    outside: Mapping[str, Any]
    classes: Mapping[str, type[Buyer]]
    events: tuple[Event, ...]
    uncertainties: Mapping[str, Distribution]
    levers: Mapping[str, Any]
    story: Story

    @classmethod
    def load(cls, name: str | Path, agents: str | Path | None = None) -> Scenario:
        """A shipped scenario by its name, or the one in a TOML file.

        Args:
            name: the name or the file.
            agents: a folder with classes of buyers of one's own, as :func:`market.buyers_from` reads it.

        Raises:
            BadInput: there is no such scenario, or it is not valid; one sentence says where and why. So for the folder.
        """
        if agents is not None:
            own.buyers_from(agents)
        raw, source = _read(name)
        return cls.from_dict(raw, source)

    @classmethod
    def from_dict(cls, raw: dict[str, Any], source: str = "scenario") -> Scenario:
        """A scenario from the content of a file; ``source`` is what errors call it.

        Raises:
            BadInput: it is not valid.
        """
        raw = _flat(raw, source)
        if isinstance(raw.get("buyers"), dict):
            raw["buyers"] = shared(raw["buyers"], source)
        head = validate(Head, raw, "", source)
        if parse_quarter(head.start) + head.horizon > END:
            raise BadInput(f"{source}: start: found {head.start!r}; allowed: so that it ends before the year 10000")
        tables = {name: validate(table_model(kind), raw.get(name, {}), name, source) for name, kind in TABLES.items()}
        entries: dict[str, Mapping[str, Any]] = {}
        for name, kind in ENTRIES.items():
            table = raw.get(name, {})
            _count(table, name, source)
            entries[name] = MappingProxyType(
                {key: validate(table_model(kind), value, f"{name}.{key}", source) for key, value in table.items()}
            )
        if both := sorted(entries["products"].keys() & entries["outside"].keys()):
            raise BadInput(f"{source}: outside.{both[0]}: is a product too; allowed: a name of its own")
        buyers, classes = _buyers(raw["buyers"], source)
        scenario = cls(
            raw=copy.deepcopy(raw),
            source=source,
            head=head,
            **tables,
            **entries,
            buyers=buyers,
            classes=classes,
            events=tuple(read(e, f"events[{i}]", source) for i, e in enumerate(raw.get("events", []))),
            uncertainties=MappingProxyType(
                {
                    path: read_distribution(value, f"uncertainties.{path}", source)
                    for path, value in raw.get("uncertainties", {}).items()
                }
            ),
            levers=MappingProxyType(dict(raw.get("levers", {}))),
            story=read_story(head, entries["products"], buyers, shipped(), source),
        )
        scenario._check()
        return scenario

    @classmethod
    def from_text(cls, text: str, source: str = "scenario") -> Scenario:
        """A scenario from the text of a file that somebody else sent: it extends a shipped one or none.

        Raises:
            BadInput: it is not valid.
        """
        raw = _flat(toml.parse(text, source), source)
        base = raw.pop("extends", None)
        if base is not None:
            if not isinstance(base, str) or base not in shipped():
                raise BadInput(f"{source}: extends: found {base!r}; {suggest(str(base), shipped())}")
            raw = merge(timeless(_read(base)[0], raw), raw)
        return cls.from_dict(raw, source)

    @classmethod
    def of(cls, given: Scenario | str | Path) -> Scenario:
        """A scenario as it is, or the one of a name or file, as :meth:`load` finds it.

        Raises:
            BadInput: it is none of these, or :meth:`load` refuses it.
        """
        if isinstance(given, Scenario):
            return given
        if not isinstance(given, str | Path):
            raise BadInput(f"scenario: found {given!r}; allowed: a scenario, its name or its file")
        return cls.load(given)

    def __reduce__(self) -> tuple[Any, ...]:
        """Copied and pickled as what it was made from."""
        return type(self).from_dict, (self.raw, self.source)

    @property
    def name(self) -> str:
        return self.head.name

    @property
    def title(self) -> str:
        return self.head.title or self.head.name

    @property
    def horizon(self) -> int:
        """Number of quarters."""
        return self.head.horizon

    @property
    def seed(self) -> int:
        return self.head.seed

    @property
    def start(self) -> int:
        """The first quarter, as :func:`market.scenario.paths.parse_quarter` counts."""
        return parse_quarter(self.head.start)

    @property
    def quarters(self) -> list[str]:
        """Labels of the quarters, ``2022Q4`` and so on."""
        return self.head.quarters

    def replace(self, path: str, value: Any) -> Scenario:
        """A copy in which the field at ``path`` (``buyers.xAI.urgency``) has another value.

        ``buyers.*.urgency`` is the field of every buyer that has it, ``buyers.Hyperscaler.urgency`` that of every buyer
        of the class; ``supplier.upstream.growth_after`` is a field of a path that is a series of real figures.

        Raises:
            BadInput: there is no such field, or the value is not allowed.
        """
        return self.replace_all({path: value})

    def replace_all(self, changes: Mapping[str, Any]) -> Scenario:
        """A copy with several fields changed; of two paths to one field the narrower holds."""
        raw = copy.deepcopy(timeless(dict(self.raw), changes))
        for path, value in spread(self, changes).items():
            self._locate(path)
            *parents, last = path.split(".")
            table = raw
            for parent in parents:
                table = table.setdefault(parent, {})
                if not isinstance(table, dict):
                    raise BadInput(f"{self.source}: {path}: {parent} is set too, to no series; allowed: one of the two")
            table[last] = value.model_dump() if isinstance(value, Series) else value
        return Scenario.from_dict(raw, self.source)

    def get(self, path: str) -> Any:
        """The value of the field at ``path``, default included; of many the one they share, or a dict of all.

        Raises:
            BadInput: there is no such field.
        """
        found = {single: self._get(single) for single in reach(self, path)}
        first, *others = found.values()
        return first if all(other == first for other in others) else found

    def _get(self, path: str) -> Any:
        owner, field = self._locate(path)
        return self.classes[path.split(".")[1]].__name__ if field == "class" else getattr(owner, field)

    def to_dict(self) -> dict[str, Any]:
        """The scenario in full, with every default written out; plain types only."""
        full = self.head.model_dump(by_alias=True)
        for table in TABLES:
            full[table] = getattr(self, table).model_dump()
        for table in ENTRIES:
            full[table] = {name: entry.model_dump() for name, entry in getattr(self, table).items()}
        full["buyers"] = {
            name: {"class": self.classes[name].__name__, **entry.model_dump()} for name, entry in self.buyers.items()
        }
        full["events"] = [event.model_dump(exclude_none=True) for event in self.events]
        return full

    def to_toml(self) -> str:
        """The scenario in full as a file."""
        return tomli_w.dumps(self.to_dict())

    @cached_property
    def hash(self) -> str:
        """SHA-256 of everything that shapes a run but the seed, as 64 hexadecimal digits."""
        full = self.to_dict()
        for name in ("name", "title", "description", "seed", "uncertainties", "levers", "story"):
            full.pop(name, None)
        return hashlib.sha256(json.dumps(full, sort_keys=True).encode()).hexdigest()

    @cached_property
    def build(self) -> Build:
        """What both gears start from."""
        from market.gears.build import build

        return build(self)

    def _locate(self, path: str) -> tuple[BaseModel, str]:
        parts = path.split(".")
        owner: Any = {
            "market": self.market,
            "supplier": self.supplier,
            "products": self.products,
            "buyers": self.buyers,
            "outside": self.outside,
            "horizon": self.head,
            "seed": self.head,
            "start": self.head,
        }
        for at, part in enumerate(parts):
            if isinstance(owner, BaseModel):
                classed = parts[0] == "buyers" and not isinstance(owner, Series)
                known: Any = [*type(owner).model_fields, *(["class"] if classed else [])]
            elif isinstance(owner, Mapping):
                known = owner
            else:
                known = []
            if part not in known:
                here = ".".join(parts[:at]) or "top level"
                if not at and (homes := [table for table in TABLES if part in type(owner[table]).model_fields]):
                    raise BadInput(f"{self.source}: {path}: no such field; did you mean '{homes[0]}.{path}'?")
                if here == "buyers" and len(parts) == 3:
                    known = [*known, *(cls.__name__ for cls in self.classes.values())]
                raise BadInput(f"{self.source}: {path}: no such field; {here}: {suggest(part, known)}")
            if isinstance(owner, BaseModel):
                if at == len(parts) - 1:
                    return owner, part
                series = getattr(owner, part, None)
                if not isinstance(series, Series):
                    raise BadInput(f"{self.source}: {path}: {'.'.join(parts[: at + 1])} has no fields of its own")
                owner = series
            else:
                owner = owner[part]
        if owner is self.head:
            return owner, path
        raise BadInput(f"{self.source}: {path}: names a table; allowed: one of its fields")

    def _check(self) -> None:
        """What can only be seen with the whole scenario at hand."""
        for path in [*self.uncertainties, *self.levers]:
            self.get(path)
        self.build  # noqa: B018 - the one place where names, paths and events meet


def _count(table: dict[str, Any], name: str, source: str) -> None:
    fewest, most = FEWEST_MOST[name]
    if not fewest <= len(table) <= most:
        raise BadInput(f"{source}: {name}: found {len(table)} entries; allowed: {fewest} to {most}")


def _buyers(table: dict[str, Any], source: str) -> tuple[Mapping[str, Any], Mapping[str, type[Buyer]]]:
    known = buyer_classes()
    entries, classes = {}, {}
    _count(table, "buyers", source)
    for name, value in table.items():
        if not isinstance(value, dict):
            raise BadInput(f"{source}: buyers.{name}: found {value!r}; allowed: a table")
        settings = dict(value)
        chosen = settings.pop("class", "Buyer")
        if not isinstance(chosen, str) or chosen not in known:
            raise BadInput(
                f"{source}: buyers.{name}.class: found {chosen!r}; {suggest(str(chosen), known)}, or a class "
                "of a folder given as --agents DIR (in Python: agents=DIR)"
            )
        if len(known[chosen]) > 1:
            where = " and ".join(cls.__module__ for cls in known[chosen])
            raise BadInput(f"{source}: buyers.{name}.class: found {chosen!r}, which is defined in {where}; rename one")
        classes[name] = known[chosen][0]
        entries[name] = validate(table_model(classes[name]), settings, f"buyers.{name}", source)
    return MappingProxyType(entries), MappingProxyType(classes)


END = 40_000
"""The first quarter whose year has more than four digits."""

CHAIN = 20
"""Files that extend one another."""


def _read(name: str | Path, above: tuple[Path, ...] = ()) -> tuple[dict[str, Any], str]:
    """The content of a scenario file with what it extends merged in, and what to call it in errors."""
    known = shipped()
    path, source = toml.find(name, known, "scenario")
    if path.resolve() in above:
        raise BadInput(f"{source}: extends: leads back to this file; allowed: a scenario that does not extend it")
    raw = _flat(toml.read(path, source), source)
    base = raw.pop("extends", None)
    if base is None:
        return raw, source
    if not isinstance(base, str):
        raise BadInput(f"{source}: extends: found {base!r}; allowed: the name of a scenario or a file beside this one")
    above = (*above, path.resolve())
    if len(above) > CHAIN:
        raise BadInput(f"{source}: extends: found a chain of more than {CHAIN} files; allowed: up to {CHAIN}")
    below = base if base in known else path.parent / base
    try:
        toml.find(below, known, "scenario")
    except BadInput as error:
        raise BadInput(f"{source}: extends: {error}") from None
    inherited = _read(below, above)[0]
    return merge(timeless(inherited, raw), raw), source


def _flat(raw: dict[str, Any], source: str) -> dict[str, Any]:
    """The content of a file with its uncertainties and levers by path, however their paths are written."""
    return raw | {name: leaves(raw[name], is_span, f"{source}: {name}") for name in UNKNOWN if name in raw}


def merge(base: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """``change`` laid over ``base``: tables field by field, lists of events one after the other."""
    result = dict(base)
    for key, value in change.items():
        if key == "events" and isinstance(value, list) and isinstance(base.get(key, []), list):
            result[key] = [*base.get(key, []), *value]
        elif isinstance(value, dict) and isinstance(base.get(key), dict) and "series" not in value:
            result[key] = merge(base[key], value)
        else:
            result[key] = value
    return result
