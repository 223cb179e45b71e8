"""Pictures of the real figures, one for each series: a panel for each entity over time, or a row for each of a few."""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import DateFormatter, YearLocator
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from market.history.figures import KINDS
from runs.reports.palette import PALETTE
from runs.reports.write import svg
from runs.words import number

WIDTH = 6.8
"""Inches."""
ABREAST = 3
"""Panels beside each other."""
FEW = 3
"""Figures of an entity up to which a series is rows of single figures, and no course over time."""
MARKS = {"reported": ("o", "accent", "accent"), "estimate": ("o", "accent", "surface"),
         "rumour": ("D", "floor", "surface"), "memory": ("x", "quiet", "surface")}  # fmt: skip
"""Marker, colour of its line and of its face, by how good a figure is."""


def picture(name: str, figures: pd.DataFrame) -> str:
    """A series as SVG, the same bytes for the same figures."""
    return svg(rows(figures) if is_few(figures) else courses(figures), name)


def is_few(figures: pd.DataFrame) -> bool:
    """Whether no entity has enough figures to show a course."""
    return bool(figures["entity"].value_counts().max() <= FEW)


def courses(figures: pd.DataFrame) -> Figure:
    """A panel for each entity, all over the same time; amounts from zero."""
    entities = list(dict.fromkeys(figures["entity"]))
    across = min(ABREAST, len(entities))
    down = math.ceil(len(entities) / across)
    figure = Figure(figsize=(WIDTH, 1.7 * down + 0.9), layout="constrained", facecolor=PALETTE["surface"])
    grid = figure.subplots(down, across, squeeze=False, sharex=True).ravel()
    for ax, entity in zip(grid, entities, strict=False):
        own = figures[figures["entity"] == entity].sort_values("time")
        ax.plot(own["time"], own["value"], color=PALETTE["faint"], linewidth=1.2, zorder=1)
        ax.vlines(own["time"], own["low"], own["high"], color=PALETTE["bar"], linewidth=2.0)
        mark(ax, own["time"], own["value"], own["kind"])
        ax.set_title(entity, loc="left", fontsize=9.5, color=PALETTE["ink"])
        ax.set_ylim(bottom=0.0)
        ax.margins(x=0.05)
        plain(ax, "y")
        ax.yaxis.set_major_locator(MaxNLocator(4))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, 6)))
        ax.xaxis.set_major_locator(YearLocator())
        ax.xaxis.set_major_formatter(DateFormatter("%Y"))
        ax.tick_params(labelbottom=True)
    for ax in grid[len(entities) :]:
        ax.set_axis_off()
    figure.supylabel(unit_of(figures), fontsize=9, color=PALETTE["quiet"])
    legend(figure, figures)
    return figure


def rows(figures: pd.DataFrame) -> Figure:
    """A row for each figure, the earliest on top."""
    own = figures.sort_values(["time", "entity"], kind="stable")
    figure = Figure(figsize=(WIDTH, 0.27 * len(own) + 1.1), layout="constrained", facecolor=PALETTE["surface"])
    ax = figure.subplots()
    places = pd.Series(range(len(own) - 1, -1, -1), index=own.index)
    ax.hlines(places, own["low"], own["high"], color=PALETTE["bar"], linewidth=2.0)
    mark(ax, own["value"], places, own["kind"])
    ax.set_yticks(places, [f"{one.entity}, {one.period}" for one in own.itertuples()])
    ax.set_ylim(-0.6, len(own) - 0.4)
    ax.set_xlim(left=0.0)
    plain(ax, "x")
    ax.xaxis.set_major_locator(MaxNLocator(6))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, 6)))
    ax.tick_params(axis="y", labelcolor=PALETTE["ink"])
    ax.set_xlabel(unit_of(figures), fontsize=9, color=PALETTE["quiet"])
    legend(figure, figures)
    return figure


def mark(ax: Axes, x: pd.Series, y: pd.Series, kinds: pd.Series) -> None:
    """Figures, shape and face by how good they are; nothing where only an interval is told."""
    for kind, (marker, line, face) in MARKS.items():
        own = kinds == kind
        if own.any():
            ax.plot(x[own], y[own], marker=marker, markersize=4.5, linestyle="none", color=PALETTE[line],
                    markerfacecolor=PALETTE[face], zorder=3)  # fmt: skip


def plain(ax: Axes, grid: str) -> None:
    """No frame, quiet ticks, a faint grid along one axis behind the marks."""
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.spines["bottom"].set_color(PALETTE["rule"])
    ax.tick_params(axis="both", length=0, labelsize=8.5, labelcolor=PALETTE["quiet"])
    ax.grid(axis=grid, color=PALETTE["rule"], linewidth=0.7)
    ax.set_axisbelow(True)


def legend(figure: Figure, figures: pd.DataFrame) -> None:
    """What the marks of this picture mean."""
    handles = []
    for kind in KINDS:
        if kind in set(figures["kind"]):
            marker, line, face = MARKS[kind]
            handles.append(Line2D([], [], marker=marker, markersize=4.5, linestyle="none", color=PALETTE[line],
                                  markerfacecolor=PALETTE[face], label=kind))  # fmt: skip
    if figures["low"].notna().any():
        handles.append(Line2D([], [], color=PALETTE["bar"], linewidth=2.0, label="interval"))
    figure.legend(handles=handles, loc="outside lower left", ncols=len(handles), frameon=False, fontsize=8.5)


def unit_of(figures: pd.DataFrame) -> str:
    """The unit that all figures of a series share."""
    return str(figures["unit"].iloc[0])
