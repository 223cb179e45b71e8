"""An outcome against one input of a study: its points, and middles through them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata
from scipy.stats import t as student

from market.scenario.uncertainty import Distribution
from runs.analysis.sensitivity import Study
from runs.designs.sampling import problem

MIDDLES = 10
"""Middles, at most."""

FEW = 20
"""Independent pieces of a design under which its intervals are rough."""


@dataclass(frozen=True)
class Middle:
    """The mean of the points near ``at``, from ``first`` to ``last``, with the ends of its 95% interval (NaN where
    there is nothing to tell them from)."""

    at: float
    first: float
    last: float
    mean: float
    low: float
    high: float
    points: int


@dataclass(frozen=True, eq=False)
class Against:
    """An outcome against an input.

    ``inputs`` and ``found`` are those of the design's points, an outcome the mean over the runs of its point; of an
    input that is no number the inputs are places in ``options``. ``correlation`` is Spearman's, with its 95% interval
    ``low`` to ``high``; ``pieces`` are the parts of the design that were drawn independently of each other.
    """

    path: str
    inputs: np.ndarray
    found: np.ndarray
    middles: tuple[Middle, ...]
    correlation: float
    low: float
    high: float
    pieces: int
    options: tuple[str, ...] = ()


def against(study: Study, outcome: str, path: str, known: Distribution) -> Against:
    """An outcome of a study against one of its inputs, which was drawn from a distribution.

    Points of a trajectory or of a base point share most of their inputs. Intervals are therefore clustered by those:
    what a whole trajectory lies apart from the mean is one observation (Liang & Zeger 1986).
    """
    drawn = known.quantile(study.shares[path].to_numpy())
    options: tuple[str, ...] = ()
    if drawn.dtype.kind not in "iuf":
        values = list(known.values or dict.fromkeys(drawn.tolist()))
        options = tuple(map(str, values))
        drawn = np.array([values.index(value) for value in drawn.tolist()])
    inputs, found = drawn.astype(float), study.found[outcome].mean(axis=1)
    piece = np.arange(len(found)) // length(study)
    correlation, low, high = spearman(inputs, found, piece)
    return Against(path, inputs, found, middles(inputs, found, piece), correlation, low, high, piece[-1] + 1, options)


def length(study: Study) -> int:
    """How many points in a row belong together: a trajectory, a base point with its neighbours, or one."""
    names = problem(list(study.shares), study.groups)
    moved = len(dict.fromkeys(names.get("groups", names["names"])))
    if study.method == "sobol":
        return 2 * moved + 2 if study.second_order else moved + 2
    return moved + 1 if study.method == "morris" else 1


def middles(inputs: np.ndarray, found: np.ndarray, piece: np.ndarray) -> tuple[Middle, ...]:
    """Means of the points in slices of an input: of each of its values, or of tenths where it has more."""
    values, place = np.unique(inputs, return_inverse=True)
    slices = place * min(MIDDLES, len(values)) // len(values)
    made = []
    for one in range(slices.max() + 1):
        inside = slices == one
        own = inputs[inside]
        mean = float(found[inside].mean())
        half = margin((found[inside] - mean) / inside.sum(), piece[inside])
        made.append(
            Middle(
                float(own.mean()),
                float(own.min()),
                float(own.max()),
                mean,
                mean - half,
                mean + half,
                int(inside.sum()),
            )
        )
    return tuple(made)


def margin(parts: np.ndarray, piece: np.ndarray) -> float:
    """Half the width of the 95% interval of an estimate, from what each point moves it by; NaN for a single piece."""
    sums = np.bincount(np.unique(piece, return_inverse=True)[1], weights=parts)
    count = len(sums)
    if count < 2:
        return float("nan")
    return float(student.ppf(0.975, count - 1) * np.sqrt(count / (count - 1) * (sums * sums).sum()))


def spearman(inputs: np.ndarray, found: np.ndarray, piece: np.ndarray) -> tuple[float, float, float]:
    """Rank correlation with the ends of its 95% interval, made on Fisher's scale (1921); NaN where one is constant."""
    x, y = (rankdata(values) - (len(values) + 1) / 2.0 for values in (inputs, found))
    if not x.any() or not y.any():
        return float("nan"), float("nan"), float("nan")
    x, y = x / x.std(), y / y.std()
    correlation = float((x * y).mean())
    if abs(correlation) > 1.0 - 1e-12:
        return correlation, correlation, correlation
    half = margin((x * y - correlation * (x * x + y * y) / 2.0) / len(x), piece) / (1.0 - correlation**2)
    middle = np.arctanh(correlation)
    return correlation, float(np.tanh(middle - half)), float(np.tanh(middle + half))
