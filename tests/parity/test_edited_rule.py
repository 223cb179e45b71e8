"""A rule edited in its file changes both gears at once: no compiled code outlives its source."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PROGRAM = """
import json
import agents, market
from market import Market, Scenario, simulate

scenario = Scenario.load("reference")
model = Market(scenario).run()
column = model.build.layouts["buyers"].columns.index("ordered")
print(json.dumps({
    "folder": agents.__file__,
    "live": model.values("buyers")[:, 0, column].tolist(),
    "ensemble": simulate(scenario).buyer_ordered.values[0, :, 0].tolist(),
}))
"""


@pytest.fixture
def copy(tmp_path):
    """A copy of the packages in which rules can be edited, with a cache of its own."""
    for package in ("agents", "market"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def run(folder):
    environment = os.environ | {"PYTHONPATH": str(folder), "GPUMARKET_CACHE": str(folder / "cache")}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert Path(found["folder"]).is_relative_to(folder)
    return found


def test_both_gears_follow_an_edit(copy):
    before = run(copy)
    assert before["live"] == before["ensemble"]
    rule = copy / "agents" / "ordering.py"
    source = rule.read_text(encoding="utf-8")
    edited = source.replace("return max(0.0, anchor", "return 1.0 + max(0.0, anchor")
    assert edited != source
    rule.write_text(edited, encoding="utf-8")
    after = run(copy)
    assert after["live"] == after["ensemble"]
    assert after["live"][0] == pytest.approx(before["live"][0] + 1.0)
