"""Scenarios: loading, changing, hashing, and bad input answered in one sentence."""

import math

import pytest

from market import BadInput, Scenario
from market.scenario.paths import parse_quarter, quarter_label
from market.scenario.scenario import shipped
from tests.worlds import changed, quiet_world

SOURCE = "my-world.toml"


def plain():
    return quiet_world([100.0, 150.0], 4, A={"opening_stock": 10.0}, B={"opening_stock": 20.0, "class": "Hyperscaler"})


def event(**fields):
    return {"quarter": "2023Q2", "path": "supplier.capacity_factor", "multiply": 0.5} | fields


CAPACITY = ("supplier", "upstream")

BAD = {
    "schema of another time": ({("schema",): 2}, ["schema", "2", "1"]),
    "no start": ({("start",): None}, ["start", "None", "2024Q2"]),
    "bad quarter": ({("start",): "2023-04"}, ["start", "2023-04", "2024Q2"]),
    "fifth quarter": ({("start",): "2023Q5"}, ["start", "2023Q5", "2024Q2"]),
    "horizon zero": ({("horizon",): 0}, ["horizon", "found 0", "1 to 40"]),
    "horizon too long": ({("horizon",): 41}, ["horizon", "found 41", "1 to 40"]),
    "half a horizon": ({("horizon",): 1.5}, ["horizon", "1.5", "a whole number"]),
    "seed no integer": ({("seed",): "seven"}, ["seed", "'seven'", "a whole number"]),
    "half a seed": ({("seed",): 0.5}, ["seed", "0.5", "a whole number"]),
    "seed below zero": ({("seed",): -1}, ["seed", "-1", "0 to"]),
    "unknown table": ({("suplier",): {}}, ["suplier", "no such field", "'supplier'"]),
    "unknown field": ({("supplier", "base_week"): 2.0}, ["supplier.base_week", "no such field", "'base_weeks'"]),
    "unknown buyer's field": ({("buyers", "A", "urgncy"): 0.1}, ["buyers.A.urgncy", "no such field", "'urgency'"]),
    "another class's field": ({("buyers", "A", "capex"): 0.1}, ["buyers.A.capex", "no such field"]),
    "text for a number": ({("buyers", "A", "urgency"): "high"}, ["buyers.A.urgency", "'high'", "a number"]),
    "truth for a number": ({("buyers", "A", "urgency"): True}, ["buyers.A.urgency", "True", "a number"]),
    "number for a truth": ({("buyers", "A", "bargains"): 1}, ["buyers.A.bargains", "found 1", "true or false"]),
    "number for a table": ({("supplier",): 3}, ["supplier", "found 3", "a table"]),
    "number for a buyer": ({("buyers", "A"): 3}, ["buyers.A", "found 3", "a table"]),
    "capacity below zero": ({CAPACITY: -1.0}, ["supplier.upstream", "-1", "0 to "]),
    "capacity below zero once": ({CAPACITY: [1.0, -1.0]}, ["supplier.upstream", "-1", "0 to "]),
    "capacity empty": ({CAPACITY: []}, ["supplier.upstream", "[]", "a number"]),
    "capacity no number": ({CAPACITY: math.nan}, ["supplier.upstream", "nan", "0 to "]),
    "capacity from nowhere": ({CAPACITY: {"series": "w/Me"}}, ["supplier.upstream", "w/Me", "capex_cash/Amazon"]),
    "capacity without end": ({CAPACITY: math.inf}, ["supplier.upstream", "inf", "0 to 1e+08"]),
    "series out of range": (
        {CAPACITY: {"series": "cowos_capacity/TSMC", "scale": -1.0}},
        ["supplier.upstream: stands at -", "0 to 1e+08"],
    ),
    "price beyond all": ({("products", "unit", "opening_price"): 1e100}, ["opening_price", "1e+100", "0.01 to 1e+08"]),
    "nothing to divide by": ({("buyers", "A", "adjustment"): 0.0}, ["buyers.A.adjustment", "0.0", "0.01 to 1"]),
    "series misspelt": ({CAPACITY: {"serie": "x"}}, ["supplier.upstream", "series"]),
    "parameter no number": ({("buyers", "A", "urgency"): math.nan}, ["buyers.A.urgency", "nan", "0 to 2"]),
    "parameter without end": ({("buyers", "A", "opening_stock"): math.inf}, ["buyers.A.opening_stock", "inf"]),
    "share over one": ({("supplier", "opening_share"): 1.2}, ["supplier.opening_share", "1.2", "0 to 1"]),
    "unknown rule": ({("market", "allocation"): "lottery"}, ["market.allocation", "'lottery'", "'proportional'"]),
    "unknown protocol": ({("market", "protocol"): "auction"}, ["market.protocol", "'auction'", "'vickrey_auction'?"]),
    "unknown class": ({("buyers", "A", "class"): "Hyperscalar"}, ["buyers.A.class", "'Hyperscalar'", "'Hyperscaler'"]),
    "class no text": ({("buyers", "A", "class"): 7}, ["buyers.A.class", "7", "allowed: "]),
    "unknown product": ({("buyers", "A", "opening_product"): "unti"}, ["buyers.A.opening_product", "'unti'", "'unit'"]),
    "bad launch": ({("products", "unit", "launch"): "soon"}, ["products.unit.launch", "'soon'", "2024Q2"]),
    "no buyers": ({("buyers",): {}}, ["buyers", "0", "1 to 60"]),
    "no products": ({("products",): {}}, ["products", "0", "1 to 12"]),
    "event nowhere": ({("events",): [event(path="supplier.wafer")]}, ["events[0].path", "'wafer'"]),
    "event of nobody": ({("events",): [event(path="buyers.C.income")]}, ["events[0].path", "'C'"]),
    "event on a parameter": ({("events",): [event(path="supplier.expedite")]}, ["events[0].path", "'expedite'"]),
    "event too short": ({("events",): [event(path="supplier")]}, ["events[0].path", "supplier.FIELD"]),
    "event without action": ({("events",): [event(multiply=None)]}, ["events[0]", "exactly one of set, add, multiply"]),
    "event with two": ({("events",): [event(add=1.0)]}, ["events[0]", "exactly one of set, add, multiply"]),
    "event at no time": ({("events",): [event(quarter="2023")]}, ["events[0].quarter", "'2023'", "2024Q2"]),
    "event out of range": ({("events",): [event(multiply=-1.0)]}, ["events[0]", "capacity_factor", "0 to "]),
    "event no number": ({("events",): [event(multiply=math.nan)]}, ["events[0]", "nan"]),
    "events a table": ({("events",): {}}, ["events", "{}"]),
    "lever nowhere": ({("levers",): {"market.colour": [1, 2]}}, ["market.colour", "no such field"]),
    "uncertainty nowhere": ({("uncertainties",): {"supplier.x": {"low": 0, "high": 1}}}, ["supplier.x", "no such"]),
    "uncertainty half": ({("uncertainties",): {"market.fee_full": {"low": 0}}}, ["market.fee_full", "high", "missing"]),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "expected"), BAD.values(), ids=BAD)
