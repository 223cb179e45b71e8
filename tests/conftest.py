"""Order of the tests, and nothing that outlives them."""

import os

import pytest

os.environ["GPUMARKET_BACKGROUND"] = "0"

COMPILING = ("test_cold_page.py", "test_docs.py", "test_edited_rule.py", "test_own_buyers.py", "test_bounds.py")
"""Files that compile rules of their own, most of a minute each."""


def pytest_collection_modifyitems(items):
    """The files that take longest come first, so that all processes end at about the same time."""
    items.sort(key=lambda item: item.path.name not in COMPILING)


@pytest.fixture(autouse=True)
def forget_folders(monkeypatch):
    """A folder of buyers that one test reads is in no command line of the next one."""
    from market.scenario import own

    monkeypatch.setattr(own, "_folders", [*own._folders])
