"""Few runs without compiled rules, and the process that compiles them."""

from __future__ import annotations

import pytest

from market import Scenario, simulate
from market.gears import ensemble
from market.gears.beside import compile_beside, stepped
from market.gears.simulate import Cancelled
from tests.own_buyers import MoodyBuyer


def test_stepped_runs_are_those_of_the_ensemble():
    scenario = Scenario.load("no-rush")
    assert stepped(scenario, 3, 11).identical(simulate(scenario, 3, 11))


def test_stepping_can_be_stopped():
    told: list[tuple[int, int]] = []
    with pytest.raises(Cancelled, match="after 2 of 5 runs"):
        stepped(Scenario.load("reference"), 5, progress=lambda done, runs: told.append((done, runs)) or done < 2)
    assert told == [(0, 5), (1, 5), (2, 5)]


def test_the_process_says_whether_it_could_compile():
    """It does not know a class of one's own, which this process would have compiled itself."""
    raw = Scenario.load("reference").to_dict()
    raw["buyers"]["A"]["class"] = MoodyBuyer.__name__
    assert compile_beside(Scenario.from_dict(raw)).wait(120) != 0
    ensemble.compiled(Scenario.load("reference").build)
    assert compile_beside(Scenario.load("reference")).wait(120) == 0
