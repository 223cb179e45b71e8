"""The stored batch that the page was opened on; it belongs to the server, so that all sessions see the same."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from market import BadInput
from runs import environment
from runs.folder import results
from runs.folder.batch import rules
from runs.folder.replay import point_of
from runs.folder.results import Results


@dataclass(frozen=True, eq=False)
class StoredRun:
    """A run of a batch by its number in the batch's tables: what its point was put to, and the draws it saw."""

    number: int
    point: int
    values: dict[str, Any]
    seed: int
    replication: int


@dataclass(frozen=True, eq=False)
class Batch:
    """A batch whose runs can be opened."""

    stored: Results

    @property
    def name(self) -> str:
        """What its design is called, and the folder that it is in."""
        folder = self.stored.folder.resolve().name
        design = self.stored.manifest.get("design", {}).get("name")
        return f"{design} ({folder})" if design else folder

    @cached_property
    def text(self) -> str:
        """Its scenario, what the design sets set in it."""
        return self.stored.scenario.to_toml()

    @cached_property
    def foreign(self) -> bool:
        """Whether it was run by other rules or elsewhere, so that a run stepped here may differ from it."""
        told = self.stored.manifest
        return told["rules"] != rules(self.stored.scenario) or told["fingerprint"] != environment.fingerprint()

    @cached_property
    def first(self) -> int:
        """The first run that is there."""
        return int(self.stored.arrow("parameters").head(1, columns=["run"])["run"][0].as_py())

    def run(self, number: int) -> StoredRun:
        """One of its runs.

        Raises:
            BadInput: it holds no such run.
        """
        return _run(self, number)


@lru_cache(256)
def _run(batch: Batch, number: int) -> StoredRun:
    values, replication = point_of(batch.stored, number, "stored")
    manifest = batch.stored.manifest
    return StoredRun(number, number // manifest["runs_per_point"], values, manifest["seed"], replication)


_opened: list[Batch] = []


def open_on(folder: str | Path) -> Batch:
    """Open the page's server on a batch.

    Raises:
        BadInput: the folder holds none, or none of its runs yet.
        Damaged: it is not as it was written.
    """
    found = results.open(folder)
    if found.manifest["kind"] != "batch":
        raise BadInput(f"{folder}: holds no batch; allowed: a folder that gpumarket batch wrote")
    if "parameters" not in found:
        raise BadInput(f"{folder}: no run of the batch is finished yet; allowed: a batch with finished runs")
    batch = Batch(found)
    batch.run(batch.first)
    batch.text  # noqa: B018 # raises if the scenario is not the one that was written
    _opened[:] = [batch]
    return batch


def opened() -> Batch | None:
    """The batch that the server was opened on, None if on none."""
    return _opened[0] if _opened else None
