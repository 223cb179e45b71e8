"""What the world does quarter by quarter: paths of real figures, and how a path is written in a scenario."""

from __future__ import annotations

import csv
import io
import math
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

MOST = 280
"""Characters of a sentence."""


class BadInput(ValueError):
    """What a user gave cannot be used; the message is the one sentence to show."""

    def __init__(self, sentence: str):
        super().__init__(shown(sentence))


def shown(sentence: str) -> str:
    """A sentence in one line of MOST characters or less: words and lists that are too long lose their middle, control
    characters are written out."""
    plain = "".join(mark if mark.isprintable() else repr(mark)[1:-1] for mark in sentence)
    if len(plain) > MOST:
        plain = " ".join(word if len(word) <= 160 else f"{word[:50]}...{word[-20:]}" for word in plain.split(" "))
    return plain if len(plain) <= MOST else f"{plain[:235]} ... {plain[-40:]}"


def parse_quarter(label: str) -> int:
    """``2024Q2`` as a count of quarters, so that labels can be subtracted.

    Raises:
        ValueError: it is not written so.
    """
    year, mark, number = label.partition("Q")
    if mark != "Q" or not (year.isdigit() and len(year) == 4) or number not in ("1", "2", "3", "4"):
        raise ValueError(f"{label!r} is not a quarter written like 2024Q2")
    return int(year) * 4 + int(number) - 1


def quarter_label(count: int) -> str:
    """The inverse of :func:`parse_quarter`."""
    return f"{count // 4}Q{count % 4 + 1}"


@cache
def inputs() -> dict[str, dict[int, float]]:
    """The real figures that drive the model: ``series/entity`` to quarter to value (market/history/inputs.csv)."""
    table: dict[str, dict[int, float]] = {}
    text = (files("market") / "history" / "inputs.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(io.StringIO(text)):
        table.setdefault(f"{row['series']}/{row['entity']}", {})[parse_quarter(row["period"])] = float(row["value"])
    return table


class Series(BaseModel):
    """A path taken from the real figures, ``scale`` times the value ``lag`` quarters before.

    Quarters without a figure between two that have one lie on a geometric line between them. Before the first
    figure its value holds; after the last one it grows by ``growth_after`` a quarter.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    series: str
    scale: Annotated[float, Field(allow_inf_nan=False)] = 1.0
    lag: Annotated[int, Field(ge=0, le=40)] = 0
    growth_after: Annotated[float, Field(gt=-1.0, le=1.0)] = 0.0
    kind: Literal["assumption", "conditional"] = "conditional"

    def values(self, first: int, count: int) -> list[float]:
        """The path over ``count`` quarters from ``first``."""
        known = inputs().get(self.series)
        if known is None:
            raise BadInput(f"series: there is no series {self.series!r}; allowed: {', '.join(sorted(inputs()))}")
        return [self.scale * _at(known, first + t - self.lag, self.growth_after) for t in range(count)]


def _at(known: dict[int, float], quarter: int, growth: float) -> float:
    quarters = sorted(known)
    if quarter <= quarters[0]:
        return known[quarters[0]]
    if quarter >= quarters[-1]:
        return known[quarters[-1]] * (1.0 + growth) ** (quarter - quarters[-1])
    if quarter in known:
        return known[quarter]
    before = max(q for q in quarters if q < quarter)
    after = min(q for q in quarters if q > quarter)
    share = (quarter - before) / (after - before)
    if known[before] <= 0.0 or known[after] <= 0.0:
        return known[before] + share * (known[after] - known[before])
    return math.exp((1.0 - share) * math.log(known[before]) + share * math.log(known[after]))


def values_of(path: float | list[float] | Series, first: int, count: int) -> list[float]:
    """A path over ``count`` quarters from ``first``: a constant, a list whose last value holds on, or a series."""
    if isinstance(path, Series):
        return path.values(first, count)
    if isinstance(path, list):
        return [float(path[min(t, len(path) - 1)]) for t in range(count)]
    return [float(path)] * count
