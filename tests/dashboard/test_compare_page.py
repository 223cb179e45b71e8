"""The tab Compare in a real browser."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys

import pytest
from playwright.sync_api import Page, expect

from dashboard.compare.asking import SIGNS
from runs.questions.question import head_of, shipped
from runs.requests import Inquiry

pytestmark = pytest.mark.browser


def choose(page: Page, field: str, option: str) -> None:
    page.locator(".gm-pick", has=page.get_by_text(field, exact=True)).click()
    page.locator(".menuable__content__active").get_by_role("option", name=option, exact=True).click()
    expect(page.locator(".menuable__content__active")).to_have_count(0)


def add(page: Page, field: str, option: str) -> None:
    """Pick one more where several can be picked."""
    page.locator(".gm-pick", has=page.get_by_text(field, exact=True)).click()
    page.locator(".menuable__content__active").get_by_role("option", name=option, exact=True).click()
    page.keyboard.press("Escape")
    expect(page.locator(".menuable__content__active")).to_have_count(0)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def narrow(page: Page) -> None:
    """On a phone nothing sticks out, once the drawer has gone."""
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("document.documentElement.scrollWidth <= 390", timeout=60_000)


def drawn(page: Page) -> dict[str, tuple[float, ...]]:
    """Every interval of the chart by its key: value, low, high."""
    rows = page.locator(".gm-interval[data-key]").evaluate_all("all => all.map(one => ({ ...one.dataset }))")
    return {row["key"]: tuple(float(row[name]) for name in ("value", "low", "high")) for row in rows}


def test_the_story_in_one_click_gives_the_numbers_of_the_command_line(visit):
    page = visit().open("/compare", ".gm-await")
    choose(page, "Parameter vectors", "10")
    choose(page, "Seeds of each", "5")
    press(page, "In one click: xAI's rush")
    expect(page.locator(".gm-finding")).to_contain_text("xAI's rush")
    for what in ("everybody else's wait", "what everybody else gets", "the mean B200 premium"):
        expect(page.locator(".gm-finding")).to_contain_text(what)
    expect(page.locator(".gm-progress")).to_contain_text("100 runs in")

    command = page.locator(".gm-command code").inner_text()
    words = shlex.split(command)
    assert words[:4] == ["gpumarket", "compare", "no-rush", "colossus"]
    ran = subprocess.run(
        [sys.executable, "-m", "runs", *words[1:], "--json"], capture_output=True, text=True, check=True
    )
    said = json.loads(ran.stdout)["differences"]
    assert drawn(page) == {f"{one['outcome']}/colossus": (one["mean"], one["low"], one["high"]) for one in said}
    cells = page.locator(".gm-table tbody tr", has_text="Wait of all but xAI").locator("td").all_inner_texts()
    assert cells[2].strip() == f"{said[0]['control']:.1f} weeks"
    assert cells[6].strip() == f"{said[0]['correlation']:.3f}"
    add(page, "Outcomes", "H100 premium, highest")
    press(page, "Compare")
    null = page.locator(".gm-interval", has_text="H100 premium, highest")
    expect(null).to_contain_text("exactly 0")
    expect(null).to_contain_text("the same in every pair of runs")

    narrow(page)
    for name in ("Market", "What matters"):
        page.get_by_role("link", name=name).scroll_into_view_if_needed()
        expect(page.get_by_role("link", name=name)).to_be_in_viewport(ratio=0.99)


def test_a_lever_is_cancelled_compared_and_kept_while_the_settings_change(visit):
    page = visit().open("/compare", ".gm-await")
    press(page, "Values of a lever")
    expect(page.locator(".gm-pick .v-chip", has_text="Turn and earn")).to_be_visible()
    choose(page, "Parameter vectors", "100")
    choose(page, "Seeds of each", "50")
    press(page, "Compare")
    expect(page.locator(".gm-progress")).to_contain_text("of 40,000 runs")
    press(page, "Cancel")
    expect(page.locator(".gm-progress")).to_contain_text("Cancelled.")
    expect(page.locator(".gm-finding")).to_have_count(0)

    choose(page, "Parameter vectors", "10")
    choose(page, "Seeds of each", "5")
    press(page, "Compare")
    expect(page.locator(".gm-finding")).to_contain_text("Against weighted uniform, of 7 other values of allocation")
    before = drawn(page)
    assert len(before) == 21
    page.get_by_role("link", name="Market").click()
    page.get_by_role("link", name="Compare").click()
    expect(page.locator(".gm-interval[data-key]")).to_have_count(21)
    assert drawn(page) == before
    slider = page.get_by_role("slider", name="Shock level")
    slider.focus()
    slider.press("ArrowLeft")
    expect(page.locator(".gm-notice")).to_contain_text("The settings have changed")
    assert drawn(page) == before


def test_a_named_question_is_opened_and_answered(visit):
    page = visit().open("/compare", ".gm-await")
    questions = page.locator(".gm-table tbody tr")
    expect(questions).to_have_count(len(shipped()))
    questions.filter(has_text="C3").first.click()
    auction = head_of("auction")
    expect(page.get_by_role("heading", name=auction.question)).to_be_visible()
    for metric in auction.metrics:
        row = page.locator(".gm-asked tbody tr", has_text=metric.why)
        expect(row).to_contain_text(metric.words)
        expect(row).to_contain_text(SIGNS[metric.expects])
    press(page, "Answer it: 600 runs")
    expect(page.locator(".gm-asked .gm-finding")).to_be_visible()
    (answer,) = Inquiry(["auction"], 10, 5).run()
    expect(page.locator(".gm-asked .gm-finding")).to_have_text(answer.sentences[0])
    verdicts = page.locator("[aria-label='What was found, and the verdicts'] tbody tr td:last-child").all_inner_texts()
    assert [text.strip() for text in verdicts] == [row.verdict for row in answer.of_main("")]
    questions.filter(has_text="C3").first.click()
    expect(page.locator(".gm-asked")).to_have_count(0)
