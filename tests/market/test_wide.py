"""Paths of many: who is meant, which of two paths holds, what is said where nobody is."""

import pytest

from agents.classes.hyperscaler import Hyperscaler
from market import BadInput, Scenario
from market.scenario.paths import Series
from market.scenario.wide import overlap, reach, spread
from tests.worlds import changed, quiet_world

COLOSSUS = Scenario.load("colossus")


def test_a_star_means_every_entry_that_has_the_field():
    assert reach(COLOSSUS, "buyers.*.gaming") == [f"buyers.{name}.gaming" for name in COLOSSUS.buyers]
    assert reach(COLOSSUS, "buyers.*.redirect_to") == ["buyers.Tesla.redirect_to"]
    assert reach(COLOSSUS, "products.*.hae") == [f"products.{name}.hae" for name in COLOSSUS.products]
    assert reach(COLOSSUS, "buyers.xAI.urgency") == ["buyers.xAI.urgency"]


def test_a_class_means_its_own_buyers_and_not_those_of_a_class_made_from_it():
    own = [name for name, cls in COLOSSUS.classes.items() if cls is Hyperscaler]
    assert {"Microsoft", "Oracle"} <= set(own) < set(COLOSSUS.buyers) - {"Tesla"}
    assert issubclass(COLOSSUS.classes["Tesla"], Hyperscaler)
    assert reach(COLOSSUS, "buyers.Hyperscaler.capex_share") == [f"buyers.{name}.capex_share" for name in own]


def test_a_buyers_name_comes_before_that_of_a_class():
    buyers = {"Hyperscaler": {"opening_stock": 1.0}, "B": {"opening_stock": 1.0, "class": "Hyperscaler"}}
    scenario = Scenario.from_dict(quiet_world([1.0], 4, **buyers))
    assert reach(scenario, "buyers.Hyperscaler.urgency") == ["buyers.Hyperscaler.urgency"]
    with pytest.raises(BadInput, match=r"buyers\.Hyperscaler\.capex: no such field"):
        scenario.get("buyers.Hyperscaler.capex")


def test_the_narrower_path_holds_whatever_the_order():
    changes = {"buyers.xAI.urgency": 0.1, "buyers.*.urgency": 0.2, "buyers.Hyperscaler.urgency": 0.3}
    for order in (list(changes), list(changes)[::-1]):
        made = COLOSSUS.replace_all({path: changes[path] for path in order})
        assert made.get("buyers.xAI.urgency") == 0.1
        assert made.get("buyers.Hyperscaler.urgency") == 0.3
        assert made.get("buyers.China.urgency") == 0.2
    assert len(spread(COLOSSUS, changes)) == len(COLOSSUS.buyers)


def test_get_tells_the_value_of_all_or_each_ones_own():
    assert COLOSSUS.get("buyers.*.elasticity") == 1.45
    apart = COLOSSUS.replace("buyers.xAI.elasticity", 2.0)
    assert apart.get("buyers.*.elasticity") == {
        f"buyers.{name}.elasticity": 2.0 if name == "xAI" else 1.45 for name in apart.buyers
    }
    assert apart.get("buyers.Hyperscaler.class") == "Hyperscaler"


def test_what_overlaps():
    assert overlap(COLOSSUS, "buyers.*.urgency", ["market.deposit", "buyers.xAI.urgency"])
    assert overlap(COLOSSUS, "buyers.Google.urgency", ["buyers.Hyperscaler.urgency"])
    assert not overlap(COLOSSUS, "buyers.xAI.urgency", ["buyers.Hyperscaler.urgency", "buyers.*.parity"])


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("products.*.hea", "none of A100, A800, H100, H800, H200, H20, B200, B300 has this field; did you mean 'hae'?"),
        ("buyers.Hyperscaler.round_size", "none of Microsoft, Meta, Google, Amazon, Oracle"),
        ("buyers.Hyperscalar.capex", "no such field; buyers: did you mean 'Hyperscaler'? Allowed: Amazon,"),
        ("buyers.Buyer.urgency", "no such field; buyers: "),
        ("buyers.Hyperscaler", "no such field; buyers: allowed: Amazon, China,"),
        ("supplier.*.expedite", "no such field; supplier: "),
    ],
)
def test_a_path_that_means_nobody_is_told_in_one_sentence(path, sentence):
    for attempt in (COLOSSUS.get, lambda path: COLOSSUS.replace(path, 1.0)):
        with pytest.raises(BadInput) as caught:
            attempt(path)
        assert str(caught.value).startswith(f"colossus.toml: {path}: {sentence}")
        assert "\n" not in str(caught.value)


SPAN = {"low": 0.1, "high": 0.5}


