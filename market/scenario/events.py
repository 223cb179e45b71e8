"""What happens to the world in a quarter: the kinds of ``[[events]]``, each turned into edits of paths.

An event acts through paths alone: it is worked into them before a run, and a quarter is handed its own values and no
later ones, so nothing can be seen of an event before its quarter. A kind is a subclass of :class:`Kind`, here or in a
script; its name is that of the class: ``kind = "export_rule"`` is :class:`ExportRule`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, model_validator
from pydantic_core import PydanticCustomError

from agents.buying.state import POWER_QUARTERS
from agents.records.roles import LIMITS, NEVER, QUARTERS
from market.scenario.paths import BadInput, parse_quarter, quarter_label
from market.scenario.schema import ENTRIES, STRICT, TABLES, Quarter, suggest, validate, within


def most(unit: str) -> AfterValidator:
    """Numbers from 0 to the most of a unit."""
    return within(0.0, LIMITS[unit][0])


@dataclass(frozen=True)
class Edit:
    """A value put into one path from the quarter ``first`` to ``last`` (None: to the end).

    ``entry`` is empty for tables that set one thing; ``said`` is the field of the event that errors point at.
    """

    said: str
    table: str
    entry: str
    field: str
    action: Literal["set", "add", "multiply"]
    value: float
    first: str
    last: str | None

    @property
    def at(self) -> tuple[str, str, str]:
        """Table, entry and field that it changes."""
        return self.table, self.entry, self.field


class Event(BaseModel):
    """What all events have."""

    model_config = STRICT
    quarter: Quarter
    note: str = ""

    def edits(self, scenario: Any) -> Iterator[Edit]:
        """What it does to paths.

        Raises:
            BadInput: it does not fit the scenario; the sentence begins with the field of the event.
        """
        raise NotImplementedError


class PathEvent(Event):
    """An event without a kind: a value put into any path by ``set``, ``add`` or ``multiply``.

    ``add`` holds for its quarter alone, the others to the end, unless ``until`` says otherwise.
    """

    until: Quarter | None = None
    path: str
    set: float | None = None
    add: float | None = None
    multiply: float | None = None

    @model_validator(mode="after")
    def _one_action(self) -> PathEvent:
        if [self.set, self.add, self.multiply].count(None) != 2:
            raise PydanticCustomError("actions", "exactly one of set, add, multiply")
        return self

    def edits(self, scenario: Any) -> Iterator[Edit]:
        table, *rest = self.path.split(".")
        if len(rest) != (1 if table in TABLES else 2) or table not in (*TABLES, *ENTRIES, "buyers"):
            raise BadInput(
                f"path: found {self.path!r}; allowed: supplier.FIELD, products.NAME.FIELD or buyers.NAME.FIELD"
            )
        entry = rest[0] if len(rest) == 2 else ""
        for action in ("set", "add", "multiply"):
            value = getattr(self, action)
            if value is not None:
                last = self.quarter if action == "add" and self.until is None else self.until
                yield Edit("path", table, entry, rest[-1], action, value, self.quarter, last)


class Kind(Event):
    """An event of a named kind."""

    kind: str


class ExportRule(Kind):
    """Closes products to the controlled region from the quarter on; with ``lifted`` it opens them."""

    products: Annotated[list[str], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]
    lifted: bool = False

    def edits(self, scenario: Any) -> Iterator[Edit]:
        for product in self.products:
            yield Edit("products", "products", product, "exportable", "set", float(self.lifted), self.quarter, None)


class FundingRound(Kind):
    """A buyer that lives on funding rounds takes in ``amount`` million USD."""

    buyer: str
    amount: Annotated[float, most("million USD")]

    def edits(self, scenario: Any) -> Iterator[Edit]:
        yield Edit("buyer", "buyers", self.buyer, "funding", "add", self.amount, self.quarter, self.quarter)


class CapacityShock(Kind):
    """The supplier's usable capacity is ``factor`` times what it would be, to the end or ``until`` a quarter."""

    factor: Annotated[float, most("1")]
    until: Quarter | None = None

    def edits(self, scenario: Any) -> Iterator[Edit]:
        yield Edit("kind", "supplier", "", "capacity_factor", "multiply", self.factor, self.quarter, self.until)


class Quake(Kind):
    """``factor`` on capacity for so many ``quarters``; the share ``scrap`` of the finished stock is lost at once."""

    factor: Annotated[float, within(0.0, 1.0)]
    quarters: Annotated[int, within(1, QUARTERS)] = 2
    scrap: Annotated[float, within(0.0, 1.0)] = 0.0

    def edits(self, scenario: Any) -> Iterator[Edit]:
        last = quarter_label(parse_quarter(self.quarter) + self.quarters - 1)
        yield Edit("kind", "supplier", "", "capacity_factor", "multiply", self.factor, self.quarter, last)
        yield Edit("kind", "supplier", "", "scrap", "add", self.scrap, self.quarter, self.quarter)


class ProductDelay(Kind):
    """The launch of a product is put off by so many ``quarters``; nothing happens if it is on sale already."""

    product: str
    quarters: Annotated[int, within(1, QUARTERS)]

    def edits(self, scenario: Any) -> Iterator[Edit]:
        yield Edit(
            "product", "products", self.product, "delay", "add", float(self.quarters), self.quarter, self.quarter
        )


class Launch(Kind):
    """A product comes on sale in this quarter, whenever it was planned to; nothing happens if it is on sale already."""

    product: str

    def edits(self, scenario: Any) -> Iterator[Edit]:
        yield Edit("product", "products", self.product, "delay", "set", -float(NEVER), self.quarter, self.quarter)


class Redirect(Kind):
    """The owner of ``giver`` passes ``units`` HAE of its deliveries on to its ``redirect_to``, from the quarter on."""

    giver: str
    units: Annotated[float, most("HAE")]

    def edits(self, scenario: Any) -> Iterator[Edit]:
        if getattr(scenario.buyers.get(self.giver), "redirect_to", None) == "":
            raise BadInput(f"giver: found {self.giver!r}, which has no redirect_to; allowed: a buyer that has one")
        yield Edit("giver", "buyers", self.giver, "redirect", "add", self.units, self.quarter, self.quarter)


class PowerDelay(Kind):
    """Power that is under way for a buyer comes so many ``quarters`` later; what it starts from now on does not."""

    buyer: str
    quarters: Annotated[int, within(1, POWER_QUARTERS)]

    def edits(self, scenario: Any) -> Iterator[Edit]:
        yield Edit(
            "buyer", "buyers", self.buyer, "power_setback", "add", float(self.quarters), self.quarter, self.quarter
        )


def kinds() -> dict[str, type[Kind]]:
    """Every kind of event that is known, by name; defining a subclass of :class:`Kind` is enough."""
    found: dict[str, type[Kind]] = {}

    def note(cls: type[Kind]) -> None:
        for child in cls.__subclasses__():
            found[re.sub(r"(?<!^)(?=[A-Z])", "_", child.__name__).lower()] = child
            note(child)

    note(Kind)
    return found


def read(data: Any, where: str, source: str) -> Event:
    """An entry of ``[[events]]``, by its kind.

    Raises:
        BadInput: it is not valid; one sentence says where and why.
    """
    if not isinstance(data, dict) or "kind" not in data:
        return validate(PathEvent, data, where, source)
    known = kinds()
    name = data["kind"]
    if not isinstance(name, str) or name not in known:
        raise BadInput(f"{source}: {where}.kind: found {name!r}; {suggest(str(name), known)}")
    return validate(known[name], data, where, source)
