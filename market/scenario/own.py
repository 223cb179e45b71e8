"""Buyers of one's own: classes in the Python files of a folder, known by their names once it is read.

A scenario names a class and never a file, so what a scenario's text says can load no code. The texts of the files are
kept: other processes and machines are handed them, and so run what was read here, whatever became of the folder.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import sys
import traceback
from collections.abc import Mapping
from importlib.abc import ExecutionLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

from agents.buyer import Buyer
from agents.records.actor import family
from agents.records.roles import fields_of
from market.scenario.paths import BadInput

Texts = Mapping[str, tuple[str, str]]
"""The file and the text of each module."""


class _Reader(ExecutionLoader, MetaPathFinder):
    """Imports modules from texts."""

    def __init__(self) -> None:
        self.texts: dict[str, tuple[str, str]] = {}

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if fullname not in self.texts:
            return None
        return importlib.util.spec_from_file_location(fullname, self.get_filename(fullname), loader=self)

    def get_filename(self, fullname: str) -> str:
        return self.texts[fullname][0]

    def get_source(self, fullname: str) -> str:
        return self.texts[fullname][1]

    def is_package(self, fullname: str) -> bool:
        return False


_reader = _Reader()
"""What was read in this process, as ``sys.modules`` holds what was imported."""

_folders: list[str] = []


def folders() -> list[str]:
    """The folders that were read in this process, as they were named."""
    return [*_folders]


def texts() -> Texts:
    """Every module that was read in this process."""
    return {**_reader.texts}


def digests() -> dict[str, str]:
    """Sixteen digits of SHA-256 of each module that was read."""
    return {name: hashlib.sha256(text.encode()).hexdigest()[:16] for name, (_, text) in _reader.texts.items()}


def buyers_from(folder: str | Path) -> dict[str, type[Buyer]]:
    """The classes of buyers in the Python files of a folder, by name; scenarios may name them from now on.

    A file that has changed since it was last read is read again, and its classes take the place of the former ones.

    Raises:
        BadInput: there is no such folder, it holds no class of buyers, a file cannot be loaded, or the name of a class
            or a file is taken.
    """
    paths = sorted(Path(folder).glob("*.py"))
    if not Path(folder).is_dir():
        raise BadInput(f"agents: found {str(folder)!r}; allowed: a folder with classes of buyers in .py files")
    learn({path.stem: (str(path), _text(path)) for path in paths})
    names = {path.stem for path in paths}
    found = {name: cls for name, same in family(Buyer).items() for cls in same if cls.__module__ in names}
    if not found:
        raise BadInput(
            f"agents: found no class of buyers in the .py files of {str(folder)!r}; allowed: one or more subclasses of "
            "agents.buyer.Buyer"
        )
    if str(folder) not in _folders:
        _folders.append(str(folder))
    return found


def learn(given: Texts) -> None:
    """Import modules from their texts; those read before are imported again if one of them has changed.

    Raises:
        BadInput: one cannot be loaded, or has a name that is taken.
    """
    before = _reader.texts
    if all(before.get(name) == text for name, text in given.items()):
        return
    for name, (path, text) in given.items():
        if name not in before:
            _check_name(name, path)
        _check_classes(path, text)
    if given.keys() & before.keys():
        for name in given:
            sys.modules.pop(name, None)
    _reader.texts = {**before, **given}
    if _reader not in sys.meta_path:
        sys.meta_path.insert(0, _reader)
    try:
        for name in given:
            _import(name)
    except BadInput:
        _reader.texts = before
        for name in given:
            sys.modules.pop(name, None)
        raise


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: cannot be read: {error}") from None


def _check_name(name: str, path: str) -> None:
    """Raises BadInput if a module of that name cannot be, or is another one."""
    if not name.isidentifier():
        raise BadInput(f"{path}: found {name!r}; allowed: a file name of letters, digits and underscores")
    known = sys.modules.get(name)
    spec = importlib.util.find_spec(name) if known is None else known.__spec__
    where = getattr(known, "__file__", None) or (spec and spec.origin)  # of a bare folder there is none
    if where and Path(where).resolve() != Path(path).resolve():
        raise BadInput(f"{path}: there is another module {name!r}; allowed: a file name that no other module has")


def _check_classes(path: str, text: str) -> None:
    """Raises BadInput if a file is no Python, or defines a class by the name of one that ships."""
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError) as error:
        raise BadInput(f"{path}{_line(getattr(error, 'lineno', None))}: is no Python: {error.args[0]}") from None
    ours = {name for name, same in family(Buyer).items() if any(cls.__module__.startswith("agents.") for cls in same)}
    for node in body:
        if isinstance(node, ast.ClassDef) and node.name in ours:
            raise BadInput(
                f"{path}{_line(node.lineno)}: class {node.name}: a class that ships has that name; allowed: another"
            )


def _import(name: str) -> None:
    """Import a module that was read; raises BadInput if that, or what its classes declare, does not go."""
    path = _reader.get_filename(name)
    try:
        module = importlib.import_module(name)
        for cls in vars(module).values():
            if isinstance(cls, type) and issubclass(cls, Buyer):
                fields_of(cls)
    except BadInput:
        raise
    except Exception as error:
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
        where = _line(lines[-1] if lines else None)
        raise BadInput(f"{path}{where}: cannot be loaded: {type(error).__name__}: {error}") from error


def _line(number: int | None) -> str:
    return "" if number is None else f", line {number}"
