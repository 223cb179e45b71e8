"""Fields put straight into a build against the scenario read anew: the same records and paths, value by value."""

import math

import numpy as np
import pytest

from agents.records.roles import Parameter, fields_of
from market import BadInput, Scenario
from market.gears.build import settable
from market.product import OutsideOption
from market.scenario.variation import KEPT, Variation

WORLDS = {name: Scenario.load(name) for name in ("colossus", "asic")}


def fields(scenario):
    """Every field of a scenario that can be set, by its path."""
    built = scenario.build
    for family, names in built.names.items():
        for name, cls in zip(names, built.classes[family], strict=True):
            table = "outside" if cls is OutsideOption else family
            prefix = table if table in ("market", "supplier") else f"{table}.{name}"
            for field in settable(cls):
                yield f"{prefix}.{field.name}", field


def numbers(scenario):
    """The fields that hold a float."""
    return {
        path: field for path, field in fields(scenario) if field.type is float and isinstance(field.role, Parameter)
    }


def value_in(field, share):
    """A value that the field allows, ``share`` of the way up."""
    low = max(field.role.low, -50.0)
    return low + share * (min(field.role.high, low + 100.0) - low)


def differences(one, other):
    """What differs between two builds. Padding between the fields of a record may."""
    found = [name for name in ("names", "layouts", "classes", "edited") if getattr(one, name) != getattr(other, name)]
    for family in one.start:
        if not np.array_equal(one.paths[family], other.paths[family], equal_nan=True):
            found.append(f"paths of {family}")
        for name in one.start[family].dtype.names:
            a, b = one.start[family][name], other.start[family][name]
            if not np.array_equal(a, b, equal_nan=a.dtype.kind == "f"):
                found.append(f"{family}.{name}")
    return found


@pytest.fixture(params=WORLDS)
def scenario(request):
    return WORLDS[request.param]


def test_every_number_at_once(scenario):
    """A value of its own for every field: one put where another belongs would show."""
    fields = numbers(scenario)
    assert len(fields) > 600
    shares = np.random.default_rng(1).uniform(0.05, 0.95, len(fields))
    variation = Variation(scenario, list(fields))
    for of in (lambda k: shares[k], lambda k: 1.0 - shares[k], lambda k: 0.0, lambda k: 1.0):
        values = [value_in(field, of(k)) for k, field in enumerate(fields.values())]
        assert differences(variation.build_at(values), variation.scenario_at(values).build) == []


def test_every_number_alone():
    """One agent of each class that declares it, in the world with all of them: what else depends on it would show."""
    scenario, seen = WORLDS["asic"], set()
    built = scenario.build
    for path, field in numbers(scenario).items():
        table, *entry, name = path.split(".")
        family = "products" if table == "outside" else table
        cls = built.classes[family][built.names[family].index(entry[0]) if entry else 0]
        owner = next(base for base in reversed(cls.__mro__) if name in getattr(base, "__annotations__", {}))
        if (owner, name) in seen:
            continue
        seen.add((owner, name))
        value = value_in(field, 0.37)
        found = Variation(scenario, [path]).build_at([value])
        assert differences(found, scenario.replace(path, value).build) == [], path
    assert len(seen) > 100


def test_the_fast_way_is_taken_where_it_can_be(scenario):
    """Or the two tests above would compare a scenario with itself."""
    built = scenario.build
    changed = {f"{f}.{built.names[f][i]}.{name}" for f, i, name in built.edited}
    variation = Variation(scenario, list(numbers(scenario)))
    assert set(variation.paths) - set(variation._slots) == changed


def other_than(field, value):
    """Another value that the field allows."""
    if field.type is bool:
        return not value
    if isinstance(field.role, Parameter):
        return value + 1 if value < field.role.high else value - 1
    if hasattr(field.role, "options"):
        return next(option for option in field.role.options if option != value)
    return {"products": "H100", "buyers": "Google"}[field.role.table] if hasattr(field.role, "table") else "2023Q4"


SLOW = [
    "supplier.tactic", "supplier.price_promise", "market.allocation", "market.protocol", "market.shock_start",
    "products.B300.generation", "products.B300.launch", "buyers.Tesla.redirect_to", "buyers.xAI.opening_product",
    "buyers.xAI.names", "buyers.China.bargains", "buyers.China.bidding",
]  # fmt: skip


def test_choices_quarters_references_whole_numbers_and_truths(scenario):
    declared = dict(fields(scenario))
    kinds = {(type(field.role), field.type) for field in declared.values() if field.type is not float}
    assert {(type(declared[path].role), declared[path].type) for path in SLOW} == kinds
    for path in SLOW:
        value = other_than(declared[path], scenario.get(path))
        found = Variation(scenario, [path]).build_at([value])
        assert differences(found, scenario.replace(path, value).build) == [], path
        assert differences(found, scenario.build), path


