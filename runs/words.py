"""Numbers, shares and durations in words, the same on the terminal, on the page and in reports."""

from __future__ import annotations

import math
from typing import Any


def duration(seconds: float) -> str:
    """A time for people: 8 s, 3 min 20 s, 2 h 5 min."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def number(value: float, digits: int = 4) -> str:
    """So many digits, more only before the point; a dash where there is no number."""
    if math.isnan(value):
        return "-"
    return f"{value:,.{digits}g}" if abs(value) < 10.0**digits - 0.5 else f"{value:,.0f}"


def percent(share: float) -> str:
    """A share for people: 100% and 0% only where it is all or nothing, more digits next to them."""
    if math.isnan(share):
        return "-"
    if 0.0 < share < 0.005 or 0.995 <= share < 1.0:
        return f"{min(max(share, 0.001), 0.999):.1%}"
    return f"{share:.0%}"


def said(value: Any) -> str:
    """A value as a scenario file writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
