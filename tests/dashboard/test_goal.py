"""Which futures reach a goal, without a browser."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboard.matters.goal import Form, Wanted, computed, fitted, kept, typed
from dashboard.matters.reached import aim, limit_words, refusal, rows, sentence
from dashboard.state.session import Setting
from market import BadInput, Scenario
from market.gears.simulate import Cancelled
from runs.analysis.discover import Limit

SMALL = Form(futures=300)


def found(form=SMALL, setting=None):
    return computed(Wanted(form, setting or Setting()), lambda done, total: True)


def test_the_command_line_says_the_same(gpumarket, tmp_path, monkeypatch):
    setting = Setting().changed("market.shock_level", 4.5).changed("market.allocation", "linear")
    form = Form("mean premium of B200", "over", "30", 300)
    shown = found(form, setting)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "goal.toml").write_text(shown.wanted.file())
    batch, search = shown.wanted.commands().split(" && ")
    gpumarket(batch)
    said = gpumarket(search)
    assert said["condition"] == "goal > 0.3"
    assert (said["runs"], said["cases"], said["share"]) == (300, shown.reached, shown.found.share)
    assert [box["density"] for box in said["boxes"]] == [box.density for box in shown.found.boxes]
    assert [box["coverage"] for box in said["boxes"]] == [box.coverage for box in shown.found.boxes]
    limits = [{limit.path: (limit.low, limit.high) for limit in box.limits} for box in shown.found.boxes]
    assert [{path: (own["low"], own["high"]) for path, own in box["limits"].items()} for box in said["boxes"]] == limits


def test_what_is_drawn_anyway_is_no_change():
    setting = Setting().changed("market.shock_level", 4.5).changed("market.allocation", "linear")
    assert kept(setting, setting.scenario) == {"market.allocation": "linear"}
    assert found(setting=setting.undone("market.allocation")).reached == found().reached
    assert 'scenario = "mine.toml"' in Wanted(SMALL, Setting("mine", text=Setting().base.to_toml())).file()


def test_a_goal_in_plain_words():
    shown = found()
    said = sentence(shown)
    first = shown.found.boxes[0]
    assert said.startswith(f"The longest quoted wait under 20 weeks is reached in {first.density:.0%} [")
    assert f"and in {shown.reached / 300:.0%} of all 300; {first.coverage:.0%} of those that reach it lie there" in said
    assert "all buyers' elasticity at most " in said
    assert len(rows(shown)) == len(shown.found.boxes)
    scenario = Scenario.load("colossus")
    for limit, words in (
        (Limit("supplier.ramp_quarters", 2.0, 4.0), "quarters to ramp up from 2 to 4"),
        (Limit("buyers.xAI.urgency", 0.2), "xAI's urgency at least 0.2 a quarter"),
        (Limit("supplier.base_weeks", None, 5.0), "assembly and transport at most 5 weeks"),
        (Limit("market.allocation", options=("linear", "pro_rata"), of=3), "allocation linear or pro_rata"),
    ):
        assert limit_words(scenario, limit) == words


@pytest.mark.parametrize(("number", "how", "reached"), [("2", "none", 0), ("900", "all", 300)])
def test_a_goal_that_all_futures_reach_or_none(number, how, reached):
    shown = found(replace(SMALL, number=number), Setting("reference"))
    assert (shown.found, shown.reached) == (None, reached)
    assert sentence(shown).startswith(
        f"The longest quoted wait under {number} weeks is reached in {how} of 300 futures: it goes from 1"
    )


def test_a_goal_that_is_reached_nowhere_in_particular_or_nearly_everywhere():
    shown = found()
    rare = replace(shown, found=replace(shown.found, boxes=()))
    assert "nowhere in particular" in sentence(rare)
    often = replace(shown, found=replace(shown.found, boxes=(), cases=290))
    assert "97% of all 300 futures, and mostly wherever" in sentence(often)


@pytest.mark.parametrize("text", ["", "soon", "nan", "1e999"])
def test_what_is_no_number_gets_a_sentence(text):
    assert "allowed: a number" in refusal(text)
    with pytest.raises(BadInput, match="allowed: a number"):
        found(replace(SMALL, number=text))


def test_units_fitting_and_cancel():
    share = Wanted(Form("mean unmet_share", "over", "5", 300), Setting())
    assert aim(share) == "the unmet share of need over 5%"
    assert share.condition.terms == (("goal", ">", 0.05),)
    assert aim(Wanted(Form("total shipped", "over", "2e7"), Setting())) == "what is shipped over 20,000,000 HAE"
    assert fitted(Form("mean premium of B200"), Setting("reference")).outcome == "mean realised_lead_weeks of all but A"
    assert typed(" 2e3 ") == 2000.0
    with pytest.raises(Cancelled):
        computed(Wanted(SMALL, Setting()), lambda done, total: False)
