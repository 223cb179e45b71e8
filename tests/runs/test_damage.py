"""A finished batch that is damaged: every command that reads it says so, none believes it, a resumed one is whole."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import runs
from market import BadInput
from runs.folder import batch, manifest, parts
from runs.folder.manifest import Damaged
from tests.runs.batches import content, design, sealed

WIDE = {
    "supplier.final_share": {"distribution": "normal", "mean": 0.6, "sd": 0.4},
    "supplier.capacity_delay": {"low": 3.0, "high": 6.0},
}
"""Some of these points are no scenario: their runs fail."""


@pytest.fixture(scope="module", autouse=True)
def small_blocks():
    """Blocks of a hundred runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch, "ROWS", 100)
        yield


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A batch of four blocks, in the last of which nothing fails, and one of other points."""
    folder = tmp_path_factory.mktemp("damage")
    wide = design(points=64, runs=5, scenario="reference", uncertainties=WIDE)
    batch.run(wide.experiment, folder / "whole", facts={"design": wide.recorded})
    points = {"method": "latin_hypercube", "points": 64, "seed": 4}
    other = design(points=64, runs=5, scenario="reference", uncertainties=WIDE, sampling=points)
    batch.run(other.experiment, folder / "other", facts={"design": other.recorded})
    return folder


def flip(path: Path) -> None:
    """Another bit in the middle of a file."""
    held = bytearray(path.read_bytes())
    held[len(held) // 2] ^= 4
    path.write_bytes(held)


def more(path: Path) -> None:
    """Bytes after the end of a file."""
    path.write_bytes(path.read_bytes() + b"more")


def swap(one: Path, other: Path) -> None:
    """Two files under each other's name."""
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def rewrite(path: Path, change: Callable[[pa.Table], pa.Table]) -> None:
    """A table written again."""
    pq.write_table(change(pq.read_table(path)), path)


def in_place(path: Path, make: Callable[[Path], None]) -> None:
    """Something else under the name of a file."""
    path.unlink()
    make(path)


def edit(folder: Path, **changes: object) -> None:
    """Other values in the manifest."""
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes, indent=2))


def other(folder: Path, name: str) -> None:
    """A file of another batch under its own name."""
    shutil.copy(folder.parent / "other" / name, folder / name)


KINDS: dict[str, tuple[Callable[[Path], object], str]] = {
    "a bit of outcomes": (lambda at: flip(at / "outcomes-00001.parquet"), "outcomes-00001"),
    "a bit of parameters": (lambda at: flip(at / "parameters-00002.parquet"), "parameters-00002"),
    "a bit of a series": (lambda at: flip(at / "market-00000.parquet"), "market-00000"),
    "a bit of failures": (lambda at: flip(at / "failures-00000.parquet"), "failures-00000"),
    "a bit of the scenario": (lambda at: flip(at / "scenario.toml"), "scenario.toml"),
    "a bit of the manifest": (lambda at: flip(at / "manifest.json"), "manifest.json is damaged"),
    "a bit of the manifest's copy": (lambda at: flip(at / ".manifest.json"), ".manifest.json is damaged"),
    "half a file": (lambda at: os.truncate(at / "outcomes-00000.parquet", 2000), "has 2,000 bytes instead of"),
    "a byte too few": (
        lambda at: os.truncate(at / "market-00003.parquet", (at / "market-00003.parquet").stat().st_size - 1),
        "market-00003",
    ),
    "an empty file": (lambda at: os.truncate(at / "parameters-00001.parquet", 0), "has 0 bytes instead of"),
    "bytes too many": (lambda at: more(at / "outcomes-00002.parquet"), "outcomes-00002"),
    "two blocks of outcomes swapped": (
        lambda at: swap(at / "outcomes-00001.parquet", at / "outcomes-00002.parquet"),
        "outcomes-0000",
    ),
    "two blocks of parameters swapped": (
        lambda at: swap(at / "parameters-00001.parquet", at / "parameters-00002.parquet"),
        "parameters-0000",
    ),
    "a block over another": (
        lambda at: shutil.copy(at / "market-00001.parquet", at / "market-00002.parquet"),
        "market-00002",
    ),
    "no outcomes": (lambda at: (at / "outcomes-00001.parquet").unlink(), "outcomes-00001.parquet is missing"),
    "no parameters": (lambda at: (at / "parameters-00000.parquet").unlink(), "parameters-00000.parquet is missing"),
    "no series": (lambda at: (at / "market-00003.parquet").unlink(), "market-00003.parquet is missing"),
    "no failures": (lambda at: (at / "failures-00001.parquet").unlink(), "failures-00001.parquet is missing"),
    "no scenario": (lambda at: (at / "scenario.toml").unlink(), "scenario.toml is missing"),
    "no manifest": (lambda at: (at / "manifest.json").unlink(), "manifest.json is missing"),
    "a block too many": (
        lambda at: shutil.copy(at / "market-00003.parquet", at / "market-00004.parquet"),
        "market-00004.parquet was not written by it",
    ),
    "a table too many": (
        lambda at: shutil.copy(at / "market-00003.parquet", at / "mine.parquet"),
        "mine.parquet was not written by it",
    ),
    "failures where there are none": (
        lambda at: shutil.copy(at / "failures-00000.parquet", at / "failures-00003.parquet"),
        "failures-00003.parquet was not written by it",
    ),
    "a folder in place of a file": (lambda at: in_place(at / "outcomes-00000.parquet", Path.mkdir), "is no file"),
    "a loop of links in place of a file": (
        lambda at: in_place(at / "market-00001.parquet", lambda path: path.symlink_to(path)),
        "is no file",
    ),
    "a folder in place of the manifest": (lambda at: in_place(at / "manifest.json", Path.mkdir), "manifest.json"),
    "another seed in the manifest": (lambda at: edit(at, seed=8), "manifest.json is damaged"),
    "fewer parts in the manifest": (lambda at: edit(at, parts={}), "manifest.json is damaged"),
    "an empty manifest": (lambda at: os.truncate(at / "manifest.json", 0), "manifest.json is damaged"),
    "a column too few": (
        lambda at: rewrite(at / "parameters-00001.parquet", lambda table: table.drop(["replication"])),
        "parameters-00001",
    ),
    "a row too few": (
        lambda at: rewrite(at / "outcomes-00001.parquet", lambda table: table.slice(1)),
        "outcomes-00001",
    ),
    "rows in another order": (
        lambda at: rewrite(at / "outcomes-00001.parquet", lambda table: table.take(np.arange(99, -1, -1))),
        "outcomes-00001",
    ),
    "outcomes of another batch": (lambda at: other(at, "outcomes-00001.parquet"), "outcomes-00001"),
    "a series of another batch": (lambda at: other(at, "market-00000.parquet"), "market-00000"),
    "another scenario": (lambda at: (at / "scenario.toml").write_text("schema = 1\n"), "scenario.toml"),
}
"""What is done to a folder, and what the sentence must say of it."""