def test_uncertainties_and_levers_take_dotted_keys():
    raw = quiet_world([1.0], 4, A={"opening_stock": 1.0}, B={"opening_stock": 1.0})
    tables = {
        ("uncertainties",): {"buyers": {"*": {"urgency": SPAN}}, "market.shock_level": SPAN},
        ("levers",): {"market": {"allocation": ["uniform"], "deposit": SPAN}},
    }
    scenario = Scenario.from_dict(changed(raw, tables))
    assert list(scenario.uncertainties) == ["buyers.*.urgency", "market.shock_level"]
    assert scenario.levers == {"market.allocation": ["uniform"], "market.deposit": SPAN}
    twice = {("uncertainties",): {"supplier": {"base_weeks": SPAN}, "supplier.base_weeks": SPAN}}
    with pytest.raises(BadInput, match=r"^w\.toml: uncertainties\.supplier\.base_weeks: found twice; allowed: once$"):
        Scenario.from_dict(changed(raw, twice), "w.toml")


@pytest.mark.parametrize("written", ["supplier.final_share", '"supplier.final_share"'])
def test_a_file_above_may_write_paths_otherwise(tmp_path, written):
    path = tmp_path / "mine.toml"
    path.write_text(f'extends = "colossus"\n[uncertainties]\n{written} = {{ low = 0.6, high = 0.65 }}\n')
    known = Scenario.load(path).uncertainties
    assert known["supplier.final_share"].low == 0.6
    assert list(known) == list(COLOSSUS.uncertainties)


GROWTH = "buyers.*.capex.growth_after"


def test_a_field_of_a_series_is_reached():
    series = COLOSSUS.supplier.upstream
    assert COLOSSUS.get("supplier.upstream.growth_after") == series.growth_after
    made = COLOSSUS.replace("supplier.upstream.growth_after", 0.2)
    assert made.supplier.upstream == series.model_copy(update={"growth_after": 0.2})
    assert COLOSSUS.supplier.upstream == series


def test_a_star_means_all_whose_path_is_a_series():
    having = [name for name in COLOSSUS.buyers if isinstance(getattr(COLOSSUS.buyers[name], "capex", None), Series)]
    assert {"Microsoft", "Tesla", "Small customers"} <= set(having) < set(COLOSSUS.buyers)
    assert reach(COLOSSUS, GROWTH) == [f"buyers.{name}.capex.growth_after" for name in having]
    made = COLOSSUS.replace_all({"buyers.Tesla.capex.growth_after": 0.01, GROWTH: 0.1})
    grown = made.buyers["Meta"].capex.values(made.start, made.horizon)
    known = COLOSSUS.buyers["Meta"].capex.values(made.start, made.horizon)
    newest = made.quarters.index("2026Q2")
    assert grown[: newest + 1] == known[: newest + 1]
    assert grown[newest + 2] == pytest.approx(grown[newest] * 1.1**2)
    assert made.buyers["Tesla"].capex.growth_after == 0.01


def test_a_series_comes_before_its_field():
    google = COLOSSUS.buyers["Google"].capex
    for whole in (google, google.model_dump()):
        changes = {"buyers.Meta.capex.scale": 5.0, "buyers.Meta.capex": whole}
        assert COLOSSUS.replace_all(changes).buyers["Meta"].capex == google.model_copy(update={"scale": 5.0})


def test_a_part_overlaps_with_the_whole():
    assert overlap(COLOSSUS, "buyers.Meta.capex", [GROWTH])
    assert overlap(COLOSSUS, GROWTH, ["buyers.Hyperscaler.capex"])
    assert not overlap(COLOSSUS, GROWTH, ["buyers.*.capex_share", "buyers.Meta.capex.scale"])


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"supplier.upstream.growth": 0.1}, "supplier.upstream.growth: no such field; supplier.upstream: did you mean"),
        ({"supplier.upstream.lag": -1}, "supplier.upstream.lag: found -1; allowed: at least 0"),
        ({"supplier.final_share.lag": 1}, "supplier.final_share.lag: supplier.final_share has no fields of its own"),
        ({"buyers.Meta.class.lag": 1}, "buyers.Meta.class.lag: buyers.Meta.class has no fields of its own"),
        (
            {"buyers.*.urgency.lag": 1},
            "buyers.*.urgency.lag: urgency is a series of real figures for none of Microsoft,",
        ),
        (
            {"buyers.*.capex": 5.0, "buyers.Meta.capex.lag": 1},
            "buyers.Meta.capex.lag: capex is set too, to no series; allowed: one of the two",
        ),
    ],
)
def test_what_is_wrong_with_a_field_of_a_series_is_told_in_one_sentence(changes, sentence):
    with pytest.raises(BadInput) as caught:
        COLOSSUS.replace_all(changes)
    assert str(caught.value).startswith(f"colossus.toml: {sentence}")
