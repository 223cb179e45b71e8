"""Numbers as they are shown."""

from __future__ import annotations

import math

NOTHING = "\u2013"
"""Stands where there is no value."""


def compact(value: float | None, digits: int = 3) -> str:
    """``133.9k``, ``1.39M``; small numbers with so many significant digits."""
    if value is None or not math.isfinite(value):
        return NOTHING
    size = abs(value)
    for scale, letter in ((1e12, "T"), (1e9, "bn"), (1e6, "M"), (1e3, "k")):
        if size >= scale * (1 - 5e-4):
            return f"{value / scale:.{decimals(value / scale, digits)}f}{letter}"
    if size == int(size):
        return f"{value:.0f}"
    return f"{value:.{decimals(value, digits)}f}"


def decimals(value: float, digits: int) -> int:
    """How many decimals give so many significant digits (two at most)."""
    whole = len(str(int(abs(value)))) if abs(value) >= 1 else 0
    return max(0, min(2, digits - whole))


def dollars(value: float | None) -> str:
    if value is None or not math.isfinite(value):
        return NOTHING
    return ("-" if value < 0 else "") + "$" + compact(abs(value))


def percent(value: float | None, digits: int = 0) -> str:
    return NOTHING if value is None or not math.isfinite(value) else f"{100 * value:.{digits}f}%"


def weeks(value: float | None) -> str:
    return NOTHING if value is None or not math.isfinite(value) else f"{value:.1f}"


def whole(value: float | None) -> str:
    return NOTHING if value is None or not math.isfinite(value) else f"{value:,.0f}"
