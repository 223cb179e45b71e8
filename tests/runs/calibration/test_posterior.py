"""A calibration's folder: what it holds, when it is refused, and ensembles that are spread over it."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from market import BadInput, Market, Scenario
from runs.calibration import calibrate, fit, posterior, recovery
from runs.engine.spread import SEEDS, Spread, parameters_share, simulate
from runs.folder import manifest, tables
from runs.folder.replay import replay
from runs.requests import Comparison, Sensitivity
from runs.requests.calibration import Calibration
from tests.gears import bits_differ

TINY = fit.Effort(8, 16, (fit.Stage(4, 2, 300.0),), fit.Walk(2, 2, 16, 8, 10))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """What a calibration with next to no effort finds."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"VECTORS": 24, "FRESH": 48, "DRAWS": 2}.items():
            patch.setattr(calibrate, name, value)
        for name in ("FULL", "QUICK", "SMALL"):
            patch.setattr(fit, name, TINY)
        folder = tmp_path_factory.mktemp("calibrated") / "out"
        return Calibration("colossus", folder, recovery=1, threads=2).run()


@pytest.fixture
def folder(made, tmp_path):
    """A copy that may be spoiled."""
    copy = tmp_path / "posterior"
    shutil.copytree(made.folder, copy)
    return copy


@pytest.fixture(scope="module")
def sample(made):
    return posterior.read(made.folder, "made")


def test_the_folder_names_what_it_was_made_with(made):
    told = manifest.read(made.folder)
    assert told["rules"] == posterior.rules_of(Scenario.load("colossus"))
    assert told["data"] == posterior.data_of()
    assert told["vectors"] == 24
    assert sorted(path.name for path in made.folder.iterdir()) == [
        "asked.json", "fields.csv", "fighting.csv", "manifest.json", "posterior.csv", "recovery.csv", "rows.csv",
        "trade_offs.csv", "vectors.csv", "work",
    ]  # fmt: skip
    assert len(made.fields) == len(told["start"]) <= 18
    assert {"SF1", "SF4r", "T1", "T6"} <= set(made.rows["id"])
    assert isinstance(made.recovered, recovery.Recovered)


def test_a_second_calibration_is_refused_and_a_resumed_one_says_the_same(made, folder):
    with pytest.raises(BadInput, match="which is not empty"):
        Calibration("colossus", folder).run()
    with pytest.raises(BadInput, match="which holds another calibration"):
        Calibration("colossus", folder, seed=2, resume=True).run()
    with pytest.raises(BadInput, match="which holds another calibration"):
        Calibration("colossus", folder, resume=True).run()  # of another effort
    with pytest.raises(BadInput, match="found 'nothing'; allowed: cover, planned, plan"):
        Calibration("colossus", folder, candidate="nothing").run()


def refusal(folder) -> str:
    with pytest.raises(BadInput) as refused:
        posterior.read(folder, "mine")
    assert len(str(refused.value)) < 300
    return str(refused.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"rules": "0123"}, "made with other rules"),
        ({"start": {"buyers.*.adjustment": 0.312}}, "other starting values (buyers.*.adjustment)"),
        ({"scenario": "nowhere"}, "nowhere: no such scenario"),
        ({"table": "0123"}, "neither damaged nor edited"),
    ],
)
def test_what_does_not_hold_any_more_is_refused(folder, change, said):
    manifest.write(folder, manifest.read(folder) | change)
    assert said in refusal(folder)


@pytest.mark.parametrize("file", ["manifest.json", "posterior.csv"])
def test_damage_is_refused(folder, file):
    path = folder / file
    path.write_text(path.read_text(encoding="utf-8").replace("1", "2", 1), encoding="utf-8")
    assert "damaged" in refusal(folder)
    path.unlink()
    assert "cannot be read" in refusal(folder) or "is missing" in refusal(folder) or "no manifest" in refusal(folder)


def test_it_is_about_the_worlds_that_extend_the_calibrated_one(sample):
    assert all(sample.about(Scenario.load(name)) for name in ("colossus", "no-rush", "glut", "export-ban", "free"))
    assert not sample.about(Scenario.load("reference"))


