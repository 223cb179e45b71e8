"""Why a buyer with money orders nothing."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from market import Scenario
from runs.backtest.silence import reason, silences

CHIP = SimpleNamespace(announced=0, last_order=9, open=True)
BUYER = {"ordered": 0.0, "needed": 0.0, "cash": 5.0, "spending": 0.0, "at_power": 0.0, "at_money": 0.0, "backlog": 0.0}


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ({"ordered": 1.0}, ""),
        ({"cash": 0.0}, ""),
        ({"cash": -5.0}, ""),
        ({"needed": 1.0}, "asks in vain"),
        ({"needed": 1.0, "cash": -5.0, "spending": 1.0}, "asks in vain"),
        ({"at_power": 1.0, "at_money": 1.0, "backlog": 1.0}, "no power or space for more"),
        ({"at_money": 1.0, "backlog": 1.0}, "its orders under way take its money"),
        ({"backlog": 1.0}, "its orders under way cover its wants"),
        ({}, "its wants are met"),
    ],
)
def test_the_reason(state, told):
    buyer = SimpleNamespace(**{**BUYER, **state}, may_buy=lambda product: product.open)
    assert reason(SimpleNamespace(quarter=4, products=[CHIP], product_count=1), buyer) == told


@pytest.mark.parametrize(
    ("product", "told"),
    [
        ({}, "its wants are met"),
        ({"open": False}, "nothing is for sale to it"),
        ({"announced": 3}, "its wants are met"),  # quarter 3 is over, quarter 4 comes
        ({"announced": 4}, "nothing is for sale to it"),
        ({"last_order": 3}, "its wants are met"),
        ({"last_order": 2}, "nothing is for sale to it"),
    ],
)
def test_what_is_for_sale(product, told):
    chip = SimpleNamespace(**{**vars(CHIP), **product})
    buyer = SimpleNamespace(**BUYER, may_buy=lambda product: product.open)
    assert reason(SimpleNamespace(quarter=4, products=[chip], product_count=1), buyer) == told


def test_a_region_from_which_everything_is_kept_falls_silent():
    """After the licence requirement of April 2025 nothing may go to China."""
    found = silences(Scenario.load("colossus"), None)
    assert "China 2025Q2 to 2026Q4: nothing is for sale to it" in map(str, found)
