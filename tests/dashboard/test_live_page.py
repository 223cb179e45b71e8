"""The tab Live in a real browser."""

from __future__ import annotations

import re

import pandas as pd
import pyarrow.parquet
import pytest
from playwright.sync_api import Locator, Page, expect

from dashboard.live.charts import lead_times
from dashboard.live.hand import changed
from dashboard.live.run import stepped
from dashboard.live.tables import buyer_rows, talk_row
from dashboard.state.link import Look, query
from dashboard.state.session import Setting
from market.play.hand import MOST_TAKEN, Decision, Decisions
from runs.words import whole
from tests.dashboard.test_data import download
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


def grey(page: Page) -> list:
    """The thin line behind the Hopper quote."""
    page.wait_for_selector(".gm-plot[data-rendered]", state="attached")
    return page.evaluate(
        """() => echarts.getInstanceByDom(document.querySelectorAll('.gm-plot')[0]).getOption()
             .series.filter(s => s.type === 'line' && s.name === 'Hopper quoted').map(s => s.data)"""
    )


def test_one_decision_by_hand_undo_back_forward_and_a_link(visit):
    untouched, run = stepped(Setting(), 0), stepped(Setting(), 0, Decisions((Decision("2024Q2", "xAI", "H200", 3.0),)))
    one = visit()
    page = one.open("/live?quarter=2024Q2", ROOM)
    form = page.get_by_role("region", name="By hand")
    expect(form.get_by_label("Buyer")).to_have_value("xAI")
    expect(form.get_by_label("Product")).to_have_value("H200")
    assert len(grey(page)) == 1
    form.get_by_label("Times").fill("9")
    form.get_by_label("Times").evaluate("field => field.form.noValidate = true")  # as another browser would send it
    press(page, "Go on with it")
    expect(form.get_by_role("alert")).to_have_text("times its order: found 9; allowed: 0 to 4.")
    form.get_by_label("Times").fill("3")
    press(page, "Go on with it")
    told = page.locator(".gm-changed")
    expect(told).to_have_text(changed(untouched, run))
    expect(form.get_by_role("alert")).to_have_count(0)
    page.wait_for_function("location.search === '?quarter=2024Q2&hand=2024Q2/3.0/xAI/H200'")
    press(page, "Quarter after")
    press(page, "Quarter after")
    expect(table(page, "Buyers in 2024Q4").first.locator("td")).to_have_text(buyer_rows(run, "2024Q4")[0]["cells"])
    page.wait_for_function("location.search.startsWith('?quarter=2024Q4')")
    with_hand, without = (lead_times(own, "2024Q4").lines[1] for own in (run, untouched))
    assert grey(page) == [list(without.values), list(with_hand.values)]
    assert list(without.values) != list(with_hand.values)

    other = visit().open(page.url.removeprefix(one.base), ROOM)
    expect(other.locator(".gm-changed")).to_have_text(changed(untouched, run))

    page.wait_for_timeout(1100)  # what changes within a second is one step back
    page.get_by_role("button", name="Undo: xAI orders 3 times as much H200 in 2024Q2").click()
    expect(told).to_have_count(0)
    expect(table(page, "Buyers in 2024Q4").first.locator("td")).to_have_text(
        buyer_rows(untouched, "2024Q4")[0]["cells"]
    )
    page.go_back()
    expect(told).to_have_text(changed(untouched, run))
    page.go_forward()
    expect(told).to_have_count(0)

    slider = page.get_by_role("slider", name="Quarter", exact=True)
    slider.press("ArrowLeft")
    slider.press("ArrowLeft")
    expect(page.get_by_role("heading", name="Talks of 2024Q2")).to_be_visible()
    table(page, "Talks of 2024Q2").filter(has_text="Meta").first.click()
    form.get_by_label("Buyer").select_option("xAI")
    form.get_by_label("Product").select_option("H200")
    form.get_by_label("Decision").select_option("takes")
    expect(form).to_contain_text(
        "It agrees in week 1 to the price, quarter, prepaid share and units that NVIDIA opens with"
    )
    press(page, "Go on with it")
    room = page.get_by_role("region", name="xAI and NVIDIA: H200")
    expect(room).to_contain_text("By hand: xAI took NVIDIA's first offer as it stood.")
    form.get_by_label("Buyer").select_option("Small customers")  # who takes the list price has no talk to leave
    expect(form.get_by_label("Decision").locator("option")).to_have_count(1)


