"""What the market is judged by is out of its reach: no outcome of the history is read by the model."""

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

from market.scenario.scenario import shipped

ROOT = Path(__file__).parents[1]

INPUTS = {
    "capex_cash",  # what a company pays for property and equipment of all kinds
    "capex_with_leases",  # the same with what it takes on finance leases
    "capex",  # the same of China's four largest clouds, put together from press and filings
    "infrastructure_spending",  # servers and storage of every kind, of those who run their own
    "equity_raised",  # what investors gave other neoclouds, loans on machines left out
    "cowos_capacity",  # what the foundry can package
}
"""Series that drive the model: means before anything is bought with them. Accelerators are a part of what the first
four pay for, as of any such figure, but no series says which part, from whom, at which price or when."""

OPENED = """
import sys

opened = []
sys.addaudithook(lambda event, arguments: opened.append(str(arguments[0])) if event == "open" else None)

from market import Market, Scenario, simulate

scenario = Scenario.load("colossus")
Market(scenario).run()
simulate(scenario, runs=2)
print("\\n".join(opened))
"""

DIGESTS = """
import hashlib

from market import Market, Scenario, simulate
from market.scenario.scenario import shipped

for name in shipped():
    scenario = Scenario.load(name)
    results = simulate(scenario, runs=3)
    digest = hashlib.sha256(Market(scenario).run().table("market").to_csv().encode())
    for column in sorted(results.data_vars):
        digest.update(results[column].values.tobytes())
    print(name, digest.hexdigest())
"""


def series_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return {row["series"] for row in csv.DictReader(file)}


def told_by(program, house=ROOT):
    """The lines that a program prints which runs on a copy of the house."""
    done = subprocess.run([sys.executable, "-c", program], cwd=house, capture_output=True, text=True, check=False,
                          env={**os.environ, "PYTHONPATH": str(house)})  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_no_file_of_the_experiments_is_opened_while_running():
    opened = [path if path.is_absolute() else ROOT / path for path in map(Path, told_by(OPENED))]
    assert ROOT / "market" / "history" / "inputs.csv" in opened, "the hook sees what is opened"
    assert [path for path in opened if path.is_relative_to(ROOT / "runs")] == []
    assert [path for path in opened if path.name == "outcomes.csv"] == []


def test_every_scenario_runs_to_the_same_bits_without_the_outcomes(tmp_path):
    for package in ("agents", "market", "runs"):
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("outcomes.csv", "__pycache__")
        )
    assert not list(tmp_path.rglob("outcomes.csv"))
    found = told_by(DIGESTS, tmp_path)
    assert [line.split()[0] for line in found] == list(shipped())
    assert found == told_by(DIGESTS)


def test_no_module_mentions_the_outcomes():
    for package in ("agents", "market"):
        for path in sorted((ROOT / package).rglob("*.py")):
            source = path.read_text(encoding="utf-8")
            assert "outcomes.csv" not in source, path
            assert "import runs" not in source, path
            assert "from runs" not in source, path


def test_scenarios_use_inputs_alone():
    for path in sorted((ROOT / "market" / "scenarios").glob("*.toml")):
        source = path.read_text(encoding="utf-8")
        for series in series_of(ROOT / "runs" / "history" / "outcomes.csv"):
            assert f'"{series}/' not in source, path


def test_the_inputs_hold_no_outcome():
    inputs = series_of(ROOT / "market" / "history" / "inputs.csv")
    assert inputs <= INPUTS
    assert inputs.isdisjoint(series_of(ROOT / "runs" / "history" / "outcomes.csv"))
