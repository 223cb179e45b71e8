"""Where in the space of uncertainties the points lie."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pandas.errors import ParserWarning
from pydantic import BaseModel, Field
from scipy.stats import qmc

from market import BadInput
from market.scenario.schema import STRICT, suggest, validate
from market.scenario.uncertainty import Distribution

Space = Mapping[str, Distribution]
Groups = Mapping[str, Sequence[str]]
MOST_POINTS = 10_000_000
Count = Annotated[int, Field(ge=1, le=MOST_POINTS)]
Seed = Annotated[int, Field(ge=0, le=2**32 - 1)]


class Sampling(BaseModel):
    """A way to choose points; ``seed`` is the sampler's own and has nothing to do with the draws of the runs."""

    model_config = STRICT

    def sample(self, space: Space, groups: Groups | None = None) -> pd.DataFrame:
        """A row per point, a column per uncertainty; the order in which they are named changes no number.

        Raises:
            BadInput: the method cannot sample this space; the sentence begins with the field.
        """
        shares = self.shares(space, groups)
        return pd.DataFrame({path: known.quantile(shares[path].to_numpy()) for path, known in space.items()})

    def shares(self, space: Space, groups: Groups | None = None) -> pd.DataFrame:
        """The points as shares of probability, from 0 to 1; uncertainties of one group move together."""
        names = sorted(space)
        return pd.DataFrame(self._unit(space, problem(names, groups)), columns=names)

    def _unit(self, space: Space, problem: dict[str, Any]) -> np.ndarray:
        raise NotImplementedError


class FullFactorial(Sampling):
    """Every combination: ``levels`` evenly spaced shares of each uncertainty, both ends among them, and all values of
    those that can be counted."""

    levels: Annotated[int, Field(ge=2, le=1000)] = 3

    def sample(self, space: Space, groups: Groups | None = None) -> pd.DataFrame:
        check_ends(space, "factorial")
        shares = np.linspace(0.0, 1.0, self.levels)
        axes = [known.quantile(shares).tolist() if known.values is None else known.values for known in space.values()]
        count = int(np.prod([len(axis) for axis in axes], dtype=float))
        if count > MOST_POINTS:
            raise BadInput(f"sampling.levels: found {self.levels}, which makes {count} points; allowed: {MOST_POINTS}")
        return pd.DataFrame(list(itertools.product(*axes)), columns=list(space))


class LatinHypercube(Sampling):
    """As many even slices of each uncertainty as points, each slice used once (McKay, Beckman & Conover 1979)."""

    points: Count
    seed: Seed = 0

    def _unit(self, space: Space, problem: dict[str, Any]) -> np.ndarray:
        return qmc.LatinHypercube(len(space), rng=self.seed).random(self.points)


class Sobol(Sampling):
    """A scrambled Sobol sequence: fills the space more evenly than chance (Sobol 1967; Owen 1998)."""

    points: Count
    seed: Seed = 0

    def _unit(self, space: Space, problem: dict[str, Any]) -> np.ndarray:
        check_power(self.points)
        return qmc.Sobol(len(space), rng=self.seed).random(self.points)


class Saltelli(Sampling):
    """Base points and their radial neighbours, from which Sobol indices are estimated (Saltelli 2002; Saltelli et al.
    2010): ``points`` times the number of uncertainties (or groups) plus 2, twice that with ``second_order``."""

    points: Count
    second_order: bool = False
    seed: Seed = 0

    def _unit(self, space: Space, problem: dict[str, Any]) -> np.ndarray:
        from SALib.sample import sobol

        check_power(self.points)
        return sobol.sample(problem, self.points, calc_second_order=self.second_order, seed=self.seed)


