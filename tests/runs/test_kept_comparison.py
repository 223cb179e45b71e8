"""Comparisons that are kept beside their report: read back to the last bit, and never believed where damaged."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from market import BadInput, Scenario
from runs.folder.manifest import MANIFEST, Damaged
from runs.reports.kept import comparison as kept
from runs.reports.kept import kinds, study
from runs.requests import Comparison, Lever, Sensitivity
from tests.runs.batches import content
from tests.runs.test_damage import flip, more
from tests.runs.test_kept import put as put_study
from tests.runs.test_kept import refused, resealed, scenario, table

WORDS = ["compare", "reference", "--lever", "market.allocation=uniform,linear", "--vectors", "3", "--runs", "2"]
STORY = ["no-rush", "colossus"]
SMALL = {"vectors": 3, "runs": 2}
MINE = Scenario.load("colossus").replace("market.shock_level", 6.0)
REQUESTS = {
    "two scenarios": Comparison(STORY, **SMALL),
    "several scenarios": Comparison([*STORY, "auction", "deposits"], outcomes=["mean_wait", "hhi in 2024Q4"], **SMALL),
    "a lever": Comparison(["reference"], Lever("market.shock_level", [1, 2.5, 4]), seed=7, **SMALL),
    "a lever of words": Comparison(["colossus"], Lever("market.allocation", ["linear", "uniform"]), **SMALL),
    "called otherwise": Comparison(
        {"here": "colossus"}, Lever("market.allocation", ["linear", "uniform"], ["one", "other"]), **SMALL
    ),
    "own draws": Comparison(STORY, vectors=4, runs=3, own_draws=True, sampler_seed=5),
    "one vector": Comparison(STORY, vectors=1, runs=5),
    "changed": Comparison(STORY, changes={"market.allocation": "linear", "market.shock_level": 5}, **SMALL),
    "outcomes by name": Comparison(STORY, outcomes={"wait": "mean_wait"}, posterior="none", **SMALL),
    "dropped runs": Comparison(
        STORY, outcomes=["realised_lead_weeks of Tesla in 2025Q2"], vectors=3, runs=3, drop_failed=True
    ),
    "a scenario of one's own": Comparison({"before": "colossus", "mine": MINE}, **SMALL),
    "a lever of one's own": Comparison({"mine": MINE}, Lever("market.allocation", ["linear", "uniform"]), **SMALL),
}


@pytest.mark.parametrize("asked", REQUESTS.values(), ids=REQUESTS)
def test_a_comparison_is_read_back_as_it_was(tmp_path, asked):
    done = asked.gather()
    kept.write(tmp_path, asked.settled, done)
    found = kinds.read(tmp_path)
    assert isinstance(found, kept.Kept)
    assert list(found.gathered.values) == list(done.values)
    for name, values in done.values.items():
        assert np.array_equal(found.gathered.values[name], values, equal_nan=True)
    assert repr(found.differences) == repr(asked.run())  # of floats to the last bit, and NaN is NaN
    assert {name: one.to_dict() for name, one in found.arms.items()} == {
        name: one.to_dict() for name, one in asked.arms.items()
    }
    assert found.request.command == asked.settled.command
    assert found.seed == asked.seed_used
    assert not found.foreign


def test_what_was_dropped_is_told_again(tmp_path):
    asked = REQUESTS["dropped runs"]
    kept.write(tmp_path, asked.settled, asked.gather())
    assert kept.read(tmp_path).differences[0].dropped == asked.run()[0].dropped > 0
    resealed(tmp_path, lambda _, told: told["request"].update(drop_failed=False))
    with pytest.raises(BadInput, match=r"pairs failed or are not defined"):
        kept.read(tmp_path).differences  # noqa: B018


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What the command line's comparison keeps."""
    asked = Comparison(["reference"], Lever("market.allocation", ["uniform", "linear"]), **SMALL)
    out = tmp_path_factory.mktemp("kept")
    kept.write(out, asked.settled, asked.gather())
    return out


