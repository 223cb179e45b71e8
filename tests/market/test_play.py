"""Buyers that are played: PettingZoo's own tests, and a player who repeats the rule plays the rule's run."""

from __future__ import annotations

import copy
import subprocess
import sys

import numpy as np
import pettingzoo
import pytest
from pettingzoo.test import parallel_api_test, parallel_seed_test, render_test
from pettingzoo.utils import parallel_to_aec

from market import BadInput, Market, Scenario
from market.gears.trace import Trace
from market.play import MarketGame, seen
from market.play.hand import LEAVES, MOST_TAKEN, RULES, TAKES, Decision, Decisions
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


# --- decisions by hand ---------------------------------------------------------------------------------------------


def decided(does, quarter="2024Q2", buyer="xAI", product="H100"):
    """A run of the rush with one decision by hand, traced."""
    return all_decided(Decision(quarter, buyer, product, does))


def all_decided(*taken):
    """The same run with any number of them."""
    trace = Trace(Market("colossus", 3, 5))
    while trace.model.label:
        with Decisions(taken).held(trace.model):
            trace.step()
    return trace


@pytest.fixture(scope="module")
def rules():
    return Trace(Market("colossus", 3, 5)).run()


def deals(trace, quarter="2024Q2"):
    return {(row["buyer"], row["product"]): row for row in trace.deals if row["quarter"] == quarter}


def same(trace, other):
    own, rest = trace.tables(), other.tables()
    return all(own[name].equals(rest[name]) for name in own) and all(
        np.array_equal(trace.model.values(family), other.model.values(family), equal_nan=True) for family in PREFIX
    )


def test_a_decision_that_is_the_rules_own_changes_nothing(rules):
    assert same(decided(1.0), rules)
    assert same(decided(3.0, product="A100"), rules)  # it asks for none
    assert not same(decided(1.01), rules)


def test_a_decision_is_of_its_quarter_alone(rules):
    made = decided(2.0)
    asked = rules.model.scenario.quarters.index("2024Q2")
    assert np.array_equal(made.model.values("buyers")[:asked], rules.model.values("buyers")[:asked], equal_nan=True)
    own, other = deals(made)[("xAI", "H100")], deals(rules)[("xAI", "H100")]
    assert own["quantity"] == pytest.approx(2.0 * other["quantity"], rel=1e-12)
    assert ("xAI", "H100") not in deals(decided(0.0))
    again = Decision("2024Q2", "xAI", "H100", 2.0).run(Market("colossus", 3, 5))
    for family in PREFIX:
        assert np.array_equal(again.values(family), made.model.values(family), equal_nan=True)


@pytest.mark.parametrize("quarter", ["2023Q2", "2024Q2", "2025Q4"])
def test_who_takes_the_first_offer_and_who_walks_away(rules, quarter):
    talked = [key for key, row in deals(rules, quarter).items() if row["outcome"] == "deal"]
    assert talked
    for buyer, product in talked[:4]:
        key = buyer, product
        first = next(o for o in rules.offers if (o["quarter"], o["buyer"], o["product"]) == (quarter, *key))
        made = deals(decided(TAKES, quarter, *key), quarter)[key]
        assert (made["outcome"], made["week_agreed"], made["price"]) == ("deal", 0, first["price"])
        assert made["promised_quarter"] == first["promised_quarter"]
        assert deals(decided(LEAVES, quarter, *key), quarter)[key]["outcome"] in ("queue", "none")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"quarter": "2030Q1"}, "quarter: found '2030Q1'"),
        ({"buyer": "xAy"}, "buyer: found 'xAy'; did you mean 'xAI'"),
        ({"product": "H900"}, "product: found 'H900'"),
        ({"does": 4.5}, "times its order: found 4.5; allowed: 0 to 4"),
        ({"does": float("nan")}, "times its order: found nan; allowed: 0 to 4"),
        ({"does": "sulks"}, "decision of xAI: found 'sulks'; allowed: 0 to 4 times its order, takes, leaves"),
        ({"buyer": "Small customers", "does": TAKES}, "found 'takes'; allowed: 0 to 4 times its order"),
    ],
)
def test_a_decision_that_cannot_be_taken_is_a_sentence(changes, sentence):
    decision = Decision(**({"quarter": "2024Q2", "buyer": "xAI", "product": "H100", "does": 2.0} | changes))
    with pytest.raises(BadInput, match=sentence):
        decision.check(Scenario.load("colossus"))


