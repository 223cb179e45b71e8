"""Order of the tests, and nothing that outlives them."""

import os

import pytest

os.environ["GPUMARKET_BACKGROUND"] = "0"

LONGEST = (
    "test_market_page.py", "test_batch.py", "test_docs.py", "test_link.py", "test_edited_rule.py", "test_doors.py",
    "test_accessible.py", "test_own_buyers.py", "test_bounds.py", "test_cold_page.py", "test_campaign.py",
)  # fmt: skip
"""Files that take most of a minute or more each, the longest first."""


def pytest_collection_modifyitems(items):
    """The files that take longest come first, so that all processes end at about the same time."""
    place = {name: at for at, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.name, len(place)))


@pytest.fixture(autouse=True)
def forget_folders(monkeypatch):
    """A folder of buyers that one test reads is in no command line of the next one."""
    from market.scenario import own

    monkeypatch.setattr(own, "_folders", [*own._folders])


@pytest.fixture(autouse=True, scope="module")
def forget_folders_of_module():
    """Nor one that is read for all tests of a file."""
    from market.scenario import own

    before = [*own._folders]
    yield
    own._folders[:] = before
