"""What the tab What matters runs and says, without a browser."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboard.compare import form as comparing
from dashboard.matters import opened
from dashboard.matters import told as ranking
from dashboard.matters.form import Finding, Form, Wanted, computed, fitted
from dashboard.state.session import Setting
from market import BadInput, Scenario
from runs.analysis.against import Against, Middle
from runs.requests import Sensitivity
from runs.words import scale

PEAK = "peak quoted_lead_weeks"


@pytest.fixture(scope="module")
def found():
    """A small study of the reference model."""
    return computed(Wanted(Form(PEAK, "morris", 6, 2), Setting("reference")), lambda done, total: True)


def test_the_command_line_says_the_same(found, gpumarket):
    said = gpumarket(found.wanted.command())[PEAK]
    assert said["floor"] == found.indices.floor
    bars = {row.key: (row.value, row.low, row.high) for row in ranking.tornado(found).rows}
    names = ("mu_star", "mu_star_low", "mu_star_high")
    assert bars == {path: tuple(own[n] for n in names) for path, own in said["indices"].items() if path != "inert"}
    muted = [row.key for row in ranking.tornado(found).rows if row.muted]
    assert sorted([*muted, "inert"]) == sorted(said["under_the_floor"])
    assert found.runs == found.wanted.runs


def test_over_time_is_that_of_a_study_over_time(found):
    whole = Sensitivity(found.scenario, "morris", {"quoted": "quoted_lead_weeks"}, 6, 2, over_time=True).run()
    for quarter, one in found.over_time.items():
        name = f"quoted in {quarter}"
        own = replace(whole, found={name: whole.found[name]})
        if one is None:
            with pytest.raises(BadInput, match="is the same at all"):
                own.indices()
        else:
            assert one.table.equals(own.indices()[name].table)
    plot = ranking.over_time(found)
    assert plot.lines[-1].name == "Noise floor"
    first = [None if one is None else one.table.loc[found.order[0], "mu_star"] for one in found.over_time.values()]
    assert plot.lines[0].values == first
    assert None in first


def test_what_is_under_the_floor_is_named_so(found):
    for row in ranking.tornado(found).rows:
        assert (row.note == "under the noise floor") == row.muted == found.indices.under(row.key)
    assert ranking.tornado(found).mark[0] == found.indices.floor
    assert "matters most to the longest quoted wait" in ranking.sentence(found)
    assert not any("mu_star" in ranking.plainly(warning, found) for warning in found.indices.warnings)


def test_an_input_that_is_opened_is_told_in_numbers_of_the_study(found):
    path = found.order[0]
    made = opened.against_input(found, path)
    ends = [one.mean for one in (made.middles[0], made.middles[-1])]
    said = opened.sentence(found, made)
    assert "the longest quoted wait goes from " in said
    begin, end = said.partition("goes from ")[2].partition(" weeks")[0].split(" to ")
    assert (float(begin), float(end)) == pytest.approx(ends, abs=0.6)
    assert f"rank correlation {made.correlation:.2f} [{made.low:.2f}, {made.high:.2f}]" in said
    assert opened.present(found, made) == found.scenario.get(path)
    assert "6 trajectories" in opened.about(found, made)


def test_a_line_that_turns_is_said_to():
    def middle(at, mean):
        return Middle(at, at, at, mean, mean - 1.0, mean + 1.0, 9)

    weeks = scale("weeks", 10.0, level=True)
    for means, said in (((1, 9, 2), ", and up to 9.0 weeks"), ((8, 1, 9), ", and down to 1.0 weeks"), ((1, 2, 3), "")):
        made = Against("", None, None, tuple(map(middle, range(3), means)), 0.0, 0.0, 0.0, 9)
        assert opened.turn(weeks, made).startswith(said)
        assert bool(opened.turn(weeks, made)) == bool(said)


def test_the_default_does_not_warn_of_its_own_sample_and_a_small_one_does():
    form = fitted(Form(), Setting())
    found, few = (
        computed(Wanted(replace(form, samples=samples), Setting()), lambda done, total: True)
        for samples in (form.samples, 50)
    )
    assert found.indices.warnings == []
    assert few.indices.warnings[0].startswith("the sample is too small")
    assert few.indices.warnings[0].endswith("times as many samples")


def test_an_outcome_that_cannot_move_is_said_not_to():
    wanted = Wanted(Form("peak order_inflation", "morris", 4, 2), Setting("reference"))
    found = computed(wanted, lambda done, total: True)
    assert not isinstance(found, Finding)
    said = ranking.unmoved(found)
    assert said.startswith("Nothing that was varied can move the highest order inflation: it is 1.00 at all 24 points")


def test_sobol_is_told_in_shares():
    wanted = Wanted(Form(PEAK, "sobol", 64, 2), Setting("reference"))
    found = computed(wanted, lambda done, total: True)
    assert found.runs == wanted.runs
    assert "of its variance goes with it" in ranking.sentence(found)
    assert ranking.form_of(found) == ("count", 1.0)


def test_a_form_is_fitted_to_the_drawer():
    assert fitted(Form(), Setting()).outcome == "mean realised_lead_weeks of all but xAI"
    assert fitted(Form(PEAK), Setting()) == Form(PEAK)
    assert fitted(Form(), Setting("export-ban")).outcome == "mean realised_lead_weeks of all but China"
    other = fitted(Form(method="sobol"), Setting("reference"))
    assert (other.outcome, other.samples) == ("mean realised_lead_weeks of all but A", 256)
    assert Wanted(other, Setting("reference").changed("market.allocation", "linear")).command() == ""


def test_an_uploaded_scenario_is_asked_about_itself():
    text = Scenario.load("reference").replace("market.allocation", "linear").to_toml()
    setting = Setting("reference", text=text)
    assert Wanted(fitted(Form(), setting), setting).request.subject == setting.scenario
    (compared,) = comparing.Wanted(
        comparing.Form(comparing.LEVER, lever="market.allocation"), setting
    ).request.scenarios.values()
    assert compared == setting.scenario
    assert Setting("reference").subject == "reference"
