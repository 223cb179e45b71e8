"""What there is to do before the rules are compiled: step a few runs live, and compile in a process of its own.

Compiling holds the interpreter's lock. In a thread it leaves whoever waits, a page or a terminal, without an answer
for more than a second at a time; in a process it leaves the cache full and the caller free.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import xarray as xr

from market.gears import ensemble
from market.gears.model import Market, RunFailed
from market.gears.simulate import Cancelled, Failure, Progress, dataset
from market.scenario import own
from market.scenario.scenario import Scenario


def stepped(scenario: Scenario, runs: int, seed: int | None = None, progress: Progress | None = None) -> xr.Dataset:
    """The first ``runs`` replications of a scenario as :func:`market.gears.simulate.simulate` gives them, to the bit.

    They are stepped in Python: some thirty a second, at once.

    Raises:
        Cancelled: ``progress(done, runs)`` returned False.
    """
    seed = scenario.seed if seed is None else seed
    values = {family: ensemble.room(scenario.build, family, runs) for family in ensemble.MEASURED}
    failures = []
    for replication in range(runs):
        if progress is not None and progress(replication, runs) is False:
            raise Cancelled(f"cancelled after {replication} of {runs} runs")
        try:
            model = Market(scenario, seed, replication).run()
        except RunFailed as error:
            failures.append(Failure(replication, str(error)))
            continue
        for family, array in values.items():
            array[replication] = model.values(family)
    return dataset(scenario, scenario.build, values, seed, 0, failures)


def compile_beside(scenario: Scenario) -> subprocess.Popen[str]:
    """Begin to compile the rules of a scenario in a process of its own, which outlives this one and fills the cache.

    Its exit status is 0 if the rules are compiled; else whoever needs them compiles them, and is told why not.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "market.gears.beside"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,  # Ctrl-C ends the caller alone
    )
    assert process.stdin is not None
    with process.stdin as given:
        json.dump({"own": own.texts(), "scenario": scenario.to_dict()}, given)
    return process


def compile_given() -> None:
    """Compile the rules of the scenario on standard input."""
    if hasattr(os, "nice"):
        os.nice(5)  # who waits for a few live runs comes first
    given = json.load(sys.stdin)
    own.learn({name: (path, text) for name, (path, text) in given["own"].items()})
    ensemble.compiled(Scenario.from_dict(given["scenario"]).build)


if __name__ == "__main__":
    compile_given()
