"""A results folder: a manifest and Parquet tables, long and tidy, units in the columns' metadata."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import xarray as xr

from market import BadInput, Scenario
from runs import environment

KEYS = {"market": (), "products": ("product",), "buyers": ("buyer",)}
PREFIX = {"market": "", "products": "product_", "buyers": "buyer_"}


def tables(results: xr.Dataset) -> dict[str, pa.Table]:
    """The tables market, products and buyers of a dataset from :func:`market.simulate`, a row per key."""
    made = {}
    for name, keys in KEYS.items():
        dims = ("run", "quarter", *keys)
        chosen = {
            variable: results[variable].transpose(*dims)
            for variable in results.data_vars
            if results[variable].dims[2:] == keys
        }
        coordinates = np.meshgrid(*(results[dim].values for dim in dims), indexing="ij")
        columns: dict[str, Any] = {dim: values.ravel() for dim, values in zip(dims, coordinates, strict=True)}
        units = {}
        for variable, array in chosen.items():
            column = str(variable).removeprefix(PREFIX[name])
            columns[column] = array.values.ravel()
            units[column] = {"unit": array.attrs["unit"], "description": array.attrs["long_name"]}
        made[name] = with_units(pa.table(columns), units)
    return made


def with_units(table: pa.Table, units: Mapping[str, Mapping[str, str]]) -> pa.Table:
    """The table with unit and description in each column's metadata."""
    fields = [field.with_metadata(dict(units[field.name])) if field.name in units else field for field in table.schema]
    return table.cast(pa.schema(fields, table.schema.metadata))


def check_new(folder: Path) -> None:
    """Raises BadInput unless results may be written to ``folder``: it is absent or empty, and can be made."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInput(f"--out: found {str(folder)!r}, which is not empty; allowed: a new or an empty folder")
    parent = next(p for p in [folder, *folder.absolute().parents] if p.exists())
    try:
        with tempfile.TemporaryDirectory(dir=parent):
            pass
    except OSError as error:
        raise BadInput(f"--out: {str(folder)!r} cannot be written: {error.strerror}") from None


def write(folder: Path, scenario: Scenario, results: xr.Dataset, gear: str, seconds: float) -> None:
    """Write the results of one ensemble; the folder appears whole or not at all.

    Raises:
        BadInput: the folder has something in it, or cannot be written.
    """
    check_new(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        written = dict(tables(results))
        for name, frame in results.attrs.get("trace", {}).items():
            written[name] = pa.Table.from_pandas(frame, preserve_index=False)
        for name, table in written.items():
            pq.write_table(table, part / f"{name}.parquet", compression="zstd")
        manifest = manifest_of(scenario, results, gear, seconds)
        (part / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
        part.chmod(0o755)
        if folder.exists():
            folder.rmdir()
        part.rename(folder)
    except OSError as error:
        raise BadInput(f"--out: {str(folder)!r} cannot be written: {error.strerror}") from None
    finally:
        shutil.rmtree(part, ignore_errors=True)


def manifest_of(scenario: Scenario, results: xr.Dataset, gear: str, seconds: float) -> dict[str, Any]:
    """All it takes to know what a result is and to get it again."""
    return {
        "scenario": finite(scenario.to_dict()),
        "scenario_hash": scenario.hash,
        "seed": int(results.attrs["seed"]),
        "first_replication": int(results["run"].values[0]),
        "runs": int(results.sizes["run"]),
        "gear": gear,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 3),
        "failures": [{"run": f.replication, "reason": f.sentence} for f in results.attrs["failures"]],
        **environment.about(),
    }


def finite(value: Any) -> Any:
    """``value`` as strict JSON can hold it: infinities as text, NaN as null."""
    if isinstance(value, dict):
        return {key: finite(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [finite(entry) for entry in value]
    if isinstance(value, float) and not np.isfinite(value):
        return None if np.isnan(value) else ("inf" if value > 0 else "-inf")
    return value


def open_folder(folder: str | Path) -> dict[str, pd.DataFrame]:
    """The tables of a results folder as data frames, by name."""
    found = sorted(Path(folder).glob("*.parquet"))
    if not found:
        raise BadInput(f"{folder}: found no tables; allowed: a folder that gpumarket wrote")
    return {path.stem: pd.read_parquet(path) for path in found}
