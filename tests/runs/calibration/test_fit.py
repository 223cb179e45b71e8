"""Fits of a small kind: the same bits however they are interrupted and however many work at them."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pytest

from market import BadInput, Scenario
from market.gears.simulate import Cancelled
from runs.backtest import loss
from runs.calibration import fit, recovery
from runs.calibration.space import settings, space, start_of
from runs.calibration.target import Figures, History, Made, apart, figures, log_even

KNOWN = settings("colossus")
BASE = Scenario.load("colossus")
SPACE = space(BASE, KNOWN["parameters"])
TINY = fit.Effort(8, 24, (fit.Stage(4, 2, 300.0), fit.Stage(2, 3, 10.0)), fit.Walk(3, 2, 16, 4, 20))


def task(**changes) -> fit.Task:
    given = {"scenario": BASE, "space": SPACE, "target": History(), "effort": TINY, "seed": 5, "threads": 2}
    return fit.Task(**(given | changes))


@pytest.fixture(scope="module")
def whole() -> fit.State:
    return fit.fit(task())


def same(one: fit.State, other: fit.State) -> bool:
    return (
        np.array_equal(one.kept, other.kept)
        and np.array_equal(one.losses, other.losses)
        and np.array_equal(one.population.members, other.population.members)
    )


def test_threads_change_no_bit(whole):
    assert same(whole, fit.fit(task(threads=1)))


@pytest.mark.parametrize("after", [1, 6, 7, 9, 11])
def test_an_interrupted_fit_goes_on_to_the_same_bits(whole, tmp_path, monkeypatch, after):
    monkeypatch.setattr(fit, "EVERY", 1)

    def stop(done, total, what):
        return done < after

    with pytest.raises(Cancelled):
        fit.fit(task(), tmp_path, stop)
    assert fit.load(tmp_path).population.generation == after
    assert same(whole, fit.fit(task(), tmp_path))


def test_what_is_kept_is_of_the_sample_alone(whole):
    assert whole.kept.shape == (4, 8, len(SPACE.free))
    assert len(whole.learned) == len(whole.series) <= 2 * 16
    assert whole.population.generation == TINY.generations


def test_the_losses_are_those_of_the_backtest(whole):
    judge = task().judge(3)
    values = SPACE.values(whole.population.members[:1])[0]
    measures = judge.measures(values)
    assert whole.population.losses[0] == loss.loss(measures, BASE)


def test_a_vector_replaces_a_starting_value_wherever_a_scenario_has_it():
    reached = SPACE.reached(BASE)
    assert "buyers.Microsoft.opening_book" in reached
    assert "buyers.xAI.opening_book" not in reached, "it has no past"
    assert "buyers.Institutions.capex_share" not in reached, "it has a share of its own"
    assert SPACE.reached(Scenario.load("no-rush")) == reached, "what it sets apart stays so"
    assert "market.shock_level" not in SPACE.reached(BASE.replace("market.shock_level", 4.0))
    assert "market.shock_level" not in SPACE.reached(BASE, ["market.shock_level"])


def test_the_starting_value_is_that_of_most():
    assert start_of(BASE, "buyers.*.adjustment") == 0.311


def test_there_are_at_most_eighteen_and_all_alike():
    assert len(SPACE.free) <= 18
    named = {path.split(".")[1] for path in SPACE.names if path.startswith("buyers.")}
    assert named <= {"*", "Small customers"}, "the small customers are a class of their own"


def test_candidates_are_all_combinations():
    found = {
        (one["market.ordering"], one["market.quoting"], one.get("market.plan_weight"))
        for one in KNOWN["candidates"].values()
    }
    assert len(found) == len(KNOWN["candidates"]) == 8
    assert KNOWN["candidates"][KNOWN["chosen"]] == {"market.ordering": "cover", "market.quoting": "planned"}


def test_settings_that_are_not_there():
    with pytest.raises(BadInput, match="glut: no such settings of a calibration"):
        settings("glut")


def test_the_inner_window_forgets_2024():
    """A market that is as it was to 2023 and wrong after: the inner window sees no more of it."""
    judge = task().judge(4)
    start = np.array([one.start for one in SPACE.free])
    measures = {family: values.copy() for family, values in judge.measures(start).items()}
    column = BASE.build.layouts["market"].columns.index("revenue")
    late = BASE.quarters.index("2024Q1")
    before = [loss.parts(measures, BASE, window).facts for window in ("2023Q4", "2024Q4")]
    measures["market"][:, late:, :, column] *= 3.0
    after = [loss.parts(measures, BASE, window).facts for window in ("2023Q4", "2024Q4")]
    assert after[0] == before[0]
    assert after[1] > before[1]


def test_a_known_market_is_the_best_fit_of_its_own_figures():
    """Half-bands of its figures are none, and others have some."""
    judge = task(scenario=BASE.replace("horizon", recovery.QUARTERS)).judge(8)
    start = np.array([one.start for one in SPACE.free])
    own = judge.paths(start)
    seen = figures(own).median
    exact = Made(seen, Figures(*(np.full_like(values, 0.03) for values in astuple(seen))))
    shifted = start.copy()
    shifted[SPACE.names.index("market.shock_level")] *= 1.4
    assert exact(own)[0] < exact(judge.paths(shifted))[0] - 30.0


def test_chance_softens_the_ends_of_an_even_error():
    """The density of an even error and a normal one: its integral is 1, in its middle it is a half, at its end a
    quarter; without chance nothing lies beyond the end."""
    off = np.linspace(-12.0, 12.0, 24001)
    for chance in (0.03, 0.4, 1.5):
        density = np.exp(log_even(off, np.array(chance)))
        assert np.trapezoid(density, off) == pytest.approx(1.0, abs=1e-6)
    assert np.exp(log_even(np.array([0.0, 1.0, 1.5]), np.array(0.03))) == pytest.approx([0.5, 0.25, 0.0], abs=1e-9)


def test_what_chance_does_to_a_figure_is_twice_its_variance():
    found = apart([np.array([1.0, 5.0, np.nan]), np.array([3.0, 5.0, 2.0]), np.array([5.0, 5.0, np.nan])])
    assert found == pytest.approx([np.sqrt(2.0) * 2.0, 0.0, 0.0])


def test_recovery_tells_the_truth_it_hid(tmp_path, monkeypatch):
    monkeypatch.setattr(fit, "SMALL", TINY)
    found = recovery.recover(task(), 2, tmp_path)
    assert len(found.table) == 2 * len(SPACE.free)
    assert found.table["truth"].between(0.0, 1.0).all()
    assert (found.table["inside"] == found.table["truth"].between(found.table["low"], found.table["high"])).all()
    assert found.covered == found.table["inside"].mean()
    assert set(found.by_field["field"]) == set(SPACE.names)
