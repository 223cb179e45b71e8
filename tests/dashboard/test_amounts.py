"""Differences as they are written."""

from __future__ import annotations

import math

import pytest

from dashboard.parts.charts.intervals import Group, Row, ticks
from dashboard.reading.amounts import SHARE, scale


@pytest.mark.parametrize(
    ("unit", "mean", "low", "high", "text", "interval"),
    [
        ("weeks", 0.31, 0.12, 0.52, "+0.3 weeks", "[0.1, 0.5]"),
        ("weeks", 0.0087, -0.0114, 0.0289, "+0.01 weeks", "[-0.01, 0.03]"),
        ("weeks", -1.106, -1.378, -0.834, "-1.1 weeks", "[-1.4, -0.8]"),
        (SHARE, 0.006739, 0.005921, 0.007557, "+0.67 points", "[0.59, 0.76]"),
        ("million USD", 14912.0, 14013.8, 15810.3, "+$14.9bn", "[14.0, 15.8]"),
        ("HAE", -10330.0, -16380.0, -4285.0, "-10k HAE", "[-16, -4]"),
        ("USD/hour", -0.0966, -0.104, -0.089, "-$0.097 an hour", "[-0.104, -0.089]"),
        ("1", 0.0072, 0.0043, 0.0101, "+0.007", "[0.004, 0.010]"),
        ("weeks", 0.0, 0.0, 0.0, "0 weeks", "[0, 0]"),
    ],
)
def test_a_difference_and_its_interval_share_decimals_and_unit(unit, mean, low, high, text, interval):
    written = scale(unit, mean, low, high, fine=(high - low) / 2)
    assert written.whole(mean, signed=True) == text
    assert written.interval(low, high) == interval


def test_a_level_of_a_share_is_in_percent_and_spelled_out_differences_are_not():
    assert scale(SHARE, 0.2419, level=True).whole(0.2419) == "24.2%"
    assert scale(SHARE, 0.01, fine=0.001).whole(0.01, spelled=True) == "1.00 percentage points"
    assert scale("weeks", math.nan).whole(math.nan) == "\u2013"


def test_places_on_an_axis():
    rows = [Row("a", "A", 1.0, 0.5, 1.5, "1"), Row("b", "B", -0.5, math.nan, 0.0, "")]
    spec = Group("", rows, scale("weeks", 1.5), mark=(0.25, "floor")).spec()
    assert spec["rows"][0]["at"] > spec["mark"]["at"] > spec["zero"] > spec["rows"][1]["at"] > 0.0
    assert spec["rows"][1]["low"] is None
    assert [tick["text"] for tick in spec["ticks"]] == ["-0.5", "0", "0.5", "1", "1.5"]
    nothing = Group("", [Row("z", "", 0.0, 0.0, 0.0, "")], scale("weeks", 0.0)).spec()
    assert [tick["at"] for tick in nothing["ticks"]] == [50.0]
    assert ticks(-0.012, 0.03) == pytest.approx([-0.01, 0.0, 0.01, 0.02, 0.03])
