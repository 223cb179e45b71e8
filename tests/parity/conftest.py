"""Copies of the packages, edited and compiled once for all tests that ask about them."""

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.parity import edited


class Edited(NamedTuple):
    """The folder of a copy, and the orders of some runs before and after its rules were edited."""

    folder: Path
    before: dict[str, Any]
    after: dict[str, Any]


@pytest.fixture(scope="package")
def edits(tmp_path_factory) -> Edited:
    """One rule changed by a unit, and the rule of the page on adding a rule put where the page says."""
    folder = edited.copy(tmp_path_factory.mktemp("edited"))
    before = edited.orders(folder, "reference")
    edited.edit(
        folder / "agents" / "rules" / "ordering.py",
        "return max(0.0, anchor",
        "return 1.0 + max(0.0, anchor",
    )
    edited.edit(folder / "market" / "mechanisms" / "allocation.py", "\nRULES = ", f"\n{edited.BLOCK}\n\nRULES = ")
    after = edited.orders(folder, "reference", "colossus", f"colossus {edited.NAME}")
    return Edited(folder, before, after)
