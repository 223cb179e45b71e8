"""A results folder: a manifest and Parquet tables, long and tidy, units in the columns' metadata."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import xarray as xr

from market import Scenario
from market.gears.simulate import DIMENSIONS, PREFIX
from runs import environment
from runs.folder import manifest, parts
from runs.refusal import Refused

SCENARIO = "scenario.toml"

Units = Mapping[str, str]
"""What a column's metadata say: its ``unit`` and ``description``."""


_text, _number, _flag = pa.string(), pa.float64(), pa.bool_()
TRACED: dict[str, dict[str, tuple[pa.DataType, str]]] = {
    "deals": {
        "run": (pa.int64(), ""),
        "quarter": (_text, ""),
        "buyer": (_text, ""),
        "product": (_text, ""),
        "quantity": (_number, "units"),
        "price": (_number, "USD"),
        "promised_quarter": (_text, ""),
        "prepaid_share": (_number, "1"),
        "week_agreed": (_number, "weeks"),
        "list_price": (_number, "USD"),
        "outcome": (_text, ""),
    },
    "offers": {
        "run": (pa.int64(), ""),
        "quarter": (_text, ""),
        "buyer": (_text, ""),
        "product": (_text, ""),
        "week": (pa.int64(), "weeks"),
        "side": (_text, ""),
        "price": (_number, "USD"),
        "quantity": (_number, "units"),
        "promised_quarter": (_text, ""),
        "prepaid_share": (_number, "1"),
        "reservation": (_number, "USD"),
        "accepted": (_flag, ""),
    },
    "orders": {
        "run": (pa.int64(), ""),
        "quarter": (_text, ""),
        "buyer": (_text, ""),
        "line": (pa.int64(), ""),
        "product": (_text, ""),
        "quantity": (_number, "units"),
        "price": (_number, "USD"),
        "placed": (_text, ""),
        "promised": (_text, ""),
        "shipped": (_number, "units"),
        "cancelled": (_number, "units"),
        "converted": (_number, "units"),
        "open": (_number, "units"),
        "status": (_text, ""),
        "closed": (_text, ""),
    },
}
"""Columns of the tables of a trace: what they hold and in which unit."""


def tables(results: xr.Dataset) -> dict[str, pa.Table]:
    """The tables market, products and buyers of a dataset from :func:`market.gears.simulate`, a row per key."""
    made = {}
    for name, keys in DIMENSIONS.items():
        dims = ("run", "quarter", *keys)
        chosen = {
            str(variable).removeprefix(PREFIX[name]): results[variable].transpose(*dims)
            for variable in results.data_vars
            if results[variable].dims[2:] == keys
        }
        units = {
            column: {"unit": array.attrs["unit"], "description": array.attrs["long_name"]}
            for column, array in chosen.items()
        }
        axes = {dim: results[dim].values for dim in dims}
        made[name] = long_table(axes, {column: array.values for column, array in chosen.items()}, units)
    return made


def long_table(
    axes: Mapping[str, Sequence[Any] | np.ndarray], columns: Mapping[str, np.ndarray], units: Mapping[str, Units]
) -> pa.Table:
    """A row per cell of arrays that all have these axes, in the order of the axes, the first slowest."""
    places = np.indices([len(axis) for axis in axes.values()]).reshape(len(axes), -1)
    keys = {
        name: pa.array(axis).take(pa.array(place)) for (name, axis), place in zip(axes.items(), places, strict=True)
    }
    return with_units(pa.table({**keys, **{name: array.ravel() for name, array in columns.items()}}), units)


def with_units(table: pa.Table, units: Mapping[str, Units]) -> pa.Table:
    """The table with unit and description in each column's metadata."""
    fields = [field.with_metadata(dict(units[field.name])) if field.name in units else field for field in table.schema]
    return table.cast(pa.schema(fields, table.schema.metadata))


def traced_table(name: str, frame: pd.DataFrame) -> pa.Table:
    """A table of a trace, with the types and units of TRACED whatever stands in its rows."""
    columns = TRACED[name]
    schema = pa.schema([pa.field(column, kind) for column, (kind, _) in columns.items()])
    made = pa.Table.from_pandas(frame.reindex(columns=list(columns)), schema, preserve_index=False)
    units = {column: {"unit": unit} for column, (_, unit) in columns.items() if unit}
    return with_units(made.replace_schema_metadata(None), units)


def check_new(folder: Path) -> None:
    """Raises BadInput unless results may be written to ``folder``: it is absent or empty, and can be made."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused("folder", f"found {str(folder)!r}, which is not empty; allowed: a new or an empty folder")
    parent = next(p for p in [folder, *folder.absolute().parents] if p.exists())
    try:
        with tempfile.TemporaryDirectory(dir=parent):
            pass
    except OSError as error:
        raise Refused("folder", f"{str(folder)!r} cannot be written: {error.strerror}") from None


@contextlib.contextmanager
def appearing(folder: Path) -> Iterator[Path]:
    """A folder to fill that becomes ``folder`` at the end; if anything raises, nothing is left of it.

    Raises:
        BadInput: ``folder`` has something in it, or cannot be written.
    """
    check_new(folder)
    part = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        yield part
        part.chmod(0o755)
        if folder.exists():
            folder.rmdir()
        part.rename(folder)
    except OSError as error:
        raise Refused("folder", f"{str(folder)!r} cannot be written: {error.strerror}") from None
    finally:
        if part is not None:
            shutil.rmtree(part, ignore_errors=True)


def parquet(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """A writer of a Parquet file whose bytes follow from what is written; numbers are packed byte by byte."""
    numbers = [field.name for field in schema if pa.types.is_floating(field.type)]
    return pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        compression_level=1,
        use_dictionary=[field.name for field in schema if field.name not in numbers],
        column_encoding=dict.fromkeys(numbers, "BYTE_STREAM_SPLIT"),
    )


def write(folder: Path, scenario: Scenario, results: xr.Dataset, gear: str, seconds: float) -> None:
    """Write the results of one ensemble; the folder appears whole or not at all.

    Raises:
        BadInput: the folder has something in it, or cannot be written.
    """
    with appearing(folder) as part:
        written = dict(tables(results))
        for name, frame in results.attrs.get("trace", {}).items():
            written[name] = traced_table(name, frame)
        for name, table in written.items():
            with parquet(part / f"{name}.parquet", table.schema) as writer:
                writer.write_table(table)
        (part / SCENARIO).write_text(scenario.to_toml(), encoding="utf-8")
        rows = {f"{name}.parquet": table.num_rows for name, table in written.items()} | {SCENARIO: 0}
        told = {name: parts.part(part / name, count) for name, count in rows.items()}
        manifest.write(part, {**manifest_of(scenario, results, gear, seconds), "parts": told})


def manifest_of(scenario: Scenario, results: xr.Dataset, gear: str, seconds: float) -> dict[str, Any]:
    """All it takes to know what a result is and to get it again."""
    return {
        "kind": "ensemble",
        "source": scenario.source,
        "scenario": scenario.to_dict(),
        "scenario_hash": scenario.hash,
        "seed": int(results.attrs["seed"]),
        "first_replication": int(results["run"].values[0]),
        "runs": int(results.sizes["run"]),
        "gear": gear,
        "posterior": results.attrs.get("posterior"),
        "kept": results.attrs.get("kept", []),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 3),
        "failures": [{"run": f.replication, "reason": f.sentence} for f in results.attrs["failures"]],
        **environment.about(),
    }
