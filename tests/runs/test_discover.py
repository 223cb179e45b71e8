"""Where an outcome happens: planted boxes, shares by hand, and what cannot be asked."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import runs
from market import BadInput
from runs.analysis import condition
from runs.analysis.condition import Condition
from runs.analysis.discover import density_interval, find, wilson
from runs.analysis.tree import edge
from runs.folder import batch
from runs.requests import Search
from tests.runs.batches import design, sealed

RULES = ["uniform", "proportional", "linear"]


@pytest.fixture(scope="module")
def batches(tmp_path_factory):
    """A finished batch of 20 points by three rules, four runs each."""
    folder = tmp_path_factory.mktemp("batches") / "done"
    small = design(
        20, 4, "reference", levers={"market.allocation": RULES},
        outcomes={"wait": "peak quoted_lead_weeks", "hhi": "peak hhi"},
        uncertainties={
            "supplier.capacity_delay": {"low": 3.0, "high": 6.0}, "market.shock_level": {"low": 1.0, "high": 2.0},
        },
    )  # fmt: skip
    batch.run(small.experiment, folder)
    return folder


@pytest.fixture
def planted(batches, tmp_path):
    """Puts other values in the place of the outcome ``wait``."""

    def plant(values) -> str:
        folder = tmp_path / "planted"
        folder.mkdir()
        for path in batches.iterdir():
            (folder / path.name).write_bytes(path.read_bytes())
        (path,) = folder.glob("outcomes-*.parquet")
        table = pq.read_table(path)
        made = np.asarray(values(runs.open(batches)["parameters"]), float)
        pq.write_table(table.set_column(1, table.schema.field("wait"), [made]), path)
        sealed(folder)
        return str(folder)

    return plant


def cases_of(parameters):
    """Cases: under uniform and linear, with a long delay."""
    slow = parameters["supplier.capacity_delay"] > 4.5
    return np.where(slow & parameters["market.allocation"].isin(["uniform", "linear"]), 60.0, 10.0)


def test_a_planted_box_is_found_and_nothing_else(planted):
    found = Search(planted(cases_of), "wait > 52").run()
    (box,) = found.boxes
    assert {limit.path for limit in box.limits} == {"supplier.capacity_delay", "market.allocation"}
    (rule,) = [limit for limit in box.limits if limit.options]
    assert rule.options == ("linear", "uniform")
    (delay,) = [limit for limit in box.limits if not limit.options]
    assert delay.low == pytest.approx(4.5, abs=0.16)
    assert delay.high is None
    assert (box.coverage, box.density, found.coverage) == (1.0, 1.0, 1.0)
    assert box.runs == box.cases == found.cases == 10 * 2 * 4
    assert box.points == 20
    assert "market.allocation is linear or uniform" in found.sentence
    assert "100% of all cases" in found.sentence


def test_the_command_tells_it_to_people_and_to_programs(gpumarket, planted, tmp_path):
    folder = planted(cases_of)
    asked = ("discover", folder, "--outcome", "wait>52 and hhi >= 0")
    status, out, err = gpumarket(*asked, "--out", str(tmp_path / "out"))
    assert status == 0
    assert out.startswith("wait > 52 and hhi >= 0 happens where ")
    assert "report written to" in err
    html = (tmp_path / "out" / "report.html").read_text()
    assert "discover" in html
    assert "--min-density" in html
    again = tmp_path / "again"
    gpumarket(*asked, "--out", str(again))
    for path in (tmp_path / "out").rglob("*.*"):
        assert path.read_bytes() == (again / path.relative_to(tmp_path / "out")).read_bytes()
    status, out, _ = gpumarket("discover", folder, "--outcome", "wait > 52", "--json")
    found = json.loads(out)
    assert status == 0
    assert found["boxes"][0]["limits"]["market.allocation"] == {"options": ["linear", "uniform"]}
    assert found["boxes"][0]["limits"]["supplier.capacity_delay"]["high"] is None
    assert (found["runs"], found["points"], found["cases"], found["share"]) == (240, 60, 80, pytest.approx(1 / 3))


def table(points, runs_each, hits) -> tuple[pd.DataFrame, pd.Series, pd.DataFrame]:
    """Runs of points, the first ``hits[p]`` of each point a case."""
    rows = points.loc[points.index.repeat(runs_each)].reset_index(drop=True)
    place = pd.Series(np.repeat(np.arange(len(points)), runs_each))
    turn = np.tile(np.arange(runs_each), len(points))
    y = (turn < np.repeat(hits, runs_each)).astype(float)
    return rows, place, pd.DataFrame({"run": np.arange(len(rows)), "y": y})


CASE = Condition((("y", ">", 0.5),))
MOSTLY = Search.min_density


def test_coverage_and_density_by_hand():
    points = pd.DataFrame({"x": np.arange(100) / 100.0, "k": np.arange(100) % 7})
    hits = np.where(points["x"] < 0.3, 8, 1)
    found = find(*table(points, 10, hits), CASE, MOSTLY)
    (box,) = found.boxes
    assert [(limit.path, limit.low) for limit in box.limits] == [("x", None)]
    assert 0.29 <= box.limits[0].high < 0.3
    assert (box.runs, box.points, box.cases) == (300, 30, 240)
    assert box.density == pytest.approx(0.8)
    assert box.coverage == pytest.approx(240 / 310)
    assert found.share == pytest.approx(310 / 1000)
    assert (box.low, box.high) == pytest.approx(wilson(0.8, 300))  # no point stands out: runs count in full


def test_boxes_do_not_overlap_and_hold_what_their_limits_say():
    chance = np.random.default_rng(5)
    points = pd.DataFrame({"x": chance.random(600), "y2": chance.random(600), "rule": chance.choice(list("abc"), 600)})
    corner = (points["x"] > 0.7) & (points["y2"] > 0.5) | (points["rule"] == "a") & (points["x"] < 0.3)
    found = find(*table(points, 5, np.where(corner, 5, 0)), CASE, MOSTLY)
    inside = np.array(
        [np.all([limit.holds(points[limit.path]) for limit in box.limits], axis=0) for box in found.boxes]
    )
    assert len(found.boxes) >= 2
    assert inside.sum(axis=0).max() == 1
    assert inside.sum(axis=1).tolist() == [box.points for box in found.boxes]
    assert found.coverage > 0.9
    assert min(box.density for box in found.boxes) > 0.9


@pytest.mark.parametrize("seed", range(3))
def test_chance_is_no_box(seed):
    chance = np.random.default_rng(seed)
    points = pd.DataFrame(chance.random((400, 5)), columns=list("abcde"))
    found = find(*table(points, 4, chance.binomial(4, 0.45, 400)), CASE, MOSTLY)
    assert found.boxes == ()
    assert "nowhere in particular" in found.sentence
    assert found.coverage == 0.0


def test_a_handful_of_levers_is_told_as_it_is():
    points = pd.DataFrame({"rule": list("abcdefgh"), "on": [True, False] * 4})
    found = find(*table(points, 50, np.where(points["rule"].isin(["c", "f"]), 40, 5)), CASE, MOSTLY)
    assert [str(box) for box in found.boxes] == ["rule is c or f"]
    on = find(*table(points, 50, np.where(points["on"], 40, 5)), CASE, MOSTLY)
    assert [str(box) for box in on.boxes] == ["on is true"]


def test_a_higher_density_leaves_less():
    points = pd.DataFrame({"x": np.arange(200) / 200.0})
    hits = np.select([points["x"] < 0.2, points["x"] < 0.5], [20, 13], 0)
    whole = find(*table(points, 20, hits), CASE, min_density=0.5)
    strict = find(*table(points, 20, hits), CASE, min_density=0.95)
    assert [box.points for box in whole.boxes] == [100]
    assert [box.points for box in strict.boxes] == [40]
    everywhere = find(*table(points, 20, np.full(200, 15)), CASE, MOSTLY)
    assert everywhere.boxes == ()
    assert "a higher density" in everywhere.sentence


def test_the_interval_of_a_density_counts_points_that_are_alike():
    # Wilson's interval of 8 in 10, from Brown, Cai & DasGupta (2001), formula (4)
    assert wilson(0.8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    hits = np.array([10.0] * 8 + [0.0] * 2)
    assert density_interval(hits, np.full(10, 10)) == pytest.approx(wilson(0.8, 10))
    assert density_interval(np.full(10, 8.0), np.full(10, 10)) == pytest.approx(wilson(0.8, 100))
    assert density_interval(np.full(10, 10.0), np.full(10, 10)) == pytest.approx(wilson(1.0, 10))
    assert density_interval(np.array([8.0]), np.array([10])) == pytest.approx(wilson(0.8, 10))


def test_limits_have_few_digits_and_part_the_same_points():
    assert edge([0.0, 3.8912, 4.1234, 9.0], 2, up=True) == 4.0
    assert edge([3.8912, 3.8934], 1, up=False) == 3.892
    assert edge([3, 6], 1, up=True) == 6
    assert edge([3, 6], 1, up=False) == 3
    below, above = 0.1, float(np.nextafter(0.1, 1.0))
    assert edge([below, above], 1, up=True) == above
    assert edge([below, above], 1, up=False) == below
    assert edge([0.0, 0.772841, 0.772842, 1.0], 2, up=True) == 0.773  # a thousandth of the range
    assert edge([0.0, 0.772841, 0.772842, 0.773, 1.0], 2, up=True) == 0.7728  # but not on a value


def test_runs_that_failed_are_refused_by_number_or_left_out(gpumarket, planted):
    def holed(parameters):
        values = cases_of(parameters)
        values[[7, 9]] = np.nan
        return values

    folder = planted(holed)
    status, out, err = gpumarket("discover", folder, "--outcome", "wait > 52")
    assert (status, out) == (2, "")
    for part in ("wait", "2 of 240 runs", "runs 7, 9", "--drop-failed"):
        assert part in err
    assert gpumarket("discover", folder, "--outcome", "hhi > 0 and hhi < 1e9 and wait > 52")[0] == 2
    status, out, err = gpumarket("discover", folder, "--outcome", "wait > 52", "--drop-failed", "--json")
    assert status == 0
    assert (json.loads(out)["dropped"], json.loads(out)["runs"]) == (2, 238)


def test_conditions_are_read():
    read = condition.read("wait>52  and a b <= -4e5", ["wait", "a b"])
    assert read.terms == (("wait", ">", 52.0), ("a b", "<=", -4e5))
    assert read.text == "wait > 52 and a b <= -400000"
    rows = pd.DataFrame({"wait": [60.0, 52.0, np.nan], "a b": [-4e5, -1e9, -1e9]})
    assert read.met(rows).tolist() == [True, False, False]
    assert condition.read("wait >= 52", ["wait"]).met(rows).tolist() == [True, True, False]


BAD = {
    "unknown outcome": ("wiat > 5", ["wiat", "did you mean 'wait'"]),
    "no sign": ("wait 5", ["'wait 5'", "OUTCOME < NUMBER"]),
    "another sign": ("wait = 5", ["'wait = 5'", "OUTCOME < NUMBER"]),
    "two signs": ("1 < wait < 5", ["'1 < wait < 5'", "OUTCOME < NUMBER"]),
    "nothing": ("", ["--outcome", "OUTCOME < NUMBER"]),
    "nothing after and": ("wait > 5 and ", ["OUTCOME < NUMBER"]),
    "no number": ("wait > long", ["'long'", "a number"]),
    "not a number": ("wait > nan", ["'nan'", "a number"]),
    "no cases": ("wait > 52000", ["none of the 240 runs", "wait goes from"]),
    "all cases": ("wait > -1", ["all of the 240 runs", "wait goes from"]),
}


def refused(told: tuple[int, str, str], parts: list[str]) -> None:
    status, out, err = told
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    for part in parts:
        assert part in err


@pytest.mark.parametrize("case", BAD)
def test_a_bad_condition_gets_one_sentence_and_status_2(gpumarket, batches, tmp_path, case):
    text, parts = BAD[case]
    refused(gpumarket("discover", str(batches), "--outcome", text, "--out", str(tmp_path / "out")), parts)
    assert not (tmp_path / "out").exists()


def test_what_is_no_finished_batch_or_no_share_is_refused(gpumarket, batches, tmp_path):
    gpumarket("run", "reference", "--runs", "2", "--out", str(tmp_path / "ensemble"))
    refused(gpumarket("discover", str(tmp_path / "ensemble"), "--outcome", "wait > 5"), ["no finished batch"])
    refused(gpumarket("discover", str(tmp_path / "none"), "--outcome", "wait > 5"), ["no manifest"])
    for share in ("0", "1.5", "x", "nan"):
        words = ("discover", str(batches), "--outcome", "wait > 5", "--min-density", share)
        refused(gpumarket(*words), ["min-density", f"'{share}'", "up to 1"])
    refused(gpumarket("discover", str(batches), "--outcome", "wait > 5", "--out", str(tmp_path)), ["not empty"])
    refused(gpumarket("discover", str(batches)), ["--outcome"])


def test_a_batch_of_one_point_has_no_space(tmp_path):
    small = design(1, 5, "reference", uncertainties={"supplier.capacity_delay": {"low": 3.0, "high": 6.0}})
    batch.run(small.experiment, tmp_path / "one")
    with pytest.raises(BadInput, match="nothing that varies"):
        Search(tmp_path / "one", "peak_quote > 5").run()