@pytest.fixture
def copy(folder, tmp_path):
    return Path(shutil.copytree(folder, tmp_path / "copy"))


def test_the_command_line_keeps_the_same_bytes_beside_its_report(gpumarket, folder, tmp_path):
    status, out, _ = gpumarket(*WORDS, "--out", str(tmp_path / "out"))
    assert status == 0
    assert out == gpumarket(*WORDS)[1]
    assert content(tmp_path / "out") == content(folder)
    for name in (MANIFEST, *kept.files(2)):
        assert (tmp_path / "out" / name).read_bytes() == (folder / name).read_bytes()
    assert (tmp_path / "out" / "report.html").is_file()


def test_the_manifest_is_plain_json_without_a_time(folder):
    told = json.loads((folder / MANIFEST).read_text())
    assert not {"created", "seconds"} & told.keys()
    assert list(told["arms"]) == ["allocation uniform", "allocation linear"]
    assert pq.read_table(folder / kept.RUNS).column_names[:2] == ["run", "arm"]


@pytest.mark.parametrize("name", [MANIFEST, kept.RUNS, *kept.files(2)])
@pytest.mark.parametrize("harm", [flip, more, Path.unlink])
def test_damage_is_noticed(copy, name, harm):
    harm(copy / name)
    with pytest.raises(BadInput, match=f"found no manifest|{name}") as refusal:
        kinds.read(copy)
    assert isinstance(refusal.value, Damaged) == (name != MANIFEST or harm is not Path.unlink)


def test_a_folder_of_something_else_is_a_sentence(copy, tmp_path):
    with pytest.raises(BadInput, match="found no manifest; allowed"):
        kinds.read(tmp_path)
    with pytest.raises(BadInput, match=r"kind: found 'comparison'; allowed: 'sensitivity', as gpumarket sensitivity"):
        study.read(copy)
    put_study(tmp_path / "study", Sensitivity("reference", "morris", samples=4, runs=2))
    with pytest.raises(BadInput, match=r"kind: found 'sensitivity'; allowed: 'comparison', as gpumarket compare"):
        kept.read(tmp_path / "study")
    assert isinstance(kinds.read(tmp_path / "study"), study.Kept)
    for other in ("batch", ["comparison"], {}):
        resealed(copy, lambda _, told, other=other: told.update(kind=other))
        with pytest.raises(BadInput, match=r"kind: found .*; allowed: 'sensitivity' or 'comparison', as gpumarket"):
            kinds.read(copy)


def renamed(_: Path, told) -> None:
    told["arms"] = {name.replace("linear", "bent"): arm for name, arm in told["arms"].items()}


def other_buyers(folder: Path, told) -> None:
    other = Scenario.load("colossus")
    (folder / kept.files(2)[1]).write_text(other.to_toml())
    told["arms"]["allocation linear"]["scenario_hash"] = other.hash


def bent(old: str, new: str):
    return scenario(old, new, kept.files(2)[1])


