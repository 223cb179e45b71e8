"""A small classification tree over points of a batch, read back as limits of parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

DEPTH = 4
"""Splits on the way to a leaf, at most: a box with more limits is hard to keep in mind (Bryant & Lempert 2010)."""

LEAST_SHARE, LEAST_POINTS, LEAST_RUNS = 0.02, 5, 20
"""A leaf holds at least this share of the runs, and either what so many points hold or so many runs."""

FOLDS = 5
"""Parts of the points, each judged by a tree grown on the others."""

FEWEST, MOST = 40, 20_000
"""Points from which on the tree is pruned, and how many are looked at for it; fewer points are described as they are,
since leaving one out of a handful of levers tells nothing about it."""

STRENGTHS = 20
"""Strengths of pruning that are tried."""

EDGE = 0.001
"""How far a limit may be rounded, as a share of the range that was sampled; what lies inside is counted afterwards."""

SMALLER = 1.0
"""Standard errors of its loss that a smaller tree may be worse (the rule of one; Breiman et al. 1984)."""

Bounds = tuple[float | None, float | None, tuple[Any, ...] | None, int]
Leaf = dict[str, Bounds]
"""Of each parameter that binds: low, high, or options out of how many."""


@dataclass(frozen=True)
class Axis:
    """One parameter as it was sampled: ``values`` are all that occurred, in order; of numbers if ``numeric``."""

    path: str
    values: tuple[Any, ...]
    numeric: bool

    @classmethod
    def of(cls, column: pd.Series) -> Axis:
        """The axis of a column of points; true and false are no numbers."""
        numeric = column.dtype.kind in "iuf"
        return cls(str(column.name), tuple(sorted(column.unique().tolist(), key=None if numeric else str)), numeric)

    def columns(self, column: pd.Series) -> np.ndarray:
        """What the tree sees, shape (points, 1 or options): ranks, which its single precision holds exactly, of
        numbers; a column of 0 and 1 per option of the others."""
        rank = {value: place for place, value in enumerate(self.values)}
        places = column.map(rank).to_numpy(int)
        return places[:, None].astype(float) if self.numeric else np.eye(len(self.values))[places]


def grow(points: pd.DataFrame, counts: np.ndarray, hits: np.ndarray, least: float) -> tuple[list[Axis], list[Leaf]]:
    """A tree over points, and those of its leaves in which at least a share ``least`` of the runs are cases.

    Args:
        points: a row per point, a column per parameter.
        counts: runs of each point.
        hits: cases among them.
        least: from 0 to 1.

    Returns:
        The axes, of parameters that vary, and the leaves. Those that make up a whole branch are one, and so are those
        that differ in the options of one parameter alone; a tree of one leaf has none.
    """
    axes = [Axis.of(points[path]) for path in points]
    axes = [axis for axis in axes if len(axis.values) > 1]
    seen = np.hstack([axis.columns(points[axis.path]) for axis in axes])
    owner = [(axis, k) for axis in axes for k in range(1 if axis.numeric else len(axis.values))]
    tree = _pruned(seen, counts, hits).tree_
    share = _shares(tree, seen, counts, hits)
    leaves: list[Leaf] = []

    def whole(node: int) -> bool:
        """Whether all leaves under a node are of the kind."""
        if tree.children_left[node] < 0:
            return bool(share[node] >= least)
        return whole(tree.children_left[node]) and whole(tree.children_right[node])

    def walk(node: int, allowed: dict[str, np.ndarray]) -> None:
        if whole(node):
            if node:
                leaves.append(_leaf(axes, allowed))
        elif tree.children_left[node] >= 0:
            axis, option = owner[tree.feature[node]]
            place = np.arange(len(axis.values))
            left = place <= tree.threshold[node] if axis.numeric else place != option
            for child, side in ((tree.children_left[node], left), (tree.children_right[node], ~left)):
                walk(child, {**allowed, axis.path: allowed[axis.path] & side})

    walk(0, {axis.path: np.ones(len(axis.values), bool) for axis in axes})
    return axes, _joined(leaves, axes)


def _joined(leaves: list[Leaf], axes: Sequence[Axis]) -> list[Leaf]:
    """Leaves that differ in the options of one parameter alone made one: the tree splits options off one by one."""
    order = {axis.path: axis.values for axis in axes}
    for k, one in enumerate(leaves):
        for other in leaves[k + 1 :]:
            apart = [path for path in {**one, **other} if one.get(path) != other.get(path)]
            if len(apart) != 1 or apart[0] not in one or apart[0] not in other or one[apart[0]][2] is None:
                continue
            path = apart[0]
            both = {*(one[path][2] or ()), *(other[path][2] or ())}
            options = tuple(value for value in order[path] if value in both)
            union = {**one, path: (None, None, options, len(order[path]))}
            if len(options) == len(order[path]):
                del union[path]
            return _joined([union if leaf is one else leaf for leaf in leaves if leaf is not other], axes)
    return leaves


def _pruned(seen: np.ndarray, counts: np.ndarray, hits: np.ndarray) -> Any:
    """The tree cut back by cost and complexity as hard as costs it no more than chance on points it has not seen
    (Breiman et al. 1984). All runs of a point stay on one side of every fold."""
    full = _fitted(seen, counts, hits, 0.0)
    if len(seen) < FEWEST or full.tree_.node_count == 1:
        return full
    strengths = _strengths(full, seen, counts, hits)
    return _fitted(seen, counts, hits, strengths[_strongest(strengths, seen, counts, hits)])


def _strongest(strengths: Sequence[float], seen: np.ndarray, counts: np.ndarray, hits: np.ndarray) -> int:
    """The place of the strongest pruning that does no worse than the best, but for the standard error of its loss."""
    order = np.random.default_rng(0).permutation(len(seen))[:MOST]
    seen, counts, hits = seen[order], counts[order], hits[order]
    fold = np.arange(len(seen)) % FOLDS
    loss = np.zeros((len(strengths), len(seen)))
    for part in range(FOLDS):
        out = fold == part
        if not 0.0 < hits[~out].sum() < counts[~out].sum():
            continue
        for k, strength in enumerate(strengths):
            said = _fitted(seen[~out], counts[~out], hits[~out], strength).predict_proba(seen[out])[:, 1]
            # the squared error of a share, as Gini's impurity is its variance
            loss[k, out] = hits[out] * (1.0 - said) ** 2 + (counts[out] - hits[out]) * said * said
    mean = loss.mean(axis=1)
    best = int(mean.argmin())
    error = loss[best].std() / np.sqrt(len(seen))
    return max(k for k in range(len(strengths)) if mean[k] <= mean[best] + SMALLER * error)


def _strengths(full: Any, seen: np.ndarray, counts: np.ndarray, hits: np.ndarray) -> list[float]:
    """Strengths of pruning between those at which the full tree loses a branch, weakest first; the last leaves none."""
    rows, cases, weights = _rows(seen, counts, hits)
    ends = np.maximum(full.cost_complexity_pruning_path(rows, cases, weights).ccp_alphas, 0.0)
    middles = np.unique([0.0, *np.sqrt(ends[1:-1] * ends[2:]), 1.01 * ends[-1]])
    if len(middles) > STRENGTHS:
        middles = middles[np.linspace(0, len(middles) - 1, STRENGTHS).round().astype(int)]
    return middles.tolist()


def _fitted(seen: np.ndarray, counts: np.ndarray, hits: np.ndarray, strength: float) -> Any:
    from sklearn.tree import DecisionTreeClassifier

    tree = DecisionTreeClassifier(
        max_depth=DEPTH,
        min_weight_fraction_leaf=min(0.5, max(LEAST_SHARE, min(LEAST_POINTS / len(seen), LEAST_RUNS / counts.sum()))),
        ccp_alpha=strength,
        random_state=0,
    )
    rows, cases, weights = _rows(seen, counts, hits)
    return tree.fit(rows, cases, sample_weight=weights)


def _rows(seen: np.ndarray, counts: np.ndarray, hits: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Each point twice, once as a case and once not, weighed by its runs: the same tree as of a row per run."""
    weights = np.concatenate([hits, counts - hits]).astype(float)
    kept = weights > 0.0
    cases = np.repeat([1, 0], len(seen))
    return np.vstack([seen, seen])[kept], cases[kept], weights[kept]


