"""The tab Market in a real browser."""

from __future__ import annotations

import http.client
import io

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from dashboard.parts.cards import cards
from dashboard.reading.declared import label
from dashboard.reading.effects import VISIBLE, effects
from dashboard.reading.outcome import measures
from market import Scenario
from market.scenario.scenario import shipped
from runs.engine.spread import ensemble_of
from runs.words import compact, dollars

pytestmark = pytest.mark.browser

DONE = ".gm-progress >> text=/ runs in /"
RANKED = 180_000
"""Milliseconds that measuring all controls may take on a busy machine."""


def settled(page: Page) -> None:
    """Wait until the figures are those of the settings: the line above them says so, and they have all arrived."""
    page.wait_for_timeout(400)  # a slider's own rest, and the way to the server
    page.wait_for_selector(DONE)
    before = None
    while before != (before := figures(page)):
        page.wait_for_timeout(400)
        page.wait_for_selector(DONE)


def figures(page: Page) -> list[str]:
    return page.locator(".gm-figure b").all_inner_texts()


def move(page: Page, name: str, key: str = "ArrowRight", times: int = 3) -> None:
    slider = page.get_by_role("slider", name=name)
    slider.focus()
    for _ in range(times):
        slider.press(key)


def choose(page: Page, field: str, option: str) -> None:
    page.locator(".v-select", has=page.get_by_text(field, exact=True)).first.click()
    page.get_by_role("option", name=option).click()


def test_shows_what_simulate_gives(visit):
    page = visit().open("/market")
    settled(page)
    data = ensemble_of(Scenario.load("colossus"), runs=200)

    hopper = data.product_ordinary_lead_weeks.sel(product="H100")
    peaks = np.nanmax(hopper.values, axis=1)
    xai = data.buyer_deployed.sel(buyer="xAI", quarter="2024Q3")
    shown = figures(page)
    assert [shown[0], shown[3]] == [
        compact(float(xai.median())),
        dollars(1e6 * float(data.revenue.sel(quarter="2024Q4").median())),
    ]
    assert float(shown[2]) == pytest.approx(float(np.median(peaks)), abs=0.5)  # as many digits as its error leaves

    page.locator(".gm-after .gm-choice").click()
    page.get_by_role("option", name="2026Q4").click()
    expect(page.get_by_role("heading", name="Buyers in 2026Q4")).to_be_visible()
    expect(page.get_by_role("heading", name="Why did the wait move in 2026Q4?")).to_be_visible()
    cells = page.locator(".gm-table tbody tr", has_text="Microsoft").locator("td").all_inner_texts()
    last = data.sel(buyer="Microsoft", quarter="2026Q4")
    assert [cell.strip() for cell in cells[:3]] == [
        "Microsoft",
        compact(float(last.buyer_needed.median())),
        compact(float(last.buyer_ordered.median())),
    ]

    drawn = page.evaluate(
        """() => echarts.getInstanceByDom(document.querySelectorAll('.gm-plot')[0]).getOption()
                 .series.find(s => s.type === 'line' && s.name === 'Hopper quoted').data"""
    )
    expected = [
        np.median(column[np.isfinite(column)]) if np.isfinite(column).mean() >= 0.5 else np.nan
        for column in hopper.values.T
    ]
    np.testing.assert_allclose(np.array(drawn, dtype=float), expected, rtol=1e-12)

    with page.expect_download() as download:
        page.get_by_role("button", name="Table").click()
    assert download.value.suggested_filename.startswith("colossus-")
    table = pd.read_csv(io.BytesIO(download.value.path().read_bytes()))
    found = table[(table["measure"] == "buyer_deployed") & (table["of"] == "xAI")]["median"].item()
    assert found == pytest.approx(float(data.buyer_deployed.sel(buyer="xAI", quarter="2026Q4").median()), rel=1e-12)
    with page.expect_download() as download:
        page.get_by_role("button", name="All series").click()
    everything = pd.read_csv(io.BytesIO(download.value.path().read_bytes()))
    assert everything["quarter"].nunique() == 17
    assert {"revenue", "product_list_price", "buyer_deployed"} <= set(everything["measure"])


