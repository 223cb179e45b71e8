"""What a session sets and how its ensemble is computed, without a browser."""

from __future__ import annotations

import threading

import pytest

from dashboard.state import session as own
from dashboard.state.session import Setting, Status
from market import BadInput, Scenario, simulate
from market.gears.simulate import Cancelled

SHOCK = "market.shock_level"


def finish() -> None:
    """Wait for the computing to end."""
    assert own.recompute._last_finished_event.wait(120)


def test_a_change_to_the_scenarios_own_value_is_none():
    changed = Setting().changed(SHOCK, 5.0)
    assert changed.changes == ((SHOCK, 5.0),)
    assert changed.scenario == Scenario.load("colossus").replace(SHOCK, 5.0)
    assert changed.changed(SHOCK, 10.0) == Setting()


def test_a_value_out_of_range_is_a_sentence():
    with pytest.raises(BadInput, match=r"market.shock_level: found -1.0; allowed: 0.1 to 50"):
        _ = Setting().changed(SHOCK, -1.0).scenario


def test_the_ensemble_is_that_of_simulate(session):
    wanted = Setting("reference", runs=50)
    own.recompute(wanted, pause=0)
    finish()
    assert own.status.value == Status("done", 50, 50)
    assert own.ensemble.value.setting == wanted
    assert own.ensemble.value.data.equals(simulate(Scenario.load("reference"), runs=50))


def test_what_cannot_be_run_keeps_the_figures_before(session):
    own.recompute(Setting("reference", runs=50), pause=0)
    finish()
    before = own.ensemble.value
    own.recompute(Setting("reference", (("buyers.A.adjustment", 7.0),)), pause=0)
    finish()
    assert own.status.value.phase == "failed"
    assert "buyers.A.adjustment: found 7.0; allowed: 0 to 1" in own.status.value.sentence
    assert own.ensemble.value is before


def test_cancel(session, monkeypatch):
    started, go_on = threading.Event(), threading.Event()

    def slow(scenario, runs, seed, progress):
        progress(25, runs)
        started.set()
        assert go_on.wait(20)
        if progress(50, runs) is False:
            raise Cancelled
        raise AssertionError("was not told to stop")

    monkeypatch.setattr(own, "simulate", slow)
    own.recompute(Setting("reference"), pause=0)
    assert started.wait(20)
    assert own.status.value == Status("running", 25, 200)
    own.cancel()
    go_on.set()
    finish()
    assert own.status.value == Status("cancelled")
    assert own.ensemble.value is None


def test_silence_is_explained_as_compiling(session, monkeypatch):
    said = threading.Event()
    monkeypatch.setattr(own, "UNHEARD", 0.01)

    def silent(scenario, runs, seed, progress):
        for _ in range(1000):
            if own.status.value.phase == "compiling":
                said.set()
                break
            threading.Event().wait(0.01)
        return simulate(scenario, runs, seed)

    monkeypatch.setattr(own, "simulate", silent)
    own.recompute(Setting("reference", runs=50), pause=0)
    finish()
    assert said.is_set()
    assert own.status.value.phase == "done"
