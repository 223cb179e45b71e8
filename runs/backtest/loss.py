"""What a search minimises: the negative logarithm of a synthetic likelihood of facts, revenue, owners and truths."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import astuple, dataclass

import numpy as np
import xarray as xr

from market import Scenario
from runs.backtest.facts import FACTS, OWNERS, WINDOW, owner_shares, real_revenue, shares_of
from runs.backtest.finding import Rule, outside
from runs.backtest.paths import Missing, Paths
from runs.backtest.truths import HALF_CLOCK, TRUTHS, USED, used_beside_a_queue, waits_off

TEMPERATURE = 0.03
"""Half-bands outside that make a vector less likely by a factor e."""
REVENUE_DEVIATION = 0.10
SHARE_DEVIATION = 0.30
"""Standard deviations: of the logarithm of a quarter's revenue, of an owner's share over the real one."""
IDLE_WEIGHT, WAIT_WEIGHT = 12.0, 3.0
BAR = 10.0
"""Half-bands that a broken truth costs: more than all facts together that a market can miss and be looked at."""
BARS = ("T2", "T4", "T6")


Number = float | np.ndarray


@dataclass(frozen=True)
class Loss:
    """The parts of a loss: half-bands outside by ``facts``, ``quotes``, ``wafers`` and ``bars``, and ``likelihood``.

    ``likelihood`` is half the sum of squared deviations of nine quarters' revenue and six owners' shares. All are
    numbers, or arrays with one for each of many paths.
    """

    facts: Number
    quotes: Number
    wafers: Number
    bars: Number
    likelihood: Number

    @property
    def outside(self) -> Number:
        """Half-bands outside, all together."""
        return self.facts + self.quotes + self.wafers + self.bars

    @property
    def total(self) -> Number:
        """The negative logarithm of the likelihood, but for a constant."""
        return self.outside / TEMPERATURE + self.likelihood


def loss(results: xr.Dataset | Mapping[str, np.ndarray] | Paths, scenario: Scenario) -> float:
    """The number to minimise, of the median path; infinite where every run failed.

    -log L = (half-bands outside) / 0.03 + sum z^2 / 2, the half-bands of the scored facts that apply, of the truths
    1 and 3 by their size, and of the truths 2, 4 and 6 as bars.
    """
    try:
        return float(parts(results, scenario).total)
    except Missing:
        return math.inf


def parts(results: xr.Dataset | Mapping[str, np.ndarray] | Paths, scenario: Scenario, window: str = WINDOW) -> Loss:
    """The parts of :func:`loss`, of figures up to the last quarter of a window; the truths are asked of all quarters.

    Raises:
        Missing: every run failed, or the scenario has not the quarters and buyers of the real figures.
    """
    paths = results if isinstance(results, Paths) else Paths(results, scenario)
    return Loss(*(float(part[0]) for part in astuple(along(paths, window))))


def along(paths: Paths, window: str = WINDOW, steps: bool = True) -> Loss:
    """The parts of the loss of every row of paths, shape (1 + runs,); without ``steps`` bars are taken to hold."""
    none = np.zeros(len(paths["revenue"]))
    return Loss(
        sum((excess(rule, paths, window) for rule in judged(window)), none),
        WAIT_WEIGHT * dishonesty(paths),
        IDLE_WEIGHT * idleness(paths),
        sum((bar(rule, paths) for rule in TRUTHS if rule.id in BARS), none) if steps else none,
        deviations(paths, window),
    )


def judged(window: str) -> list[Rule]:
    """The scored facts of which some figure is known by the end of a window."""
    return [rule for rule in FACTS if rule.scored and any(band.until <= window for band in rule.bands)]


def excess(rule: Rule, paths: Paths, window: str = WINDOW) -> Number:
    """Half-bands by which the figures of a rule are outside that are of no later quarter; 0 where it does not apply."""
    try:
        measured = rule.measure(paths)
    except Missing:
        return 0.0
    return sum(outside(*both) for both in zip(rule.bands, measured, strict=True) if both[0].until <= window)


def dishonesty(paths: Paths) -> np.ndarray:
    """Mean of what waits are off their quotes beyond 6.5 weeks, in units of 6.5 weeks."""
    off, counts = waits_off(paths)
    return mean_of(np.maximum(0.0, np.abs(off) - HALF_CLOCK) / HALF_CLOCK, counts)


def idleness(paths: Paths) -> np.ndarray:
    """Mean shortfall of the wafers used beside a queue under nine tenths."""
    share = used_beside_a_queue(paths)
    return mean_of(np.maximum(0.0, USED - share), ~np.isnan(share))


def mean_of(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Mean along a row of what counts, 0 where nothing does."""
    return np.where(counts, values, 0.0).sum(axis=1) / np.maximum(1, counts.sum(axis=1))


def bar(rule: Rule, paths: Paths) -> Number:
    """What a truth costs that is a bar: nothing if it holds."""
    off = excess(rule, paths)
    return np.where(off > 0.0, BAR + off, 0.0)


def deviations(paths: Paths, window: str = WINDOW) -> np.ndarray:
    """Half the sum of squared standardised deviations of revenue and of owners' shares of 2023."""
    real = {quarter: value for quarter, value in real_revenue().items() if quarter <= window}
    made = np.stack([paths["revenue"][:, paths.at(quarter)] for quarter in real], axis=1)
    revenue = np.log(np.maximum(made, 1.0) / np.array(list(real.values()))) / REVENUE_DEVIATION
    shares = shares_of(paths, OWNERS) / np.array([row[1] for row in owner_shares()]) - 1.0
    both = np.concatenate([revenue, np.nan_to_num(shares, nan=-1.0) / SHARE_DEVIATION], axis=1)
    return np.asarray(0.5 * (both * both).sum(axis=1))
