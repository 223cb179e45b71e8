"""The page opened on a stored comparison."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dashboard.compare import told
from dashboard.compare.form import LEVER, Comparison, Form, Wanted, computed, story_told
from dashboard.compare.stored import shown_of
from dashboard.state import analysis
from dashboard.state.link import Look, of_analysis, query, read
from dashboard.state.session import Setting
from market import Scenario
from runs import requests
from runs.analysis.compare import Difference
from runs.reports.kept import comparison as kept
from tests.dashboard.test_compare_page import choose, drawn, narrow, press
from tests.runs.test_damage import flip

STORY = story_told("colossus")
SMALL = {"vectors": 5, "runs": 3}
LEVERS = requests.Lever("market.allocation", ["linear", "uniform", "turn_and_earn"])
RUSH = requests.Comparison(["no-rush", "colossus"], outcomes=[*STORY.outcomes, "hhi in 2024Q4"], seed=7, **SMALL)
MINE = Scenario.load("colossus").replace("market.shock_level", 6.0)


def put(folder: Path, asked: requests.Comparison) -> Path:
    folder.mkdir(parents=True)
    kept.write(folder, asked.settled, asked.gather())
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return put(tmp_path_factory.mktemp("comparisons") / "rush", RUSH)


@pytest.fixture
def opened(tmp_path, monkeypatch):
    """Opens the page's server on a comparison."""
    monkeypatch.setattr(analysis, "_opened", [])

    def on(asked: requests.Comparison) -> analysis.Comparison:
        found = analysis.open_on(put(tmp_path / "stored", asked))
        assert isinstance(found, analysis.Comparison)
        return found

    return on


def alike(stored: Comparison, direct: Comparison) -> None:
    """Both are told in the same words from the same numbers."""
    assert stored.wanted.form == direct.wanted.form
    assert stored.wanted.setting == direct.wanted.setting
    assert stored.wanted.basis() == direct.wanted.basis()
    assert (stored.wanted.runs, stored.seed, stored.dropped) == (direct.wanted.runs, direct.seed, direct.dropped)
    for say in (told.sentence, told.against):
        assert say(stored) == say(direct)
    assert [row["cells"] for row in told.table_rows(stored)] == [row["cells"] for row in told.table_rows(direct)]
    for one, other in zip(told.groups(stored), told.groups(direct), strict=True):
        rows = [replace(row, key="") for row in one.rows], [replace(row, key="") for row in other.rows]
        assert rows[0] == rows[1]
        assert replace(one, rows=()) == replace(other, rows=())
    assert [replace(one, outcome="") for one in stored.found] == [replace(one, outcome="") for one in direct.found]


def test_two_scenarios_are_told_as_what_the_page_asks_itself(opened):
    found = opened(RUSH)
    stored = shown_of(found)
    form = replace(STORY, outcomes=tuple(RUSH.outcomes), vectors=5, seeds=3)
    alike(stored, computed(Wanted(form, Setting("colossus", seed=7)), lambda done, total: True))
    assert told.sentence(stored).startswith("xAI's rush ")
    assert stored.wanted.said
    assert stored.wanted.command() == RUSH.command
    assert found.told == "A stored comparison, read from the folder stored."
    assert query(Look(of_analysis(found))) == "seed=7"


def test_the_values_of_a_lever_are_told_as_what_the_page_asks_itself(opened):
    asked = requests.Comparison(["colossus"], LEVERS, ["peak_quote", "mean_wait"], **SMALL)
    found = opened(asked)
    setting = Setting("colossus", (("market.allocation", "linear"),))
    texts = ("peak quoted_lead_weeks", "mean realised_lead_weeks")
    form = Form(LEVER, lever=LEVERS.path, values=('"uniform"', '"turn_and_earn"'), outcomes=texts, vectors=5, seeds=3)
    alike(shown_of(found), computed(Wanted(form, setting), lambda done, total: True))
    assert shown_of(found).wanted.command() == asked.settled.command
    look = Look(setting)
    assert read("scenario=analysis") == (look, "")
    assert read(query(look)) == (look, "")


