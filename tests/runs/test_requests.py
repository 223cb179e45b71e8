"""Requests: they say a command line that asks the same, and the command line calls settings by its options."""

from __future__ import annotations

import pickle
import shlex
from dataclasses import MISSING, fields, replace

import pytest

from market import Scenario
from runs.analysis.compare import difference
from runs.refusal import Refused
from runs.requests import Backtest, Comparison, Inquiry, Lever, Search, Sensitivity
from runs.requests.request import option, read_value, written

CHANGES = {"market.deposit": 0.25, "supplier.export_rule": "2024Q1", "buyers.x y.income": [1.0, 2e-7], "a.b": "true"}
ASKED = [
    Comparison(["no-rush", "colossus"], seed=3, changes=CHANGES, outcomes=["total revenue", "peak_quote"]),
    Comparison(
        ["colossus"],
        Lever("market.allocation", ["uniform", "linear"]),
        ["hhi in 2024Q1"],
        7,
        5,
        2,
        9,
        drop_failed=True,
        posterior="none",
        own_draws=True,
    ),
    Sensitivity("own file.toml", "morris", ["peak_quote"], 20, over_time=True, groups={"g": ["a.b", "c.d"]}),
    Sensitivity(
        "x", runs=2, seed=1, sampler_seed=3, second_order=True, changes=CHANGES, drop_failed=True, posterior="p"
    ),
    Search("a folder", "peak_quote > 52 and revenue < 4e5", 0.75, True),
    Inquiry(["rush", "C2"], vectors=3, runs=4, seed=8, posterior="colossus"),
    Backtest("no-rush", runs=7, seed=4, changes=CHANGES, posterior="ranges"),
]


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: asked.command)
def test_the_command_line_asks_the_same(asked, monkeypatch, gpumarket):
    heard = []

    class Heard(BaseException):
        pass

    def run(self, *_, **__):
        heard.append(self)
        raise Heard

    monkeypatch.setattr(type(asked), "gather" if isinstance(asked, Comparison) else "run", run)
    words = shlex.split(asked.command)
    assert words[0] == "gpumarket"
    with pytest.raises(Heard):
        gpumarket(*words[1:])
    assert [one.command for one in heard] == [asked.command]


def test_what_a_command_line_cannot_say_has_none():
    scenario = Scenario.load("reference")
    assert Comparison({"a": "colossus", "b": scenario}).command == ""
    assert Sensitivity(scenario).command == ""
    assert Sensitivity("reference", uncertainties={}).command == ""


@pytest.mark.parametrize("value", [True, False, 3, 0.5, 1e-9, float("inf"), "uniform", "true", "3", "a b", 'a "b"', ""])
def test_values_are_read_as_they_are_written(value):
    assert read_value(written(value)) == value
    assert read_value(written([value, value])) == [value, value]
    assert read_value(written({"series": value})) == {"series": value}


def test_every_setting_is_said_by_one_of_these():
    for kind in {type(asked) for asked in ASKED}:
        for field in fields(kind):
            if field.name != "uncertainties":  # no command line says them
                plain = field.default if field.default is not MISSING else {}
                assert any(getattr(asked, field.name) != plain for asked in ASKED if type(asked) is kind), field.name


def test_a_refusal_names_settings_as_they_are_called_where_it_is_read():
    with pytest.raises(Refused) as caught:
        difference([[1.0, float("nan")]], [[1.0, 2.0]], outcome="wait")
    assert str(caught.value).endswith("allowed: none, or drop_failed")
    assert caught.value.told(option).endswith("allowed: none, or --drop-failed")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    with pytest.raises(Refused, match=r"^samples: found 8; allowed for pawn: a whole number from 16$"):
        Sensitivity("reference", "pawn", samples=8).run()


def test_labels_name_the_arms():
    asked = Comparison(["reference"], Lever("market.deposit", [0.0, 0.5], ["none", "half"]))
    assert list(asked.arms) == ["none", "half"]
    assert list(replace(asked, lever=Lever("market.deposit", [0.0, 0.5])).arms) == ["deposit 0.0", "deposit 0.5"]
