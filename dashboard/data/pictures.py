"""Charts as files: what a :class:`~dashboard.parts.charts.Plot` says, drawn by matplotlib, with where it is from."""

from __future__ import annotations

import io
import re
from functools import cache
from pathlib import Path
from textwrap import fill

import numpy as np

from dashboard.parts.charts import Line, Plot

CSS = Path(__file__).resolve().parents[1] / "assets" / "custom.css"
WRITTEN = {"money": "US dollars", "rent": "US dollars an hour", "weeks": "weeks", "percent": "share"}
"""What stands at the axis of each form of numbers."""
WIDEST = 125
"""Characters of a line under a picture."""


@cache
def colors() -> dict[str, str]:
    """The page's colours of the light theme, by their names."""
    first = CSS.read_text(encoding="utf-8").partition("}")[0]
    return dict(re.findall(r"--gm-([\w-]+): (#\w{6})", first))


def picture(plot: Plot, title: str, source: str, kind: str) -> bytes:
    """A plot as a file of the kind ``svg`` or ``png``."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.0, 4.5), layout="constrained")
    axes = figure.subplots()
    places = np.arange(len(plot.ticks))
    for line in plot.lines:
        if line.shown:
            draw(axes, places, line)
    for name, dots in plot.dots.items():
        (color,) = {colors()[line.color] for line in plot.lines if line.name == name}
        for dot in dots:
            low, high = (dot.value if end is None else end for end in (dot.low, dot.high))
            # a figure of the middle of a quarter stands at its tick
            axes.errorbar(
                dot.at - 0.5,
                dot.value,
                [[dot.value - low], [high - dot.value]],
                fmt="D",
                mfc="white",
                color=color,
                markersize=5,
                linewidth=1,
            )
    axes.set_xticks(places[:: max(1, len(places) // 8)], plot.ticks[:: max(1, len(places) // 8)])
    axes.set_ylabel(WRITTEN.get(plot.form, ""))
    axes.set_xlabel(plot.axis)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color=colors()["rule"])
    if plot.from_zero:
        axes.set_ylim(bottom=0.0)
    axes.set_title(title, loc="left", fontweight="bold")
    axes.legend(frameon=False, fontsize=8, ncols=4, loc="upper right")
    figure.supxlabel(fill(source, WIDEST), fontsize=7, color=colors()["quiet"], x=0.01, ha="left")
    sink = io.BytesIO()
    figure.savefig(sink, format=kind, dpi=144, metadata={"Date": None} if kind == "svg" else {"Source": source})
    return sink.getvalue()


def draw(axes: object, places: np.ndarray, line: Line) -> None:
    """A line with its band."""
    color = colors()[line.color]
    values = np.array(line.values, dtype=float)  # None becomes NaN, a gap
    axes.plot(places, values, color=color, label=line.name, linestyle="--" if line.dash else "-")  # type: ignore[attr-defined]
    if len(line.low):
        low, high = np.array(line.low, dtype=float), np.array(line.high, dtype=float)
        axes.fill_between(places, low, high, color=color, alpha=0.15, linewidth=0)  # type: ignore[attr-defined]