def test_a_run_is_the_run_of_its_vector(sample):
    spread = Spread(Scenario.load("no-rush"), sample, 12, 7)
    results = simulate(spread)
    assert results["vector"].values.tolist() == [n // SEEDS for n in range(12)]
    for run in (0, 5, 11):
        alone = Market(spread.scenario_of(run), 7, run).run()
        assert np.array_equal(alone.values("market")[:, 0, 0], results[alone.build.layouts["market"].columns[0]][run])
        assert spread.scenario_of(run).get("market.shock_level") != 3.25


def test_vectors_are_taken_evenly():
    assert posterior.places(8, 4).tolist() == [0, 4, 2, 6]
    assert sorted(posterior.places(256, 256)) == list(range(256))
    assert posterior.places(3, 7).tolist() == [0, 2, 1, 0, 2, 1, 0]


def test_fewer_runs_are_the_first_of_more(sample):
    scenario = Scenario.load("colossus")
    few, more = (simulate(Spread(scenario, sample, runs, 3)) for runs in (7, 20))
    assert bits_differ(few, more.isel(run=slice(7))) == []


def test_a_stored_ensemble_is_replayed(made, sample, tmp_path):
    scenario = Scenario.load("colossus").replace("market.deposit", 0.1)
    spread = Spread(scenario, posterior.read(made.folder, str(made.folder)), 10, 3, ("market.deposit",))
    tables.write(tmp_path / "stored", scenario, simulate(spread), "ensemble", 0.0)
    found = replay(tmp_path / "stored", 9)
    assert not found.differs
    assert found.point["market.shock_level"] == spread.scenario_of(9).get("market.shock_level")


def test_comparisons_and_given_data_methods_take_its_vectors(made):
    where = str(made.folder)
    asked = Comparison(["no-rush", "colossus"], vectors=6, runs=2, posterior=where)
    over_ranges = Comparison(["no-rush", "colossus"], vectors=6, runs=2, posterior="none")
    (one, *_), (other, *_) = asked.run(), over_ranges.run()
    assert (one.vectors, one.seeds) == (6, 2)
    assert one.mean != other.mean
    study = Sensitivity("colossus", "delta", samples=24, runs=2, posterior=where).run()
    assert list(study.shares)[:2] == ["market.shock_level", "market.shock_speed"]
    with pytest.raises(BadInput, match="not independent"):
        Sensitivity("colossus", "sobol", samples=4, posterior=where).run()
    with pytest.raises(BadInput, match="not about reference"):
        Sensitivity("reference", "delta", samples=24, posterior=where).run()
    with pytest.raises(BadInput, match="found 'nowhere'; allowed: none"):
        Comparison(["no-rush", "colossus"], posterior="nowhere").run()


def test_what_a_scenario_or_the_caller_sets_is_kept(sample):
    points = sample.points(Scenario.load("colossus"), 4, ("supplier.base_weeks",))
    assert "supplier.base_weeks" not in points
    assert len(points["market.plan_weight"]) == 4


@pytest.mark.parametrize(("between", "share"), [(0.0, 0.0), (2.0, 0.8), (1e3, 1.0)])
def test_the_share_of_the_parameters(between, share):
    """Vectors with effects of a known deviation, runs with deviation 1."""
    rng = np.random.default_rng(4)
    vectors = np.arange(4000) // 4
    values = between * rng.standard_normal(1000)[vectors] + rng.standard_normal(4000)
    assert parameters_share(values, vectors) == pytest.approx(share, abs=0.03)
    assert np.isnan(parameters_share(values[:4], vectors[:4]))


def test_a_killed_calibration_goes_on_to_the_same_bytes(made, tmp_path):
    """Killed in the middle of its fit, twice."""
    script = (
        "import sys\n"
        "from runs.calibration import calibrate, fit\n"
        "from runs.requests.calibration import Calibration\n"
        "from runs.calibration.fit import Effort, Stage, Walk\n"
        f"tiny = {TINY!r}\n"
        "calibrate.VECTORS, calibrate.FRESH, calibrate.DRAWS, fit.FULL, fit.EVERY = 24, 48, 2, tiny, 1\n"
        "Calibration('colossus', sys.argv[1], threads=2, resume=True).run()\n"
    )
    folder = tmp_path / "killed"
    state = folder / "work" / "fit" / "state.npz"
    for generation in (2, 7):
        child = subprocess.Popen([sys.executable, "-c", script, str(folder)])
        while child.poll() is None and not (
            state.is_file() and fit.load(state.parent).population.generation >= generation
        ):
            time.sleep(0.005)
        child.send_signal(signal.SIGKILL)
        child.wait()
    subprocess.run([sys.executable, "-c", script, str(folder)], check=True)
    for name in ("posterior.csv", "fields.csv", "rows.csv", "vectors.csv"):
        assert (folder / name).read_bytes() == (made.folder / name).read_bytes(), name
