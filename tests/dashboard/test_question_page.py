"""The page that opens, in a real browser."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from dashboard.reading import outcome
from market import Scenario
from runs.analysis.compare import Difference
from runs.engine.spread import ensemble_of
from runs.findings import differences
from runs.findings.differences import Names

pytestmark = pytest.mark.browser

DONE = ".gm-progress >> text=/ runs in /"


def line(page: Page, at: int, name: str, kind: str = "line") -> np.ndarray:
    """What a chart draws under a name."""
    drawn = page.evaluate(
        """([at, name, kind]) => echarts.getInstanceByDom(document.querySelectorAll('.gm-plot')[at]).getOption()
             .series.find(s => s.type === kind && s.name === name).data""",
        [at, name, kind],
    )
    return np.array(drawn, dtype=float)


def choose(page: Page, option: str) -> None:
    page.locator(".v-select", has=page.get_by_text("Scenario", exact=True)).first.click()
    page.get_by_role("option", name=option).click()


def test_the_sentence_equals_the_command_line_and_the_picture_the_runs(visit, gpumarket):
    page = visit().open()
    page.wait_for_selector(DONE)
    colossus = Scenario.load("colossus")
    expect(page.get_by_role("heading", level=1)).to_have_text(colossus.story.question)
    command = page.locator(".gm-command code").inner_text()
    names = {one.text: name for name, one in outcome.tells(colossus).items()}
    told = [Difference(**row | {"outcome": names[row["outcome"]]}) for row in gpumarket(command)["differences"]]
    expected = differences.sentence(told, Names(subject=colossus.story.difference))
    expect(page.locator(".gm-answer")).to_have_text(expected)

    treated, control = (ensemble_of(Scenario.load(name), 200) for name in ("colossus", "no-rush"))
    with_rush = treated.buyer_deployed.sel(buyer="xAI").median("run").values
    np.testing.assert_allclose(line(page, 0, "With"), np.where(with_rush > 0, with_rush, np.nan), rtol=1e-12)
    apart = (treated.buyer_delivered - control.buyer_delivered).drop_sel(buyer="xAI").sum("buyer").mean("run").values
    np.testing.assert_allclose(line(page, 1, "With less without", "bar"), apart, rtol=1e-9, atol=1e-6)

    keys = page.locator(".gm-chart").first.locator(".gm-key")
    expect(keys.nth(1)).to_have_text("Without")
    page.get_by_role("group", name="Which world").get_by_role("button", name="Without").click()
    expect(keys.first).to_have_text("Without")
    expect(page.locator(".gm-card")).to_have_count(4)
    expect(page.locator(".gm-card").first).to_contain_text("Real: 100k HAE")


def test_the_first_glance_sees_the_scenario(visit):
    page = visit().open()
    page.wait_for_selector(DONE)
    seen = set()
    for name in ("colossus", "no-rush", "asic", "export-ban", "glut", "two-names"):
        scenario = Scenario.load(name)
        if name != "colossus":
            choose(page, scenario.title)
        expect(page.get_by_role("heading", level=1)).to_have_text(scenario.story.question)
        expect(page.locator(".gm-card h2").first).to_have_text(scenario.story.cards[0].name)
        expect(page.locator(".gm-stale")).to_have_count(0)
        seen.add((page.locator(".gm-answer").inner_text(), *page.locator(".gm-figure b").all_inner_texts()))
    assert len(seen) == 6


def test_a_changed_lever_is_a_chip_that_undoes_it(visit):
    page = visit().open()
    page.wait_for_selector(DONE)
    before = page.locator(".gm-answer").inner_text()
    slider = page.get_by_role("slider", name="Shock level")
    slider.focus()
    slider.press("Home")
    chip = page.get_by_role("button", name="Undo: Shock level")
    expect(chip).to_be_visible()
    expect(page.locator(".gm-answer")).not_to_have_text(before)
    chip.click()
    expect(chip).to_have_count(0)
    expect(page.locator(".gm-answer")).to_have_text(before)
    expect(slider).to_have_attribute("aria-valuenow", "3.25")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone(visit, scheme):
    page = visit(390, 844, color_scheme=scheme).open()
    page.wait_for_selector(DONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.locator(".gm-answer")).to_be_in_viewport()
