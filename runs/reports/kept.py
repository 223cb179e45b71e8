"""A study of sensitivity as it is kept beside its report: what was asked, its points, and what came of every run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, Field

from market import BadInput, Scenario
from market.scenario import toml, uncertainty
from market.scenario.schema import STRICT, validate
from market.scenario.uncertainty import Distribution
from runs import environment
from runs.analysis.against import length
from runs.analysis.indices import INERT
from runs.analysis.sensitivity import Study
from runs.calibration.posterior import rules_of
from runs.designs.design import check_groups
from runs.engine import outcomes
from runs.folder import manifest as manifests
from runs.folder import parts, tables
from runs.folder.manifest import MANIFEST, Damaged
from runs.requests import Sensitivity
from runs.requests.request import by_name

KIND = "sensitivity"
POINTS, RUNS = "points.parquet", "outcomes.parquet"
FILES = (tables.SCENARIO, POINTS, RUNS)
REMEDY = "gpumarket sensitivity --out DIR makes such a folder again"

Count = Annotated[int, Field(ge=1)]
Seed = Annotated[int, Field(ge=0, le=2**63 - 1)]


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


class File(BaseModel):
    """What is said of a file."""

    model_config = STRICT
    rows: Annotated[int, Field(ge=0)]
    size: Annotated[int, Field(ge=0)]
    digest: str


class Head(BaseModel):
    """What ``manifest.json`` says of a study; ``rules`` and what made it are told, and change nothing."""

    model_config = STRICT
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
    first_replication: Literal[0]
    points: Count
    runs_per_point: Count
    runs: Count
    parts: dict[str, File]
    versions: dict[str, str]
    fingerprint: str


@dataclass(frozen=True, eq=False)
class Kept:
    """A study that was read back: ``study`` holds what was asked for and, where they were run, all quarters."""

    folder: Path
    request: Sensitivity
    study: Study
    rules: str

    @cached_property
    def foreign(self) -> bool:
        """Whether it was run by other rules than today's."""
        return self.rules != rules_of(self.study.scenario)

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
    found = {name: done.found[name].ravel() for name in done.found}
    units = {name: {"unit": one.unit, "description": one.text} for name, one in done.outcomes.items()}
    written = {POINTS: points, RUNS: tables.with_units(pa.table({"run": np.arange(runs), **found}), units)}
    (folder / tables.SCENARIO).write_text(scenario.to_toml(), encoding="utf-8")
    for name, table in written.items():
        with tables.parquet(folder / name, table.schema) as writer:
            writer.write_table(table)
    rows = {name: written[name].num_rows if name in written else 0 for name in FILES}
    manifests.write(
        folder,
        {
            "kind": KIND,
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
            "first_replication": 0,
            "points": len(done.shares),
            "runs_per_point": runs // len(done.shares),
            "runs": runs,
            "parts": {name: parts.part(folder / name, count) for name, count in rows.items()},
            "versions": environment.versions(),
            "fingerprint": environment.fingerprint(),
        },
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
    plain = manifests.read(folder)
    source = str(folder / MANIFEST)
    if plain.get("kind") != KIND:
        raise BadInput(f"{source}: kind: found {plain.get('kind')!r}; allowed: {KIND!r}, as {REMEDY}")
    head: Head = validate(Head, manifests.endless(plain), "", source)
    if set(head.parts) != set(FILES):
        raise BadInput(f"{source}: parts: found {', '.join(sorted(head.parts))}; allowed: {', '.join(sorted(FILES))}")
    parts.damage(folder, parts.faults(folder, plain, deep=True), REMEDY)
    scenario = scenario_of(folder, head)
    wanted = {name: outcomes.read(text, scenario, f"{source}: outcomes.{name}") for name, text in head.outcomes.items()}
    if lacking := [name for name in head.request.outcomes if name not in wanted and not head.request.over_time]:
        raise BadInput(f"{source}: request.outcomes: found {lacking[0]!r}; allowed: {', '.join(wanted)}")
    space = {path: uncertainty.read(table, f"inputs.{path}", source) for path, table in head.inputs.items()}
    check_groups(head.groups, dict.fromkeys(head.columns), f"{source}: ")
    shares = table(folder / POINTS, "point", head.columns, head.points)
    found = table(folder / RUNS, "run", list(head.outcomes), head.points * head.runs_per_point)
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
    return Kept(folder, asked, study, head.rules)


def scenario_of(folder: Path, head: Head) -> Scenario:
    """The scenario that was studied."""
    path = folder / tables.SCENARIO
    found = Scenario.from_dict(toml.read(path, str(path)), head.source)
    if found.hash != head.scenario_hash:
        told = f"found that of another scenario than {path}, whose hash is {found.hash[:12]}"
        raise BadInput(f"{folder / MANIFEST}: scenario_hash: {told}; allowed: that one's")
    return found


def table(path: Path, key: str, columns: list[str], rows: int) -> pd.DataFrame:
    """The numbers of a table, a row per point or run in their order.

    Raises:
        Damaged: it cannot be read.
        BadInput: it has other columns, rows or texts.
    """
    try:
        found = pq.read_table(path)
    except (pa.ArrowException, OSError, ValueError):
        raise Damaged(f"{path}: is damaged; {REMEDY}") from None
    for own, wanted in zip_longest(found.column_names, [key, *columns]):
        if own != wanted:
            raise BadInput(f"{path}: found the column {own!r}; allowed in its place: {wanted!r}")
    if found[key].to_pylist() != list(range(rows)):
        raise BadInput(f"{path}: {key}: found {found.num_rows:,} rows; allowed: 0 to {rows - 1:,}, in this order")
    if texts := [name for name in columns if not pa.types.is_floating(found.schema.field(name).type)]:
        raise BadInput(f"{path}: {texts[0]}: found {found.schema.field(texts[0]).type}; allowed: numbers")
    return found.select(columns).to_pandas()


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