def test_charts_have_bands_dots_and_a_tooltip_that_keys_reach(visit):
    page = visit().open("/market")
    settled(page)  # figures of all runs
    expect(page.locator(".gm-plot[data-rendered]")).to_have_count(6)
    for at in range(6):
        plot = page.locator(".gm-plot").nth(at)
        assert plot.get_attribute("aria-label")
        assert plot.locator("path[fill-opacity='0.15'], path[opacity='0.15']").count()
    plot = page.locator(".gm-plot").first
    plot.focus()
    for _ in range(5):
        plot.press("ArrowRight")
    tip = plot.locator(".gm-tip")
    expect(tip).to_contain_text("2023Q4")
    expect(tip).to_contain_text("Real: 44.0 (36.0 to 52.0)")
    expect(tip).to_contain_text("Omdia")
    expect(tip).to_contain_text("Export rule of 17 October 2023")

    page.locator(".gm-choice").nth(1).click()
    page.get_by_role("option", name="Stacked").click()
    expect(page.get_by_text("means of the runs, one above the other")).to_be_visible()
    page.locator(".gm-choice").first.click()
    page.get_by_role("option", name="B200").click()
    expect(page.get_by_text("US dollars per B200")).to_be_visible()


def test_a_quarter_that_is_clicked_is_explained_and_single_runs_are_drawn_on_request(visit):
    page = visit().open("/market")
    settled(page)
    plot = page.locator(".gm-plot").first
    box = plot.bounding_box()
    plot.click(position={"x": 0.42 * box["width"], "y": 0.5 * box["height"]})
    title = page.locator(".gm-why h2")
    expect(title).not_to_have_text("Why did the wait move in 2024Q4?")
    quarter = title.inner_text()[-7:-1]
    expect(page.get_by_role("heading", name=f"Buyers in {quarter}")).to_be_visible()
    expect(page.locator(".gm-why .gm-finding")).to_contain_text(f"In {quarter} ")
    rows = page.locator(".gm-fall").first.locator(".gm-fall-row")
    values = [int(value) for value in rows.evaluate_all("rows => rows.map(row => row.dataset.value)")]
    assert sum(values[:-1]) == values[-1]
    page.get_by_role("button", name="2023Q3", exact=True).click()
    expect(title).to_have_text("Why did the wait move in 2023Q3?")
    plot.focus()
    plot.press("ArrowRight")
    plot.press("Enter")
    expect(title).to_have_text("Why did the wait move in 2022Q4?")

    drawn = """count => echarts.getInstanceByDom(document.querySelectorAll('.gm-plot')[3]).getOption()
                 .series.filter(s => s.type === 'line' && s.name === 'Open orders').length === count"""
    page.wait_for_function(drawn, arg=1)
    page.get_by_role("button", name="Bands and ten runs").click()
    page.wait_for_function(drawn, arg=11)


SPOT = """() => {
  // where a single run is furthest from the others: its number, its quarter, its numbers, the place on the page
  const plot = document.querySelectorAll('.gm-plot')[1], chart = echarts.getInstanceByDom(plot);
  const box = plot.getBoundingClientRect(), lines = chart.getOption().series.filter(s => s.type === 'line');
  const of = name => lines.filter(s => s.name === name).slice(0, 10).map(s => s.data);
  const height = v => chart.convertToPixel({ yAxisIndex: 0 }, v), known = v => v !== null && v !== undefined;
  let best = { room: -1 };
  of('Paid').forEach((own, run) => own.forEach((value, at) => {
    if (!known(value) || at < 4) return;
    const others = ['List', 'Paid', 'Shadow'].flatMap(name => of(name).filter((_, n) => n !== run).map(one => one[at]));
    const room = Math.min(...others.filter(known).map(other => Math.abs(height(other) - height(value))));
    if (room > best.room) best = { room: room, run: run, at: at, values: own,
      x: box.left + chart.convertToPixel({ xAxisIndex: 0 }, at), y: box.top + height(value) };
  }));
  return best;
}"""
PAID = """() => echarts.getInstanceByDom(document.querySelectorAll('.gm-plot')[1]).getOption()
              .series.filter(s => s.type === 'line' && s.name === 'Paid').pop().data"""


