"""Points on two axes of numbers, with middles through them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import solara

from dashboard.parts.charts.intervals import ticks

MOST = 1500
"""Points that are drawn; of more, every so many."""
ROOM = 0.03
"""Share of an axis that is left free at either end."""


@solara.component_vue("scatter.vue")
def _Scatter(
    points: list = [],  # noqa: B006
    middles: list = [],  # noqa: B006
    now: dict | None = None,
    across: dict = {},  # noqa: B006
    up: dict = {},  # noqa: B006
    label: str = "",
) -> None: ...


@dataclass(frozen=True)
class Axis:
    """The numbers of an axis, from the least to the greatest; ``marks`` are places with what stands there."""

    low: float
    high: float
    title: str
    marks: Sequence[tuple[float, str]]

    def at(self, value: float) -> float:
        """A place in percent, from its beginning."""
        room = ROOM * (self.high - self.low)
        return 100.0 * (value - self.low + room) / (self.high - self.low + 2.0 * room)

    def spec(self) -> dict[str, Any]:
        return {"title": self.title, "marks": [{"at": self.at(value), "text": text} for value, text in self.marks]}


@dataclass(frozen=True)
class Mean:
    """A middle with the ends of its interval, NaN where there is none; ``text`` says it."""

    at: float
    value: float
    low: float
    high: float
    text: str


def axis(values: Sequence[float], title: str, write: Any, at: Sequence[float] | None = None) -> Axis:
    """An axis that holds all values, with round numbers on it, or with the places that are given."""
    low, high = float(min(values)), float(max(values))
    if low == high:
        low, high = low - 1.0, high + 1.0
    return Axis(low, high, title, [(mark, write(mark)) for mark in (ticks(low, high) if at is None else at)])


def Scatter(
    inputs: np.ndarray,
    found: np.ndarray,
    middles: Sequence[Mean],
    across: Axis,
    up: Axis,
    label: str,
    now: tuple[float, str] | None = None,
) -> solara.Element:
    """Draw points and middles; ``now`` is a place on the axis across, with its name."""
    chosen = np.unique(np.linspace(0, len(inputs) - 1, min(MOST, len(inputs))).round().astype(int))
    ends = [
        (max(up.at(one.low), 0.0), min(up.at(one.high), 100.0)) if math.isfinite(one.low) else (None, None)
        for one in middles
    ]
    return _Scatter(
        points=[[across.at(x), up.at(y), x, y] for x, y in np.column_stack([inputs, found])[chosen].tolist()],
        middles=[
            {"at": across.at(one.at), "up": up.at(one.value), "low": low, "high": high, "value": one.value}
            | {"text": one.text}
            for one, (low, high) in zip(middles, ends, strict=True)
        ],
        now=None if now is None else {"at": across.at(now[0]), "text": now[1]},
        across=across.spec(),
        up=up.spec(),
        label=label,
    )
