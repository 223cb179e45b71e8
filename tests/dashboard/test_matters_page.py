"""The tab What matters in a real browser."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect

from dashboard.matters.goal import Form, Wanted, computed
from dashboard.matters.reached import rows, sentence
from dashboard.state.session import Setting
from runs.requests import Sensitivity
from tests.dashboard.test_compare_page import choose, drawn, narrow, press

pytestmark = pytest.mark.browser


def test_a_small_study_gives_the_numbers_of_the_command_line(visit, gpumarket):
    page = visit(color_scheme="dark").open("/what-matters", ".gm-await")
    choose(page, "Outcome", "Longest quoted wait")
    choose(page, "Method", "Sobol: shares of variance")
    choose(page, "Base points", "1024")
    press(page, "Find out")
    expect(page.locator(".gm-progress")).to_contain_text("of 26,624 runs")
    press(page, "Cancel")
    expect(page.locator(".gm-progress")).to_contain_text("Cancelled.")

    choose(page, "Method", "Morris: quick, in the outcome's unit")
    choose(page, "Trajectories", "10")
    choose(page, "Seeds of each point", "2")
    press(page, "Find out")
    expect(page.locator(".gm-finding")).to_contain_text("matters most to the longest quoted wait")
    page.wait_for_selector(".gm-plot[data-rendered]", state="attached")

    said = gpumarket(page.locator(".gm-command code").inner_text())["peak quoted_lead_weeks"]
    bars = drawn(page)
    names = ("mu_star", "mu_star_low", "mu_star_high")
    assert bars == {path: tuple(own[n] for n in names) for path, own in said["indices"].items() if path != "inert"}
    assert list(bars) == [path for path in said["indices"] if path != "inert"]
    muted = page.locator(".gm-interval-muted").evaluate_all("all => all.map(one => one.dataset.key)")
    assert {*muted, "inert"} == set(said["under_the_floor"])
    for at in range(len(muted)):
        expect(page.locator(".gm-interval-muted").nth(at)).to_contain_text("under the noise floor")
    expect(page.locator(".gm-interval-floor")).to_contain_text("noise floor")
    for warning in said["warnings"]:
        expect(page.locator(".gm-notice", has_text=warning.partition(":")[0])).to_be_visible()

    lines = page.evaluate(
        "() => echarts.getInstanceByDom(document.querySelector('.gm-plot')).getOption().series"
        ".filter(one => one.type === 'line').map(one => one.name)"
    )
    assert len(lines) == 6
    assert lines[-1] == "Noise floor"

    first = page.locator(".gm-interval-pick").first
    first.press("Enter")
    expect(first).to_have_attribute("aria-expanded", "true")
    expect(page.locator(".gm-opened")).to_be_in_viewport()
    study = Sensitivity("colossus", "morris", ["peak quoted_lead_weeks"], 10, 2).run()
    found, path = study.found["peak quoted_lead_weeks"].mean(axis=1), next(iter(bars))
    points = page.locator(".gm-scatter-point").evaluate_all("all => all.map(one => [+one.dataset.x, +one.dataset.y])")
    inputs = study.scenario.uncertainties[path].quantile(study.shares[path].to_numpy())
    assert points == np.column_stack([inputs, found]).tolist()
    means = page.locator(".gm-scatter-mean").evaluate_all("all => all.map(one => +one.dataset.value)")
    assert means == pytest.approx([found[inputs == value].mean() for value in np.unique(inputs)])
    expect(page.locator(".gm-opened")).to_contain_text("Over its range, from ")
    expect(page.locator(".gm-scatter-named")).to_have_text(f"now {study.scenario.get(path):g}")
    narrow(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    second = page.locator(".gm-interval-pick").nth(1)
    page.locator(".gm-interval[data-key]").nth(1).click()
    expect(second).to_have_attribute("aria-expanded", "true")
    second.click()
    expect(page.locator(".gm-opened")).to_have_count(0)


def test_a_goal_is_answered_by_where_it_is_reached(visit):
    page = visit(color_scheme="dark").open("/what-matters", ".gm-await")
    number = page.get_by_label("Number")
    number.fill("soon")
    expect(page.locator(".gm-goal .v-messages__message")).to_have_text("Found 'soon'; allowed: a number")
    expect(page.get_by_role("button", name="Look for them")).to_be_disabled()
    number.fill("20")
    choose(page, "Futures", "2,000")
    press(page, "Look for them")
    expect(page.locator(".gm-goal .gm-progress")).to_contain_text("of 2,000 runs")
    press(page, "Cancel")
    expect(page.locator(".gm-goal .gm-progress")).to_contain_text("Cancelled.")
    choose(page, "Futures", "300")
    press(page, "Look for them")
    shown = computed(Wanted(Form(futures=300), Setting()), lambda done, total: True)
    expect(page.locator(".gm-goal .gm-finding")).to_have_text(sentence(shown))
    cells = page.locator(".gm-goal tbody tr").evaluate_all(
        "all => all.map(one => [...one.cells].map(cell => cell.innerText))"
    )
    assert [[text.strip() for text in row] for row in cells] == [row["cells"] for row in rows(shown)]
    expect(page.locator(".gm-goal .gm-command code")).to_have_text(shown.wanted.commands())
    with page.expect_download() as download:
        page.get_by_role("button", name="goal.toml").click()
    assert download.value.path().read_text() == shown.wanted.file()
    choose(page, "Is to be", "over")
    expect(page.locator(".gm-goal .gm-notice")).to_contain_text("The settings have changed")
    narrow(page)
