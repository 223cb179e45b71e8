"""When a real figure is of: quarters, and the years, months and days that figures are dated by."""

from __future__ import annotations

import calendar
import re

DATE = re.compile("([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


MOST = 280
"""Characters of a sentence."""


class BadInput(ValueError):
    """What a user gave cannot be used; the message is the one sentence to show."""

    def __init__(self, sentence: str):
        super().__init__(shown(sentence))


def shown(sentence: str) -> str:
    """A sentence in one line of MOST characters or less: words and lists that are too long lose their middle, control
    characters are written out."""
    plain = "".join(mark if mark.isprintable() else repr(mark)[1:-1] for mark in sentence)
    if len(plain) > MOST:
        plain = " ".join(word if len(word) <= 160 else f"{word[:50]}...{word[-20:]}" for word in plain.split(" "))
    return plain if len(plain) <= MOST else f"{plain[:235]} ... {plain[-40:]}"


def parse_quarter(label: str) -> int:
    """``2024Q2`` as a count of quarters, so that labels can be subtracted.

    Raises:
        ValueError: it is not written so.
    """
    year, mark, number = label.partition("Q")
    if mark != "Q" or not (year.isdigit() and len(year) == 4) or number not in ("1", "2", "3", "4"):
        raise ValueError(f"{label!r} is not a quarter written like 2024Q2")
    return int(year) * 4 + int(number) - 1


def quarter_label(count: int) -> str:
    """The inverse of :func:`parse_quarter`."""
    return f"{count // 4}Q{count % 4 + 1}"


def when(period: str) -> float:
    """The middle of ``2023``, ``2023Q4``, ``2023-11`` or ``2023-11-30``, counted in quarters.

    Raises:
        ValueError: it is written in none of these ways.
    """
    if "Q" in period:
        return parse_quarter(period) + 0.5
    found = DATE.fullmatch(period)
    if found is None:
        raise ValueError(f"{period!r} is not written like 2023, 2023Q4, 2023-11 or 2023-11-30")
    year, month, day = (int(part or 0) for part in found.groups())
    if found[2] is None:
        return 4 * year + 2.0
    if not 1 <= month <= 12 or (found[3] and not 1 <= day <= calendar.monthrange(year, month)[1]):
        raise ValueError(f"{period!r} is no month or day of a calendar")
    return 4 * year + (month - 1 + ((day - 0.5) / 31 if found[3] else 0.5)) / 3
