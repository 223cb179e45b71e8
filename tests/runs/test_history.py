"""The tables of real figures: how they are read, what is refused, and that a quarter more needs no code."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from market import BadInput
from market.history.figures import COLUMNS, INTERVAL, KINDS
from market.scenario import paths
from runs import history
from runs.history.figures import observations

ROOT = Path(__file__).parents[2]
OUTCOMES = ROOT / "runs" / "history" / "outcomes.csv"
INPUTS = ROOT / "market" / "history" / "inputs.csv"
LATER = 'dc_compute_revenue,NVIDIA,2025Q1,34.0,33,35,USD billion,estimate,"made up, for a test",\n'
NEWEST = 'capex_cash,Amazon,2026Q3,60.0,USD billion,estimate,"made up, for a test",\n'


def more(path: Path, row: str, folder: Path) -> Path:
    """A copy of a file with one row more."""
    copy = folder / path.name
    copy.write_text(path.read_text(encoding="utf-8") + row, encoding="utf-8")
    return copy


@pytest.mark.parametrize("table", [history.outcomes(), history.inputs()], ids=["outcomes", "inputs"])
def test_a_table_has_typed_columns(table):
    assert list(table.columns) == [*COLUMNS, "time"]
    assert {str(table[name].dtype) for name in ("value", "low", "high")} == {"float64"}
    assert list(table["kind"].cat.categories) == list(KINDS)
    assert pd.api.types.is_datetime64_any_dtype(table["time"])
    assert table["source"].str.len().gt(0).all()


def test_the_tables_are_the_files():
    outcomes, raw = history.outcomes(), pd.read_csv(OUTCOMES)
    assert len(outcomes) == len(raw) == len(observations())
    assert outcomes["value"].equals(raw["value"])
    assert outcomes["period"].tolist() == raw["period"].tolist()
    inputs = history.inputs()
    assert inputs["value"].equals(pd.read_csv(INPUTS)["value"])
    assert inputs[list(INTERVAL)].isna().all(axis=None)


def test_time_is_the_middle_of_a_period():
    outcomes = history.outcomes()
    for period, (first, last) in {
        "2023Q4": ("2023-11-14", "2023-11-18"),
        "2023": ("2023-07-01", "2023-07-03"),
        "2024-10": ("2024-10-15", "2024-10-17"),
        "2023-11-30": ("2023-11-29", "2023-12-01"),
    }.items():
        times = outcomes.loc[outcomes["period"] == period, "time"]
        assert times.between(first, last).all(), period
        assert len(times)


ROW = "lead_time,H100,{period},{value},{low},{high},{unit},{kind},{source},\n"
GOOD = {"period": "2025-01", "value": "9", "low": "8", "high": "12", "unit": "weeks", "kind": "estimate", "source": "x"}


def test_the_row_that_is_broken_below_is_good(tmp_path):
    assert len(history.outcomes(more(OUTCOMES, ROW.format(**GOOD), tmp_path))) == len(observations()) + 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"period": "2025Q5"}, "period: found '2025Q5'; allowed: 2023, 2023Q4, 2023-11 or 2023-11-30"),
        ({"period": "2025-13"}, "period: found '2025-13'; allowed: 2023, 2023Q4,"),
        ({"period": "2025-02-30"}, "period: found '2025-02-30'; allowed: 2023, 2023Q4,"),
        ({"period": "spring"}, "period: found 'spring'; allowed: 2023, 2023Q4,"),
        ({"period": "2024-02"}, "period: found '2024-02'; allowed: another than line "),
        ({"kind": "guess"}, "kind: found 'guess'; allowed: reported, estimate, rumour, memory"),
        ({"unit": "days"}, "unit: found 'days'; allowed: USD billion, "),
        ({"unit": "packages"}, "unit: found 'packages'; allowed: weeks, as in the series' first row"),
        ({"low": "13"}, "low to high: found '13 to 12'; allowed: a low that is not above the value"),
        ({"low": "10"}, "low to high: found '10 to 12'; allowed: a low that is not above the value"),
        ({"high": "8.5"}, "low to high: found '8 to 8.5'; allowed: "),
        ({"value": "nine"}, "value: found 'nine'; allowed: a finite number"),
        ({"value": "inf"}, "value: found 'inf'; allowed: a finite number"),
        ({"value": "", "low": ""}, "value: found ''; allowed: a number, or none beside both ends of an interval"),
        ({"source": " "}, "source: found ' '; allowed: a text"),
        ({"source": "a,b"}, "row: found '11 cells'; allowed: 10"),
    ],
)
def test_a_bad_row_is_told_in_one_sentence(change, said, tmp_path):
    path = more(OUTCOMES, ROW.format(**GOOD | change), tmp_path)
    with pytest.raises(BadInput) as refused:
        history.outcomes(path)
    line = len(OUTCOMES.read_text(encoding="utf-8").splitlines()) + 1
    assert str(refused.value).startswith(f"outcomes.csv: line {line}: {said}")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("capex,Chinese four,2026,1,USD billion,estimate,x,\n", "period: found '2026'; allowed: a quarter"),
        ("capex,Chinese four,2026Q3,,USD billion,estimate,x,\n", "value: found ''; allowed: a number"),
        ("capex,Chinese four,2026Q2,1,USD billion,estimate,x,\n", "period: found '2026Q2'; allowed: another"),
    ],
)
def test_a_figure_that_drives_has_a_quarter_and_a_value(row, said, tmp_path):
    path = more(INPUTS, row, tmp_path)
    with pytest.raises(BadInput, match=rf"^inputs\.csv: line \d+: {said}"):
        history.inputs(path)


@pytest.mark.parametrize("text", ["", "series,entity,value\n", "a\x00b\n"])
def test_other_columns_are_refused(text, tmp_path):
    path = tmp_path / "outcomes.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=r"^outcomes\.csv: "):
        history.outcomes(path)


def test_what_the_model_reads_is_checked_too(tmp_path, monkeypatch):
    (tmp_path / "history").mkdir()
    more(INPUTS, NEWEST.replace("estimate", "guess"), tmp_path / "history")
    monkeypatch.setattr("market.history.figures.files", lambda package: tmp_path)
    paths.inputs.cache_clear()
    try:
        with pytest.raises(BadInput, match=r"^inputs\.csv: line \d+: kind: found 'guess'"):
            paths.inputs()
    finally:
        paths.inputs.cache_clear()


def test_a_quarter_more_is_a_row_more(tmp_path):
    outcomes = history.outcomes(more(OUTCOMES, LATER, tmp_path)).iloc[-1]
    assert (outcomes["period"], outcomes["value"], outcomes["low"]) == ("2025Q1", 34.0, 33.0)
    inputs = history.inputs(more(INPUTS, NEWEST, tmp_path)).iloc[-1]
    assert (inputs["period"], inputs["value"]) == ("2026Q3", 60.0)


PROGRAM = """
import json
from dashboard.reading import real
from market import Scenario, simulate
from runs.backtest.facts import facts
from runs.backtest.paths import Paths
from runs.backtest.scores import scores, plain_forecasts

