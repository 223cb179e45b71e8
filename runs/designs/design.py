"""A design file: which points of a scenario to run, how often, and what to keep of each run."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, Field

from market import BadInput, Scenario
from market.scenario import toml, uncertainty
from market.scenario.scenario import shipped as shipped_scenarios
from market.scenario.schema import STRICT, suggest, validate
from market.scenario.uncertainty import Distribution, OneOf
from market.scenario.wide import is_span, is_value, leaves, reach
from runs.calibration import posterior
from runs.designs import sampling
from runs.designs.sampling import Morris, Saltelli, Sampling, Table
from runs.engine import outcomes
from runs.engine.experiment import Experiment
from runs.engine.outcomes import STANDARD, Outcome

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
    posterior: str = posterior.NONE
    detail: Literal["outcomes", "market", "series", "trace"] = "market"
    sampling: dict[str, Any] | None = None
    uncertainties: dict[str, Any] | None = None
    groups: dict[str, list[str]] = {}
    levers: dict[str, Any] = {}
    outcomes: dict[str, Any] = {}


def shipped() -> dict[str, Path]:
    """The designs that come with the package, by name."""
    folder = Path(str(files("runs") / "designs"))
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def is_design(name: str) -> bool:
    """Whether a name or file is that of a design; only a design names a scenario."""
    if name in shipped():
        return True
    try:
        return "scenario" in toml.read(Path(name), name)
    except BadInput:
        return False


@dataclass(frozen=True)
class Design:
    """Points times replications of one scenario. Make one with :meth:`load` or :meth:`from_dict`."""

    head: Head
    source: str
    scenario: Scenario
    sampling: Sampling | None
    uncertainties: Mapping[str, Distribution]
    levers: Mapping[str, list[Any]]
    settings: Mapping[str, Any]
    outcomes: Mapping[str, Outcome]
    folder: Path

    @classmethod
    def load(cls, name: str | Path) -> Design:
        """A shipped design by its name, or the one in a TOML file.

        Raises:
            BadInput: there is no such design, or it is not valid; one sentence says where and why.
        """
        path, source = toml.find(name, shipped(), "design")
        return cls.from_dict(toml.read(path, source), source, path.parent)

    @classmethod
    def from_dict(
        cls,
        raw: Mapping[str, Any],
        source: str = "design",
        folder: str | Path = ".",
        scenario: Scenario | None = None,
    ) -> Design:
        """A design from the content of a file; its scenario and its table of points may lie in ``folder``.

        With ``scenario`` that one is taken instead, in which what the design sets is set already.

        Raises:
            BadInput: it is not valid.
        """
        head = validate(Head, dict(raw), "", source)
        settings = {} if scenario else leaves(head.set_, is_value, f"{source}: set")
        scenario = scenario or _scenario(head, settings, source, Path(folder))
        way = None if head.sampling is None else sampling.read(head.sampling, source)
        texts = head.outcomes or {name: name for name in STANDARD}
        design = cls(
            head=head,
            source=source,
            scenario=scenario,
            sampling=way,
            uncertainties=_uncertainties(head, scenario, way, source),
            levers=_levers(head.levers, source),
            settings=settings,
            outcomes={
                name: outcomes.read(text, scenario, f"{source}: outcomes.{name}") for name, text in texts.items()
            },
            folder=Path(folder),
        )
        design._check()
        return design

    @property
    def recorded(self) -> dict[str, Any]:
        """The content of the file as a batch holds it: a table of points by a path that leads there from anywhere."""
        told = self.head.model_dump(by_alias=True)
        if isinstance(self.sampling, Table):
            told["sampling"] = {**told["sampling"], "file": str((self.folder / self.sampling.file).absolute())}
        return told

    @cached_property
    def sampled(self) -> pd.DataFrame:
        """A row per sampled point, without the levers; one row if nothing is sampled.

        Raises:
            BadInput: the method cannot sample these uncertainties, or the table of points cannot be read.
        """
        try:
            if self.sampling is None:
                return pd.DataFrame(index=range(1))
            if isinstance(self.sampling, Table):
                return self.sampling.read(self.folder)
            return self.sampling.sample(self.uncertainties, self.head.groups)
        except BadInput as error:
            raise BadInput(f"{self.source}: {error}") from None

    @cached_property
    def points(self) -> pd.DataFrame:
        """A row per point: every sampled row with every combination of the levers; a column per field.

        Raises:
            BadInput: the method cannot sample these uncertainties, or the table of points cannot be read.
        """
        sampled = self.sampled
        combinations = list(itertools.product(*self.levers.values()))
        crossed = sampled.loc[sampled.index.repeat(len(combinations))].reset_index(drop=True)
        for k, path in enumerate(self.levers):
            column = pd.Series([combination[k] for combination in combinations])
            crossed[path] = column.iloc[np.tile(np.arange(len(combinations)), len(sampled))].to_numpy()
        return crossed

    @cached_property
    def vectors(self) -> dict[str, np.ndarray]:
        """What a posterior says of fields that the design does not vary itself: a value per point of :attr:`points`.

        Each sampled row has a vector of its own, which all combinations of levers share; nothing without a posterior.

        Raises:
            BadInput: there is no such posterior, or it holds no more.
        """
        setting = self.head.posterior
        try:
            found = None if setting == posterior.NONE else posterior.vectors(setting, self.scenario)
        except BadInput as error:
            raise BadInput(f"{self.source}: {error}") from None
        if found is None:
            return {}
        drawn = found.points(self.scenario, len(self.sampled), [*map(str, self.points), *self.settings])
        return {path: np.repeat(values, len(self.points) // len(self.sampled)) for path, values in drawn.items()}

    @cached_property
    def experiment(self) -> Experiment:
        """What is to be run."""
        return Experiment(
            scenario=self.scenario,
            points={str(path): column.to_numpy() for path, column in self.points.items()} | self.vectors,
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
        sampled = list(self.sampled.columns) if isinstance(self.sampling, Table) else []
        seen: dict[str, str] = {}
        for where, paths in {
            "set.": self.settings,
            "uncertainties.": self.uncertainties,
            "levers.": self.levers,
            "sampling.file: ": sampled,
        }.items():
            for path in paths:
                if path in seen:
                    raise BadInput(f"{self.source}: {where}{path}: found in {seen[path]} too; allowed: in one of them")
                seen[path] = where.strip(".: ")
        points = math.prod(len(values) for values in self.levers.values()) * len(self.sampled)
        if points * self.head.runs_per_point > MOST_RUNS:
            found = f"{points} points of {self.head.runs_per_point} runs"
            raise BadInput(f"{self.source}: runs_per_point: found {found}; allowed: {MOST_RUNS} runs in all")
        if self.head.posterior != posterior.NONE and isinstance(self.sampling, Morris | Saltelli):
            method = type(self.sampling).__name__.lower()
            raise BadInput(
                f"{self.source}: posterior: found {self.head.posterior!r}, and points of {method} may differ in what "
                "it moves alone; allowed: none, or another sampling.method"
            )
        for path, known in self.uncertainties.items():
            if isinstance(known, OneOf):
                self._try("uncertainties.", path, known.options)
            else:
                finite = [end for end in known.ends if np.isfinite(end)]
                self._try("uncertainties.", path, finite or known.quantile(np.array([0.5])).tolist())
        for path, values in self.levers.items():
            self._try("levers.", path, values)
        check_groups(self.head.groups, self.uncertainties, f"{self.source}: ")
        for path in sampled:
            column = self.sampled[path]
            ends = column if column.dtype.kind not in "iuf" else column.agg(["min", "max"])  # others lie between
            self._try("sampling.file: ", str(path), ends.unique().tolist())
        for path in map(str, [*self.uncertainties, *self.levers, *sampled]):
            varied = set(reach(self.scenario, path))
            if lost := [given for given in self.settings if varied.issuperset(reach(self.scenario, given))]:
                raise BadInput(f"{self.source}: set.{lost[0]}: {path} varies it too; allowed: in one of them")

    def _try(self, where: str, path: str, values: list[Any]) -> None:
        if "." not in path:
            raise BadInput(f"{self.source}: {where}{path}: may not differ between points; allowed: fields of a table")
        for value in values:
            _replaced(self.scenario, {path: value}, f"{self.source}: {where}")


def _scenario(head: Head, settings: Mapping[str, Any], source: str, folder: Path) -> Scenario:
    known = shipped_scenarios()
    try:
        there = head.scenario in known or (folder / head.scenario).is_file()
    except (OSError, ValueError):  # no name that a file can have
        there = False
    if not there:
        raise BadInput(
            f"{source}: scenario: found {head.scenario!r}, no such scenario or file; {suggest(head.scenario, known)}"
        )
    try:
        scenario = Scenario.load(head.scenario if head.scenario in known else folder / head.scenario)
    except BadInput as error:
        raise BadInput(f"{source}: scenario: {error}") from None
    return _replaced(scenario, settings, f"{source}: set.")


def _replaced(scenario: Scenario, changes: Mapping[str, Any], where: str) -> Scenario:
    """The scenario with other values; its complaint is put on the design's field instead of the scenario's file."""
    try:
        return scenario.replace_all(changes)
    except BadInput as error:
        text = str(error).removeprefix(f"{scenario.source}: ")
        own = any(text.startswith((f"{path}:", f"{path}.")) for path in changes)
        raise BadInput(where + (text if own else f"{', '.join(changes)}: {error}")) from None


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
    spans = leaves(given, is_span, f"{source}: uncertainties")
    return {path: uncertainty.read(table, f"uncertainties.{path}", source) for path, table in spans.items()}


def _levers(given: Mapping[str, Any], source: str) -> dict[str, list[Any]]:
    found = leaves(given, lambda value: not isinstance(value, dict), f"{source}: levers")
    for path, values in found.items():
        if not isinstance(values, list) or not values:
            raise BadInput(f"{source}: levers.{path}: found {values!r}; allowed: a list of one or more values")
    return found


def check_groups(groups: Mapping[str, Sequence[str]], space: Mapping[str, Any], where: str = "") -> None:
    """Raises BadInput unless each group names uncertainties, and none is in two."""
    seen: dict[str, str] = {}
    for name, paths in groups.items():
        for path in paths:
            if path not in space:
                raise BadInput(f"{where}groups.{name}: found {path!r}, which is not uncertain; {suggest(path, space)}")
            if path in seen:
                raise BadInput(f"{where}groups.{name}: found {path!r}, which is in {seen[path]!r} too; allowed: in one")
            seen[path] = name