def test_bad_input_is_one_sentence(changes, expected):
    with pytest.raises(BadInput) as caught:
        Scenario.from_dict(changed(plain(), changes), SOURCE)
    sentence = str(caught.value)
    assert sentence.startswith(f"{SOURCE}: ")
    assert "\n" not in sentence
    for words in expected:
        assert words in sentence


def test_the_plain_world_is_good():
    assert Scenario.from_dict(plain(), SOURCE).quarters == ["2023Q1", "2023Q2", "2023Q3", "2023Q4"]


@pytest.mark.parametrize("missing", ["schema", "name", "start", "horizon", "products", "buyers"])
def test_what_is_missing(missing):
    raw = plain()
    del raw[missing]
    with pytest.raises(BadInput, match=f"^{SOURCE}: {missing}: is missing$"):
        Scenario.from_dict(raw, SOURCE)


def test_a_scenario_that_does_not_exist():
    with pytest.raises(BadInput, match=r"colosus.*did you mean 'colossus'\?.*reference"):
        Scenario.load("colosus")


def test_a_file_that_is_no_toml(tmp_path):
    path = tmp_path / "broken.toml"
    path.write_text("name = \n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"broken\.toml: is not a TOML file"):
        Scenario.load(path)


def test_a_folder_is_no_scenario(tmp_path):
    with pytest.raises(BadInput, match="no such scenario or file"):
        Scenario.load(tmp_path)


@pytest.mark.parametrize("name", shipped())
def test_shipped_scenarios_load_and_say_what_they_leave_open(name):
    scenario = Scenario.load(name)
    assert scenario.name == name
    assert scenario.title
    assert scenario.levers
    assert scenario.uncertainties
    assert len(scenario.quarters) == scenario.horizon
    for path, span in scenario.uncertainties.items():
        found = scenario.get(path)
        for value in found.values() if isinstance(found, dict) else [found]:
            assert span.low <= value <= span.high, path


@pytest.mark.parametrize("name", shipped())
def test_the_full_file_is_the_same_scenario(name, tmp_path):
    scenario = Scenario.load(name)
    path = tmp_path / "full.toml"
    path.write_text(scenario.to_toml(), encoding="utf-8")
    assert Scenario.load(path).hash == scenario.hash
    assert Scenario.load(path).to_dict() == scenario.to_dict()


def test_get_and_replace():
    scenario = Scenario.load("colossus")
    fast = scenario.replace("buyers.xAI.urgency", 0.5)
    assert fast.get("buyers.xAI.urgency") == 0.5
    assert scenario.get("buyers.xAI.urgency") == 0.25
    assert scenario.get("buyers.Microsoft.parity") == 0.0, "a default"
    assert scenario.replace("horizon", 5).quarters[-1] == "2023Q4"
    assert scenario.replace_all({"seed": 3, "market.allocation": "uniform"}).get("market.allocation") == "uniform"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("buyers.xIA.urgency", ["buyers.xIA.urgency", "no such field", "'xAI'"]),
        ("market.alocation", ["market.alocation", "no such field", "'allocation'"]),
        ("wages", ["wages", "no such field", "buyers"]),
        ("buyers.xAI", ["buyers.xAI", "names a table"]),
        ("supplier", ["supplier", "names a table"]),
        ("market.allocation.kind", ["market.allocation", "no fields of its own"]),
        ("", ["no such field"]),
    ],
)
def test_paths_that_lead_nowhere(path, words):
    scenario = Scenario.load("colossus")
    for attempt in (scenario.get, lambda path: scenario.replace(path, 1.0)):
        with pytest.raises(BadInput) as caught:
            attempt(path)
        for word in words:
            assert word in str(caught.value)
        assert "\n" not in str(caught.value)


