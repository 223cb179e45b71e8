"""The command line as a user types it: what it prints, what it writes, how it ends."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import runs
from market import Scenario, simulate
from market.scenario.scenario import shipped
from runs import environment
from runs.cli import main as cli
from runs.engine.spread import ensemble_of
from runs.folder import tables

ROOT = Path(__file__).parents[2]


def test_run_prints_the_medians_of_simulate(gpumarket):
    status, out, _ = gpumarket("run", "colossus", "--runs", "20", "--json")
    found = json.loads(out)
    expected = ensemble_of(Scenario.load("colossus"), runs=20)
    assert status == 0
    assert [row["quarter"] for row in found["market"]] == list(expected["quarter"].values)
    medians = [row["revenue"]["median"] for row in found["market"]]
    assert medians == pytest.approx(np.median(expected["revenue"].values, axis=0), rel=1e-12)
    assert all(row["revenue"]["error"] > 0 for row in found["market"][1:])
    assert found["posterior"]["source"] == "colossus"
    assert set(found["parameters_share"]) == {"revenue", "quoted wait", "unmet share", "rent"}


def test_run_without_a_posterior_runs_the_scenario_as_it_stands(gpumarket):
    found = json.loads(gpumarket("run", "colossus", "--runs", "20", "--posterior", "none", "--json")[1])
    expected = np.median(simulate(Scenario.load("colossus"), runs=20)["revenue"].values, axis=0)
    assert [row["revenue"]["median"] for row in found["market"]] == pytest.approx(expected, rel=1e-12)
    assert found["posterior"] is found["parameters_share"] is None


def test_run_prints_a_table_for_people(gpumarket):
    status, out, err = gpumarket("run", "reference", "--runs", "2")
    assert status == 0
    assert "2023Q1" in out
    assert "±" in out
    assert "2 runs in" in err


def test_both_gears_print_the_same(gpumarket):
    ensemble = json.loads(gpumarket("run", "colossus", "--runs", "3", "--seed", "5", "--json")[1])
    live = json.loads(gpumarket("run", "colossus", "--runs", "3", "--seed", "5", "--gear", "live", "--json")[1])
    assert ensemble["market"] == live["market"]


def test_set_changes_a_field(gpumarket):
    plain = json.loads(gpumarket("run", "colossus", "--runs", "2", "--json")[1])
    changed = json.loads(
        gpumarket(
            "run", "colossus", "--runs", "2", "--json", "--set", "market.allocation=uniform", "--set", "horizon=9"
        )[1]
    )
    assert changed["scenario_hash"] != plain["scenario_hash"]
    assert len(changed["market"]) == 9


def test_out_writes_tables_and_a_manifest(gpumarket, tmp_path):
    folder = tmp_path / "new" / "results"
    status, _, err = gpumarket("run", "colossus", "--runs", "2", "--gear", "live", "--out", str(folder))
    assert status == 0
    assert str(folder) in err
    tables = runs.open(folder)
    assert set(tables) == {"market", "products", "buyers", "deals", "offers", "orders"}
    assert list(tables["market"].columns[:3]) == ["run", "quarter", "revenue"]
    assert len(tables["buyers"]) == 2 * 17 * 12
    manifest = json.loads((folder / "manifest.json").read_text())
    scenario = Scenario.load("colossus")
    assert manifest["scenario_hash"] == scenario.hash
    assert manifest["seed"] == scenario.seed
    assert manifest["runs"] == 2
    again = ensemble_of(scenario, runs=2)
    np.testing.assert_array_equal(tables["market"]["revenue"], again["revenue"].values.ravel())


def test_units_stand_in_the_tables(tmp_path):
    results = simulate(Scenario.load("reference"), runs=1)
    market = tables.tables(results)["market"]
    assert market.schema.field("revenue").metadata[b"unit"] == b"million USD"
    assert market.schema.field("quoted_lead_weeks").metadata[b"unit"] == b"weeks"


def test_nothing_is_overwritten(gpumarket, tmp_path):
    (tmp_path / "mine.txt").write_text("keep")
    status, out, err = gpumarket("run", "reference", "--runs", "1", "--out", str(tmp_path))
    assert (status, out) == (2, "")
    assert "not empty" in err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


SET = ("run", "colossus", "--set")
BAD = {
    "unknown scenario": (["run", "collosus"], ["collosus", "no such scenario", "'colossus'"]),
    "unknown field": ([*SET, "buyers.xAI.urgncy=1"], ["buyers.xAI.urgncy", "'urgency'"]),
    "wrong type": ([*SET, "buyers.xAI.urgency=fast"], ["buyers.xAI.urgency", "'fast'", "a number"]),
    "negative capacity": ([*SET, "supplier.upstream=-1"], ["supplier.upstream", "-1", "0 to "]),
    "unknown rule": ([*SET, "market.allocation=lottery"], ["market.allocation", "'lottery'", "proportional"]),
    "horizon of zero": ([*SET, "horizon=0"], ["horizon", "found 0", "1 to 40"]),
    "seed no integer": (["run", "colossus", "--seed", "x"], ["--seed", "'x'", "whole number"]),
    "seed in the file": ([*SET, "seed=1.5"], ["seed", "1.5", "whole number"]),
    "no runs": (["run", "colossus", "--runs", "0"], ["runs", "'0'", "from 1"]),
    "too many runs": (["run", "colossus", "--runs", "100000000"], ["runs", "GiB", "gpumarket batch"]),
    "unknown gear": (["run", "colossus", "--gear", "slow"], ["--gear", "'slow'", "ensemble or live"]),
    "set without a value": ([*SET, "horizon"], ["--set", "'horizon'", "PATH=VALUE"]),
    "a table set": ([*SET, "buyers.xAI=1"], ["buyers.xAI", "table"]),
    "no scenario": (["run"], ["SCENARIO"]),
    "unknown command": (["fly"], ["fly"]),
    "unknown option": (["run", "colossus", "--fast"], ["--fast"]),
    "folder that cannot be made": (["run", "reference", "--out", "/dev/null/x"], ["--out", "cannot be written"]),
}


@pytest.mark.parametrize(("words", "parts"), BAD.values(), ids=BAD)
def test_bad_input_gets_one_sentence_and_status_2(refused, words, parts):
    refused(words, parts)


def test_scenarios_are_listed_shown_and_checked(gpumarket, tmp_path):
    status, out, _ = gpumarket("scenarios")
    assert status == 0
    assert [line.split()[0] for line in out.splitlines()] == list(shipped())
    status, out, _ = gpumarket("scenarios", "show", "reference")
    written = tmp_path / "again.toml"
    written.write_text(out)
    assert status == 0
    assert Scenario.load(written).hash == Scenario.load("reference").hash
    status, out, _ = gpumarket("scenarios", "check", str(written))
    assert status == 0
    assert "is valid" in out
    written.write_text(out)
    assert gpumarket("scenarios", "check", str(written))[0] == 2


def test_about_names_versions_and_hashes(gpumarket):
    status, out, _ = gpumarket("about", "--json")
    found = json.loads(out)
    assert status == 0
    assert {"python", "mesa", "numba", "numpy"} <= set(found["versions"])
    assert len(found["fingerprint"]) == len(found["data"]) == 16
    digest = hashlib.sha256((ROOT / "market/history/inputs.csv").read_bytes()).hexdigest()[:16]
    assert found["files"]["market/history/inputs.csv"] == digest
    assert {f"market/scenarios/{name}.toml" for name in shipped()} <= set(found["files"])


def test_the_shell_completes_commands():
    program = "import sys; sys.argv = ['gpumarket']; from runs.cli.main import main; main()"
    asked = {"_GPUMARKET_COMPLETE": "complete_bash", "COMP_WORDS": "gpumarket sens", "COMP_CWORD": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, **asked}, capture_output=True, text=True, cwd=ROOT
    )
    assert done.stdout.split() == ["sensitivity"]


def commands() -> list[str]:
    """The commands that are registered, by the name they are typed under."""
    told = [one.name or one.callback.__name__ for one in cli.app.registered_commands]
    return [*told, *(group.name for group in cli.app.registered_groups)]


def test_help_names_every_command(gpumarket):
    status, out, _ = gpumarket("--help")
    rows = [re.match(r"\W*([a-z-]+)\s{2,}\S", line) for line in out.partition("Commands")[2].splitlines()]
    assert status == 0
    assert sorted(row[1] for row in rows if row) == sorted(commands())
    assert {"run", "batch", "ask", "scenarios", "app"} <= set(commands())
    assert gpumarket("-h")[1] == out
    assert gpumarket("compare", "-h")[1] == gpumarket("compare", "--help")[1]


@pytest.mark.parametrize("word", ["--help", "-h", "--version"])
def test_nothing_heavy_is_loaded_to_say_what_there_is(word):
    program = (
        f"import sys; sys.argv = ['gpumarket', {word!r}]\nfrom runs.cli.main import main\ntry:\n    main()\n"
        "except SystemExit:\n    print(*(name for name in sys.modules if '.' not in name), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = done.stderr.split()
    assert "typer" in loaded
    assert not {"agents", "market", "numpy", "pandas", "numba", "mesa", "matplotlib"} & set(loaded)


def test_the_version_is_that_of_the_package(gpumarket):
    assert gpumarket("--version")[:2] == (0, f"gpumarket {environment.version('gpumarket')}\n")


def test_the_agents_of_another_project_are_refused(tmp_path):
    (tmp_path / "agents.py").write_text("")
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from runs.cli.main import main; main()"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "agents.py" in done.stderr
    assert "Traceback" not in done.stderr
