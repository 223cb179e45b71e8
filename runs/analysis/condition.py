"""Conditions on outcomes, such as ``peak_quote > 52 and revenue < 4e5``."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from market.scenario.schema import suggest
from runs.refusal import Refused

SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
TERM = re.compile(r"(?P<name>[^<>=]*[^<>=\s])\s*(?P<sign><=|>=|<|>)\s*(?P<number>[^<>=\s]+)")
SHAPE = "OUTCOME < NUMBER, with <, <=, > or >=, joined by 'and', such as 'peak_quote > 52 and revenue < 4e5'"


@dataclass(frozen=True)
class Condition:
    """Terms that must all hold, each a name of an outcome, a sign and a number in the outcome's unit."""

    terms: tuple[tuple[str, str, float], ...]

    @property
    def text(self) -> str:
        """The condition, spelled out."""
        return " and ".join(f"{name} {sign} {number:.15g}" for name, sign, number in self.terms)

    @property
    def names(self) -> list[str]:
        """The outcomes it speaks of, each once."""
        return list(dict.fromkeys(name for name, _, _ in self.terms))

    def met(self, outcomes: pd.DataFrame) -> np.ndarray:
        """Which rows meet it; one that is NaN does not."""
        met = np.ones(len(outcomes), bool)
        for name, sign, number in self.terms:
            met &= SIGNS[sign](outcomes[name].to_numpy(float), number)
        return met


def read(text: str, known: Sequence[str], where: str = "condition") -> Condition:
    """The condition that a text says of outcomes with these names.

    Raises:
        BadInput: it cannot be read, or speaks of another outcome.
    """
    terms = []
    for part in re.split(r"\s+and\s+", text.strip()):
        match = TERM.fullmatch(part.strip())
        if match is None:
            raise Refused(where, f"found {part.strip()!r}; allowed: {SHAPE}")
        name, sign, written = match["name"], match["sign"], match["number"]
        if name not in known:
            raise Refused(where, f"found {name!r}; {suggest(name, known)}")
        try:
            number = float(written)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise Refused(where, f"found {written!r} after {name} {sign}; allowed: a number")
        terms.append((name, sign, number))
    return Condition(tuple(terms))