def test_replace_checks_the_value():
    with pytest.raises(BadInput, match=r"supplier\.upstream: found -1.*0 to 1e\+08"):
        Scenario.load("colossus").replace("supplier.upstream", -1)


def test_a_scenario_is_frozen():
    scenario = Scenario.from_dict(raw := plain(), SOURCE)
    before = scenario.hash
    raw["buyers"]["A"]["opening_stock"] = 99.0
    assert scenario.get("buyers.A.opening_stock") == 10.0
    with pytest.raises(AttributeError):
        scenario.market = None
    with pytest.raises(ValueError, match="frozen"):
        scenario.market.size_exponent = 1.0
    with pytest.raises(TypeError):
        scenario.buyers["C"] = scenario.buyers["A"]
    assert scenario.hash == before


def test_extends_lays_a_file_over_another(tmp_path):
    path = tmp_path / "twice.toml"
    path.write_text(
        'extends = "colossus"\nname = "twice"\n[supplier]\ncapacity_factor = 2.0\n'
        '[[events]]\nquarter = "2025Q1"\npath = "supplier.capacity_factor"\nmultiply = 0.5\n',
        encoding="utf-8",
    )
    base, variant = Scenario.load("colossus"), Scenario.load(path)
    assert variant.name == "twice"
    assert variant.get("supplier.capacity_factor") == 2.0
    assert variant.get("buyers.xAI.urgency") == base.get("buyers.xAI.urgency")
    assert variant.events[:-1] == base.events
    assert variant.events[-1].multiply == 0.5


