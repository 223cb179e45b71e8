"""The page on a machine on which no rules have been compiled."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import suppress

import pytest
import xarray as xr
from playwright.sync_api import TimeoutError, expect

from dashboard.parts.cards import cards
from dashboard.reading.outcome import measures
from market import Scenario
from runs.engine.spread import ensemble_of
from tests.dashboard.conftest import free_port, serving
from tests.dashboard.test_market_page import figures, move, settled

pytestmark = pytest.mark.browser
COMPILED = 600_000
"""Milliseconds that compiling may take on a busy machine."""


@pytest.fixture
def port(tmp_path) -> Iterator[int]:
    """A server with an empty cache."""
    port = free_port()
    command = [sys.executable, "-m", "dashboard", "--port", str(port), "--no-browser"]
    with serving(command, port, GPUMARKET_CACHE=str(tmp_path)):
        yield port


def test_few_runs_come_at_once_the_others_when_the_rules_are_compiled(visit):
    page = visit().open("/market")
    line = page.locator(".gm-progress")
    expect(line).to_contain_text("20 of 200 runs, in ")
    expect(line).to_contain_text(re.compile(r"Compiling the rules, once for this machine: \d+ s so far"))
    first = figures(page)
    scenario = Scenario.load("colossus")
    data = ensemble_of(scenario, runs=200)
    assert first == told(scenario, data.isel(run=slice(20)))

    move(page, "Shock level", "ArrowLeft", 8)  # the page answers meanwhile
    expect(page.locator(".gm-chip-changed")).to_be_visible(timeout=60_000)
    expect(line).to_contain_text("20 of 200 runs, in ")
    assert figures(page) != first
    page.get_by_role("link", name="Live").click()
    expect(page.locator(".gm-now b")).to_have_text("2024Q4")
    page.get_by_role("button", name="Quarter before").click()
    expect(page.locator(".gm-now b")).to_have_text("2024Q3")
    page.get_by_role("link", name="Compare").click()
    page.get_by_role("button", name="In one click: xAI's rush").click()
    expect(line).to_contain_text(re.compile("Compiling the rules|Computing|runs in"))  # a busy machine may be through
    with suppress(TimeoutError):
        page.get_by_role("button", name="Cancel").click(timeout=2000)

    page.get_by_role("link", name="Market").click()
    expect(line).to_contain_text("200 runs in", timeout=COMPILED)
    page.get_by_role("button", name="Reset to scenario").click()
    expect(page.locator(".gm-chip-changed")).to_have_count(0)
    settled(page)
    assert figures(page) == told(scenario, data)


def told(scenario: Scenario, data: xr.Dataset) -> list[str]:
    """The figures of the cards."""
    return [card["value"] for card in cards(scenario, measures(data, scenario))]
