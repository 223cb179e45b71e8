"""Batches: the same bytes however they are run, interrupted and resumed; failures cost a row."""

from __future__ import annotations

import contextlib
import errno
import multiprocessing
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from distributed import LocalCluster

import runs
from market import BadInput, Scenario, simulate
from runs.designs.design import Design
from runs.engine.engine import Engine
from runs.folder import batch, lock, manifest, tables
from tests.runs.batches import FULL, STUCK, content, design

ROOT = Path(__file__).parent.parent.parent
SMALL = design()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """A batch of two blocks, the second of them smaller."""
    folder = tmp_path_factory.mktemp("batch") / "undisturbed"
    batch.run(SMALL.experiment, folder)
    return folder


def test_a_batch_holds_what_simulate_gives(undisturbed):
    found = runs.open(undisturbed)
    assert set(found) == {"market", "outcomes", "parameters"}
    point = found["parameters"].query("point == 7")
    values = {path: point[path].iloc[0] for path in SMALL.uncertainties}
    alone = simulate(Scenario.load("colossus").replace_all(values), runs=100)
    rows = found["market"].query("700 <= run < 800")
    np.testing.assert_array_equal(rows["revenue"], alone["revenue"].values.ravel())
    outcomes = found["outcomes"].query("700 <= run < 800")
    np.testing.assert_array_equal(outcomes["peak_quote"], alone["quoted_lead_weeks"].max("quarter"))
    assert list(point["replication"]) == list(range(100))


ENGINES = {
    "chunks of 1": Engine(chunk=1),
    "chunks of 7": Engine(chunk=7),
    "chunks of 64": Engine(chunk=64),
    "chunks of 1000": Engine(chunk=1000),
    "one thread": Engine(threads=1),
    "two threads": Engine(threads=2),
    "one process": Engine(workers=1),
    "two processes": Engine(workers=2),
    "four processes": Engine(workers=4, chunk=64),
}


@pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES)
def test_the_bytes_do_not_depend_on_who_does_the_work(undisturbed, tmp_path, engine):
    batch.run(SMALL.experiment, tmp_path / "out", engine)
    assert content(tmp_path / "out") == content(undisturbed)


def test_a_cluster_gives_the_same_bytes(undisturbed, tmp_path):
    with cluster(workers=2) as address:
        batch.run(design(points=2).experiment, tmp_path / "first", Engine(cluster=address))
        batch.run(SMALL.experiment, tmp_path / "out", Engine(cluster=address))
    assert len(runs.open(tmp_path / "first")["outcomes"]) == 200
    assert content(tmp_path / "out") == content(undisturbed)


@contextlib.contextmanager
def cluster(workers: int):
    """A dask scheduler and worker processes on loopback; the address while it lasts."""
    with LocalCluster(
        n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50
    ) as made:
        yield made.scheduler_address


@pytest.mark.parametrize("detail", ["outcomes", "series"])
def test_what_is_kept_changes_no_outcome(undisturbed, tmp_path, detail):
    batch.run(design(detail=detail).experiment, tmp_path / "out")
    found = content(tmp_path / "out")
    kept = content(undisturbed)
    for name in ("outcomes-00000.parquet", "outcomes-00001.parquet", "parameters-00000.parquet"):
        assert found[name] == kept[name]


def test_a_traced_batch_has_the_same_numbers_and_every_deal(tmp_path):
    few = {"points": 2, "runs": 3, "scenario": "colossus"}
    batch.run(design(**few, detail="trace").experiment, tmp_path / "traced", Engine(chunk=2))
    batch.run(design(**few, detail="series").experiment, tmp_path / "plain")
    traced, plain = content(tmp_path / "traced"), content(tmp_path / "plain")
    assert set(traced) - set(plain) == {"deals-00000.parquet", "offers-00000.parquet", "orders-00000.parquet"}
    assert {name: traced[name] for name in plain} == plain
    deals = runs.open(tmp_path / "traced")["deals"]
    assert set(deals["run"]) == set(range(6))


