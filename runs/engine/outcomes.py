"""Outcomes: what a run comes to, as one number, said in a few words.

``peak quoted_lead_weeks of H100 from 2023Q1 to 2024Q4`` is a way to reduce a series, a measure (a column of the
market, products or buyers table), whose it is, and when. ``all but NAME`` joins all other buyers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NoReturn

import numpy as np

from market import Scenario
from market.gears.build import Build
from market.scenario.paths import parse_quarter
from market.scenario.schema import suggest
from runs.analysis import statistics
from runs.analysis.statistics import running_sum
from runs.refusal import Refused

Measures = Mapping[str, Any]
"""Measures of each family: an array of shape (runs, quarters, members, columns), or what is indexed like one."""


def peak(series: np.ndarray) -> np.ndarray:
    """The highest known value."""
    return np.fmax.accumulate(series, axis=1)[:, -1]


def lowest(series: np.ndarray) -> np.ndarray:
    """The lowest known value."""
    return np.fmin.accumulate(series, axis=1)[:, -1]


def total(series: np.ndarray) -> np.ndarray:
    """The sum of the known values; NaN if none is known."""
    known = np.isfinite(series)
    return np.where(known.any(axis=1), running_sum(np.where(known, series, 0.0)), np.nan)


def mean(series: np.ndarray) -> np.ndarray:
    """The mean of the known values."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return total(series) / np.isfinite(series).sum(axis=1)


def first(series: np.ndarray) -> np.ndarray:
    """The value in the first quarter."""
    return series[:, 0]


def last(series: np.ndarray) -> np.ndarray:
    """The value in the last quarter."""
    return series[:, -1]


REDUCTIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    function.__name__: function for function in (peak, lowest, total, mean, first, last)
}
"""Ways to make one number of a series: (runs, quarters) in, (runs,) out."""


def bullwhip_ratio(ordered: np.ndarray, needed: np.ndarray) -> np.ndarray:
    """How much more orders vary than needs, trends taken out."""
    return np.asarray(statistics.bullwhip(ordered, needed).ratio)


def overshoot(capacity: np.ndarray, needed: np.ndarray) -> np.ndarray:
    """Peak capacity over the mean need of the same quarters, less one."""
    return np.asarray(statistics.overshoot(capacity, running_sum(needed) / needed.shape[1]))


def phantom_share(ordered: np.ndarray, cancelled: np.ndarray) -> np.ndarray:
    """Share of what was ordered that was cancelled."""
    return np.asarray(statistics.phantom_share(ordered, cancelled))


@dataclass(frozen=True)
class Statistic:
    """One number of two series: ``of`` the measures named, both of shape (runs, quarters); its unit is 1."""

    of: Callable[[np.ndarray, np.ndarray], np.ndarray]
    measures: tuple[str, str]
    share: bool = False


STATISTICS = {
    "bullwhip": Statistic(bullwhip_ratio, ("ordered", "needed")),
    "overshoot": Statistic(overshoot, ("capacity", "needed"), share=True),
    "phantom_share": Statistic(phantom_share, ("ordered", "cancelled"), share=True),
}
"""Outcomes of two measures, said without a reduction: ``bullwhip of xAI from 2023Q1``."""

STANDARD = {
    "peak_quote": "peak quoted_lead_weeks",
    "mean_quote": "mean quoted_lead_weeks",
    "mean_wait": "mean realised_lead_weeks",
    "mean_unmet": "mean unmet_share",
    "peak_inflation": "peak order_inflation",
    "cancelled": "total cancelled",
    "shipped": "total shipped",
    "revenue": "total revenue",
    "last_rental": "last rental_usd_hour",
    "peak_hhi": "peak hhi",
}
"""Outcomes of a design that names none."""

