"""A rule edited in its file changes both gears at once: no compiled code outlives its source."""

import pytest

pytestmark = pytest.mark.xdist_group("edits")


def test_both_gears_follow_an_edit(edits):
    before, after = edits.before["reference"], edits.after["reference"]
    assert before["live"] == before["ensemble"]
    assert after["live"] == after["ensemble"]
    assert after["live"][0][0] == pytest.approx(before["live"][0][0] + 1.0)
