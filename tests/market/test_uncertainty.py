"""Distributions of what nobody knows: their quantiles against SciPy's, and bad tables answered in one sentence."""

import numpy as np
import pytest
from scipy import stats

from market import BadInput, Scenario
from market.scenario.uncertainty import KINDS, read
from tests.worlds import changed, quiet_world

SOURCE = "my-world.toml"
PATH = "supplier.base_weeks"
SHARES = np.array([0.0, 1e-6, 0.1, 0.5, 0.9, 1.0 - 1e-6, 1.0])
FINE = (np.arange(200_000) + 0.5) / 200_000


def known(**table):
    return read(table, f"uncertainties.{PATH}", SOURCE)


def normal(**table):
    return {"distribution": "normal"} | table


def triangular(low, mode, high):
    return {"distribution": "triangular", "low": low, "mode": mode, "high": high}


INF = np.inf
CONTINUOUS = {
    "uniform": ({"low": -1.0, "high": 3.0}, stats.uniform(-1.0, 4.0)),
    "log-uniform": ({"distribution": "log_uniform", "low": 0.02, "high": 5.0}, stats.loguniform(0.02, 5.0)),
    "triangular": (triangular(1.0, 2.0, 5.0), stats.triang(0.25, 1.0, 4.0)),
    "triangular, falling": (triangular(1.0, 1.0, 5.0), stats.triang(0.0, 1.0, 4.0)),
    "triangular, rising": (triangular(1.0, 5.0, 5.0), stats.triang(1.0, 1.0, 4.0)),
    "normal": (normal(mean=3.0, sd=2.0), stats.norm(3.0, 2.0)),
    "normal from 2": (normal(mean=3.0, sd=2.0, low=2.0), stats.truncnorm(-0.5, INF, 3.0, 2.0)),
    "normal up to 2": (normal(mean=3.0, sd=2.0, high=2.0), stats.truncnorm(-INF, -0.5, 3.0, 2.0)),
    "normal from 2 to 6": (normal(mean=3.0, sd=2.0, low=2.0, high=6.0), stats.truncnorm(-0.5, 1.5, 3.0, 2.0)),
    "normal, upper tail": (normal(mean=0.0, sd=1.0, low=10.0, high=12.0), stats.truncnorm(10.0, 12.0)),
    "normal, endless upper tail": (normal(mean=0.0, sd=1.0, low=10.0), stats.truncnorm(10.0, INF)),
    "normal, lower tail": (normal(mean=0.0, sd=1.0, low=-12.0, high=-10.0), stats.truncnorm(-12.0, -10.0)),
    "log-normal": ({"distribution": "log_normal", "median": 4.0, "spread": 0.5}, stats.lognorm(0.5, scale=4.0)),
}


@pytest.mark.parametrize(("table", "expected"), CONTINUOUS.values(), ids=CONTINUOUS)
def test_quantiles_and_moments_are_those_of_scipy(table, expected):
    found = known(**table)
    np.testing.assert_allclose(found.quantile(SHARES), expected.ppf(SHARES), rtol=1e-9, atol=1e-12)
    assert found.ends == pytest.approx(expected.support(), rel=1e-12)
    assert found.values is None
    grid = found.quantile(FINE)
    assert (np.diff(grid) >= 0.0).all()
    assert grid.mean() == pytest.approx(expected.mean(), rel=1e-4, abs=1e-9)
    assert grid.std() == pytest.approx(expected.std(), rel=1e-3)


@pytest.mark.parametrize("name", ["uniform", "log_uniform", "triangular", "normal"])
def test_no_value_lies_outside_the_ends(name):
    """Not by the last bit either: an end may be the last value that a field allows."""
    rng = np.random.default_rng(1)
    for low, high in np.sort(rng.uniform(0.01, 1.0, (300, 2))).tolist():
        more = {"triangular": {"mode": low}, "normal": {"mean": 0.5, "sd": 0.2}}.get(name, {})
        found = known(distribution=name, low=low, high=high, **more)
        assert found.ends == (low, high)
        values = found.quantile(rng.uniform(size=50))
        assert ((values >= low) & (values <= high)).all()


COUNTED = {
    "whole": ({"distribution": "whole", "low": -2, "high": 4}, list(range(-2, 5))),
    "numbers": ({"distribution": "one_of", "options": [3, 0.5, 2]}, [3, 0.5, 2]),
    "names": ({"distribution": "one_of", "options": ["uniform", "linear"]}, ["uniform", "linear"]),
    "truths": ({"distribution": "one_of", "options": [True, False]}, [True, False]),
}


@pytest.mark.parametrize(("table", "expected"), COUNTED.values(), ids=COUNTED)
def test_every_value_has_an_equal_share(table, expected):
    found = known(**table)
    assert list(found.values) == expected
    assert found.ends == (expected[0], expected[-1])
    middles = (np.arange(len(expected) * 1000) + 0.5) / (len(expected) * 1000)
    values = found.quantile(middles).tolist()
    assert [values.count(value) for value in expected] == [1000] * len(expected)
    assert [type(value) for value in values[::1000]] == [type(value) for value in expected]