class Morris(Sampling):
    """Trajectories through a grid of ``levels`` that change one uncertainty at a time (Morris 1991)."""

    trajectories: Annotated[int, Field(ge=2, le=100_000)]
    levels: Annotated[int, Field(ge=2, le=100, multiple_of=2)] = 4
    seed: Seed = 0

    def _unit(self, space: Space, problem: dict[str, Any]) -> np.ndarray:
        from SALib.sample import morris

        check_ends(space, "morris")
        return morris.sample(problem, self.trajectories, num_levels=self.levels, seed=self.seed)


class Table(Sampling):
    """Points that are given: a CSV or Parquet ``file`` with a column per field."""

    file: str

    def read(self, folder: Path) -> pd.DataFrame:
        """The table, looked for beside the design.

        Raises:
            BadInput: it is not there, is empty, has holes or longer rows than its head.
        """
        path = folder / self.file
        if not path.is_file():
            raise BadInput(f"sampling.file: found {self.file!r}, which is not there; allowed: a CSV or Parquet file")
        try:
            table = pd.read_parquet(path) if path.suffix == ".parquet" else _read_csv(path)
        except (OSError, ValueError) as error:
            reason = str(error).splitlines()[0]
            raise BadInput(f"sampling.file: found {self.file!r}, which cannot be read: {reason}") from None
        table = table.reset_index(drop=True)
        if table.empty:
            raise BadInput(f"sampling.file: found no rows in {self.file!r}; allowed: one row per point")
        holes = table.isna()
        if holes.any(axis=None):
            row, column = next(zip(*np.nonzero(holes.to_numpy()), strict=True))
            raise BadInput(
                f"sampling.file: found no {table.columns[column]} in row {row + 1} of {self.file!r}; allowed: no holes"
            )
        return table


def _read_csv(path: Path) -> pd.DataFrame:
    """Rows longer than the head are an error: pandas would take their first values for labels."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", ParserWarning)
        try:
            return pd.read_csv(path, index_col=False)
        except ParserWarning:
            raise ValueError("a row has more values than the head has columns") from None


METHODS: dict[str, type[Sampling]] = {
    "factorial": FullFactorial,
    "latin_hypercube": LatinHypercube,
    "sobol": Sobol,
    "saltelli": Saltelli,
    "morris": Morris,
    "table": Table,
}
"""Ways to choose points by the name that a design gives as ``method``."""


def read(table: Any, source: str) -> Sampling:
    """The way of sampling that a design's table describes.

    Raises:
        BadInput: there is no such method, or its settings are not allowed.
    """
    if not isinstance(table, dict):
        raise BadInput(f"{source}: sampling: found {table!r}; allowed: a table with a method")
    settings = dict(table)
    if "method" not in settings:
        raise BadInput(f"{source}: sampling.method: is missing; allowed: {', '.join(METHODS)}")
    method = settings.pop("method")
    if not isinstance(method, str) or method not in METHODS:
        raise BadInput(f"{source}: sampling.method: found {method!r}; {suggest(str(method), METHODS)}")
    return validate(METHODS[method], settings, "sampling", source)


def problem(names: Sequence[str], groups: Groups | None = None) -> dict[str, Any]:
    """Inputs as SALib wants them, each a share of probability; those in no group are one of their own."""
    found: dict[str, Any] = {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}
    if groups:
        group = {path: name for name, paths in groups.items() for path in paths}
        found["groups"] = [group.get(name, name) for name in names]
    return found


def check_power(points: int) -> None:
    """Raises BadInput unless a Sobol sequence is balanced at so many points."""
    if points & (points - 1):
        below = 2 ** (points.bit_length() - 1)
        raise BadInput(
            f"sampling.points: found {points}; allowed for a Sobol sequence: a power of two, "
            f"such as {below} or {2 * below}"
        )


def check_ends(space: Space, method: str) -> None:
    """Raises BadInput if an uncertainty has no ends, which the method puts points on."""
    for path, known in space.items():
        if known.values is None and not np.isfinite(known.ends).all():
            raise BadInput(
                f"uncertainties.{path}: found no ends, on which {method} puts points; "
                "allowed: a distribution with a low and a high"
            )
