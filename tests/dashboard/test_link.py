"""The state of a session as a link: what is written is read again, and what cannot be is a sentence."""

from __future__ import annotations

import sys
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, expect

from dashboard.state.link import Look, query, read
from dashboard.state.session import Setting
from market.play.hand import MOST_TAKEN, Decision, Decisions
from market.scenario.scenario import Scenario
from tests.dashboard.conftest import LONG, free_port, serving
from tests.dashboard.test_market_page import figures, move, settled

SHOCK = "market.shock_level"


@pytest.mark.parametrize(
    "look",
    [
        Look(),
        Look(Setting("glut")),
        Look(quarter="2024Q2", hand=Decisions((Decision("2024Q2", "Small customers", "H200", 0.5),))),
        Look(Setting(seed=7), run=3, hand=Decisions((Decision("2024Q1", "xAI", "H100", "takes"),))),
        Look(hand=Decisions((Decision("2024Q2", "xAI", "H200", 3.0), Decision("2024Q4", "Meta", "B200", "leaves")))),
        Look(Setting(runs=500, seed=7), product="B200", quarter="2024Q2", run=4711),
        Look(Setting("asic").changed(SHOCK, 4.0).changed("market.allocation", "uniform")),
        Look(Setting("asic").changed("market.checked", True)),
        Look(Setting().changed("buyers.*.parity", 0.25).changed("supplier.capacity_delay", 6)),
    ],
)
def test_what_is_written_is_read_again(look):
    assert read(query(look)) == (look, "")


def test_the_first_look_needs_no_query():
    assert query(Look()) == ""
    assert unquote(query(Look(Setting("glut").changed(SHOCK, 4.0)))) == f"scenario=glut&set={SHOCK}=4.0"


def test_a_link_has_a_part_for_each_decision():
    two = Decision("2024Q2", "xAI", "H200", 3.0), Decision("2024Q4", "Meta", "B200", "leaves")
    assert unquote(query(Look(hand=Decisions(two[:1])))) == "hand=2024Q2/3.0/xAI/H200"
    text = "hand=2024Q4/leaves/Meta/B200&hand=2024Q2/3/xAI/H200"
    assert read(text) == (Look(hand=Decisions(two)), "")
    assert unquote(query(read(text)[0])) == "hand=2024Q2/3.0/xAI/H200&hand=2024Q4/leaves/Meta/B200"
    look, said = read(f"{text}&hand=2024Q2/takes/xAI/H200&hand=2024Q3/9/xAI/H200")
    assert look == Look(hand=Decisions(two))
    assert said == "The link: hand: decisions: found two of xAI about H200 in 2024Q2; allowed: one."


def test_a_link_has_so_many_decisions_at_most():
    parts = [f"hand={quarter}/0.5/xAI/H200" for quarter in Scenario.load("colossus").quarters[: MOST_TAKEN + 1]]
    look, said = read("&".join(parts))
    assert len(look.hand.taken) == MOST_TAKEN
    assert said == "The link: hand: decisions: found 13; allowed: up to 12 in a run."


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("scenario=nowhere", "scenario: found 'nowhere'; allowed: asic"),
        ("scenario=../../etc/passwd", "scenario: found '../../etc/passwd'; allowed: asic"),
        (f"set={SHOCK}=-1", "market.shock_level: found -1; allowed: 0.1 to 50"),
        (f"set={SHOCK}=many", "market.shock_level: found 'many'; allowed: a number"),
        ("set=market.shock", "set: found 'market.shock'; allowed: PATH=VALUE"),
        ("set=market.nothing=1", "market.nothing: no such field"),
        ("set=buyers.xAI.class=os.system", "buyers.xAI.class: found 'os.system'"),
        ("seed=-1", "seed: found '-1'; allowed: a whole number"),
        ("seed=9999999999999999999", "seed: found 9999999999999999999; allowed: a whole number from 0 to"),
        ("runs=1000000", "runs: found 1000000; allowed: 50 to 1000"),
        ("run=one", "run: found 'one'; allowed: a whole number"),
        ("product=H900", "product: found 'H900'; allowed: A100"),
        ("quarter=1999Q1", "quarter: found '1999Q1'; allowed: 2022Q4"),
        ("hand=2024Q2", "hand: found '2024Q2'; allowed: QUARTER/DECISION/BUYER/PRODUCT, such as 2024Q2/2.0/xAI/H200"),
        ("hand=2024Q2/9/xAI/H200", "hand: times its order: found 9; allowed: 0 to 4"),
        ("hand=2024Q2/begs/xAI/H200", "hand: decision of xAI: found 'begs'; allowed: 0 to 4 times its order, takes"),
        ("hand=2024Q2/2/Nobody/H200", "hand: buyer: found 'Nobody'"),
        ("hand=1999Q1/2/xAI/H200", "hand: quarter: found '1999Q1'"),
        ("x" * 9000, "found 9000 characters; allowed: up to 8000"),
    ],
)
def test_a_bad_part_is_a_sentence_and_the_others_hold(text, sentence):
    look, said = read(text)
    assert sentence in said
    assert look == Look()
    if "=" in text and not text.startswith("quarter"):
        assert read(f"{text}&quarter=2024Q2")[0] == Look(quarter="2024Q2")


