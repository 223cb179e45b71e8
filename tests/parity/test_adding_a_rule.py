"""docs/adding-a-rule.md keeps what it promises: one function, and both gears know the rule."""

import pytest

from tests.parity import edited
from tests.rule_syntax import faults

pytestmark = pytest.mark.xdist_group("edits")


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
