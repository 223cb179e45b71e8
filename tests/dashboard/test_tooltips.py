"""Tooltips of the charts: linked, beside what they speak of, and there to stay."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.test_market_page import settled

pytestmark = pytest.mark.browser

INSIDE = """() => { const plot = document.querySelector('.gm-plot'), tip = plot.querySelector('.gm-tip').parentElement;
  const grid = echarts.getInstanceByDom(plot).getModel().getComponent('grid').coordinateSystem.getRect();
  const from = plot.getBoundingClientRect().top + grid.y, own = tip.getBoundingClientRect();
  return own.bottom > from && own.top < from + grid.height; }"""


def hover(page: Page, x: float) -> None:
    plot = page.locator(".gm-plot").first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    page.mouse.move(box["x"] + x * box["width"], box["y"] + 0.5 * box["height"])


def looked_at(page: Page) -> str:
    return page.locator(".gm-tip").first.inner_text()[:6]


def test_a_quarter_is_marked_in_all_charts_and_its_tooltip_covers_none_of_its_own(visit):
    page = visit().open("/market")
    settled(page)
    page.set_viewport_size({"width": 1440, "height": 1300})
    tip, linked, quarter = page.locator(".gm-tip"), page.locator(".gm-linked"), "none"
    for x in (0.3, 0.7):
        hover(page, x)
        expect(linked).to_have_count(5)
        expect(linked.last).not_to_contain_text(quarter)
        quarter = linked.last.inner_text()[:6]
        expect(tip).to_contain_text(quarter)
        for at in range(5):
            expect(linked.nth(at)).to_contain_text(quarter)
        assert not page.evaluate(INSIDE)
    value = page.evaluate(
        """quarter => { const chart = echarts.getInstanceByDom(document.querySelectorAll('.gm-plot')[3]).getOption();
             return chart.series.find(one => one.type === 'line' && one.name === 'Open orders')
               .data[chart.xAxis[0].data.indexOf(quarter)]; }""",
        quarter,
    )
    expect(page.locator(".gm-linked").nth(2)).to_contain_text(f"{value / 1e6:.1f}M")

    page.evaluate("document.querySelector('.gm-controls').__vue__.change({ path: 'market.shock_level', value: 4 })")
    expect(page.locator(".gm-chip-changed")).to_be_visible()
    settled(page)
    expect(tip).to_be_visible()
    assert looked_at(page) == quarter
    expect(page.locator(".gm-linked")).to_have_count(5)
    page.mouse.move(5, 5)
    expect(tip).not_to_be_visible()
    expect(page.locator(".gm-linked")).to_have_count(0)

    page.locator(".gm-plot").nth(1).focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".gm-linked").first).to_contain_text("2022Q4")
    page.keyboard.press("Tab")
    expect(page.locator(".gm-linked")).to_have_count(0)


def test_a_tooltip_outlives_the_first_runs(visit):
    page = visit().open("/market")
    page.wait_for_function(  # the tooltip is opened over 20 runs and looked at over 200
        """() => { const plot = document.querySelector('.gm-plot');
             const chart = window.echarts && echarts.getInstanceByDom(plot);
             if (!chart) return false;
             window.before = +plot.dataset.rendered;
             const box = plot.getBoundingClientRect();
             chart.dispatchAction({ type: 'showTip', x: box.width * 0.6, y: 100 });
             return true; }"""
    )
    tip = page.locator(".gm-tip")
    expect(tip).to_be_visible()
    quarter = looked_at(page)
    page.evaluate("document.querySelector('.gm-controls').__vue__.change({ path: 'runs', value: 400 })")
    page.wait_for_function("+document.querySelector('.gm-plot').dataset.rendered > window.before")
    page.get_by_text("400 runs in").wait_for()
    expect(tip).to_be_visible()
    assert looked_at(page) == quarter
