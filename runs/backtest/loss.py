"""What a search minimises: the negative logarithm of a synthetic likelihood of facts, revenue, owners and truths."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

from market import Scenario
from runs.backtest.facts import FACTS, OWNERS, WINDOW, owner_shares, real_revenue, shares_of
from runs.backtest.finding import Finding, Rule, find
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


@dataclass(frozen=True)
class Loss:
    """The parts of a loss: half-bands outside by ``facts``, ``quotes``, ``wafers`` and ``bars``, and ``likelihood``.

    ``likelihood`` is half the sum of squared deviations of nine quarters' revenue and six owners' shares.
    """

    facts: float
    quotes: float
    wafers: float
    bars: float
    likelihood: float

    @property
    def outside(self) -> float:
        """Half-bands outside, all together."""
        return self.facts + self.quotes + self.wafers + self.bars

    @property
    def total(self) -> float:
        """The negative logarithm of the likelihood, but for a constant."""
        return self.outside / TEMPERATURE + self.likelihood


def loss(results: xr.Dataset | Mapping[str, np.ndarray] | Paths, scenario: Scenario) -> float:
    """The number to minimise, of the median path; infinite where every run failed.

    -log L = (half-bands outside) / 0.03 + sum z^2 / 2, the half-bands of the scored facts that apply, of the truths
    1 and 3 by their size, and of the truths 2, 4 and 6 as bars.
    """
    try:
        return parts(results, scenario).total
    except Missing:
        return math.inf


def parts(results: xr.Dataset | Mapping[str, np.ndarray] | Paths, scenario: Scenario, window: str = WINDOW) -> Loss:
    """The parts of :func:`loss`, of figures up to the last quarter of a window; the truths are asked of all quarters.

    Raises:
        Missing: every run failed, or the scenario has not the quarters and buyers of the real figures.
    """
    paths = results if isinstance(results, Paths) else Paths(results, scenario)
    return Loss(
        sum(found.excess_until(window) for rule in judged(window) if not (found := find(rule, paths)).missing),
        WAIT_WEIGHT * dishonesty(paths),
        IDLE_WEIGHT * idleness(paths),
        sum(bar(find(rule, paths)) for rule in TRUTHS if rule.id in BARS),
        deviations(paths, window),
    )


def judged(window: str) -> list[Rule]:
    """The scored facts of which some figure is known by the end of a window."""
    return [rule for rule in FACTS if rule.scored and any(band.until <= window for band in rule.bands)]


def dishonesty(paths: Paths) -> float:
    """Mean of what waits are off their quotes beyond 6.5 weeks, in units of 6.5 weeks."""
    off, counts = waits_off(paths)
    beyond = np.maximum(0.0, np.abs(off[0][counts[0]]) - HALF_CLOCK) / HALF_CLOCK
    return float(beyond.mean()) if beyond.size else 0.0


def idleness(paths: Paths) -> float:
    """Mean shortfall of the wafers used beside a queue under nine tenths."""
    share = used_beside_a_queue(paths)[0]
    short = np.maximum(0.0, USED - share[~np.isnan(share)])
    return float(short.mean()) if short.size else 0.0


def bar(found: Finding) -> float:
    """What a truth costs that is a bar: nothing if it holds."""
    return 0.0 if found.missing or found.holds else BAR + found.excess


def deviations(paths: Paths, window: str = WINDOW) -> float:
    """Half the sum of squared standardised deviations of revenue and of owners' shares of 2023."""
    real = {quarter: value for quarter, value in real_revenue().items() if quarter <= window}
    made = np.array([paths["revenue"][0, paths.at(quarter)] for quarter in real])
    revenue = np.log(np.maximum(made, 1.0) / np.array(list(real.values()))) / REVENUE_DEVIATION
    shares = shares_of(paths, OWNERS)[0] / np.array([row[1] for row in owner_shares()]) - 1.0
    both = np.concatenate([revenue, np.nan_to_num(shares, nan=-1.0) / SHARE_DEVIATION])
    return float(0.5 * (both @ both))
