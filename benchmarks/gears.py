"""The ensemble gear against stepping Mesa, one scenario and one mechanism at a time."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Mapping
from functools import partial

from benchmarks.measure import fresh, line, timed
from market import Market, Scenario, simulate
from market.mechanisms.allocation import RULES
from market.mechanisms.protocols import PROTOCOLS

RUNS = 2000
LIVE_RUNS = 9
EACH_RUNS = 500
EACH_LIVE_RUNS = 5
PROMISED = 100
"""Times by which the ensemble is to be faster than stepping Mesa."""

FRESH = """
import json, resource, sys, time
from market import Scenario, simulate
began = time.perf_counter()
simulate(Scenario.load("colossus"), runs=int(sys.argv[1]))
seconds = time.perf_counter() - began
print(json.dumps({"seconds": seconds, "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""


def gears(scenarios: Mapping[str, Scenario], runs: int, turns: int) -> dict[str, tuple[float, float]]:
    """Of each scenario, seconds per run of the ensemble (amortised over ``runs``, draws included) and of stepping
    Mesa: medians of so many turns, in which every scenario and both gears have their turn."""
    for scenario in scenarios.values():
        simulate(scenario, runs=1)
    ensemble: dict[str, list[float]] = {name: [] for name in scenarios}
    live: dict[str, list[float]] = {name: [] for name in scenarios}
    for turn in range(turns):
        for name, scenario in scenarios.items():
            live[name].append(timed(Market(scenario, replication=turn).run))
            ensemble[name].append(timed(partial(simulate, scenario, runs)) / runs)
    return {name: (statistics.median(ensemble[name]), statistics.median(live[name])) for name in scenarios}


def mechanisms() -> dict[str, Scenario]:
    """colossus with each protocol and each allocation rule, and a scenario with outside options."""
    base = Scenario.load("colossus")
    protocols = {f"protocol {name}": base.replace("market.protocol", name) for name in PROTOCOLS}
    rules = {f"allocation {name}": base.replace("market.allocation", name) for name in RULES}
    return protocols | rules | {"scenario asic": Scenario.load("asic")}


def main() -> None:
    """Print a line per figure: what, measured, promised."""
    with tempfile.TemporaryDirectory() as folder:
        first = fresh(FRESH, 1, GPUMARKET_CACHE=folder)["seconds"]
    ensemble, live = gears({"colossus": Scenario.load("colossus")}, RUNS, LIVE_RUNS)["colossus"]
    warm = fresh(FRESH, 200)["seconds"]
    memory = fresh(FRESH, 10_000)["mib"]
    promise = f"{PROMISED} times"
    rows = [
        ("one run of colossus, ensemble over stepping Mesa", f"{live / ensemble:.0f} times faster", promise),
        ("  of which ensemble, per run", f"{ensemble * 1e6:.0f} us", ""),
        ("  of which Mesa, per run", f"{live * 1e3:.1f} ms", ""),
        ("200 runs from a warm cache, in a fresh process", f"{warm:.2f} s", "under 2 s"),
        ("first compile and one run", f"{first:.1f} s", "under 15 s"),
        ("peak memory of 10,000 runs", f"{memory:.0f} MiB", "under 2048 MiB"),
    ]
    for what, measured, promised in rows:
        line(what, measured, promised)
    print()
    print(f"{'ensemble over stepping Mesa, by mechanism':52} {'ensemble':>9} {'Mesa':>10}   times faster")
    ratios = {}
    for name, (ensemble, live) in gears(mechanisms(), EACH_RUNS, EACH_LIVE_RUNS).items():
        ratios[name] = live / ensemble
        print(f"  {name:50} {f'{ensemble * 1e6:.0f} us':>9} {f'{live * 1e3:.1f} ms':>10}   {ratios[name]:.0f}")
    least = min(ratios, key=lambda name: ratios[name])
    line(f"the smallest: {least}", f"{ratios[least]:.0f} times faster", promise)


if __name__ == "__main__":
    main()
