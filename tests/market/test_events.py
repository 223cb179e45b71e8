"""What each kind of event does, in both gears; events as data; bad input answered in one sentence."""

from collections.abc import Iterator

import numpy as np
import pytest

from market import BadInput, Market, Scenario, simulate
from market.scenario.events import Edit, Kind, kinds
from tests.gears import bits_differ, differences
from tests.worlds import changed, quiet_world

SOURCE = "my-world.toml"
QUARTERS = 8

PRODUCT = {"packages_per_wafer": 1.0, "opening_price": 1.0, "hae": 2.0}


def world(*events):
    """One product that all may have, one coming, one without a date; a lab, a company and its sister, the region."""
    buyer = {"opening_stock": 100.0, "opening_flow": 0.5}
    raw = quiet_world(
        100.0, QUARTERS,
        lab=buyer | {"class": "FrontierLab"},
        owner=buyer | {"class": "Enterprise", "capex": 1e9, "redirect_to": "sister"},
        lonely=buyer | {"class": "Enterprise", "capex": 1e9},
        sister=buyer,
        region=buyer | {"class": "ExportRegion", "bargains": False},
        site=buyer | {"opening_power": 0.0, "power_starts": 1.0, "power_delay": 4.0},
    )  # fmt: skip
    raw["products"]["unit"]["exportable"] = 1.0
    coming = PRODUCT | {"generation": 1, "launch": "2023Q4", "announced": "2023Q2"}
    raw["products"] |= {
        "coming": coming,
        "dateless": coming | {"generation": 2, "launch": "never", "announced": "never"},
    }
    raw["supplier"]["ramp_quarters"] = 2.0
    return changed(raw, {("market", "checked"): True, ("events",): list(events)})


def happens(kind, quarter="2023Q3", **fields):
    return {"quarter": quarter, "kind": kind} | fields


def outcome(*events):
    """The only run of the world with those events, the same in both gears."""
    scenario = Scenario.from_dict(world(*events), SOURCE)
    assert differences(scenario) == []
    return simulate(scenario).isel(run=0)


@pytest.fixture(scope="module")
def plain():
    return outcome()


def test_export_rule(plain):
    closed = outcome(happens("export_rule", products="unit"))
    region = closed.sel(buyer="region")
    assert plain.sel(buyer="region", quarter="2023Q3").buyer_delivered > 0.0
    assert region.sel(quarter="2023Q3").buyer_cancelled == plain.sel(buyer="region", quarter="2023Q2").buyer_backlog
    assert not region.sel(quarter=slice("2023Q3", None)).buyer_delivered.any()
    assert closed.sel(buyer="sister", quarter="2024Q1").buyer_delivered > 0.0
    lifted = outcome(
        happens("export_rule", products=["unit", "coming"]),
        happens("export_rule", "2024Q1", products=["unit"], lifted=True),
    )
    assert lifted.sel(buyer="region", quarter="2023Q4").buyer_ordered == 0.0
    assert lifted.sel(buyer="region", quarter="2024Q1").buyer_ordered > 0.0


def test_funding_round(plain):
    funded = outcome(happens("funding_round", buyer="lab", amount=500.0))
    gained = (funded - plain).buyer_cash.sel(buyer="lab").values
    assert gained[:2].tolist() == [0.0, 0.0]
    assert gained[2:] == pytest.approx(500.0)


def test_capacity_shock(plain):
    halved = outcome(happens("capacity_shock", factor=0.5))
    assert (halved.capacity / plain.capacity).values == pytest.approx([1.0, 1.0] + [0.5] * 6)
    passing = outcome(happens("capacity_shock", factor=0.5, until="2023Q4"))
    assert (passing.capacity / plain.capacity).values == pytest.approx([1.0, 1.0, 0.5, 0.5] + [1.0] * 4)