def address(page: Page) -> str:
    return unquote(page.evaluate("window.location.search"))


@pytest.mark.browser
def test_a_link_is_restored_in_a_second_browser(visit):
    one = visit()
    page = one.open("/market")
    settled(page)
    move(page, "Shock level", "ArrowLeft", 8)
    page.wait_for_function("location.search.includes('shock_level')")
    settled(page)
    page.get_by_role("link", name="Live").click()
    page.wait_for_function("location.pathname === '/live' && location.search.includes('shock_level')")
    link = page.url.removeprefix(one.base)
    page.get_by_role("link", name="Market").click()
    settled(page)
    other = visit().open(link)
    assert other.url.endswith(link)
    other.get_by_role("link", name="Market").click()
    expect(other.locator(".gm-chip-changed")).to_have_text("changed")
    settled(other)
    assert figures(other) == figures(page)
    assert address(other) == address(page)


@pytest.mark.browser
def test_back_and_forward(visit):
    page = visit().open("/market")
    settled(page)
    original = figures(page)
    move(page, "Shock level", "Home", 1)
    page.wait_for_function("location.search.includes('shock_level')")
    settled(page)
    changed = figures(page)
    assert changed != original
    page.go_back()
    expect(page.locator(".gm-chip-changed")).to_have_count(0)
    settled(page)
    assert (figures(page), address(page)) == (original, "")
    page.go_forward()
    expect(page.locator(".gm-chip-changed")).to_have_text("changed")
    settled(page)
    assert figures(page) == changed
    page.get_by_role("link", name="Live").click()
    expect(page.locator(".gm-now b")).to_be_visible()
    page.go_back()
    expect(page.locator(".gm-chip-changed")).to_have_text("changed")
    settled(page)
    assert figures(page) == changed


@pytest.mark.browser
def test_a_bad_link_is_a_sentence_on_a_page_that_works(visit):
    page = visit().open(f"/market?scenario=glut&set={SHOCK}=-1&runs=100")
    expect(page.get_by_role("alert").first).to_contain_text("market.shock_level: found -1; allowed: 0.1 to 50")
    settled(page)
    assert address(page) == "?scenario=glut&runs=100"
    page.get_by_role("button", name="Reset to scenario").click()
    expect(page.get_by_text("found -1")).to_have_count(0)
    settled(page)


@pytest.mark.browser
def test_a_server_killed_and_started_again_under_an_open_page(browser, monkeypatch):
    port = free_port()
    command = [sys.executable, "-m", "dashboard", "--port", str(port), "--no-browser"]
    context = browser.new_context()
    page = context.new_page()
    with serving(command, port) as server:
        page.goto(f"http://localhost:{port}/market")
        page.wait_for_selector(".gm-plot[data-rendered]", state="attached", timeout=LONG)
        settled(page)
        original = figures(page)
        move(page, "Shock level", "Home", 1)
        page.wait_for_function("location.search.includes('shock_level')")
        settled(page)
        changed = figures(page)
        server.kill()
    assert changed != original
    expect(page.get_by_text("Server disconnected")).to_be_visible()
    with serving(command, port):
        expect(page.get_by_text("Server disconnected")).to_be_hidden()
        expect(page.locator(".gm-chip-changed")).to_have_text("changed")
        settled(page)
        assert figures(page) == changed
        page.get_by_role("button", name="Reset to scenario").click()
        expect(page.locator(".gm-chip-changed")).to_have_count(0)
        settled(page)
        assert figures(page) == original
    context.close()