READERS = {
    "verify": ["batch", "--verify", "DIR"],
    "replay": ["replay", "DIR", "150"],
    "discover": ["discover", "DIR", "--outcome", "peak_quote > 40", "--drop-failed"],
    "sensitivity": ["sensitivity", "DIR", "--method", "pawn", "--outcome", "peak_quote", "--drop-failed"],
}


@pytest.mark.parametrize("kind", KINDS)
def test_damage_is_noticed_never_believed_and_made_again(gpumarket, finished, tmp_path, kind):
    whole, folder = finished / "whole", tmp_path / "whole"
    shutil.copytree(whole, folder)
    shutil.copytree(finished / "other", tmp_path / "other")
    harm, told = KINDS[kind]
    harm(folder)
    for words in READERS.values():
        status, out, err = gpumarket(*(str(folder) if word == "DIR" else word for word in words))
        assert (status, out, err.count("\n")) == (1, "", 1), words
        assert told in err
        assert "Traceback" not in err
        assert len(err) < 300 + 2 * len(str(folder))
    kept = {path: path.stat().st_ino for path in folder.glob("*.parquet") if path.is_file()}
    status, _, err = gpumarket("batch", "--resume", "--out", str(folder))
    assert status == 1  # some runs failed, as they had before
    assert "made again" in err
    assert content(folder) == content(whole)
    assert (folder / "scenario.toml").read_bytes() == (whole / "scenario.toml").read_bytes()
    assert manifest.read(folder)["parts"] == manifest.read(whole)["parts"]
    assert sum(path.exists() and path.stat().st_ino == inode for path, inode in kept.items()) >= 7, "all was run again"
    assert gpumarket("batch", "--verify", str(folder))[0] == 0


@pytest.mark.parametrize("reader", READERS)
def test_what_is_whole_is_read(gpumarket, finished, reader):
    words = [str(finished / "whole") if word == "DIR" else word for word in READERS[reader]]
    assert gpumarket(*words)[0] == 0


FORM = [
    "a byte too few",
    "an empty file",
    "no outcomes",
    "no manifest",
    "a block too many",
    "a folder in place of a file",
]
"""Damage that is seen without reading a byte of a table."""


@pytest.mark.parametrize("kind", FORM)
def test_what_is_seen_at_once_is_seen_when_a_folder_is_opened(gpumarket, finished, tmp_path, kind):
    shutil.copytree(finished / "whole", tmp_path / "whole")
    KINDS[kind][0](tmp_path / "whole")
    with pytest.raises(Damaged):
        runs.open(tmp_path / "whole")
    assert gpumarket("batch", "--status", str(tmp_path / "whole"))[:2] == (1, "")


@pytest.mark.parametrize("table", ["outcomes", "parameters", "market"])
def test_a_table_is_held_against_its_digests_when_it_is_read(finished, tmp_path, table):
    shutil.copytree(finished / "whole", tmp_path / "whole")
    flip(tmp_path / "whole" / f"{table}-00001.parquet")
    found = runs.open(tmp_path / "whole")
    for name in {"outcomes", "parameters", "market", "failures"} - {table}:
        assert len(found[name])
    with pytest.raises(Damaged, match=rf"{table}-00001\.parquet has been changed"):
        found[table]


