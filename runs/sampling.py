"""Where in the space of uncertainties the points lie."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pandas.errors import ParserWarning
from pydantic import BaseModel, Field
from scipy.stats import qmc

from market import BadInput
from market.schema import STRICT, suggest, validate
from market.uncertainty import Distribution

Space = Mapping[str, Distribution]
MOST_POINTS = 10_000_000
Count = Annotated[int, Field(ge=1, le=MOST_POINTS)]
Seed = Annotated[int, Field(ge=0, le=2**32 - 1)]


class Sampling(BaseModel):
    """A way to choose points; ``seed`` is the sampler's own and has nothing to do with the draws of the runs."""

    model_config = STRICT

    def sample(self, space: Space) -> pd.DataFrame:
        """A row per point, a column per uncertainty.

        Raises:
            BadInput: the method cannot sample this space; the sentence begins with the field.
        """
        raise NotImplementedError


class FullFactorial(Sampling):
    """Every combination: ``levels`` evenly spaced shares of each uncertainty, both ends among them, and all values of
    those that can be counted."""

    levels: Annotated[int, Field(ge=2, le=1000)] = 3

    def sample(self, space: Space) -> pd.DataFrame:
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

    def sample(self, space: Space) -> pd.DataFrame:
        return placed(qmc.LatinHypercube(len(space), rng=self.seed).random(self.points), space)


class Sobol(Sampling):
    """A scrambled Sobol sequence: fills the space more evenly than chance (Sobol 1967; Owen 1998)."""

    points: Count
    seed: Seed = 0

    def sample(self, space: Space) -> pd.DataFrame:
        if self.points & (self.points - 1):
            below = 2 ** (self.points.bit_length() - 1)
            raise BadInput(
                f"sampling.points: found {self.points}; allowed for a Sobol sequence: a power of two, "
                f"such as {below} or {2 * below}"
            )
        return placed(qmc.Sobol(len(space), rng=self.seed).random(self.points), space)


class Morris(Sampling):
    """Trajectories through a grid of ``levels`` that change one uncertainty at a time (Morris 1991)."""

    trajectories: Annotated[int, Field(ge=2, le=100_000)]
    levels: Annotated[int, Field(ge=2, le=100, multiple_of=2)] = 4
    seed: Seed = 0

    def sample(self, space: Space) -> pd.DataFrame:
        from SALib.sample import morris

        check_ends(space, "morris")
        problem = {"num_vars": len(space), "names": list(space), "bounds": [[0.0, 1.0]] * len(space)}
        return placed(morris.sample(problem, self.trajectories, num_levels=self.levels, seed=self.seed), space)


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


def placed(shares: np.ndarray, space: Space) -> pd.DataFrame:
    """Points from shares of probability, shape (points, uncertainties)."""
    return pd.DataFrame({path: known.quantile(shares[:, k]) for k, (path, known) in enumerate(space.items())})


def check_ends(space: Space, method: str) -> None:
    """Raises BadInput if an uncertainty has no ends, which the method puts points on."""
    for path, known in space.items():
        if known.values is None and not np.isfinite(known.ends).all():
            raise BadInput(
                f"uncertainties.{path}: found no ends, on which {method} puts points; "
                "allowed: a distribution with a low and a high"
            )
