"""Charts: what they show is said in Python as a :class:`Plot`, how it is drawn in ``chart.vue``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import solara

from dashboard.parts.panels import listed
from dashboard.reading.bands import Band
from dashboard.reading.real import Dot


@solara.component_vue("chart.vue")
def _Chart(
    plot: dict = {},  # noqa: B006
    label: str = "",
    height: str = "300px",
    pickable: bool = False,
    chosen: str = "",
    openable: bool = False,
    event_pick: Callable[[str], Any] | None = None,
    event_open: Callable[[Any], Any] | None = None,
) -> None: ...


@dataclass(frozen=True)
class Line:
    """A line with or without a band; ``color`` names one of the page's CSS variables.

    ``inner`` are the ends of a band within the band, ``samples`` single runs behind it, ``untouched`` the line of the
    scenario as it was. With ``bars`` the values are bars, and low and high their whiskers.
    """

    name: str
    color: str
    values: Sequence[float | None]
    low: Sequence[float | None] = ()
    high: Sequence[float | None] = ()
    dash: bool = False
    points: bool = False
    shown: bool = True
    inner: Sequence[Sequence[float | None]] = ()
    samples: Sequence[Sequence[float | None]] = ()
    untouched: Sequence[float | None] = ()
    bars: bool = False

    @classmethod
    def of(
        cls,
        name: str,
        color: str,
        found: Band,
        shown: bool = True,
        samples: Sequence[Sequence[float | None]] = (),
        untouched: Band | None = None,
        dash: bool = False,
    ) -> Line:
        """The median with its bands, single runs, and the median of the scenario as it was."""
        before = () if untouched is None else untouched.median
        inner = found.inner if found.inner[0] else ()
        return cls(
            name,
            color,
            found.median,
            found.low,
            found.high,
            dash,
            shown=shown,
            inner=inner,
            samples=samples,
            untouched=before,
        )

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
            "inner": [list(end) for end in self.inner],
            "samples": [list(one) for one in self.samples],
            "untouched": list(self.untouched),
            "bars": self.bars,
        }


@dataclass(frozen=True)
class Plot:
    """A chart over quarters or weeks.

    ``form`` is how numbers are written: money, rent, weeks, percent, ratio or count. ``dots`` are real figures by the
    name of the line they belong to; ``marks`` are notes at positions of the axis, shown as thin vertical lines.
    ``gutter`` is the room for the numbers at the side in pixels, so that charts one above the other share their
    quarters; a ``log`` axis shows what is above zero; ``beside`` says what the thin grey lines are; ``runs`` are the
    numbers of the single runs of each line.
    """

    ticks: Sequence[str]
    form: str
    lines: Sequence[Line]
    dots: Mapping[str, Sequence[Dot]] = field(default_factory=dict)
    marks: Mapping[int, Sequence[str]] = field(default_factory=dict)
    stacked: bool = False
    from_zero: bool = True
    axis: str = ""
    gutter: int = 0
    log: bool = False
    beside: str = "the scenario unchanged"
    runs: Sequence[int] = ()

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
            "gutter": self.gutter,
            "log": self.log,
            "beside": self.beside,
            "runs": list(self.runs),
        }


def Chart(
    plot: Plot,
    label: str,
    height: str = "300px",
    on_pick: Callable[[str], Any] | None = None,
    chosen: str = "",
    on_open: Callable[[int, str], Any] | None = None,
) -> solara.Element:
    """Draw a plot; ``label`` is what a screen reader says.

    A quarter that is clicked goes to ``on_pick``, a single run that is clicked to ``on_open``, with the quarter.
    """
    pick = None if on_pick is None else listed(plot.ticks, on_pick)

    def take(sent: Any) -> None:
        match sent:
            case {"run": int(run), "quarter": str(quarter)} if on_open and run in plot.runs and quarter in plot.ticks:
                on_open(run, quarter)

    return _Chart(
        plot=plot.spec(),
        label=label,
        height=height,
        pickable=pick is not None,
        chosen=chosen,
        openable=on_open is not None and bool(plot.runs),
        event_pick=pick,
        event_open=take,
    )
