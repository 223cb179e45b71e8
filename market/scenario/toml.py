"""Files in TOML: scenarios, designs and questions, by a shipped name or a path."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from market.scenario.paths import BadInput
from market.scenario.schema import suggest


def find(name: str | Path, shipped: Mapping[str, Path], kind: str) -> tuple[Path, str]:
    """The file that a shipped name or a path stands for, and what errors call it.

    Raises:
        BadInput: there is none; ``kind`` says what was looked for.
    """
    if not isinstance(name, str | Path):
        raise BadInput(f"{kind}: found {name!r}; allowed: a shipped name or a file")
    path = shipped.get(str(name), Path(name))
    try:
        known = path.is_file()
    except OSError:  # no name that a file can have
        known = False
    if not known:
        raise BadInput(f"{name}: no such {kind} or file; {suggest(str(name), shipped)}")
    return path, path.name if str(name) in shipped else str(name)


def read(path: Path, source: str) -> dict[str, Any]:
    """The content of a file, which errors call ``source``.

    Raises:
        BadInput: it cannot be read, or is not TOML in UTF-8.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{source}: cannot be read: {error.strerror}") from None
    except ValueError as error:  # UTF-8
        raise BadInput(f"{source}: is not a TOML file: {error}") from None
    return parse(text, source)


def parse(text: str, source: str) -> dict[str, Any]:
    """What a text in TOML holds, which errors call ``source``.

    Raises:
        BadInput: it is not TOML.
    """
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise BadInput(f"{source}: is not a TOML file: its values are nested too deeply") from None
    except ValueError as error:  # TOML, or the length of a number
        raise BadInput(f"{source}: is not a TOML file: {error}") from None
