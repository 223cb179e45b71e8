"""``gpumarket batch`` and ``replay`` as a user types them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import runs
from runs.designs.design import shipped
from runs.folder import batch, lock, manifest
from tests.runs.batches import FULL, STUCK, content, design, sealed

DESIGN = """
schema = 1
name = "mine"
scenario = "reference"
runs_per_point = 3
seed = 7

[sampling]
method = "sobol"
points = 4

[uncertainties]
"supplier.capacity_delay" = { low = 3.0, high = 6.0 }

[levers]
"market.allocation" = ["uniform", "proportional"]

[outcomes]
wait = "peak quoted_lead_weeks"
"""


@pytest.fixture
def mine(tmp_path):
    """A design file of eight points, three runs each."""
    path = tmp_path / "mine.toml"
    path.write_text(DESIGN)
    return path


def test_batch_runs_a_design_and_says_what_came_of_it(gpumarket, mine, tmp_path):
    status, out, err = gpumarket("batch", str(mine), "--out", str(tmp_path / "out"), "--json")
    found = json.loads(out)
    assert status == 0
    assert (found["state"], found["runs"], found["runs_done"], found["failures"]) == ("done", 24, 24, 0)
    outcomes = runs.open(tmp_path / "out")["outcomes"]
    assert found["outcomes"]["wait"]["median"] == pytest.approx(outcomes["wait"].median(), rel=1e-12)
    assert found["outcomes"]["wait"]["unit"] == "weeks"
    status, out, err = gpumarket("batch", str(mine), "--out", str(tmp_path / "again"), "--workers", "1")
    assert status == 0
    assert "Median and 5 to 95% of 24 runs, 8 points" in out
    assert "written to" in err
    assert content(tmp_path / "again") == content(tmp_path / "out")


def test_batch_without_a_design_lists_those_that_ship(gpumarket):
    status, out, _ = gpumarket("batch")
    assert status == 0
    assert [line.split()[0] for line in out.splitlines()] == list(shipped())


def test_the_manifest_tells_how_to_get_the_results_again(gpumarket, mine, tmp_path):
    gpumarket("batch", str(mine), "--out", str(tmp_path / "out"))
    manifest = runs.open(tmp_path / "out").manifest
    assert manifest["design"]["name"] == "mine"
    assert manifest["outcomes"] == {"wait": "peak quoted_lead_weeks"}
    assert manifest["varies"] == ["supplier.capacity_delay", "market.allocation"]
    assert manifest["scenario"]["name"] == "reference"
    assert {"fingerprint", "versions", "git", "created", "updated", "seconds", "hash"} <= set(manifest)


def test_status_tells_a_finished_a_stopped_and_a_killed_batch_apart(gpumarket, mine, tmp_path):
    gpumarket("batch", str(mine), "--out", str(tmp_path / "done"))
    status, out, _ = gpumarket("batch", "--status", str(tmp_path / "done"))
    assert status == 0
    assert "done, 24 of 24 runs (100%)" in out
    with pytest.raises(batch.Stopped):
        batch.run(design().experiment, tmp_path / "stopped", watch=lambda progress: False)
    assert "stopped, 0 of 1,300 runs" in gpumarket("batch", "--status", str(tmp_path / "stopped"))[1]
    manifest.write(tmp_path / "stopped", manifest.read(tmp_path / "stopped") | {"state": "running"})
    status, out, _ = gpumarket("batch", "--status", str(tmp_path / "stopped"))
    assert "killed" in out
    assert "--resume" in out
    with lock.held(tmp_path / "stopped"):
        assert "last sign of work" in gpumarket("batch", "--status", str(tmp_path / "stopped"))[1]


def test_ctrl_c_stops_with_a_sentence_and_resume_completes(gpumarket, tmp_path):
    out = tmp_path / "out"
    call = [sys.executable, "-m", "runs", "batch", "uncertain", "--out", str(out)]
    running = subprocess.Popen(call, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    until = time.monotonic() + 60
    while not list(out.glob("outcomes-*")) and time.monotonic() < until:
        time.sleep(0.05)
    os.kill(running.pid, signal.SIGINT)
    told, err = running.communicate(timeout=60)
    assert (running.returncode, told) == (1, "")
    assert err.count("\n") == 1
    assert err.startswith(f"gpumarket: {out}: cancelled after ")
    assert "--resume" in err
    assert "stopped" in gpumarket("batch", "--status", str(out))[1]


def test_a_failed_run_makes_the_status_1_and_is_replayed_to_its_sentence(gpumarket, mine, tmp_path):
    pd.DataFrame({"supplier.capacity_factor": [1.0, 0.0]}).to_csv(tmp_path / "points.csv", index=False)
    (tmp_path / "stuck.toml").write_text(STUCK)
    mine.write_text(
        'schema = 1\nname = "poisoned"\nscenario = "stuck.toml"\nsampling = { method = "table", file = "points.csv" }\n'
    )
    status, _, err = gpumarket("batch", str(mine), "--out", str(tmp_path / "out"))
    assert status == 1
    assert f"run 1 failed: {FULL}" in err
    status, out, err = gpumarket("replay", str(tmp_path / "out"), "1")
    assert status == 0
    assert f"failed: {FULL}" in out
    assert "to the last bit" in err


def test_replay_repeats_a_run_bit_for_bit_and_writes_its_trace(gpumarket, mine, tmp_path):
    gpumarket("batch", str(mine), "--out", str(tmp_path / "out"))
    status, out, err = gpumarket("replay", str(tmp_path / "out"), "20", "--out", str(tmp_path / "trace"))
    assert status == 0
    assert "market.allocation = uniform" in out
    assert "replication 2" in out
    assert "all as in" in err
    assert {"deals", "offers", "orders"} <= set(runs.open(tmp_path / "trace"))
    assert gpumarket("replay", str(tmp_path / "trace"), "2")[0] == 0
    found = json.loads(gpumarket("replay", str(tmp_path / "out"), "20", "--json")[1])
    assert found["differs"] == []
    assert found["compared"] > 100
    wait = runs.open(tmp_path / "out")["outcomes"]["wait"][20]
    assert found["outcomes"]["wait"] == wait


def test_replay_tells_a_changed_number(gpumarket, mine, tmp_path):
    gpumarket("batch", str(mine), "--out", str(tmp_path / "out"))
    path = tmp_path / "out" / "market-00000.parquet"
    table = pq.read_table(path)
    backlog = table["backlog"].to_numpy().copy()
    backlog[0] = np.nextafter(backlog[0], np.inf)
    pq.write_table(table.set_column(table.schema.get_field_index("backlog"), "backlog", [backlog]), path)
    status, out, err = gpumarket("replay", str(tmp_path / "out"), "0")
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert "market-00000.parquet" in err
    sealed(tmp_path / "out")
    status, _, err = gpumarket("replay", str(tmp_path / "out"), "0")
    assert status == 1
    assert "differs from" in err
    assert "market.backlog" in err
    assert gpumarket("replay", str(tmp_path / "out"), "1")[0] == 0


def test_an_ensemble_is_replayed_too(gpumarket, tmp_path):
    gpumarket("run", "reference", "--runs", "3", "--out", str(tmp_path / "out"))
    assert gpumarket("replay", str(tmp_path / "out"), "2")[0] == 0
    status, _, err = gpumarket("replay", str(tmp_path / "out"), "3")
    assert status == 2
    assert "0 to 2" in err


def bad(tmp_path) -> dict[str, tuple[list[str], list[str]]]:
    """Command lines that cannot be done, and what the sentence must name."""
    mine, out = str(tmp_path / "mine.toml"), str(tmp_path / "out")
    return {
        "unknown design": (["batch", "ruels", "--out", out], ["ruels", "'rules'"]),
        "no folder": (["batch", mine], ["--out", "missing"]),
        "a folder that cannot be made": (["batch", mine, "--out", "/dev/null/x"], ["--out", "cannot be written"]),
        "no workers": (["batch", mine, "--out", out, "--workers", "0"], ["workers", "found 0", "from 1"]),
        "threads and workers": (["batch", mine, "--out", out, "--workers", "1", "--threads", "1"], ["threads", "one"]),
        "no chunk": (["batch", mine, "--out", out, "--chunk", "0"], ["chunk", "found 0"]),
        "a cluster that is not there": (
            ["batch", mine, "--out", out, "--cluster", "tcp://127.0.0.1:1"],
            ["--cluster", "127.0.0.1:1", "does not answer"],
        ),
        "status of nothing": (["batch", "--status", out], [out, "no manifest"]),
        "replay of nothing": (["replay", out, "1"], [out, "no manifest"]),
        "no run": (["replay", out], ["RUN"]),
        "a run that is no number": (["replay", out, "x"], ["'x'", "whole number"]),
    }


@pytest.mark.parametrize("case", bad(Path()))
def test_bad_input_gets_one_sentence_and_status_2(refused, mine, tmp_path, case):
    words, parts = bad(tmp_path)[case]
    before = sorted(tmp_path.rglob("*"))
    refused(words, parts)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_keeps_what_it_holds(gpumarket, mine, tmp_path):
    gpumarket("batch", str(mine), "--out", str(tmp_path / "out"))
    gpumarket("run", "reference", "--runs", "1", "--out", str(tmp_path / "ensemble"))
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "mine.txt").write_text("keep")
    other = tmp_path / "other.toml"
    other.write_text(DESIGN.replace("seed = 7", "seed = 8"))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    for words, part in {
        (str(mine), "--out", str(tmp_path / "out")): "--resume",
        (str(other), "--out", str(tmp_path / "out"), "--resume"): "a batch of another design",
        (str(mine), "--out", str(tmp_path / "ensemble"), "--resume"): "holds no batch",
        (str(mine), "--out", str(tmp_path / "foreign"), "--resume"): "not empty",
        ("--status", str(tmp_path / "ensemble")): "holds no batch",
    }.items():
        status, out, err = gpumarket("batch", *words)
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert part in err
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