UNSAID = {
    "files": requests.Comparison({"colossus": "colossus", "mine.toml": MINE}, **SMALL),
    "several": requests.Comparison(["colossus", "auction", "deposits"], outcomes=["mean_wait"], **SMALL),
    "an unknown": requests.Comparison(["colossus"], requests.Lever("supplier.base_weeks", [4, 5.0]), **SMALL),
    "own draws": replace(RUSH, own_draws=True),
    "changed": replace(RUSH, changes={"market.allocation": "linear"}),
    "ranges": replace(RUSH, posterior="none"),
    "another sample": replace(RUSH, sampler_seed=3),
}


@pytest.mark.parametrize("asked", UNSAID.values(), ids=UNSAID)
def test_what_the_form_cannot_say_is_shown_as_it_is(asked, opened):
    found = opened(asked)
    shown = shown_of(found)
    names = dict(zip(asked.arms, told_names(shown.found), strict=True))
    assert [replace(one, control_name="", treatment_name="") for one in shown.found] == [
        replace(one, control_name="", treatment_name="") for one in asked.run()
    ]
    assert shown.wanted.basis() != Wanted(shown.wanted.form, shown.wanted.setting).basis()
    assert shown.wanted.command() == asked.settled.command
    assert shown.wanted.runs == asked.run_count
    assert len(told.table_rows(shown)) == len(shown.found)
    if asked.lever is None:
        assert list(names) == list(names.values())
        assert not told.sentence(shown).startswith("xAI's rush")
    else:
        assert list(names.values()) == ["4", "5"]
        assert "moved from 4 to 5" in told.sentence(shown)


def told_names(found: list[Difference]) -> list[str]:
    return [found[0].control_name, *dict.fromkeys(one.treatment_name for one in found)]


def test_labels_of_ones_own_are_kept(opened):
    labels = ["Bent", "Flat", "Used"]
    shown = shown_of(opened(requests.Comparison(["colossus"], replace(LEVERS, labels=labels), **SMALL)))
    assert told_names(shown.found) == labels
    assert "of 2 other values of allocation" in told.sentence(shown)


def test_files_go_by_their_names_where_these_are_others(opened, tmp_path):
    first, second = tmp_path / "mine.toml", tmp_path / "again.toml"
    for file in (first, second):
        file.write_text(MINE.to_toml())
    both = shown_of(opened(requests.Comparison([str(first), str(second)], **SMALL)))
    assert told_names(both.found) == ["mine.toml", "again.toml"]
    assert told.sentence(both).startswith("Going from mine.toml to again.toml leaves ")
    assert both.wanted.command().startswith(f"gpumarket compare {first} {second} ")


def test_labels_that_would_be_the_same_are_left_as_they_were(opened):
    lever = requests.Lever("market.shock_level", [4.0, 4.0000001])
    shown = shown_of(opened(requests.Comparison(["colossus"], lever, **SMALL)))
    assert told_names(shown.found) == ["shock_level 4.0", "shock_level 4.0000001"]


def test_one_of_other_rules_says_so(opened):
    found = opened(RUSH)
    vars(found.kept)["foreign"] = True
    assert found.told.endswith("other rules of the market than today's: asked anew, its numbers may differ.")


def test_a_scenario_of_ones_own_is_what_a_link_to_the_comparison_holds(opened):
    found = opened(UNSAID["files"])
    setting = of_analysis(found)
    assert setting.scenario.hash == MINE.hash
    assert query(Look(setting)) == "scenario=analysis"
    assert read("scenario=analysis") == (Look(setting), "")


def test_the_form_stands_under_an_uploaded_scenario_of_any_name():
    assert story_told("of somebody's") == STORY


