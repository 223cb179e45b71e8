"""The tab Live in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from dashboard.live.run import stepped
from dashboard.live.tables import buyer_rows, talk_row
from dashboard.state.session import Setting
from runs.words import whole
from tests.dashboard.test_market_page import choose

pytestmark = pytest.mark.browser
ROOM = ".gm-now b"


def now(page: Page) -> Locator:
    return page.locator(ROOM)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def table(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name).locator("tbody tr")


def test_a_quarter_is_the_models_back_and_forth(visit):
    run = stepped(Setting(), 0)
    page = visit().open("/live?quarter=2024Q1", ROOM)
    expect(now(page)).to_have_text("2024Q1")
    for button, quarter in (("Quarter after", "2024Q2"), ("Quarter before", "2024Q1"), ("Quarter before", "2023Q4")):
        press(page, button)
        expect(now(page)).to_have_text(quarter)
        cells = table(page, f"Talks of {quarter}").locator("td:first-child")
        expect(cells).to_have_text([talk.buyer for talk in run.talks[quarter]])
        rows = buyer_rows(run, quarter)
        expect(table(page, f"Buyers in {quarter}")).to_have_count(len(rows))
        for at, own in enumerate(rows):
            expect(table(page, f"Buyers in {quarter}").nth(at).locator("td")).to_have_text(own["cells"])
    slider = page.get_by_role("slider", name="Quarter", exact=True)
    slider.focus()
    slider.press("End")
    expect(now(page)).to_have_text("2026Q4")
    page.wait_for_function("location.search === '?quarter=2026Q4'")
    slider.press("ArrowLeft")
    expect(page.get_by_role("heading", name="Talks of 2026Q3")).to_be_visible()


def test_a_talk_in_lanes_and_words(visit):
    run = stepped(Setting(), 0)
    page = visit().open("/live?quarter=2024Q2", ROOM)
    talks = run.talks["2024Q2"]
    assert talks[0].buyer == "xAI"
    panel = page.get_by_role("region", name="xAI and NVIDIA: H200")
    expect(panel.locator(".gm-lanes .gm-lane-name")).to_have_text(["Price", "Delivery", "Prepaid", "Units"])
    expect(panel.locator(".gm-lanes title")).to_have_count(4 * len(talks[0].offers))
    expect(panel.locator(".gm-lane-limit").first).to_have_text(f"would pay up to ${whole(talks[0].most)}")
    expect(panel).to_contain_text("xAI raised the prepaid share")
    expect(panel).to_contain_text("between the two limits xAI kept")
    other = next(talk for talk in talks if talk.buyer == "Meta")
    row = table(page, "Talks of 2024Q2").filter(has_text="Meta").first
    assert [cell.strip() for cell in row.locator("td").all_inner_texts()] == talk_row(other)["cells"]
    row.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=f"Meta and NVIDIA: {other.product}")).to_be_visible()
    expect(row).to_have_class(re.compile("gm-chosen"))


def test_any_run_of_the_ensemble_opens_by_its_number(visit):
    page = visit().open("/live?quarter=2024Q2", ROOM)
    field = page.get_by_role("spinbutton", name="Run")
    field.fill("4711")
    field.press("Enter")
    page.wait_for_function("location.search.includes('run=4711')")
    own = stepped(Setting(), 4711)
    first = table(page, "Buyers in 2024Q2").first.locator("td")
    expect(first).to_have_text([re.compile(re.escape(cell)) for cell in buyer_rows(own, "2024Q2")[0]["cells"]])
    field.fill("-1")
    field.press("Enter")
    expect(page.get_by_text("run: found '-1'; allowed: a whole number.")).to_be_visible()
    field.fill("0")
    field.press("Enter")
    expect(page.get_by_text("found '-1'")).to_have_count(0)


def test_an_auction_shows_bids_and_awards(visit):
    page = visit().open("/live?scenario=auction&quarter=2023Q1", ROOM)
    row = table(page, "Talks of 2023Q1").filter(has_text="Microsoft").first
    expect(row).to_contain_text("auction")
    row.click()
    expect(page.get_by_role("heading", name=re.compile("Microsoft and NVIDIA"))).to_be_visible()
    expect(page.get_by_text("It was a bid in an auction.")).to_be_visible()


def test_play_pause_and_play_to_the_end(visit):
    page = visit().open("/live?quarter=2022Q4", ROOM)
    press(page, "Play")
    expect(now(page)).not_to_have_text("2022Q4")
    press(page, "Pause")
    page.wait_for_timeout(900)
    paused = now(page).inner_text()
    page.wait_for_timeout(900)
    expect(now(page)).to_have_text(paused)
    page.get_by_label("Speed").select_option("fast")
    press(page, "Play")
    expect(now(page)).to_have_text("2026Q4")
    expect(page.get_by_role("heading", name="Talks of 2026Q4")).to_be_visible()
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_disabled()


def test_a_changed_setting_changes_the_run(visit):
    page = visit().open("/live", ROOM)
    choose(page, "Scenario", "The reference model")
    expect(page.get_by_role("heading", level=1)).to_have_text("The reference model")
    page.get_by_role("slider", name="Quarter", exact=True).press("Home")
    expect(now(page)).to_have_text("2023Q1")
    expect(table(page, "Talks of 2023Q1").first).to_contain_text("list-price queue")
