"""Intervals as the browser draws them."""

from __future__ import annotations

import math

import pytest

from dashboard.parts.charts.intervals import spec, ticks
from runs.findings.figures import Group, Row
from runs.words import scale


def test_places_on_an_axis():
    rows = [Row("a", "A", 1.0, 0.5, 1.5, "1"), Row("b", "B", -0.5, math.nan, 0.0, "")]
    drawn = spec(Group("", rows, scale("weeks", 1.5), mark=(0.25, "floor")))
    assert drawn["rows"][0]["at"] > drawn["mark"]["at"] > drawn["zero"] > drawn["rows"][1]["at"] > 0.0
    assert drawn["rows"][1]["low"] is None
    assert [tick["text"] for tick in drawn["ticks"]] == ["-0.5", "0", "0.5", "1", "1.5"]
    nothing = spec(Group("", [Row("z", "", 0.0, 0.0, 0.0, "")], scale("weeks", 0.0)))
    assert [tick["at"] for tick in nothing["ticks"]] == [50.0]
    assert ticks(-0.012, 0.03) == pytest.approx([-0.01, 0.0, 0.01, 0.02, 0.03])
