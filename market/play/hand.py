"""A live buyer that is played: what its own rules would order, pay and agree to is decided from outside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from agents.bargainer import ISSUES, PRICE
from agents.buyer import Buyer
from agents.records.roles import POINTS
from market.gears.model import Market
from market.scenario.paths import BadInput
from market.scenario.scenario import Scenario
from market.scenario.schema import suggest

MOST_ORDERED = 4.0
"""Times what its rules would order that a player may order."""
TAKES, LEAVES = "takes", "leaves"
"""Answers to the supplier in talks."""
RULES = ("decide", "open_talks", "value_wafers", "shade_bid")


class Hand:
    """Holds the hand of a buyer of a live market; at factors of 1 its rules stand as they are, to the last bit.

    ``orders`` are factors on the units that it would order of each product, ``price`` is one on what it would bid for
    all of them. ``answers`` are what it says in the talks for a product, by its number, whatever it would say itself:
    TAKES agrees to the supplier's first offer, LEAVES to none. The buyer calls the methods in place of its rules until
    it is let go; a copy of its market has a hand of its own.
    """

    def __init__(self, buyer: Buyer, products: int):
        self.buyer = buyer
        self.orders = [1.0] * products
        self.price = 1.0
        self.answers: dict[int, str] = {}
        for rule in RULES:
            setattr(buyer, rule, getattr(self, rule))

    def let_go(self) -> None:
        """Leave the buyer to its rules."""
        for rule in RULES:
            delattr(self.buyer, rule)

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
        """Set both of its prices, the first and the highest; with an answer all that it bargains over."""
        buyer = self.buyer
        type(buyer).open_talks(buyer, market, product, slot)
        at = slot * ISSUES + PRICE
        buyer.bid_open[at] *= self.price
        buyer.bid_reserve[at] *= self.price
        answer = self.answers.get(product.index)
        if answer == TAKES:  # what the supplier will open with is what it wants, and all it wants
            market.supplier.open_asks(buyer, market, product, slot)
            for issue in range(slot * ISSUES, (slot + 1) * ISSUES):
                buyer.bid_open[issue] = buyer.bid_reserve[issue] = buyer.ask_open[issue]
        elif answer == LEAVES:
            buyer.bid_open[at] = buyer.bid_reserve[at] = 0.0

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


@dataclass(frozen=True)
class Decision:
    """One decision of one buyer in one quarter of a run, taken by hand; everything else follows the rules.

    Args:
        quarter: in which it is taken.
        buyer: whose it is.
        product: what it is about; where the buyer's rules do not ask for it in that quarter, nothing is changed.
        does: a factor on the units that it would order, 0 to MOST_ORDERED, or TAKES or LEAVES, its answer in talks.
    """

    quarter: str
    buyer: str
    product: str
    does: float | str

    def check(self, scenario: Scenario) -> Decision:
        """Itself, if it can be taken in a scenario.

        Raises:
            BadInput: it cannot; one sentence says what can.
        """
        for name, value, known in (
            ("quarter", self.quarter, scenario.quarters),
            ("buyer", self.buyer, scenario.build.names["buyers"]),
            ("product", self.product, scenario.products),
        ):
            if value not in known:
                raise BadInput(f"{name}: found {value!r}; {suggest(value, known)}")
        if isinstance(self.does, str):
            answers = (TAKES, LEAVES) if bargains(scenario, self.buyer) else ()
            if self.does not in answers:
                allowed = ", ".join([f"0 to {MOST_ORDERED:g} times its order", *answers])
                raise BadInput(f"decision of {self.buyer}: found {self.does!r}; allowed: {allowed}")
        elif not 0.0 <= self.does <= MOST_ORDERED:
            raise BadInput(f"times its order: found {self.does:g}; allowed: 0 to {MOST_ORDERED:g}")
        return self

    @contextmanager
    def held(self, market: Market) -> Iterator[None]:
        """While it is open the market takes the decision, if the quarter that comes is the decision's."""
        if market.label != self.quarter:
            yield
            return
        names = market.build.names
        hand = Hand(market.buyers[names["buyers"].index(self.buyer)], market.product_count)
        product = names["products"].index(self.product)
        if isinstance(self.does, str):
            hand.answers[product] = self.does
        else:
            hand.orders[product] = self.does
        try:
            yield
        finally:
            hand.let_go()

    def run(self, market: Market) -> Market:
        """Step a market to its end and return it."""
        while market.label:
            with self.held(market):
                market.step()
        return market


def bargains(scenario: Scenario, buyer: str) -> bool:
    """Whether a buyer is made offers that it can take or leave."""
    at = scenario.build.names["buyers"].index(buyer)
    return scenario.get("market.protocol") == "alternating_offers" and bool(
        scenario.build.start["buyers"]["bargains"][at]
    )
