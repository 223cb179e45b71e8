"""Pictures of what was found, for reports: tornado, indices over time, forest of differences, boxes.

Each function takes what is described in :mod:`runs.findings`, or a discovery, and returns a matplotlib Figure of its
own; nothing global is touched. Colours are those of PALETTE alone, so that whoever shows a picture can put others in
their place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from runs.findings.figures import Course, Group, Row
from runs.findings.sensitivity import FLOOR
from runs.reports.palette import PALETTE
from runs.words import percent, said

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from runs.analysis.discover import Box, Discovery, Limit
    from runs.analysis.tree import Axis

WIDTH = 6.8
"""Inches."""

ROW, OPTION, GAP, HEAD = 0.66, 0.19, 0.14, 0.44
"""Inches of a row of a box, of an option, after the options, and of the head of a box."""

MARKS = ("o", "s", "^", "D", "v")
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1, 1)), (0, (4, 1.5, 1, 1.5)), (0, (7, 2)))


def intervals(groups: Sequence[Group]) -> Figure:
    """A panel per group, the first row on top: bars from zero or points, with their 95% intervals; in grey, points
    hollow, what cannot be told from nothing."""
    figure, axes = _panels([(0.27 if group.bars else 0.26) * len(group.rows) + 0.85 for group in groups])
    for ax, group in zip(axes, groups, strict=True):
        places = range(len(group.rows) - 1, -1, -1)
        for place, row in zip(places, group.rows, strict=True):
            (_bar if group.bars else _point)(ax, place, row)
        ax.set_yticks(places, [row.label for row in group.rows])
        ax.set_ylim(-0.6, len(group.rows) - 0.4)
        ax.margins(x=0.02 if group.bars else 0.06)
        if group.mark is not None:
            _mark(ax, *group.mark)
        ax.axvline(0.0, color=PALETTE["quiet" if group.bars else "ink"], linewidth=0.8 if group.bars else 0.9)
        if group.title:
            ax.set_title(group.title, loc="left", fontsize=10, color=PALETTE["ink"], fontweight="bold")
        ax.set_xlabel(group.axis)
        _plain(ax, grid="x")
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _, scale=group.scale: scale.tick(value)))
        for label, row in zip(ax.get_yticklabels(), group.rows, strict=True):
            label.set_color(PALETTE["quiet" if group.bars and row.muted else "ink"])
    return figure


def _bar(ax: Axes, place: int, row: Row) -> None:
    ax.barh(place, row.value, height=0.62, color=PALETTE["faint" if row.muted else "bar"], linewidth=0)
    colour = PALETTE["quiet" if row.muted else "ink"]
    ax.plot([row.low, row.high], [place, place], color=colour, linewidth=1.3, solid_capstyle="butt")


def _point(ax: Axes, place: int, row: Row) -> None:
    colour = PALETTE["quiet" if row.muted else "accent"]
    ax.plot([row.low, row.high], [place, place], color=colour, linewidth=1.8, solid_capstyle="butt")
    face = PALETTE["surface"] if row.muted else colour
    ax.plot([row.value], [place], marker="o", markersize=6, color=colour, markeredgewidth=1.4, markerfacecolor=face)


def _mark(ax: Axes, at: float, name: str) -> None:
    """A value as a line across the rows, with its name."""
    ax.axvline(at, color=PALETTE["floor"], linewidth=1.2, linestyle=(0, (4, 2)))
    ax.annotate(
        name, (at, 1.0), xycoords=("data", "axes fraction"), xytext=(3, 3), textcoords="offset points",
        color=PALETTE["floor"], fontsize=8.5,
    )  # fmt: skip


def over_time(courses: Sequence[Course]) -> Figure:
    """A panel per course: the leading lines, the others in grey, the band below the floor."""
    figure, axes = _panels([3.6] * len(courses))
    for ax, course in zip(axes, courses, strict=True):
        _course(ax, course)
    return figure


def _course(ax: Axes, course: Course) -> None:
    x = np.arange(len(course.quarters))
    floor = np.array(course.floor, float)
    ax.fill_between(x, 0.0, floor, step="mid", color=PALETTE["rule"], linewidth=0, label=f"below the {FLOOR}")
    shown = [line for line in course.lines if line.leading]
    grey = [line for line in course.lines if not line.leading]
    for k, line in enumerate(grey):
        label = f"{len(grey)} other{'s' if len(grey) > 1 else ''}" if k == 0 else None
        ax.plot(x, np.array(line.values, float), color=PALETTE["faint"], linewidth=0.9, label=label)
    for k, line in enumerate(shown):
        ax.plot(
            x, np.array(line.values, float), color=PALETTE[f"series-{k}"], linewidth=1.8, linestyle=DASHES[k],
            marker=MARKS[k], markersize=4, label=line.label, zorder=3,
        )  # fmt: skip
    step = max(1, -(-len(course.quarters) // 8))
    ax.set_xticks(x[::step], course.quarters[::step])
    ax.set_ylim(bottom=min(0.0, ax.get_ylim()[0]))
    ax.margins(x=0.02)
    ax.set_ylabel(course.axis)
    ax.set_title(course.title, loc="left", fontsize=10, color=PALETTE["ink"], fontweight="bold")
    handles, labels = ax.get_legend_handles_labels()
    names = [line.label for line in shown]
    order = sorted(range(len(labels)), key=lambda k: (labels[k] not in names, not labels[k].startswith("below")))
    legend = ax.legend(
        [handles[k] for k in order], [labels[k] for k in order], loc="upper left", bbox_to_anchor=(0.0, -0.1),
        ncols=2, frameon=False, fontsize=8.5, borderaxespad=0.0, handlelength=2.6,
    )  # fmt: skip
    for text in legend.get_texts():
        text.set_color(PALETTE["ink"])
    _plain(ax, grid="y")


def boxes(found: Discovery) -> Figure:
    """Each box within the whole space: of numbers the range that was sampled and the part inside, of others the
    options, those inside filled."""
    panels = found.boxes
    figure, axes = _panels([_height(box) + HEAD for box in panels] or [1.0])
    spans = {axis.path: axis for axis in found.axes}
    for k, (ax, box) in enumerate(zip(axes, panels, strict=False)):
        _box(ax, k + 1, box, spans)
    if not panels:
        axes[0].text(0.5, 0.5, "no box was found", ha="center", va="center", color=PALETTE["quiet"])
        axes[0].set_axis_off()
    return figure


def _height(box: Box) -> float:
    """Inches that the rows of a box take."""
    return sum(ROW if limit.options is None else OPTION * (limit.of + 1) + GAP for limit in box.limits)


def _box(ax: Axes, rank: int, box: Box, spans: Mapping[str, Axis]) -> None:
    """A panel whose vertical axis is in inches, downwards."""
    top = 0.0
    for limit in box.limits:
        axis = spans[limit.path]
        ax.annotate(limit.path, (0.0, top + 0.12), va="center", fontsize=9, color=PALETTE["ink"])
        if limit.options is None:
            _range(ax, top + 0.31, axis, limit)
            top += ROW
        else:
            for k, option in enumerate(axis.values):
                _option(ax, top + 0.32 + OPTION * k, said(option), option in limit.options)
            top += OPTION * (len(axis.values) + 1) + GAP
    ax.set_yticks([])
    ax.set_ylim(top, 0.0)
    ax.set_xlim(0.0, 1.0)
    ax.set_xticks([])
    ax.set_title(
        f"Box {rank}: cases in {percent(box.density)} of {box.runs:,} runs [{percent(box.low)}, {percent(box.high)}], "
        f"{percent(box.coverage)} of all cases", loc="left", fontsize=10, color=PALETTE["ink"], fontweight="bold",
    )  # fmt: skip
    _plain(ax)
    ax.spines["bottom"].set_visible(False)


def _range(ax: Axes, y: float, axis: Axis, limit: Limit) -> None:
    """The range that was sampled, and the part of it inside."""
    low, high = float(axis.values[0]), float(axis.values[-1])
    ends = (low if limit.low is None else limit.low, high if limit.high is None else limit.high)
    left, right = ((end - low) / (high - low) for end in ends)
    bar = {"linewidth": 7, "solid_capstyle": "butt", "clip_on": False}
    ax.plot([0.0, 1.0], [y, y], color=PALETTE["rule"], **bar)  # type: ignore[arg-type]
    ax.plot([left, right], [y, y], color=PALETTE["accent"], **bar)  # type: ignore[arg-type]
    said_at = [(left, ends[0], limit.low is not None), (right, ends[1], limit.high is not None)]
    said_at += [(at, end, False) for at, end, near in ((0.0, low, left), (1.0, high, right)) if abs(at - near) > 0.15]
    for at, end, binds in said_at:
        side = "left" if at < 0.08 else "right" if at > 0.92 else "center"
        if binds and right - left < 0.15:  # two numbers that would touch
            side = "right" if at == left else "left"
        ax.annotate(
            f"{end:.3g}", (at, y), xytext=(0, -13), textcoords="offset points", ha=side, fontsize=8.5,
            color=PALETTE["ink" if binds else "quiet"],
        )  # fmt: skip


def _option(ax: Axes, y: float, name: str, inside: bool) -> None:
    """One value of a parameter that is no number: a filled square if the box allows it."""
    colour = PALETTE["accent" if inside else "faint"]
    face = colour if inside else PALETTE["surface"]
    ax.plot([0.012], [y], marker="s", markersize=6, color=colour, markerfacecolor=face, clip_on=False)
    ax.annotate(
        name, (0.012, y), xytext=(9, 0), textcoords="offset points", va="center", fontsize=8.5,
        color=PALETTE["ink" if inside else "quiet"],
    )  # fmt: skip


def _panels(heights: Sequence[float]) -> tuple[Figure, list[Axes]]:
    """A figure of panels below each other, of so many inches."""
    figure = Figure(figsize=(WIDTH, sum(heights)), layout="constrained", facecolor=PALETTE["surface"])
    grid = figure.subplots(len(heights), 1, squeeze=False, gridspec_kw={"height_ratios": list(heights)})
    return figure, list(grid[:, 0])


def _plain(ax: Axes, grid: str = "") -> None:
    """No frame, quiet ticks, a faint grid along one axis behind the marks."""
    ax.set_facecolor("none")
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.spines["bottom"].set_color(PALETTE["rule"])
    ax.tick_params(axis="both", length=0, labelsize=9, pad=5)
    ax.tick_params(axis="x", labelcolor=PALETTE["quiet"])
    ax.tick_params(axis="y", labelcolor=PALETTE["quiet" if grid == "y" else "ink"])
    if grid:
        ax.grid(axis=grid, color=PALETTE["rule"], linewidth=0.7)  # type: ignore[arg-type]
        ax.set_axisbelow(True)
    if grid == "x":
        ax.xaxis.set_major_locator(MaxNLocator(6))
    for label in (ax.xaxis.label, ax.yaxis.label):
        label.set_color(PALETTE["quiet"])
        label.set_fontsize(9)
