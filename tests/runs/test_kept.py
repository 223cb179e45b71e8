"""Studies that are kept beside their report: read back to the last bit, and never believed where they are damaged."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from market import BadInput, Scenario
from market.scenario.uncertainty import Normal, OneOf, Uniform
from runs.analysis.sensitivity import by_quarter
from runs.folder import batch, manifest, parts
from runs.folder.manifest import MANIFEST, Damaged
from runs.reports.kept import kinds
from runs.reports.kept import study as kept
from runs.requests import Sensitivity
from tests.runs.batches import content, design
from tests.runs.test_damage import flip, more

WORDS = ["sensitivity", "reference", "--method", "morris", "--samples", "4", "--runs", "2"]
OWN = {
    "supplier.capacity_delay": Normal(mean=5.0, sd=1.0, low=3.0, high=math.inf),
    "supplier.base_weeks": Uniform(low=2.0, high=8.0),
    "market.allocation": OneOf(options=["uniform", "linear"]),
}
REQUESTS = {
    "two outcomes": Sensitivity("reference", "sobol", ["peak_quote", "hhi in 2024Q4"], samples=8, runs=2, seed=5),
    "by name": Sensitivity("reference", "morris", {"quote": "mean quoted_lead_weeks"}, samples=4, runs=2),
    "changed": Sensitivity("reference", "morris", samples=4, runs=2, changes={"market.allocation": "linear"}),
    "groups": Sensitivity(
        "colossus",
        "morris",
        samples=3,
        runs=2,
        groups={"supply": ["supplier.first_yield", "supplier.base_weeks"]},
    ),
    "a posterior": Sensitivity("colossus", "pawn", ["mean_wait"], samples=16, runs=2),
    "own ranges": Sensitivity("reference", "sobol", samples=4, runs=2, second_order=True, uncertainties=OWN),
    "over time": Sensitivity("reference", "morris", ["hhi"], samples=4, runs=2, over_time=True),
    "a statistic": Sensitivity("colossus", "morris", ["bullwhip of xAI"], samples=3, runs=2),
}


def put(folder: Path, asked: Sensitivity) -> tuple[Sensitivity, kept.Kept]:
    """Run and keep a study; what was asked, settled, and what is read back."""
    done = by_quarter(asked).run()
    settled = asked.settled(asked.run())
    folder.mkdir()
    kept.write(folder, settled, done)
    found = kept.read(folder)
    assert list(found.study.found) == list(done.found)
    for name, values in done.found.items():
        assert np.array_equal(found.study.found[name], values, equal_nan=True)
    pd.testing.assert_frame_equal(found.study.shares, done.shares, check_exact=True)
    assert found.study.space == done.space
    return settled, found


@pytest.mark.parametrize("asked", REQUESTS.values(), ids=REQUESTS)
def test_a_study_is_read_back_as_it_was(tmp_path, asked):
    settled, found = put(tmp_path / "study", asked)
    direct = asked.run()
    if not asked.over_time:
        assert list(found.asked.found) == list(direct.found)
        whole, again = asked.indices(direct), found.request.indices(found.asked)
        for name, one in whole.items():
            pd.testing.assert_frame_equal(one.table, again[name].table, check_exact=True)
            assert (one.floor, one.unit, one.warnings) == (again[name].floor, again[name].unit, again[name].warnings)
    assert found.study.scenario.to_dict() == direct.scenario.to_dict()
    if not asked.uncertainties:
        assert found.request.command == settled.command
    assert not found.foreign


def test_every_quarter_of_a_measure_is_that_of_a_study_over_time(tmp_path):
    asked = Sensitivity("reference", "morris", ["peak quoted_lead_weeks"], samples=4, runs=2)
    _, found = put(tmp_path / "study", asked)
    whole = Sensitivity("reference", "morris", ["quoted_lead_weeks"], samples=4, runs=2, over_time=True).run()
    assert list(found.study.found) == ["peak quoted_lead_weeks", *whole.found]
    for name, values in whole.found.items():
        assert np.array_equal(found.study.found[name], values, equal_nan=True)


def test_a_study_of_a_batch_holds_what_the_batch_does(tmp_path, gpumarket):
    chosen = design(points=16, runs=2)
    batch.run(chosen.experiment, tmp_path / "batch", facts={"design": chosen.recorded})
    words = ["sensitivity", str(tmp_path / "batch"), "--method", "pawn", "--out", str(tmp_path / "study")]
    assert gpumarket(*words)[0] == 0
    found = kept.read(tmp_path / "study")
    assert found.request.command.startswith(f"gpumarket sensitivity {tmp_path / 'batch'} --method pawn")
    assert found.study.run_count == 32
    assert not found.study.space


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A small study with its report."""
    from runs.reports import analyses, write

    asked = Sensitivity("reference", "morris", samples=4, runs=2)
    out, done = tmp_path_factory.mktemp("kept") / "study", by_quarter(asked).run()
    own = done.only(["peak_quote"])
    write.write(analyses.study(asked, own, asked.indices(own)), out)
    kept.write(out, asked.settled(own), done)
    return out


