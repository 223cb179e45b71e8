"""A live buyer that is played: what its own rules would order and pay is scaled from outside."""

from __future__ import annotations

from typing import Any

from agents.bargainer import ISSUES, PRICE
from agents.buyer import Buyer
from agents.records.roles import POINTS


class Hand:
    """Holds the hand of a buyer of a live market; at factors of 1 its rules stand as they are, to the last bit.

    ``orders`` are factors on the units that it would order of each product, ``price`` is one on what it would bid for
    all of them. The buyer calls the methods in place of its rules; a copy of its market has a hand of its own.
    """

    def __init__(self, buyer: Buyer, products: int):
        self.buyer = buyer
        self.orders = [1.0] * products
        self.price = 1.0
        for rule in ("decide", "open_talks", "value_wafers", "shade_bid"):
            setattr(buyer, rule, getattr(self, rule))

    def decide(self, market: Any, products: Any) -> None:
        """Enter what the buyer needs into its slots; units are scaled, the need that they come from is not."""
        buyer = self.buyer
        type(buyer).decide(buyer, market, products)
        for slot, p in enumerate(buyer.slot_product):
            if p >= 0 and self.orders[p] != 1.0:
                hae = buyer.slot_units[slot] * products[p].hae
                buyer.slot_units[slot] *= self.orders[p]
                buyer.submitted += (self.orders[p] - 1.0) * hae
                if self.orders[p] == 0.0:
                    buyer.slot_product[slot] = -1

    def open_talks(self, market: Any, product: Any, slot: int) -> None:
        """Set both of its prices, the first and the highest."""
        type(self.buyer).open_talks(self.buyer, market, product, slot)
        at = slot * ISSUES + PRICE
        self.buyer.bid_open[at] *= self.price
        self.buyer.bid_reserve[at] *= self.price

    def value_wafers(self, market: Any, products: Any, prices: list[float], wafers: list[float]) -> int:
        """Write its demand curve for an auction; wafers are scaled. Whether it bids."""
        buyer = self.buyer
        bids = type(buyer).value_wafers(buyer, market, products, prices, wafers)
        factor = self.orders[buyer.slot_product[0]] if bids else 0.0
        for corner in self._corners():
            wafers[corner] *= factor
        return bids if factor > 0.0 else 0

    def shade_bid(self, prices: list[float], bidders: int) -> None:
        """Turn values into bids; they are scaled."""
        type(self.buyer).shade_bid(self.buyer, prices, bidders)
        for corner in self._corners():
            prices[corner] *= self.price

    def _corners(self) -> range:
        return range(self.buyer.index * POINTS, (self.buyer.index + 1) * POINTS)
