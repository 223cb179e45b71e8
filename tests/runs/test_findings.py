"""What results say: one sentence, one figure, whoever shows them."""

from __future__ import annotations

from dataclasses import replace

from runs.findings import differences, sensitivity
from tests.runs.found import difference, indices


def test_the_sentence_of_a_sensitivity_counts_what_is_under_the_floor():
    found = indices(a=0.741, b=0.2, c=0.01, inert=0.0)
    assert sensitivity.sentence(found, "peak_quote") == (
        "a matters most to peak_quote (74% [64, 84] of its variance goes with it), followed by b; "
        "1 of 3 inputs cannot be told from chance."
    )
    assert sensitivity.sentence(indices(floor=0.9), "it").startswith("Nothing that was varied moves it by more than")
    effects = replace(
        found, method="morris", table=found.table.rename(columns=lambda name: name.replace("ST", "mu_star"))
    )
    assert "over its range it moves it by 0.74 weeks [0.64, 0.84] on average" in sensitivity.sentence(effects, "x")
    assert sensitivity.meaning(effects).endswith("over its range in weeks")


def test_the_sentence_over_time_names_who_leads_when():
    series = {
        "2023Q1": indices(a=0.2, b=0.6),
        "2023Q2": indices(a=0.9, b=0.1),
        "2023Q3": indices(a=0.5, b=0.3),
        "x": None,
    }
    assert sensitivity.over_time_sentence(series, "wait") == (
        "a matters most to wait in 2 of 3 quarters, and most in 2023Q2 (90% [80, 100] of its variance goes with it)."
    )
    assert "In none of 1 quarters" in sensitivity.over_time_sentence({"2023Q1": indices(floor=0.9)}, "wait")


def test_the_inert_input_is_told_by_the_floor_alone():
    found = indices(a=0.7, inert=0.02)
    assert [row.key for row in sensitivity.tornado(found).rows] == ["a"]
    assert sensitivity.tornado(found).mark == (0.05, "noise floor 0.05")
    assert [line.key for line in sensitivity.course({"2023Q1": found}, "wait").lines] == ["a"]


def test_a_course_leads_with_what_leaves_the_floor():
    series = {"2023Q1": indices(a=0.1, b=0.5, c=0.01), "2023Q2": None, "2023Q3": indices(a=0.9, b=0.2, c=0.04)}
    made = sensitivity.course(series, "wait")
    assert [(line.key, line.leading) for line in made.lines] == [("a", True), ("b", True), ("c", False)]
    assert made.lines[0].values == [0.1, None, 0.9]
    assert made.floor == [0.05, None, 0.05]


def test_the_sentence_of_a_comparison_does_not_call_chance_a_change():
    found = [difference(), difference("first", mean=-9.0, half=10.0), difference(outcome="mean_wait", mean=0.1)]
    assert differences.sentence(found) == (
        "Against uniform, of 2 others, linear takes most off peak_quote, 2.0 weeks [1.0, 3.0]."
    )
    assert differences.sentence(found[1:2]) == (
        "Going from uniform to first makes no difference to peak_quote that could be told from chance "
        "(-9 weeks [-19, 1])."
    )


def test_a_forest_and_a_table_write_one_outcome_alike():
    found = [difference(), difference("first", mean=0.2), difference(outcome="x", mean=0.0, half=0.0)]
    wait, other = differences.forest(found)
    assert [(row.label, row.text, row.muted) for row in wait.rows] == [
        ("linear", "-2.0 weeks [-3.0, -1.0]", False), ("first", "+0.2 weeks [-0.8, 1.2]", True),
    ]  # fmt: skip
    assert wait.axis == "change in weeks, from 50.0 weeks under uniform"
    assert other.rows[0].text == "exactly 0"
    rows = [differences.cells(one, found) for one in found]
    assert rows[0][3:5] == ["-2.0 weeks", "-3.0 to -1.0"]
    assert rows[2][3:6] == ["0 weeks", "0 to 0", "\u2013"]
    assert all(len(row) == len(differences.COLUMNS) for row in rows)