def test_killed_two_dozen_times_and_resumed_it_is_the_same(tmp_path):
    call = [sys.executable, "-W", "error", "-m", "tests.runs.killed", str(tmp_path)]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    kills = done.stdout.splitlines()
    assert len(kills) >= 20
    assert len(set(kills)) > 3, "kills should fall into different blocks"
    assert content(tmp_path / "killed") == content(tmp_path / "whole")
    assert not list((tmp_path / "killed").glob(".*.part"))


def test_a_batch_that_is_told_to_stop_goes_on_later(undisturbed, tmp_path):
    def stop(progress):
        return progress.runs_done < 1100

    with pytest.raises(batch.Stopped, match="what is finished is kept"):
        batch.run(SMALL.experiment, tmp_path / "out", watch=stop)
    told = runs.open(tmp_path / "out").manifest
    assert told["state"] == "stopped"
    assert 1100 <= told["runs_done"] < 1300
    assert len(runs.open(tmp_path / "out")["outcomes"]) == 1000
    batch.run(SMALL.experiment, tmp_path / "out", resume=True)
    assert content(tmp_path / "out") == content(undisturbed)
    assert runs.open(tmp_path / "out").manifest["state"] == "done"


def test_a_full_disk_stops_with_a_sentence_and_loses_nothing(undisturbed, tmp_path, monkeypatch):
    written = tables.parquet

    def full(path, schema):
        if "00001" in path.name:
            raise OSError(errno.ENOSPC, "No space left on device")
        return written(path, schema)

    monkeypatch.setattr(tables, "parquet", full)
    with pytest.raises(batch.Stopped, match="the disk is full after"):
        batch.run(SMALL.experiment, tmp_path / "out")
    monkeypatch.undo()
    assert len(runs.open(tmp_path / "out")["outcomes"]) == 1000
    batch.run(SMALL.experiment, tmp_path / "out", resume=True)
    assert content(tmp_path / "out") == content(undisturbed)


def test_workers_end_with_the_process_that_started_them(tmp_path):
    program = (
        "import sys, multiprocessing as m, threading, time\n"
        "from runs.folder import batch\nfrom runs import Engine\nfrom tests.runs.batches import design\n"
        "if __name__ == '__main__':\n"
        "    def tell(p):\n"
        "        if p.runs_done: print(*[c.pid for c in m.active_children()], flush=True)\n"
        f"    batch.run(design(points=5000).experiment, {str(tmp_path / 'out')!r}, Engine(workers=2), watch=tell)\n"
    )
    (tmp_path / "main.py").write_text(program)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    main = subprocess.Popen([sys.executable, str(tmp_path / "main.py")], env=environment, stdout=subprocess.PIPE)
    workers = [int(pid) for pid in main.stdout.readline().split()]
    main.kill()
    main.wait()
    main.stdout.close()
    assert len(workers) == 2
    ended = time.monotonic() + 20
    while any(alive(pid) for pid in workers):
        assert time.monotonic() < ended, "a worker outlives its parent"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    """Whether a process runs; one that waits to be reaped does not."""
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


def test_a_worker_that_is_killed_stops_the_batch_with_a_sentence(tmp_path, undisturbed):
    def shoot(progress):
        if progress.runs_done:
            for child in multiprocessing.active_children():
                child.kill()

    with pytest.raises(batch.Stopped, match="a worker process ended at its work"):
        batch.run(design(points=400).experiment, tmp_path / "out", Engine(workers=1), watch=shoot)
    assert runs.open(tmp_path / "out").manifest["state"] == "stopped"


def poisoned(tmp_path) -> Design:
    """Ten thousand points, at one of which nothing is ever delivered."""
    rows = pd.DataFrame({"supplier.capacity_factor": np.linspace(1.0, 2.0, 10_000)})
    rows.loc[4321] = 0.0
    (tmp_path / "stuck.toml").write_text(STUCK)
    rows.to_csv(tmp_path / "points.csv", index=False)
    return Design.from_dict(
        {
            "schema": 1,
            "name": "poisoned",
            "scenario": "stuck.toml",
            "sampling": {"method": "table", "file": "points.csv"},
        },
        folder=tmp_path,
    )