def _shares(tree: Any, seen: np.ndarray, counts: np.ndarray, hits: np.ndarray) -> np.ndarray:
    """Share of cases among the runs of each leaf, counted; 0 at nodes that are none."""
    leaf = tree.apply(seen.astype(np.float32))
    runs = np.bincount(leaf, weights=counts, minlength=tree.node_count)
    cases = np.bincount(leaf, weights=hits, minlength=tree.node_count)
    return np.divide(cases, runs, out=np.zeros_like(runs), where=runs > 0)


def _leaf(axes: Sequence[Axis], allowed: dict[str, np.ndarray]) -> Leaf:
    """The limits of a leaf, of the parameters that it binds."""
    leaf: Leaf = {}
    for axis in axes:
        open_ = allowed[axis.path]
        if open_.all():
            continue
        if not axis.numeric:
            options = tuple(value for value, free in zip(axis.values, open_, strict=True) if free)
            leaf[axis.path] = (None, None, options, len(axis.values))
            continue
        inside = np.flatnonzero(open_)
        first, last = int(inside[0]), int(inside[-1])
        low = None if first == 0 else edge(axis.values, first, up=True)
        high = None if last == len(open_) - 1 else edge(axis.values, last + 1, up=False)
        leaf[axis.path] = (low, high, None, 0)
    return leaf


def edge(values: Sequence[float], at: int, up: bool) -> float:
    """A number with few digits between ``values[at - 1]`` and ``values[at]``: the lower end of what begins with the
    latter (``up``), or the upper end of what ends with the former.

    Of whole numbers it is that value itself. Where values lie closer than EDGE of their range, the number may lie that
    far off, on none of them.
    """
    below, above = values[at - 1], values[at]
    if isinstance(below, int) and isinstance(above, int):
        return above if up else below
    middle = (below + above) / 2.0
    slack = EDGE * (values[-1] - values[0])
    for digits in range(1, 18):
        short = float(f"{middle:.{digits}g}")
        between = below < short <= above if up else below <= short < above
        if between or (abs(short - middle) <= slack and short not in values):
            return short
    return above if up else below
