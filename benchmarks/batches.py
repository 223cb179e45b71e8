"""Batches on disk: the shipped design ``uncertain``, and three times as many points of it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from benchmarks.measure import fresh, line
from market import Scenario, simulate

POINTS = 5000
"""Of the shipped design, with 20 runs each."""

TIMES = 3

BATCH = """
import json, os, resource, sys, time, tomllib
from pathlib import Path
import pandas as pd
import runs
from runs.designs.design import Design, shipped
from runs.folder import batch

def timed(action):
    began = time.perf_counter()
    action()
    return time.perf_counter() - began

raw = tomllib.loads(shipped()["uncertain"].read_text(encoding="utf-8"))
raw["sampling"]["points"] = int(sys.argv[1])
began, processor = time.perf_counter(), time.process_time()
experiment = Design.from_dict(raw).experiment
batch.run(experiment, sys.argv[2])
told = {
    "runs": experiment.runs,
    "seconds": time.perf_counter() - began,
    "processor": time.process_time() - processor,
    "market": json.load(open(sys.argv[2] + "/manifest.json"))["market_seconds"],
    "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}
parts = sorted(Path(sys.argv[2]).glob("outcomes*.parquet"))
told["plain"] = min(timed(lambda: [pd.read_parquet(part) for part in parts]) for _ in range(3))
told["open"] = min(timed(lambda: runs.open(sys.argv[2])) for _ in range(3))
told["read"] = min(timed(lambda: runs.open(sys.argv[2])["outcomes"]) for _ in range(3))
told["deep"] = min(timed(lambda: runs.open(sys.argv[2]).check(deep=True)) for _ in range(3))
print(json.dumps(told))
"""


def batch(points: int) -> dict[str, float]:
    """The design with so many points in a process of its own: seconds after import, peak memory, and the folder.

    ``market`` are processor seconds inside the compiled market, ``processor`` those of the whole process, both summed
    over threads.
    """
    with tempfile.TemporaryDirectory() as folder:
        found = fresh(BATCH, points, folder)
        sizes = [path.stat().st_size for path in Path(folder).iterdir()]
    return {**found, "mb": sum(sizes) / 1e6, "files": len(sizes)}


def main() -> None:
    """Print a line per figure: what, measured, promised."""
    simulate(Scenario.load("colossus"), runs=1)  # so that the rules are compiled
    small, large = batch(POINTS), batch(TIMES * POINTS)
    threads = os.cpu_count() or 1
    for found, most in ((small, "under 120 s on two cores"), (large, "")):
        runs = f"{found['runs']:,.0f} runs"
        wall = threads * found["seconds"]
        line(f"batch of {runs}, on {threads} threads", f"{found['seconds']:.1f} s", most)
        line("  peak memory", f"{found['mib']:.0f} MiB", "under 2048 MiB")
        line("  folder", f"{found['mb']:.0f} MB")
        line("  files", f"{found['files']:.0f}")
        # another program on the same processors lowers this share and the next, not the one after
        line("  of threads x wall time, in the compiled market", f"{found['market'] / wall:.0%}", "at least 60%")
        line("  of threads x wall time, on a processor", f"{found['processor'] / wall:.0%}")
        line("  of processor time, in the compiled market", f"{found['market'] / found['processor']:.0%}")
        line("  opening it: its parts there, in order, with their rows", f"{1e3 * found['open']:.0f} ms")
        line("  reading outcomes against their digests, over plainly", f"{found['read'] / found['plain']:.2f}")
        line("  holding every byte against the manifest", f"{found['deep']:.2f} s")
    print(f"{TIMES} times the runs, over {TIMES} times as much; 1 is linear")
    for what, key in (("wall time", "seconds"), ("processor time", "processor"), ("folder", "mb")):
        line(f"  {what}", f"{large[key] / (TIMES * small[key]):.2f}")
    line("peak memory of it, over that of the smaller batch", f"{large['mib'] / small['mib']:.2f}", "1: does not grow")


if __name__ == "__main__":
    main()
