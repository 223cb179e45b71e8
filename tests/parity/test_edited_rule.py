"""Rules changed in their files: no compiled code outlives its source, and docs/adding-a-rule.md keeps its promises."""

import pytest

from tests.parity import edited
from tests.rule_syntax import faults


def test_the_rule_is_short_and_has_no_faults():
    assert len(edited.BLOCK.splitlines()) < 20
    assert faults(edited.BLOCK) == []


def test_both_gears_know_the_rule(edits):
    added = edits.after[f"colossus {edited.NAME}"]
    assert added["live"] == added["ensemble"]
    assert added["live"] != edits.after["colossus"]["live"]


def test_the_command_runs(edits):
    assert edited.COMMAND[-1] == f"market.allocation={edited.NAME}"
    assert "2026Q4" in edited.python(edits.folder, "-m", "runs", *edited.COMMAND, "--runs", "2")


def test_both_gears_follow_an_edit(edits):
    before, after = edits.before["reference"], edits.after["reference"]
    assert before["live"] == before["ensemble"]
    assert after["live"] == after["ensemble"]
    assert after["live"][0][0] == pytest.approx(before["live"][0][0] + 1.0)


def test_a_rule_that_is_put_first_changes_nothing_else(tmp_path):
    """Defaults and choices go by name, never by position."""
    folder = edited.copy(tmp_path)
    before = edited.python(folder, "-c", edited.LIVE, "colossus")
    first = '@invites(lies=False, splitting="changes nothing", halves=0.5)\n@both_gears\ndef weighted_uniform('
    edited.edit(folder / "market" / "mechanisms" / "allocation.py", first, f"{edited.BLOCK}\n\n{first}")
    assert edited.python(folder, "-c", "from market.mechanisms.allocation import RULES; print(*RULES)").startswith(
        edited.NAME
    )
    assert edited.python(folder, "-c", edited.LIVE, "colossus") == before
