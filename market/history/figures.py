"""Real figures as they stand in a file: one row each, checked when it is read."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass, fields
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from market.history.periods import BadInput, parse_quarter, when

KINDS = {
    "reported": "a company or a regulator says so",
    "estimate": "an analyst, or arithmetic on what was reported",
    "rumour": "press that names no source; weighs half where figures are weighed",
    "memory": "recalled and not looked up; never compared with the model",
}
"""How good a figure is."""

UNITS = (
    "USD billion",
    "USD per GPU",
    "USD per GPU-hour",
    "percent",
    "percent of demand unmet",
    "weeks",
    "packages",
    "NVIDIA packages",
    "H100",
    "H100 (incl. H800)",
    "H100-equivalents (NVIDIA only)",
    "thousand wafers a month",
)


@dataclass(frozen=True)
class Observation:
    """One real figure: what, of whom, when, how much, how sure, and who says so. A file has these columns.

    ``low`` and ``high`` are the ends of an interval; a file without intervals may leave both columns out.
    """

    series: str
    entity: str
    period: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    kind: str
    source: str
    note: str

    @property
    def time(self) -> float:
        """When, in quarters as :func:`market.history.periods.parse_quarter` counts: 2023Q4 goes from 8095.0 to 8096.0.

        A quarter, a month or a year stands for its middle.
        """
        return when(self.period)


@dataclass(frozen=True)
class Driver(Observation):
    """A real figure that drives the model: it has a value, and a quarter."""

    value: float


COLUMNS = tuple(field.name for field in fields(Observation))
INTERVAL = ("low", "high")
NUMBERS = ("value", *INTERVAL)


def driving(path: Traversable | Path | None = None) -> tuple[Driver, ...]:
    """The real figures that drive the model, ``market/history/inputs.csv`` or another file of that kind.

    Raises:
        BadInput: a row is not allowed, has no value or is of no quarter.
    """
    path = path or files("market") / "history" / "inputs.csv"
    found = []
    for line, one in _lines(path):
        if one.value is None:
            raise _refusal(path.name, line, "value", "", "a number")
        try:
            parse_quarter(one.period)
        except ValueError:
            raise _refusal(path.name, line, "period", one.period, "a quarter, such as 2023Q4") from None
        found.append(Driver(**vars(one)))
    return tuple(found)


def read(path: Traversable | Path) -> tuple[Observation, ...]:
    """The figures of a file, in its order.

    Raises:
        BadInput: a row is not allowed; one sentence names the file, the line, the field, what was found and what may
            stand there.
    """
    return tuple(one for _, one in _lines(path))


def _lines(path: Traversable | Path) -> list[tuple[int, Observation]]:
    """Figures with the number of the line that each ends on."""
    try:
        reader = csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
        rows = [(reader.line_num, row) for row in reader if row]
    except (OSError, ValueError, csv.Error) as error:
        raise BadInput(f"{path.name}: cannot be read: {error}") from None
    (_, columns), *rows = rows or [(1, [])]
    if columns not in (list(COLUMNS), [name for name in COLUMNS if name not in INTERVAL]):
        raise _refusal(path.name, 1, "columns", ", ".join(columns), ", ".join(COLUMNS))
    found: list[tuple[int, Observation]] = []
    told: dict[tuple[str, ...], int] = {}
    units: dict[str, str] = {}
    for line, row in rows:
        one = _observation(path.name, line, columns, row)
        key = (one.series, one.entity, one.period)
        if key in told:
            raise _refusal(path.name, line, "period", one.period, f"another than line {told[key]} has of {one.entity}")
        told[key] = line
        if units.setdefault(one.series, one.unit) != one.unit:
            raise _refusal(path.name, line, "unit", one.unit, f"{units[one.series]}, as in the series' first row")
        found.append((line, one))
    return found


def _observation(name: str, line: int, columns: list[str], row: list[str]) -> Observation:
    """A row, checked by itself."""
    if len(row) != len(columns):
        raise _refusal(name, line, "row", f"{len(row)} cells", f"{len(columns)}")
    cells = dict.fromkeys(INTERVAL, "") | dict(zip(columns, row, strict=True))
    for field in ("series", "entity", "source"):
        if not cells[field].strip():
            raise _refusal(name, line, field, cells[field], "a text")
    try:
        when(cells["period"])
    except ValueError:
        raise _refusal(name, line, "period", cells["period"], "2023, 2023Q4, 2023-11 or 2023-11-30") from None
    for field, allowed in (("unit", UNITS), ("kind", tuple(KINDS))):
        if cells[field] not in allowed:
            raise _refusal(name, line, field, cells[field], ", ".join(allowed))
    value, low, high = (_number(name, line, field, cells[field]) for field in NUMBERS)
    if value is None and (low is None or high is None):
        raise _refusal(name, line, "value", "", "a number, or none beside both ends of an interval")
    known = [end for end in (low, value, high) if end is not None]
    if known != sorted(known):
        found = " to ".join("" if end is None else f"{end:g}" for end in (low, high))
        raise _refusal(name, line, "low to high", found, "a low that is not above the value, nor the value above high")
    texts = {field: text for field, text in cells.items() if field not in NUMBERS}
    return Observation(value=value, low=low, high=high, **texts)


def _number(name: str, line: int, field: str, cell: str) -> float | None:
    """The number in a cell, None where it is empty."""
    if not cell:
        return None
    try:
        found = float(cell)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise _refusal(name, line, field, cell, "a finite number")
    return found


def _refusal(name: str, line: int, field: str, found: str, allowed: str) -> BadInput:
    return BadInput(f"{name}: line {line}: {field}: found {found!r}; allowed: {allowed}")