def test_the_command_line_keeps_the_same_bytes(gpumarket, folder, tmp_path):
    status, out, _ = gpumarket(*WORDS, "--out", str(tmp_path / "study"))
    assert status == 0
    assert out == gpumarket(*WORDS)[1]
    assert content(tmp_path / "study") == content(folder)


@pytest.fixture
def copy(folder, tmp_path):
    return Path(shutil.copytree(folder, tmp_path / "copy"))


@pytest.mark.parametrize("name", [MANIFEST, *kept.FILES])
@pytest.mark.parametrize("harm", [flip, more, Path.unlink])
def test_damage_is_noticed(copy, name, harm):
    harm(copy / name)
    with pytest.raises(BadInput, match=f"found no manifest|{name}") as refusal:
        kept.read(copy)
    assert isinstance(refusal.value, Damaged) == (name != MANIFEST or harm is not Path.unlink)


def test_a_table_that_was_not_written_is_noticed(copy):
    shutil.copy(copy / kept.RUNS, copy / "more.parquet")
    with pytest.raises(Damaged, match=r"more\.parquet was not written by it"):
        kept.read(copy)


def test_a_folder_of_something_else_is_a_sentence(tmp_path):
    with pytest.raises(BadInput, match="found no manifest; allowed"):
        kept.read(tmp_path)
    chosen = design(points=2, runs=1)
    batch.run(chosen.experiment, tmp_path / "batch", facts={"design": chosen.recorded})
    with pytest.raises(BadInput, match=r"kind: found 'batch'; allowed: 'sensitivity'"):
        kept.read(tmp_path / "batch")


def resealed(folder: Path, change) -> None:
    """A folder with something changed by somebody who knew how to make its digests."""
    told = manifest.read(folder)
    change(folder, told)
    told["parts"] = {
        name: {**entry, **dict(parts.part(folder / name, entry["rows"]))} if (folder / name).is_file() else entry
        for name, entry in told["parts"].items()
    }
    manifest.write(folder, told)


def refused(folder: Path, said) -> None:
    """What is kept there is not allowed, and one sentence holds all that is to be said of it."""
    with pytest.raises(BadInput) as refusal:
        kinds.read(folder)
    assert "\n" not in str(refusal.value)
    for part in said:
        assert part in str(refusal.value)


def table(name: str, change):
    def make(folder: Path, told) -> None:
        pq.write_table(change(pq.read_table(folder / name)), folder / name)

    return make


def scenario(old: str, new: str, file: str = "scenario.toml"):
    def make(folder: Path, told) -> None:
        path = folder / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    return make


def share(value: float):
    def change(points: pa.Table) -> pa.Table:
        return points.set_column(1, points.column_names[1], pa.array([value] * points.num_rows))

    return table(kept.POINTS, change)


