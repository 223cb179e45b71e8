"""``make bench``: each figure with what was promised for it."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from os import environ

from market import Market, Scenario, simulate

RUNS = 2000
LIVE_RUNS = 9

FRESH = """
import json, resource, sys, time
from market import Scenario, simulate
began = time.perf_counter()
simulate(Scenario.load("colossus"), runs=int(sys.argv[1]))
seconds = time.perf_counter() - began
print(json.dumps({"seconds": seconds, "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""


def timed(action: Callable[[], object]) -> float:
    """Seconds of wall time."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def fresh(runs: int, **environment: str) -> dict[str, float]:
    """``runs`` of colossus in a process of their own: seconds after import, peak memory in MiB."""
    call = [sys.executable, "-c", FRESH, str(runs)]
    done = subprocess.run(call, capture_output=True, text=True, check=True, env={**environ, **environment})
    return json.loads(done.stdout)


def gears() -> tuple[float, float]:
    """Seconds per run of the ensemble (amortised over RUNS, draws included) and of stepping Mesa, in turns."""
    scenario = Scenario.load("colossus")
    simulate(scenario, runs=1)
    live, ensemble = [], []
    for r in range(LIVE_RUNS):
        model = Market(scenario, replication=r)
        live.append(timed(model.run))
        ensemble.append(timed(lambda: simulate(scenario, runs=RUNS)) / RUNS)
    return statistics.median(ensemble), statistics.median(live)


def main() -> None:
    """Print a line per figure: what, measured, promised."""
    with tempfile.TemporaryDirectory() as folder:
        first = fresh(1, GPUMARKET_CACHE=folder)["seconds"]
    ensemble, live = gears()
    warm = fresh(200)["seconds"]
    memory = fresh(10_000)["mib"]
    rows = [
        ("one run of colossus, ensemble over stepping Mesa", f"{live / ensemble:.0f} times faster", "100 times"),
        ("  of which ensemble, per run", f"{ensemble * 1e6:.0f} us", ""),
        ("  of which Mesa, per run", f"{live * 1e3:.1f} ms", ""),
        ("200 runs from a warm cache, in a fresh process", f"{warm:.2f} s", "under 2 s"),
        ("first compile and one run", f"{first:.1f} s", "under 30 s"),
        ("peak memory of 10,000 runs", f"{memory:.0f} MiB", "under 2048 MiB"),
    ]
    for what, measured, promised in rows:
        print(f"{what:52} {measured:>20}   {promised}")


if __name__ == "__main__":
    main()