def test_quake(plain):
    shaken = outcome(happens("quake", factor=0.25))
    assert (shaken.capacity / plain.capacity).values == pytest.approx([1.0, 1.0, 0.25, 0.25] + [1.0] * 4)
    longer = outcome(happens("quake", factor=0.25, quarters=3))
    assert (longer.capacity / plain.capacity).values == pytest.approx([1.0, 1.0] + [0.25] * 3 + [1.0] * 3)


def test_quake_scraps_finished_stock():
    """Two products of a generation, each made for money that the other then takes, leave some in stock."""
    raw = Scenario.load("export-ban").to_dict()
    raw["events"].append(happens("quake", "2025Q3", factor=1.0, scrap=0.25))
    scenario = Scenario.from_dict(raw)
    assert differences(scenario) == []
    market = Market(scenario)
    product = next(one for one in market.products if one.name == "B200")
    lost = {}
    while market.running:
        before = product.stock
        market.step()
        after = before - product.lost + product.produced - product.shipped
        assert product.stock == pytest.approx(after, abs=1e-9 * product.produced)
        if product.lost:
            lost[market.quarter - 1] = product.lost / before
    assert lost == {scenario.quarters.index("2025Q3"): 0.25}


def made(run, product):
    """Quarters in which a product was made."""
    return run.quarter.values[run.product_produced.sel(product=product).values > 0.0].tolist()


def test_product_delay(plain):
    assert made(plain, "coming")[0] == "2023Q4"
    late = outcome(happens("product_delay", product="coming", quarters=2))
    assert made(late, "coming")[0] == "2024Q2"
    shares = late.product_produced.sel(product="coming", quarter=["2024Q2", "2024Q3"]).values
    assert shares == pytest.approx([50.0, 100.0]), "it ramps from the launch it came to have"
    in_time = outcome(happens("product_delay", "2023Q4", product="coming", quarters=1))
    assert made(in_time, "coming")[0] == "2024Q1", "the quarter it was to be launched in is not too late"
    again = outcome(
        happens("product_delay", product="coming", quarters=1),
        happens("product_delay", "2024Q1", product="coming", quarters=1),
    )
    assert made(again, "coming")[0] == "2024Q2"


def test_what_is_on_sale_stays_on_sale(plain):
    for kind, fields in (("product_delay", {"product": "coming", "quarters": 3}), ("launch", {"product": "unit"})):
        assert bits_differ(plain, outcome(happens(kind, "2024Q1", **fields))) == []


def test_launch(plain):
    early = outcome(happens("launch", "2023Q2", product="coming"))
    assert made(early, "coming")[0] == "2023Q3", "ordered in the quarter of the launch, made in the next"
    assert made(plain, "dateless") == []
    surprise = outcome(happens("launch", product="dateless"))
    assert surprise.buyer_ordered.sel(buyer="sister", quarter="2023Q3") > 0.0
    assert made(surprise, "dateless")[0] == "2023Q4"


def test_redirect(plain):
    events = [happens("redirect", giver="owner", units=5.0)]
    assert "buyer_deployed" in bits_differ(plain, outcome(*events))
    market = Market(Scenario.from_dict(world(*events)))
    owner, sister = (buyer for buyer in market.buyers if buyer.name in ("owner", "sister"))
    handed = []
    for _ in range(QUARTERS):
        market.step()
        assert owner.handed_over == sister.taken_over
        handed.append(owner.handed_over)
    assert handed[:2] == [0.0, 0.0]
    assert sum(handed) == pytest.approx(5.0)


def test_power_delay(plain):
    """What was to be ready in 2024Q1 comes in 2024Q3, what was started meanwhile likewise."""
    late = outcome(happens("power_delay", "2024Q1", buyer="site", quarters=2))
    before, after = (run.buyer_power_mw.sel(buyer="site").values for run in (plain, late))
    assert before[3] == 0.0 < before[4]
    assert after[:6].tolist() == [0.0] * 6
    assert after[6:].tolist() == before[4:6].tolist()


