"""What a report holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd
from matplotlib.figure import Figure


class Picture(NamedTuple):
    """A figure and what it shows, in a sentence or two."""

    figure: Figure
    caption: str


@dataclass(frozen=True)
class Report:
    """What was asked, what came out, and how far to trust it.

    ``answer`` is one sentence with its interval; ``command`` repeats it; ``design`` are pairs of a label and a text;
    ``figures`` and ``tables`` go by the names of their files. In a table, columns ``X_low`` and ``X_high`` are the ends
    of the interval of ``X`` and are shown beside it. The same report makes the same bytes.
    """

    title: str
    question: str
    answer: str
    command: str
    design: Sequence[tuple[str, str]] = ()
    figures: Mapping[str, Picture] = field(default_factory=dict)
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    caveats: Sequence[str] = ()