def test_a_single_run_that_is_clicked_opens_in_live(visit):
    page = visit().open("/market")
    settled(page)
    page.get_by_role("button", name="Bands and ten runs").click()
    expect(page.get_by_text("Open a run in Live")).to_be_visible()
    page.wait_for_function(f"({SPOT})().room > 1")
    page.locator(".gm-plot").nth(1).scroll_into_view_if_needed()
    spot, before = page.evaluate(SPOT), None
    while spot != before:  # charts that are still drawn anew forget the pointer, and what is above them may grow
        page.wait_for_timeout(400)
        spot, before = page.evaluate(SPOT), spot
    page.mouse.move(spot["x"] + 30, spot["y"] - 60)
    page.mouse.move(spot["x"], spot["y"])
    expect(page.get_by_text(f"Run {spot['run']}: click to open it in Live")).to_be_visible()
    page.mouse.click(spot["x"], spot["y"])
    expect(page.get_by_role("spinbutton", name="Run")).to_have_value(str(spot["run"]))
    quarter = Scenario.load("colossus").quarters[spot["at"]]
    expect(page.locator(".gm-now b")).to_have_text(quarter)
    page.wait_for_function(f"({PAID})().filter(v => v !== null).length > 0")
    shown = page.evaluate(PAID)
    assert shown == spot["values"][: spot["at"] + 1] + [None] * (len(shown) - spot["at"] - 1)

    page.get_by_role("link", name="Market").click()
    settled(page)
    page.get_by_role("button", name="Bands and ten runs").click()
    choose(page, "Open a run in Live", "Run 7")
    expect(page.get_by_role("spinbutton", name="Run")).to_have_value("7")
    expect(page.locator(".gm-now b")).to_have_text(quarter)
    page.wait_for_function("location.pathname === '/live' && location.search.includes('run=7')")


def test_the_untouched_scenario_stays_behind_a_changed_one(visit):
    page = visit().open("/market")
    settled(page)
    expect(page.get_by_text("real figures lie in the 90% band")).to_be_visible()
    expect(page.locator(".gm-apart")).to_have_count(0)
    move(page, "Shock level", "Home", 1)
    expect(page.locator(".gm-apart").first).to_contain_text("on the scenario unchanged")
    expect(page.locator(".gm-key", has_text="the scenario unchanged").first).to_be_visible()
    settled(page)
    grey = page.evaluate(
        """() => echarts.getInstanceByDom(document.querySelectorAll('.gm-plot')[3]).getOption()
             .series.find(s => s.type === 'line' && s.name === 'Open orders').data"""
    )
    before = ensemble_of(Scenario.load("colossus"), runs=200).backlog.median("run").values
    np.testing.assert_allclose(np.array(grey, float), before, rtol=1e-12)


def test_change_reset_change_reset(visit):
    page = visit().open("/market")
    settled(page)
    original = figures(page)
    for _ in range(2):
        move(page, "Shock level", "ArrowLeft", 8)
        expect(page.locator(".gm-chip-changed")).to_be_visible()
        settled(page)
        assert figures(page) != original
        page.get_by_role("button", name="Reset to scenario").click()
        expect(page.locator(".gm-chip-changed")).to_have_count(0)
        settled(page)
        assert figures(page) == original
        expect(page.get_by_role("slider", name="Shock level")).to_have_attribute("aria-valuenow", "3.25")
    choose(page, "Protocol", "List price")
    expect(page.locator(".gm-chip-changed")).to_be_visible()
    settled(page)
    assert figures(page) != original
    expect(page.locator(".gm-own")).to_contain_text("Alternating offers")


def test_cancel_keeps_the_figures_before(visit):
    page = visit().open("/market?runs=1000")  # long enough to be cancelled
    settled(page)
    original = figures(page)
    page.evaluate(
        """() => new MutationObserver((_, self) => {
             const button = [...document.querySelectorAll('.gm-progress button')].find(b => /Cancel/.test(b.innerText));
             if (button) { self.disconnect(); button.click(); }
           }).observe(document.querySelector('.gm-page'), { childList: true, subtree: true })"""
    )
    move(page, "Shock level", "Home", 1)  # one change, however busy the machine is
    expect(page.locator(".gm-progress")).to_contain_text("Cancelled")
    assert figures(page) == original
    expect(page.locator(".gm-chip-changed")).to_have_count(0)  # the figures are of the scenario as it is
    expect(page.locator(".gm-stale")).to_have_count(0)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".gm-chip-changed")).to_have_text("changed")
    settled(page)
    assert figures(page) != original


def test_figures_are_dimmed_while_others_are_computed(visit):
    """Read in what the server says: a browser may draw the new figures before it has drawn the old ones dimmed."""
    one, heard = visit(), []
    one.page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: heard.append(str(frame))))
    page = one.open("/market")
    settled(page)
    heard.clear()
    move(page, "Shock level", "Home", 1)  # one change, however busy the machine is
    expect(page.locator(".gm-chip-changed")).to_be_visible()
    settled(page)
    dimmed = [k for k, frame in enumerate(heard) if "gm-stale" in frame]
    renamed = next(k for k, frame in enumerate(heard) if "gm-chip-changed" in frame)
    assert len([k for k in dimmed if k < renamed]) == 2  # the old figures and their name
    assert len(dimmed) == 2
    expect(page.locator(".gm-stale")).to_have_count(0)


