"""A backtest as a report: where every figure lies in its band, and every real series beside what the market says."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from runs.backtest import scores, wording
from runs.backtest.finding import Finding, Part
from runs.backtest.judgement import Judgement, table
from runs.backtest.scores import Score
from runs.reports.analyses import MODEL, ONE_MACHINE
from runs.reports.contents import Picture, Report
from runs.reports.palette import PALETTE
from runs.reports.plots import plain
from runs.words import behind, percent

FARTHEST = 3.0
"""Half-bands from the middle at which a figure is drawn at the edge."""
WIDTH, ROW, SMALL = 6.8, 0.27, 1.9
"""Inches: of a figure, of a row, of a small picture's height."""
COLUMNS = 3


def judged(found: Judgement) -> Report:
    """The report of a backtest; the same finding makes the same bytes."""
    scenario = found.asked.judged
    spread = found.results.attrs.get("posterior")
    over = "the scenario's own constants" if spread is None else f"vectors of {spread['source']}, hash {spread['hash']}"
    tables = {"facts": table(found.facts), "truths": table(found.truths), "scores": scores.rows(found.scores)}
    if found.scores:
        tables["series"] = scores.table(found.scores)
    if found.ahead is not None:
        tables["plain forecasts of 2024"] = found.ahead
    return Report(
        title=f"{scenario.title}, held against history",
        question="What of 2022Q4 to 2024Q4 does the market get right without being told?",
        answer=found.sentence,
        command=found.asked.command,
        design=[
            ("Scenario", f"{scenario.name} (hash {scenario.hash[:12]})"),
            ("Runs", f"{found.asked.runs}, over {over}"),
            ("Seed", str(found.results.attrs["seed"])),
            ("Coverage", covered(found.scores)),
        ],
        figures={
            "facts": Picture(
                rulers([one for one in (*found.facts, *found.truths) if one.parts]),
                "Every figure in its band, which is the grey bar: the median path filled where it is inside, hollow "
                "where it is out; beside it the share of single runs inside.",
            ),
            "series": Picture(
                pictures(found.scores),
                "Real figures as diamonds with their 90% interval; the market's median with its bands of 90% at the "
                "same time, the figure's own error included.",
            ),
        },
        tables=tables,
        caveats=[*wording.notes([*found.facts, *found.truths]), ONE_MACHINE, MODEL],
    )


def covered(found: Sequence[Score]) -> str:
    """How many figures the bands hold, in words."""
    told = scores.coverage(found)
    if not found:
        return "no figure of this scenario is known"
    return (
        f"bands of 90% hold {percent(told.asked_90)} of {told.asked_figures} quarters of revenue and years of units, "
        f"{percent(told.all_90)} of all {told.all_figures} figures"
    )


def rulers(findings: Sequence[Finding]) -> Figure:
    """A row per figure of each fact and truth: the band as a bar, the median path on it."""
    rows = [(one, part) for one in findings for part in one.parts]
    figure = Figure(figsize=(WIDTH, ROW * len(rows) + 0.6), layout="constrained", facecolor=PALETTE["surface"])
    ax = figure.subplots()
    for place, (_, part) in enumerate(reversed(rows)):
        _ruler(ax, place, part)
    ax.set_yticks(range(len(rows)), [f"{one.id}  {part.band.text}" for one, part in reversed(rows)], fontsize=7.5)
    ax.set_ylim(-0.7, len(rows) - 0.3)
    ax.set_xlim(-FARTHEST - 0.1, FARTHEST + 0.9)
    ax.set_xticks([-1.0, 1.0], ["lowest allowed", "highest allowed"])
    _plain(ax)
    return figure


def _ruler(ax: Axes, place: int, part: Part) -> None:
    left = -FARTHEST if math.isinf(part.band.low) else -1.0
    right = FARTHEST if math.isinf(part.band.high) else 1.0
    ax.barh(place, right - left, left=left, height=0.5, color=PALETTE["rule"], linewidth=0)
    at = position(part)
    face = PALETTE["accent"] if part.holds else PALETTE["surface"]
    ax.plot([at], [place], marker="o", markersize=5, color=PALETTE["accent"], markerfacecolor=face)
    ax.annotate(percent(part.share), (FARTHEST + 0.85, place), ha="right", va="center", fontsize=7.5,
                color=PALETTE["quiet"])  # fmt: skip


def position(part: Part) -> float:
    """Where the median path lies: -1 and 1 are the ends of the band; at the edge of the picture what is farther."""
    band = part.band
    if math.isnan(part.value):
        return -FARTHEST
    if band.low == band.high:
        at = 0.0 if part.value == band.low else FARTHEST
    elif math.isinf(band.low):
        at = 1.0 + (part.value - band.high) / band.scale
    elif math.isinf(band.high):
        at = -1.0 + (part.value - band.low) / band.scale
    else:
        at = (part.value - 0.5 * (band.low + band.high)) / (0.5 * (band.high - band.low))
    return float(np.clip(at, -FARTHEST, FARTHEST))


def pictures(found: Sequence[Score]) -> Figure:
    """A small picture per series."""
    names = list(dict.fromkeys(one.pair.series for one in found))
    rows = max(1, -(-len(names) // COLUMNS))
    figure = Figure(figsize=(WIDTH, SMALL * rows), layout="constrained", facecolor=PALETTE["surface"])
    grid = figure.subplots(rows, COLUMNS, squeeze=False).ravel()
    for ax, name in zip(grid, names, strict=False):
        _picture(ax, name, [one for one in found if one.pair.series == name])
    for ax in grid[len(names) :]:
        ax.set_axis_off()
    return figure


def _picture(ax: Axes, name: str, own: Sequence[Score]) -> None:
    places = np.arange(len(own))
    scale = 1e3 if max(one.pair.value for one in own) >= 1e4 else 1.0
    ax.vlines(places, [one.low / scale for one in own], [one.high / scale for one in own],
              color=PALETTE["bar"], linewidth=5.0)  # fmt: skip
    ax.plot(
        places, [one.median / scale for one in own], linestyle="", marker="_", markersize=9, color=PALETTE["accent"]
    )
    for at, one in zip(places, own, strict=True):
        if not math.isnan(one.pair.low):
            ax.vlines(at + 0.18, one.pair.low / scale, one.pair.high / scale, color=PALETTE["ink"], linewidth=0.9)
    ax.plot(places + 0.18, [one.pair.value / scale for one in own], linestyle="", marker="D", markersize=4,
            color=PALETTE["ink"], markerfacecolor=PALETTE["surface"])  # fmt: skip
    unit = behind(own[0].pair.unit).strip()
    if scale > 1.0:
        unit = "thousand" if unit == "units" else f"thousand {unit}"
    ax.set_title(f"{name}, {unit}", loc="left", fontsize=7.5, color=PALETTE["ink"])
    step = max(1, -(-len(own) // 4))
    ax.set_xticks(places[::step], [one.pair.period for one in own][::step])
    ax.set_xlim(-0.6, max(len(own), 2) - 0.4)
    ax.set_ylim(bottom=0.0)
    _plain(ax)


def _plain(ax: Axes) -> None:
    """As every report draws, with ticks for small pictures."""
    plain(ax)
    ax.tick_params(axis="both", labelsize=7, labelcolor=PALETTE["quiet"], pad=3)
