"""Figures of reports: what they show, in which colours, and that they leave matplotlib as it was."""

from __future__ import annotations

import re

import matplotlib
import numpy as np
import pytest

from runs.findings.differences import forest
from runs.findings.sensitivity import course, tornado
from runs.reports import figures
from runs.reports.palette import DARK, PALETTE
from runs.reports.write import png, svg
from tests.runs.found import difference, discovery, indices


def courses():
    """Two measures over two quarters; ``c`` never leaves the floor."""
    values = {"2023Q1": {"a": 0.1, "b": 0.5, "c": 0.01}, "2023Q2": {"a": 0.9, "b": 0.2, "c": 0.04}}
    return [
        course({quarter: indices(measure, **row) for quarter, row in values.items()}, measure)
        for measure in ("wait", "hhi")
    ]


MADE = {
    "tornado": lambda: figures.intervals([tornado(indices())]),
    "over_time": lambda: figures.over_time(courses()),
    "differences": lambda: figures.intervals(
        forest([difference(), difference("first", mean=0.2), difference(outcome="x")])
    ),
    "boxes": lambda: figures.boxes(discovery()),
}


@pytest.mark.parametrize("name", MADE)
def test_a_figure_has_the_same_bytes_again_in_colours_that_a_page_can_change(name):
    before = dict(matplotlib.rcParams)
    drawn = svg(MADE[name](), name)
    assert drawn == svg(MADE[name](), name)
    assert png(MADE[name]()) == png(MADE[name]())
    assert dict(matplotlib.rcParams) == before
    assert set(re.findall(r"#[0-9a-f]{6}\b", drawn)) <= set(PALETTE.values())


def test_every_colour_is_its_own_and_has_one_for_the_dark():
    assert len(set(PALETTE.values())) == len(PALETTE)
    assert set(DARK) == set(PALETTE)


def texts(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_a_tornado_ranks_greys_what_is_under_the_floor_and_names_the_floor():
    (ax,) = figures.intervals([tornado(indices(), "peak_quote")]).axes
    labels = {
        label.get_text(): (y, label.get_color()) for y, label in zip(ax.get_yticks(), ax.get_yticklabels(), strict=True)
    }
    assert sorted(labels, key=lambda name: -labels[name][0]) == ["a", "b", "c"]
    assert [labels[name][1] == PALETTE["quiet"] for name in ("a", "b", "c")] == [False, False, True]
    assert [round(bar.get_width(), 6) for bar in ax.patches] == [0.7, 0.2, 0.01]
    assert texts(ax) == ["noise floor 0.05"]
    whiskers = [line.get_xdata() for line in ax.lines if len(set(line.get_ydata())) == 1]
    np.testing.assert_allclose(whiskers, [[0.6, 0.8], [0.1, 0.3], [-0.09, 0.11]])
    assert ax.get_xlabel().startswith("Total index")
    assert ax.get_title("left") == "peak_quote"


def test_a_tornado_bears_an_index_that_is_not_a_number():
    figure = figures.intervals([tornado(indices(a=0.5, b=float("nan")))])
    assert b"PNG" in png(figure)


def test_over_time_names_those_that_leave_the_floor_and_greys_the_others():
    figure = figures.over_time(courses())
    assert [ax.get_title("left") for ax in figure.axes] == ["wait", "hhi"]
    for ax in figure.axes:
        told = [text.get_text() for text in ax.get_legend().get_texts()]
        assert told == ["a", "b", "below the noise floor", "1 other"]
        assert [label.get_text() for label in ax.get_xticklabels()] == ["2023Q1", "2023Q2"]
        lines = {line.get_label(): line for line in ax.lines}
        assert lines["a"].get_ydata() == pytest.approx([0.1, 0.9])
        assert lines["1 other"].get_color() == PALETTE["faint"]


def test_a_forest_has_a_panel_per_outcome_and_is_hollow_where_0_is_inside():
    figure = figures.intervals(forest([difference(), difference("first", mean=0.2), difference(outcome="mean_wait")]))
    assert [ax.get_title("left") for ax in figure.axes] == ["peak_quote", "mean_wait"]
    ax = figure.axes[0]
    assert "weeks" in ax.get_xlabel()
    assert "50.0 weeks under uniform" in ax.get_xlabel()
    points = [line for line in ax.lines if line.get_marker() == "o"]
    surface = PALETTE["surface"]
    assert [line.get_markerfacecolor() == surface for line in points] == [False, True]


def test_boxes_say_the_limits_and_the_options_inside():
    (ax,) = figures.boxes(discovery()).axes
    assert {"market.shock", "2.5", "0", "10", "market.rule", "equal", "first", "last"} == set(texts(ax))
    assert "80% of 100 runs [70%, 87%], 80% of all cases" in ax.get_title("left")
    squares = [line for line in ax.lines if line.get_marker() == "s"]
    assert [line.get_markerfacecolor() == PALETTE["accent"] for line in squares] == [True, False, True]
