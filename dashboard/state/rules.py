"""Whether the market's rules are compiled on this machine, and the process that compiles them for every session."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Hashable, Iterator

from market import Scenario
from market.gears import ensemble
from market.gears.beside import compile_beside

TICK = 0.25
"""Seconds between two looks at the process."""

_begun: dict[tuple[Hashable, ...], tuple[subprocess.Popen[str], float]] = {}
"""Processes and when they began, by what they compile; they belong to the machine, not to a session."""
_lock = threading.Lock()


def compiling(scenario: Scenario) -> Iterator[float]:
    """Have the rules of a scenario compiled; yields the seconds that it has taken, until it has ended."""
    if ensemble.ready(scenario.build):
        return
    process, began = begun(scenario)
    while process.poll() is None:
        yield time.monotonic() - began
        time.sleep(TICK)


def begun(scenario: Scenario) -> tuple[subprocess.Popen[str], float]:
    """The process that compiles the rules of a scenario, and when it began; one for all who wait."""
    layouts = tuple(scenario.build.layouts.values())
    with _lock:
        if layouts not in _begun:
            _begun[layouts] = compile_beside(scenario), time.monotonic()
        return _begun[layouts]
