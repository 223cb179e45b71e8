"""Results folders, of one ensemble or of a batch, opened for reading."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.dataset as ds
import xarray as xr

from market import BadInput, Scenario
from market.scenario import toml
from market.scenario.schema import suggest
from runs.folder import manifest as manifests
from runs.folder import parts, tables
from runs.folder.manifest import Damaged

AXES = ("run", "quarter", "product", "buyer")


class Results(Mapping[str, pd.DataFrame]):
    """The tables of a results folder: ``results["outcomes"]`` is a data frame.

    ``arrow`` does not read until asked for rows or columns, which is the way to take a large batch apart;
    ``xarray`` gives a table with labelled axes. A batch that is still running shows what is finished of it. A table's
    files are held against their digests before it is read for the first time.
    """

    def __init__(self, folder: Path, manifest: dict[str, Any]):
        self.folder = folder
        self.manifest = manifest
        self._whole: set[str] = set()

    @property
    def _files(self) -> dict[str, list[str]]:
        """The names of each table's files, in the order of their blocks."""
        found: dict[str, list[str]] = {}
        for name in sorted(self.manifest["parts"]):
            if name.endswith(".parquet"):
                found.setdefault(parts.place(name)[0], []).append(name)
        return found

    @property
    def remedy(self) -> str:
        """What can be done about damage."""
        if self.manifest["kind"] != "batch":
            return "allowed: a folder as gpumarket run wrote it"
        return f"gpumarket batch --resume --out {self.folder} makes that again"

    @cached_property
    def scenario(self) -> Scenario:
        """What was run, from the folder's own file, called in errors as it was then.

        Raises:
            BadInput: the file is not the one that was written.
        """
        path = self.folder / tables.SCENARIO
        found = Scenario.from_dict(toml.read(path, str(path)), self.manifest["source"])
        if found.hash != self.manifest["scenario_hash"]:
            raise BadInput(
                f"{path}: has the hash {found.hash[:12]}, the manifest says {self.manifest['scenario_hash'][:12]}; "
                "allowed: the file as it was written"
            )
        return found

    def check(self, deep: bool = False) -> None:
        """Hold every file against the manifest; if ``deep``, every byte.

        Raises:
            Damaged: a file is missing, there is one too many, or one is not as it was written.
        """
        parts.damage(self.folder, parts.faults(self.folder, self.manifest, deep), self.remedy)

    def arrow(self, table: str) -> ds.Dataset:
        """A table as an Arrow dataset: nothing is read yet, but for its digests the first time.

        Raises:
            BadInput: there is no such table.
            Damaged: a file of it has been changed since it was written.
        """
        files = self._files
        if table not in files:
            raise BadInput(f"{self.folder}: found no table {table!r}; {suggest(table, files)}")
        if table not in self._whole:
            told = self.manifest["parts"]
            changed = ((name, parts.altered(self.folder / name, told[name])) for name in files[table])
            parts.damage(self.folder, (found for found in changed if found[1]), self.remedy)
            self._whole.add(table)
        return ds.dataset([str(self.folder / name) for name in files[table]])

    def by_run(self, table: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """A table of a finished batch that has a row per run, by the number of the run.

        Raises:
            Damaged: a run is missing or there twice.
        """
        wanted = None if columns is None else ["run", *columns]
        frame = self.arrow(table).to_table(columns=wanted).to_pandas().set_index("run").sort_index()
        if not np.array_equal(frame.index, np.arange(self.manifest["runs"])):
            raise Damaged(f"{self.folder}: the table {table} does not hold each run once; {self.remedy}")
        return frame

    def __getitem__(self, table: str) -> pd.DataFrame:
        if table not in self._files:
            raise KeyError(f"no table {table!r}; {suggest(table, self._files)}")
        return self.arrow(table).to_table().to_pandas()

    def xarray(self, table: str) -> xr.Dataset:
        """A table as a dataset whose dimensions are those of ``run``, ``quarter``, ``product``, ``buyer`` it has."""
        frame = self[table]
        return frame.set_index([name for name in AXES if name in frame]).to_xarray()

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


def open(folder: str | Path) -> Results:
    """A results folder that ``gpumarket run`` or ``gpumarket batch`` wrote.

    That its files are there, their sizes, rows and runs are checked; digests when a table is read, or by
    :meth:`Results.check`.

    Raises:
        BadInput: it is not one.
        Damaged: it is not as it was written.
    """
    found = _found(Path(folder))
    found.check()
    return found


def whole(folder: str | Path) -> Results:
    """A results folder of which every byte is as it was written.

    Raises:
        BadInput: it is not one.
        Damaged: something is not as it was written.
    """
    found = _found(Path(folder))
    found.check(deep=True)
    return found


def finished_batch(folder: str | Path) -> Results:
    """A batch that ran to its end, of which every byte is as it was written.

    Raises:
        BadInput: the folder holds none.
        Damaged: something is not as it was written.
    """
    stored = whole(folder)
    if stored.manifest["kind"] != "batch" or stored.manifest["state"] != "done":
        raise BadInput(f"{folder}: found no finished batch; allowed: one that gpumarket batch has completed")
    return stored


def _found(folder: Path) -> Results:
    manifest = manifests.read(folder)
    if manifest.get("kind") not in ("batch", "ensemble"):
        raise BadInput(f"{folder}: holds no runs; allowed: a folder that gpumarket run or gpumarket batch wrote")
    return Results(folder, manifest)
