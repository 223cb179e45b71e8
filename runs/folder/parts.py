"""The files of a results folder, held against what the manifest says of them."""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from market import BadInput
from runs.folder import manifest
from runs.folder.manifest import Damaged

TABLES = "*.parquet"
NAMED = 3
"""Files that a sentence names; of others it says how many."""

Part = Mapping[str, Any]
"""What the manifest says of a file: its ``rows`` (0 of a text), its ``size`` in bytes and its ``digest``."""


def part(path: Path, rows: int = 0) -> Part:
    """What there is to say of a file that was just written."""
    return {"rows": rows, "size": path.stat().st_size, "digest": digest(path)}


def digest(path: Path) -> str:
    """SHA-256 of a file, as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def place(name: str) -> tuple[str, int | None]:
    """The table and the block of a file; no block where a table is one file."""
    table, _, block = name.removesuffix(".parquet").rpartition("-")
    return (table, int(block)) if block.isdecimal() else (name.removesuffix(".parquet"), None)


def failures(told: Mapping[str, Any]) -> int:
    """Runs of a batch's finished blocks that failed."""
    return sum(entry["rows"] for name, entry in told["parts"].items() if place(name)[0] == "failures")


def runs_finished(told: Mapping[str, Any]) -> int:
    """Runs of a batch's finished blocks."""
    return sum(entry["rows"] for name, entry in told["parts"].items() if place(name)[0] == "outcomes")


def finished(told: Mapping[str, Any]) -> list[int]:
    """The blocks of a batch that are finished, in order."""
    places = [place(name) for name in told["parts"]]
    return sorted(block for table, block in places if table == "outcomes" and block is not None)


def faults(folder: Path, told: Mapping[str, Any], deep: bool = False) -> Iterator[tuple[str, str]]:
    """The files that are not as the manifest says, each with what is wrong with it.

    Presence, size, rows and which runs they hold are looked at always, every byte only if ``deep``.
    """
    columns: dict[str, Any] = {}
    for name, entry in told["parts"].items():
        wrong = _form(folder / name, entry) or _table(folder / name, told, columns) or ""
        if not wrong and deep:
            wrong = altered(folder / name, entry)
        if wrong:
            yield name, wrong
    for path in sorted(folder.glob(TABLES)):
        if path.name not in told["parts"] and not _under_way(path.name, told):
            yield path.name, "was not written by it"
    if deep and told["kind"] == "batch":
        try:
            manifest.read(folder, manifest.COPY)
        except BadInput:
            yield manifest.COPY, "is damaged"


def _form(path: Path, entry: Part) -> str:
    try:
        if not os.path.lexists(path):
            return "is missing"
        if not path.is_file():
            return "is no file"
        size = path.stat().st_size
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return "" if size == entry["size"] else f"has {size:,} bytes instead of {entry['size']:,}"


def _table(path: Path, told: Mapping[str, Any], columns: dict[str, Any]) -> str:
    """What is wrong with a Parquet file by its foot; ``columns`` are those of the tables that were seen before."""
    if path.suffix != ".parquet":
        return ""
    try:
        foot = pq.read_metadata(path)
        found = foot.schema.to_arrow_schema()
        groups = [foot.row_group(i).column(0).statistics for i in range(foot.num_row_groups)]
        ends = [(group.min, group.max) for group in groups if group is not None and group.has_min_max]
    except (pa.ArrowException, OSError, ValueError):
        return "is damaged"
    rows = told["parts"][path.name]["rows"]
    if foot.num_rows != rows:
        return f"has {foot.num_rows:,} rows instead of {rows:,}"
    table, block = place(path.name)
    if not columns.setdefault(table, found).equals(found):
        return "has other columns than the files before it"
    first, last = 0, told["runs"] - 1
    if block is not None:
        first, last = block * told["block"], min(told["runs"], (block + 1) * told["block"]) - 1
    else:
        first, last = told["first_replication"], told["first_replication"] + told["runs"] - 1
    if any(low < first or high > last for low, high in ends):
        return f"holds other runs than {first:,} to {last:,}"
    return ""


def altered(path: Path, entry: Part) -> str:
    """What is wrong with a file byte by byte."""
    try:
        return "" if digest(path) == entry["digest"] else "has been changed since it was written"
    except OSError as error:
        return f"cannot be read ({error.strerror})"


def _under_way(name: str, told: Mapping[str, Any]) -> bool:
    """Whether a file that the manifest does not know may be of a block that is being finished."""
    if told["kind"] != "batch":
        return False
    _, block = place(name)
    return block is not None and block < -(-told["runs"] // told["block"]) and block not in finished(told)


def unfinished(folder: Path, told: Mapping[str, Any]) -> list[Path]:
    """Files of blocks that a batch was about to finish when it ended."""
    return [path for path in folder.glob(TABLES) if path.name not in told["parts"] and _under_way(path.name, told)]


def damage(folder: Path, found: Iterator[tuple[str, str]], remedy: str) -> None:
    """Raises Damaged with one sentence that names the files and says what is wrong with them, if there are any."""
    known = list(found)
    if known:
        named = ", ".join(f"{name} {wrong}" for name, wrong in known[:NAMED])
        more = f" (and {len(known) - NAMED:,} more)" if len(known) > NAMED else ""
        raise Damaged(f"{folder}: {named}{more}; {remedy}")


def set_aside(path: Path) -> None:
    """Give what is in the way another name; it may be somebody's.

    Raises:
        BadInput: that cannot be done.
    """
    names = (path.with_name(f"{path.name}.aside{n or ''}") for n in itertools.count())
    try:
        path.rename(next(name for name in names if not os.path.lexists(name)))
    except OSError as error:
        raise BadInput(f"{path}: is in the way and cannot be renamed: {error.strerror}") from None
