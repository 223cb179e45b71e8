"""The two questions people bring, timed as commands: what matters, and what if."""

from __future__ import annotations

import subprocess
import sys

from benchmarks.measure import line, timed
from market import Scenario, simulate

COMMANDS = {
    "Sobol, 15 unknowns, 1,024 base points, 4 seeds": ("sensitivity", "what-matters", "--samples", "1024"),
    "C1 under 8 rules, 50 vectors of 20 seeds, with its check": ("ask", "rush"),
}


def seconds(words: tuple[str, ...]) -> float:
    """Wall time of a command in a process of its own, start included."""
    call = [sys.executable, "-m", "runs", *words]
    return timed(lambda: subprocess.run(call, capture_output=True, check=True))


def main() -> None:
    """Print a line per command."""
    simulate(Scenario.load("colossus"), runs=1)  # so that the rules are compiled
    for what, words in COMMANDS.items():
        line(what, f"{seconds(words):.1f} s", "under 60 s")


if __name__ == "__main__":
    main()
