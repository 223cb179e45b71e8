"""On a machine where nothing is compiled, a command that asks for few runs does not wait for it."""

import sys

import pytest

from market import Scenario
from market.gears import ensemble, warm
from runs.cli.main import STEPPED, steps_while_compiling
from tests import own_buyers


@pytest.fixture
def started(monkeypatch):
    """The commands of the processes that would have been started, with nothing compiled."""
    commands = []
    monkeypatch.setenv("GPUMARKET_BACKGROUND", "1")
    monkeypatch.setattr(ensemble, "ready", lambda build: False)
    monkeypatch.setattr(warm.subprocess, "Popen", lambda command, **options: commands.append(command))
    return commands


def test_few_runs_are_stepped_while_the_rules_compile(started, capsys):
    assert steps_while_compiling(Scenario.load("colossus"), STEPPED)
    assert started == [[sys.executable, "-m", "market.gears.warm"]]
    assert f"{STEPPED} runs are stepped in Python, to the same numbers" in capsys.readouterr().err


def test_many_runs_wait(started, capsys):
    assert not steps_while_compiling(Scenario.load("colossus"), STEPPED + 1)
    assert (started, capsys.readouterr().err) == ([], "")


def test_nothing_is_said_where_rules_are_compiled(started, monkeypatch, capsys):
    monkeypatch.setattr(ensemble, "ready", lambda build: True)
    assert not steps_while_compiling(Scenario.load("colossus"), 1)
    assert (started, capsys.readouterr().err) == ([], "")


def test_the_background_can_be_refused(started, monkeypatch):
    monkeypatch.setenv("GPUMARKET_BACKGROUND", "0")
    assert not steps_while_compiling(Scenario.load("colossus"), 1)
    assert started == []


def test_own_classes_are_compiled_where_they_are_defined(started):
    raw = Scenario.load("colossus").to_dict()
    raw["levers"] = raw["uncertainties"] = {}
    raw["buyers"]["plain"] = {"class": own_buyers.PlainBuyer.__name__, "opening_product": "A100"}
    assert not steps_while_compiling(Scenario.from_dict(raw), 1)
    assert started == []
