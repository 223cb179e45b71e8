"""Buyers that an algorithm plays: the market as an environment of PettingZoo (``pip install "gpumarket[play]"``)."""

from pettingzoo import register

from market.play.game import MarketGame

__all__ = ["MarketGame"]

register("parallel", "gpumarket/market-v0", entry_point="market.play.game:MarketGame")
