"""Outcomes: what a run comes to, as one number, said in a few words.

``peak quoted_lead_weeks of H100 from 2023Q1 to 2024Q4`` is a way to reduce a series, a measure (a column of the
market, products or buyers table), whose it is, and when. ``all but NAME`` joins all other buyers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NoReturn

import numpy as np

from market import Scenario
from market.gears.build import Build
from market.scenario.paths import parse_quarter
from market.scenario.schema import suggest
from runs.refusal import Refused

Measures = Mapping[str, np.ndarray]
"""Measures of each family, shape (runs, quarters, members, columns)."""


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


def running_sum(series: np.ndarray) -> np.ndarray:
    """Sums over axis 1, added in order, so that one run alone gives the same bits as a thousand."""
    return np.add.accumulate(series, axis=1)[:, -1]


REDUCTIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    function.__name__: function for function in (peak, lowest, total, mean, first, last)
}
"""Ways to make one number of a series: (runs, quarters) in, (runs,) out."""

WEIGHTS = {
    "fill_rate": "needed",
    "price_paid": "delivered",
    "realised_lead_weeks": "delivered",
}
"""What a mean over several buyers weighs these measures by; other measures of buyers are added up."""

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

    def series(self, values: Measures) -> np.ndarray:
        """The measure over the outcome's quarters, members joined; shape (runs, quarters)."""
        array = values[self.family][:, self.begin : self.end]
        parts = [array[:, :, member, self.column] for member in self.members]
        if self.weight is None:
            return _added(parts)
        weights = [array[:, :, member, self.weight] for member in self.members]
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
        if measure not in columns:
            if self.reduced and self.words["reduction"] is None and measure == self.text:
                self.refuse(measure, f"{suggest(str(measure), STANDARD)}, or words such as {SHAPE}")
            self.refuse(measure, f"measures of {who or 'the market'}: {suggest(str(measure), columns)}")
        return family

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
        alone = reduction is None and words["at"] is None and self.reduced
        if alone or (words["at"] and (reduction or words["start"] or words["end"])):
            self.refuse(self.text, f"allowed: one of {', '.join(REDUCTIONS)} before a measure, or 'in' one quarter")
        begin = self.quarter(words["at"] or words["start"], 0)
        end = self.quarter(words["at"] or words["end"], self.scenario.horizon - 1) + 1
        if end <= begin:
            self.refuse(words["end"], f"allowed after 'to': {words['start']} or later")
        columns = self.build.layouts[family].columns
        weight = WEIGHTS.get(measure) if len(self.members) > 1 else None
        return Outcome(
            text=self.said,
            family=family,
            measure=measure,
            members=self.members,
            begin=begin,
            end=end,
            reduction=reduction,
            column=columns.index(measure),
            weight=None if weight is None else columns.index(weight),
            unit=self.build.layouts[family].fields[measure].role.unit,
        )
