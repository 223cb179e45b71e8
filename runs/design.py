"""A design file: which points of a scenario to run, how often, and what to keep of each run."""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, Field

from market import BadInput, Scenario, uncertainty
from market.scenario import shipped as shipped_scenarios
from market.schema import STRICT, suggest, validate
from market.uncertainty import Distribution
from runs import outcomes, sampling
from runs.experiment import Experiment, plain
from runs.outcomes import STANDARD, Outcome
from runs.sampling import Sampling, Table

DETAILS: dict[str, tuple[str, ...]] = {
    "outcomes": (),
    "market": ("market",),
    "series": ("market", "products", "buyers"),
    "trace": ("market", "products", "buyers"),
}
"""Families of which a run's measures are kept, quarter by quarter, beside its outcomes; ``trace`` also keeps every
deal, offer and order, and steps the runs live, which is slow."""

MOST_RUNS = 100_000_000


class Head(BaseModel):
    """The top level of a design file; its tables are checked one by one."""

    model_config = STRICT
    schema_: Literal[1] = Field(alias="schema")
    name: str
    title: str = ""
    description: str = ""
    scenario: str
    set_: dict[str, Any] = Field({}, alias="set")
    runs_per_point: Annotated[int, Field(ge=1, le=MOST_RUNS)] = 1
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] | None = None
    first_replication: Annotated[int, Field(ge=0, le=2**62)] = 0
    draws: Literal["shared", "own"] = "shared"
    detail: Literal["outcomes", "market", "series", "trace"] = "market"
    sampling: dict[str, Any] | None = None
    uncertainties: dict[str, Any] | None = None
    levers: dict[str, Any] = {}
    outcomes: dict[str, Any] = {}


def shipped() -> dict[str, Path]:
    """The designs that come with the package, by name."""
    folder = Path(str(files("runs") / "designs"))
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


@dataclass(frozen=True)
class Design:
    """Points times replications of one scenario. Make one with :meth:`load` or :meth:`from_dict`."""

    head: Head
    source: str
    scenario: Scenario
    sampling: Sampling | None
    uncertainties: Mapping[str, Distribution]
    levers: Mapping[str, list[Any]]
    outcomes: Mapping[str, Outcome]
    folder: Path

    @classmethod
    def load(cls, name: str | Path) -> Design:
        """A shipped design by its name, or the one in a TOML file.

        Raises:
            BadInput: there is no such design, or it is not valid; one sentence says where and why.
        """
        known = shipped()
        path = known.get(str(name), Path(name))
        source = path.name if str(name) in known else str(name)
        if not path.is_file():
            raise BadInput(f"{name}: no such design or file; {suggest(str(name), known)}")
        try:
            raw = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise BadInput(f"{source}: is not a TOML file: {error}") from None
        return cls.from_dict(raw, source, path.parent)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any], source: str = "design", folder: str | Path = ".") -> Design:
        """A design from the content of a file; its scenario and its table of points may lie in ``folder``.

        Raises:
            BadInput: it is not valid.
        """
        head = validate(Head, dict(raw), "", source)
        scenario = _scenario(head, source, Path(folder))
        way = None if head.sampling is None else sampling.read(head.sampling, source)
        texts = head.outcomes or {name: name for name in STANDARD}
        design = cls(
            head=head,
            source=source,
            scenario=scenario,
            sampling=way,
            uncertainties=_uncertainties(head, scenario, way, source),
            levers=_levers(head.levers, source),
            outcomes={
                name: outcomes.read(text, scenario, f"{source}: outcomes.{name}") for name, text in texts.items()
            },
            folder=Path(folder),
        )
        design._check()
        return design

    @cached_property
    def points(self) -> pd.DataFrame:
        """A row per point: every sampled row with every combination of the levers; a column per field.

        Raises:
            BadInput: the method cannot sample these uncertainties, or the table of points cannot be read.
        """
        try:
            if self.sampling is None:
                sampled = pd.DataFrame(index=range(1))
            elif isinstance(self.sampling, Table):
                sampled = self.sampling.read(self.folder)
            else:
                sampled = self.sampling.sample(self.uncertainties)
        except BadInput as error:
            raise BadInput(f"{self.source}: {error}") from None
        combinations = list(itertools.product(*self.levers.values()))
        crossed = sampled.loc[sampled.index.repeat(len(combinations))].reset_index(drop=True)
        for k, path in enumerate(self.levers):
            column = pd.Series([combination[k] for combination in combinations])
            crossed[path] = column.iloc[np.tile(np.arange(len(combinations)), len(sampled))].to_numpy()
        return crossed

    @cached_property
    def experiment(self) -> Experiment:
        """What is to be run."""
        return Experiment(
            scenario=self.scenario,
            points={str(path): column.to_numpy() for path, column in self.points.items()},
            runs_per_point=self.head.runs_per_point,
            seed=self.scenario.seed if self.head.seed is None else self.head.seed,
            outcomes=self.outcomes,
            first_replication=self.head.first_replication,
            shared=self.head.draws == "shared",
            kept=DETAILS[self.head.detail],
            traced=self.head.detail == "trace",
        )

    def _check(self) -> None:
        """What can only be seen with the whole design at hand: each field once, each value allowed."""
        sampled = list(self.points.columns.difference(list(self.levers))) if isinstance(self.sampling, Table) else []
        seen: dict[str, str] = {}
        for where, paths in {
            "set": self.head.set_,
            "uncertainties": self.uncertainties,
            "levers": self.levers,
            "sampling.file": sampled,
        }.items():
            for path in paths:
                if path in seen:
                    raise BadInput(f"{self.source}: {path}: stands in {seen[path]} and in {where}; allowed: in one")
                seen[path] = where
        for path, known in self.uncertainties.items():
            ends = known.values or [end for end in known.ends if np.isfinite(end)] or [self.scenario.get(path)]
            self._try("uncertainties", path, ends)
        for path, values in self.levers.items():
            self._try("levers", path, values)
        for path in sampled:
            column = self.points[path]
            ends = [column.min(), column.max()] if column.dtype.kind in "fi" else column.unique().tolist()
            self._try("sampling.file", str(path), [plain(value) for value in ends])
        if self.points.shape[0] * self.head.runs_per_point > MOST_RUNS:
            raise BadInput(
                f"{self.source}: found {self.points.shape[0]} points of {self.head.runs_per_point} runs; "
                f"allowed: {MOST_RUNS} runs in all"
            )

    def _try(self, where: str, path: str, values: list[Any]) -> None:
        if "." not in path:
            raise BadInput(f"{self.source}: {where}: {path}: may not differ between points; allowed: fields of a table")
        for value in values:
            try:
                self.scenario.replace(path, value)
            except BadInput as error:
                raise BadInput(f"{self.source}: {where}: {error}") from None


