"""Differences and effects as they are written: one unit and one number of decimals for all that belong together."""

from __future__ import annotations

import math
from dataclasses import dataclass

from dashboard.reading.numerals import NOTHING

SHARE = "share"
"""Unit of what is a part of something: shown in percent, its differences in percentage points."""
LARGE = ((1e9, "bn"), (1e6, "M"), (1e3, "k"))
MOST = 4
"""Decimals at most."""


@dataclass(frozen=True)
class Scale:
    """How numbers are written: ``before`` (a currency), the number times ``factor``, ``after`` (a unit)."""

    factor: float = 1.0
    before: str = ""
    after: str = ""
    decimals: int = 1
    long: str = ""
    """The unit in a sentence, where that is another."""

    def number(self, value: float) -> str:
        """The number alone; what is exactly nothing is a plain 0."""
        if not math.isfinite(value):
            return NOTHING
        if value == 0.0:
            return "0"
        return f"{round(value * self.factor, self.decimals) + 0.0:.{self.decimals}f}"

    def whole(self, value: float, signed: bool = False, spelled: bool = False) -> str:
        """The number with its unit, with a plus where it is wanted; ``spelled`` as in a sentence."""
        text = self.number(abs(value))
        if text == NOTHING:
            return text
        sign = "-" if value < 0.0 else "+" if signed and value > 0.0 else ""
        return f"{sign}{self.before}{text}{(spelled and self.long) or self.after}"

    def interval(self, low: float, high: float) -> str:
        return f"[{self.number(low)}, {self.number(high)}]"


def scale(unit: str, *numbers: float, fine: float = 0.0, level: bool = False) -> Scale:
    """The scale for numbers of a unit.

    Args:
        unit: as measures declare it, or SHARE.
        numbers: all that will be written.
        fine: what must still be seen, such as half the width of an interval; three digits of the largest if 0.
        level: of values, not of differences.
    """
    largest = max((abs(n) for n in numbers if math.isfinite(n)), default=0.0)
    factor, before, after = 1.0, "", "" if unit in ("", "1") else f" {unit}"
    if unit == SHARE:
        factor, after = 100.0, "%" if level else " points"
    elif unit == "USD/hour":
        before, after = "$", " an hour"
    elif unit in ("million USD", "USD"):
        before, (factor, after) = "$", shrunk(largest, 1e6 if unit == "million USD" else 1.0)
    elif largest >= 1e4:
        factor, letter = shrunk(largest, 1.0)
        after = letter + after
    long = " percentage points" if unit == SHARE and not level else ""
    return Scale(factor, before, after, decimals(fine * factor, largest * factor), long)


def shrunk(largest: float, unit: float) -> tuple[float, str]:
    """A factor and the letter that stands for it."""
    found = next(((size, letter) for size, letter in LARGE if largest * unit >= size), (1.0, ""))
    return unit / found[0], found[1]


def decimals(fine: float, largest: float) -> int:
    """Decimals that show ``fine`` with a digit, with two if the first is a one."""
    if fine <= 0.0 or not math.isfinite(fine):
        return 0 if largest <= 0.0 else max(0, min(MOST, 2 - math.floor(math.log10(largest))))
    power = math.floor(math.log10(fine))
    return max(0, min(MOST, -power + (fine / 10.0**power < 2.0)))