def test_a_reader_with_a_keyboard_or_a_magnifier(visit):
    page = visit().open("/market")
    assert page.evaluate("document.documentElement.lang") == "en"
    assert (
        page.evaluate("document.querySelector('meta[name=viewport]').content") == "width=device-width, initial-scale=1"
    )
    page.keyboard.press("Tab")
    skip = page.get_by_role("button", name="Skip to the page")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    expect(skip).not_to_be_in_viewport()
    scenario = page.get_by_role("combobox", name="Scenario")
    expect(scenario).to_have_attribute("aria-expanded", "false")
    scenario.focus()
    page.keyboard.press("Enter")
    expect(scenario).to_have_attribute("aria-expanded", "true")
    expect(page.locator(f"#{scenario.get_attribute('aria-controls')}")).to_be_visible()
    page.keyboard.press("Escape")
    expect(scenario).to_have_attribute("aria-expanded", "false")


def test_another_scenario_and_back(visit):
    page = visit().open("/market")
    settled(page)
    original = figures(page)
    choose(page, "Scenario", "The reference model")
    expect(page.get_by_role("heading", level=1)).to_have_text(Scenario.load("reference").title)
    settled(page)
    assert figures(page)[0] == "23.2"
    expect(page.locator(".gm-table tbody tr")).to_have_count(2)
    choose(page, "Scenario", "The same world without the rush")
    expect(page.get_by_role("heading", level=1)).to_have_text(Scenario.load("no-rush").title)
    settled(page)
    without = figures(page)
    assert without[1] != original[1]
    choose(page, "Scenario", "The rush: xAI")
    expect(page.get_by_role("heading", level=1)).to_have_text(Scenario.load("colossus").title)
    settled(page)
    assert figures(page) == original


@pytest.mark.parametrize("name", shipped())
def test_every_scenario_shows_its_figures(visit, name):
    page = visit().open(f"/market?scenario={name}")
    scenario = Scenario.load(name)
    expect(page.get_by_role("heading", level=1)).to_have_text(scenario.title)
    settled(page)
    made = cards(scenario, measures(ensemble_of(scenario, runs=200), scenario))
    assert figures(page) == [card["value"] for card in made]
    expect(page.get_by_role("heading", name="Buyers in 20")).to_be_visible()
    expect(page.locator(".gm-table tbody tr")).to_have_count(len(scenario.buyers))


def test_prices_of_an_outside_option(visit):
    page = visit().open("/market")
    choose(page, "Scenario", Scenario.load("asic").title)
    settled(page)
    page.locator(".gm-choice").first.click()
    page.get_by_role("option", name="AMD").click()
    expect(page.get_by_text("US dollars per AMD")).to_be_visible()


def test_a_mechanism_that_the_scenario_does_not_list_and_a_number_of_names(visit):
    page = visit().open("/market")
    choose(page, "Scenario", Scenario.load("two-names").title)
    expect(page.get_by_role("heading", level=1)).to_have_text(Scenario.load("two-names").title)
    settled(page)
    page.wait_for_selector("[data-ranked=two-names]", state="attached", timeout=RANKED)
    more = page.locator(".gm-controls").get_by_role("button", name="more")
    while more.count():
        more.first.click()
    choose(page, "xAI: names", "5")
    expect(page.locator(".gm-chip-changed")).to_have_text("changed")
    settled(page)  # what xAI gets is set by its money and power: no card moves, the runs are others
    changed = Scenario.load("two-names").replace("buyers.xAI.names", 5)
    expect(page.get_by_text(changed.hash[:8])).to_be_visible()
    names = figures(page)
    choose(page, "Allocation", "Turn and earn")
    expect(page.locator(".gm-chip-changed")).to_have_text("2 changed")
    settled(page)
    assert figures(page) != names


def test_a_seed_that_is_none_gets_a_sentence(visit):
    page = visit().open("/market")
    settled(page)
    original = figures(page)
    seed = page.get_by_label("Seed of the draws")
    seed.fill("seven")
    message = page.locator(".v-messages__message")
    expect(message).to_contain_text("Found 'seven'; allowed: a whole number")
    expect(seed).to_have_value("seven")
    seed.fill("7")
    expect(message).to_have_count(0)
    expect(page.locator(".gm-chips")).to_contain_text("seed 7")
    settled(page)
    assert figures(page) != original


