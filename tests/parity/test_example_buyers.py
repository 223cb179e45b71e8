"""The buyers of ``examples/buyers`` play in both gears, in processes too; the folder is all that one names."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from market import Market, Scenario, simulate
from runs import Engine
from runs.engine.evaluate import evaluate
from runs.engine.experiment import Experiment
from runs.engine.outcomes import read
from tests.gears import live_differs
from tests.runs.conftest import gpumarket  # noqa: F401

FOLDER = Path(__file__).parents[2] / "examples" / "buyers"
FILES = sorted(FOLDER.glob("*.toml"))


def example(path):
    return Scenario.load(path, agents=FOLDER)


def played(path):
    """The buyer of a class of its own, and what the scenario says of it."""
    scenario = example(path)
    (name,) = (name for name, cls in scenario.classes.items() if not cls.__module__.startswith("agents."))
    return name, scenario


@pytest.fixture(scope="module")
def together():
    """All examples in one market, so that their rules are compiled once."""
    buyers = {}
    for path in FILES:
        name, scenario = played(path)
        buyers[f"buyers.{name}.class"] = scenario.get(f"buyers.{name}.class")
    return Scenario.load("colossus").replace_all(buyers)


def test_there_are_three():
    assert [path.stem for path in FILES] == ["bargain_hunter", "consortium", "hoarder"]
    for path in FILES:
        lines = path.with_suffix(".py").read_text().splitlines()
        assert len([line for line in lines if line.strip()]) < 20


def test_both_gears_agree_to_the_last_bit(together):
    results = simulate(together, runs=3, seed=4)
    assert results.attrs["failures"] == []
    for run in range(3):
        assert live_differs(Market(together, 4, run).run(), results.isel(run=run)) == []


def test_other_processes_run_them_too(together):
    asked = {name: read(name, together) for name in ("revenue", "peak_quote")}
    experiment = Experiment(together, {"buyers.Meta.greed": [1.0, 3.0]}, 4, 7, asked)
    here, there = (evaluate(experiment, engine).outcomes for engine in (Engine(threads=1), Engine(workers=1)))
    assert np.array_equal(here, there)
    assert not np.array_equal(here[0], here[1])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_example_runs_from_the_command_line(path, gpumarket):  # noqa: F811
    status, out, _ = gpumarket("run", str(path), "--agents", str(FOLDER), "--runs", "1", "--gear", "live", "--json")
    assert status == 0
    assert json.loads(out)["failures"] == []


def test_the_hoarder_orders_more_than_it_did():
    name, scenario = played(FOLDER / "hoarder.toml")
    first = {}
    for world in (scenario, Scenario.load("colossus")):
        model = Market(world)
        model.step()
        model.step()
        first[world.name] = model.table("buyers").query(f"buyer == {name!r}")["ordered"].iloc[1]
    assert first["hoarder"] == pytest.approx(2.0 * first["colossus"], rel=0.1)


def test_the_bargain_hunter_waits_for_the_price_to_fall():
    name, scenario = played(FOLDER / "bargain_hunter.toml")
    model = Market(scenario).run()
    ordered = model.table("buyers").query(f"buyer == {name!r}")["ordered"].to_numpy()
    assert (ordered[:5] == 0.0).all()
    assert ordered.max() > 0.0


def test_the_consortium_has_a_line_for_each_member():
    name, scenario = played(FOLDER / "consortium.toml")
    model = Market(scenario)
    model.step()
    buyer = model.buyers[model.build.names["buyers"].index(name)]
    placed = [i for i in range(buyer.lines) if buyer.line_placed[i] == 0]
    assert len(placed) == 3
    assert len({buyer.line_promised[i] for i in placed}) == 3
    assert len({buyer.line_units[i] for i in placed}) == 1
