"""Every way to start the page's server leads to the same page, and none of them leaves this machine."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from market import Scenario, simulate
from tests.dashboard.conftest import ROOT, free_port, serving

pytestmark = pytest.mark.browser

SOLARA = str(Path(sys.executable).with_name("solara"))
PORT = "{port}"
DOORS = {
    "gpumarket app": [sys.executable, "-m", "runs", "app", "--port", PORT, "--no-browser"],
    "python app.py": [sys.executable, "app.py", "--port", PORT, "--no-browser"],
    "solara run app.py": [SOLARA, "run", "app.py", "--port", PORT, "--no-open", "--no-check-version"],
    "and asks for news": [SOLARA, "run", "app.py", "--port", PORT, "--no-open"],
}


@pytest.fixture
def port(request) -> Iterator[int]:
    """A port behind the door of the test's parameter."""
    simulate(Scenario.load("colossus"))  # compiled before the page is looked at
    port = free_port()
    with serving([word.format(port=port) for word in DOORS[request.param]], port):
        yield port


@pytest.mark.parametrize("port", DOORS, indirect=True)
def test_every_door_leads_to_the_first_chart(port, visit, request):
    page = visit().open()
    expect(page.locator(".gm-plot[data-rendered]")).to_have_count(2)
    expect(page).to_have_title("Question")
    lacking = page.locator(".gm-lacking")
    if "news" in request.node.callspec.id:
        expect(lacking).to_contain_text("asked pypi.org")
    else:
        expect(lacking).to_have_count(0)
    page.get_by_role("link", name="Live").click()
    expect(page.locator(".gm-now b")).to_have_text("2024Q4")
    assert answer(port, f"localhost:{port}") == (200, True)
    assert answer(port, "evil.example") == (403, True)
    assert answer(port, f"localhost:{port}", "/_solara/cdn/vega@5/build/vega.min.js")[0] >= 400


def answer(port: int, host: str, path: str = "/") -> tuple[int, bool]:
    """The status of an answer, and whether it carries the content policy."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path, headers={"Host": host})
        response = connection.getresponse()
        return response.status, "frame-ancestors 'none'" in response.headers["content-security-policy"]
    finally:
        connection.close()


def test_importing_the_app_starts_nothing():
    code = "import app; print([one.label for one in app.routes], app.Page is app.routes[0].component)"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, env=os.environ)
    assert said.stdout == "['Question', 'Market', 'Live', 'Compare', 'What matters', 'History', 'Data'] True\n"
