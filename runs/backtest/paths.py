"""Quarterly series of an ensemble, the median path before the runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr

from market import Scenario
from market.gears.simulate import PREFIX
from market.scenario.paths import parse_quarter, quarter_label


class Missing(LookupError):
    """A fact asks for a buyer, a product or a quarter that the scenario does not have."""


def median(values: np.ndarray) -> np.ndarray:
    """Median over the first axis of what is not NaN; NaN where nothing is."""
    ordered = np.sort(values, axis=0)  # NaN goes last
    if not np.isnan(ordered[-1]).any():
        return 0.5 * (ordered[(len(values) - 1) // 2] + ordered[len(values) // 2])
    known = len(values) - np.isnan(values).sum(axis=0)
    lower = np.take_along_axis(ordered, np.maximum(0, (known - 1) // 2)[None], 0)[0]
    upper = np.take_along_axis(ordered, np.minimum(known // 2, len(values) - 1)[None], 0)[0]
    return 0.5 * (lower + upper)


class Paths:
    """Series of shape (1 + runs, quarters): row 0 is the median path, the runs follow.

    The median path of a series is its median over the runs, quarter by quarter; runs that failed are left out.

    Args:
        results: what :func:`market.simulate` gives, or the measures of each family, shape (runs, T, N, columns), as
            :func:`market.gears.simulate.run_ensemble` gives them.
        scenario: whose quarters, buyers and products they are.
        pair: paths of the same runs without a deposit and with a small one, if they are known.

    Raises:
        Missing: every run failed.
    """

    def __init__(
        self,
        results: xr.Dataset | Mapping[str, np.ndarray],
        scenario: Scenario,
        pair: tuple[Paths, Paths] | None = None,
    ):
        self._stand_in(scenario, pair)
        layouts = scenario.build.layouts
        self._read = of_dataset(results) if isinstance(results, xr.Dataset) else of_measures(results, layouts)
        done = ~np.isnan(self._read("market", "revenue")).all(axis=1)
        if not done.any():
            raise Missing("every run failed")
        self._kept = slice(None) if done.all() else done

    @classmethod
    def of_series(cls, scenario: Scenario, series: Mapping[Any, np.ndarray]) -> Paths:
        """Paths behind which no runs are: their series under the keys of :attr:`medians`, a row for each path."""
        paths = cls.__new__(cls)
        paths._stand_in(scenario)
        paths._known |= series
        return paths

    def _stand_in(self, scenario: Scenario, pair: tuple[Paths, Paths] | None = None) -> None:
        built = scenario.build
        self.pair = pair
        self.quarters: list[str] = scenario.quarters
        self.buyers: list[str] = built.names["buyers"]
        self.products: list[str] = built.names["products"][: len(scenario.products)]
        self.constants: np.ndarray = built.start["products"][: len(self.products)]
        self._delays = built.paths["products"][:, : len(self.products), built.layouts["products"].paths.index("delay")]
        self._known: dict[Any, np.ndarray] = {}

    @property
    def medians(self) -> dict[Any, np.ndarray]:
        """The median path of every series that was asked for, shape (quarters,) or (quarters, buyers or products)."""
        return {key: rows[0] for key, rows in self._known.items()}

    def __getitem__(self, name: str) -> np.ndarray:
        """A column of the market table."""
        return self._cached(name, lambda: self._runs("market", name))

    def of_product(self, name: str, product: str) -> np.ndarray:
        """A column of one product."""
        return self._cached((name, product), lambda: self._runs("products", name)[..., self._product(product)])

    def of_products(self, name: str) -> np.ndarray:
        """A column of all the supplier's products, shape (1 + runs, quarters, products)."""
        return self._cached((name, "products"), lambda: self._runs("products", name)[..., : len(self.products)])

    def of_buyers(self, name: str) -> np.ndarray:
        """A column of all buyers, shape (1 + runs, quarters, buyers)."""
        return self._cached((name, "buyers"), lambda: self._runs("buyers", name))

    def of_buyer(self, name: str, buyer: str) -> np.ndarray:
        """A column of one buyer."""
        return self._cached((name, "of", buyer), lambda: self._runs("buyers", name)[..., self._buyer(buyer)])

    def units(self, *products: str) -> np.ndarray:
        """Units shipped of these products, of all if none is named."""
        places = [self._product(name) for name in products or self.products]
        return self._cached(("units", *places), lambda: self._runs("products", "shipped")[..., places].sum(axis=-1))

    def units_of(self, buyer: str) -> np.ndarray:
        """Units delivered to a buyer."""
        at = self._buyer(buyer)
        return self._cached(
            ("units of", buyer),
            lambda: (
                np.nan_to_num(self._runs("buyers", "share_units")[..., at])
                * self._runs("products", "shipped")[..., : len(self.products)].sum(axis=-1)
            ),
        )

    def value_share(self, buyer: str) -> np.ndarray:
        """Share of the quarter's revenue that is of deliveries to a buyer."""
        at = self._buyer(buyer)

        def share() -> np.ndarray:
            paid = np.nan_to_num(self._runs("buyers", "price_paid")[..., at])
            value = paid * self._runs("buyers", "delivered")[..., at] / 1e6
            with np.errstate(invalid="ignore", divide="ignore"):
                return value / self._runs("market", "revenue")

        return self._cached(("value share", buyer), share)

    def cached(self, name: str, series: Callable[[Callable[[str, str], np.ndarray]], np.ndarray]) -> np.ndarray:
        """A series made, run by run, of columns: ``series(column)`` of shape (runs, quarters)."""
        return self._cached(("made", name), lambda: series(self._runs))

    def at(self, label: str) -> int:
        """Where a quarter stands.

        Raises:
            Missing: the scenario does not reach it.
        """
        if label not in self.quarters:
            raise Missing(f"{label} is not among its quarters, {self.quarters[0]} to {self.quarters[-1]}")
        return self.quarters.index(label)

    def span(self, first: str, last: str) -> slice:
        """Quarters from ``first`` to ``last``."""
        return slice(self.at(first), self.at(last) + 1)

    def year(self, year: int) -> slice:
        """The quarters of a year."""
        return self.span(f"{year}Q1", f"{year}Q4")

    @cached_property
    def launched(self) -> np.ndarray:
        """Which of the supplier's products are made in which quarter, as launches are put off; (quarters, products)."""
        launch = self.constants["launch"].copy()
        made = np.zeros((len(self.quarters), len(launch)), bool)
        for t, delay in enumerate(self._delays):
            if delay.any():
                moved = (delay != 0.0) & (launch >= t)
                launch[moved] = np.maximum(t, launch[moved] + delay[moved].astype(int))
            made[t] = launch <= t
        return made

    def _product(self, name: str) -> int:
        return place(self.products, name, "product")

    def _buyer(self, name: str) -> int:
        return place(self.buyers, name, "buyer")

    def _runs(self, family: str, name: str) -> np.ndarray:
        return self._read(family, name)[self._kept]

    def _cached(self, key: Any, make: Callable[[], np.ndarray]) -> np.ndarray:
        if key not in self._known:
            runs = make()
            self._known[key] = np.concatenate([median(runs)[None], runs])
        return self._known[key]


def place(names: Sequence[str], name: str, kind: str) -> int:
    """Where a name stands among the scenario's.

    Raises:
        Missing: it has no such.
    """
    if name not in names:
        raise Missing(f"it has no {kind} {name}")
    return names.index(name)


def of_dataset(results: xr.Dataset) -> Callable[[str, str], np.ndarray]:
    """Columns of a dataset by family and name."""
    return lambda family, name: results[PREFIX[family] + name].values


def of_measures(measures: Mapping[str, np.ndarray], layouts: Mapping[str, Any]) -> Callable[[str, str], np.ndarray]:
    """Columns of the measures of each family by family and name."""

    def read(family: str, name: str) -> np.ndarray:
        values = measures[family][..., layouts[family].columns.index(name)]
        return values[:, :, 0] if family == "market" else values

    return read


def quarters_between(first: str, last: str) -> list[str]:
    """Labels from one quarter to another."""
    return [quarter_label(count) for count in range(parse_quarter(first), parse_quarter(last) + 1)]
