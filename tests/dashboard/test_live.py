"""The run behind the tab Live, without a browser."""

from __future__ import annotations

import json

import pytest

from dashboard.live import run as live
from dashboard.live.charts import bid, lead_times, prices
from dashboard.live.hand import asked, changed, gained, hae
from dashboard.live.page import picked_talk
from dashboard.live.run import Talk, stepped
from dashboard.live.tables import BUYERS, buyer_columns, buyer_rows, queue_rows, sentence, talk_row
from dashboard.live.talk import ended, gave_way, lanes
from dashboard.live.talk import gained as gained_of
from dashboard.state.session import Setting, scenario_of_run
from market import Market
from market.gears.model import RunFailed
from market.play.hand import LEAVES, TAKES, Decision, Decisions
from market.scenario.scenario import shipped
from runs.engine.spread import ensemble_of


@pytest.mark.parametrize("name", list(shipped()))
def test_a_run_is_that_of_the_model_and_every_quarter_can_be_shown(name):
    run = stepped(Setting(name), 3)
    scenario = scenario_of_run(Setting(name), 3)
    model = Market(scenario, scenario.seed, replication=3).run()
    assert run.quarters == tuple(scenario.quarters)
    for table in ("market", "products", "buyers"):
        assert getattr(run, table).equals(model.table(table))
    for quarter in run.quarters:
        talks = run.talks[quarter]
        shown = [lanes(talk, run.supplier, "c0") for talk in talks if talk.offers]
        json.dumps([shown, [talk_row(talk) for talk in talks]], allow_nan=False)
        json.dumps([buyer_rows(run, quarter), queue_rows(run, quarter), sentence(run, quarter)], allow_nan=False)
        for plot in (lead_times(run, quarter), *(prices(run, quarter, product) for product in scenario.products)):
            json.dumps(plot.spec(), allow_nan=False)


def test_a_run_is_the_one_of_the_ensemble():
    wanted = Setting().changed("market.shock_level", 4.0)
    data = ensemble_of(wanted.scenario, runs=6)
    assert stepped(wanted, 5).market["revenue"].tolist() == data.revenue.sel(run=5).values.tolist()


def test_charts_end_at_the_quarter_that_is_looked_at():
    run = stepped(Setting(), 0)
    assert [len([v for v in lead_times(run, q).lines[-1].values if v is not None]) for q in run.quarters] == [
        *range(1, 18)
    ]


def test_the_protagonist_stands_on_top():
    run = stepped(Setting(), 0)
    talking = [q for q in run.quarters if any(talk.buyer == "xAI" for talk in run.talks[q])]
    assert talking
    assert all(run.talks[quarter][0].buyer == "xAI" for quarter in talking)
    assert all(buyer_rows(run, quarter)[0]["key"] == "xAI" for quarter in run.quarters)


def test_the_table_of_buyers_and_the_queue_are_those_of_the_quarter():
    run = stepped(Setting(), 0)
    headings = [column["name"] for column in buyer_columns()]
    assert headings == ["Buyer", *(name for name, _, _ in BUYERS.values())]
    for quarter in ("2023Q3", "2024Q2"):
        (own,) = run.buyers.query("buyer == 'Microsoft' and quarter == @quarter").to_dict("records")
        (row,) = [row for row in buyer_rows(run, quarter) if row["key"] == "Microsoft"]
        assert row["cells"][1:] == [write(own[column]) for column, (_, _, write) in BUYERS.items()]
        placed = [row["cells"][2] for row in queue_rows(run, quarter)]
        assert placed == sorted(placed)
        assert max(placed) <= quarter


def test_offers_lie_between_the_sides_and_end_at_the_deal():
    agreed = 0
    for talks in stepped(Setting(), 0).talks.values():
        for talk in talks:
            if talk.outcome == "deal":
                agreed += 1
                picture = lanes(talk, "NVIDIA", "c0")
                price = picture["lanes"][0]
                assert price["points"][-1]["accepted"]
                assert price["points"][-1]["text"] == f"${talk.price:,.0f}"
                assert picture["agreed"] == talk.week == price["points"][-1]["week"]
                assert talk.least * (1 - 1e-9) <= talk.price <= talk.most * (1 + 1e-9)
                assert all(0.0 <= point["at"] <= 1.0 for one in picture["lanes"] for point in one["points"])
    assert agreed > 20