GRAMMAR = re.compile(
    r"(?:(?P<reduction>[a-z_]+) +)?(?P<measure>[a-z_]+)"
    r"(?: +of +(?P<rest>all but +)?(?P<who>\S.*?))?"
    r"(?: +in +(?P<at>\S+))?(?: +from +(?P<start>\S+))?(?: +to +(?P<end>\S+))?"
)
SHAPE = "'peak quoted_lead_weeks of H100 from 2023Q1 to 2024Q4' or 'hhi in 2024Q4'"


@dataclass(frozen=True)
class Outcome:
    """One number of a run. Make it with :func:`read`."""

    text: str
    family: str
    measure: str
    members: tuple[int, ...]
    begin: int
    end: int
    reduction: str | None
    column: int
    weight: int | None
    unit: str
    share: bool = False
    other: int | None = None

    def series(self, values: Measures) -> np.ndarray:
        """The measure over the outcome's quarters, members joined; shape (runs, quarters)."""
        return self._joined(values, self.column)

    def _joined(self, values: Measures, column: int) -> np.ndarray:
        family, quarters = values[self.family], slice(self.begin, self.end)
        parts = [family[:, quarters, member, column] for member in self.members]
        if self.weight is None:
            return _added(parts)
        weights = [family[:, quarters, member, self.weight] for member in self.members]
        joined = [
            np.where((weight > 0.0) & np.isfinite(part), weight * part, 0.0)
            for part, weight in zip(parts, weights, strict=True)
        ]
        known = [np.where(np.isfinite(part), weight, 0.0) for part, weight in zip(parts, weights, strict=True)]
        with np.errstate(invalid="ignore", divide="ignore"):
            return _added(joined) / _added(known)

    def of(self, values: Measures) -> np.ndarray:
        """The outcome of each run, shape (runs,); NaN where it is not defined."""
        series = self.series(values)
        if self.other is not None:
            return STATISTICS[self.measure].of(series, self._joined(values, self.other))
        return series[:, 0] if self.reduction is None else REDUCTIONS[self.reduction](series)


def _added(parts: list[np.ndarray]) -> np.ndarray:
    result = parts[0]
    for part in parts[1:]:
        result = result + part
    return result


def read(text: object, scenario: Scenario, where: str = "outcome") -> Outcome:
    """The outcome that a text describes, or that STANDARD lists under that name.

    Raises:
        BadInput: the text cannot be read, or names what the scenario does not have.
    """
    return _Reader(text, scenario, where).outcome


def read_measure(text: object, scenario: Scenario, where: str = "measure") -> Outcome:
    """A measure in every quarter, such as ``hhi`` or ``backlog of all but xAI``: look at its ``series``.

    Raises:
        BadInput: the text cannot be read, or names what the scenario does not have.
    """
    return _Reader(text, scenario, where, reduced=False).outcome


def measure_of(text: object, scenario: Scenario, where: str = "outcome") -> str:
    """The measure that an outcome is made of, as :func:`read_measure` reads it; empty where it is of two.

    Raises:
        BadInput: as :func:`read`.
    """
    reader = _Reader(text, scenario, where)
    words = reader.words
    if reader.statistic is not None:
        return ""
    rest = "all but " if words["rest"] else ""
    return f"{words['measure']}{f' of {rest}' if words['who'] else ''}{words['who'] or ''}"


