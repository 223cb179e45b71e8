"""Which colour a thing has, on every chart, card and table; names of the page's CSS variables."""

from __future__ import annotations

from collections.abc import Sequence

GENERATIONS = ("c1", "c0", "c4", "c9", "c11")
"""Colours of generations in their order."""

FIRMS = {
    "xAI": 0, "Microsoft": 1, "China": 9, "Google": 3, "Amazon": 10, "Meta": 8, "Oracle": 7, "CoreWeave": 6,
    "Tesla": 11, "Neoclouds": 5, "Institutions": 4, "Small customers": 2,
}  # fmt: skip
"""Colours that belong to a firm in every scenario it is in."""

COLOURS = 12
"""Colours of buyers; of more buyers some share one."""


def of_buyer(buyers: Sequence[str], buyer: str) -> str:
    """A buyer's colour: a firm's own, else one that none of the scenario's firms has."""
    if buyer in FIRMS:
        return f"c{FIRMS[buyer]}"
    taken = {FIRMS[name] for name in buyers if name in FIRMS}
    free = [k for k in range(COLOURS) if k not in taken] or list(range(COLOURS))
    others = [name for name in buyers if name not in FIRMS]
    return f"c{free[others.index(buyer) % len(free)]}"