def offer(week: int, price: float, quarter: str, prepaid: float, units: float = 100.0) -> dict:
    return {
        "week": week,
        "side": "ask" if week % 2 == 0 else "bid",
        "price": price,
        "quantity": units,
        "promised_quarter": quarter,
        "prepaid_share": prepaid,
        "accepted": week == 3,
    }


def talk(offers: list, outcome: str = "deal", most: float = 60.0, least: float = 20.0) -> Talk:
    return Talk("Meta", "H100", outcome, 3, 100.0, 30.0, 40.0, "2024Q1", 0.1, offers, most, least)


HAGGLED = [
    offer(0, 40.0, "2024Q3", 0.2),
    offer(1, 25.0, "2024Q1", 0.0),
    offer(2, 35.0, "2024Q2", 0.2),
    offer(3, 30.0, "2024Q2", 0.1),
]


def test_a_talk_in_words():
    one = talk(HAGGLED)
    assert gave_way(one, "NVIDIA") == [
        "NVIDIA came down from $40 to $35, moved delivery forward from 2024Q3 to 2024Q2.",
        "Meta went up from $25 to $30, moved delivery back from 2024Q1 to 2024Q2, "
        "raised the prepaid share from 0.0% to 10.0%.",
    ]
    assert ended(one, "NVIDIA").startswith("In week 4 NVIDIA took Meta's offer")
    assert gained_of(one, "NVIDIA") == (
        "Of $40 a unit between the two limits Meta kept 75% and NVIDIA 25%: $3.00k and $1.00k in all."
    )
    apart = talk(HAGGLED, "none", most=20.0, least=50.0)
    assert ended(apart, "NVIDIA") == (
        "No deal: Meta would pay $20 at most, NVIDIA take $50 at least; it ordered nothing."
    )
    assert gained_of(apart, "NVIDIA") == ""
    assert ended(talk(HAGGLED, "queue"), "NVIDIA") == "No deal within 13 weeks; it ordered at the list price."
    still = talk([offer(week, 40.0, "2024Q1", 0.0) for week in range(4)])
    assert gave_way(still, "NVIDIA") == ["NVIDIA held to its first offer.", "Meta held to its first offer."]


def test_a_limit_outside_the_picture_is_an_arrow_with_the_number():
    price, *others = lanes(talk(HAGGLED), "NVIDIA", "c0")["lanes"]
    assert [(limit["side"], limit["beyond"], limit["text"]) for limit in price["limits"]] == [
        ("bid", "up", "would pay up to $60"),
        ("ask", "down", "would take $20"),
    ]
    assert not any(one["limits"] for one in others)
    inside = lanes(talk(HAGGLED, most=32.5, least=28.0), "NVIDIA", "c0")["lanes"][0]["limits"]
    assert [(limit["at"], limit["beyond"]) for limit in inside] == [(0.5, ""), (0.2, "")]
    flat = lanes(talk([offer(week, 40.0, "2024Q1", 0.0) for week in range(4)]), "NVIDIA", "c0")["lanes"][0]
    assert [limit["beyond"] for limit in flat["limits"]] == ["up", "down"]


@pytest.mark.parametrize("protocol", ["uniform_price_auction", "pay_as_bid_auction", "vickrey_auction"])
def test_a_bid_and_its_award(protocol):
    awards = 0
    for talks in stepped(Setting(changes=(("market.protocol", protocol),)), 0).talks.values():
        for one in talks:
            if not one.offers:
                assert (one.outcome, one.units) == ("none", 0.0)
                assert ended(one, "NVIDIA") == "There was no bid and no bargain: it ordered nothing."
                continue
            assert one.in_auction
            json.dumps(bid(one, "c0").spec(), allow_nan=False)
            assert ended(one, "NVIDIA").startswith("It was a bid in an auction.")
            if one.outcome == "award":
                awards += 1
                cells = talk_row(one)["cells"]
                assert (cells[2], cells[4]) == ("auction", f"{one.price:,.0f}")
                (note,) = bid(one, "c0").marks.values()
                assert note == [f"Gets {one.units:,.0f} units"]
    assert awards > 50


def test_a_bargain_struck_at_once():
    talks = stepped(Setting(changes=(("market.protocol", "nash"),)), 0).talks["2023Q1"]
    assert {talk_row(one)["cells"][2] for one in talks} == {"at once", "list-price queue"}
    for one in talks:
        assert ended(one, "NVIDIA").startswith("The bargain was struck at once") == (one.outcome == "deal")


def test_a_talk_is_shown_until_another_is_picked():
    talks = stepped(Setting(), 0).talks["2023Q1"]
    assert picked_talk(talks, None) is next(one for one in talks if one.offers)
    assert picked_talk(talks, "Meta/elsewhere").buyer == "Meta"
    assert picked_talk((), "Meta/H100") is None


