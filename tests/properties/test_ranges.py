"""Any scenario inside its declared ranges runs (design 7.12)."""

import math

import numpy as np
import pytest

from agents.records.roles import UNKNOWN, Parameter, fields_of
from market import Scenario, simulate
from market.gears.model import Market, RunFailed
from market.gears.simulate import explain
from market.product import OutsideOption
from market.scenario.schema import TABLES, buyer_classes, table_model
from tests.properties.anywhere import CLASSES, anywhere

BLOCK = 50
FULL = "the order book is full"
"""What stops a run that no field forbids: a buyer has room for so many lines."""


@pytest.mark.parametrize("first", range(0, 500, BLOCK))
def test_p_any_scenario_inside_its_declared_ranges_runs(first):
    told = {}
    for number in range(first, first + BLOCK):
        found = simulate(Scenario.from_dict(anywhere(number)), runs=2)
        told[number] = [failure.sentence for failure in found.attrs["failures"] if FULL not in failure.sentence]
        assert np.isfinite(found.revenue.dropna("run")).all()
    assert {number: sentences for number, sentences in told.items() if sentences} == {}


def test_the_two_gears_agree_there():
    for number in range(0, 500, 25):
        scenario = Scenario.from_dict(anywhere(number))
        compiled, stepped = simulate(scenario), simulate(scenario, trace=True)
        for name in compiled:
            assert np.array_equal(compiled[name], stepped[name], equal_nan=True), (number, name)


def test_scenarios_from_anywhere_trade_and_differ():
    """Or the tests above would run through empty worlds."""
    found = [simulate(Scenario.from_dict(anywhere(number))) for number in range(BLOCK)]
    assert sum(float(one.shipped.sum()) > 0.0 for one in found) > BLOCK // 3
    assert len({one.attrs["scenario_hash"] for one in found}) == BLOCK


def test_every_number_of_the_schema_has_two_ends():
    for cls in (*TABLES.values(), OutsideOption, *CLASSES.values()):
        for field in fields_of(cls).values():
            if isinstance(field.role, Parameter):
                assert math.isfinite(field.role.low), field.name
                assert math.isfinite(field.role.high), field.name
                assert field.role.high < UNKNOWN[0], field.name
                assert field.role.low <= field.default <= field.role.high or field.default == math.inf, field.name
    assert Parameter("apples", "of one's own").high == UNKNOWN[0]
    assert set(buyer_classes()) >= set(CLASSES)
    assert table_model(CLASSES["Buyer"])(space=math.inf).space == math.inf


def broken():
    """A scenario whose opening divides by zero, which no file can say any more."""
    scenario = Scenario.load("reference").replace("horizon", 3)
    scenario.build.start["buyers"]["adjustment"] = 0.0
    return scenario


def test_a_failure_of_the_opening_is_told_as_any_other():
    scenario = broken()
    sentence = "2023Q1: A (explain_past): ZeroDivisionError: float division by zero"
    with pytest.raises(RunFailed) as caught:
        Market(scenario)
    assert (str(caught.value), caught.value.stage) == (sentence, "rule")
    assert str(explain(scenario, 0, 0)) == sentence
    for trace in (False, True):
        found = simulate(scenario, runs=2, trace=trace)
        assert [failure.sentence for failure in found.attrs["failures"]] == [sentence] * 2
        assert np.isnan(found.revenue).all()


def test_an_explanation_never_raises(monkeypatch):
    def fail(self):
        raise LookupError("nobody is there")

    monkeypatch.setattr(Market, "run", fail)
    why = explain(Scenario.load("reference"), 0, 0)
    assert (why.stage, str(why)) == ("gear", "LookupError: nobody is there")
