"""Files in TOML: scenarios, designs and questions, by a shipped name or a path."""

from __future__ import annotations

import re
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
    except (OSError, ValueError):  # no name that a file can have
        known = False
    if not known:
        raise BadInput(f"{name}: no such {kind} or file; {suggest(str(name), shipped)}")
    return path, path.name if str(name) in shipped else str(name)


DEEPEST = 40
"""Tables and lists inside each other."""

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What a terminal obeys instead of printing it, or prints in another order; a line's end and a tabulator are fine."""

LONGEST = 1024
"""Bits of a whole number: more than a float can hold."""


def _parse(text: str) -> dict[str, Any]:
    """TOML as every reader of it takes it.

    Raises:
        ValueError: it is none, or holds a number or a nesting that nothing here can use.
    """
    try:
        found = tomllib.loads(text)
    except RecursionError:
        raise ValueError("its values are nested too deeply") from None
    except tomllib.TOMLDecodeError:
        raise
    except ValueError:
        raise ValueError("a number in it is too long") from None
    _check(found, DEEPEST)
    return found


def _check(value: Any, depth: int) -> None:
    if isinstance(value, int) and value.bit_length() > LONGEST:
        raise ValueError("a number in it is too long")
    if isinstance(value, str) and CONTROL.search(value):
        raise ValueError("a text in it holds control characters")
    if isinstance(value, dict):
        _check(list(value), depth + 1)
    if isinstance(value, dict | list):
        if not depth:
            raise ValueError("its values are nested too deeply")
        for inner in value.values() if isinstance(value, dict) else value:
            _check(inner, depth - 1)


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
        BadInput: it is not TOML, or holds a number or a nesting that nothing here can use.
    """
    try:
        return _parse(text)
    except ValueError as error:
        raise BadInput(f"{source}: is not a TOML file: {error}") from None
