"""Order of the tests, and nothing that outlives them."""

import os

os.environ["GPUMARKET_BACKGROUND"] = "0"

COMPILING = ("test_cold_page.py", "test_docs.py", "test_edited_rule.py", "test_own_buyers.py", "test_bounds.py")
"""Files that compile rules of their own, most of a minute each."""


def pytest_collection_modifyitems(items):
    """The files that take longest come first, so that all processes end at about the same time."""
    items.sort(key=lambda item: item.path.name not in COMPILING)
