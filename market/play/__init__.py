"""Buyers that are played: by an algorithm, the market as an environment of PettingZoo, or in single decisions by hand.

The environment needs the extra, ``pip install "gpumarket[play]"``; what a hand does, does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from market.play.game import MarketGame

__all__ = ["MarketGame"]


def __getattr__(name: str) -> Any:
    """``MarketGame`` when it is first asked for: PettingZoo is loaded with it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from market.play import game

    return game.MarketGame