scenario = Scenario.load("colossus")
results = simulate(scenario, runs=3)
paths = Paths(results, scenario)
print(json.dumps({
    "capex": scenario.buyers["Amazon"].capex.values(scenario.start, scenario.horizon)[-2],
    "until 2024": results.revenue.sel(quarter=slice("2022Q4", "2024Q4")).values.tolist(),
    "page": real.revenue(scenario),
    "facts": [one.verdict for one in facts(paths, scenario)],
    "scores": [(one.pair.series, one.pair.period) for one in scores(paths)],
    "later": [(one.pair.series, one.pair.period) for one in scores(paths, "2025Q1", "2025Q4")],
    "forecasts": plain_forecasts(),
}))
"""


def told_in(house: Path) -> dict:
    """What the program says of a copy of the house."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=house,
        env={**os.environ, "PYTHONPATH": str(house)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_backtest_and_page_take_further_quarters(tmp_path):
    for package in ("agents", "market", "runs", "dashboard"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "public"))
    more(OUTCOMES, LATER, tmp_path / "runs" / "history")
    more(INPUTS, NEWEST, tmp_path / "market" / "history")
    before, after = told_in(ROOT), told_in(tmp_path)
    assert before["capex"] != after["capex"] == pytest.approx(0.54 * 60000.0)
    assert "2025Q1" not in before["page"]
    assert after["page"] == before["page"] | {"2025Q1": 34000.0}
    assert before["later"] == []
    assert after["later"] == [["compute revenue", "2025Q1"]]
    for name in ("until 2024", "facts", "scores", "forecasts"):
        assert after[name] == before[name], name
