"""Compiled code reads and writes inside its arrays: every scenario once with numba's bounds checks on."""

import os
import subprocess
import sys
from pathlib import Path

from market.gears.code_cache import cache_folder

ROOT = Path(__file__).parents[2]

PROGRAM = """
import numba
from market import Scenario, simulate
from market.mechanisms.allocation import RULES
from market.scenario.scenario import shipped

assert numba.config.BOUNDSCHECK, "bounds are not checked"
for name in shipped():
    for rule in RULES:
        results = simulate(Scenario.load(name).replace("market.allocation", rule), runs=5, seed=11)
        for failure in results.attrs["failures"]:
            print(name, rule, failure)
"""


def test_every_scenario_stays_within_bounds():
    environment = os.environ | {
        "NUMBA_BOUNDSCHECK": "1",
        "GPUMARKET_CACHE": str(cache_folder() / "bounds-checked"),  # kept, since compiling takes a while
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
