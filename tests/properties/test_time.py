"""Properties of time, to the last bit: nothing is seen before it comes (P07), and a saved run goes on (P32)."""

import copy
import pickle
from unittest import mock

from hypothesis import given
from hypothesis import strategies as st

from market import Market, Scenario
from market.gears.build import Build
from tests.gears import live_differs, measured, unequal
from tests.properties import many
from tests.properties.strategies import moments, turning_points

LOOKS_BACK = "cohort_lead_weeks"
"""At all that became of a quarter's orders, to the end."""

DRAWS = Build.draws


def until(quarter, raw):
    """All measures of a run of a world before that quarter."""
    results = measured(Scenario.from_dict(raw))
    return {name: values[:, :quarter] for name, values in results.items() if name != LOOKS_BACK}


@many
@given(turning_points())
def test_p07_an_event_is_not_seen_before_its_quarter(point):
    raw, treated, quarter = point
    assert unequal(until(quarter, raw), until(quarter, treated)) == []


@many
@given(moments())
def test_p07_later_draws_are_not_seen_before(moment):
    raw, quarter = moment

    def others_later(self, family, seed, first, count):
        draws = DRAWS(self, family, seed, first, count)
        draws[:, quarter:] = DRAWS(self, family, seed + 1, first, count)[:, quarter:]
        return draws

    before = until(quarter, raw)
    with mock.patch.object(Build, "draws", others_later):
        assert unequal(before, until(quarter, raw)) == []


@many
@given(moments())
def test_p07_the_horizon_is_not_seen(moment):
    raw, quarter = moment
    assert unequal(until(quarter, raw), until(quarter, raw | {"horizon": quarter})) == []


def test_p07_finds_a_look_ahead():
    """A later launch written into the file shows before the quarter in which an event would tell it."""
    colossus = Scenario.load("colossus").to_dict()
    quarter = Scenario.load("colossus").quarters.index("2024Q3")
    event = {"quarter": "2024Q3", "kind": "product_delay", "product": "B200", "quarters": 2}
    told = colossus | {"events": [*colossus["events"], event]}
    known = Scenario.load("colossus").replace("products.B200.launch", "2025Q2").to_dict()
    before = until(quarter, colossus)
    assert unequal(before, until(quarter, told)) == []
    assert "product_quoted_lead_weeks" in unequal(before, until(quarter, known))


def copied(model):
    return copy.deepcopy(model)


def saved(model):
    return pickle.loads(pickle.dumps(model))


@many
@given(turning_points(), st.sampled_from([copied, saved]), st.booleans())
def test_p32_a_saved_run_goes_on(point, restore, early):
    _, treated, quarter = point
    scenario = Scenario.from_dict(treated)
    model = Market(scenario)
    for _ in range(quarter - early):
        model.step()
    whole = {name: values[0] for name, values in measured(scenario).items()}
    assert live_differs(restore(model).run(), whole) == []
