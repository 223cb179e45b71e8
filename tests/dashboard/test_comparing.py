"""What can be compared on the page, and what is said about it, without a browser."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import replace

import pytest

from dashboard.compare import form as comparing
from dashboard.compare import told as findings
from dashboard.compare.asked import outcomes
from dashboard.compare.form import AS_SET, LEVER, Comparison, Form, Wanted, computed, fitted, story_told
from dashboard.state.session import Setting, scenario_of
from market.scenario.scenario import shipped
from runs.analysis.compare import Difference
from runs.engine import outcomes as reading

RUSH = story_told("colossus")
WAIT, DELIVERED, PREMIUM = RUSH.outcomes
PEAK = "peak premium of H100"
SMALL = replace(RUSH, vectors=3, seeds=2)


def made(outcome: str, mean: float, low: float, high: float, treatment: str = "colossus", **more) -> Difference:
    known = {
        "unit": "weeks" if outcome == WAIT else "1",
        "share": outcome != WAIT,
        "control_name": "no-rush",
        "treatment_name": treatment,
    }
    numbers = dict.fromkeys(("p", "same_sign", "correlation", "spread", "noise", "variance_bought"), 0.5)
    rest = {"control": 2.0, "treatment": 2.0 + mean, "vectors": 3, "seeds": 2, "dropped": 0}
    return Difference(outcome=outcome, mean=mean, low=low, high=high, **{**known, **numbers, **rest, **more})


def shown(found: list[Difference], form: Form = RUSH) -> Comparison:
    return Comparison(Wanted(form, Setting()), found, outcomes(scenario_of("colossus")), 2024, "")


def difference(form: Form) -> str:
    """What made the difference, as a sentence begins."""
    return findings.begun(Wanted(form, Setting()).difference)


def test_the_sentence_of_two_scenarios():
    found = [made(WAIT, 0.31, 0.12, 0.52), made(PREMIUM, -0.001, -0.003, 0.001), made(PEAK, 0.0, 0.0, 0.0)]
    assert findings.sentence(shown(found)) == (
        "xAI's rush adds 0.3 weeks [0.1, 0.5] to everybody else's wait, makes no difference to the mean B200 premium "
        "that could be told from chance (-0.1 percentage points [-0.3, 0.1]) and leaves the highest H100 premium "
        "exactly as it is."
    )
    other = Form(control="deposits", treatment="auction")
    found = [made(WAIT, -8.7, -9.5, -7.9, "auction", control_name="deposits")]
    assert findings.sentence(shown(found, other)) == (
        "Going from deposits to auction takes 8.7 weeks [7.9, 9.5] off everybody else's wait."
    )


def test_what_a_story_says_is_the_subject_where_the_comparison_is_the_storys():
    assert difference(RUSH) == "xAI's rush"
    assert difference(Form(control="colossus", treatment="no-rush")) == "xAI's patience"
    assert difference(Form(control="colossus", treatment="auction")) == "The auction"
    assert difference(Form(control="no-rush", treatment="auction")) == ""
    assert difference(Form(control="no-rush", treatment=AS_SET)) == ""


def test_a_story_told_is_a_scenario_against_its_counterfactual_by_what_it_can_move():
    assert (RUSH.control, RUSH.treatment) == ("no-rush", "colossus")
    assert RUSH.outcomes == (
        "mean realised_lead_weeks of all but xAI",
        "total delivered of all but xAI",
        "mean premium of B200",
    )
    ban = story_told("export-ban")
    assert (ban.control, ban.treatment) == ("colossus", "export-ban")
    assert ban.outcomes[:2] == ("mean realised_lead_weeks of all but China", "total delivered of all but China")
    assert fitted(ban, Setting()) == ban
    assert story_told("glut") == story_told("reference") == RUSH


@pytest.mark.parametrize("name", [name for name in shipped() if comparing.paired(name)])
def test_a_story_told_is_a_sentence_of_known_numbers(name):
    form = replace(story_told(name), vectors=2, seeds=2)
    found = computed(Wanted(form, Setting(name)), lambda done, total: True)
    assert [one.outcome for one in found.found] == list(form.outcomes)
    assert all(math.isfinite(one.mean) for one in found.found)
    assert findings.sentence(found).startswith(difference(form))
    assert "nan" not in findings.sentence(found)


def test_the_sentence_of_several_values_names_the_ends():
    form = Form(way=LEVER, lever="market.allocation")
    found = [
        made(WAIT, mean, mean - 0.1, mean + 0.1, name, control_name="Weighted uniform")
        for name, mean in (("Uniform", 0.02), ("Linear", -0.3), ("Turn and earn", 0.5))
    ]
    assert findings.sentence(shown(found, form)) == (
        "Against weighted uniform, of 3 other values of allocation, turn and earn adds most to everybody else's wait, "
        "0.50 weeks [0.40, 0.60], and linear takes most off it, 0.30 weeks [0.20, 0.40]."
    )
    alone = findings.sentence(shown(found[:1], form))
    assert alone.startswith("Allocation, moved from weighted uniform to uniform, makes no difference")
    deposit = Form(way=LEVER, lever="market.deposit")
    numbers = [made(WAIT, -mean, -mean - 0.1, -mean + 0.1, str(mean), control_name="0") for mean in (0.25, 0.5)]
    assert findings.sentence(shown(numbers, deposit)).startswith("Against deposit 0, of 2 other values of deposit, 0.5")
    unsure = [made(WAIT, 0.0, -0.1, 0.1, name) for name in ("Uniform", "Linear")]
    assert "by more than chance could" in findings.sentence(shown(unsure, form))
    nothing = [made(WAIT, 0.0, 0.0, 0.0, name) for name in ("Uniform", "Linear")]
    assert "changes everybody else's wait at all" in findings.sentence(shown(nothing, form))


def test_a_difference_of_nothing_is_exactly_nothing_in_chart_and_table():
    comparison = shown([made(PEAK, 0.0, 0.0, 0.0, spread=0.0, noise=0.0)])
    row = findings.groups(comparison)[0].rows[0]
    assert (row.text, row.muted) == ("exactly 0", True)
    cells = findings.table_rows(comparison)[0]["cells"]
    assert cells[3:6] == ["0 points", "0 to 0", "\u2013"]


def test_every_outcome_that_can_be_picked_can_be_read():
    for name in shipped():
        scenario = scenario_of(name)
        for text in outcomes(scenario):
            reading.read(text, scenario)
            reading.read_measure(reading.measure_of(text, scenario), scenario)


def test_what_can_be_held_against_what():
    assert "colossus" in comparing.comparable("no-rush")
    assert comparing.comparable("reference") == ()
    assert comparing.comparable("glut") == ("free",)
    changed = Setting().changed("market.deposit", 0.3)
    assert AS_SET not in comparing.controls(Setting())
    assert comparing.treatments(AS_SET, changed)[0] == "colossus"
    assert comparing.treatments("colossus", changed)[-1] == AS_SET
    assert AS_SET not in comparing.treatments("reference", changed)


def test_a_form_is_fitted_to_the_drawer():
    assert fitted(RUSH, Setting("reference")) == RUSH
    assert fitted(replace(RUSH, treatment="no-rush"), Setting()).treatment == comparing.comparable("no-rush")[0]
    assert fitted(Form(control="reference"), Setting("auction")).control == "colossus"
    assert fitted(replace(RUSH, outcomes=()), Setting()).outcomes == ()
    lever = fitted(replace(RUSH, way=LEVER), Setting("reference"))
    assert lever.lever == "market.allocation"
    assert json.dumps("uniform") in lever.values
    assert json.dumps(scenario_of("reference").get("market.allocation")) not in lever.values
    assert lever.outcomes == tuple(outcomes(scenario_of("reference")))[:3]
    deposit = {one.path: one for one in comparing.levers_of(Setting())}["market.deposit"]
    assert [text for text, _ in comparing.values_of(deposit)] == ["0.125", "0.25", "0.375", "0.5"]


@pytest.mark.parametrize(
    ("form", "setting"),
    [
        (SMALL, Setting(seed=5)),
        (Form(way=LEVER, lever="market.deposit", values=("0.25",), outcomes=(WAIT,), vectors=3, seeds=2), Setting()),
    ],
)
def test_the_command_line_says_the_same(form, setting, gpumarket):
    wanted = Wanted(form, setting)
    found = computed(wanted, lambda done, total: True).found
    said = gpumarket(wanted.command())["differences"]
    names = ("outcome", "control", "mean", "low", "high", "same_sign")
    assert [[one[n] for n in names] for one in said] == [[getattr(one, n) for n in names] for one in found]
    table = list(csv.DictReader(io.StringIO(findings.differences_csv(found))))
    assert [float(row["mean"]) for row in table] == [one.mean for one in found]


def test_changes_in_the_drawer_have_no_command():
    changed = Setting().changed("market.deposit", 0.3)
    assert Wanted(Form(way=LEVER, lever="market.allocation"), changed).command() == ""
    assert Wanted(RUSH, changed).command()
    as_set = Wanted(Form(control="colossus", treatment=AS_SET), changed)
    assert as_set.command() == ""
    assert list(as_set.arms()) == ["colossus", "colossus as set"]
    assert as_set.arms()["colossus as set"].get("market.deposit") == 0.3
    assert as_set.basis() != Wanted(as_set.form, changed.changed("market.deposit", 0.2)).basis()
    assert Wanted(RUSH, changed).basis() == Wanted(RUSH, Setting()).basis()