def test_fields_that_an_event_changes(scenario):
    for family, i, name in scenario.build.edited:
        path = f"{family}.{scenario.build.names[family][i]}.{name}"
        value = value_in(fields_of(scenario.build.classes[family][i])[name], 0.3)
        found = Variation(scenario, [path]).build_at([value])
        assert differences(found, scenario.replace(path, value).build) == [], path


MIXED = {
    "a number and a rule": {"supplier.base_weeks": 3.5, "market.allocation": "uniform"},
    "a whole number for a float": {"supplier.base_weeks": 3, "supplier.capacity_delay": 8},
    "a path as a list": {"supplier.upstream": [1e4, 2e4, 3e4], "supplier.base_weeks": 3.5},
    "a path as a series": {"supplier.upstream": {"series": "cowos_capacity/TSMC", "scale": 2000.0}},
    "no limit": {"buyers.xAI.space": math.inf, "buyers.xAI.opening_power": 5.0},
    "another class": {"buyers.Google.class": "Enterprise", "buyers.Google.urgency": 0.5, "supplier.base_weeks": 3.5},
    "minus nothing": {"buyers.xAI.parity": -0.0},
    "all": {"buyers.*.elasticity": 2.0, "supplier.base_weeks": 3.5},
    "all, a class and one": {
        "buyers.xAI.urgency": 0.1, "buyers.*.urgency": 0.2, "buyers.Hyperscaler.urgency": 0.3,
        "buyers.Google.urgency": 0.4,
    },
    "all, and one the slow way": {"buyers.*.income": 7.0, "buyers.China.income": [1.0, 2.0]},
    "all of whom an event changes one": {"buyers.*.power_starts": 7.0, "buyers.Google.power_starts": 8.0},
    "all of whom one changes its class": {"buyers.Google.class": "Enterprise", "buyers.Hyperscaler.urgency": 0.5},
    "products": {"products.*.power_kw": 1.5, "products.H100.power_kw": 1.0},
}  # fmt: skip


@pytest.mark.parametrize("changes", MIXED.values(), ids=MIXED)
def test_several_at_once(changes):
    scenario = WORLDS["colossus"]
    variation = Variation(scenario, list(changes))
    expected = scenario.replace_all(changes)
    assert variation.scenario_at(list(changes.values())).hash == expected.hash
    for _ in range(2):
        assert differences(variation.build_at(list(changes.values())), expected.build) == []


def refused(attempt):
    with pytest.raises(BadInput) as caught:
        attempt()
    assert "\n" not in str(caught.value)
    return str(caught.value)


BAD = {
    "below": ("supplier.upstream", -1.0),
    "above": ("buyers.xAI.urgency", 2.5),
    "no number": ("buyers.xAI.urgency", math.nan),
    "no end": ("supplier.base_weeks", math.inf),
    "too long for a float": ("supplier.base_weeks", 10**400),
    "too long for a path": ("supplier.upstream", 10**400),
    "text": ("supplier.base_weeks", "long"),
    "truth": ("supplier.base_weeks", True),
    "list": ("supplier.base_weeks", [1.0]),
    "half a whole number": ("buyers.xAI.names", 1.5),
    "unknown rule": ("market.allocation", "lottery"),
    "unknown class": ("buyers.xAI.class", "FrontierLub"),
    "class a list": ("buyers.xAI.class", ["FrontierLab"]),
    "unknown product": ("buyers.xAI.opening_product", "H101"),
    "an event out of range": ("buyers.xAI.funding", 1.0e308 * 10),
}


@pytest.mark.parametrize(("path", "value"), BAD.values(), ids=BAD)
def test_what_replace_refuses_is_refused(path, value):
    scenario = WORLDS["colossus"]
    variation = Variation(scenario, [path, "supplier.line_weight"])
    sentence = refused(lambda: variation.build_at([value, 0.5]))
    assert sentence == refused(lambda: variation.scenario_at([value, 0.5]))
    assert sentence == refused(lambda: scenario.replace(path, value))


def test_values_that_look_alike_are_told_apart():
    """1, 1.0 and true are equal and hash alike, but not every field takes each."""
    variation = Variation(WORLDS["colossus"], ["buyers.xAI.names", "market.due_first"])
    variation.build_at([1, True])
    for values in ([1.0, True], [True, True], [1, 1]):
        assert refused(lambda values=values: variation.build_at(values))


