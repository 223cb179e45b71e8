"""Numbers with their intervals, one below the other: a forest of differences, or a tornado of effects."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import solara

from dashboard.reading.amounts import Scale

ROOM = 0.04
"""Share of an axis that is left free at either end."""
TICKS = 5


@solara.component_vue("intervals.vue")
def _Intervals(groups: list = [], label: str = "") -> None:  # noqa: B006
    ...


@dataclass(frozen=True)
class Row:
    """A number with its 95% interval; ``text`` says it, ``note`` what else is to be known, ``color`` as charts name it.

    ``bar`` draws it as a bar from zero, ``muted`` in the colour of what does not count.
    """

    key: str
    label: str
    value: float
    low: float
    high: float
    text: str
    color: str = "blue"
    note: str = ""
    bar: bool = False
    muted: bool = False


@dataclass(frozen=True)
class Group:
    """Rows on one axis; ``mark`` is a value with its name that is drawn as a line across them."""

    title: str
    rows: Sequence[Row]
    scale: Scale
    mark: tuple[float, str] | None = None

    def spec(self) -> dict[str, Any]:
        """The group as plain data for the browser, places in percent of the width."""
        numbers = [n for row in self.rows for n in (row.value, row.low, row.high) if math.isfinite(n)]
        if self.mark:
            numbers.append(self.mark[0])
        low, high = min(0.0, *numbers), max(0.0, *numbers)
        if low == high:  # nothing but zeros
            low, high = -1.0, 1.0
        room = ROOM * (high - low)
        low, high = low - (room if low < 0.0 else 0.0), high + (room if high > 0.0 else 0.0)

        def at(value: float) -> float:
            return 100.0 * (value - low) / (high - low) if math.isfinite(value) else 0.0

        marks = ticks(low, high) if numbers and any(numbers) else [0.0]
        return {
            "title": self.title,
            "zero": at(0.0),
            "unit": self.scale.after.strip(),
            "mark": {"at": at(self.mark[0]), "text": self.mark[1]} if self.mark else None,
            "ticks": [{"at": at(tick), "text": short(tick, self.scale)} for tick in marks],
            "rows": [
                asdict(row) | {"atLow": at(row.low), "at": at(row.value), "atHigh": at(row.high)}
                | {name: plain(getattr(row, name)) for name in ("value", "low", "high")}
                for row in self.rows
            ],
        }  # fmt: skip


def Intervals(groups: Sequence[Group], label: str) -> solara.Element:
    """Draw groups of intervals; ``label`` is what a screen reader says before it reads the rows."""
    return _Intervals(groups=[group.spec() for group in groups], label=label)


def plain(number: float) -> float | None:
    """JSON has no NaN."""
    return float(number) if math.isfinite(number) else None


def ticks(low: float, high: float) -> list[float]:
    """Round numbers within an axis, a handful."""
    rough = (high - low) / TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * m for m in (1.0, 2.0, 5.0, 10.0) if power * m >= rough * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [step * k for k in range(first, last + 1)]


def short(tick: float, scale: Scale) -> str:
    """A tick without needless zeros and without its unit, which stands at the end of the axis."""
    digits = f"{abs(tick) * scale.factor:.10g}"
    return f"{'-' if tick < 0.0 else ''}{scale.before}{float(digits):g}"
