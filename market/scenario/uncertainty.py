"""What is known of a number nobody knows: a distribution, written as a table in a scenario or a design."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, model_validator
from pydantic_core import PydanticCustomError
from scipy.special import ndtr, ndtri

from market.scenario.paths import BadInput
from market.scenario.schema import STRICT, suggest, validate, within

Value = float | int | str | bool
WholeNumber = Annotated[int, within(-(2**53), 2**53)]


class Distribution(BaseModel):
    """One uncertain number. Sampling goes through :meth:`quantile`, so that a design on (0, 1) serves them all."""

    model_config = STRICT
    note: str = ""

    def quantile(self, share: np.ndarray) -> np.ndarray:
        """The values below which the given shares of the probability lie; any shape in, the same out."""
        raise NotImplementedError

    @property
    def ends(self) -> tuple[Any, Any]:
        """The values at no and at all of the probability: of numbers the lowest and the highest that can come."""
        lowest, highest = self.quantile(np.array([0.0, 1.0])).tolist()
        return lowest, highest

    @property
    def values(self) -> Sequence[Value] | None:
        """All values that can come, if they can be counted."""
        return None


def ordered(low: float, high: float, what: str = "a high above the low") -> None:
    """Refuse a range in which nothing lies."""
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise PydanticCustomError("range", "{allowed}", {"allowed": what})


class Uniform(Distribution):
    """Any value from ``low`` to ``high``, all alike."""

    low: float
    high: float

    @model_validator(mode="after")
    def _check(self) -> Uniform:
        ordered(self.low, self.high)
        return self

    def quantile(self, share: np.ndarray) -> np.ndarray:
        return _inside(self.low, self.high, share, self.low + share * (self.high - self.low))


class LogUniform(Distribution):
    """Values from ``low`` to ``high``, both positive, whose logarithms are all alike."""

    low: float
    high: float

    @model_validator(mode="after")
    def _check(self) -> LogUniform:
        ordered(self.low, self.high)
        ordered(0.0, self.low, "a low above 0")
        return self

    def quantile(self, share: np.ndarray) -> np.ndarray:
        return _inside(self.low, self.high, share, self.low * (self.high / self.low) ** share)


class Triangular(Distribution):
    """From ``low`` to ``high``, most likely ``mode``."""

    low: float
    mode: float
    high: float

    @model_validator(mode="after")
    def _check(self) -> Triangular:
        ordered(self.low, self.high)
        if not self.low <= self.mode <= self.high:
            raise PydanticCustomError("range", "{allowed}", {"allowed": f"a mode from {self.low:g} to {self.high:g}"})
        return self

    def quantile(self, share: np.ndarray) -> np.ndarray:
        width = self.high - self.low
        turn = (self.mode - self.low) / width
        rising = self.low + np.sqrt(share * width * (self.mode - self.low))
        falling = self.high - np.sqrt((1.0 - share) * width * (self.high - self.mode))
        return _inside(self.low, self.high, share, np.where(share < turn, rising, falling))


class Normal(Distribution):
    """Normal with this mean and standard deviation, cut off at ``low`` and ``high`` where they are given."""

    mean: float
    sd: float
    low: float = -math.inf
    high: float = math.inf

    @model_validator(mode="after")
    def _check(self) -> Normal:
        if not math.isfinite(self.mean):
            raise PydanticCustomError("range", "{allowed}", {"allowed": "a finite mean"})
        if not 0.0 < self.sd < math.inf:
            raise PydanticCustomError("range", "{allowed}", {"allowed": "an sd above 0"})
        if not self.low < self.high:
            ordered(self.low, self.high)
        _, below, above = self._tail
        if not below < above:
            raise PydanticCustomError("range", "{allowed}", {"allowed": "a range within 37 sd of the mean"})
        return self

    @property
    def _tail(self) -> tuple[float, float, float]:
        """Which way to look, and the probability below either end from there: small, so that it keeps its digits."""
        low, high = (self.low - self.mean) / self.sd, (self.high - self.mean) / self.sd
        if low > 0.0:
            return -1.0, float(ndtr(-high)), float(ndtr(-low))
        return 1.0, float(ndtr(low)), float(ndtr(high))

    def quantile(self, share: np.ndarray) -> np.ndarray:
        way, below, above = self._tail
        reached = below + (share if way > 0.0 else 1.0 - share) * (above - below)
        return _inside(self.low, self.high, share, self.mean + way * self.sd * ndtri(reached))


class LogNormal(Distribution):
    """Values whose logarithm is normal: half of them lie under ``median``, ``spread`` is the logarithm's deviation."""

    median: float
    spread: float

    @model_validator(mode="after")
    def _check(self) -> LogNormal:
        for name in ("median", "spread"):
            if not 0.0 < getattr(self, name) < math.inf:
                raise PydanticCustomError("range", "{allowed}", {"allowed": f"a {name} above 0"})
        return self

    def quantile(self, share: np.ndarray) -> np.ndarray:
        return self.median * np.exp(self.spread * ndtri(share))


class Whole(Distribution):
    """A whole number from ``low`` to ``high``, all alike."""

    low: WholeNumber
    high: WholeNumber

    @model_validator(mode="after")
    def _check(self) -> Whole:
        ordered(self.low, self.high)
        return self

    @property
    def values(self) -> Sequence[Value]:
        return range(self.low, self.high + 1)

    def quantile(self, share: np.ndarray) -> np.ndarray:
        return self.low + _place(share, self.high - self.low + 1)


class OneOf(Distribution):
    """One of the ``options``, all alike: numbers, names of rules, true and false."""

    options: list[Any]

    @model_validator(mode="after")
    def _check(self) -> OneOf:
        if not all(isinstance(option, Value) for option in self.options):
            raise PydanticCustomError("range", "{allowed}", {"allowed": "numbers, texts, true or false as options"})
        if len(set(self.options)) < max(2, len(self.options)):
            raise PydanticCustomError("range", "{allowed}", {"allowed": "two or more different options"})
        return self

    @property
    def values(self) -> list[Value]:
        return self.options

    def quantile(self, share: np.ndarray) -> np.ndarray:
        return np.array(self.options, dtype=object)[_place(share, len(self.options))]


def _inside(low: float, high: float, share: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Values with exact ends: rounding must not carry one beyond what a field allows."""
    return np.clip(np.where(share <= 0.0, low, np.where(share >= 1.0, high, values)), low, high)


def _place(share: np.ndarray, count: int) -> np.ndarray:
    """Which of so many values a share of the probability falls on."""
    return np.minimum((share * count).astype(int), count - 1)


KINDS: dict[str, type[Distribution]] = {
    "uniform": Uniform,
    "log_uniform": LogUniform,
    "triangular": Triangular,
    "normal": Normal,
    "log_normal": LogNormal,
    "whole": Whole,
    "one_of": OneOf,
}
"""Distributions by the name that a table gives as ``distribution``; ``uniform`` if it gives none."""


def read(table: Any, where: str, source: str) -> Distribution:
    """The distribution that a table describes.

    Raises:
        BadInput: there is no such distribution, or its numbers are not allowed.
    """
    if not isinstance(table, dict):
        raise BadInput(f"{source}: {where}: found {table!r}; allowed: a table such as {{ low = 0.1, high = 0.5 }}")
    settings = dict(table)
    name = settings.pop("distribution", "uniform")
    if not isinstance(name, str) or name not in KINDS:
        raise BadInput(f"{source}: {where}.distribution: found {name!r}; {suggest(str(name), KINDS)}")
    return validate(KINDS[name], settings, where, source)