def stop_in_2023q3(monkeypatch) -> None:
    """Let every run fail in that quarter."""
    step = live.Trace.step

    def fail(trace):
        if trace.model.label == "2023Q3":
            raise RunFailed("check", "2023Q3", "A", "the order book is full")
        step(trace)

    monkeypatch.setattr(live.Trace, "step", fail)


def test_a_run_that_stops_shows_what_there_was(monkeypatch):
    stop_in_2023q3(monkeypatch)
    run = stepped(Setting("reference"), 0)
    assert run.failure == "2023Q3: A: the order book is full"
    assert run.quarters == ("2023Q1", "2023Q2")


# --- decisions by hand ---------------------------------------------------------------------------------------------


def by_hand(does, quarter="2024Q2", product="H200", buyer="xAI"):
    return together(Decision(quarter, buyer, product, does))


def together(*taken):
    return stepped(Setting(), 0, Decisions(taken))


def test_a_decision_that_is_the_buyers_own_changes_nothing_and_is_said_to():
    untouched, same, none = stepped(Setting(), 0), by_hand(1.0), by_hand(2.0, product="A100")
    for run in (same, none):
        for table in ("market", "products", "buyers", "orders"):
            assert getattr(run, table).equals(getattr(untouched, table))
        assert run.talks == untouched.talks
    assert changed(untouched, same) == (
        "With xAI ordering as much H200 as it would in 2024Q2 nothing changes: that is what it does by its own rule."
    )
    assert changed(untouched, none) == "In this run xAI asks for no A100 in 2024Q2: nothing is changed."


def test_what_a_decision_changes_is_told_in_the_runs_own_numbers():
    untouched, run = stepped(Setting(), 0), by_hand(3.0, "2023Q2", "H100", "Microsoft")
    own, others = gained(untouched, run, run.hand.taken, "2026Q4")
    got = [one.buyers.groupby("buyer")["delivered"].sum() for one in (run, untouched)]
    assert own == {"Microsoft": got[0]["Microsoft"] - got[1]["Microsoft"]}
    assert own["Microsoft"] + others == pytest.approx(got[0].sum() - got[1].sum())
    before, after = (
        one.products.query("quarter == '2023Q3' and product == 'H100'")["quoted_lead_weeks"].item()
        for one in (untouched, run)
    )
    said = changed(untouched, run)
    first, _ = gained(untouched, run, run.hand.taken, "2024Q2")
    told = hae(own["Microsoft"], others, first["Microsoft"])
    assert said.startswith(
        f"With Microsoft ordering 3 times as much H100 in 2023Q2: it gets {told.whole(first['Microsoft'], True)} by "
        f"2024Q2 and {told.whole(own['Microsoft'], True)} by 2026Q4, everybody else {told.whole(others, True)}; "
        f"the H100 quote of 2023Q3 goes from {before:.1f} to {after:.1f} weeks."
    )
    assert before < after
    assert [hae(1234.6, 0.4).whole(number, True) for number in (1234.6, -0.4)] == ["+1,235 HAE", "0 HAE"]
    assert hae(-48_300.0).whole(-48_300.0, True) == "-48.3k HAE"
    little = changed(untouched, by_hand(TAKES, product="B200"))
    assert "by 2026Q4 everybody gets what they got without it, to less than one HAE" in little
    last = by_hand(2.0, "2026Q4", untouched.talks["2026Q4"][0].product)
    assert "quote of" not in changed(untouched, last)


def test_several_decisions_are_held_against_the_run_without_any():
    untouched = stepped(Setting(), 0)
    ours = Decision("2024Q2", "xAI", "H200", 3.0)
    wanted = next(talk.product for talk in together(ours).talks["2024Q4"] if talk.buyer == "Meta")
    theirs = Decision("2024Q4", "Meta", wanted, 0.0)
    run = together(ours, theirs)
    got = [one.buyers.groupby("buyer")["delivered"].sum() for one in (run, untouched)]
    more = got[0] - got[1]
    own, others = gained(untouched, run, run.hand.taken, "2026Q4")
    assert own == {"xAI": more["xAI"], "Meta": more["Meta"]}
    assert others == pytest.approx(more.drop(["xAI", "Meta"]).sum())
    told = hae(*own.values(), others)
    before, after = (
        one.products.query(f"quarter == '2025Q1' and product == '{wanted}'")["quoted_lead_weeks"].item()
        for one in (untouched, run)
    )
    assert changed(untouched, run) == (
        f"With both decisions by hand together: xAI gets {told.whole(own['xAI'], True)} and Meta "
        f"{told.whole(own['Meta'], True)} by 2026Q4, everybody else {told.whole(others, True)}; the {wanted} quote of "
        f"2025Q1 goes from {before:.1f} to {after:.1f} weeks. The thin grey lines are the run without them."
    )


