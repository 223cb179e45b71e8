"""Plots for people in Python: the artists hold the numbers of what was given."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.collections import FillBetweenPolyCollection
from matplotlib.figure import Figure

from market import BadInput, simulate
from runs import plots
from runs.findings import differences, sensitivity
from runs.reports import figures
from tests.runs.found import difference, indices


@pytest.fixture(scope="module")
def results():
    return simulate("colossus", runs=40)


def test_a_band_is_the_median_and_ninety_percent_of_the_runs(results):
    ax = plots.band(results, "product_quoted_lead_weeks", product="H100")
    values = results["product_quoted_lead_weeks"].sel(product="H100").to_numpy()
    told = np.isfinite(values).mean(axis=0) >= 0.5
    (line,) = ax.lines
    assert 0 < told.sum() < told.size
    assert np.isnan(line.get_ydata()[~told]).all()
    np.testing.assert_allclose(line.get_ydata()[told], np.nanmedian(values[:, told], axis=0))
    (area,) = (found for found in ax.collections if isinstance(found, FillBetweenPolyCollection))
    low, high = np.nanquantile(values[:, told], [0.05, 0.95], axis=0)
    corners = np.concatenate([path.vertices for path in area.get_paths()])
    assert corners[:, 1].min() == pytest.approx(low.min())
    assert corners[:, 1].max() == pytest.approx(high.max())
    assert ax.get_ylabel() == "weeks"
    assert ax.get_title("left").endswith(": H100")


def test_a_plot_is_drawn_where_one_says(results):
    ax = Figure().subplots()
    assert plots.band(results, "revenue", ax) is ax
    assert plots.shares(results, ax=ax) is ax


def test_shares_are_of_the_mean_and_add_up_to_a_hundred(results):
    ax = plots.shares(results)
    mean = results["buyer_delivered"].mean("run")
    largest = mean.sum("quarter").sortby(mean.sum("quarter"), ascending=False)["buyer"].values
    handles, labels = ax.get_legend_handles_labels()
    assert labels == [*largest[:4], f"{len(largest) - 4} others"]
    x = len(results["quarter"]) - 1
    tops = [max(y for at, y in area.get_paths()[0].vertices if at == x) for area in ax.collections]
    part = 100.0 * mean.isel(quarter=-1) / mean.isel(quarter=-1).sum()
    np.testing.assert_allclose(tops[:4], np.cumsum(part.sel(buyer=largest[:4])), rtol=1e-9)
    assert tops[4] == pytest.approx(100.0)
    assert len(handles) == 5


def test_a_waterfall_leads_from_one_book_to_the_next(results):
    ax = plots.waterfall(results, "2024Q2")
    mean = results.mean("run")
    bars = [(bar.get_y(), bar.get_height()) for bar in ax.patches]
    before, after = (float(mean["backlog"].sel(quarter=quarter)) for quarter in ("2024Q1", "2024Q2"))
    assert bars[0] == (0.0, pytest.approx(before))
    assert bars[-1] == (0.0, pytest.approx(after))
    assert bars[1][1] == pytest.approx(float(mean["ordered"].sel(quarter="2024Q2")))
    assert bars[2][1] == pytest.approx(-float(mean["shipped"].sel(quarter="2024Q2")))
    assert bars[3][1] == pytest.approx(-float(mean["cancelled"].sel(quarter="2024Q2")))
    level = before
    for bottom, height in bars[1:-1]:
        assert bottom == pytest.approx(level)
        level += height
    assert level == pytest.approx(after)
    assert next(text.get_text() for text in ax.get_xticklabels()) == "open after 2024Q1"


def points(ax):
    return [(*line.get_xdata(), *line.get_ydata(), line.get_marker()) for line in ax.lines]


def test_a_forest_and_a_tornado_are_those_of_the_reports():
    found = [difference(), difference("first", mean=0.2)]
    (panel,) = figures.intervals(differences.forest(found)).axes
    assert points(plots.forest(found)) == points(panel)
    (panel,) = figures.intervals([sensitivity.tornado(indices(), indices().outcome)]).axes
    ax = plots.tornado(indices())
    assert [bar.get_width() for bar in ax.patches] == [bar.get_width() for bar in panel.patches]
    assert ax.get_title("left") == panel.get_title("left")


REFUSED = {
    "measure": (lambda results: plots.band(results, "revenu"), r"^measure: found 'revenu'; did you mean 'revenue'\?"),
    "no product": (
        lambda results: plots.band(results, "product_quoted_lead_weeks"),
        "^product_quoted_lead_weeks: found none; allowed: product=$",
    ),
    "a stray product": (
        lambda results: plots.band(results, "revenue", product="H100"),
        "found product=; allowed: none",
    ),
    "product": (
        lambda results: plots.band(results, "product_produced", product="H10"),
        "^product: found 'H10'; did you mean 'H100'",
    ),
    "shares": (lambda results: plots.shares(results, "revenue"), "^measure: found 'revenue'; allowed: one of buyers"),
    "quarter": (lambda results: plots.waterfall(results, "2022Q4"), "^quarter: found '2022Q4'; .*2023Q1"),
    "outcomes": (lambda _: plots.forest([difference(), difference(outcome="x")]), "^forest: found 2 outcomes"),
}


@pytest.mark.parametrize(("draw", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_drawn_is_said(results, draw, sentence):
    with pytest.raises(BadInput, match=sentence):
        draw(results)
