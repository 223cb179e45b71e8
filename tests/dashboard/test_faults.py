"""What goes wrong at the page's server is said in a sentence, on the page and in its log."""

from __future__ import annotations

import http.client
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from playwright.sync_api import expect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from dashboard.server.guard import MOST
from tests.dashboard.conftest import free_port, serving
from tests.dashboard.test_market_page import settled

pytestmark = pytest.mark.browser


@pytest.fixture
def log(tmp_path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def port(log) -> Iterator[int]:
    """A server of the test's own, whose log is kept."""
    port = free_port()
    command = [sys.executable, "-m", "dashboard", "--port", str(port), "--no-browser"]
    with log.open("w") as file, serving(command, port, log=file):
        yield port


def page_connection(port: int, number: int = 0) -> ClientConnection:
    """What a page opens to the server."""
    kernel = f"00000000-0000-4000-8000-{number:012}"
    address = f"ws://localhost:{port}/jupyter/api/kernels/{kernel}/channels?session_id={kernel}"
    return connect(address, origin=f"http://localhost:{port}")


def get(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("localhost", port, timeout=20)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def test_garbage_is_dropped_in_a_line_and_a_name_with_a_zero_is_not_found(port, log):
    for garbage in ("not json", "{}", "[]", '{"header": {"msg_type": "comm_msg"}}', b"\xff\x00\x01"):
        with page_connection(port) as connection:
            connection.send(garbage)
            with suppress(ConnectionClosed):
                while True:
                    connection.recv(timeout=20)
    assert get(port, "/static/public/cdn/%00")[0] == 404
    assert get(port, "/")[0] == 200
    lines = log.read_text()
    assert lines.count("A connection was dropped") == 5
    assert "Traceback" not in lines


def test_the_page_over_the_limit_is_told_so_and_comes_in_when_one_is_closed(port):
    with ExitStack() as stack:
        connections = [stack.enter_context(page_connection(port, number)) for number in range(MOST)]
        status, said = get(port, "/")
        assert (status, "50 pages are open" in said) == (503, True)
        connections[0].close()
        for _ in range(200):
            status, said = get(port, "/")
            if status == 200:
                break
        assert status == 200


def test_an_unknown_path_leads_back(visit):
    one = visit()
    page = one.page
    page.goto(f"{one.base}/nonsense")
    expect(page.get_by_text("There is no page of this name.")).to_be_visible()
    page.get_by_role("link", name="To the page").click()
    page.wait_for_selector(".gm-plot[data-rendered]", state="attached", timeout=60_000)
    assert one.problems == [f"404 {one.base}/nonsense"]
    one.problems.clear()


def test_a_bad_value_is_a_sentence_beside_its_control(visit, log):
    page = visit().open()
    settled(page)
    drawer = "document.querySelector('.gm-controls').__vue__"
    for sent, said in (
        ("{path: 'market.shock_level', value: 'many'}", "market.shock_level: found 'many'; allowed: a number"),
        ("{path: 'market.allocation', value: {a: 1}}", "market.allocation: found {'a': 1}; "),
        ("{path: 'runs', value: 1e9}", "allowed: 50 to 1000 runs"),
    ):
        page.evaluate(f"{drawer}.change({sent})")
        expect(page.locator(".gm-controls .gm-bad")).to_contain_text(said)
    for sent in ("7", "null", "{}", "{path: {}, value: 1}"):
        page.evaluate(f"{drawer}.change({sent})")
    page.get_by_role("button", name="Reset to scenario").click()
    expect(page.locator(".gm-controls .gm-bad")).to_have_count(0)
    expect(page.locator(".gm-card")).to_have_count(4)
    assert "Traceback" not in log.read_text()