def test_a_field_that_the_new_class_does_not_have():
    variation = Variation(WORLDS["colossus"], ["buyers.CoreWeave.class", "buyers.CoreWeave.margin"])
    assert "no such field" in refused(lambda: variation.scenario_at(["Hyperscaler", 0.5]))
    assert "no such field" in refused(lambda: variation.build_at(["Hyperscaler", 0.5]))


def test_a_build_is_not_changed_by_the_next():
    scenario = WORLDS["colossus"]
    paths = ["supplier.base_weeks", "supplier.upstream", "buyers.xAI.urgency", "market.allocation"]
    variation = Variation(scenario, paths)
    points = [[3.0, 1e4, 0.1, "uniform"], [5.0, 2e4, 0.3, "uniform"], [7.0, 3e4, 0.5, "linear"]]
    expected = [scenario.replace_all(dict(zip(paths, values, strict=True))).build for values in points]
    untouched = Scenario.load("colossus").build
    found = [variation.build_at(values) for values in points]
    assert [differences(a, b) for a, b in zip(found, expected, strict=True)] == [[], [], []]
    assert differences(scenario.build, untouched) == []


def test_a_field_of_a_series():
    scenario = Scenario.load("from-2026")
    open_fields = ["buyers.*.capex.growth_after", "supplier.upstream.growth_after", "supplier.base_weeks"]
    variation = Variation(scenario, open_fields)
    for values in ([0.1, 0.0, 5.0], [-0.02, 0.1, 6.0]):
        built = variation.build_at(values)
        assert differences(built, variation.scenario_at(values).build) == []
        assert differences(built, scenario.build) == ["paths of supplier", "supplier.base_weeks", "paths of buyers"]


def test_many_points_together_are_what_each_is_alone():
    """Arrays and lists, values that a slot takes and others, choices, a class, points that are no scenario."""
    scenario = WORLDS["colossus"]
    points = {
        "supplier.base_weeks": np.array([3.0, 4.0, 5.0, -1.0, 6.0, math.nan, 7.0, 8.0]),
        "supplier.upstream": [1e4, [1e4, 2e4], 3e4, 4e4, 5e4, 6e4, 7e4, 8e4],
        "market.allocation": ["uniform", "uniform", "linear", "linear", "lottery", "uniform", "uniform", "uniform"],
        "buyers.xAI.space": np.full(8, math.inf),
        "buyers.Google.class": ["Hyperscaler"] * 7 + ["Enterprise"],
    }
    variation = Variation(scenario, list(points))
    found, seen = list(variation.builds_at(points)), []
    for first, end, builds in found:
        for row in range(first, end):
            values = [
                column[row].item() if isinstance(column, np.ndarray) else column[row] for column in points.values()
            ]
            seen.append(row)
            if builds is None:
                refused(lambda values=values: variation.build_at(values))
            else:
                expected = variation.scenario_at(values).build
                assert differences(builds.one(row - first), expected) == []
                assert differences(variation.build_at(values), expected) == []
    assert seen == list(range(8))
    assert [(first, end, builds is None) for first, end, builds in found] == [
        (0, 3, False), (3, 6, True), (6, 7, False), (7, 8, False)
    ]  # fmt: skip


def test_points_without_open_fields():
    assert [(first, end) for first, end, _ in Variation(WORLDS["colossus"], []).builds_at({})] == [(0, 1)]


def test_builds_are_forgotten_and_made_again():
    variation = Variation(WORLDS["colossus"], ["market.shock_start", "buyers.xAI.names"])
    points = [[f"20{year}Q{quarter}", 1] for year in range(20, 37) for quarter in (1, 2, 3, 4)]
    assert len(points) > KEPT
    first = variation.build_at(points[0])
    assert variation.build_at(points[0]) is first
    for values in points[1:]:
        variation.build_at(values)
    assert len(variation._builds) == KEPT
    again = variation.build_at(points[0])
    assert again is not first
    assert differences(again, first) == []


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("horizon", "horizon: may not differ between points; allowed: fields of a table"),
        ("seed", "seed: may not differ between points; allowed: fields of a table"),
        ("start", "start: may not differ between points; allowed: fields of a table"),
        ("supplier.base_week", "supplier.base_week: no such field; supplier: did you mean 'base_weeks'?"),
        ("buyers.xAI", "buyers.xAI: names a table"),
        ("buyers.*.urgncy", "buyers.*.urgncy: none of Microsoft, Meta, "),
    ],
)
def test_what_may_not_vary(path, words):
    assert refused(lambda: Variation(WORLDS["colossus"], [path])).startswith(f"colossus.toml: {words}")
