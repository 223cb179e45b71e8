"""Outcomes: what a few words make of a run's measures, against NumPy by hand."""

import numpy as np
import pytest

from market import BadInput, Scenario
from market.scenario.scenario import shipped
from runs.engine.outcomes import REDUCTIONS, STANDARD, STATISTICS, read
from tests.worlds import quiet_world

COLOSSUS = Scenario.load("colossus")
NAMES = COLOSSUS.build.names
LAYOUTS = COLOSSUS.build.layouts
RUNS = 1000


def made_up(scenario=COLOSSUS, seed=1):
    """Measures of any size, a fifth of them unknown; the last run failed."""
    rng = np.random.default_rng(seed)
    values = {}
    for family in ("market", "products", "buyers"):
        shape = (RUNS, scenario.horizon, len(scenario.build.names[family]), len(scenario.build.layouts[family].columns))
        values[family] = np.where(rng.uniform(size=shape) < 0.2, np.nan, rng.lognormal(3.0, 4.0, shape))
        values[family][-1] = np.nan
    return values


VALUES = made_up()


def column(family, measure, member=0):
    """A measure of all runs, shape (runs, quarters)."""
    return VALUES[family][:, :, member, LAYOUTS[family].columns.index(measure)]


def of(text):
    return read(text, COLOSSUS).of(VALUES)


def known(function):
    """A reduction in NumPy of the values that are known, run by run."""
    return lambda series: np.array([function(run[np.isfinite(run)]) for run in series[:-1]])


BY_HAND = {
    "peak": known(np.max),
    "lowest": known(np.min),
    "total": known(np.sum),
    "mean": known(np.mean),
    "first": lambda series: series[:-1, 0],
    "last": lambda series: series[:-1, -1],
}


@pytest.mark.parametrize("name", REDUCTIONS)
def test_reductions_by_hand(name):
    found = of(f"{name} revenue")
    assert found.shape == (RUNS,)
    np.testing.assert_allclose(found[:-1], BY_HAND[name](column("market", "revenue")), rtol=1e-12)
    assert np.isnan(found[-1]), "a run that failed"


@pytest.mark.parametrize("name", ["peak", "lowest", "total", "mean"])
def test_what_is_unknown_is_passed_over(name):
    series = np.array([[np.nan, 3.0, 1.0, np.nan], [2.0, 2.0, 2.0, 2.0], [np.nan] * 4])
    expected = {"peak": [3.0, 2.0], "lowest": [1.0, 2.0], "total": [4.0, 8.0], "mean": [2.0, 2.0]}[name]
    np.testing.assert_array_equal(REDUCTIONS[name](series), [*expected, np.nan])


@pytest.mark.parametrize("name", ["first", "last"])
def test_the_ends_are_what_they_are(name):
    """An end that is not known is not replaced by the quarter beside it."""
    series = np.array([[np.nan, 3.0, 1.0], [1.0, 3.0, np.nan]])
    at = {"first": 0, "last": -1}[name]
    np.testing.assert_array_equal(REDUCTIONS[name](series), series[:, at])


WHEN = {
    "in 2023Q3": slice(3, 4),
    "from 2023Q3": slice(3, None),
    "to 2023Q3": slice(None, 4),
    "from 2023Q1 to 2023Q3": slice(1, 4),
    "from 2023Q3 to 2023Q3": slice(3, 4),
    "in 2022Q4": slice(0, 1),
    "in 2026Q4": slice(16, 17),
}


@pytest.mark.parametrize(("words", "quarters"), WHEN.items(), ids=WHEN)
def test_quarters(words, quarters):
    series = column("products", "list_price", NAMES["products"].index("H100"))[:, quarters]
    if words.startswith("in"):
        np.testing.assert_array_equal(of(f"list_price of H100 {words}"), series[:, 0])
    else:
        np.testing.assert_array_equal(read(f"peak list_price of H100 {words}", COLOSSUS).series(VALUES), series)
        np.testing.assert_array_equal(of(f"last list_price of H100 {words}"), series[:, -1])


@pytest.mark.parametrize("name", NAMES["buyers"])
def test_every_buyer_and_all_but_it(name):
    """Small customers too, whose name has a space."""
    member = NAMES["buyers"].index(name)
    own = column("buyers", "ordered", member)[:, 5]
    np.testing.assert_array_equal(of(f"ordered of {name} in 2024Q1"), own)
    others = sum(column("buyers", "ordered", k)[:, 5] for k in range(len(NAMES["buyers"])) if k != member)
    np.testing.assert_allclose(of(f"ordered of all but {name} in 2024Q1"), others, rtol=1e-12)
    assert read(f"peak ordered of {name} from 2023Q1 to 2024Q1", COLOSSUS).members == (member,)


ROLES = {measure: LAYOUTS["buyers"].fields[measure].role for measure in LAYOUTS["buyers"].columns}
WEIGHTS = {measure: role.weight for measure, role in ROLES.items() if role.weight}
SUMMED = [measure for measure in ROLES if measure not in WEIGHTS]