@pytest.mark.parametrize("quarters", [1, 2, 3, 12])
def test_power_put_off_is_not_lost(quarters):
    """Megawatts ready and under way after the quarter of the event are the same as without it."""
    totals = []
    for events in ([], [happens("power_delay", buyer="site", quarters=quarters)]):
        market = Market(Scenario.from_dict(world(*events)))
        for _ in range(3):
            market.step()
        site = market.buyers[-1]
        assert site.name == "site"
        totals.append(site.power_mw + sum(site.power_coming))
    assert totals[0] == pytest.approx(totals[1])
    assert totals[0] > 0.0


# --- events as data ---------------------------------------------------------------------------------------------

EVERY = [
    happens("export_rule", products="unit"),
    happens("funding_round", buyer="lab", amount=500.0),
    happens("capacity_shock", factor=0.5, until="2024Q1"),
    happens("quake", factor=0.5, scrap=0.1),
    happens("product_delay", product="coming", quarters=1),
    happens("launch", product="dateless", note="a surprise"),
    happens("redirect", giver="owner", units=5.0),
    happens("power_delay", buyer="site", quarters=2),
    {"quarter": "2023Q3", "path": "supplier.capacity_factor", "multiply": 0.5},
]


def test_every_kind_is_tested():
    shipped = {name for name, cls in kinds().items() if cls.__module__.startswith("market.")}
    assert shipped == {event["kind"] for event in EVERY if "kind" in event}


@pytest.mark.parametrize("event", EVERY, ids=lambda event: event.get("kind", "path"))
def test_written_out_in_full_it_is_the_same(event, tmp_path):
    scenario = Scenario.from_dict(world(event))
    path = tmp_path / "full.toml"
    path.write_text(scenario.to_toml(), encoding="utf-8")
    again = Scenario.load(path)
    assert again.events == scenario.events
    assert again.hash == scenario.hash
    assert again.hash != Scenario.from_dict(world()).hash
    assert again.hash != Scenario.from_dict(world(event | {"quarter": "2023Q4"})).hash


def test_one_product_and_a_list_of_one_are_the_same():
    one, listed = (happens("export_rule", products=products) for products in ("unit", ["unit"]))
    assert Scenario.from_dict(world(one)).hash == Scenario.from_dict(world(listed)).hash


def test_extends_appends_events(tmp_path):
    path = tmp_path / "shaken.toml"
    path.write_text('extends = "colossus"\n[[events]]\nquarter = "2024Q2"\nkind = "quake"\nfactor = 0.5\n')
    variant = Scenario.load(path)
    assert variant.events[:-1] == Scenario.load("colossus").events
    assert variant.events[-1].factor == 0.5


def test_events_act_in_the_order_of_the_file():
    closed, opened = happens("export_rule", products="unit"), happens("export_rule", products="unit", lifted=True)
    assert bits_differ(outcome(closed, opened), outcome()) == []
    assert "buyer_ordered" in bits_differ(outcome(opened, closed), outcome())


class SalesBan(Kind):
    """A kind of a user's own: a product is taken off the open market."""

    product: str

    def edits(self, scenario) -> Iterator[Edit]:
        yield Edit("product", "products", self.product, "open_market", "set", 0.0, self.quarter, None)


def test_a_kind_of_ones_own():
    banned = outcome(happens("sales_ban", "2023Q4", product="coming"))
    assert made(banned, "coming") == []


# --- bad input --------------------------------------------------------------------------------------------------

