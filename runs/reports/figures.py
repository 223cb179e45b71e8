"""Pictures of what was found, for reports: tornado, indices over time, forest of differences, boxes.

Each function takes what is described in :mod:`runs.findings`, or a discovery, and returns a matplotlib Figure of its
own; nothing global is touched. Colours are those of PALETTE alone, so that whoever shows a picture can put others in
their place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from runs.findings.figures import Course, Group
from runs.reports import plots
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


def intervals(groups: Sequence[Group]) -> Figure:
    """A panel per group, as :func:`runs.reports.plots.intervals` draws it."""
    figure, axes = _panels([(0.27 if group.bars else 0.26) * len(group.rows) + 0.85 for group in groups])
    for ax, group in zip(axes, groups, strict=True):
        plots.intervals(group, ax)
    return figure


def over_time(courses: Sequence[Course]) -> Figure:
    """A panel per course, as :func:`runs.reports.plots.over_time` draws it."""
    figure, axes = _panels([3.6] * len(courses))
    for ax, course in zip(axes, courses, strict=True):
        plots.over_time(course, ax)
    return figure


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
    plots.plain(ax)
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