def text_in(folder: Path, told) -> None:
    points = pq.read_table(folder / kept.POINTS)
    words = pa.array(["much"] * points.num_rows)
    pq.write_table(points.set_column(1, points.column_names[1], words), folder / kept.POINTS)


BAD = {
    "a field that there is not": (lambda _, told: told.update(more=1), [MANIFEST, "more", "no such field"]),
    "a field that is missing": (lambda _, told: told.pop("seed"), [MANIFEST, "seed: is missing"]),
    "another method": (
        lambda _, told: told["request"].update(method="morri"),
        [MANIFEST, "request.method", "found 'morri'", "'morris'"],
    ),
    "no runs": (lambda _, told: told.update(runs_per_point=0), [MANIFEST, "runs_per_point: found 0; allowed"]),
    "points that do not fit the method": (
        lambda _, told: told["request"].update(method="sobol"),
        [MANIFEST, "points: found 24", "allowed for sobol: in 7s"],
    ),
    "an outcome that does not exist": (
        lambda _, told: told["outcomes"].update(peak_quote="peak quoted_lead_wekes"),
        [MANIFEST, "outcomes.peak_quote", "'quoted_lead_wekes'", "quoted_lead_weeks"],
    ),
    "an outcome that was not kept": (
        lambda _, told: told["request"].update(outcomes={"wait": "mean_wait"}),
        [MANIFEST, "request.outcomes: found 'wait'; allowed: peak_quote"],
    ),
    "a distribution that there is not": (
        lambda _, told: told["inputs"]["buyers.A.adjustment"].update(distribution="os.system"),
        [MANIFEST, "inputs.buyers.A.adjustment.distribution", "found 'os.system'; allowed: log_normal"],
    ),
    "an input that is not drawn": (
        lambda _, told: told["inputs"].pop("buyers.A.adjustment"),
        [kept.POINTS, "found the column 'buyers.A.adjustment'", "allowed: buyers.B.adjustment"],
    ),
    "files elsewhere": (
        lambda _, told: told["parts"].update({"../../secret": told["parts"][kept.RUNS]}),
        [MANIFEST, "parts: found ../../secret", f"allowed: {kept.RUNS}"],
    ),
    "a class of somebody's": (
        scenario('class = "Buyer"', 'class = "os.system"'),
        ["reference.toml", "buyers.A.class: found 'os.system'", "--agents DIR"],
    ),
    "another scenario": (
        scenario("base_weeks = ", "base_weeks = 1"),
        [MANIFEST, "scenario_hash", "allowed: that one's"],
    ),
    "a share over 1": (share(1.5), [kept.POINTS, "buyers.A.adjustment", "below 0 or over 1; allowed: 0 to 1"]),
    "a share that is none": (share(math.nan), [kept.POINTS, "buyers.A.adjustment", "allowed: 0 to 1"]),
    "words for numbers": (text_in, [kept.POINTS, "buyers.A.adjustment: found string; allowed: numbers"]),
    "other columns": (
        table(kept.RUNS, lambda runs: runs.rename_columns(["run", "wait", *runs.column_names[2:]])),
        [kept.RUNS, "found the column 'wait'; allowed in its place: 'peak_quote'"],
    ),
    "other rows": (
        lambda _, told: told.update(runs_per_point=3),
        [kept.RUNS, "run: found 48 rows or others; allowed: 72, 0 to 71, in order"],
    ),
}


@pytest.mark.parametrize(("change", "said"), BAD.values(), ids=BAD)
def test_what_is_not_allowed_is_a_sentence_even_under_its_digest(copy, change, said):
    resealed(copy, change)
    refused(copy, said)


def test_a_study_of_other_rules_says_so(copy):
    resealed(copy, lambda _, told: told.update(rules="0" * 16))
    assert kept.read(copy).foreign


def test_the_manifest_is_plain_json_without_a_time(folder):
    told = json.loads((folder / MANIFEST).read_text())
    assert not {"created", "seconds"} & told.keys()
    assert Scenario.load("reference").hash == told["scenario_hash"]
