"""Results folders, of one ensemble or of a batch, opened for reading."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.dataset as ds
import xarray as xr

from market import BadInput
from market.scenario.schema import suggest
from runs.folder import tables

AXES = ("run", "quarter", "product", "buyer")


class Results(Mapping[str, pd.DataFrame]):
    """The tables of a results folder: ``results["outcomes"]`` is a data frame.

    ``arrow`` does not read until asked for rows or columns, which is the way to take a large batch apart;
    ``xarray`` gives a table with labelled axes. A batch that is still running shows what is finished of it.
    """

    def __init__(self, folder: Path, manifest: dict[str, Any]):
        self.folder = folder
        self.manifest = manifest

    @property
    def _files(self) -> dict[str, list[Path]]:
        """The files of each table. Of a batch, those of finished blocks: their outcomes are written last."""
        found: dict[str, list[Path]] = {}
        for path in sorted(self.folder.glob("*.parquet")):
            name, _, block = path.stem.rpartition("-") if path.stem[-1].isdigit() else (path.stem, "", "")
            if not block or (self.folder / f"outcomes-{block}.parquet").exists():
                found.setdefault(name, []).append(path)
        return found

    def arrow(self, table: str) -> ds.Dataset:
        """A table as an Arrow dataset: nothing is read yet.

        Raises:
            BadInput: there is no such table.
        """
        files = self._files
        if table not in files:
            raise BadInput(f"{self.folder}: found no table {table!r}; {suggest(table, files)}")
        return ds.dataset([str(path) for path in files[table]])

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

    Raises:
        BadInput: it is not one.
    """
    folder = Path(folder)
    return Results(folder, read_manifest(folder))


def finished_batch(folder: str | Path) -> Results:
    """A batch that ran to its end.

    Raises:
        BadInput: the folder holds none.
    """
    stored = open(folder)
    if stored.manifest.get("kind") != "batch" or stored.manifest["state"] != "done":
        raise BadInput(f"{folder}: found no finished batch; allowed: one that gpumarket batch has completed")
    return stored


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a results folder.

    Raises:
        BadInput: there is none.
    """
    try:
        return json.loads((folder / tables.MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise BadInput(f"{folder}: found no manifest; allowed: a folder that gpumarket wrote") from None
