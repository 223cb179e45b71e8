"""The notebooks run from top to bottom, show pictures where they promise them, and say what they found."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from matplotlib.axes import Axes

FOLDER = Path(__file__).parents[1] / "notebooks"


def ran(name):
    """What the cells of a notebook show, and what they define."""
    spec = importlib.util.spec_from_file_location(f"notebook_{name}", FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.app.run()


def test_there_are_three():
    assert sorted(path.stem for path in FOLDER.glob("*.py")) == ["market", "rush", "sensitivity"]


def test_the_market_in_ten_cells():
    shown, defined = ran("market")
    assert len(shown) == 10
    assert sum(isinstance(one, Axes) for one in shown) == 3
    first = defined["model"].table("buyers")["ordered"].to_numpy()
    assert first == pytest.approx(defined["results"]["buyer_ordered"].sel(run=3).isel(quarter=0).to_numpy())
    assert "weeks from order to delivery" in shown[-1].text
    assert len(set(defined["waits"].values())) == 2


def test_a_study_of_sensitivity():
    shown, defined = ran("sensitivity")
    assert sum(isinstance(one, Axes) for one in shown) == 3
    assert set(defined["found"].table.index) - {"inert"} == set(defined["left"])
    assert defined["first"] == defined["found"].ranked.index[0]
    (difference,) = defined["ends"]
    assert difference.low < difference.mean < difference.high


def test_who_waited():
    shown, defined = ran("rush")
    assert defined["xai"]["rush"] > 2.0 * defined["xai"]["no rush"]
    assert float(defined["lost"].sum()) > 0.0
    assert defined["who"]["HAE less"].is_monotonic_decreasing
    assert defined["who"].index[0] in shown[-1].text
