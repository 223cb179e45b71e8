"""What the benchmarks have in common: time, processes of their own, and lines of what was measured and promised."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from os import environ


def timed(action: Callable[[], object]) -> float:
    """Seconds of wall time."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def fresh(program: str, *arguments: object, **environment: str) -> dict[str, float]:
    """What a program prints as JSON, run in a process of its own."""
    call = [sys.executable, "-c", program, *map(str, arguments)]
    done = subprocess.run(call, stdout=subprocess.PIPE, text=True, check=True, env={**environ, **environment})
    return json.loads(done.stdout)


def line(what: str, measured: str, promised: str = "") -> None:
    """Print a figure: what, measured, promised."""
    print(f"{what:52} {measured:>20}   {promised}".rstrip(), flush=True)
