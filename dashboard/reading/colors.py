"""Which colour a thing has, on every chart, card and table; names of the page's CSS variables."""

from __future__ import annotations

from collections.abc import Sequence

GENERATIONS = ("blue", "orange", "green", "violet", "pink")
"""Colours of generations in their order."""

COLOURS = 12
"""Colours of buyers; of more buyers some share one."""


def of_buyer(buyers: Sequence[str], buyer: str) -> str:
    """A buyer's colour: it goes by its place among all buyers of the scenario."""
    return f"c{buyers.index(buyer) % COLOURS}"
