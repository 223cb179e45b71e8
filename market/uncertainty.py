"""What is known of a number nobody knows: a distribution, written as a table in a scenario or a design."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from pydantic import BaseModel, model_validator
from pydantic_core import PydanticCustomError
from scipy.special import ndtr, ndtri

from market.paths import BadInput
from market.schema import STRICT, suggest, validate

Value = float | int | str | bool


class Distribution(BaseModel):
    """One uncertain number. Sampling goes through :meth:`quantile`, so that a design on (0, 1) serves them all."""

    model_config = STRICT
    note: str = ""

    def quantile(self, share: np.ndarray) -> np.ndarray:
        """The values below which the given shares of the probability lie; any shape in, the same out."""
        raise NotImplementedError

    @property
    def ends(self) -> tuple[Any, Any]:
        """The lowest and the highest value that can come."""
        lowest, highest = self.quantile(np.array([0.0, 1.0])).tolist()
        return lowest, highest

    @property
    def values(self) -> list[Value] | None:
        """All values that can come, if they can be counted."""
        return None


def ordered(low: float, high: float, what: str = "a high above the low") -> None:
    """Refuse a range in which nothing lies."""
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise PydanticCustomError("range", "{allowed}", {"allowed": f"{what}, found {low:g} to {high:g}"})


class Uniform(Distribution):
    """Any value from ``low`` to ``high``, all alike."""

    low: float
    high: float

    @model_validator(mode="after")
    def _check(self) -> Uniform:
        ordered(self.low, self.high)
        return self

    def quantile(self, share: np.ndarray) -> np.ndarray:
        return self.low + share * (self.high - self.low)


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
        return self.low * (self.high / self.low) ** share


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
        return np.where(share < turn, rising, falling)


class Normal(Distribution):
    """Normal with this mean and standard deviation, cut off at ``low`` and ``high`` where they are given."""

    mean: float
    sd: float
    low: float = -math.inf
    high: float = math.inf

    @model_validator(mode="after")
    def _check(self) -> Normal:
        if not 0.0 < self.sd < math.inf:
            raise PydanticCustomError("range", "{allowed}", {"allowed": f"an sd above 0, found {self.sd:g}"})
        if not self.low < self.high:
            ordered(self.low, self.high)
        return self

    def quantile(self, share: np.ndarray) -> np.ndarray:
        below, above = ndtr((self.low - self.mean) / self.sd), ndtr((self.high - self.mean) / self.sd)
        return np.clip(self.mean + self.sd * ndtri(below + share * (above - below)), self.low, self.high)


class LogNormal(Distribution):
    """Values whose logarithm is normal: half of them lie under ``median``, ``spread`` is the logarithm's deviation."""

    median: float
    spread: float

    @model_validator(mode="after")
    def _check(self) -> LogNormal:
        for name in ("median", "spread"):
            found = getattr(self, name)
            if not 0.0 < found < math.inf:
                raise PydanticCustomError("range", "{allowed}", {"allowed": f"a {name} above 0, found {found:g}"})
        return self

    def quantile(self, share: np.ndarray) -> np.ndarray:
        return self.median * np.exp(self.spread * ndtri(share))


class Whole(Distribution):
    """A whole number from ``low`` to ``high``, all alike."""

    low: int
    high: int

    @model_validator(mode="after")
    def _check(self) -> Whole:
        ordered(self.low, self.high)
        return self

    @property
    def values(self) -> list[Value]:
        return list(range(self.low, self.high + 1))

    def quantile(self, share: np.ndarray) -> np.ndarray:
        return _pick(np.arange(self.low, self.high + 1), share)


class OneOf(Distribution):
    """One of the ``options``, all alike: numbers, names of rules, true and false."""

    options: list[Value]

    @model_validator(mode="after")
    def _check(self) -> OneOf:
        if len(set(self.options)) < max(2, len(self.options)):
            raise PydanticCustomError("range", "{allowed}", {"allowed": "two or more different options"})
        return self

    @property
    def values(self) -> list[Value]:
        return self.options

    def quantile(self, share: np.ndarray) -> np.ndarray:
        return _pick(np.array(self.options, dtype=object), share)


def _pick(values: np.ndarray, share: np.ndarray) -> np.ndarray:
    return values[np.minimum((share * len(values)).astype(int), len(values) - 1)]


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
    if name not in KINDS:
        raise BadInput(f"{source}: {where}.distribution: found {name!r}; {suggest(str(name), KINDS)}")
    return validate(KINDS[name], settings, where, source)
