"""What a session sets and how its ensemble is computed, without a browser."""

from __future__ import annotations

import pytest

from dashboard.state import session as own
from dashboard.state.jobs import Status
from dashboard.state.session import Setting
from market import BadInput, Scenario, simulate
from market.gears.simulate import Cancelled
from runs.engine.spread import ensemble_of

SHOCK = "market.shock_level"


def compute(wanted: Setting) -> None:
    """Have the session compute a setting, and wait."""
    own.job.start(wanted)
    assert own.job.task._last_finished_event.wait(120)


def test_a_change_to_the_scenarios_own_value_is_none():
    changed = Setting().changed(SHOCK, 5.0)
    assert changed.changes == ((SHOCK, 5.0),)
    assert changed.scenario == Scenario.load("colossus").replace(SHOCK, 5.0)
    assert changed.changed(SHOCK, 3.25) == Setting()


def test_a_value_out_of_range_is_a_sentence():
    with pytest.raises(BadInput, match=r"market.shock_level: found -1.0; allowed: 0.1 to 50"):
        _ = Setting().changed(SHOCK, -1.0).scenario


def test_a_path_of_numbers_may_be_changed():
    path = [100_000.0 + quarter for quarter in range(17)]
    changed = Setting().changed("supplier.upstream", path)
    scenario = own.spread_of(changed).scenario_of(3)
    assert scenario.get("supplier.upstream") == path
    assert own.spread_of(Setting().changed("supplier.upstream", [*path[:-1], 1.0])).scenario_of(3) != scenario


def test_the_ensemble_is_that_of_simulate(session):
    wanted = Setting("reference", runs=50)
    compute(wanted)
    assert own.job.status.value == Status("done")
    assert own.job.result.value.setting == wanted
    assert own.job.result.value.data.equals(simulate(Scenario.load("reference"), runs=50))


def test_the_few_runs_are_the_first_of_the_ensemble():
    shown = own.few(Setting(runs=50, seed=7), lambda done, total: True)
    assert shown.runs == own.FEW
    assert shown.data.equals(ensemble_of(Scenario.load("colossus"), runs=50, seed=7).isel(run=slice(own.FEW)))


def test_what_cannot_be_run_keeps_the_figures_before(session):
    compute(Setting("reference", runs=50))
    before = own.job.result.value
    compute(Setting("reference", (("buyers.A.adjustment", 7.0),)))
    assert own.job.status.value.phase == "failed"
    assert "buyers.A.adjustment: found 7.0; allowed: 0.01 to 1" in own.job.status.value.sentence
    assert own.job.result.value is before


def test_the_first_runs_come_at_once_and_all_are_those_of_one_ensemble():
    wanted = Setting(runs=50, seed=7).changed(SHOCK, 4.0)
    first, whole = own.computed(wanted, lambda done, total: True)
    one = ensemble_of(wanted.scenario, runs=50, seed=7)
    assert (first.runs, whole.runs) == (own.FEW, 50)
    assert first.data.equals(one.isel(run=slice(own.FEW)))
    assert whole.data.equals(one)


def test_in_a_crowd_all_runs_come_at_once():
    """To draw the first ones would hold up everybody; when the others are done they come again."""
    wanted = Setting("reference", runs=50)
    waiting = [own.computed(wanted, lambda done, total: True) for _ in range(own.CROWD)]
    for one in waiting:
        assert next(one).runs == own.FEW
    assert [found.runs for found in own.computed(wanted, lambda done, total: True)] == [50]
    for one in waiting:
        one.close()
    assert [found.runs for found in own.computed(wanted, lambda done, total: True)] == [own.FEW, 50]
    assert own.under_way == []


def test_nothing_is_told_after_the_last_runs():
    """Or the line under the title would say for ever that it is at work."""
    told = []
    found = own.computed(Setting("reference", runs=50), lambda done, total: told.append(done))
    for ensemble in found:
        if ensemble.runs == 50:
            told.clear()
    assert told == []


def test_what_the_page_makes_of_an_ensemble_comes_with_it(session):
    own.companion.value = lambda shown, live, progress: (shown.runs, live)
    found = own.computed(Setting("reference", runs=50), lambda done, total: True)
    assert [ensemble.companion for ensemble in found] == [(own.FEW, False), (50, False)]
    assert own.few(Setting("reference"), lambda done, total: True).companion == (own.FEW, True)
    own.companion.value = None
    assert own.few(Setting("reference"), lambda done, total: True).companion is None


def test_what_is_wanted_no_more_does_not_begin():
    with pytest.raises(Cancelled):
        next(own.computed(Setting("reference"), lambda done, total: False))
