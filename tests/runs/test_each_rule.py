"""Rules of experiments one at a time, each on a case of its own that another rule would get wrong."""

from __future__ import annotations

import numpy as np
import pytest

from market import Scenario, simulate
from runs.analysis import indices
from runs.engine import outcomes
from runs.engine.evaluate import evaluate
from runs.engine.experiment import Experiment


def test_the_floor_of_sobol_is_the_share_of_variance_that_the_draws_have():
    """Values of variance 8 and noise of variance 2: a quarter."""
    values = np.array([0.0, 0.0, 4.0 * np.sqrt(2.0), 4.0 * np.sqrt(2.0)])
    assert values.var() == pytest.approx(8.0)
    assert indices._seeds("sobol", 2.0, values, 4) == pytest.approx(0.25)


def test_fill_rates_of_several_are_weighed_by_what_they_need():
    """1 of a buyer that needs 30 and 0 of one that needs 10, whatever is delivered to them."""
    scenario = Scenario.load("colossus")
    found = outcomes.read("fill_rate of all but xAI in 2023Q1", scenario)
    columns = scenario.build.layouts["buyers"].columns
    names = scenario.build.names["buyers"]
    values = np.ones((1, scenario.horizon, len(names), len(columns)))
    values[..., columns.index("needed")] = 0.0
    for name, fill, needed in (("Meta", 1.0, 30.0), ("Google", 0.0, 10.0), ("xAI", 0.5, 60.0)):
        values[:, :, names.index(name), columns.index("fill_rate")] = fill
        values[:, :, names.index(name), columns.index("needed")] = needed
    assert found.of({"buyers": values})[0] == pytest.approx(0.75)


def test_the_first_replication_is_where_the_draws_begin():
    scenario = Scenario.load("colossus")
    wanted = {"end": outcomes.read("last revenue", scenario)}
    for shared in (True, False):
        asked = Experiment(scenario, {}, 3, scenario.seed, wanted, first_replication=40, shared=shared)
        alone = simulate(scenario, runs=3, first_replication=40).revenue.values[:, -1]
        np.testing.assert_array_equal(evaluate(asked).of("end")[0], alone)
