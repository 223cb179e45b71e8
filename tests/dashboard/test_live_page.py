"""The tab Live in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from agents.records.roles import WEEKS
from market import Market, Scenario

pytestmark = pytest.mark.browser


def now(page: Page):
    return page.locator(".gm-now b")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_step_shows_the_deals_of_the_model(visit):
    page = visit().open("/live")
    expect(now(page)).to_have_text("Start")
    model = Market(Scenario.load("colossus"), replication=0)
    for _ in range(3):
        label = model.label
        model.step()
        press(page, "Step")
        expect(now(page)).to_have_text(label)
    ordering = [buyer.name for buyer in model.buyers for product in buyer.slot_product if product >= 0]
    cells = page.locator(".gm-table tbody tr td:first-child")
    expect(cells).to_have_text(ordering)
    struck = next(buyer for buyer in model.buyers if buyer.slot_product[0] >= 0 and 0 <= buyer.slot_week[0] < WEEKS)
    row = page.locator(".gm-table tbody tr", has_text=struck.name).first
    expect(row).to_contain_text(f"week {struck.slot_week[0] + 1}")
    expect(row).to_contain_text(f"{struck.agreed[1]:,.0f}")
    row.click()
    expect(page.get_by_role("heading", name=re.compile(f"Offers: {struck.name}"))).to_be_visible()
    expect(row).to_have_class(re.compile("gm-chosen"))
    page.locator(".gm-table tbody tr").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile(f"Offers: {ordering[0]}"))).to_be_visible()


def test_an_auction_shows_bids_and_awards(visit):
    page = visit().open("/live")
    page.locator(".v-select", has=page.get_by_text("Scenario", exact=True)).first.click()
    page.get_by_role("option", name="An auction instead of a list price").click()
    expect(page.locator(".gm-notice")).to_contain_text("Reset begins again with them")
    press(page, "Reset")
    for label in ("2022Q4", "2023Q1"):
        press(page, "Step")
        expect(now(page)).to_have_text(label)
    row = page.locator(".gm-table tbody tr", has_text="Microsoft").first
    expect(row).to_contain_text("auction")
    row.click()
    expect(page.get_by_role("heading", name=re.compile("Offers: Microsoft"))).to_be_visible()
    expect(page.get_by_text("all units bid for at that price or more")).to_be_visible()


def test_play_pause_reset_and_play_to_the_end(visit):
    page = visit().open("/live")
    press(page, "Play")
    expect(now(page)).to_have_text("2023Q1")
    press(page, "Pause")
    page.wait_for_timeout(900)
    paused = now(page).inner_text()
    page.wait_for_timeout(900)
    expect(now(page)).to_have_text(paused)
    press(page, "Reset")
    expect(now(page)).to_have_text("Start")
    page.locator(".gm-player .gm-choice").click()
    page.get_by_role("option", name="Fast").click()
    press(page, "Play")
    expect(now(page)).to_have_text("2026Q4", timeout=30_000)
    expect(page.get_by_role("button", name="Step", exact=True)).to_be_disabled()
    press(page, "Reset")
    expect(now(page)).to_have_text("Start")
    expect(page.get_by_role("button", name="Step", exact=True)).to_be_enabled()


def test_changed_settings_wait_for_a_reset_and_the_run_waits_for_its_tab(visit):
    page = visit().open("/live")
    press(page, "Step")
    expect(now(page)).to_have_text("2022Q4")
    page.locator(".v-select", has=page.get_by_text("Scenario", exact=True)).first.click()
    page.get_by_role("option", name="The reference model").click()
    expect(page.locator(".gm-notice")).to_contain_text("Reset begins again with them")
    page.get_by_role("link", name="Market").click()
    expect(page.locator(".gm-card").first).to_be_visible()
    page.get_by_role("link", name="Live").click()
    expect(now(page)).to_have_text("2022Q4")
    press(page, "Reset")
    press(page, "Step")
    expect(now(page)).to_have_text("2023Q1")
    expect(page.locator(".gm-table tbody tr").first).to_contain_text("list-price queue")
    expect(page.locator(".gm-notice")).to_have_count(0)
