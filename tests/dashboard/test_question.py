"""The question of each scenario: its sentence, picture and cards, as plain functions."""

from __future__ import annotations

import gc
import math
import weakref
from dataclasses import replace

import numpy as np
import pytest

from dashboard.parts.cards import cards
from dashboard.question import pair as pairing
from dashboard.question.pair import Pair, counterfactual
from dashboard.question.told import above, below, sentence
from dashboard.reading import outcome
from dashboard.state.session import Ensemble, Setting, computed
from market import Scenario
from market.scenario.scenario import shipped
from runs.engine import outcomes
from runs.engine.spread import ensemble_of
from runs.findings import differences
from runs.findings.differences import Names

RUNS = 20


def paired(name: str, *changes: tuple[str, object]) -> Pair:
    setting = Setting(name, tuple(changes), runs=RUNS)
    scenario = setting.scenario
    shown = Ensemble(setting, scenario, ensemble_of(scenario, RUNS, setting.seed_used), 0.0)
    return pairing.computed(shown, lambda done, total: True)


@pytest.fixture(scope="module")
def rush() -> Pair:
    return paired("colossus")


@pytest.mark.parametrize("name", shipped())
def test_every_outcome_of_a_shipped_story_can_be_read(name):
    scenario = Scenario.load(name)
    story = scenario.story
    assert len(outcome.tells(scenario)) == len(story.tells) >= 2
    assert len(outcome.cards(scenario)) == len(story.cards) == 4
    assert outcome.drawn(story.above, scenario) is not None
    assert outcome.drawn(story.below, scenario) is not None


def test_no_two_scenarios_tell_the_same_at_first_glance():
    pairs = [paired(name) for name in ("colossus", "no-rush", "asic", "export-ban", "glut", "two-names")]
    said = [sentence(pair) for pair in pairs]
    assert len(set(said)) == len(said)
    shown = [str(cards(p.own.scenario, p.measures, p.apart)) for p in pairs]
    assert len(set(shown)) == len(shown)


def test_the_sentence_is_what_the_same_comparison_gives(rush):
    request = pairing.request(rush.own)
    texts = {one.text: name for name, one in outcome.tells(rush.own.scenario).items()}
    found = [replace(one, outcome=texts[one.outcome]) for one in request.run()]
    assert sentence(rush) == differences.sentence(found, Names(subject="xAI's rush"))
    assert "gpumarket compare no-rush colossus" in request.command


def test_the_picture_is_of_the_runs(rush):
    treated, control = (ensemble_of(Scenario.load(name), RUNS) for name in ("colossus", "no-rush"))
    upper = above(rush, "both")
    assert [line.name for line in upper.lines] == ["With", "Without"]
    for line, data in zip(upper.lines, (treated, control), strict=True):
        own = data.buyer_deployed.sel(buyer="xAI").median("run").values
        np.testing.assert_allclose(np.array(line.values, float), own, rtol=1e-12)
    assert [line.name for line in above(rush, "with").lines] == ["With"]
    assert [line.name for line in above(rush, "without").lines] == ["Without"]
    assert [round(dot.value) for dot in upper.dots["With"]] == [25_000, 100_000]
    apart = (treated.buyer_delivered - control.buyer_delivered).sel(
        buyer=[b for b in treated.buyer.values if b != "xAI"]
    )
    apart = apart.sum("buyer")
    (bars,) = below(rush).lines
    np.testing.assert_allclose(np.array(bars.values, float), apart.mean("run").values, rtol=1e-9, atol=1e-6)
    half = 1.959963984540054 * apart.std("run", ddof=1).values / math.sqrt(RUNS)
    np.testing.assert_allclose(np.subtract(bars.high, bars.low) / 2, half, rtol=1e-9, atol=1e-6)


def test_a_card_says_whether_the_real_figure_is_inside(rush):
    first, *_, last = cards(rush.own.scenario, rush.measures, rush.apart, "no-rush")
    own = rush.own.data.buyer_deployed.sel(buyer="xAI", quarter="2024Q3").values
    low, high = np.quantile(own, [0.05, 0.95])
    assert first["inside"] == (low <= 100_000 <= high)
    assert first["real"] == "Real: 100k HAE, xAI Colossus 1, 2024-09-02"
    assert "on no-rush" in first["apart"]
    assert last["real"].startswith("Real: $32.6bn")


def test_what_is_changed_is_changed_on_both_sides():
    pair = paired("colossus", ("market.deposit", 0.25))
    other = counterfactual(pair.own.setting)
    assert other is not None
    assert other.get("market.deposit") == 0.25
    assert "--set market.deposit=0.25" in pairing.request(pair.own).command


def test_where_nothing_moves_the_sentence_says_so_and_why(rush):
    same = pairing.Pair(
        rush.own, rush.own.read, [replace(d, mean=0.0, low=0.0, high=0.0) for d in rush.differences], {}
    )
    assert sentence(same).startswith("xAI's rush changes nothing in everybody else's wait")
    assert sentence(same).endswith("as it is set, the market is the same in every run as in no-rush.")
    other = replace(same, control=rush.control)
    assert "quarters more could have been made than was ordered" in sentence(other)


def test_an_outcome_that_cannot_move_is_not_told(rush):
    still = replace(rush.differences[0], mean=0.0, low=0.0, high=0.0)
    told = sentence(replace(rush, differences=[still, *rush.differences[1:]]))
    assert "everybody else's wait" not in told
    assert "B200" in told


def test_a_scenario_that_is_compared_with_none_tells_its_figures():
    pair = paired("glut")
    assert pair.control is None
    found = np.median(outcomes.read("last rental_usd_hour", pair.own.scenario).of(pair.measures))
    assert f"the rent at the end is ${found:.2f} an hour" in sentence(pair)
    assert [line.name for line in above(pair, "both").lines] == ["What could be made"]


def test_a_scenario_without_a_story_gets_a_sensible_one(tmp_path):
    path = tmp_path / "mine.toml"
    plain = Scenario.from_dict({**Scenario.load("colossus").raw, "story": {}}, str(path))
    assert [one.text for one in outcome.cards(plain).values()][-1] == "revenue in 2024Q4"
    assert len(outcome.tells(plain)) == 3
    told = Scenario.from_dict(
        {**Scenario.load("colossus").raw, "story": {"cards": [{"name": "x", "outcome": "peak nonsense"}]}}, str(path)
    )
    assert len(outcome.cards(told)) == 4  # what cannot be read is left out


def test_runs_that_came_with_their_pairs_go_when_they_are_forgotten(session):
    """At once: waiting for a full collection, a server would hold the runs of dozens of changes."""
    pairing.accompany()
    found = list(computed(Setting("colossus", runs=50), lambda done, total: True)).pop()
    assert isinstance(found.companion, Pair)
    assert pairing.pair_of(found) is found.companion
    held = weakref.ref(found)
    gc.disable()
    try:
        del found
        assert held() is None
    finally:
        gc.enable()