def test_the_decisions_of_a_buyer_in_a_quarter_are_of_one_hand(rules):
    taken = (Decision("2024Q2", "Meta", "H100", 0.5), Decision("2024Q2", "Meta", "B200", TAKES))
    market = Market("colossus", 3, 5)
    while market.label != "2024Q2":
        market.step()
    (meta,) = [buyer for buyer in market.buyers if buyer.name == "Meta"]
    with Decisions(taken).held(market):
        assert len({id(vars(meta)[rule].__self__) for rule in RULES}) == 1
    assert not any(rule in vars(meta) for rule in RULES)
    made, before = deals(all_decided(*taken)), deals(rules)
    first = next(o for o in rules.offers if (o["quarter"], o["buyer"], o["product"]) == ("2024Q2", "Meta", "B200"))
    assert made[("Meta", "H100")]["quantity"] == pytest.approx(0.5 * before[("Meta", "H100")]["quantity"], rel=1e-12)
    assert (made[("Meta", "B200")]["week_agreed"], made[("Meta", "B200")]["price"]) == (0, first["price"])
    assert before[("Meta", "B200")]["week_agreed"] > 0


def test_a_later_decision_is_taken_in_the_run_that_the_earlier_made(rules):
    early, late = Decision("2024Q2", "xAI", "H100", 0.0), Decision("2024Q4", "xAI", "B200", 2.0)
    alone, made = decided(0.0), all_decided(late, early)
    at = rules.model.scenario.quarters.index("2024Q4")
    assert np.array_equal(made.model.values("buyers")[:at], alone.model.values("buyers")[:at], equal_nan=True)
    own, then, rule = (deals(one, "2024Q4")[("xAI", "B200")]["quantity"] for one in (made, alone, rules))
    assert own == pytest.approx(2.0 * then, rel=1e-12)
    assert then != rule
    again = Decisions((early, late)).run(Market("colossus", 3, 5))
    for family in PREFIX:
        assert np.array_equal(again.values(family), made.model.values(family), equal_nan=True)


def test_one_decision_about_a_thing_and_a_way_back_for_each():
    early, late = Decision("2024Q2", "xAI", "H100", 2.0), Decision("2024Q4", "xAI", "B200", TAKES)
    both = Decisions((late, early))
    assert both.taken == (early, late)
    assert both.without(early) == Decisions((late,))
    other = Decision("2024Q2", "xAI", "H100", LEAVES)
    assert both.having(other).taken == (other, late)
    assert Decisions().having(early).without(early) == Decisions()


def test_what_a_buyer_does_not_ask_for_is_told():
    asked, not_asked = Decision("2024Q2", "xAI", "H100", 0.0), Decision("2024Q2", "xAI", "A100", 2.0)
    market, found = Market("colossus", 3, 5), []
    while market.label:
        with Decisions((asked, not_asked)).held(market) as idle:
            market.step()
        found += idle
    assert found == [not_asked]


def test_decisions_that_cannot_be_taken_together_are_a_sentence():
    scenario = Scenario.load("colossus")
    many = [Decision(quarter, "xAI", "H100", 2.0) for quarter in scenario.quarters[: MOST_TAKEN + 1]]
    assert len(Decisions(many[:-1]).check(scenario).taken) == MOST_TAKEN
    with pytest.raises(BadInput, match="decisions: found 13; allowed: up to 12 in a run"):
        Decisions(many).check(scenario)
    twice = Decision("2024Q2", "xAI", "H100", TAKES), Decision("2024Q2", "xAI", "H100", 2.0)
    with pytest.raises(BadInput, match="found two of xAI about H100 in 2024Q2; allowed: one"):
        Decisions(twice).check(scenario)
    with pytest.raises(BadInput, match="buyer: found 'xAy'"):
        Decisions((Decision("2024Q2", "xAy", "H100", 2.0),)).check(scenario)


def test_a_hand_needs_no_pettingzoo():
    code = "import sys; sys.modules['pettingzoo'] = sys.modules['gymnasium'] = None; import market.play.hand"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