def test_which_of_several_decisions_did_nothing_is_said():
    untouched = stepped(Setting(), 0)
    asked_for = Decision("2024Q2", "xAI", "H200", 3.0), Decision("2024Q2", "xAI", "B200", 0.0)
    nothing = Decision("2024Q2", "xAI", "A100", 2.0)
    said = changed(untouched, together(*asked_for, nothing))
    assert said.startswith("With 2 of the 3 decisions by hand together: xAI gets ")
    idle = "In this run xAI asks for no A100 in 2024Q2: that decision changes nothing."
    assert said.endswith(f" weeks. The thin grey lines are the run without them. {idle}")
    assert changed(untouched, together(asked_for[0], nothing)) == f"{changed(untouched, together(asked_for[0]))} {idle}"
    own = together(Decision("2024Q2", "xAI", "H200", 1.0), Decision("2024Q2", "xAI", "B200", 1.0))
    assert changed(untouched, own) == (
        "With both decisions by hand together nothing changes: that is what they do by their own rule."
    )


def test_what_was_taken_to_nothing_can_be_decided_anew():
    run = together(Decision("2024Q2", "xAI", "B200", 0.0), Decision("2024Q2", "xAI", "A100", 0.0))
    assert "xAI/B200" not in {talk.key for talk in run.talks["2024Q2"]}
    assert asked(run, "2024Q2")[0] == {"buyer": "xAI", "products": ["H200", "B200"], "answers": True}
    (then,) = [one for one in asked(run, "2024Q1") if one["buyer"] == "xAI"]
    assert then["products"] == ["H200"]


def test_a_run_that_a_decision_stops_is_told_as_such(monkeypatch):
    untouched = stepped(Setting("reference"), 0)
    stop_in_2023q3(monkeypatch)
    product = untouched.talks["2023Q3"][0].product
    run = stepped(Setting("reference"), 0, Decisions((Decision("2023Q3", "A", product, 4.0),)))
    assert changed(untouched, run) == (
        f"With A ordering 4 times as much {product} in 2023Q3 the run stops before 2023Q3 is over."
    )
    assert not any(changed(untouched, run).count(word) for word in ("everybody", "grey"))


def test_talks_by_hand_are_told_as_such():
    untouched = stepped(Setting(), 0)
    (then,) = [one for one in untouched.talks["2024Q2"] if one.key == "xAI/H200"]
    for does, words in (
        (TAKES, "By hand: xAI took NVIDIA's first offer as it stood."),
        (LEAVES, "By hand: xAI turned down NVIDIA's first offer and walked away; it ordered at the list price."),
    ):
        (one,) = [talk for talk in by_hand(does).talks["2024Q2"] if talk.key == "xAI/H200"]
        first = dict(then.offers[0], accepted=does == TAKES)
        assert one.offers == [first]
        assert ended(one, "NVIDIA") == words
        assert gained_of(one, "NVIDIA") == ""
        assert [limit["side"] for limit in lanes(one, "NVIDIA", "c0")["lanes"][0]["limits"]] == ["ask"]


def test_who_has_a_decision_to_take():
    run = stepped(Setting(), 0)
    first, *others = asked(run, "2024Q2")
    assert first == {"buyer": "xAI", "products": ["H200", "B200"], "answers": True}
    assert {one["buyer"]: one["answers"] for one in others}["Small customers"] is False
    bidding = stepped(Setting("auction"), 0)
    assert not any(one["answers"] for one in asked(bidding, "2023Q1"))


def test_the_untouched_run_stands_behind_the_charts():
    untouched, run = stepped(Setting(), 0), by_hand(0.0)
    for plot, plain in (
        (lead_times(run, "2025Q1", untouched), lead_times(untouched, "2025Q1")),
        (prices(run, "2025Q1", "H200", untouched), prices(untouched, "2025Q1", "H200")),
    ):
        grey = [line.untouched for line in plot.lines if line.untouched]
        assert grey == [line.values for line in plain.lines if line.points]
        assert plot.beside == "the run without what was done by hand"
        assert not any(line.untouched for line in plain.lines)
