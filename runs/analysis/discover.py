"""Where in the space of a finished batch an outcome happens: boxes of parameters, found by a tree.

Scenario discovery (Bryant & Lempert 2010) by a classification tree (CART; Breiman, Friedman, Olshen & Stone 1984). What
varied between the points of a batch is the space, uncertainties and levers alike; a run that meets a condition is a
case; a box is a leaf of the tree in which most runs are cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from market import BadInput
from runs.analysis.condition import Condition
from runs.analysis.condition import read as read_condition
from runs.analysis.tree import Axis, Leaf, grow
from runs.folder import results
from runs.refusal import Refused
from runs.words import percent, said

if TYPE_CHECKING:
    from runs.requests.search import Search

NORMAL = 1.959963984540054
"""Half the width of a 95% interval, in standard errors."""


@dataclass(frozen=True)
class Limit:
    """What a box says of one parameter: from ``low`` to ``high``, both included, None where it does not bind; or, of
    one that is no number, the ``options`` it may take out of so many (``of``)."""

    path: str
    low: float | None = None
    high: float | None = None
    options: tuple[Any, ...] | None = None
    of: int = 0

    def __str__(self) -> str:
        if self.options is not None:
            return f"{self.path} is {' or '.join(map(said, self.options))}"
        if self.low is not None and self.high is not None:
            return f"{self.path} is from {self.low:.10g} to {self.high:.10g}"
        return f"{self.path} <= {self.high:.10g}" if self.low is None else f"{self.path} >= {self.low:.10g}"

    def holds(self, column: pd.Series) -> np.ndarray:
        """Where a column of the table of parameters is inside."""
        if self.options is not None:
            return column.isin(self.options).to_numpy()
        low = -np.inf if self.low is None else self.low
        high = np.inf if self.high is None else self.high
        return column.between(low, high).to_numpy()


@dataclass(frozen=True)
class Box:
    """A region in which most runs are cases.

    ``coverage`` is the share of all cases that lie in it, ``density`` the share of its runs that are cases, with a 95%
    interval ``low`` to ``high``; ``points`` and ``runs`` count what lies in it.
    """

    limits: tuple[Limit, ...]
    runs: int
    points: int
    cases: int
    coverage: float
    density: float
    low: float
    high: float

    def __str__(self) -> str:
        return " and ".join(map(str, self.limits))


@dataclass(frozen=True)
class Discovery:
    """Where a condition is met. ``axes`` is the space, ``boxes`` those that cover most first; ``dropped`` counts runs
    that were left out because they failed or are not defined."""

    condition: str
    axes: tuple[Axis, ...]
    runs: int
    points: int
    cases: int
    boxes: tuple[Box, ...]
    min_density: float
    dropped: int = 0

    @property
    def share(self) -> float:
        """Share of all runs that are cases."""
        return self.cases / self.runs

    @property
    def coverage(self) -> float:
        """Share of all cases that lie in a box; boxes do not overlap."""
        return sum(box.cases for box in self.boxes) / self.cases

    @property
    def sentence(self) -> str:
        """The answer."""
        whole = f"{percent(self.share)} of all {self.runs:,} runs"
        if not self.boxes and self.share >= self.min_density:
            return (
                f"{self.condition} happens in {whole}, and in {self.min_density:.0%} or more of them in every part of "
                "the space that was told apart; ask for a higher density to see where most"
            )
        if not self.boxes:
            return (
                f"{self.condition}: nowhere in particular: it happens in {whole}, and no part of the space was found "
                f"in which it does in {self.min_density:.0%} or more and elsewhere not"
            )
        first = self.boxes[0]
        more = ""
        if len(self.boxes) > 1:
            more = f"; {len(self.boxes)} boxes together hold {percent(self.coverage)} of them"
        return (
            f"{self.condition} happens where {first}: {percent(first.density)} [{percent(first.low)}, "
            f"{percent(first.high)}] of the runs there are cases, and {percent(first.coverage)} of all cases are "
            f"there{more}; it happens in {whole}"
        )


def discover(asked: Search) -> Discovery:
    """Boxes of a finished batch in which a condition is met: what :meth:`Search.run` does."""
    if not 0.0 < asked.min_density <= 1.0:
        raise Refused("min_density", f"found {asked.min_density:g}; allowed: above 0 and up to 1")
    stored = results.finished_batch(asked.folder)
    condition = read_condition(asked.condition, list(stored.manifest["outcomes"]))
    parameters = stored.by_run("parameters")
    space = parameters.drop(columns=["point", "replication"])
    if all(space[path].nunique() < 2 for path in space):
        raise BadInput(f"{asked.folder}: found nothing that varies; allowed: a batch over uncertainties or levers")
    outcomes = stored.by_run("outcomes", condition.names).reset_index()
    return find(space, parameters["point"], outcomes, condition, asked.min_density, asked.drop_failed)


def find(
    space: pd.DataFrame,
    point: pd.Series,
    outcomes: pd.DataFrame,
    asked: Condition,
    min_density: float,
    drop_failed: bool = False,
) -> Discovery:
    """Boxes, from tables with a row per run.

    Args:
        space: a column per parameter.
        point: of each run; runs of a point have the same parameters.
        outcomes: ``run`` and the outcomes that are asked about.
        asked: what makes a case.
        min_density: share of a box's runs that must be cases.
        drop_failed: leave out runs whose outcome is not finite.

    Raises:
        BadInput: all runs or none are cases, or some are not finite and may not be left out.
    """
    fine = _finite(outcomes, asked, drop_failed)
    space, point, outcomes = space[fine], point[fine], outcomes[fine]
    cases = asked.met(outcomes)
    if cases.all() or not cases.any():
        ends = {name: (outcomes[name].min(), outcomes[name].max()) for name in asked.names}
        ranges = ", ".join(f"{name} goes from {low:.6g} to {high:.6g}" for name, (low, high) in ends.items())
        raise Refused(
            "condition",
            f"found {asked.text!r}, which {'all' if cases.any() else 'none'} of the {len(cases):,} runs "
            f"meet ({ranges}); allowed: a condition that some meet and others do not",
        )
    number, first = np.unique(point.to_numpy(), return_index=True)
    place = np.searchsorted(number, point.to_numpy())
    counts = np.bincount(place)
    hits = np.bincount(place, weights=cases)
    distinct = space.iloc[first].reset_index(drop=True)
    axes, leaves = grow(distinct, counts, hits, min_density)
    boxes = [_box(leaf, axes, distinct, counts, hits) for leaf in leaves]
    return Discovery(
        condition=asked.text,
        axes=tuple(axes),
        runs=len(cases),
        points=len(number),
        cases=int(cases.sum()),
        boxes=tuple(sorted(boxes, key=lambda box: (-box.coverage, -box.density))),
        min_density=min_density,
        dropped=int((~fine).sum()),
    )


def _finite(outcomes: pd.DataFrame, asked: Condition, drop_failed: bool) -> np.ndarray:
    """Which runs can be judged; a comparison with NaN would call them no cases."""
    fine = np.isfinite(outcomes[asked.names].to_numpy(float)).all(axis=1)
    if not fine.all() and not drop_failed:
        bad = outcomes["run"].to_numpy()[~fine]
        first = ", ".join(map(str, bad[:5])) + (", ..." if bad.size > 5 else "")
        raise Refused(
            "",
            f"outcome {', '.join(asked.names)}: {bad.size:,} of {fine.size:,} runs failed or are not defined "
            f"(runs {first}); allowed: none",
            instead="drop_failed",
        )
    if not fine.any():
        raise BadInput(f"outcome {', '.join(asked.names)}: all {fine.size:,} runs failed; allowed: some that did not")
    return fine


def _box(leaf: Leaf, axes: Sequence[Axis], distinct: pd.DataFrame, counts: np.ndarray, hits: np.ndarray) -> Box:
    """A leaf in words, counted again from what its limits say."""
    limits = tuple(Limit(axis.path, *leaf[axis.path]) for axis in axes if axis.path in leaf)
    inside = np.logical_and.reduce([limit.holds(distinct[limit.path]) for limit in limits])
    runs, cases = int(counts[inside].sum()), int(hits[inside].sum())
    low, high = density_interval(hits[inside], counts[inside])
    return Box(
        limits=limits,
        runs=runs,
        points=int(inside.sum()),
        cases=cases,
        coverage=cases / float(hits.sum()),
        density=cases / runs,
        low=low,
        high=high,
    )


def density_interval(hits: np.ndarray, counts: np.ndarray) -> tuple[float, float]:
    """95% interval of a share from points that hold several runs each, which are alike because they share parameters.

    ``hits`` cases among ``counts`` runs, shape (points,). Wilson's interval (1927) at an effective number of runs:
    theirs divided by the design effect (Kish 1965), the variance of the share over points against that of independent
    runs; never fewer than there are points, nor more than there are runs. In a single point only the draws differ, and
    its runs count in full.
    """
    points, runs = len(counts), float(counts.sum())
    share = float(hits.sum()) / runs
    effective = float(points) if points > 1 else runs
    apart = hits - share * counts
    if points > 1 and 0.0 < share < 1.0:
        variance = points / (points - 1.0) * float((apart * apart).sum()) / (runs * runs)
        effective = min(max(share * (1.0 - share) / max(variance, 1e-300), float(points)), runs)
    return wilson(share, effective)


def wilson(share: float, count: float) -> tuple[float, float]:
    """95% interval of a share of so many independent trials (Wilson 1927)."""
    square = NORMAL * NORMAL / count
    middle = (share + square / 2.0) / (1.0 + square)
    half = NORMAL * np.sqrt(share * (1.0 - share) / count + square / count / 4.0) / (1.0 + square)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))
