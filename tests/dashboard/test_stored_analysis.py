"""The page opened on a stored analysis."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dashboard.matters import opened as against
from dashboard.matters import told as ranking
from dashboard.matters.form import Form, Wanted, computed
from dashboard.matters.stored import shown_of
from dashboard.state import analysis
from dashboard.state.link import Look, of_analysis, query, read
from dashboard.state.session import Setting
from market import BadInput, Scenario
from runs.analysis.indices import Indices
from runs.analysis.sensitivity import by_quarter
from runs.reports.kept import study as kept
from runs.requests import Sensitivity
from tests.dashboard.test_compare_page import choose, drawn, narrow, press
from tests.runs.test_damage import flip

PEAK, HHI = "peak quoted_lead_weeks", "hhi in 2024Q4"
ASKED = Sensitivity(
    "colossus", "morris", ["peak_quote", HHI], samples=10, runs=2, seed=7, changes={"market.shock_level": 4.0}
)


def put(folder: Path, asked: Sensitivity) -> Path:
    done = by_quarter(asked).run()
    folder.mkdir()
    kept.write(folder, asked.settled(asked.run()), done)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return put(tmp_path_factory.mktemp("analyses") / "waits", ASKED)


@pytest.fixture
def opened(folder, monkeypatch):
    monkeypatch.setattr(analysis, "_opened", [])
    return analysis.open_on(folder)


def test_it_is_told_as_what_the_page_asks_itself(opened):
    setting = Setting("colossus", seed=7).changed("market.shock_level", 4.0)
    direct = computed(Wanted(Form(PEAK, "morris", 10, 2), setting), lambda done, total: True)
    stored = shown_of(opened, "peak_quote")
    assert (stored.wanted.form, stored.wanted.setting) == (direct.wanted.form, direct.wanted.setting)
    assert stored.wanted.basis() == direct.wanted.basis()
    assert (stored.order, stored.runs, stored.unit) == (direct.order, direct.runs, direct.unit)
    for say in (ranking.sentence, ranking.tornado, ranking.over_time, ranking.meaning, ranking.draws):
        assert say(stored) == say(direct)
    for path in direct.order:
        one, other = (against.against_input(found, path) for found in (stored, direct))
        assert against.sentence(stored, one) == against.sentence(direct, other)
    assert opened.told == "A stored analysis, read from the folder waits."
    assert "'hhi in 2024Q4' --samples 10 --runs 2 --seed 7" in stored.wanted.command()


def test_an_outcome_that_the_page_does_not_list_is_called_as_it_was_asked(opened):
    found = shown_of(opened, HHI)
    assert (found.asked.title, found.measure) == ("Hhi in 2024Q4", "hhi")
    assert ranking.sentence(found).partition(" matters most to ")[2].startswith(HHI)
    assert found.over_time["2024Q4"].table.equals(found.indices.table)


def test_a_link_leads_to_what_it_is_of(opened):
    look, sentence = read("scenario=analysis")
    assert (look, sentence) == (Look(Setting("colossus", (("market.shock_level", 4.0),), seed=7)), "")
    assert query(look) == "set=market.shock_level=4.0&seed=7"


def test_a_scenario_of_ones_own_is_what_a_link_to_the_analysis_holds(tmp_path, monkeypatch):
    monkeypatch.setattr(analysis, "_opened", [])
    mine = Scenario.load("reference").replace("market.allocation", "linear")
    opened = analysis.open_on(put(tmp_path / "own", Sensitivity(mine, "morris", samples=4, runs=2, seed=3)))
    setting = of_analysis(opened)
    assert (setting.scenario.hash, setting.seed_used, setting.changes) == (mine.hash, 3, ())
    assert query(Look(setting)) == "scenario=analysis"
    for look in (Look(setting), Look(setting.changed("market.demand_growth", 0.01))):
        assert read(query(look)) == (look, "")
    again = computed(Wanted(Form("peak quoted_lead_weeks", "morris", 4, 2), setting), lambda done, total: True)
    assert again.indices.table.equals(shown_of(opened, "peak_quote").indices.table)


def test_without_an_analysis_there_is_none():
    look, sentence = read("scenario=analysis")
    assert look == Look()
    assert "found 'analysis'; allowed where the page was opened by gpumarket app --analysis DIR" in sentence


def test_one_of_other_rules_says_so(opened):
    vars(opened.kept)["foreign"] = True
    assert opened.told.endswith("other rules of the market than today's: asked anew, its numbers may differ.")


@pytest.mark.parametrize(
    ("asked", "clicked"),
    [
        (Sensitivity("colossus", "pawn", samples=16, runs=2), False),
        (Sensitivity("reference", "pawn", samples=64, runs=2, posterior="none"), True),
        (Sensitivity("reference", "morris", samples=4, runs=2, groups={"a": ["buyers.A.adjustment"]}), False),
    ],
)
def test_what_the_page_cannot_ask_is_shown_too(asked, clicked, tmp_path, monkeypatch):
    monkeypatch.setattr(analysis, "_opened", [])
    found = shown_of(analysis.open_on(put(tmp_path / "study", asked)), "peak_quote")
    assert " " in ranking.sentence(found)
    assert found.wanted.form.samples == asked.samples
    assert all(name in found.study.space for name in found.order) == clicked
    if clicked:
        assert "64 points" in against.about(found, against.against_input(found, found.order[0]))


def test_a_study_over_time_is_not_opened(tmp_path, monkeypatch):
    monkeypatch.setattr(analysis, "_opened", [])
    place = put(tmp_path / "study", Sensitivity("reference", "morris", ["hhi"], samples=4, runs=2, over_time=True))
    with pytest.raises(BadInput, match=r"request\.over_time: found True; allowed on the page: false"):
        analysis.open_on(place)
    assert analysis.opened() is None


@pytest.mark.parametrize("damage", ["none", "flipped", "missing"])
def test_one_that_is_none_or_is_damaged_is_a_sentence_and_status_2(folder, damage, declined, monkeypatch, tmp_path):
    place = tmp_path / "other"
    if damage != "none":
        shutil.copytree(folder, place)
        flip(place / kept.RUNS) if damage == "flipped" else (place / kept.RUNS).unlink()
    monkeypatch.setattr(analysis, "_opened", [])
    declined("--analysis", place)
    assert analysis.opened() is None


def shows(page: Page, wanted: Indices) -> None:
    """Wait until the chart shows indices, to the last digit."""
    names = ("mu_star", "mu_star_low", "mu_star_high")
    bars = {path: tuple(row[name] for name in names) for path, row in wanted.ranked.drop("inert").iterrows()}
    for _ in range(100):
        if drawn(page) == bars:
            break
        page.wait_for_timeout(100)
    assert drawn(page) == bars


@pytest.mark.browser
def test_a_stored_analysis_opens_as_if_it_had_been_asked(folder, served):
    found = kept.read(folder)
    with served("--analysis", folder, color_scheme="dark") as one:
        page = one.open("/what-matters?scenario=analysis")
        page.wait_for_function("location.search === '?set=market.shock_level=4.0&seed=7'")
        expect(page.locator(".gm-stored")).to_have_text("A stored analysis, read from the folder waits.")
        expect(page.locator(".gm-progress").first).to_have_text("260 runs as stored, seed 7")
        expect(page.locator(".gm-notice", has_text="settings have changed")).to_have_count(0)
        expect(page.locator(".gm-command code")).to_have_text(found.request.command)
        indices = found.request.indices(found.asked)
        shows(page, indices["peak_quote"])

        first = page.locator(".gm-interval-pick").first
        first.press("Enter")
        expect(first).to_have_attribute("aria-expanded", "true")
        expect(page.locator(".gm-opened")).to_contain_text("Over its range, from ")
        expect(page.locator(".gm-scatter-point")).to_have_count(130)
        narrow(page)
        page.set_viewport_size({"width": 1440, "height": 900})

        choose(page, "Outcome of the stored analysis", "Hhi in 2024Q4")
        expect(page.locator(".gm-finding")).to_contain_text(HHI)
        shows(page, indices[HHI])

        choose(page, "Seeds of each point", "4")
        expect(page.locator(".gm-notice", has_text="settings have changed")).to_be_visible()
        choose(page, "Trajectories", "10")
        press(page, "Find out")
        expect(page.locator(".gm-progress").first).to_contain_text("520 runs in")
        expect(page.locator(".gm-stored")).to_have_count(0)
        press(page, "Back to the stored analysis")
        expect(page.locator(".gm-progress").first).to_have_text("260 runs as stored, seed 7")
        expect(page.locator(".gm-stored")).to_have_count(1)

        press(page, "Find out")  # the very same, run now
        expect(page.locator(".gm-progress").first).to_contain_text("260 runs in")
        expect(page.locator(".gm-stored")).to_have_count(0)
        shows(page, indices[HHI])
