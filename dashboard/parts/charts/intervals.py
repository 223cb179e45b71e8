"""Numbers with their intervals, one below the other: a forest of differences, or a tornado of effects."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import solara

from dashboard.parts.panels import listed
from runs.findings.figures import Group

ROOM = 0.04
"""Share of an axis that is left free at either end."""
TICKS = 5


@solara.component_vue("intervals.vue")
def _Intervals(
    groups: list = [],  # noqa: B006
    label: str = "",
    pickable: bool = False,
    chosen: str = "",
    event_pick: Callable[[str], Any] | None = None,
) -> None: ...


def spec(group: Group) -> dict[str, Any]:
    """A group as plain data for the browser, places in percent of the width."""
    numbers = [n for row in group.rows for n in (row.value, row.low, row.high) if math.isfinite(n)]
    if group.mark:
        numbers.append(group.mark[0])
    low, high = min(0.0, *numbers), max(0.0, *numbers)
    if low == high:  # nothing but zeros
        low, high = -1.0, 1.0
    room = ROOM * (high - low)
    low, high = low - (room if low < 0.0 else 0.0), high + (room if high > 0.0 else 0.0)

    def at(value: float) -> float:
        return 100.0 * (value - low) / (high - low) if math.isfinite(value) else 0.0

    marks = ticks(low, high) if numbers and any(numbers) else [0.0]
    alone = group.title if len(group.rows) == 1 else ""
    return {
        "title": group.title,
        "zero": at(0.0),
        "unit": group.scale.after.strip(),
        "mark": {"at": at(group.mark[0]), "text": group.mark[1]} if group.mark else None,
        "ticks": [{"at": at(tick), "text": group.scale.tick(tick)} for tick in marks],
        "rows": [
            asdict(row) | {"label": alone or row.label, "bar": group.bars}
            | {"color": row.color or ("quiet" if row.muted else "blue")}
            | {"atLow": at(row.low), "at": at(row.value), "atHigh": at(row.high)}
            | {name: plain(getattr(row, name)) for name in ("value", "low", "high")}
            for row in group.rows
        ],
    }  # fmt: skip


def Intervals(
    groups: Sequence[Group], label: str, on_pick: Callable[[str], Any] | None = None, chosen: str = ""
) -> solara.Element:
    """Draw groups of intervals; ``label`` is what a screen reader says before it reads the rows. The key of a row that
    is clicked goes to ``on_pick``."""
    pick = None if on_pick is None else listed([row.key for group in groups for row in group.rows], on_pick)
    specs = [spec(group) for group in groups]
    return _Intervals(groups=specs, label=label, pickable=pick is not None, chosen=chosen, event_pick=pick)


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
