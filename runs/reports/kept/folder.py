"""A folder in which an analysis is kept: what all kinds have in common, and what is refused in any."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeVar

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, Field

from market import BadInput, Scenario
from market.scenario import toml
from market.scenario.schema import STRICT, validate
from runs import environment
from runs.calibration.posterior import rules_of
from runs.engine.outcomes import Outcome
from runs.folder import manifest as manifests
from runs.folder import parts, tables
from runs.folder.manifest import MANIFEST, Damaged

Count = Annotated[int, Field(ge=1, le=10**9)]
Seed = Annotated[int, Field(ge=0, le=2**63 - 1)]


class Kind(NamedTuple):
    """What a manifest calls a kind of analysis, and the command that makes one."""

    name: str
    command: str

    @property
    def remedy(self) -> str:
        return f"gpumarket {self.command} --out DIR makes such a folder again"


class File(BaseModel):
    """What is said of a file."""

    model_config = STRICT
    rows: Annotated[int, Field(ge=0)]
    size: Annotated[int, Field(ge=0)]
    digest: str


class Head(BaseModel):
    """What ``manifest.json`` says of any analysis; what made it is told, and changes nothing."""

    model_config = STRICT
    kind: str
    first_replication: Annotated[int, Field(ge=0, le=0)]
    runs: Count
    parts: dict[str, File]
    versions: dict[str, str]
    fingerprint: str


Headed = TypeVar("Headed", bound=Head)


@dataclass(frozen=True, eq=False)
class Kept:
    """An analysis that was read back; ``ran`` are its scenarios, each with the hash of the rules that it was run by."""

    folder: Path
    ran: Sequence[tuple[Scenario, str]]

    @cached_property
    def foreign(self) -> bool:
        """Whether it was run by other rules than today's."""
        return any(rules != rules_of(scenario) for scenario, rules in self.ran)


def write(
    folder: Path,
    kind: Kind,
    runs: int,
    facts: Mapping[str, Any],
    scenarios: Mapping[str, Scenario],
    written: Mapping[str, pa.Table],
) -> None:
    """Put an analysis into the folder of its report: the same in the same environment as the same bytes.

    Args:
        folder: it is there.
        kind: of analysis.
        runs: that are numbered in its tables.
        facts: what its manifest says beside what all say.
        scenarios: by the names of their files.
        written: tables by the names of their files.
    """
    for name, scenario in scenarios.items():
        (folder / name).write_text(scenario.to_toml(), encoding="utf-8")
    for name, table in written.items():
        with tables.parquet(folder / name, table.schema) as writer:
            writer.write_table(table)
    rows = dict.fromkeys(scenarios, 0) | {name: table.num_rows for name, table in written.items()}
    manifests.write(
        folder,
        {
            "kind": kind.name,
            **facts,
            "first_replication": 0,
            "runs": runs,
            "parts": {name: parts.part(folder / name, count) for name, count in rows.items()},
            "versions": environment.versions(),
            "fingerprint": environment.fingerprint(),
        },
    )


def with_units(table: pa.Table, outcomes: Mapping[str, Outcome]) -> pa.Table:
    """A table with the units of the outcomes in its columns."""
    units = {name: {"unit": one.unit, "description": one.text} for name, one in outcomes.items()}
    return tables.with_units(table, units)


def kind_of(folder: Path, kinds: Sequence[Kind]) -> Kind:
    """Which of some kinds of analysis a folder holds.

    Raises:
        BadInput: none of them.
        Damaged: its manifest is not as it was written.
    """
    found = manifests.read(folder).get("kind")
    for kind in kinds:
        if found == kind.name:
            return kind
    allowed = " or ".join(repr(kind.name) for kind in kinds)
    remedy = " or ".join(f"gpumarket {kind.command} --out DIR" for kind in kinds)
    raise BadInput(f"{folder / MANIFEST}: kind: found {found!r}; allowed: {allowed}, as {remedy} makes it")


def head(folder: Path, kind: Kind, model: type[Headed], files: Callable[[Headed], Iterable[str]]) -> Headed:
    """What the manifest of an analysis says, every byte of its ``files`` as it was written.

    Raises:
        BadInput: the folder holds no such analysis, or its manifest says something that is not allowed.
        Damaged: it is not as it was written.
    """
    kind_of(folder, [kind])
    plain, source = manifests.read(folder), str(folder / MANIFEST)
    found: Headed = validate(model, manifests.endless(plain), "", source)
    wanted = sorted(files(found))
    if sorted(found.parts) != wanted:
        raise BadInput(f"{source}: parts: found {', '.join(sorted(found.parts))}; allowed: {', '.join(wanted)}")
    parts.damage(folder, parts.faults(folder, plain, deep=True), kind.remedy)
    return found


def scenario_of(path: Path, source: str, hashed: str, field: str = "scenario_hash") -> Scenario:
    """The scenario in a file, of which the manifest's ``field`` holds the hash.

    Raises:
        BadInput: it is none, or another.
    """
    found = Scenario.from_dict(toml.read(path, str(path)), source)
    if found.hash != hashed:
        told = f"found that of another scenario than {path}, whose hash is {found.hash[:12]}"
        raise BadInput(f"{path.parent / MANIFEST}: {field}: {told}; allowed: that one's")
    return found


def table(path: Path, kind: Kind, keys: Mapping[str, Sequence[Any]], columns: Sequence[str]) -> pd.DataFrame:
    """The numbers of a table, in columns behind ``keys`` that hold what they are given.

    Raises:
        Damaged: it cannot be read.
        BadInput: it has other columns, rows or texts.
    """
    try:
        found = pq.read_table(path)
    except (pa.ArrowException, OSError, ValueError):
        raise Damaged(f"{path}: is damaged; {kind.remedy}") from None
    for own, wanted in zip_longest(found.column_names, [*keys, *columns]):
        if own != wanted:
            raise BadInput(f"{path}: found the column {own!r}; allowed in its place: {wanted!r}")
    for key, values in keys.items():
        if len(values) != found.num_rows or found[key].to_pylist() != list(values):
            allowed = f"{len(values):,}, {values[0]} to {values[-1]}, in order"
            raise BadInput(f"{path}: {key}: found {found.num_rows:,} rows or others; allowed: {allowed}")
    if texts := [name for name in columns if not pa.types.is_floating(found.schema.field(name).type)]:
        raise BadInput(f"{path}: {texts[0]}: found {found.schema.field(texts[0]).type}; allowed: numbers")
    return found.select(list(columns)).to_pandas()
