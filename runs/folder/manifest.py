"""The manifest of a results folder: all it takes to know what is there, under a digest of its own."""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
from pathlib import Path
from typing import Any

from market import BadInput

MANIFEST = "manifest.json"
COPY = ".manifest.json"
"""The same again, written first, for a batch whose manifest is damaged."""
DRAFT = ".manifest.part"


class Damaged(BadInput):
    """What a folder holds is not what was written to it."""


def write(folder: Path, facts: dict[str, Any], name: str = MANIFEST) -> None:
    """Write a manifest, at once or not at all."""
    told = finite({key: value for key, value in facts.items() if key != "digest"})
    draft = folder / DRAFT
    with draft.open("w", encoding="utf-8") as file:
        file.write(json.dumps({**told, "digest": _digest(told)}, indent=2) + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / name)


def read(folder: Path, name: str = MANIFEST) -> dict[str, Any]:
    """The manifest of a results folder, as it was written.

    Raises:
        BadInput: there is none.
        Damaged: it is not as it was written.
    """
    path = folder / name
    try:
        if not path.is_file():  # nothing is to be read from a pipe
            raise FileNotFoundError
        told = json.loads(path.read_bytes())
    except OSError:
        if any(os.path.lexists(folder / other) for other in (name, COPY)):
            raise Damaged(f"{folder}: {name} is missing or is no file") from None
        raise BadInput(f"{folder}: found no manifest; allowed: a folder that gpumarket wrote") from None
    except (ValueError, RecursionError):
        raise Damaged(f"{folder}: {name} is damaged") from None
    if not isinstance(told, dict) or told.pop("digest", None) != _digest(told):
        raise Damaged(f"{folder}: {name} is damaged: it has been changed since it was written")
    return told


def recover(folder: Path) -> dict[str, Any]:
    """The manifest, or its copy where it is damaged; the one that was written last may know of more.

    Raises:
        BadInput: there is none.
        Damaged: both are damaged.
    """
    try:
        return read(folder)
    except Damaged as damage:
        with contextlib.suppress(BadInput):
            return read(folder, COPY)
        raise Damaged(f"{damage}, and so is its copy; allowed: a new folder") from None


def _digest(told: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def finite(value: Any) -> Any:
    """``value`` as strict JSON can hold it: infinities as text, NaN as null."""
    if isinstance(value, dict):
        return {key: finite(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [finite(entry) for entry in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else ("inf" if value > 0 else "-inf")
    return value


def endless(value: Any) -> Any:
    """What :func:`finite` was given, but for NaN."""
    if isinstance(value, dict):
        return {key: endless(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [endless(entry) for entry in value]
    return float(value) if value in ("inf", "-inf") else value
