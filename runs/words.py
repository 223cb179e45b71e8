"""Numbers, shares and durations in words, the same on the terminal, on the page and in reports."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

NOTHING = "\u2013"
"""Stands where there is no value."""
SHARE = "share"
"""Unit of what is a part of something: shown in percent, its differences in percentage points."""
LARGE = ((1e12, "T"), (1e9, "bn"), (1e6, "M"), (1e3, "k"))
MOST = 4
"""Decimals of a difference at most."""


def duration(seconds: float) -> str:
    """A time for people: 8 s, 3 min 20 s, 2 h 5 min."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def said(value: Any) -> str:
    """A value as a scenario file writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def listed(words: Sequence[str]) -> str:
    """``a, b and c``."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def behind(unit: str) -> str:
    """A unit behind a number, nothing where it has none."""
    return "" if unit in ("", "1") else f" {unit}"


# --- one number -------------------------------------------------------------------------------------------------------


def known(value: float | None) -> bool:
    """Whether there is a value."""
    return value is not None and math.isfinite(value)


def number(value: float, digits: int = 4) -> str:
    """So many digits, more only before the point."""
    if math.isnan(value):
        return NOTHING
    return f"{value:,.{digits}g}" if abs(value) < 10.0**digits - 0.5 else f"{value:,.0f}"


def compact(value: float | None, digits: int = 3) -> str:
    """``133.9k``, ``1.39M``; small numbers with so many significant digits."""
    if value is None or not known(value):
        return NOTHING
    for size, letter in LARGE:
        if abs(value) >= size * (1 - 5e-4):
            return f"{value / size:.{_after_point(value / size, digits)}f}{letter}"
    if value == int(value):
        return f"{value:.0f}"
    return f"{value:.{_after_point(value, digits)}f}"


def _after_point(value: float, digits: int) -> int:
    """How many decimals give so many significant digits (two at most)."""
    whole = len(str(int(abs(value)))) if abs(value) >= 1 else 0
    return max(0, min(2, digits - whole))


def dollars(value: float | None) -> str:
    """Money, compact."""
    if value is None or not known(value):
        return NOTHING
    return ("-" if value < 0 else "") + "$" + compact(abs(value))


def percent(share: float | None, digits: int = 0) -> str:
    """A share: 100% and 0% only where it is all or nothing, more digits next to them."""
    if share is None or not known(share):
        return NOTHING
    if digits == 0 and 0.0 < abs(share) < 0.005:
        return f"{math.copysign(max(abs(share), 0.001), share):.1%}"
    if digits == 0 and 0.995 <= share < 1.0:
        return f"{min(share, 0.999):.1%}"
    return f"{share:.{digits}%}"


def weeks(value: float | None) -> str:
    """A wait, in tenths of a week."""
    return NOTHING if not known(value) else f"{value:.1f}"


def whole(value: float | None) -> str:
    """A count, without decimals."""
    return NOTHING if not known(value) else f"{value:,.0f}"


# --- numbers that belong together -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scale:
    """How differences and their intervals are written: ``before`` (a currency), the number times ``factor``, ``after``
    (a unit), all with the same decimals."""

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
        return f"{round(value * self.factor, self.decimals) + 0.0:,.{self.decimals}f}"

    def whole(self, value: float, signed: bool = False, spelled: bool = False) -> str:
        """The number with its unit, with a plus where it is wanted; ``spelled`` as in a sentence."""
        text = self.number(abs(value))
        if text == NOTHING:
            return text
        nothing = not text.strip("0.")
        sign = "" if nothing else "-" if value < 0.0 else "+" if signed else ""
        return f"{sign}{self.before}{text}{(spelled and self.long) or self.after}"

    def least(self, value: float, spelled: bool = False) -> str:
        """The same of what is never negative: a number that is not nothing is not written as nothing."""
        least = 10.0**-self.decimals / self.factor
        return f"<{self.whole(least)}" if 0.0 < value < least / 2.0 else self.whole(value, spelled=spelled)

    def interval(self, low: float, high: float) -> str:
        """Both ends, without the unit."""
        return f"[{self.number(low)}, {self.number(high)}]"

    def tick(self, value: float) -> str:
        """A number at an axis, without needless zeros and without its unit, which stands at the end of the axis."""
        digits = f"{abs(value) * self.factor:.10g}"
        return f"{'-' if value < 0.0 else ''}{self.before}{float(digits):g}"


def scale(unit: str, *numbers: float, fine: float = 0.0, level: bool = False) -> Scale:
    """The scale for numbers of a unit.

    Args:
        unit: as measures declare it, or SHARE.
        numbers: all that will be written.
        fine: what must still be seen, such as half the width of an interval; three digits of the largest if 0.
        level: of values, not of differences.
    """
    largest = max((abs(n) for n in numbers if math.isfinite(n)), default=0.0)
    factor, before, after = 1.0, "", behind(unit)
    if unit == SHARE:
        factor, after = 100.0, "%" if level else " points"
    elif unit == "USD/hour":
        before, after = "$", " an hour"
    elif unit in ("million USD", "USD"):
        before, (factor, after) = "$", _shrunk(largest, 1e6 if unit == "million USD" else 1.0)
    elif largest >= 1e4:
        factor, letter = _shrunk(largest, 1.0)
        after = letter + after
    long = " percentage points" if unit == SHARE and not level else ""
    return Scale(factor, before, after, _decimals(fine * factor, largest * factor), long)


def _shrunk(largest: float, unit: float) -> tuple[float, str]:
    """A factor and the letter that stands for it."""
    found = next(((size, letter) for size, letter in LARGE[1:] if largest * unit >= size), (1.0, ""))
    return unit / found[0], found[1]


def _decimals(fine: float, largest: float) -> int:
    """Decimals that show ``fine`` with a digit, with two if the first is a one."""
    if fine <= 0.0 or not math.isfinite(fine):
        return 0 if largest <= 0.0 else max(0, min(MOST, 2 - math.floor(math.log10(largest))))
    power = math.floor(math.log10(fine))
    return max(0, min(MOST, -power + (fine / 10.0**power < 2.0)))
