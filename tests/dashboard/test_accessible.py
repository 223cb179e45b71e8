"""What axe-core finds on the pages: nothing serious, nothing moderate."""

from __future__ import annotations

import pytest

from dashboard.server.fetch import AXE_FILE
from tests.dashboard.conftest import LONG

pytestmark = pytest.mark.browser

HAND = "hand=2024Q2/3.0/xAI/H200&hand=2024Q4/0.0/Meta/H200"
PAGES = {
    "/": ".gm-card",
    "/market": ".gm-strip",
    "/live": ".gm-now",
    f"/live?{HAND}": ".gm-changed",
    "/compare": ".gm-await",
    "/what-matters": ".gm-await",
    "/history": ".gm-table",
    f"/data?{HAND}": ".gm-form",
}
BAD = ("critical", "serious", "moderate")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(visit, scheme):
    if not AXE_FILE.is_file():
        pytest.skip("the checker is not there: python dashboard/server/fetch.py axe")
    checker = AXE_FILE.read_text(encoding="utf-8")
    found = []
    one = visit(color_scheme=scheme)
    for path, until in PAGES.items():
        page = one.open(path, until)
        page.wait_for_selector(".gm-bar", state="detached", timeout=LONG)
        page.wait_for_function("document.getAnimations().every(one => one.playState !== 'running')")
        page.evaluate(checker)
        found += page.evaluate(
            """async ([path, bad]) => (await axe.run()).violations.filter(one => bad.includes(one.impact))
                 .map(one => [path, one.id, one.nodes[0].html])""",
            [path, BAD],
        )
    assert found == []
