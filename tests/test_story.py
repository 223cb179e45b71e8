"""What `colossus` is judged by, as shipped: truths that need no history, facts of 2022Q4 to 2024Q4.

On 1,000 runs over 200 vectors of the posterior: on 200 runs over 40 of them chance decides of a fact at the end of its
band (docs/validation.md).
"""

import pytest

from market import Scenario
from runs import Backtest
from runs.backtest.facts import FACTS
from runs.backtest.truths import TRUTHS


@pytest.fixture(scope="module")
def judged():
    found = Backtest("colossus", runs=1000).run()
    assert list(found.failures) == []
    return found


@pytest.mark.parametrize("truth", [rule.id for rule in TRUTHS])
def test_a_truth_holds(judged, truth):
    (found,) = (one for one in judged.truths if one.id == truth)
    assert not found.missing
    assert found.holds, [part.value for part in found.parts]


@pytest.mark.parametrize("fact", [rule.id for rule in FACTS if rule.scored])
def test_a_fact_is_in(judged, fact):
    """On the median path of what was searched for this: a change that loses one shows."""
    (found,) = (one for one in judged.facts if one.id == fact)
    assert found.holds, [part.value for part in found.parts]


def test_value_that_follows_the_plan_is_a_stated_assumption():
    scenario = Scenario.load("colossus")
    span = scenario.uncertainties["market.plan_weight"]
    assert span.low == 0.0
    assert span.high == 1.0