def test_swapped_blocks_are_seen_by_their_runs(finished, tmp_path):
    """Whatever the digests say: a block holds the runs that its number says."""
    shutil.copytree(finished / "whole", tmp_path / "whole")
    swap(tmp_path / "whole" / "outcomes-00001.parquet", tmp_path / "whole" / "outcomes-00002.parquet")
    sealed(tmp_path / "whole")
    with pytest.raises(Damaged, match=r"outcomes-00001\.parquet holds other runs than 100 to 199"):
        runs.open(tmp_path / "whole")


def test_runs_are_joined_by_their_number(gpumarket, finished, tmp_path):
    """In whatever order the rows of a table stand, an analysis says the same."""
    shutil.copytree(finished / "whole", tmp_path / "whole")
    told = [gpumarket(*_of(words, finished / "whole"), "--json")[1] for words in _analyses()]
    for block in range(4):
        rewrite(tmp_path / "whole" / f"outcomes-{block:05d}.parquet", _reversed)
    sealed(tmp_path / "whole")
    assert [gpumarket(*_of(words, tmp_path / "whole"), "--json")[1] for words in _analyses()] == told


def test_a_run_that_is_there_twice_is_damage(finished, tmp_path):
    shutil.copytree(finished / "whole", tmp_path / "whole")
    rewrite(tmp_path / "whole" / "outcomes-00001.parquet", lambda table: table.take([0, 0, *range(2, 100)]))
    sealed(tmp_path / "whole")
    with pytest.raises(Damaged, match="does not hold each run once"):
        runs.open(tmp_path / "whole").by_run("outcomes")


def _reversed(table: pa.Table) -> pa.Table:
    return table.take(np.arange(len(table) - 1, -1, -1))


def _analyses() -> list[list[str]]:
    return [READERS["discover"], READERS["sensitivity"]]


def _of(words: list[str], folder: Path) -> list[str]:
    return [str(folder) if word == "DIR" else word for word in words]


def test_a_point_that_is_no_scenario_is_replayed_to_its_sentence(gpumarket, finished):
    failed = runs.open(finished / "whole")["failures"]
    status, _, err = gpumarket("replay", str(finished / "whole"), str(failed["run"].iloc[0]))
    assert status == 0
    assert "to the last bit" in err


def test_an_ensemble_is_held_against_its_manifest_too(gpumarket, tmp_path):
    folder = tmp_path / "out"
    gpumarket("run", "reference", "--runs", "3", "--out", str(folder))
    assert gpumarket("batch", "--verify", str(folder))[0] == 0
    flip(folder / "market.parquet")
    status, out, err = gpumarket("replay", str(folder), "1")
    assert (status, out) == (1, "")
    assert "market.parquet" in err


def test_a_manifest_that_is_lost_with_its_copy_is_not_guessed(finished, tmp_path):
    shutil.copytree(finished / "whole", tmp_path / "whole")
    flip(tmp_path / "whole" / "manifest.json")
    flip(tmp_path / "whole" / ".manifest.json")
    wide = design(points=64, runs=5, scenario="reference", uncertainties=WIDE)
    before = content(tmp_path / "whole")
    with pytest.raises(BadInput, match="and so is its copy"):
        batch.run(wide.experiment, tmp_path / "whole", resume=True)
    assert content(tmp_path / "whole") == before


def test_what_is_in_the_way_is_kept_under_another_name(finished, tmp_path):
    shutil.copytree(finished / "whole", tmp_path / "whole")
    (tmp_path / "whole" / "mine.parquet").write_bytes(b"mine")
    wide = design(points=64, runs=5, scenario="reference", uncertainties=WIDE)
    done = batch.run(wide.experiment, tmp_path / "whole", resume=True)
    assert done.damage == ("mine.parquet was not written by it",)
    assert (tmp_path / "whole" / "mine.parquet.aside").read_bytes() == b"mine"


def test_a_block_that_the_manifest_does_not_know_is_not_read(finished, tmp_path):
    """It was killed between the renaming of a block's files and the manifest."""
    shutil.copytree(finished / "whole", tmp_path / "whole")
    told = manifest.read(tmp_path / "whole")
    told["parts"] = {name: part for name, part in told["parts"].items() if parts.place(name)[1] != 2}
    for name in (manifest.COPY, manifest.MANIFEST):
        manifest.write(tmp_path / "whole", told | {"state": "running"}, name)
    assert len(runs.open(tmp_path / "whole")["outcomes"]) == 220
    (tmp_path / "whole" / "outcomes-00002.parquet").write_bytes(b"half")
    wide = design(points=64, runs=5, scenario="reference", uncertainties=WIDE)
    batch.run(wide.experiment, tmp_path / "whole", resume=True)
    assert content(tmp_path / "whole") == content(finished / "whole")