def test_one_poisoned_run_in_ten_thousand_costs_one_row(tmp_path):
    done = batch.run(poisoned(tmp_path).experiment, tmp_path / "out")
    found = runs.open(tmp_path / "out")
    assert done.failures == 1
    failures = found["failures"]
    assert failures[["run", "point", "replication", "seed"]].to_numpy().tolist() == [[4321, 4321, 0, 0]]
    assert failures["stage"].item() == "rule"
    assert failures["sentence"].item() == FULL
    assert failures[["agent", "quarter"]].to_numpy().tolist() == [["A (join)", "2032Q4"]]
    outcomes = found["outcomes"]
    undefined = outcomes.drop(columns="run").isna()
    assert list(outcomes["run"][undefined.any(axis=1)]) == [4321]
    assert undefined.loc[4321].all()
    assert len(outcomes) == 10_000


def test_a_point_that_is_no_scenario_costs_its_runs(tmp_path):
    wide = {"supplier.final_share": {"distribution": "normal", "mean": 0.6, "sd": 0.4}}
    chosen = design(points=20, runs=2, uncertainties=wide)
    batch.run(chosen.experiment, tmp_path / "out")
    found = runs.open(tmp_path / "out")
    outside = chosen.points[~chosen.points["supplier.final_share"].between(0.0, 1.0)].index
    assert len(outside)
    assert sorted(set(found["failures"]["point"])) == list(outside)
    assert set(found["failures"]["stage"]) == {"point"}
    assert found["failures"]["sentence"].str.contains("supplier.final_share: found").all()


def test_two_processes_do_not_write_to_one_folder(tmp_path):
    with lock.held(tmp_path / "out"), pytest.raises(BadInput, match="another process is writing"):
        batch.run(SMALL.experiment, tmp_path / "out", resume=True)


def test_another_environment_does_not_go_on(tmp_path, undisturbed):
    with pytest.raises(batch.Stopped):
        batch.run(SMALL.experiment, tmp_path / "out", watch=lambda progress: False)
    told = manifest.read(tmp_path / "out")
    for name in ("rules", "fingerprint"):
        manifest.write(tmp_path / "out", told | {name: "0123456789abcdef"})
        with pytest.raises(BadInput, match="0123456789abcdef"):
            batch.run(SMALL.experiment, tmp_path / "out", resume=True)
    batch.run(SMALL.experiment, tmp_path / "out", Engine(mixed=True), resume=True)
    assert content(tmp_path / "out") == content(undisturbed)


def test_a_scenario_file_of_ones_own_is_not_taken_for_a_batch(tmp_path):
    (tmp_path / "scenario.toml").write_text("mine")
    with pytest.raises(BadInput, match="not empty"):
        batch.run(SMALL.experiment, tmp_path, resume=True)
    assert (tmp_path / "scenario.toml").read_text() == "mine"


def test_own_draws_repeat_and_differ_from_point_to_point(tmp_path):
    own = design(points=3, runs=5, draws="own", uncertainties={"market.churn_exponent": {"low": 1.0, "high": 1.5}})
    for chunk in (1, 4, 250):
        batch.run(own.experiment, tmp_path / str(chunk), Engine(chunk=chunk))
    assert content(tmp_path / "1") == content(tmp_path / "4") == content(tmp_path / "250")
    found = runs.open(tmp_path / "1")
    assert list(found["parameters"]["replication"]) == list(range(15))
    assert found["outcomes"]["revenue"].nunique() == 15


def test_a_million_runs_make_few_files():
    sizes = {runs: batch.block_size(design(points=runs, runs=1).experiment) for runs in (100, 10_000, 1_000_000)}
    assert sizes == {100: 1000, 10_000: 1000, 1_000_000: 10_000}


def test_results_open_as_pandas_xarray_and_arrow(undisturbed):
    found = runs.open(undisturbed)
    market = found.xarray("market")
    assert dict(market.sizes) == {"run": 1300, "quarter": 17}
    lazy = found.arrow("market")
    assert lazy.schema.field("revenue").metadata[b"unit"] == b"million USD"
    assert lazy.count_rows() == len(found["market"]) == 1300 * 17
    np.testing.assert_array_equal(
        market["revenue"].sel(quarter="2024Q1"), found["market"].query("quarter == '2024Q1'")["revenue"]
    )
    with pytest.raises(BadInput, match="'outcomes'"):
        found.arrow("outcome")
