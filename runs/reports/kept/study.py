"""A study of sensitivity as it is kept beside its report: what was asked, its points, and what came of every run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
from pydantic import BaseModel, Field

from market import BadInput, Scenario
from market.scenario import uncertainty
from market.scenario.schema import STRICT
from market.scenario.uncertainty import Distribution
from runs.analysis.against import length
from runs.analysis.indices import INERT
from runs.analysis.sensitivity import Study
from runs.calibration.posterior import rules_of
from runs.designs.design import check_groups
from runs.engine import outcomes
from runs.folder import tables
from runs.folder.manifest import MANIFEST
from runs.reports.kept import folder as kept
from runs.reports.kept.folder import Count, Kind, Seed
from runs.requests import Sensitivity
from runs.requests.request import by_name

KIND = Kind("sensitivity", "sensitivity")
POINTS, RUNS = "points.parquet", "outcomes.parquet"
FILES = (tables.SCENARIO, POINTS, RUNS)


class Settings(BaseModel):
    """A request, of which the scenario is a file of its own."""

    model_config = STRICT
    subject: str
    method: Literal["morris", "sobol", "pawn", "delta"]
    outcomes: dict[str, str]
    samples: Count | None
    runs: Count
    seed: Seed | None
    sampler_seed: Annotated[int, Field(ge=0)]
    second_order: bool
    over_time: bool
    groups: dict[str, list[str]]
    changes: dict[str, Any]
    drop_failed: bool
    posterior: str | None


class Head(kept.Head):
    """What ``manifest.json`` says of a study; its ``rules`` are told, and change nothing."""

    kind: Literal["sensitivity"]
    source: str
    scenario_hash: str
    rules: str
    request: Settings
    inputs: dict[str, Any]
    columns: Annotated[list[str], Field(min_length=1)]
    outcomes: Annotated[dict[str, str], Field(min_length=1)]
    groups: dict[str, list[str]]
    levels: Annotated[int, Field(ge=2)]
    second_order: bool
    shared: bool
    seed: Seed
    points: Count
    runs_per_point: Count


@dataclass(frozen=True, eq=False)
class Kept(kept.Kept):
    """A study that was read back: ``study`` holds what was asked for and, where they were run, all quarters."""

    request: Sensitivity
    study: Study

    @property
    def asked(self) -> Study:
        """The outcomes that were asked for."""
        return self.study.only(by_name(self.request.outcomes))


def write(folder: Path, asked: Sensitivity, done: Study) -> None:
    """Put a study into the folder of its report: the same study in the same environment as the same bytes.

    Args:
        folder: it is there.
        asked: what was asked for, settled.
        done: what was run for it.
    """
    scenario, runs = done.scenario, done.run_count
    points = pa.table({"point": np.arange(len(done.shares)), **{name: done.shares[name] for name in done.shares}})
    found = pa.table({"run": np.arange(runs), **{name: done.found[name].ravel() for name in done.found}})
    kept.write(
        folder,
        KIND,
        runs,
        {
            "source": scenario.source,
            "scenario_hash": scenario.hash,
            "rules": rules_of(scenario),
            "request": settings(asked),
            "inputs": {path: told(known) for path, known in done.space.items()},
            "columns": list(done.shares),
            "outcomes": {name: one.text for name, one in done.outcomes.items()},
            "groups": {name: list(paths) for name, paths in done.groups.items()},
            "levels": done.levels,
            "second_order": done.second_order,
            "shared": done.shared,
            "seed": done.seed,
            "points": len(done.shares),
            "runs_per_point": runs // len(done.shares),
        },
        {tables.SCENARIO: scenario},
        {POINTS: points, RUNS: kept.with_units(found, done.outcomes)},
    )


def settings(asked: Sensitivity) -> dict[str, Any]:
    """A request as plain data."""
    plain = {name: getattr(asked, name) for name in Settings.model_fields}
    subject = asked.subject.name if isinstance(asked.subject, Scenario) else str(asked.subject)
    groups = {name: list(paths) for name, paths in asked.groups.items()}
    return plain | {
        "subject": subject,
        "outcomes": by_name(asked.outcomes),
        "groups": groups,
        "changes": dict(asked.changes),
    }


def told(known: Distribution) -> dict[str, Any]:
    """A distribution as a table that :func:`market.scenario.uncertainty.read` reads."""
    (name,) = (name for name, kind in uncertainty.KINDS.items() if type(known) is kind)
    return {"distribution": name, **known.model_dump()}


def read(folder: str | Path) -> Kept:
    """A study that was kept, every byte of it as it was written.

    Raises:
        BadInput: the folder holds none, or something in it is not allowed.
        Damaged: it is not as it was written.
    """
    folder = Path(folder)
    head = kept.head(folder, KIND, Head, lambda _: FILES)
    source = str(folder / MANIFEST)
    scenario = kept.scenario_of(folder / tables.SCENARIO, head.source, head.scenario_hash)
    wanted = {name: outcomes.read(text, scenario, f"{source}: outcomes.{name}") for name, text in head.outcomes.items()}
    if lacking := [name for name in head.request.outcomes if name not in wanted and not head.request.over_time]:
        raise BadInput(f"{source}: request.outcomes: found {lacking[0]!r}; allowed: {', '.join(wanted)}")
    space = {path: uncertainty.read(table, f"inputs.{path}", source) for path, table in head.inputs.items()}
    check_groups(head.groups, dict.fromkeys(head.columns), f"{source}: ")
    shares = kept.table(folder / POINTS, KIND, {"point": range(head.points)}, head.columns)
    runs = range(head.points * head.runs_per_point)
    found = kept.table(folder / RUNS, KIND, {"run": runs}, list(head.outcomes))
    check_shares(folder / POINTS, shares, scenario, space)
    asked = Sensitivity(**head.request.model_dump())
    study = Study(
        scenario=scenario,
        method=asked.method,
        shares=shares,
        found={name: found[name].to_numpy().reshape(-1, head.runs_per_point) for name in wanted},
        outcomes=wanted,
        groups=head.groups,
        levels=head.levels,
        second_order=head.second_order,
        shared=head.shared,
        seed=head.seed,
        space=space,
    )
    if head.points % length(study):
        raise BadInput(f"{source}: points: found {head.points:,}; allowed for {asked.method}: in {length(study)}s")
    return Kept(folder, [(scenario, head.rules)], asked, study)


def check_shares(path: Path, shares: pd.DataFrame, scenario: Scenario, space: Mapping[str, Distribution]) -> None:
    """Raises BadInput unless points are shares of probability of inputs that a scenario has."""
    for name in shares:
        if name != INERT:
            try:
                scenario.get(name)
            except BadInput as error:
                raise BadInput(f"{path}: found the column {name!r}; {error}") from None
        if name != INERT and space and name not in space:
            raise BadInput(f"{path}: found the column {name!r}; allowed: {', '.join([*space, INERT])}")
        if not shares[name].between(0.0, 1.0).all():
            raise BadInput(f"{path}: {name}: found a share of probability below 0 or over 1; allowed: 0 to 1")
