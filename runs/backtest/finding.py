"""What a backtest finds: bands, what was measured, the verdict."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from runs.backtest.paths import Missing, Paths

UNKNOWN = 2.0
"""Half-bands by which a value that is not defined counts as outside: a whole band."""


@dataclass(frozen=True)
class Band:
    """What a fact allows of one figure, both ends included; infinite where a side is open.

    ``half`` is the unit in which a search counts what is outside: half the band's width, if not given. ``until`` is
    the last quarter that the figure is of.
    """

    text: str
    low: float = -math.inf
    high: float = math.inf
    unit: str = ""
    half: float = 0.0
    until: str = "2024Q4"

    @property
    def scale(self) -> float:
        """Half the width of the band, or what stands for it where a side is open."""
        return self.half or 0.5 * (self.high - self.low)

    def holds(self, values: np.ndarray) -> np.ndarray:
        """Which values are inside; NaN is not."""
        return (values >= self.low) & (values <= self.high)

    def excess(self, values: np.ndarray) -> np.ndarray:
        """Half-bands by which values are outside."""
        outside = np.maximum(0.0, np.maximum(self.low - values, values - self.high)) / self.scale
        return np.where(np.isnan(values), UNKNOWN, outside)


@dataclass(frozen=True)
class Measured:
    """A figure of the median path and of every run, shape (1 + runs,).

    ``excess`` stands in for the band's own where the figure is a count, which a search cannot follow.
    """

    values: np.ndarray
    excess: np.ndarray | None = None
    note: str = ""


@dataclass(frozen=True)
class Rule:
    """A fact or a truth: its number, a sentence, its bands, and what measures them, a figure for each band."""

    id: str
    sentence: str
    bands: tuple[Band, ...]
    measure: Callable[[Paths], Sequence[Measured]]
    scored: bool = True


@dataclass(frozen=True)
class Part:
    """One figure of a finding: on the median path, its share of single runs inside, and half-bands outside."""

    band: Band
    value: float
    share: float
    excess: float
    note: str = ""

    @property
    def holds(self) -> bool:
        """Whether the median path is inside."""
        return bool(self.band.holds(np.array(self.value)))


@dataclass(frozen=True)
class Finding:
    """What was found of a rule; ``missing`` says why it does not apply to the scenario, empty where it does."""

    id: str
    sentence: str
    parts: tuple[Part, ...] = ()
    share: float = math.nan
    """Of single runs inside in every part."""
    scored: bool = True
    missing: str = ""

    @property
    def holds(self) -> bool:
        """Whether every part is inside on the median path."""
        return not self.missing and all(part.holds for part in self.parts)

    @property
    def verdict(self) -> str:
        """``in``, ``out`` or ``not applicable``."""
        return "not applicable" if self.missing else "in" if self.holds else "out"

    @property
    def excess(self) -> float:
        """Half-bands outside, all parts together."""
        return sum(part.excess for part in self.parts)


def find(rule: Rule, paths: Paths) -> Finding:
    """Measure one rule."""
    try:
        measured = rule.measure(paths)
    except Missing as reason:
        return Finding(rule.id, rule.sentence, scored=rule.scored, missing=str(reason))
    inside = np.array([band.holds(one.values) for band, one in zip(rule.bands, measured, strict=True)])
    parts = []
    for band, one, held in zip(rule.bands, measured, inside, strict=True):
        parts.append(Part(band, float(one.values[0]), float(held[1:].mean()), float(outside(band, one)[0]), one.note))
    return Finding(rule.id, rule.sentence, tuple(parts), float(inside[:, 1:].all(axis=0).mean()), rule.scored)


def outside(band: Band, measured: Measured) -> np.ndarray:
    """Half-bands by which a figure is outside, shape (1 + runs,)."""
    return band.excess(measured.values) if measured.excess is None else measured.excess


def count_inside(deviations: np.ndarray, allowed: float | np.ndarray, least: int) -> Measured:
    """How many of several figures lie within what is allowed, and by how many half-bands ``least`` of them do not.

    ``deviations`` and ``allowed`` of shape (1 + runs, figures): the excess is that of the ``least``-th nearest figure.
    """
    relative = np.nan_to_num(np.abs(deviations) / allowed, nan=1.0 + UNKNOWN)
    excess = np.maximum(0.0, np.sort(relative, axis=1)[:, least - 1] - 1.0)
    return Measured((relative <= 1.0).sum(axis=1).astype(float), excess)