def test_only_what_can_be_added_up_is():
    """A column in another unit needs a weight; of shares, those of one whole may be added up."""
    assert set(WEIGHTS.values()) <= set(SUMMED)
    assert {ROLES[measure].unit for measure in SUMMED} == {"HAE", "MW", "million USD", "1"}
    assert {measure for measure in SUMMED if ROLES[measure].unit == "1"} == {"share_units", "share_hae"}


def test_a_number_without_a_unit_is_a_share_or_known_to_be_none():
    layouts = [LAYOUTS[family] for family in ("market", "products", "buyers")]
    bare = {name: layout.fields[name].role.share for layout in layouts for name in layout.columns
            if layout.fields[name].role.unit == "1"}  # fmt: skip
    assert {name for name, share in bare.items() if not share} == {"order_inflation", "hhi"}
    united = [layout.fields[name].role for layout in layouts for name in layout.columns]
    assert not any(role.share for role in united if role.unit != "1")
    assert read("peak premium of H100", COLOSSUS).share
    assert not read("peak hhi", COLOSSUS).share


@pytest.mark.parametrize("who", ["", " of xAI", " of all but xAI"])
def test_statistics_of_two_measures_by_hand(who):
    values = {family: np.nan_to_num(array, nan=1.0) for family, array in VALUES.items()}

    def series(measure):
        if not who:
            return values["market"][:, 4:12, 0, LAYOUTS["market"].columns.index(measure)]
        member = NAMES["buyers"].index("xAI")
        own = values["buyers"][:, 4:12, :, LAYOUTS["buyers"].columns.index(measure)]
        return own[:, :, member] if who == " of xAI" else np.delete(own, member, axis=2).sum(axis=2)

    def found(name):
        return read(f"{name}{who} from 2023Q4 to 2025Q3", COLOSSUS).of(values)

    ordered, needed = series("ordered"), series("needed")
    apart = [one - np.array([np.polyval(np.polyfit(range(8), run, 1), range(8)) for run in one])
             for one in (ordered, needed)]  # fmt: skip
    expected = apart[0].var(axis=1) / apart[1].var(axis=1)
    fine = np.isfinite(found("bullwhip"))
    assert fine.mean() > 0.9
    np.testing.assert_allclose(found("bullwhip")[fine], expected[fine], rtol=1e-6)
    np.testing.assert_allclose(
        found("phantom_share"), series("cancelled").sum(axis=1) / ordered.sum(axis=1), rtol=1e-12
    )
    if not who:
        np.testing.assert_allclose(found("overshoot"), series("capacity").max(axis=1) / needed.mean(axis=1) - 1.0)


@pytest.mark.parametrize("measure", SUMMED)
def test_others_are_added_up(measure):
    parts = np.array([column("buyers", measure, k) for k, name in enumerate(NAMES["buyers"]) if name != "xAI"])
    found = read(f"peak {measure} of all but xAI", COLOSSUS)
    np.testing.assert_allclose(found.series(VALUES), parts.sum(axis=0), rtol=1e-12)


