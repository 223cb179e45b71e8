"""Pictures of what was found, for reports: tornado, indices over time, forest of differences, boxes.

Each function takes results and returns a matplotlib Figure of its own; nothing global is touched. Colours are those of
PALETTE alone, so that whoever shows a picture can put others in their place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from runs.reports.palette import PALETTE
from runs.words import number, percent, said

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from runs.analysis.compare import Difference
    from runs.analysis.discover import Box, Discovery, Limit
    from runs.analysis.indices import Indices
    from runs.analysis.tree import Axis

LEADING = 6
"""Inputs that are told apart over time; the others are drawn in grey."""

WIDTH = 6.8
"""Inches."""

ROW, OPTION, GAP, HEAD = 0.66, 0.19, 0.14, 0.44
"""Inches of a row of a box, of an option, after the options, and of the head of a box."""

MARKS = ("o", "s", "^", "D", "v", "P")
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1, 1)), (0, (4, 1.5, 1, 1.5)), (0, (7, 2)), (0, (2, 2)))

INDEX = {
    "sobol": "Total index ST of {outcome}: share of its variance an input takes part in",
    "morris": "Mean size of the change in {outcome} over an input's range, μ*{unit}",
    "pawn": "PAWN index of {outcome}: how far an input moves its distribution, 0 to 1",
    "delta": "Delta index of {outcome}: share of its density an input moves, 0 to 1",
}


SIGN = {"mu_star": "μ*", "delta": "δ", "median": "PAWN"}


def tornado(found: Indices) -> Figure:
    """Inputs by their main index, the largest on top, with 95% intervals; those under the noise floor in grey."""
    table = found.ranked
    main = found.main
    figure, axes = _panels([0.27 * len(table) + 0.85])
    (ax,) = axes
    places = np.arange(len(table))[::-1]
    for place, (_, row) in zip(places, table.iterrows(), strict=True):
        under = not row[main] > found.floor
        ax.barh(place, row[main], height=0.62, color=PALETTE["faint" if under else "bar"], linewidth=0)
        ends = [row[f"{main}_low"], row[f"{main}_high"]]
        ax.plot(ends, [place, place], color=PALETTE["quiet" if under else "ink"], linewidth=1.3, solid_capstyle="butt")
    ax.set_yticks(places, [str(name) for name in table.index])
    ax.set_ylim(-0.6, len(table) - 0.4)
    ax.margins(x=0.02)
    if found.floor > 0.0:
        ax.axvline(found.floor, color=PALETTE["floor"], linewidth=1.2, linestyle=(0, (4, 2)))
        ax.annotate(
            f"noise floor {number(found.floor, 2)}", (found.floor, 1.0), xycoords=("data", "axes fraction"),
            xytext=(3, 3), textcoords="offset points", color=PALETTE["floor"], fontsize=8.5,
        )  # fmt: skip
    ax.axvline(0.0, color=PALETTE["quiet"], linewidth=0.8)
    unit = "" if found.unit in ("", "1") else f", {found.unit}"
    ax.set_xlabel(INDEX[found.method].format(outcome=found.outcome, unit=unit))
    _plain(ax, grid="x")
    for label, name in zip(ax.get_yticklabels(), table.index, strict=True):
        label.set_color(PALETTE["quiet" if found.under(str(name)) else "ink"])
    return figure


def over_time(found: Mapping[str, Indices]) -> Figure:
    """The main index of the leading inputs in every quarter, a panel per measure; below the band is chance.

    Args:
        found: by names that end in a quarter, ``MEASURE in 2023Q1``.
    """
    measures: dict[str, dict[str, Indices]] = {}
    for name, indices in found.items():
        measure, _, quarter = name.rpartition(" in ")
        measures.setdefault(measure, {})[quarter] = indices
    figure, axes = _panels([3.6] * len(measures))
    for ax, (measure, series) in zip(axes, measures.items(), strict=True):
        _over_time(ax, measure, series)
    return figure


def leading(series: Sequence[Indices]) -> list[str]:
    """The inputs that are over the floor in some quarter, the largest mean first, LEADING at most."""
    first = series[0]
    means = {
        str(name): float(np.mean([one.table.loc[name, one.main] for one in series]))
        for name in first.table.index
        if any(one.table.loc[name, one.main] > one.floor for one in series)
    }
    return sorted(means, key=lambda name: -means[name])[:LEADING]


def _over_time(ax: Axes, measure: str, series: Mapping[str, Indices]) -> None:
    quarters, all_ = list(series), list(series.values())
    first = all_[0]
    x = np.arange(len(quarters))
    floor = np.array([one.floor for one in all_])
    ax.fill_between(x, 0.0, floor, step="mid", color=PALETTE["rule"], linewidth=0, label="below the noise floor")
    shown = leading(all_)
    grey = [str(name) for name in first.table.index if str(name) not in shown]
    for k, name in enumerate(grey):
        values = [one.table.loc[name, one.main] for one in all_]
        label = f"{len(grey)} other{'s' if len(grey) > 1 else ''}" if k == 0 else None
        ax.plot(x, values, color=PALETTE["faint"], linewidth=0.9, label=label)
    for k, name in enumerate(shown):
        values = [one.table.loc[name, one.main] for one in all_]
        ax.plot(
            x, values, color=PALETTE[f"series-{k}"], linewidth=1.8, linestyle=DASHES[k], marker=MARKS[k], markersize=4,
            label=name, zorder=3,
        )  # fmt: skip
    step = max(1, -(-len(quarters) // 8))
    ax.set_xticks(x[::step], quarters[::step])
    ax.set_ylim(bottom=min(0.0, ax.get_ylim()[0]))
    ax.margins(x=0.02)
    unit = "" if first.unit in ("", "1") else f", {first.unit}"
    ax.set_ylabel(SIGN.get(first.main, first.main) + (unit if first.method == "morris" else ""))
    ax.set_title(measure, loc="left", fontsize=10, color=PALETTE["ink"], fontweight="bold")
    handles, labels = ax.get_legend_handles_labels()
    order = sorted(range(len(labels)), key=lambda k: (labels[k] not in shown, labels[k] in grey))
    legend = ax.legend(
        [handles[k] for k in order], [labels[k] for k in order], loc="upper left", bbox_to_anchor=(0.0, -0.1),
        ncols=2, frameon=False, fontsize=8.5, borderaxespad=0.0, handlelength=2.6,
    )  # fmt: skip
    for text in legend.get_texts():
        text.set_color(PALETTE["ink"])
    _plain(ax, grid="y")


def differences(found: Sequence[Difference]) -> Figure:
    """Mean differences with 95% intervals, a panel per outcome, a row per treatment; hollow where 0 is inside."""
    outcomes = list(dict.fromkeys(one.outcome for one in found))
    panels = [[one for one in found if one.outcome == name] for name in outcomes]
    figure, axes = _panels([0.26 * len(rows) + 0.75 for rows in panels])
    for ax, rows in zip(axes, panels, strict=True):
        first = rows[0]
        for place, one in zip(range(len(rows) - 1, -1, -1), rows, strict=True):
            colour = PALETTE["accent" if one.certain else "quiet"]
            ax.plot([one.low, one.high], [place, place], color=colour, linewidth=1.8, solid_capstyle="butt")
            ax.plot(
                [one.mean], [place], marker="o", markersize=6, color=colour, markeredgewidth=1.4,
                markerfacecolor=colour if one.certain else PALETTE["surface"],
            )  # fmt: skip
        ax.axvline(0.0, color=PALETTE["ink"], linewidth=0.9)
        ax.set_yticks(range(len(rows)), [one.treatment_name for one in rows][::-1])
        ax.set_ylim(-0.6, len(rows) - 0.4)
        ax.margins(x=0.06)
        unit = "" if first.unit in ("", "1") else f" {first.unit}"
        ax.set_title(first.outcome, loc="left", fontsize=10, color=PALETTE["ink"], fontweight="bold")
        ax.set_xlabel(f"change{f' in{unit},' if unit else ''} from {number(first.control)} under {first.control_name}")
        _plain(ax, grid="x")
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
