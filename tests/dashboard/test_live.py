"""The run behind the tab Live, without a browser."""

from __future__ import annotations

import json

import pytest

from dashboard.live import run as live
from dashboard.live.charts import bid, lead_times, offers, prices
from dashboard.live.page import about_offers, picked_talk, row
from dashboard.live.run import start, stepped
from dashboard.state.session import Setting
from market import Market, Scenario
from market.gears.model import RunFailed
from market.scenario.scenario import shipped


@pytest.mark.parametrize("name", list(shipped()))
def test_a_run_to_the_end_is_the_models(name):
    now = start(Setting(name))
    assert (now.before, now.talks, now.ended) == ("", (), False)
    while not now.ended:
        now = stepped(now)
        products = [*now.scenario.products, *now.scenario.outside]
        for plot in (lead_times(now), *(prices(now, product) for product in products)):
            json.dumps(plot.spec(), allow_nan=False)
        json.dumps([row(talk) for talk in now.talks], allow_nan=False)
    assert not now.failure
    assert now.before == now.scenario.quarters[-1]
    scenario = Scenario.load(name)
    assert now.market.equals(Market(scenario, scenario.seed, replication=0).run().table("market"))
    assert stepped(now) is now


def test_offers_lie_between_the_sides_and_end_at_the_deal():
    now = start(Setting())
    agreed = 0
    while not now.ended:
        now = stepped(now)
        for talk in now.talks:
            if talk.outcome == "deal":
                agreed += 1
                plot = offers(talk, "NVIDIA", "c0")
                last = plot.lines[talk.week % 2].values[talk.week]
                assert last == pytest.approx(talk.price)
                assert talk.least * (1 - 1e-9) <= talk.price <= talk.most * (1 + 1e-9)
                assert list(plot.marks) == [talk.week]
    assert agreed > 20


@pytest.mark.parametrize("protocol", ["uniform_price_auction", "pay_as_bid_auction", "vickrey_auction"])
def test_a_bid_and_its_award(protocol):
    now = start(Setting(changes=(("market.protocol", protocol),)))
    awards = 0
    while not now.ended:
        now = stepped(now)
        for talk in now.talks:
            assert talk.in_auction
            json.dumps(bid(talk, "c0").spec(), allow_nan=False)
            assert about_offers(talk).startswith("US dollars per unit and all units")
            if talk.outcome == "award":
                awards += 1
                cells = row(talk)["cells"]
                assert (cells[2], cells[4]) == ("auction", f"{talk.price:,.0f}")
                (note,) = bid(talk, "c0").marks.values()
                assert note == [f"Gets {talk.units:,.0f} units"]
    assert awards > 50


def test_a_bargain_struck_at_once():
    now = start(Setting(changes=(("market.protocol", "nash"),)))
    found = [row(talk)["cells"][2] for talk in stepped(stepped(now)).talks]
    assert set(found) == {"at once", "list-price queue"}
    for talk in stepped(stepped(now)).talks:
        assert about_offers(talk).startswith("A bargain struck at once") == (talk.outcome == "deal")


def test_the_longest_talk_is_shown_until_one_is_picked():
    now = stepped(stepped(start(Setting())))
    longest = picked_talk(now.talks, None)
    assert len(longest.offers) == max(len(talk.offers) for talk in now.talks)
    assert picked_talk(now.talks, "Meta/elsewhere").buyer == "Meta"
    assert picked_talk((), "Meta/H100") is None


def test_a_step_that_fails_is_a_sentence():
    now = stepped(start(Setting("reference")))

    def fail():
        raise RunFailed("check", "2023Q2", "A", "the order book is full")

    now.trace.model.step = fail
    failed = stepped(now)
    assert failed.failure == "2023Q2: A: the order book is full"
    assert failed.ended
    assert failed.before == "2023Q1"
    assert stepped(failed) is failed


def test_play_stops_at_the_end_and_at_a_reset(session, monkeypatch):
    monkeypatch.setitem(live.SPEEDS, "normal", 0.0)
    live.reset(Setting("reference"))
    live.toggle()
    assert live.play._last_finished_event.wait(60)
    assert live.run.value.before == "2025Q4"
    assert not live.playing.value
    live.reset(Setting("reference"))
    assert live.run.value.before == ""
    live.step()
    assert live.run.value.before == "2023Q1"
