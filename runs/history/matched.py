"""Which real figure answers which series of the market: the pairs that forecasts are scored by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np

from market.scenario.paths import quarter_label
from runs.backtest.paths import Paths
from runs.history.figures import Observation, series

HOPPER_UNITS = ("NVIDIA H100/H200",)
RENTED = ("AWS", "58 providers", "peak")
"""Rents that are no answer to the market's: a list price of one cloud, an index of mostly large clouds, the highest
asked anywhere."""


@dataclass(frozen=True)
class Pair:
    """A real figure and what the market says of the same thing.

    ``value``, ``low`` and ``high`` (a 90% interval, NaN where none is told) in ``unit``; ``measure`` gives the market's
    figure of the median path and every run, shape (1 + runs,); ``weight`` is half for a rumour.
    """

    series: str
    period: str
    value: float
    low: float
    high: float
    unit: str
    weight: float
    source: str
    measure: Callable[[Paths], np.ndarray]

    @property
    def deviation(self) -> float:
        """Standard deviation of the figure's own error: a 90% interval read as a normal one; 0 where none is told."""
        width = self.high - self.low
        return 0.0 if np.isnan(width) else width / (2.0 * 1.645)


@cache
def pairs() -> tuple[Pair, ...]:
    """All pairs, by series and time; figures recalled from memory are left out."""
    return tuple(
        [
            *_each("compute revenue", "dc_compute_revenue", "USD billion", _revenue),
            *_years("Hopper units sold", "units_shipped_calendar_quarter", HOPPER_UNITS, ("H100", "H800", "H200")),
            *_years("all units sold", "units_shipped_calendar_quarter", (), ()),
            *_owners(),
            *_each(
                "quote of the H100", "lead_time", "weeks", _quote("H100"), lambda one: "Blackwell" not in one.entity
            ),
            *_each("quote of the B200", "lead_time", "weeks", _quote("B200"), lambda one: "Blackwell" in one.entity),
            *_each("rent", "rental_price", "USD/hour", _rent, lambda one: not any(x in one.entity for x in RENTED)),
            *_each("price of the H100", "unit_price", "USD", _price, lambda one: one.entity.startswith("H100")),
            *_each("xAI's compute in use", "gpus_online", "HAE", _in_use, lambda one: one.period >= "2024-09"),
        ]
    )


def known(found: Iterable[Observation]) -> list[Observation]:
    """Figures with a value that somebody stated."""
    return [one for one in found if one.value is not None and one.kind != "memory"]


def quarter_of(one: Observation) -> str:
    """The calendar quarter that a figure belongs to."""
    return quarter_label(int(one.time))


def _pair(name: str, one: Observation, unit: str, measure: Callable[[Paths], np.ndarray]) -> Pair:
    assert one.value is not None
    low, high = (np.nan if end is None else end for end in (one.low, one.high))
    weight = 0.5 if one.kind == "rumour" else 1.0
    return Pair(name, one.period, one.value, low, high, unit, weight, one.source, measure)


def _each(
    name: str,
    real: str,
    unit: str,
    measure: Callable[[Paths, Observation], np.ndarray],
    wanted: Callable[[Observation], bool] = lambda _: True,
) -> list[Pair]:
    """A pair for each figure of a series."""
    return [
        _pair(name, one, unit, lambda paths, one=one: measure(paths, one))  # type: ignore[misc]
        for one in sorted(known(series(real)), key=lambda one: one.time)
        if wanted(one)
    ]


def _revenue(paths: Paths, one: Observation) -> np.ndarray:
    return paths["revenue"][:, paths.at(one.period)] / 1e3


def _quote(product: str) -> Callable[[Paths, Observation], np.ndarray]:
    return lambda paths, one: paths.of_product("ordinary_lead_weeks", product)[:, paths.at(quarter_of(one))]


def _rent(paths: Paths, one: Observation) -> np.ndarray:
    return paths["rental_usd_hour"][:, paths.at(quarter_of(one))]


def _price(paths: Paths, one: Observation) -> np.ndarray:
    listed = paths.of_product("list_price", "H100")
    if len(one.period) == 4:
        return listed[:, paths.year(int(one.period))].mean(axis=1)
    return listed[:, paths.at(quarter_of(one))]


def _in_use(paths: Paths, one: Observation) -> np.ndarray:
    return paths.of_buyer("deployed", "xAI")[:, paths.at(quarter_of(one))]


def _years(name: str, real: str, entities: tuple[str, ...], products: tuple[str, ...]) -> list[Pair]:
    """A pair for each whole year of quarterly units: of these products, of all if none is named."""
    found = [one for one in known(series(real)) if not entities or one.entity in (*entities, *also(products))]
    return _yearly(name, found, lambda paths, year: paths.units(*products)[:, paths.year(year)].sum(axis=1))


def also(products: tuple[str, ...]) -> tuple[str, ...]:
    """How the file calls single products."""
    return tuple(f"NVIDIA {name}" for name in products)


def _owners() -> list[Pair]:
    """A pair for each owner and whole year."""
    found = known(series("units_acquired_calendar_quarter"))
    made = []
    for owner in dict.fromkeys(one.entity for one in found):
        own = [one for one in found if one.entity == owner]

        def units(paths: Paths, year: int, owner: str = owner) -> np.ndarray:
            return paths.units_of(owner)[:, paths.year(year)].sum(axis=1)

        made += _yearly(f"units of {owner}", own, units)
    return made


def _yearly(name: str, found: list[Observation], measure: Callable[[Paths, int], np.ndarray]) -> list[Pair]:
    """Quarters of a year added up; so are the ends of their intervals, as if they were off together."""
    made = []
    for year in sorted({one.period[:4] for one in found}):
        own = [one for one in found if one.period.startswith(year)]
        if len({one.period for one in own}) < 4 or year < "2023":
            continue
        value, low, high = (
            float(np.sum([getattr(one, end) for one in own], dtype=float)) for end in ("value", "low", "high")
        )
        made.append(
            Pair(name, year, value, low, high, "units", 1.0, own[0].source,
                 lambda paths, year=year: measure(paths, int(year)))  # type: ignore[misc]
        )  # fmt: skip
    return made
