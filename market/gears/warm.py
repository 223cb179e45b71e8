"""``python -m market.gears.warm`` compiles the rules that ship, unless that is done or under way."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from market.gears import ensemble
from market.gears.build import Build, not_ours
from market.gears.code_cache import cache_folder
from market.scenario.scenario import Scenario

_started: list[subprocess.Popen[bytes]] = []


def beside(build: Build) -> bool:
    """Start compiling the rules of a build in a process of its own, which may outlive this one; whether it does.

    Not where the environment variable GPUMARKET_BACKGROUND is 0, nor for classes that do not ship with the project.
    """
    if os.environ.get("GPUMARKET_BACKGROUND") == "0" or any(map(not_ours, build.classes["buyers"])):
        return False
    _started.append(
        subprocess.Popen(
            [sys.executable, "-m", "market.gears.warm"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            start_new_session=True,
        )
    )
    return True


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Whether nobody else holds the folder's lock, which is let go with the process, however that ends."""
    if os.name != "posix":
        yield True
        return
    import fcntl

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "compiling").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True


def main() -> None:
    """Compile with low priority, so that whoever waits for something else waits no longer."""
    if hasattr(os, "nice"):
        os.nice(10)
    with _alone(cache_folder()) as alone:
        if alone:
            ensemble.compiled(Scenario.load("reference").build)


if __name__ == "__main__":
    main()
