"""``gpumarket backtest`` as a user types it."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from market import Scenario
from market.gears.simulate import Failure
from runs.backtest.facts import facts
from runs.backtest.truths import DEPOSITS, truths
from runs.engine.spread import ensemble_of
from runs.requests import Backtest

CALL = ("backtest", "--runs", "6", "--seed", "3")


@pytest.fixture(scope="module")
def found():
    return Backtest("colossus", 6, 3).run()


def test_it_judges_what_simulate_gives(found):
    scenario = Scenario.load("colossus")
    results = ensemble_of(scenario, runs=6, seed=3)
    assert list(found.facts) == facts(results, scenario)
    ours = [one for one in found.truths if one.id != "T5"]
    assert ours == [one for one in truths(results, scenario) if one.id != "T5"]


def test_deposits_are_paired_runs(found):
    sales = [
        ensemble_of(Scenario.load("colossus").replace("market.deposit", deposit), runs=6, seed=3).revenue.median("run")
        for deposit in DEPOSITS
    ]
    paired = next(one for one in found.truths if one.id == "T5")
    assert paired.parts[0].value == pytest.approx(float(sales[1].sum() / sales[0].sum()) - 1.0)


def test_json_is_one_object_with_everything(gpumarket, found):
    status, out, _ = gpumarket(*CALL, "--json")
    told = json.loads(out)
    assert status == 0
    assert (told["scenario"], told["seed"], told["runs"]) == ("colossus", 3, 6)
    assert [one["id"] for one in told["facts"]] == [one.id for one in found.facts]
    assert [one["verdict"] for one in told["facts"]] == [one.verdict for one in found.facts]
    assert [one["id"] for one in told["truths"]] == ["T1", "T2", "T3", "T4", "T5", "T6"]
    assert {"buyer", "first", "last", "reason"} <= set(told["silences"][0])
    assert told["loss"]["total"] == pytest.approx(found.loss.total)
    assert told["facts"][0]["parts"][0]["value"] == found.facts[0].parts[0].value


def test_a_table_for_people(gpumarket, found):
    status, out, _ = gpumarket(*CALL)
    assert status == 0
    for one in (*found.facts, *found.truths):
        row = next(line for line in out.splitlines() if line.startswith(f"{one.id} "))
        assert row.rstrip(")").endswith(one.verdict)
        assert one.sentence in row
    assert found.sentence in out
    assert max(map(len, out.splitlines()[:60])) <= 120
    assert "36 to 52 weeks" in out


def test_a_second_run_gives_the_same_bytes(gpumarket, tmp_path):
    said = [gpumarket(*CALL, "--out", str(tmp_path / name))[1] for name in ("one", "two")]
    assert said[0] == said[1]
    found = {path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file()}
    names = {str(path) for path in found}
    assert {"manifest.json", "scenario.toml", "report.html", "tables/facts.csv", "tables/truths.csv"} <= names
    assert {"tables/scores.csv", "figures/facts.svg", "figures/series.png"} <= names
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_the_folder_is_tidy(gpumarket, tmp_path, found):
    gpumarket(*CALL, "--out", str(tmp_path / "out"))
    with (tmp_path / "out" / "tables" / "facts.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    told = [(one.id, part.band.text, part.value) for one in found.facts for part in one.parts]
    assert [(row["id"], row["part"], float(row["value"])) for row in rows] == told
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["scenario_hash"] == Scenario.load("colossus").hash
    assert manifest["command"] == "gpumarket backtest colossus --runs 6 --seed 3"


def test_set_changes_what_is_judged(gpumarket):
    told = json.loads(gpumarket(*CALL, "--json", "--set", "market.deposit=0.25", "--set", "buyers.xAI.parity=0.1")[1])
    changed = Scenario.load("colossus").replace_all({"market.deposit": 0.25, "buyers.xAI.parity": 0.1})
    assert told["scenario_hash"] == changed.hash
    rush = next(one for one in told["facts"] if one["id"] == "SF11")
    assert rush["parts"][0]["value"] == pytest.approx(
        float(ensemble_of(changed, 6, 3).buyer_deployed.sel(buyer="xAI", quarter="2024Q3").median()) / 1e3
    )


def test_a_scenario_without_the_buyers_says_so(gpumarket):
    status, out, _ = gpumarket("backtest", "reference", "--runs", "2", "--json")
    told = json.loads(out)
    assert status == 0
    verdicts = {one["id"]: (one["verdict"], one["missing"]) for one in told["facts"]}
    assert verdicts["SF11"][0] == "not applicable"
    assert told["loss"] is None
    assert {one["verdict"] for one in told["truths"]} <= {"in", "out", "not applicable"}


@pytest.mark.parametrize("lost", [[1, 4], range(6)])
def test_runs_that_fail_are_left_out_and_told(gpumarket, monkeypatch, lost):
    """Two runs of those with a deposit fail, or all runs."""

    def failing(scenario, *rest, **more):
        results = ensemble_of(scenario, *rest, **more)
        if len(lost) == 6 or scenario.get("market.deposit") > 0.0:
            for name in results.data_vars:
                results[name][list(lost)] = np.nan
            results.attrs["failures"] = [Failure(run, "the order book is full") for run in lost]
        return results

    monkeypatch.setattr("runs.backtest.judgement.ensemble_of", failing)
    status, out, err = gpumarket(*CALL, "--json")
    told = json.loads(out)
    verdicts = {one["id"]: one["verdict"] for one in (*told["facts"], *told["truths"])}
    if len(lost) == 6:
        assert status == 1
        assert err.count("failed: the order book is full") == 6
        assert set(verdicts.values()) == {"not applicable"}
    else:
        assert status == 0
        assert verdicts["T5"] != "not applicable"


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["colosus"], ["colosus", "colossus"]),
        (["colossus", "--set", "market.depositt=1"], ["depositt"]),
        (["colossus", "--set", "market.deposit"], ["--set", "PATH=VALUE"]),
        (["colossus", "--runs", "0"], ["runs", "'0'"]),
    ],
)
def test_bad_input_is_one_sentence(refused, words, parts):
    refused(["backtest", *words], parts)


def test_nothing_is_overwritten(refused, tmp_path):
    (tmp_path / "mine.txt").write_text("keep", encoding="utf-8")
    refused([*CALL, "--out", str(tmp_path)], ["--out", "not empty"])
