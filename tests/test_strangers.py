"""Mistakes that anybody makes in the first hour, at the command line and in Python, and the sentence each gets."""

from __future__ import annotations

import shlex
import sys

import pytest

import runs
from market import BadInput, Market, Scenario, simulate
from market.gears.model import RunFailed
from runs.cli import main as cli
from runs.folder import batch

MISTAKES = {
    # a name
    "run colosus": "colosus: no such scenario or file; did you mean 'colossus'?",
    "run colossus.toml": "colossus.toml: no such scenario or file; did you mean 'colossus'?",
    "backtest no_rush": "no_rush: no such scenario or file; did you mean 'no-rush'?",
    "scenarios check nowhere.toml": "nowhere.toml: no such scenario or file; allowed: asic, auction,",
    "scenarios check child.toml": "child.toml: extends: colosus: no such scenario or file; did you mean 'colossus'?",
    "ask rsh": "rsh: no such question or file; did you mean 'rush'?",
    "batch ruels --out new": "ruels: no such design or file; did you mean 'rules'?",
    "batch design.toml --out new": "sampling.method: found 'latin_hypercub'; did you mean 'latin_hypercube'?",
    "sensitivity colossus --method sobl": "--method: found 'sobl'; did you mean 'sobol'?",
    "compare colossus no-rush --outcome peak_qoute": "--outcome: found 'peak_qoute'; did you mean 'peak_quote'?",
    "compare colossus no-rush --outcome 'peak quoted_lead_weeks of H10'": "found 'H10'; did you mean 'H100'?",
    # a field
    "run colossus --set buyers.xAI.urgncy=1": "buyers.xAI: did you mean 'urgency'? It is one of ",
    "run colossus --set buyers.xAl.urgency=1": "buyers: did you mean 'xAI'?",
    "run colossus --set buyers.*.elasticty=1": "has this field; did you mean 'elasticity'?",
    "run colossus --set capacity_delay=4": "capacity_delay: no such field; did you mean 'supplier.capacity_delay'?",
    "run colossus --set market.allocation=proportinal": "found 'proportinal'; did you mean 'proportional'?",
    "run colossus --set buyers.xAI.class=Hyperscalar": "found 'Hyperscalar'; did you mean 'Hyperscaler'?",
    # a value
    "run colossus --set buyers.xAI.urgency": "--set: found 'buyers.xAI.urgency'; allowed: PATH=VALUE,",
    "run colossus --set buyers.xAI.urgency=fast": "buyers.xAI.urgency: found 'fast'; allowed: a number",
    "run colossus --set buyers.xAI.urgency=5": "buyers.xAI.urgency: found 5; allowed: 0 to 2",
    "run colossus --set buyers.xAI.names=1.5": "buyers.xAI.names: found 1.5; allowed: a whole number",
    "run colossus --set market.due_first=yes": "market.due_first: found 'yes'; allowed: true or false",
    "run colossus --set market.shock_start=2024-Q2": "market.shock_start: found '2024-Q2'; allowed: a quarter written",
    "run colossus --set horizon=99": "horizon: found 99; allowed: 1 to 40",
    "compare colossus no-rush --outcome 'hhi in 2044Q4'": "found '2044Q4'; allowed: a quarter from 2022Q4 to 2026Q4",
    # a number, an option, a folder, a command
    "run colossus --runs 0": "'--runs': found '0'; allowed: a whole number from 1",
    "run colossus --runs many": "'--runs': found 'many'; allowed: a whole number from 1",
    "run colossus --seed -1": "'--seed': found '-1'; allowed: a whole number from 0",
    "run colossus --gear fast": "'--gear': found 'fast'; allowed: ensemble or live",
    "run colossus --rums 3": "No such option: --rums",
    "app --port 99999": "'--port': found '99999'; allowed: a whole number from 1 to 65535",
    "sensitivity colossus --method sobol --samples 3": "found 3; allowed for a Sobol sequence: a power of two",
    "run colossus --out full": "--out: found 'full', which is not empty; allowed: a new or an empty folder",
    "batch rules": "--out: is missing; allowed: a folder, such as --out results",
    "replay nowhere 3": "nowhere: found no manifest; allowed: a folder that gpumarket wrote",
    "compare colossus": "compare: found one scenario; allowed: two or more, or a lever",
    "compare colossus --lever market.allocation": "--lever: found 'market.allocation'; allowed:",
    "rum colossus": "No such command 'rum'. Did you mean 'run'?",
    "scenarios shw colossus": "No such command 'shw'. Did you mean 'show'?",
    "scenarios check broken.toml": "broken.toml: is not a TOML file: Invalid value (at line 2",
}
FILES = {
    "child.toml": 'extends = "colosus"\n',
    "broken.toml": "schema = 1\nname =\n",
    "full/kept.txt": "mine\n",
    "design.toml": """schema = 1
name = "d"
scenario = "colossus"
runs_per_point = 2
[sampling]
method = "latin_hypercub"
points = 3
""",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the files that the mistakes are about."""
    place = tmp_path_factory.mktemp("stranger")
    for name, text in FILES.items():
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_text(text, encoding="utf-8")
    return place


def test_there_are_thirty():
    assert len(MISTAKES) + len(IN_PYTHON) > 30


@pytest.mark.parametrize(("words", "sentence"), MISTAKES.items(), ids=MISTAKES)
def test_a_mistake_on_the_command_line(words, sentence, folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", ["gpumarket", *shlex.split(words)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    out, err = capsys.readouterr()
    assert (ended.value.code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("gpumarket: ")
    assert sentence in err
    assert len(err) < 420


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A small batch, opened."""
    place = tmp_path_factory.mktemp("batch") / "results"
    design = {
        "schema": 1,
        "name": "small",
        "scenario": "reference",
        "runs_per_point": 1,
        "sampling": {"method": "latin_hypercube", "points": 2},
        "outcomes": {"end": "hhi in 2023Q4"},
    }
    batch.run(runs.Design.from_dict(design).experiment, place)
    return runs.open(place)


def reference() -> Scenario:
    return Scenario.load("reference")


IN_PYTHON = {
    "a scenario that is missing": (lambda: Scenario.load("missing.toml"), BadInput, "missing.toml: no such scenario"),
    "a scenario misspelt": (lambda: simulate("referense"), BadInput, "did you mean 'reference'"),
    "no name at all": (lambda: Scenario.load(3), BadInput, "scenario: found 3; allowed: a shipped name or a file"),
    "a dictionary": (lambda: simulate({"name": "x"}), BadInput, "allowed: a scenario, its name or its file"),
    "a field": (lambda: reference().replace("buyers.A.elasticty", 1.0), BadInput, "did you mean 'elasticity'"),
    "a path in parts": (lambda: reference().replace(("market", "deposit"), 0.1), BadInput, "allowed: a text such as"),
    "a type": (lambda: reference().replace("buyers.A.elasticity", "high"), BadInput, "found 'high'; allowed: a number"),
    "no runs": (lambda: simulate("reference", runs=0), BadInput, "runs: found 0; allowed: a whole number from 1"),
    "half a run": (lambda: simulate("reference", runs=2.5), BadInput, "runs: found 2.5; allowed: a whole number"),
    "a seed below 0": (lambda: simulate("reference", seed=-1), BadInput, "seed: found -1; allowed: a whole number"),
    "far too many runs": (lambda: simulate("colossus", runs=10**9), BadInput, "gpumarket batch runs more"),
    "a table of the market": (lambda: Market("reference").table("buyer"), BadInput, "did you mean 'buyers'"),
    "a step too many": (lambda: Market("reference").run().step(), RunFailed, "the scenario ends after 12 quarters"),
    "a folder that is none": (lambda: runs.open("nowhere"), BadInput, "nowhere: found no manifest"),
    "one scenario": (lambda: runs.Comparison({"a": "colossus"}).run(), BadInput, "allowed: two or more"),
    "a path of a function": (
        lambda: runs.MarketFunction("colossus", paths=["supplier.capacity_dely"], measures=["revenue"]),
        BadInput,
        "did you mean 'capacity_delay'",
    ),
    "a measure": (
        lambda: runs.MarketFunction("colossus", paths=["supplier.capacity_delay"], measures=["revenu"]),
        BadInput,
        "did you mean 'revenue'",
    ),
    "a variable of a dataset": (lambda: simulate("reference", runs=1)["qouted_lead_weeks"], KeyError, "Did you mean"),
}


@pytest.mark.parametrize("name", IN_PYTHON)
def test_a_mistake_in_python(name):
    mistake, kind, sentence = IN_PYTHON[name]
    with pytest.raises(kind) as raised:
        mistake()
    assert sentence in str(raised.value)


def test_a_table_of_a_folder_misspelt(stored):
    with pytest.raises(KeyError, match=r"no table 'outcoms'; did you mean 'outcomes'\?"):
        stored["outcoms"]
    assert "outcoms" not in stored