def test_two_browsers_have_their_own_settings_figures_and_runs(visit):
    first, second = visit().open("/market"), visit().open("/market")
    settled(first)
    settled(second)
    original = figures(second)
    move(first, "Shock level", "ArrowLeft", 8)
    move(first, "Demand growth", "ArrowLeft", 3)
    expect(first.locator(".gm-chip-changed")).to_have_text("2 changed")
    settled(first)
    assert figures(first) != original
    assert figures(second) == original
    expect(second.locator(".gm-chip-changed")).to_have_count(0)
    for page, run in ((first, "7"), (second, "8")):
        page.get_by_role("link", name="Live").click()
        page.get_by_role("spinbutton", name="Run").fill(run)
        page.keyboard.press("Enter")
        page.wait_for_function(f"location.search.includes('run={run}')")
    assert "run=7" in first.url


@pytest.mark.parametrize(("path", "scheme"), [("/market", "light"), ("/live", "dark")])
def test_a_phone(visit, path, scheme):
    page = visit(390, 844, color_scheme=scheme).open(path)
    expect(page.locator(f".v-application.theme--{scheme}")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.get_by_role("slider", name="Capacity factor")).not_to_be_in_viewport()
    page.locator("button[aria-label=Settings]:visible").click()
    expect(page.get_by_role("slider", name="Capacity factor")).to_be_in_viewport()
    page.mouse.click(370, 400)
    expect(page.get_by_role("slider", name="Capacity factor")).not_to_be_in_viewport()


def test_the_present_tab_is_in_sight_on_a_phone(visit):
    page = visit(390, 844).open("/data", until=".gm-form")
    for name in ("Data", "Question", "What matters"):
        page.get_by_role("link", name=name, exact=True).click()
        expect(page.locator(".gm-tab-now", has_text=name)).to_be_in_viewport(ratio=0.95)
    page = visit(390, 844).open("/data", until=".gm-form")
    expect(page.locator(".gm-tab-now", has_text="Data")).to_be_in_viewport(ratio=0.95)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Skip to the page")).to_be_focused()


def test_the_theme_is_kept(visit):
    one = visit()
    page = one.open()
    expect(page.locator(".v-application.theme--light")).to_have_count(1)
    page.get_by_role("button", name="Switch to the dark theme").click()
    expect(page.locator(".v-application.theme--dark")).to_have_count(1)
    page = one.open("/live")
    expect(page.locator(".v-application.theme--dark")).to_have_count(1)


def test_other_hosts_and_other_pages_are_refused(port):
    def status(method: str, path: str, **headers: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        names = {"Host": f"localhost:{port}"} | {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, headers=names)
            return connection.getresponse().status
        finally:
            connection.close()

    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec_WebSocket_Version": "13",
        "Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    kernel = "/_solara/api/kernel/00000000-0000-4000-8000-000000000000"
    assert status("GET", "/") == 200
    assert status("GET", "/", Host="evil.example") == 403
    assert status("GET", "/resourcez") == 403
    assert status("GET", kernel, Origin="http://evil.example", **upgrade) == 403
    assert status("GET", kernel, **upgrade) == 403
    assert status("POST", "/_solara/api/close/x", Origin="http://evil.example") == 403
    assert status("GET", "/static/public/../../pyproject.toml") == 404


def test_controls_stand_with_their_owner_strongest_first_and_dead_ones_are_called_so(visit):
    page = visit().open("/market")
    page.wait_for_selector("[data-ranked=colossus]", state="attached", timeout=RANKED)
    groups = page.locator(".gm-group h2").all_inner_texts()
    assert groups == ["Scenario", "NVIDIA", "xAI", "The world", "Ensemble"]
    known = effects(Scenario.load("colossus"))
    nvidia = page.get_by_role("region", name="NVIDIA")
    first = max((path for path in known if path.startswith("supplier.")), key=known.__getitem__)
    expect(nvidia.locator(".gm-control").first).to_contain_text(label(first))
    expect(nvidia.locator(".gm-still")).to_have_count(0)
    nvidia.get_by_role("button", name="more").click()
    dead = [path for path, effect in known.items() if effect < VISIBLE and path.startswith("supplier.")]
    expect(nvidia.locator(".gm-still")).to_have_count(1 if dead else 0)
    if dead:
        expect(nvidia.locator(".gm-control").last).to_contain_text(label(min(dead, key=known.__getitem__)))