def decide(page: Page, buyer: str, product: str, times: str) -> None:
    form = page.get_by_role("region", name="By hand")
    form.get_by_label("Buyer").select_option(buyer)
    form.get_by_label("Product").select_option(product)
    form.get_by_label("Decision").select_option("orders")
    form.get_by_label("Times").fill(times)
    press(page, "Go on with it")


def chips(page: Page) -> Locator:
    return page.get_by_role("button", name="Undo:")


def test_two_decisions_in_two_quarters_each_with_its_undo_in_the_link_and_the_download(visit):
    untouched, early = stepped(Setting(), 0), Decision("2024Q2", "xAI", "H200", 3.0)
    one = stepped(Setting(), 0, Decisions((early,)))
    wanted = next(talk.product for talk in one.talks["2024Q4"] if talk.buyer == "Meta")
    late = Decision("2024Q4", "Meta", wanted, 0.0)
    both, other = (stepped(Setting(), 0, Decisions(taken)) for taken in ((early, late), (late,)))
    first = visit()
    page = first.open("/live?runs=50&quarter=2024Q2", ROOM)
    told = page.locator(".gm-changed")
    decide(page, "xAI", "H200", "3")
    expect(told).to_have_text(changed(untouched, one))
    press(page, "Quarter after")
    press(page, "Quarter after")
    expect(page.get_by_role("heading", name="Talks of 2024Q4")).to_be_visible()
    decide(page, "Meta", wanted, "0")
    expect(told).to_have_text(changed(untouched, both))
    texts = ["xAI orders 3 times as much H200 in 2024Q2", f"Meta orders no {wanted} in 2024Q4"]
    expect(chips(page)).to_have_text([f"By hand: {text}" for text in texts])
    expect(table(page, "Buyers in 2024Q4").first.locator("td")).to_have_text(buyer_rows(both, "2024Q4")[0]["cells"])
    link = f"?runs=50&quarter=2024Q4&hand=2024Q2/3.0/xAI/H200&hand=2024Q4/0.0/Meta/{wanted}"
    page.wait_for_function("link => location.search === link", arg=link)

    second = visit().open(page.url.removeprefix(first.base), ROOM)
    expect(second.locator(".gm-changed")).to_have_text(changed(untouched, both))
    expect(chips(second)).to_have_text([f"By hand: {text}" for text in texts])
    second.get_by_role("link", name="Data", exact=True).click()
    expect(second.locator(".gm-code").last).to_contain_text(repr(late))
    orders = download(second, "Tables", "Orders", "CSV")
    assert orders.suggested_filename.endswith("-orders-run-0-with-2-decisions-by-hand.csv")
    columns = ["quarter", "buyer", "product", "quantity", "price", "shipped", "cancelled", "open"]
    found = pd.read_csv(orders.path())[columns]
    pd.testing.assert_frame_equal(found, both.orders[columns], check_exact=True)
    assert not found.equals(one.orders[columns])
    deals = pyarrow.parquet.read_table(download(second, "Tables", "Deals", "Parquet").path())
    assert deals.schema.metadata[b"by_hand"].decode() == f"2024Q2/3.0/xAI/H200, 2024Q4/0.0/Meta/{wanted}"
    assert deals.column("quantity").to_pylist() == both.traced["deals"]["quantity"].tolist()

    page.wait_for_timeout(1100)  # what changes within a second is one step back
    page.get_by_role("button", name=f"Undo: {texts[0]}").click()
    expect(told).to_have_text(changed(untouched, other))
    expect(chips(page)).to_have_text([f"By hand: {texts[1]}"])
    page.wait_for_function(f"location.search === '?runs=50&quarter=2024Q4&hand=2024Q4/0.0/Meta/{wanted}'")
    page.go_back()
    expect(told).to_have_text(changed(untouched, both))
    decide(page, "Meta", wanted, "0.5")  # instead of none
    half = f"By hand: Meta orders 0.5 times as much {wanted} in 2024Q4"
    expect(chips(page)).to_have_text([f"By hand: {texts[0]}", half])


def test_a_decision_too_many_is_a_sentence(visit):
    quarters = Setting().scenario.quarters
    look = Look(hand=Decisions(tuple(Decision(quarter, "xAI", "H200", 0.5) for quarter in quarters[:MOST_TAKEN])))
    page = visit().open(f"/live?quarter=2026Q4&{query(look)}", ROOM)
    expect(chips(page)).to_have_count(MOST_TAKEN)
    press(page, "Go on with it")
    form = page.get_by_role("region", name="By hand")
    expect(form.get_by_role("alert")).to_have_text("decisions: found 13; allowed: up to 12 in a run.")
    expect(chips(page)).to_have_count(MOST_TAKEN)


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