def _scenario(head: Head, source: str, folder: Path) -> Scenario:
    beside = folder / head.scenario
    try:
        scenario = Scenario.load(head.scenario if head.scenario in shipped_scenarios() else beside)
        return scenario.replace_all(dict(_leaves(head.set_, lambda value: not isinstance(value, dict))))
    except BadInput as error:
        raise BadInput(f"{source}: {error}") from None


def _uncertainties(head: Head, scenario: Scenario, way: Sampling | None, source: str) -> dict[str, Distribution]:
    """The design's own, or the scenario's if it samples and names none."""
    given = head.uncertainties
    if way is None or isinstance(way, Table):
        if given:
            raise BadInput(
                f"{source}: uncertainties: are not sampled; allowed: with a sampling.method other than table"
            )
        return {}
    if given is None:
        if not scenario.uncertainties:
            raise BadInput(f"{source}: uncertainties: found none, and none in {scenario.source}; allowed: one or more")
        return dict(scenario.uncertainties)
    if not given:
        raise BadInput(f"{source}: uncertainties: found none; allowed: one or more")
    found: dict[str, Distribution] = {}
    for path, table in _leaves(given, lambda value: not _nested(value)):
        if path in found:
            raise BadInput(f"{source}: uncertainties: found {path} twice; allowed: one uncertainty on a field")
        found[path] = uncertainty.read(table, f"uncertainties.{path}", source)
    return found


def _levers(given: Mapping[str, Any], source: str) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for path, values in _leaves(given, lambda value: not isinstance(value, dict)):
        if path in found:
            raise BadInput(f"{source}: levers: found {path} twice; allowed: one list of values")
        if not isinstance(values, list) or not values:
            raise BadInput(f"{source}: levers.{path}: found {values!r}; allowed: a list of one or more values")
        found[path] = values
    return found


def _nested(value: Any) -> bool:
    """Whether a table holds tables only, as ``supplier.capacity_delay = {...}`` makes them."""
    return isinstance(value, dict) and bool(value) and all(isinstance(entry, dict) for entry in value.values())


def _leaves(table: Mapping[str, Any], leaf: Callable[[Any], bool], above: str = "") -> Iterator[tuple[str, Any]]:
    """Paths and what stands at them, whether written ``"a.b" = x`` or ``a.b = x``."""
    for name, value in table.items():
        if leaf(value):
            yield above + name, value
        else:
            yield from _leaves(value, leaf, f"{above}{name}.")
