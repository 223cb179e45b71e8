"""Indices of sensitivity from points and what came of them: SALib does the mathematics, the floor is ours."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from market import BadInput
from runs.designs.sampling import Groups, problem
from runs.words import SHARE

INERT = "inert"
"""An input that nothing reads; an index as large as its own is no finding."""

MAIN = {"morris": "mu_star", "sobol": "ST", "pawn": "median", "delta": "delta"}
"""The index of each method by which inputs are ranked and held against the floor."""

WIDEST = 0.1
"""Widest 95% interval of a main index, over the largest index, up to which a sample counts as large enough (after
Sarrazin, Pianosi & Wagener 2016, who ask for 0.05 in the indices of a screening)."""

RESAMPLES = 100
GIVEN = ("pawn", "delta")
"""Methods that take any points."""


class Still(BadInput):
    """An outcome is the same at all points."""


@dataclass(frozen=True)
class Indices:
    """What matters for one outcome.

    ``table`` has a row per input (or group), the main index first, each index with its 95% interval in ``_low`` and
    ``_high``; ``second`` the second-order indices, if asked for. ``floor`` is the value of the main index under which
    an input cannot be told from chance: the larger of ``seeds`` (what the main index would show of the runs' draws
    alone) and the upper end of the inert input's index. ``replication`` is the share of an outcome's variance that
    is left between the runs of a point.
    """

    method: str
    outcome: str
    unit: str
    table: pd.DataFrame
    floor: float
    seeds: float
    replication: float
    points: int
    runs_per_point: int
    warnings: list[str] = field(default_factory=list)
    second: pd.DataFrame | None = None
    share: bool = False

    @property
    def read_unit(self) -> str:
        """The unit in which effects are told."""
        return SHARE if self.share else self.unit

    @property
    def main(self) -> str:
        """Name of the index that ranks."""
        return MAIN[self.method]

    @property
    def ranked(self) -> pd.DataFrame:
        """The table, what matters most first."""
        return self.table.sort_values(self.main, ascending=False, kind="stable")

    def under(self, name: str) -> bool:
        """Whether an input is under the floor."""
        return bool(self.table.loc[name, self.main] <= self.floor)


def analyse(
    method: str,
    shares: pd.DataFrame,
    outcome: np.ndarray,
    name: str,
    unit: str = "",
    groups: Groups | None = None,
    levels: int = 4,
    second_order: bool = False,
    shared: bool = True,
    resamples: int = RESAMPLES,
    seed: int = 0,
    share: bool = False,
) -> Indices:
    """Indices of one outcome.

    Args:
        method: one of MAIN.
        shares: points as shares of probability, shape (points, inputs), one of which may be called INERT.
        outcome: of every run, shape (points, runs per point), all finite.
        name: of the outcome, with its unit.
        unit: the outcome's.
        groups: inputs that were moved together.
        levels: of a Morris design.
        second_order: whether a Saltelli design was made for it.
        shared: points share their draws.
        resamples: of the bootstrap.
        seed: of the bootstrap.
        share: the outcome is told in percent.

    Raises:
        Still: the outcome does not vary.
        BadInput: the points do not fit the method.
    """
    values = outcome.mean(axis=1)
    if np.ptp(values) <= 1e-12 * np.abs(values).max(initial=0.0):
        raise Still(f"outcome {name}: is the same at all {len(values)} points; allowed: one that varies")
    inputs = problem(list(shares), groups)
    points = shares.to_numpy(float)
    second = None
    seed += 1  # the library takes 0 for no seed at all
    with warnings.catch_warnings(record=True, action="ignore"):  # its remarks; what is not finite is told below
        if method == "sobol":
            table, second = _sobol(inputs, values, second_order, resamples, seed)
        elif method == "morris":
            table = _morris(inputs, points, values, levels, resamples, seed)
        elif method == "pawn":
            table = _pawn(inputs, points, values, resamples, seed)
        else:
            table = _delta(inputs, points, values, resamples, seed)
    noise, replication = noise_of(outcome, shared)
    seeds = _seeds(method, noise, values, levels)
    main = MAIN[method]
    inert = float(table.loc[INERT, f"{main}_high"]) if INERT in table.index else 0.0
    floor = max(inert, 0.0 if np.isnan(seeds) else seeds)
    return Indices(
        method=method,
        outcome=name,
        unit=unit,
        table=table,
        floor=floor,
        seeds=seeds,
        replication=replication,
        points=len(values),
        runs_per_point=outcome.shape[1],
        warnings=_warn(method, table, floor, outcome.shape[1]),
        second=second,
        share=share,
    )


def noise_of(outcome: np.ndarray, shared: bool) -> tuple[float, float]:
    """Variance that the choice of draws puts into a point's mean, and the share of all variance within points.

    ``outcome`` of shape (points, runs per point). With shared draws, what a draw does to every point alike cancels
    between points and is taken out (a two-way layout without interaction; Fisher 1925). NaN with one run per point.
    """
    points, runs = outcome.shape
    if runs < 2:
        return np.nan, np.nan
    rest = outcome - outcome.mean(axis=1, keepdims=True)
    within = (rest * rest).sum() / (points * (runs - 1))
    if shared and points > 1:
        rest = rest - rest.mean(axis=0, keepdims=True)
        noise = (rest * rest).sum() / ((points - 1) * (runs - 1))
    else:
        noise = within
    whole = outcome.var()
    return float(noise / runs), float(within * (runs - 1) / runs / whole) if whole > 0.0 else np.nan


def _seeds(method: str, noise: float, values: np.ndarray, levels: int) -> float:
    """What the main index of an input would be that does nothing but change the draws."""
    if method == "morris":
        step = levels / (2.0 * (levels - 1.0))
        return float(2.0 / np.sqrt(np.pi) * np.sqrt(noise) / step)  # mean of |normal| with variance 2 noise
    if method == "sobol":
        return float(noise / values.var())
    return np.nan  # given-data indices have no such form; the inert input stands for it


def _sobol(
    inputs: dict[str, Any], values: np.ndarray, second_order: bool, resamples: int, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """First-order, total and second-order indices (Sobol 1993; Saltelli et al. 2010; Homma & Saltelli 1996)."""
    from SALib.analyze import sobol

    found = sobol.analyze(dict(inputs), values, calc_second_order=second_order, num_resamples=resamples, seed=seed)
    names = _names(inputs)
    table = pd.DataFrame(index=pd.Index(names, name="input"))
    for index in ("ST", "S1"):
        _add(table, index, found[index], found[f"{index}_conf"])
    if not second_order:
        return table, None
    pairs = [(i, j) for i in range(len(names)) for j in range(i + 1, len(names))]
    rows = {(names[i], names[j]): (found["S2"][i, j], found["S2_conf"][i, j]) for i, j in pairs}
    second = pd.DataFrame(index=pd.MultiIndex.from_tuples(rows, names=["input", "other"]))
    _add(second, "S2", [row[0] for row in rows.values()], [row[1] for row in rows.values()])
    return table, second


def _morris(
    inputs: dict[str, Any], points: np.ndarray, values: np.ndarray, levels: int, resamples: int, seed: int
) -> pd.DataFrame:
    """Elementary effects over the whole range of an input, in the unit of the outcome (Morris 1991; Campolongo et al.
    2007). Of groups mu and sigma mean nothing and are left out."""
    from SALib.analyze import morris

    found = morris.analyze(dict(inputs), points, values, num_levels=levels, num_resamples=resamples, seed=seed)
    table = pd.DataFrame(index=pd.Index([str(name) for name in found["names"]], name="input"))
    _add(table, "mu_star", found["mu_star"], found["mu_star_conf"])
    if "groups" not in inputs:
        table["mu"], table["sigma"] = np.asarray(found["mu"], float), np.asarray(found["sigma"], float)
    return table.reindex(_names(inputs))


def _pawn(inputs: dict[str, Any], points: np.ndarray, values: np.ndarray, resamples: int, seed: int) -> pd.DataFrame:
    """Median distance between the distribution of the outcome and that within slices of an input (Pianosi & Wagener
    2018); intervals by the bootstrap."""
    from SALib.analyze import pawn

    def median(rows: Any) -> np.ndarray:
        return np.asarray(pawn.analyze(dict(inputs), points[rows], values[rows], seed=seed)["median"], float)

    found = median(slice(None))
    chance = np.random.default_rng(seed)
    again = np.array([median(chance.integers(0, len(values), len(values))) for _ in range(resamples)])
    table = pd.DataFrame(index=pd.Index(inputs["names"], name="input"))
    table["median"] = found
    spread = np.quantile(again, [0.025, 0.975], axis=0)
    table["median_low"], table["median_high"] = np.minimum(spread[0], found), np.maximum(spread[1], found)
    return table


def _delta(inputs: dict[str, Any], points: np.ndarray, values: np.ndarray, resamples: int, seed: int) -> pd.DataFrame:
    """Moment-independent index, bias taken off by the bootstrap, and first order from the same points (Borgonovo 2007;
    Plischke, Borgonovo & Smith 2013)."""
    from SALib.analyze import delta

    before = np.random.get_state()  # noqa: NPY002 - the library seeds NumPy's global generator
    try:
        found = delta.analyze(dict(inputs), points, values, num_resamples=resamples, seed=seed)
    finally:
        np.random.set_state(before)  # noqa: NPY002
    table = pd.DataFrame(index=pd.Index(inputs["names"], name="input"))
    _add(table, "delta", found["delta_raw"], found["delta_raw_conf"])
    _add(table, "S1", found["S1"], found["S1_conf"])
    return table


def _names(inputs: dict[str, Any]) -> list[str]:
    return list(dict.fromkeys(inputs.get("groups", inputs["names"])))


def _add(table: pd.DataFrame, index: str, found: Any, half: Any) -> None:
    middle, width = np.asarray(found, float), np.asarray(half, float)
    table[index], table[f"{index}_low"], table[f"{index}_high"] = middle, middle - width, middle + width


def _warn(method: str, table: pd.DataFrame, floor: float, runs: int) -> list[str]:
    """What a reader should know before believing the table."""
    main = MAIN[method]
    told = []
    if not np.isfinite(table[main]).all():
        told.append("some indices are not finite: the sample is too small")
    width = float((table[f"{main}_high"] - table[f"{main}_low"]).max())
    largest = max(float(table[main].max()), 1.0 if method != "morris" else 0.0)
    if width > WIDEST * largest:
        more = max(1.1, (width / largest / WIDEST) ** 2)  # an interval narrows with the root of the sample
        told.append(
            f"the sample is too small: the widest 95% interval of {main} is {width / largest:.2f} of the scale, "
            f"{WIDEST} is wanted, for about {more:.{0 if more >= 10.0 else 1}f} times as many samples"
        )
    if runs < 2:
        told.append("one run per point: the noise of the draws is not known; take two or more")
    if method == "sobol":
        crossed = (table["S1_low"] < 0.0) & (table["S1_high"] > 0.0) & (table["ST"] > floor)
        if crossed.any():
            names = ", ".join(map(str, table.index[crossed]))
            told.append(f"first-order intervals that cross 0, of inputs over the floor: {names}")
    return told
