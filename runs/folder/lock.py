"""One process at a time writes to a folder."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from runs.refusal import Refused

LOCK = ".lock"


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """Nobody else writes to the folder meanwhile; the system lifts the lock whatever ends this process.

    Raises:
        BadInput: another process holds it, or it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / LOCK).open("a")
    except OSError as error:
        raise Refused("folder", f"{str(folder)!r} cannot be written: {error.strerror}") from None
    with lock:
        if not _lock(lock):
            raise Refused("folder", f"another process is writing to {str(folder)!r}; allowed: one at a time")
        yield


def is_held(folder: Path) -> bool:
    """Whether a process writes to the folder."""
    try:
        with (folder / LOCK).open() as lock:
            return not _lock(lock)
    except OSError:
        return False


def _lock(file: Any) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows has no such locks: there nobody is kept out
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
