"""A user's own class of buyers runs in both gears, or live alone and says why."""

import numba
import numpy as np
import pytest

from agents.buyer import Buyer
from agents.records.layout import Layout
from agents.records.roles import Stateful
from market import BadInput, Market, Scenario, simulate
from market.gears import ensemble
from market.gears.build import buyer_layout
from market.gears.ensemble import _teach
from market.gears.model import RunFailed
from market.scenario.scenario import shipped
from tests import own_buyers
from tests.gears import PREFIX, bits_differ, differences
from tests.worlds import changed


@pytest.fixture(scope="module")
def raw():
    """The world of colossus with buyers of four classes of the user's own."""
    raw = Scenario.load("colossus").to_dict()
    raw["levers"] = raw["uncertainties"] = {}
    oracle = {"class": "MoodyBuyer", "opening_stock": 7841.0, "opening_product": "A100", "income": 400.0}
    amazon = raw["buyers"]["Amazon"] | {"class": "ThriftyCloud"}
    del amazon["capex_share"]
    del raw["buyers"]["Google"]["capex_share"]
    return changed(
        raw,
        {
            ("name",): "own-buyers",
            ("buyers", "Amazon"): amazon,
            ("buyers", "Oracle"): oracle,
            ("buyers", "plain"): oracle | {"class": "PlainBuyer"},
            ("buyers", "xAI", "class"): "BrittleLab",
        },
    )


def with_break_chance(raw, chance):
    return Scenario.from_dict(changed(raw, {("buyers", "xAI", "break_chance"): chance}))


def test_rules_of_its_own_in_both_gears(raw):
    scenario = Scenario.from_dict(raw)
    assert scenario.classes["Oracle"] is own_buyers.MoodyBuyer
    assert differences(scenario, seed=5, first=1, runs=4) == []


def test_what_a_rule_reads_cannot_change_behind_the_compiled_code(raw, monkeypatch):
    scenario = Scenario.from_dict(raw)
    assert ensemble.ready(scenario.build) in (True, False)
    monkeypatch.setattr(own_buyers, "waves", lambda quarter, length: 1.0)
    with pytest.raises(BadInput, match=r"^the rules of .*MoodyBuyer.*, or what they read, were changed"):
        simulate(scenario, runs=1)


def test_a_default_of_its_own(raw):
    scenario = Scenario.from_dict(raw)
    assert scenario.get("buyers.Amazon.capex_share") == 0.10
    assert scenario.get("buyers.Google.capex_share") == 0.25
    model = Market(scenario)
    model.step()
    assert model.buyers[0].name == "Amazon"
    assert model.buyers[0].capex_share == 0.10


def signature(*classes):
    """What tells the compiled rules of the shipped classes and of these apart from others."""
    return buyer_layout({cls.__name__: cls for cls in classes}).signature


def defined(body):
    """A class of one name and module, as defined once more at a prompt."""
    space = {"__name__": "prompt", "Buyer": Buyer}
    exec("SHARE = 0.5\nclass Prompted(Buyer):\n    def impulse(self):\n        " + body, space)
    return space["Prompted"]


def test_compiled_rules_are_told_apart():
    """By what each class does, even if no class brings a rule that the others lack."""
    signatures = [
        signature(),
        signature(own_buyers.PlainBuyer),
        signature(own_buyers.ThriftyCloud),
        signature(own_buyers.PlainBuyer, own_buyers.ThriftyCloud),
        signature(own_buyers.MoodyBuyer),
        signature(defined("return 1.0")),
        signature(defined("return 0.5")),
        signature(defined("return SHARE")),
    ]
    assert len(set(signatures)) == len(signatures)
    assert signature(defined("return 1.0")) == signature(defined("return 1.0"))


def test_a_class_defined_again_takes_the_place_of_its_former_self(raw):
    for number in ("1.0", "2.0"):
        prompted = defined(f"return {number}")
        plain = raw["buyers"]["plain"] | {"class": "Prompted"}
        scenario = Scenario.from_dict(changed(raw, {("buyers", "plain"): plain}))
        assert scenario.classes["plain"] is prompted


def test_rules_of_its_own_matter(raw):
    plain = Scenario.from_dict(changed(raw, {("buyers", "Oracle", "wave_length"): 40.0}))
    assert "buyer_needed" in bits_differ(simulate(plain), simulate(Scenario.from_dict(raw)))


def test_a_run_that_breaks_down_spares_the_others(raw):
    runs = 60
    brittle = simulate(with_break_chance(raw, 0.01), runs=runs, seed=1)
    sound = simulate(with_break_chance(raw, 0.0), runs=runs, seed=1)
    failures = brittle.attrs["failures"]
    failed = [failure.replication for failure in failures]
    assert 0 < len(failed) < runs / 2
    assert sound.attrs["failures"] == []
    spared = np.setdiff1d(np.arange(runs), failed)
    assert bits_differ(brittle.sel(run=spared), sound.sel(run=spared)) == []
    for name in brittle.data_vars:
        assert np.isnan(brittle[name].sel(run=failed)).all()


def test_the_sentence_of_a_run_that_breaks_down_names_agent_and_quarter(raw):
    scenario = with_break_chance(raw, 0.01)
    failure = simulate(scenario, runs=60, seed=1).attrs["failures"][0]
    model = Market(scenario, 1, failure.replication)
    with pytest.raises(RunFailed) as caught:
        model.run()
    assert str(caught.value) == failure.sentence
    assert failure.sentence.startswith(scenario.quarters[model.quarter] + ": ")
    assert "xAI" in failure.sentence
    assert "the site has burnt down" in failure.sentence
    assert "\n" not in failure.sentence


@pytest.fixture(scope="module")
def talkative(raw):
    oracle = {"class": "TalkativeBuyer", "opening_stock": 7841.0, "opening_product": "A100", "income": 400.0}
    return Scenario.from_dict(changed(raw, {("buyers", "Oracle"): oracle}))


def test_what_cannot_be_compiled_runs_live(talkative):
    plain = {"class": "Buyer", "opening_stock": 7841.0, "opening_product": "A100", "income": 400.0}
    same = Scenario.from_dict(changed(talkative.raw, {("buyers", "Oracle"): plain}))
    for family in PREFIX:
        values = Market(talkative).run().values(family)
        assert np.array_equal(values, Market(same).run().values(family), equal_nan=True)


def test_what_cannot_be_compiled_says_so_and_harms_no_other_scenario(talkative):
    with pytest.raises(BadInput) as caught:
        simulate(talkative)
    sentence = str(caught.value)
    assert sentence.startswith("TalkativeBuyer.impulse ")
    assert "numba" in sentence
    assert "\n" not in sentence
    for name in shipped():
        assert differences(Scenario.load(name)) == []


class Doubler(Stateful):
    """Has one rule, of a name that no other class has."""

    amount: float = 21.0

    def doubled(self):
        return 2.0 * self.amount


def test_rules_can_be_taught_after_other_code_was_compiled():
    numba.njit(lambda x: x)(1)
    layout = Layout("doublers", (Doubler,))
    _teach(layout)
    assert numba.njit(lambda records: records[0].doubled())(layout.template(1)) == 42.0
