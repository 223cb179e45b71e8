"""The real figures that outcomes are judged by, which the market never reads, and those that drive it, as tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from pathlib import Path

import pandas as pd

from market.history.figures import COLUMNS, KINDS, NUMBERS, Observation, driving, read
from market.history.periods import when


@cache
def observations() -> tuple[Observation, ...]:
    """All real figures of ``runs/history/outcomes.csv``, in the order of the file.

    Raises:
        BadInput: a row of the file is not allowed.
    """
    return read(files("runs") / "history" / "outcomes.csv")


def series(name: str) -> tuple[Observation, ...]:
    """The real figures of one series."""
    return tuple(observation for observation in observations() if observation.series == name)


def outcomes(path: Path | None = None) -> pd.DataFrame:
    """What the market is judged by, a row per figure in the order of the file.

    The columns are those of the file, ``value``, ``low`` and ``high`` as floats (NaN where none is told), ``kind`` as a
    category of KINDS, and ``time``: the middle of the period, as a date.

    Args:
        path: another file with the same columns.

    Raises:
        BadInput: a row of the file is not allowed.
    """
    return table(observations() if path is None else read(path))


def inputs(path: Path | None = None) -> pd.DataFrame:
    """What drives the market, with the columns of :func:`outcomes`; ``low`` and ``high`` are NaN.

    Args:
        path: another file with the same columns.

    Raises:
        BadInput: a row of the file is not allowed.
    """
    return table(driving(path))


def table(found: Iterable[Observation]) -> pd.DataFrame:
    """Figures as a table."""
    made = pd.DataFrame([asdict(one) for one in found], columns=list(COLUMNS))
    made["kind"] = pd.Categorical(made["kind"], categories=list(KINDS))
    made["time"] = pd.to_datetime([date(period) for period in made["period"]])
    return made.astype(dict.fromkeys(NUMBERS, float))


def date(period: str) -> pd.Timestamp:
    """The day in the middle of a period."""
    years = when(period) / 4.0
    year = int(years)
    return pd.Timestamp(year=year, month=1, day=1) + pd.Timedelta(days=int((years - year) * 365.25))
