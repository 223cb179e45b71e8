"""What the world does quarter by quarter: paths of real figures, and how a path is written in a scenario."""

from __future__ import annotations

import math
from functools import cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from market.history import figures
from market.history.periods import BadInput as BadInput
from market.history.periods import parse_quarter as parse_quarter
from market.history.periods import quarter_label as quarter_label


@cache
def inputs() -> dict[str, dict[int, float]]:
    """The real figures that drive the model: ``series/entity`` to quarter to value (market/history/inputs.csv).

    Raises:
        BadInput: a row of the file is not allowed.
    """
    table: dict[str, dict[int, float]] = {}
    for one in figures.driving():
        table.setdefault(f"{one.series}/{one.entity}", {})[parse_quarter(one.period)] = one.value
    return table


class Series(BaseModel):
    """A path taken from the real figures, ``scale`` times the value ``lag`` quarters before.

    Quarters without a figure between two that have one lie on a geometric line between them. Before the first
    figure its value holds; after the last one it grows by ``growth_after`` a quarter. Figures after the quarter
    ``until`` are not read: what was not known then.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    series: Annotated[str, Field(description="its name, series/entity")]
    scale: Annotated[float, Field(allow_inf_nan=False, description="what a figure is multiplied by")] = 1.0
    lag: Annotated[int, Field(ge=0, le=40, description="quarters by which it comes later")] = 0
    growth_after: Annotated[float, Field(gt=-1.0, le=1.0, description="growth a quarter after the last figure")] = 0.0
    until: Annotated[str, Field(pattern=r"^(\d{4}Q[1-4])?$", description="last quarter whose figure is read")] = ""
    kind: Annotated[
        Literal["assumption", "conditional"], Field(description="what its values after the last figure are called")
    ] = "conditional"

    def values(self, first: int, count: int) -> list[float]:
        """The path over ``count`` quarters from ``first``."""
        known = inputs().get(self.series)
        if known is None:
            raise BadInput(f"series: there is no series {self.series!r}; allowed: {', '.join(sorted(inputs()))}")
        if self.until:
            last = parse_quarter(self.until)
            known = {quarter: value for quarter, value in known.items() if quarter <= last}
            if not known:
                raise BadInput(f"until: found {self.until}, before the first figure of {self.series}")
        return [self.scale * _at(known, first + t - self.lag, self.growth_after) for t in range(count)]


def _at(known: dict[int, float], quarter: int, growth: float) -> float:
    quarters = sorted(known)
    if quarter <= quarters[0]:
        return known[quarters[0]]
    if quarter >= quarters[-1]:
        return known[quarters[-1]] * (1.0 + growth) ** (quarter - quarters[-1])
    if quarter in known:
        return known[quarter]
    before = max(q for q in quarters if q < quarter)
    after = min(q for q in quarters if q > quarter)
    share = (quarter - before) / (after - before)
    if known[before] <= 0.0 or known[after] <= 0.0:
        return known[before] + share * (known[after] - known[before])
    return math.exp((1.0 - share) * math.log(known[before]) + share * math.log(known[after]))


def values_of(path: float | list[float] | Series, first: int, count: int) -> list[float]:
    """A path over ``count`` quarters from ``first``: a constant, a list whose last value holds on, or a series."""
    if isinstance(path, Series):
        return path.values(first, count)
    if isinstance(path, list):
        return [float(path[min(t, len(path) - 1)]) for t in range(count)]
    return [float(path)] * count