@dataclass(frozen=True)
class _Reader:
    """Reads one outcome and says where it cannot."""

    text: object
    scenario: Scenario
    where: str
    reduced: bool = True

    def refuse(self, found: object, allowed: str) -> NoReturn:
        raise Refused(self.where, f"found {found!r}; {allowed}")

    @property
    def said(self) -> str:
        """The text, spelled out."""
        text = STANDARD.get(str(self.text), str(self.text)) if self.reduced else str(self.text)
        return " ".join(text.split())

    @cached_property
    def words(self) -> dict[str, str | None]:
        match = GRAMMAR.fullmatch(self.said)
        if not isinstance(self.text, str) or match is None:
            self.refuse(self.text, f"allowed: {', '.join(STANDARD)}, or words such as {SHAPE}")
        return match.groupdict()

    @cached_property
    def build(self) -> Build:
        return self.scenario.build

    @cached_property
    def family(self) -> str:
        who, measure = self.words["who"], self.words["measure"]
        if who is None:
            family = "market"
        elif who in self.build.names["buyers"]:
            family = "buyers"
        elif who in self.build.names["products"]:
            family = "products"
        else:
            self.refuse(who, suggest(who, [*self.build.names["buyers"], *self.build.names["products"]]))
        columns = self.build.layouts[family].columns
        if self.statistic is not None:
            if missing := [name for name in self.statistic.measures if name not in columns]:
                self.refuse(measure, f"{who} has no {missing[0]}; allowed: of the market")
        elif measure not in columns:
            if self.reduced and self.words["reduction"] is None and measure == self.text:
                self.refuse(measure, f"{suggest(str(measure), STANDARD)}, or words such as {SHAPE}")
            self.refuse(measure, f"measures of {who or 'the market'}: {suggest(str(measure), columns)}")
        return family

    @cached_property
    def statistic(self) -> Statistic | None:
        """What the text names in place of a measure, if it does."""
        return STATISTICS.get(str(self.words["measure"])) if self.reduced else None

    @cached_property
    def members(self) -> tuple[int, ...]:
        names = self.build.names[self.family]
        if self.words["rest"] is None:
            return (0,) if self.words["who"] is None else (names.index(self.words["who"]),)
        if self.family != "buyers":
            self.refuse(self.words["who"], "allowed after 'all but': a buyer")
        rest = tuple(i for i, name in enumerate(names) if name != self.words["who"])
        if not rest:
            self.refuse(self.words["who"], "allowed after 'all but': a buyer that is not the only one")
        return rest

    def quarter(self, label: str | None, default: int) -> int:
        if label is None:
            return default
        quarters = self.scenario.quarters
        if label not in quarters:
            self.refuse(label, f"allowed: a quarter from {quarters[0]} to {quarters[-1]}")
        return parse_quarter(label) - self.scenario.start

    @property
    def outcome(self) -> Outcome:
        words, family = self.words, self.family
        reduction, measure = words["reduction"], str(words["measure"])
        if not self.reduced and any(words[name] for name in ("reduction", "at", "start", "end")):
            self.refuse(self.text, "allowed: a measure over all quarters, such as 'hhi' or 'backlog of all but xAI'")
        if reduction is not None and reduction not in REDUCTIONS:
            self.refuse(reduction, suggest(reduction, REDUCTIONS))
        if self.statistic is not None and (reduction or words["at"]):
            self.refuse(self.text, f"allowed: {measure} alone, of somebody, from one quarter to another")
        alone = reduction is None and words["at"] is None and self.reduced and self.statistic is None
        if alone or (words["at"] and (reduction or words["start"] or words["end"])):
            self.refuse(self.text, f"allowed: one of {', '.join(REDUCTIONS)} before a measure, or 'in' one quarter")
        begin = self.quarter(words["at"] or words["start"], 0)
        end = self.quarter(words["at"] or words["end"], self.scenario.horizon - 1) + 1
        if end <= begin:
            self.refuse(words["end"], f"allowed after 'to': {words['start']} or later")
        layout = self.build.layouts[family]
        column, other = self.statistic.measures if self.statistic else (measure, "")
        role = self.statistic or layout.fields[measure].role
        weight = layout.fields[column].role.weight if len(self.members) > 1 else ""
        return Outcome(
            text=self.said,
            family=family,
            measure=measure,
            members=self.members,
            begin=begin,
            end=end,
            reduction=reduction,
            column=layout.columns.index(column),
            weight=layout.columns.index(weight) if weight else None,
            unit="1" if self.statistic else layout.fields[measure].role.unit,
            share=role.share,
            other=layout.columns.index(other) if other else None,
        )
