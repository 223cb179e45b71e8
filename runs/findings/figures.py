"""Figures as data: what they show and in which words. Reports and the page draw the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from runs.words import Scale


@dataclass(frozen=True)
class Row:
    """A number with its 95% interval; ``text`` says it, ``note`` what else is to be known.

    ``muted`` is what cannot be told from nothing; ``color`` names one of the page's, where rows are told apart by it.
    """

    key: str
    label: str
    value: float
    low: float
    high: float
    text: str
    note: str = ""
    muted: bool = False
    color: str = ""


@dataclass(frozen=True)
class Group:
    """Rows on one axis: points, or ``bars`` from zero; ``mark`` is a value with its name, a line across the rows."""

    title: str
    rows: Sequence[Row]
    scale: Scale
    axis: str = ""
    bars: bool = False
    mark: tuple[float, str] | None = None


@dataclass(frozen=True)
class Line:
    """A value per quarter, None where there is none; ``leading`` if it is among those to look at."""

    key: str
    label: str
    values: Sequence[float | None]
    leading: bool


@dataclass(frozen=True)
class Course:
    """Lines over the quarters, and the ``floor`` under which they cannot be told from chance."""

    title: str
    quarters: Sequence[str]
    lines: Sequence[Line]
    floor: Sequence[float | None]
    axis: str