@pytest.mark.parametrize("damage", ["flipped", "missing", "not defined"])
def test_one_that_is_damaged_or_says_nothing_is_a_sentence_and_status_2(damage, declined, monkeypatch, tmp_path):
    monkeypatch.setattr(analysis, "_opened", [])
    tesla = requests.Comparison(["no-rush", "colossus"], outcomes=["realised_lead_weeks of Tesla in 2025Q2"], **SMALL)
    place = put(tmp_path / "other", tesla if damage == "not defined" else RUSH)
    if damage != "not defined":
        flip(place / kept.RUNS) if damage == "flipped" else (place / kept.files(2)[1]).unlink()
    declined("--analysis", place)
    assert analysis.opened() is None


def shows(page: Page, wanted: list[Difference]) -> None:
    """Wait until the chart shows differences, to the last digit."""
    expect(page.locator(".gm-interval[data-key]")).to_have_count(len(wanted))
    assert sorted(drawn(page).values()) == sorted((one.mean, one.low, one.high) for one in wanted)


@pytest.mark.browser
def test_a_stored_comparison_opens_as_if_it_had_been_asked(folder, served):
    found = kept.read(folder)
    with served("--analysis", folder, color_scheme="dark") as one:
        page = one.open("/compare?scenario=analysis", ".gm-stored")
        page.wait_for_function("location.search === '?seed=7'")
        told, stale = page.locator(".gm-stored"), page.locator(".gm-notice", has_text="settings have changed")
        progress = page.locator(".gm-progress").first
        expect(told).to_have_text("A stored comparison, read from the folder rush.")
        expect(progress).to_have_text("30 runs as stored, seed 7")
        expect(page.locator(".gm-finding")).to_contain_text("xAI's rush ")
        expect(page.locator(".gm-command code")).to_have_text(found.request.command)
        shows(page, found.differences)
        with page.expect_download() as download:
            page.get_by_role("button", name="Table").click()
        rows = download.value.path().read_text().splitlines()
        assert len(rows) == 1 + len(found.differences)
        narrow(page)
        page.set_viewport_size({"width": 1440, "height": 900})

        slider = page.get_by_role("slider", name="Shock level")
        slider.focus()
        slider.press("ArrowLeft")  # what is compared does not hang on the drawer
        page.wait_for_function("location.search.includes('shock_level')")
        expect(stale).to_have_count(0)

        choose(page, "Seeds of each", "5")
        expect(stale).to_be_visible()
        press(page, "Compare")
        expect(progress).to_contain_text("50 runs in")
        expect(told).to_have_count(0)
        press(page, "Back to the stored comparison")
        expect(progress).to_have_text("30 runs as stored, seed 7")
        expect(told).to_have_count(1)
        expect(stale).to_have_count(0)
        shows(page, found.differences)

        press(page, "Compare")  # the very same, run now
        expect(progress).to_contain_text("30 runs in")
        expect(told).to_have_count(0)
        shows(page, found.differences)


@pytest.mark.browser
def test_a_stored_comparison_that_the_form_cannot_say_is_shown_whole(served, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(MINE.to_toml())
    asked = requests.Comparison(["colossus", str(file), "auction"], outcomes=["mean_wait"], **SMALL)
    place = put(tmp_path / "three", asked)
    file.unlink()  # a folder is all that it needs
    found = kept.read(place)
    with served("--analysis", place) as one:
        page = one.open("/compare?scenario=analysis", ".gm-stored")
        expect(page.locator(".gm-setup")).to_contain_text("The form cannot say all of what the stored comparison was")
        expect(page.locator(".gm-interval-label").first).to_have_text("mine.toml")
        expect(page.locator(".gm-command code")).to_have_text(found.request.command)
        expect(page.locator(".gm-notice", has_text="settings have changed")).to_have_count(0)
        shows(page, found.differences)
        narrow(page)
        press(page, "Compare")
        expect(page.locator(".gm-progress").first).to_contain_text("30 runs in")
        expect(page.locator(".gm-interval-label").first).to_have_text("Mean wait")