def test_a_wide_range_of_whole_numbers_is_not_written_out():
    found = known(distribution="whole", low=0, high=10**15)
    assert found.ends == (0, 10**15)
    assert found.quantile(np.array([0.5])) == pytest.approx(5e14)


@pytest.mark.parametrize("table", [table for table, _ in [*CONTINUOUS.values(), *COUNTED.values()]])
def test_values_keep_the_shape_of_the_shares(table):
    found = known(**table)
    assert found.quantile(FINE[:6].reshape(3, 2)).shape == (3, 2)
    assert found.quantile(FINE[:6].reshape(3, 2)).ravel().tolist() == found.quantile(FINE[:6]).tolist()


@pytest.mark.parametrize("table", [table for table, _ in [*CONTINUOUS.values(), *COUNTED.values()]])
def test_what_a_table_says_comes_back(table):
    found = known(**table, note="a guess")
    name = table.get("distribution", "uniform")
    assert type(found) is KINDS[name]
    settings = found.model_dump(exclude_defaults=True)
    assert settings | {"distribution": name} == table | {"distribution": name, "note": "a guess"}


RANGE = {"low": 0.0, "high": 1.0}
BAD = {
    "unknown distribution": ({"distribution": "unifrom"} | RANGE, ".distribution: found 'unifrom'; did you mean 'unif"),
    "distribution no text": ({"distribution": ["uniform"]} | RANGE, ".distribution: found ['uniform']; did you mean"),
    "empty range": ({"low": 1.0, "high": 1.0}, "a high above the low"),
    "range reversed": ({"low": 2.0, "high": 1.0}, "a high above the low"),
    "endless range": ({"low": 0.0, "high": INF}, "a high above the low"),
    "low no number": ({"low": np.nan, "high": 1.0}, "a high above the low"),
    "logarithm of zero": ({"distribution": "log_uniform"} | RANGE, "a low above 0"),
    "mode outside": (triangular(1.0, 5.5, 5.0), "a mode from 1 to 5"),
    "mode no number": (triangular(1.0, np.nan, 5.0), "a mode from 1 to 5"),
    "sd of zero": (normal(mean=1.0, sd=0.0), "an sd above 0"),
    "sd below zero": (normal(mean=1.0, sd=-1.0), "an sd above 0"),
    "mean no number": (normal(mean=np.nan, sd=1.0), "a finite mean"),
    "normal of nothing": (normal(mean=1.0, sd=1.0, low=3.0, high=3.0), "a high above the low"),
    "normal out of reach": (normal(mean=1.0, sd=1.0, low=60.0), "a range within 37 sd of the mean"),
    "median of zero": ({"distribution": "log_normal", "median": 0.0, "spread": 1.0}, "a median above 0"),
    "spread below zero": ({"distribution": "log_normal", "median": 1.0, "spread": -1.0}, "a spread above 0"),
    "half a number": ({"distribution": "whole", "low": 0.5, "high": 2}, ".low: found 0.5; allowed: a whole number"),
    "one whole number": ({"distribution": "whole", "low": 2, "high": 2}, "a high above the low"),
    "one option": ({"distribution": "one_of", "options": [1]}, "two or more different options"),
    "no options": ({"distribution": "one_of", "options": []}, "two or more different options"),
    "options twice": ({"distribution": "one_of", "options": [1, 2, 1]}, "two or more different options"),
    "options no list": ({"distribution": "one_of", "options": 3}, ".options: found 3; allowed: a list"),
    "an option a table": ({"distribution": "one_of", "options": [1, {}]}, "numbers, texts, true or false as options"),
    "missing": ({"low": 0.0}, ".high: is missing"),
    "missing sd": (normal(mean=0.0), ".sd: is missing"),
    "text for a number": ({"low": "0.1", "high": 0.5}, ".low: found '0.1'; allowed: a number"),
    "truth for a number": ({"low": False, "high": 0.5}, ".low: found False; allowed: a number"),
    "unknown field": ({"lo": 0.1, "high": 0.5}, ".lo: no such field; did you mean 'low'?"),
    "no table": (0.5, ": found 0.5; allowed: a table such as { low = 0.1, high = 0.5 }"),
}


@pytest.mark.parametrize(("table", "words"), BAD.values(), ids=BAD)
def test_a_bad_table_is_one_sentence(table, words):
    with pytest.raises(BadInput) as caught:
        read(table, f"uncertainties.{PATH}", SOURCE)
    sentence = str(caught.value)
    assert sentence.startswith(f"{SOURCE}: uncertainties.{PATH}")
    assert words in sentence
    assert sentence.count("found") <= 1
    assert "\n" not in sentence
    world = changed(quiet_world(100.0, 2, A={}), {("uncertainties",): {PATH: table}})
    with pytest.raises(BadInput) as again:
        Scenario.from_dict(world, SOURCE)
    assert str(again.value) == sentence
