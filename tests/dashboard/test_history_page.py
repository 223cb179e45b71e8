"""The tab History: the judgement as the command prints it, and every real series."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from dashboard.history.told import quality, rows, sources
from dashboard.market.charts import Source
from dashboard.market.held import fit, held
from dashboard.reading.bands import Runs
from market import Scenario, simulate
from runs.backtest.wording import rows as printed
from runs.engine.spread import ensemble_of
from runs.requests import Backtest


def test_rows_say_what_the_command_prints():
    found = Backtest("colossus", runs=20).run()
    for findings in (found.facts, found.truths):
        told = [row["cells"] for row in rows(findings)]
        for ours, theirs in zip(told, printed(findings), strict=True):
            assert ours[:5] == [cell.strip() for cell in theirs[:5]]
    assert {row["tag"] for row in rows(found.facts)} >= {"deal", "queue"}


def test_a_series_says_how_good_it_is_and_who_says_so():
    scenario = Scenario.load("colossus")
    found = {one.name: one for one in held(Source(Runs(scenario, simulate(scenario, runs=20))))}
    lead = found["Hopper quote to ordinary customers"]
    assert "estimated" in quality(lead)
    assert "reported" in quality(lead)
    assert f"{sum(lead.inside)} of {len(lead.inside)} in the 90% band" in quality(lead)
    assert len(sources(lead)) == len(set(sources(lead))) > 1


@pytest.mark.browser
def test_the_page_holds_the_market_against_history(visit):
    page = visit().open("/market")
    page.get_by_role("link", name="Every real series, and the backtest").click()
    page.wait_for_selector(".gm-table", state="attached")
    found = Backtest("colossus").run()
    expect(page.locator(".gm-progress")).to_contain_text(found.sentence)
    table = page.locator("[aria-label^='Facts, their bands']")
    for one in found.facts:
        row = table.locator("tr.gm-row-head", has_text=one.sentence).first
        expect(row).to_contain_text(one.verdict)
    scenario = Scenario.load("colossus")
    series = held(Source(Runs(scenario, ensemble_of(scenario, runs=200))))
    expect(page.locator(".gm-small .gm-panel")).to_have_count(len(series))
    expect(page.get_by_text(fit(series))).to_be_visible()
