"""The scenario file's tables, made from what the classes declare, and errors told in one sentence."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    create_model,
)
from pydantic_core import PydanticCustomError

from agents.buyer import Buyer
from agents.records.actor import family
from agents.records.roles import (
    NEVER,
    OUTSIDE,
    PRODUCTS,
    QUARTERS,
    Choice,
    Parameter,
    Path,
    Reference,
    Stateful,
    When,
    fields_of,
)
from agents.records.roles import Field as DeclaredField
from agents.supplier import Supplier
from market.market_state import MarketState
from market.product import OutsideOption, Product
from market.scenario.paths import BadInput, Series, parse_quarter, quarter_label

STRICT = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)


def _quarter(value: Any) -> str:
    try:
        parse_quarter(value)
    except (ValueError, AttributeError):
        raise PydanticCustomError("quarter", "a quarter written like 2024Q2") from None
    return value


Quarter = Annotated[str, BeforeValidator(_quarter)]


def _path(value: Any) -> Any:
    numbers = value if isinstance(value, list) else [value]
    if isinstance(value, dict):
        return Series.model_validate(value)
    if isinstance(value, Series):
        return value
    if not numbers or any(isinstance(n, bool) or not isinstance(n, int | float) for n in numbers):
        raise PydanticCustomError("path", "a number, a list of numbers, or a table with a 'series'")
    try:
        return [float(n) for n in value] if isinstance(value, list) else float(value)
    except OverflowError:
        raise PydanticCustomError("path", "a number that a float can hold") from None


def within(low: float, high: float, endless: bool = False) -> AfterValidator:
    """Numbers from ``low`` to ``high``, and infinity where it is meant to stand for no limit."""

    def check(value: Any) -> Any:
        for number in value if isinstance(value, list) else [value]:
            if isinstance(number, Series):
                continue
            if not (low <= number <= high or (number == math.inf and endless)):
                raise PydanticCustomError("range", "{allowed}", {"allowed": between(low, high)})
        return value

    return AfterValidator(check)


def between(low: float, high: float) -> str:
    """The sentence's end for a range."""
    if math.isinf(high):
        return "any number" if math.isinf(low) else f"at least {low:g}"
    return f"{low:g} to {high:g}"


def _entry(field: DeclaredField) -> tuple[Any, Any] | None:
    """The scenario's field for a declared attribute, None if the scenario does not set it."""
    role = field.role
    if isinstance(role, Path):
        check = within(role.low, role.high, math.isinf(field.default))
        return Annotated[Any, BeforeValidator(_path), check], Field(float(field.default), description=role.doc)
    if isinstance(role, Parameter):
        if field.type is bool:
            return bool, Field(field.default, description=role.doc)
        check = within(role.low, role.high, math.isinf(field.default))
        kind: Any = Annotated[int, check] if field.type is int else Annotated[float, check]
        return kind, Field(field.default, description=role.doc)
    if isinstance(role, Choice):
        return Literal[tuple(role.options)], Field(role.options[field.default], description=role.doc)
    if isinstance(role, Reference):
        return str, Field("", description=role.doc)
    if isinstance(role, When):
        return Quarter | Literal["never", ""], Field("never" if field.default == NEVER else "", description=role.doc)
    return None


def _table_model(cls: type) -> type[BaseModel]:
    entries = {name: entry for name, field in fields_of(cls).items() if (entry := _entry(field)) is not None}
    return create_model(cls.__name__, __config__=STRICT, **entries)  # type: ignore[call-overload]


table_model: Callable[[type], type[BaseModel]] = cache(_table_model)
"""The pydantic model of a table that sets the parameters of a class."""


def buyer_classes() -> dict[str, list[type[Buyer]]]:
    """Every class of buyers that is known, by name; defining a subclass of Buyer is enough."""
    return {name: [cls for cls in classes if issubclass(cls, Buyer)] for name, classes in family(Buyer).items()}


class Head(BaseModel):
    """The top level of a scenario file; its tables are checked one by one."""

    model_config = STRICT
    schema_: Literal[1] = Field(alias="schema")
    name: str
    title: str = ""
    description: str = ""
    start: Quarter
    horizon: Annotated[int, within(1, QUARTERS)]
    seed: Annotated[int, within(0, 2**63 - 1)] = 0
    market: dict[str, Any] = {}
    supplier: dict[str, Any] = {}
    products: dict[str, Any]
    buyers: dict[str, Any]
    outside: dict[str, Any] = {}
    events: list[Any] = []
    uncertainties: dict[str, Any] = {}
    levers: dict[str, Any] = {}
    story: dict[str, Any] = {}

    @property
    def quarters(self) -> list[str]:
        """Labels of the quarters, ``2022Q4`` and so on."""
        first = parse_quarter(self.start)
        return [quarter_label(first + t) for t in range(self.horizon)]


