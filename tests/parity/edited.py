"""A copy of the packages in which rules are edited, run in processes of their own."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from market.gears.code_cache import cache_folder

ROOT = Path(__file__).parents[2]

PAGE = (ROOT / "docs" / "adding-a-rule.md").read_text(encoding="utf-8")
BLOCK = re.findall(r"```py\n(.*?)```", PAGE, re.DOTALL)[0]
NAME = re.findall(r"^def (\w+)", BLOCK, re.MULTILINE)[0]
COMMAND = re.findall(r"^gpumarket (.*)", PAGE, re.MULTILINE)[0].split()
"""What the page on adding a rule says: the rule, what it is called, how to run it."""

PROGRAM = """
import json
import sys

import agents
from market import Market, Scenario, simulate

found = {}
for call in sys.argv[1:]:
    name, *rule = call.split()
    scenario = Scenario.load(name).replace_all({"market.allocation": rule[0]} if rule else {})
    model = Market(scenario).run()
    at = model.build.layouts["buyers"].columns.index("ordered")
    found[call] = {
        "live": model.values("buyers")[:, :, at].tolist(),
        "ensemble": simulate(scenario).buyer_ordered.values[0].tolist(),
    }
print(json.dumps({"folder": agents.__file__, "orders": found}))
"""


LIVE = """
import sys
from market import Market, Scenario

model = Market(Scenario.load(sys.argv[1]))
for _ in range(8):
    model.step()
print(model.values("buyers").tobytes().hex())
"""


def copy(folder: Path) -> Path:
    """The packages, with a cache of their own that knows what is compiled already."""
    for package in ("agents", "market", "runs"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    if cache_folder().is_dir():
        shutil.copytree(cache_folder(), folder / "cache")
    return folder


def edit(path: Path, old: str, new: str) -> None:
    source = path.read_text(encoding="utf-8")
    assert source.count(old) == 1
    path.write_text(source.replace(old, new), encoding="utf-8")


def python(folder: Path, *arguments: str) -> str:
    """What Python prints when it runs on the packages in a folder."""
    environment = os.environ | {"PYTHONPATH": str(folder), "GPUMARKET_CACHE": str(folder / "cache")}
    done = subprocess.run(
        [sys.executable, *arguments], env=environment, cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def orders(folder: Path, *calls: str) -> dict[str, dict[str, Any]]:
    """Orders by quarter and buyer in either gear, for calls like ``colossus`` or ``colossus uniform``."""
    found = json.loads(python(folder, "-c", PROGRAM, *calls))
    assert Path(found["folder"]).is_relative_to(folder)
    return found["orders"]