def test_extends_finds_a_file_beside_it(tmp_path):
    (tmp_path / "base.toml").write_text(Scenario.load("reference").to_toml(), encoding="utf-8")
    (tmp_path / "variant.toml").write_text('extends = "base.toml"\nhorizon = 3\n', encoding="utf-8")
    assert Scenario.load(tmp_path / "variant.toml").horizon == 3


def test_extends_something_that_is_not_there(tmp_path):
    (tmp_path / "variant.toml").write_text('extends = "bas.toml"\n', encoding="utf-8")
    with pytest.raises(BadInput, match=r"bas\.toml: no such scenario or file"):
        Scenario.load(tmp_path / "variant.toml")


def test_extends_itself(tmp_path):
    (tmp_path / "loop.toml").write_text('extends = "loop.toml"\n', encoding="utf-8")
    with pytest.raises(BadInput, match=r"loop\.toml"):
        Scenario.load(tmp_path / "loop.toml")


def test_the_hash_tells_worlds_apart():
    scenario = Scenario.from_dict(plain(), SOURCE)
    assert len(scenario.hash) == 64
    assert Scenario.from_dict(plain(), "elsewhere.toml").hash == scenario.hash
    for path, value in {
        ("seed",): 5, ("title",): "Another title", ("description",): "x", ("name",): "other",
        ("levers",): {"market.allocation": ["uniform"]},
    }.items():  # fmt: skip
        assert Scenario.from_dict(changed(plain(), {path: value}), SOURCE).hash == scenario.hash, path
    for path, value in {
        ("horizon",): 5, ("start",): "2023Q2", ("supplier", "base_weeks"): 1.0, ("buyers", "A", "urgency"): 0.2,
        ("buyers", "A", "class"): "Neocloud", ("events",): [event()], CAPACITY: [100.0, 151.0],
    }.items():  # fmt: skip
        assert Scenario.from_dict(changed(plain(), {path: value}), SOURCE).hash != scenario.hash, path


def test_a_default_written_out_is_the_same_world():
    spelt = changed(plain(), {("buyers", "A", "urgency"): 0.08, ("market", "size_exponent"): 0.5})
    assert Scenario.from_dict(spelt, SOURCE).hash == Scenario.from_dict(plain(), SOURCE).hash


@pytest.mark.parametrize("label", ["2022Q4", "2023Q1", "1999Q3"])
def test_quarters_are_counted(label):
    assert quarter_label(parse_quarter(label)) == label
    assert parse_quarter("2024Q1") - parse_quarter("2023Q4") == 1


@pytest.mark.parametrize("label", ["2024", "2024Q0", "2024Q5", "24Q1", "2024q1", "2024Q1 ", "Q1", ""])
def test_what_is_no_quarter(label):
    with pytest.raises(ValueError, match="is not a quarter written like 2024Q2"):
        parse_quarter(label)


def test_what_is_said_of_all_buyers(tmp_path):
    """An entry's own value comes first, and a field counts where a class has it."""
    raw = quiet_world(100.0, 4, one={"adjustment": 0.9}, cloud={"class": "Hyperscaler", "capex": 5.0})
    raw["buyers"]["*"] = {"adjustment": 0.5, "capex_share": 0.3}
    scenario = Scenario.from_dict(raw)
    assert scenario.get("buyers.*.adjustment") == {"buyers.one.adjustment": 0.9, "buyers.cloud.adjustment": 0.5}
    assert scenario.get("buyers.cloud.capex_share") == 0.3
    assert scenario.replace("buyers.cloud.adjustment", 0.1).get("buyers.cloud.adjustment") == 0.1
    raw["buyers"]["*"]["adjustmnt"] = 0.5
    with pytest.raises(BadInput, match=r"buyers\.\*\.adjustmnt: no buyer has this field; did you mean"):
        Scenario.from_dict(raw)


def test_an_inherited_uncertainty_may_be_written_either_way(tmp_path):
    (tmp_path / "child.toml").write_text(
        'extends = "colossus"\n[uncertainties]\n"supplier.expansion_limit" = { low = 0.01, high = 0.2 }\n'
    )
    assert Scenario.load(tmp_path / "child.toml").uncertainties["supplier.expansion_limit"].low == 0.01
