"""Numbers as they are written, everywhere alike."""

from __future__ import annotations

import math

import pytest

from runs.words import NOTHING, SHARE, Scale, behind, duration, listed, number, percent, scale


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
    assert scale("weeks", math.nan).whole(math.nan) == NOTHING


def test_what_is_written_as_nothing_has_no_sign():
    assert scale("weeks", 0.2, -4.0, 4.0, fine=4.0).whole(0.2, signed=True) == "0 weeks"
    assert scale("weeks", -0.2, -4.0, 4.0, fine=4.0).whole(-0.2) == "0 weeks"


def test_what_is_not_nothing_is_not_written_as_nothing():
    assert Scale(decimals=2).least(0.001) == "<0.01"
    assert Scale(decimals=2).least(0.0) == "0"
    assert Scale(decimals=2).least(0.123) == "0.12"
    assert percent(0.001) == "0.1%"
    assert percent(0.9999) == "99.9%"
    assert (percent(0.0), percent(1.0), percent(0.284), percent(math.nan)) == ("0%", "100%", "28%", NOTHING)
    assert percent(0.2839, 1) == "28.4%"


def test_single_numbers_units_lists_and_times():
    assert (number(1234.5678), number(12345.678), number(0.00123456, 2)) == ("1,235", "12,346", "0.0012")
    assert number(math.nan) == NOTHING
    assert (behind("weeks"), behind("1"), behind("")) == (" weeks", "", "")
    assert (listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])) == ("a", "a and b", "a, b and c")
    assert [duration(s) for s in (8.2, 200.0, 7500.0)] == ["8 s", "3 min 20 s", "2 h 5 min"]


@pytest.mark.parametrize(
    ("share", "text"),
    [(-0.0012, "-0.1%"), (-0.00002, "-0.1%"), (0.0, "0%"), (0.0004, "0.1%"), (0.9996, "99.9%"), (1.0, "100%")],
)
def test_a_share_next_to_nothing_or_all_is_not_said_to_be_that(share, text):
    assert percent(share) == text
