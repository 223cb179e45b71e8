"""The real figures that outcomes are judged by; the market never reads them."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from market.scenario.paths import parse_quarter


@dataclass(frozen=True)
class Observation:
    """One real figure: what, of whom, when, how much, how sure, and who says so."""

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
        """When, in quarters as :func:`market.scenario.paths.parse_quarter` counts: 2023Q4 goes from 8095.0 to 8096.0.

        A quarter, a month or a year stands for its middle.
        """
        return when(self.period)


def when(period: str) -> float:
    """The middle of ``2023``, ``2023Q4``, ``2023-11`` or ``2023-11-30``, counted in quarters.

    Raises:
        ValueError: it is written in none of these ways.
    """
    if "Q" in period:
        return parse_quarter(period) + 0.5
    year, *rest = (int(part) for part in period.split("-"))
    if not rest:
        return 4 * year + 2.0
    month = rest[0] - 1 + ((rest[1] - 0.5) / 31 if len(rest) > 1 else 0.5)
    return 4 * year + month / 3


@cache
def observations() -> tuple[Observation, ...]:
    """All real figures of ``runs/history/outcomes.csv``, in the order of the file."""
    text = (files("runs") / "history" / "outcomes.csv").read_text(encoding="utf-8")
    return tuple(
        Observation(
            row["series"],
            row["entity"],
            row["period"],
            number(row["value"]),
            number(row["low"]),
            number(row["high"]),
            row["unit"],
            row["kind"],
            row["source"],
            row["note"],
        )
        for row in csv.DictReader(io.StringIO(text))
    )


def number(cell: str) -> float | None:
    """The number in a cell of the file, None where it is empty."""
    return float(cell) if cell else None


def series(name: str) -> tuple[Observation, ...]:
    """The real figures of one series."""
    return tuple(observation for observation in observations() if observation.series == name)