def validate(model: type[BaseModel], data: Any, where: str, source: str) -> Any:
    """``data`` as ``model``, or one sentence: the file, the field, what was found, what is allowed.

    Raises:
        BadInput: with that sentence.
    """
    if not isinstance(data, dict):
        raise BadInput(f"{source}: {where or 'the file'}: found {data!r}; allowed: a table")
    try:
        return model.model_validate(data)
    except ValidationError as error:
        errors = sorted(error.errors(), key=lambda found: found["type"] != "extra_forbidden")
        first = errors[0]
        inside = _inside(data, first)
        name = ".".join(filter(None, [where, *inside]))
        if first["type"] == "extra_forbidden":
            known = [field.alias or name for name, field in _owner(model, first["loc"][:-1]).model_fields.items()]
            raise BadInput(f"{source}: {name}: no such field; {suggest(inside[-1], known)}") from None
        if first["type"] == "missing":
            raise BadInput(f"{source}: {name}: is missing") from None
        found = data.get(first["loc"][0], first["input"]) if len(inside) == 1 else first["input"]
        if first["type"] == "literal_error":
            options = re.findall(r"'(\w+)'", first["ctx"]["expected"])
            if difflib.get_close_matches(str(found), options, 1):
                raise BadInput(f"{source}: {name}: found {found!r}; {suggest(str(found), options)}") from None
        raise BadInput(f"{source}: {name}: found {found!r}; allowed: {_allowed(first)}") from None
    except BadInput as error:
        raise BadInput(f"{source}: {where}: {error}") from None


def _inside(data: Any, error: Any) -> list[str]:
    """Where in ``data`` an error is, in the words of the file: pydantic also says which of several types it tried."""
    found: list[str] = []
    for part in error["loc"]:
        try:
            data = data[part]
        except (LookupError, TypeError):
            if error["type"] != "missing" or part != error["loc"][-1]:
                continue
        found.append(str(part))
    return found


def _owner(model: Any, loc: Iterable[Any]) -> type[BaseModel]:
    """The model of the table at a place: that of a field, of the entries of a list or table, or a path's."""
    for part in loc:
        if isinstance(part, int):  # of a list, whose entries are of one model
            continue
        named = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
        model = named.get(part, Series)
        while inner := [kind for kind in get_args(model) if kind not in (type(None), ...)]:
            model = inner[-1]
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            return Series
    return model


KINDS = {
    "float": "a number",
    "int": "a whole number",
    "string": "a text",
    "bool": "true or false",
    "dict": "a table",
    "model": "a table",
    "list": "a list",
}
LIMITS = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below", "multiple_of": "a multiple of"}


def _allowed(error: Any) -> str:
    if error["type"] == "literal_error":
        return error["ctx"]["expected"]
    for limit, words in LIMITS.items():
        if limit in error.get("ctx", {}):
            return f"{words} {error['ctx'][limit]}"
    kind = error["type"].removesuffix("_type").removesuffix("_from_float").removesuffix("_parsing")
    return KINDS.get(kind, error["msg"])


LISTED = 20
"""So many names are told beside the nearest one."""


def suggest(name: str, known: Iterable[str]) -> str:
    """What may stand there instead, the nearest name first."""
    names = list(dict.fromkeys(known))
    near = difflib.get_close_matches(name, names, 1)
    if near and len(names) > LISTED:
        return f"did you mean {near[0]!r}? It is one of {len(names)}"
    if near:
        return f"did you mean {near[0]!r}? Allowed: {', '.join(sorted(names))}"
    return f"allowed: {', '.join(sorted(names))}"


TABLES: dict[str, type[Stateful]] = {"market": MarketState, "supplier": Supplier}
"""The tables that set one thing each."""
ENTRIES: dict[str, type[Stateful]] = {"products": Product, "outside": OutsideOption}
"""The tables of named entries of one class each (buyers name theirs)."""
FEWEST_MOST = {"products": (1, PRODUCTS), "buyers": (1, 60), "outside": (0, OUTSIDE)}