BAD = {
    "unknown kind": (happens("earthquake"), ["events[0].kind", "'earthquake'", "did you mean 'quake'?", "launch"]),
    "kind no text": (happens(3), ["events[0].kind", "found 3", "allowed", "quake"]),
    "no quarter": ({"kind": "launch", "product": "coming"}, ["events[0].quarter", "missing"]),
    "bad quarter": (happens("launch", "2023-3", product="coming"), ["events[0].quarter", "'2023-3'", "2024Q2"]),
    "no field": (happens("funding_round", buyer="lab"), ["events[0].amount", "missing"]),
    "unknown field": (
        happens("launch", product="coming", lifted=True),
        ["events[0].lifted", "no such field", "product"],
    ),
    "field misspelt": (happens("quake", factr=0.5), ["events[0].factr", "did you mean 'factor'?"]),
    "a product too many": (happens("launch", product=["coming"]), ["events[0].product", "['coming']", "a text"]),
    "product no text": (happens("export_rule", products=[3]), ["events[0].products.0", "found 3", "a text"]),
    "unknown product": (happens("launch", product="comming"), ["events[0].product", "'comming'", "'coming'"]),
    "unknown products": (happens("export_rule", products=["unti"]), ["events[0].products", "'unti'", "'unit'"]),
    "unknown buyer": (happens("power_delay", buyer="Site", quarters=1), ["events[0].buyer", "'Site'", "'site'"]),
    "buyer without rounds": (
        happens("funding_round", buyer="owner", amount=1.0),
        ["events[0].buyer", "'owner'", "no 'funding'", "allowed: lab"],
    ),
    "giver without owner": (
        happens("redirect", giver="sister", units=1.0),
        ["events[0].giver", "'sister'", "no 'redirect'", "allowed: lonely, owner"],
    ),
    "giver to nobody": (happens("redirect", giver="lonely", units=1.0), ["events[0].giver", "'lonely'", "redirect_to"]),
    "amount below zero": (
        happens("funding_round", buyer="lab", amount=-1.0),
        ["events[0].amount", "-1", "0 to "],
    ),
    "amount without end": (happens("funding_round", buyer="lab", amount=np.inf), ["events[0].amount", "inf"]),
    "factor below zero": (happens("capacity_shock", factor=-0.5), ["events[0].factor", "-0.5", "0 to "]),
    "quake that helps": (happens("quake", factor=1.5), ["events[0].factor", "1.5", "0 to 1"]),
    "scrap over one": (happens("quake", factor=0.5, scrap=2.0), ["events[0].scrap", "2", "0 to 1"]),
    "half a quarter": (
        happens("product_delay", product="coming", quarters=0.5),
        ["events[0].quarters", "0.5", "a whole number"],
    ),
    "no delay": (happens("product_delay", product="coming", quarters=0), ["events[0].quarters", "found 0", "1 to 40"]),
    "delay too long": (happens("power_delay", buyer="site", quarters=13), ["events[0].quarters", "13", "1 to 12"]),
    "until before": (
        happens("capacity_shock", factor=0.5, until="2023Q2"),
        ["events[0].until", "'2023Q2'", "2023Q3 or later"],
    ),
    "path until before": (
        {"quarter": "2023Q3", "until": "2023Q2", "path": "supplier.upstream", "multiply": 0.5},
        ["events[0].until", "'2023Q2'", "2023Q3 or later"],
    ),
    "path to infinity": (
        {"quarter": "2023Q3", "path": "supplier.upstream", "set": np.inf},
        ["events[0].path", "supplier.upstream", "inf", "0 to "],
    ),
    "path of nothing": (
        {"quarter": "2023Q3", "path": "levers.x", "set": 1.0},
        ["events[0].path", "'levers.x'", "supplier.FIELD"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("event", "expected"), BAD.values(), ids=BAD)
def test_bad_input_is_one_sentence(event, expected):
    with pytest.raises(BadInput) as caught:
        Scenario.from_dict(world(event), SOURCE)
    sentence = str(caught.value)
    assert sentence.startswith(f"{SOURCE}: ")
    assert "\n" not in sentence
    for words in expected:
        assert words in sentence


def test_scrap_adds_up():
    twice = [happens("quake", factor=1.0, scrap=0.6)] * 2
    with pytest.raises(BadInput, match=r"events\[1\]\.kind: leaves supplier\.scrap at 1\.2 to 1\.2; allowed: 0 to 1"):
        Scenario.from_dict(world(*twice), SOURCE)
