"""Charts: what they show is said in Python as a :class:`Plot`, how it is drawn in ``chart.vue``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import solara

from dashboard.reading.bands import Band
from dashboard.reading.real import Dot


@solara.component_vue("chart.vue")
def _Chart(plot: dict = {}, label: str = "", height: str = "300px") -> None:  # noqa: B006
    ...


@dataclass(frozen=True)
class Line:
    """A line with or without a band; ``color`` names one of the page's CSS variables."""

    name: str
    color: str
    values: Sequence[float | None]
    low: Sequence[float | None] = ()
    high: Sequence[float | None] = ()
    dash: bool = False
    points: bool = False
    shown: bool = True

    @classmethod
    def of(cls, name: str, color: str, found: Band, shown: bool = True) -> Line:
        """The median with its band."""
        return cls(name, color, found.median, found.low, found.high, shown=shown)

    def spec(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "color": f"--gm-{self.color}",
            "values": list(self.values),
            "low": list(self.low),
            "high": list(self.high),
            "dash": self.dash,
            "points": self.points,
            "shown": self.shown,
        }


@dataclass(frozen=True)
class Plot:
    """A chart over quarters or weeks.

    ``form`` is how numbers are written: money, weeks, percent or count. ``dots`` are real figures by the name
    of the line they belong to; ``marks`` are notes at positions of the axis, shown as thin vertical lines.
    """

    ticks: Sequence[str]
    form: str
    lines: Sequence[Line]
    dots: Mapping[str, Sequence[Dot]] = field(default_factory=dict)
    marks: Mapping[int, Sequence[str]] = field(default_factory=dict)
    stacked: bool = False
    from_zero: bool = True
    axis: str = ""

    def spec(self) -> dict[str, Any]:
        """The plot as plain data for the browser."""
        return {
            "ticks": list(self.ticks),
            "form": self.form,
            "lines": [line.spec() for line in self.lines],
            "dots": [
                {
                    "line": name,
                    "at": dot.at,
                    "value": dot.value,
                    "low": dot.low,
                    "high": dot.high,
                    "title": dot.title,
                    "source": dot.source,
                }
                for name, dots in self.dots.items()
                for dot in dots
            ],
            "marks": [{"at": at, "notes": list(notes)} for at, notes in self.marks.items()],
            "stacked": self.stacked,
            "fromZero": self.from_zero,
            "axis": self.axis,
        }


def Chart(plot: Plot, label: str, height: str = "300px") -> solara.Element:
    """Draw a plot; ``label`` is what a screen reader says."""
    return _Chart(plot=plot.spec(), label=label, height=height)