BAD = {
    "a field that there is not": (lambda _, told: told["request"].update(more=1), [MANIFEST, "more", "no such field"]),
    "a field that is missing": (lambda _, told: told["request"].pop("seed"), [MANIFEST, "request.seed: is missing"]),
    "no seed": (lambda _, told: told["request"].update(seed=None), [MANIFEST, "request.seed: found None; allowed"]),
    "no vectors": (lambda _, told: told["request"].update(vectors=0), [MANIFEST, "vectors: found 0; allowed"]),
    "no outcomes": (lambda _, told: told["request"].update(outcomes={}), [MANIFEST, "request.outcomes: found {}"]),
    "one arm": (lambda _, told: told["arms"].pop("allocation linear"), [MANIFEST, "arms: found"]),
    "other names": (renamed, [MANIFEST, "arms: found allocation uniform, allocation bent", "allocation linear"]),
    "a lever of two scenarios": (
        lambda _, told: told["request"]["scenarios"].update(glut="glut"),
        [MANIFEST, "request.scenarios: found 2; allowed with a lever: one"],
    ),
    "labels too few": (
        lambda _, told: told["request"]["lever"].update(labels=["one"]),
        [MANIFEST, "arms: found allocation uniform, allocation linear; allowed: one"],
    ),
    "an outcome that does not exist": (
        lambda _, told: told["request"].update(outcomes={"peak_quote": "peak quoted_lead_wekes"}),
        [MANIFEST, "request.outcomes.peak_quote", "'quoted_lead_wekes'", "quoted_lead_weeks"],
    ),
    "files elsewhere": (
        lambda _, told: told["parts"].update({"../../secret": told["parts"][kept.RUNS]}),
        [MANIFEST, "parts: found ../../secret", f"allowed: {kept.RUNS}"],
    ),
    "a file too few": (
        lambda _, told: told["parts"].pop(kept.files(2)[0]),
        [MANIFEST, "parts: found", f"{', '.join(kept.files(2))}"],
    ),
    "a class of somebody's": (
        bent('class = "Buyer"', 'class = "os.system"'),
        ["reference.toml", "buyers.A.class: found 'os.system'", "--agents DIR"],
    ),
    "another scenario": (
        bent("base_weeks = ", "base_weeks = 1"),
        [MANIFEST, "arms.allocation linear.scenario_hash", "allowed: that one's"],
    ),
    "other buyers": (other_buyers, [MANIFEST, "arms: compare: ", "have other buyers"]),
    "other columns": (
        table(kept.RUNS, lambda runs: runs.rename_columns(["run", "arm", "wait", *runs.column_names[3:]])),
        [kept.RUNS, "found the column 'wait'; allowed in its place: 'peak_quote'"],
    ),
    "words for numbers": (
        table(kept.RUNS, lambda runs: runs.set_column(2, "peak_quote", runs["arm"])),
        [kept.RUNS, "peak_quote: found string; allowed: numbers"],
    ),
    "other rows": (
        lambda _, told: told["request"].update(vectors=4),
        [kept.RUNS, "found 12 rows; allowed: 16, as many for each arm"],
    ),
    "very many rows": (
        lambda _, told: told["request"].update(vectors=10**9, runs=10**9),
        [kept.RUNS, "found 12 rows; allowed: 2,000,000,000,000,000,000"],
    ),
    "more than very many": (
        lambda _, told: told["request"].update(vectors=10**30),
        [MANIFEST, "request.vectors: found 1000000000000000000000000000000; allowed: "],
    ),
    "runs numbered otherwise": (
        table(kept.RUNS, lambda runs: runs.set_column(0, "run", runs["run"].take([*range(1, 6), 0, *range(6, 12)]))),
        [kept.RUNS, "run: found 12 rows or others; allowed: 12, 0 to 5, in order"],
    ),
    "a lever that there is not": (
        lambda _, told: told["request"]["lever"].update(path="market.alocation", labels=[*told["arms"]]),
        [MANIFEST, "request.lever: ", "market.alocation: no such field"],
    ),
    "a lever of other values": (
        lambda _, told: told["request"]["lever"].update(values=["linear", "uniform"], labels=[*told["arms"]]),
        [MANIFEST, "request.lever.values: found 'linear' for 'allocation uniform'; allowed: what its scenario has"],
    ),
    "arms the other way round": (
        table(kept.RUNS, lambda runs: runs.set_column(1, "arm", runs["arm"].take([*range(6, 12), *range(6)]))),
        [kept.RUNS, "arm: found 12 rows or others; allowed: 12, allocation uniform to allocation linear, in order"],
    ),
}


@pytest.mark.parametrize(("change", "said"), BAD.values(), ids=BAD)
def test_what_is_not_allowed_is_a_sentence_even_under_its_digest(copy, change, said):
    resealed(copy, change)
    refused(copy, said)


def test_a_comparison_of_which_one_side_ran_by_other_rules_says_so(copy):
    resealed(copy, lambda _, told: told["arms"]["allocation linear"].update(rules="0" * 16))
    assert kept.read(copy).foreign
