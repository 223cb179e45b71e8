"""A comparison as it is kept beside its report: what was asked, its scenarios, and what came of every run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, Field

from market import BadInput, Scenario
from market.scenario.schema import STRICT
from runs.analysis.compare import Difference, Gathered, check
from runs.calibration.posterior import rules_of
from runs.engine import outcomes
from runs.folder.manifest import MANIFEST
from runs.reports.kept import folder as kept
from runs.reports.kept.folder import Count, Kind, Seed
from runs.requests import Comparison, Lever
from runs.requests.request import by_name

KIND = Kind("comparison", "compare")
RUNS = "outcomes.parquet"


class Moved(BaseModel):
    """A lever and the values it was compared at."""

    model_config = STRICT
    path: str
    values: Annotated[list[Any], Field(min_length=2)]
    labels: list[str]


class Settings(BaseModel):
    """A request; a scenario that had neither name nor file is in the folder alone."""

    model_config = STRICT
    scenarios: Annotated[dict[str, str | None], Field(min_length=1)]
    lever: Moved | None
    outcomes: Annotated[dict[str, str], Field(min_length=1)]
    vectors: Count
    runs: Count
    seed: Seed
    sampler_seed: Annotated[int, Field(ge=0)]
    changes: dict[str, Any]
    drop_failed: bool
    posterior: str | None
    own_draws: bool


class Arm(BaseModel):
    """One of the scenarios; its ``rules`` are told, and change nothing."""

    model_config = STRICT
    source: str
    scenario_hash: str
    rules: str


class Head(kept.Head):
    """What ``manifest.json`` says of a comparison, of its scenarios under the names they are shown under."""

    kind: Literal["comparison"]
    request: Settings
    arms: Annotated[dict[str, Arm], Field(min_length=2)]

    @property
    def names(self) -> list[str]:
        """What its request calls the scenarios."""
        lever = self.request.lever
        return list(self.request.scenarios if lever is None else Lever(**lever.model_dump()).names)


@dataclass(frozen=True, eq=False)
class Kept(kept.Kept):
    """A comparison that was read back, its scenarios by the name they are shown under, the control first."""

    request: Comparison
    arms: Mapping[str, Scenario]
    gathered: Gathered

    @property
    def seed(self) -> int:
        """Seed of the draws."""
        return self.request.seed_used

    @property
    def differences(self) -> list[Difference]:
        """What it came to; raises what :meth:`runs.requests.Comparison.run` does."""
        return self.gathered.differences(self.request.drop_failed)


def write(folder: Path, asked: Comparison, done: Gathered) -> None:
    """Put a comparison into the folder of its report: the same comparison in the same environment as the same bytes.

    Args:
        folder: it is there.
        asked: what was asked for, settled.
        done: what was run for it.
    """
    runs = asked.vectors * asked.runs
    values = np.concatenate([one.reshape(runs, -1) for one in done.values.values()])
    rows = {"run": np.tile(np.arange(runs), len(done.values)), "arm": np.repeat(list(done.values), runs)}
    table = pa.table(rows | {name: values[:, k] for k, name in enumerate(done.outcomes)})
    kept.write(
        folder,
        KIND,
        runs,
        {
            "request": settings(asked),
            "arms": {
                name: {"source": one.source, "scenario_hash": one.hash, "rules": rules_of(one)}
                for name, one in asked.arms.items()
            },
        },
        dict(zip(files(len(asked.arms)), asked.arms.values(), strict=True)),
        {RUNS: kept.with_units(table, done.outcomes)},
    )


def files(arms: int) -> list[str]:
    """The files of so many scenarios."""
    return [f"scenario-{number}.toml" for number in range(1, arms + 1)]


def settings(asked: Comparison) -> dict[str, Any]:
    """A request as plain data."""
    plain = {name: getattr(asked, name) for name in Settings.model_fields}
    named = by_name(asked.scenarios)
    lever = asked.lever
    return plain | {
        "scenarios": {name: None if isinstance(one, Scenario) else str(one) for name, one in named.items()},
        "lever": lever and {"path": lever.path, "values": list(lever.values), "labels": list(lever.labels)},
        "outcomes": dict(asked.texts),
        "changes": dict(asked.changes),
    }


def read(folder: str | Path) -> Kept:
    """A comparison that was kept, every byte of it as it was written.

    Raises:
        BadInput: the folder holds none, or something in it is not allowed.
        Damaged: it is not as it was written.
    """
    folder = Path(folder)
    head = kept.head(folder, KIND, Head, lambda head: [*files(len(head.arms)), RUNS])
    source, request = str(folder / MANIFEST), head.request
    if list(head.arms) != head.names:
        raise BadInput(f"{source}: arms: found {', '.join(head.arms)}; allowed: {', '.join(head.names)}")
    rows, wanted = head.parts[RUNS].rows, len(head.arms) * request.vectors * request.runs
    if rows != wanted:
        raise BadInput(f"{folder / RUNS}: found {rows:,} rows; allowed: {wanted:,}, as many for each arm")
    if request.lever is not None and len(request.scenarios) > 1:
        raise BadInput(f"{source}: request.scenarios: found {len(request.scenarios)}; allowed with a lever: one")
    arms = {
        name: kept.scenario_of(folder / file, arm.source, arm.scenario_hash, f"arms.{name}.scenario_hash")
        for file, (name, arm) in zip(files(len(head.arms)), head.arms.items(), strict=True)
    }
    try:
        check(arms)
    except BadInput as error:
        raise BadInput(f"{source}: arms: {error}") from None
    lever = None if request.lever is None else Lever(**request.lever.model_dump())
    if lever is not None:
        check_lever(lever, arms, source)
    for scenario in arms.values():
        measured = {
            name: outcomes.read(text, scenario, f"{source}: request.outcomes.{name}")
            for name, text in request.outcomes.items()
        }
    runs = request.vectors * request.runs
    keys = {"run": [*range(runs)] * len(arms), "arm": [name for name in arms for _ in range(runs)]}
    found = kept.table(folder / RUNS, KIND, keys, list(measured)).to_numpy()
    values = found.reshape(len(arms), request.vectors, request.runs, len(measured))
    control = next(iter(arms.values()))
    own = {name: arms.get(name, control) if one is None else one for name, one in request.scenarios.items()}
    return Kept(
        folder,
        [(arms[name], arm.rules) for name, arm in head.arms.items()],
        Comparison(**request.model_dump() | {"scenarios": own, "lever": lever}),
        arms,
        Gathered(dict(zip(arms, values, strict=True)), measured),
    )


def check_lever(lever: Lever, arms: Mapping[str, Scenario], source: str) -> None:
    """Raises BadInput unless every scenario has the value of the lever that it is kept for."""
    for (name, scenario), value in zip(arms.items(), lever.values, strict=True):
        try:
            same = scenario.replace(lever.path, value).hash == scenario.hash
        except BadInput as error:
            raise BadInput(f"{source}: request.lever: {error}") from None
        if not same:
            raise BadInput(
                f"{source}: request.lever.values: found {value!r} for {name!r}; allowed: what its scenario has"
            )
