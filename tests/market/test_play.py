"""Buyers that are played: PettingZoo's own tests, and a player who repeats the rule plays the rule's run."""

from __future__ import annotations

import copy

import numpy as np
import pettingzoo
import pytest
from pettingzoo.test import parallel_api_test, parallel_seed_test, render_test
from pettingzoo.utils import parallel_to_aec

from market import BadInput, Market, Scenario
from market.play import MarketGame, seen
from tests.gears import PREFIX

PLAYERS = ("xAI", "Meta")


def short(**options):
    return MarketGame(Scenario.load("colossus").replace("horizon", 9), PLAYERS, **options)


def played(game, action, seed=3, **options):
    """A run in which every player repeats an action; its rewards, shape (quarters, players)."""
    game.reset(seed=seed, options=options)
    rewards = []
    while game.agents:
        _, earned, _, _, _ = game.step({name: action(game, name) for name in game.agents})
        rewards.append([earned[name] for name in game.possible_agents])
    return np.array(rewards)


def ones(game, name):
    return np.ones(game.action_space(name).shape)


def test_it_is_registered():
    game = pettingzoo.make("parallel", "gpumarket/market-v0", players=["xAI"])
    assert isinstance(game.unwrapped, MarketGame)
    assert game.possible_agents == ["xAI"]


@pytest.mark.filterwarnings("error")
def test_pettingzoos_api():
    parallel_api_test(short(), num_cycles=20)


def test_pettingzoos_seeds():
    parallel_seed_test(short, num_cycles=4)


def test_pettingzoos_rendering(capsys):
    render_test(lambda render_mode: parallel_to_aec(short(render_mode=render_mode)))
    assert "spending" in capsys.readouterr().out


@pytest.mark.parametrize("protocol", ["alternating_offers", "list_price", "vickrey_auction"])
def test_who_repeats_the_rule_plays_the_rules_run(protocol):
    scenario = Scenario.load("colossus").replace("market.protocol", protocol)
    game = MarketGame(scenario, PLAYERS)
    played(game, ones, seed=3, replication=5)
    plain = Market(scenario, 3, 5).run()
    for family in PREFIX:
        assert np.array_equal(game.market.values(family), plain.values(family), equal_nan=True)


def of(game, name, column):
    table = game.market.table("buyers")
    return table[table["buyer"] == name][column].to_numpy()


@pytest.mark.parametrize("protocol", ["alternating_offers", "vickrey_auction"])
def test_factors_scale_orders(protocol):
    game = MarketGame(Scenario.load("colossus").replace_all({"market.protocol": protocol, "horizon": 4}), PLAYERS)
    ordered = {}
    for factor in (0.0, 1.0, 1.5):
        played(game, lambda game, name, factor=factor: np.append(ones(game, name)[1:] * factor, 1.0))
        ordered[factor] = of(game, "Meta", "ordered")
    assert (ordered[0.0] == 0.0).all()
    assert ordered[1.0][1] < ordered[1.5][1] < 2.0 * ordered[1.0][1]


def test_who_bids_less_pays_less():
    paid = {}
    for factor in (1.0, 0.9):
        game = short()
        played(game, lambda game, name, factor=factor: np.append(ones(game, name)[1:], factor))
        paid[factor] = np.nanmean(of(game, "Meta", "price_paid"))
    assert paid[0.9] < paid[1.0]


def test_what_is_seen_has_names_and_stays_in_its_box():
    game = MarketGame("colossus", ["Tesla"])
    observed, infos = game.reset(seed=1)
    names = seen.names(game.market)
    assert infos == {"Tesla": {}}
    assert game.observation_space("Tesla").contains(observed["Tesla"])
    assert observed["Tesla"][names.index("H100 on_sale")] == 1.0
    assert observed["Tesla"][names.index("B200 quote")] == 0.0
    while game.agents:
        observed, *_ = game.step({"Tesla": ones(game, "Tesla")})
        assert game.observation_space("Tesla").contains(observed.get("Tesla", game.state()))
    assert observed["Tesla"][names.index("time")] == 1.0


def test_rewards_are_rent_less_what_is_paid_and_what_machines_gain():
    game = MarketGame("colossus", ["xAI"])
    game.reset(seed=3)
    hand, total, others = game.hands["xAI"], 0.0, 0.0
    opening = hand.buyer.stock * game.market.hae_price / 1e6
    while game.agents:
        _, rewards, *_ = game.step({})
        total += rewards["xAI"]
        others += hand.buyer.other_spending
    rent = game.market.table("market")["rental_usd_hour"].fillna(0.0).to_numpy()
    earned = (rent * 2190.0 * of(game, "xAI", "deployed") / 1e6 - of(game, "xAI", "spending")).sum() - others
    closing = hand.buyer.stock * game.market.hae_price / 1e6
    assert others > 0.0
    assert total == pytest.approx(earned + closing - opening, rel=1e-9)


def test_episodes_go_through_the_replications_and_may_share_one():
    game = short()
    first, second = (played(game, ones, seed=None) for _ in range(2))
    again = played(game, ones, seed=None, replication=0)
    assert not np.array_equal(first, second)
    assert np.array_equal(first, again)


def test_a_copy_of_a_game_goes_on_by_itself():
    game = short()
    game.reset(seed=2)
    game.step({})
    copied = copy.deepcopy(game)
    copied.step({name: ones(game, name) * 1.5 for name in PLAYERS})
    game.step({})
    plain = Market(game.scenario, 2, 0)
    plain.step()
    plain.step()
    assert np.array_equal(game.market.values("buyers"), plain.values("buyers"), equal_nan=True)
    assert not np.array_equal(copied.market.values("buyers"), plain.values("buyers"), equal_nan=True)


def test_bad_input_is_refused_in_a_sentence():
    with pytest.raises(BadInput, match=r"^players: found 'Xai'; allowed: .*xAI"):
        MarketGame("colossus", ["Xai"])
    with pytest.raises(BadInput, match=r"^render_mode: found 'rgb'; allowed: None, human, ansi"):
        MarketGame("colossus", render_mode="rgb")
