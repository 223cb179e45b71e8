"""Plots on an axis of matplotlib, as the reports draw them: ``from runs import plots``.

Each function takes what a simulation or an analysis returned, draws on ``ax`` or on an axis of a figure of its own, and
returns the axis (its figure is ``ax.figure``). Nothing global is touched, pyplot not even imported.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from market import BadInput
from market.scenario.schema import suggest
from runs.analysis.summary import band as band_of
from runs.findings import differences, sensitivity
from runs.findings.figures import Course, Group, Row
from runs.reports.palette import PALETTE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from runs.analysis.compare import Difference
    from runs.analysis.indices import Indices

MARKS = ("o", "s", "^", "D", "v")
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1, 1)), (0, (4, 1.5, 1, 1.5)), (0, (7, 2)))
LEADING = 5
"""Lines and areas that have a colour of their own."""


# --- of a simulation ----------------------------------------------------------------------------------------------


def band(results: xr.Dataset, measure: str, ax: Axes | None = None, **where: str) -> Axes:
    """A measure over the quarters: the median of the runs, and the band that holds 90% of them.

    Args:
        results: as :func:`market.simulate` returns it.
        measure: a variable, such as ``product_quoted_lead_weeks``.
        ax: where to draw; a figure of its own if None.
        where: ``product=`` or ``buyer=``, for a measure that has one.

    Raises:
        BadInput: there is no such measure, product or buyer, or it is not said which.
    """
    values = _chosen(results, measure, where)
    ax = _axis(ax)
    found = band_of(values)
    x = np.arange(values.sizes["quarter"])
    low, median, high = (np.array(ends, float) for ends in (found.low, found.median, found.high))
    name = ", ".join([*where.values()])
    ax.fill_between(x, low, high, color=PALETTE["bar"], alpha=0.35, linewidth=0, label="90% of runs")
    ax.plot(x, median, color=PALETTE["accent"], linewidth=1.8, label=f"median of {values.sizes['run']:,} runs")
    _quarters(ax, results["quarter"].values)
    ax.set_ylabel(values.attrs["unit"])
    _title(ax, f"{values.attrs['long_name']}{f': {name}' if name else ''}")
    ax.legend(frameon=False, fontsize=8.5, labelcolor=PALETTE["ink"])
    plain(ax, grid="y")
    return ax


def shares(results: xr.Dataset, measure: str = "buyer_delivered", ax: Axes | None = None) -> Axes:
    """Who has which part of a measure in every quarter, in percent: of the mean over the runs, stacked.

    The largest over all quarters lie at the bottom, those after the fifth are one.

    Raises:
        BadInput: there is no such measure, or it is not one of buyers or products.
    """
    values = _known(results, measure)
    owners = [str(dim) for dim in values.dims if dim in ("buyer", "product")]
    if not owners:
        raise BadInput(f"measure: found {measure!r}; allowed: one of buyers or of products")
    ax = _axis(ax)
    mean = values.mean("run").transpose(owners[0], "quarter").fillna(0.0)
    mean = mean[np.argsort(-mean.sum("quarter").to_numpy(), kind="stable")]
    names = [str(name) for name in mean[owners[0]].values]
    rows = mean.to_numpy()
    if len(names) > LEADING:
        rows = np.vstack([rows[: LEADING - 1], rows[LEADING - 1 :].sum(axis=0)])
        names = [*names[: LEADING - 1], f"{len(names) - LEADING + 1} others"]
    total = rows.sum(axis=0)
    parts = np.divide(100.0 * rows, total, out=np.zeros_like(rows), where=total > 0.0)
    colours = [PALETTE[f"series-{k}"] for k in range(len(names))]
    if len(mean) > LEADING:
        colours[-1] = PALETTE["faint"]
    ax.stackplot(np.arange(len(total)), parts, labels=names, colors=colours, linewidth=0)
    _quarters(ax, results["quarter"].values)
    ax.set_ylim(0.0, 100.0)
    ax.set_ylabel("percent")
    _title(ax, f"shares: {values.attrs['long_name']}")
    handles, labels = ax.get_legend_handles_labels()
    ax.legend(
        handles[::-1], labels[::-1], loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=8.5,
        labelcolor=PALETTE["ink"],
    )  # fmt: skip
    plain(ax, grid="y")
    return ax


def waterfall(results: xr.Dataset, quarter: str, ax: Axes | None = None) -> Axes:
    """How the order book came from the end of one quarter to that of the next, in HAE; means over the runs.

    Open before, and ordered, less delivered, less cancelled; what is left was struck by export rules or moved between
    generations whose compute differs.

    Raises:
        BadInput: the quarter is not one of the dataset's, or its first.
    """
    labels = [str(label) for label in results["quarter"].values]
    if quarter not in labels[1:]:
        raise BadInput(f"quarter: found {quarter!r}; {suggest(quarter, labels[1:])}")
    at = labels.index(quarter)
    mean = results[["backlog", "ordered", "shipped", "cancelled"]].mean("run")
    before, after = (float(mean["backlog"][t]) for t in (at - 1, at))
    moved = [float(mean["ordered"][at]), -float(mean["shipped"][at]), -float(mean["cancelled"][at])]
    steps = [*moved, after - before - sum(moved)]
    names = [f"open after {labels[at - 1]}", "ordered", "delivered", "cancelled", "moved", f"open after {quarter}"]
    bottoms = [0.0, *(before + np.cumsum([0.0, *steps[:-1]])), 0.0]
    heights = [before, *steps, after]
    colours = [PALETTE["quiet"], *(PALETTE["accent" if step >= 0.0 else "floor"] for step in steps), PALETTE["quiet"]]
    ax = _axis(ax)
    ax.bar(range(len(names)), heights, bottom=bottoms, color=colours, width=0.66, linewidth=0)
    for k, (bottom, height) in enumerate(zip(bottoms, heights, strict=True)):
        told = f"{height:,.0f}" if k in (0, len(names) - 1) else f"{height:+,.0f}"
        ax.annotate(
            told, (k, max(bottom, bottom + height)), xytext=(0, 3), textcoords="offset points", ha="center",
            fontsize=8.5, color=PALETTE["ink"],
        )  # fmt: skip
    ax.set_xticks(range(len(names)), names)
    ax.set_ylabel("HAE")
    _title(ax, f"the order book in {quarter}, mean of {results.sizes['run']:,} runs")
    plain(ax, grid="y")
    return ax


# --- of an analysis -----------------------------------------------------------------------------------------------


def forest(found: Sequence[Difference], ax: Axes | None = None) -> Axes:
    """Differences in one outcome, as :class:`runs.Comparison` finds them: points with their 95% intervals.

    Raises:
        BadInput: there are several outcomes; they have no axis in common.
    """
    groups = differences.forest(found)
    if len(groups) != 1:
        names = ", ".join(differences.by_outcome(found))
        raise BadInput(f"forest: found {len(groups)} outcomes ({names}); allowed: the differences of one")
    return intervals(groups[0], _axis(ax))


def tornado(found: Indices, ax: Axes | None = None) -> Axes:
    """What drives an outcome, as :meth:`runs.Sensitivity.indices` finds it: bars with intervals and the noise floor."""
    return intervals(sensitivity.tornado(found, found.outcome), _axis(ax))


def intervals(group: Group, ax: Axes) -> Axes:
    """Rows, the first on top: bars from zero or points, with their 95% intervals; in grey, points hollow, what cannot
    be told from nothing."""
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
        _title(ax, group.title)
    ax.set_xlabel(group.axis)
    plain(ax, grid="x")
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: group.scale.tick(value)))
    for label, row in zip(ax.get_yticklabels(), group.rows, strict=True):
        label.set_color(PALETTE["quiet" if group.bars and row.muted else "ink"])
    return ax


def over_time(course: Course, ax: Axes) -> Axes:
    """The leading lines, the others in grey, the band below the floor."""
    x = np.arange(len(course.quarters))
    floor = np.array(course.floor, float)
    ax.fill_between(
        x, 0.0, floor, step="mid", color=PALETTE["rule"], linewidth=0, label=f"below the {sensitivity.FLOOR}"
    )
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
    _quarters(ax, course.quarters)
    ax.set_ylim(bottom=min(0.0, ax.get_ylim()[0]))
    ax.margins(x=0.02)
    ax.set_ylabel(course.axis)
    _title(ax, course.title)
    handles, labels = ax.get_legend_handles_labels()
    names = [line.label for line in shown]
    order = sorted(range(len(labels)), key=lambda k: (labels[k] not in names, not labels[k].startswith("below")))
    legend = ax.legend(
        [handles[k] for k in order], [labels[k] for k in order], loc="upper left", bbox_to_anchor=(0.0, -0.1),
        ncols=2, frameon=False, fontsize=8.5, borderaxespad=0.0, handlelength=2.6,
    )  # fmt: skip
    for text in legend.get_texts():
        text.set_color(PALETTE["ink"])
    plain(ax, grid="y")
    return ax


# --- parts ----------------------------------------------------------------------------------------------------------


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


def _axis(ax: Axes | None) -> Axes:
    """The axis, or that of a figure of its own."""
    if ax is not None:
        return ax
    figure = Figure(figsize=(6.8, 3.6), layout="constrained", facecolor=PALETTE["surface"])
    return figure.subplots()


def _known(results: xr.Dataset, measure: str) -> xr.DataArray:
    if measure not in results:
        raise BadInput(f"measure: found {measure!r}; {suggest(measure, map(str, results.data_vars))}")
    return results[measure]


def _chosen(results: xr.Dataset, measure: str, where: dict[str, str]) -> xr.DataArray:
    """A measure with the dimensions run and quarter; raises BadInput if there is none, or not one."""
    values = _known(results, measure)
    owners = {str(dim) for dim in values.dims} - {"run", "quarter"}
    if owners != where.keys():
        allowed = ", ".join(f"{dim}=" for dim in sorted(owners)) or "none"
        raise BadInput(f"{measure}: found {', '.join(f'{dim}=' for dim in where) or 'none'}; allowed: {allowed}")
    for dim, name in where.items():
        if name not in values[dim]:
            raise BadInput(f"{dim}: found {name!r}; {suggest(name, map(str, values[dim].values))}")
    return values.sel(where)


def _quarters(ax: Axes, quarters: Iterable[str]) -> None:
    """The quarters below the axis, as many as can be read."""
    labels = [*quarters]
    step = max(1, -(-len(labels) // 8))
    ax.set_xticks(np.arange(len(labels))[::step], labels[::step])


def _title(ax: Axes, title: str) -> None:
    ax.set_title(title, loc="left", fontsize=10, color=PALETTE["ink"], fontweight="bold")


def plain(ax: Axes, grid: str = "") -> None:
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