@pytest.mark.parametrize(("measure", "weight"), WEIGHTS.items())
def test_others_are_averaged_by_their_weight(measure, weight):
    """By hand: who has no value, or no weight, does not count."""
    others = [k for k, name in enumerate(NAMES["buyers"]) if name != "xAI"]
    values = {family: array.copy() for family, array in VALUES.items()}
    columns = LAYOUTS["buyers"].columns
    weights = np.nan_to_num(values["buyers"][..., columns.index(weight)])
    weights[: RUNS // 2, :, ::2] = 0.0
    weights[0] = 0.0
    values["buyers"][..., columns.index(weight)] = weights
    found = read(f"mean {measure} of all but xAI", COLOSSUS).series(values)
    parts, weights = values["buyers"][:, :, others, columns.index(measure)], weights[:, :, others]
    whole = np.where(np.isfinite(parts), weights, 0.0).sum(axis=2)
    expected = np.full(whole.shape, np.nan)
    np.divide(np.nansum(weights * parts, axis=2), whole, out=expected, where=whole > 0.0)
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    assert np.isnan(found[0]).all()
    assert np.isfinite(found[1:-1]).mean() > 0.9


def test_a_measure_of_one_buyer_is_not_weighted():
    member = NAMES["buyers"].index("xAI")
    np.testing.assert_array_equal(of("fill_rate of xAI in 2024Q1"), column("buyers", "fill_rate", member)[:, 5])


TEXTS = [
    *STANDARD,
    *(f"{name} from 2023Q2" for name in STATISTICS),
    "bullwhip of all but xAI",
    *(f"{name} backlog of H100 to 2025Q2" for name in REDUCTIONS),
    *(f"{name} {measure} of all but xAI from 2023Q2" for name in REDUCTIONS for measure in ("deployed", *WEIGHTS)),
]


def test_a_run_alone_has_the_same_bits():
    for text in TEXTS:
        outcome = read(text, COLOSSUS)
        together = outcome.of(VALUES)
        for first, count in ((0, 1), (500, 1), (37, 7), (RUNS - 1, 1)):
            apart = outcome.of({family: array[first : first + count].copy() for family, array in VALUES.items()})
            assert apart.tobytes() == together[first : first + count].tobytes(), text


@pytest.mark.parametrize("name", REDUCTIONS)
def test_how_a_series_lies_in_memory_does_not_matter(name):
    """NumPy's own sums add in an order that depends on it."""
    series = column("market", "revenue")
    there = [REDUCTIONS[name](laid(series)).tobytes() for laid in (np.ascontiguousarray, np.asfortranarray)]
    assert there[0] == there[1]


def test_nothing_known_gives_nothing():
    nothing = {family: np.full_like(array[:3], np.nan) for family, array in VALUES.items()}
    for text in TEXTS:
        assert np.isnan(read(text, COLOSSUS).of(nothing)).all(), text


@pytest.mark.parametrize("name", shipped())
def test_the_standard_outcomes_can_be_read_everywhere(name):
    scenario = Scenario.load(name)
    for short, text in STANDARD.items():
        found = read(short, scenario)
        assert found == read(text, scenario)
        assert found.text == text
        assert (found.family, found.begin, found.end) == ("market", 0, scenario.horizon)
        assert found.unit == scenario.build.layouts["market"].fields[found.measure].role.unit


def test_spaces_do_not_matter():
    assert read("  peak   hhi  from 2023Q1 ", COLOSSUS) == read("peak hhi from 2023Q1", COLOSSUS)


BAD = {
    "unknown reduction": ("peek hhi", "found 'peek'; did you mean 'peak'? Allowed: first, last, lowest, mean, peak"),
    "unknown measure": ("peak revenu", "found 'revenu'; measures of the market: did you mean 'revenue'?"),
    "a buyer's measure": ("peak idle", "found 'idle'; measures of the market: allowed: backlog,"),
    "measure of another": ("peak hhi of xAI", "found 'hhi'; measures of xAI: allowed: backlog, cancelled,"),
    "unknown name": ("peak_qoute", "found 'peak_qoute'; did you mean 'peak_quote'?"),
    "unknown buyer": ("peak ordered of xIA", "found 'xIA'; did you mean 'xAI'? Allowed: A100,"),
    "unknown other": ("peak ordered of all but nobody", "found 'nobody'; allowed: A100, A800,"),
    "all but a product": ("peak backlog of all but H100", "found 'H100'; allowed after 'all but': a buyer"),
    "unknown quarter": ("hhi in 2024", "found '2024'; allowed: a quarter from 2022Q4 to 2026Q4"),
    "quarter before": ("peak hhi from 2022Q3", "found '2022Q3'; allowed: a quarter from 2022Q4 to 2026Q4"),
    "quarter after": ("peak hhi to 2027Q1", "found '2027Q1'; allowed: a quarter from 2022Q4 to 2026Q4"),
    "reversed": ("peak hhi from 2024Q1 to 2023Q4", "found '2023Q4'; allowed after 'to': 2024Q1 or later"),
    "no reduction": ("hhi from 2024Q1", "found 'hhi from 2024Q1'; allowed: one of peak, lowest, total, mean, first"),
    "measure alone": ("hhi", "found 'hhi'; allowed: one of peak, lowest, total, mean, first, last before a measure"),
    "one quarter reduced": ("peak hhi in 2024Q1", "found 'peak hhi in 2024Q1'; allowed: one of peak,"),
    "two times": ("hhi in 2024Q1 to 2024Q2", "found 'hhi in 2024Q1 to 2024Q2'; allowed: one of peak,"),
    "too many words": ("the highest hhi ever", "found 'the highest hhi ever'; allowed: peak_quote, mean_quote"),
    "a statistic reduced": ("peak bullwhip", "found 'peak bullwhip'; allowed: bullwhip alone, of somebody, from one"),
    "a statistic in one quarter": ("bullwhip in 2024Q1", "found 'bullwhip in 2024Q1'; allowed: bullwhip alone"),
    "a statistic of who has none": ("overshoot of xAI", "found 'overshoot'; xAI has no capacity; allowed: of the"),
    "nothing": ("", "found ''; allowed: peak_quote, mean_quote,"),
    "a line more": ("peak\nhhi\nof", "found 'peak\\nhhi\\nof'; allowed: peak_quote, mean_quote,"),
    "number": (5, "found 5; allowed: peak_quote,"),
    "list": (["peak_quote"], "found ['peak_quote']; allowed: peak_quote,"),
    "truth": (True, "found True; allowed: peak_quote,"),
}


@pytest.mark.parametrize(("text", "words"), BAD.values(), ids=BAD)
def test_a_bad_text_is_one_sentence(text, words):
    with pytest.raises(BadInput) as caught:
        read(text, COLOSSUS, "rules.toml: outcomes.mine")
    assert str(caught.value).startswith(f"rules.toml: outcomes.mine: {words}")
    assert "\n" not in str(caught.value)


def test_all_but_the_only_buyer():
    with pytest.raises(BadInput, match="found 'A'; allowed after 'all but': a buyer that is not the only one"):
        read("total ordered of all but A", Scenario.from_dict(quiet_world(1.0, 2, A={})))
