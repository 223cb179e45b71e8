"""A live buyer that is played: what its own rules would order, pay and agree to is decided from outside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
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
MOST_TAKEN = 12
"""Decisions that may be taken by hand in one run."""
TAKES, LEAVES = "takes", "leaves"
"""Answers to the supplier in talks."""
RULES = ("decide", "open_talks", "value_wafers", "shade_bid")


class Hand:
    """Holds the hand of a buyer of a live market; at factors of 1 its rules stand as they are, to the last bit.

    ``orders`` are factors on the units that it would order of each product, ``price`` is one on what it would bid for
    all of them. ``answers`` are what it says in the talks for a product, by its number, whatever it would say itself:
    TAKES agrees to the supplier's first offer, LEAVES to none. ``asked`` are the products that its rules asked for when
    they were last called, by their numbers. The buyer calls the methods in place of its rules until it is let go; a
    copy of its market has a hand of its own.
    """

    def __init__(self, buyer: Buyer, products: int):
        self.buyer = buyer
        self.orders = [1.0] * products
        self.price = 1.0
        self.answers: dict[int, str] = {}
        self.asked: list[int] = []
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
        self.asked = [p for p in buyer.slot_product if p >= 0]
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

    @property
    def about(self) -> tuple[str, str, str]:
        """What can be decided once."""
        return self.quarter, self.buyer, self.product

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

    def run(self, market: Market) -> Market:
        """Step a market to its end and return it."""
        return Decisions((self,)).run(market)


@dataclass(frozen=True)
class Decisions:
    """What is decided by hand in one run: for a quarter, buyer and product once at most; in the order of the quarters.

    Each holds in the run that those before it have made: what a factor is laid on is what the rules ask for there.
    """

    taken: tuple[Decision, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "taken", tuple(sorted(self.taken, key=lambda one: one.about)))

    def check(self, scenario: Scenario) -> Decisions:
        """Itself, if all can be taken in a scenario.

        Raises:
            BadInput: one cannot, there are more than MOST_TAKEN, or two are about the same.
        """
        if len(self.taken) > MOST_TAKEN:
            raise BadInput(f"decisions: found {len(self.taken)}; allowed: up to {MOST_TAKEN} in a run")
        for one in self.taken:
            one.check(scenario)
        for one, after in pairwise(self.taken):
            if one.about == after.about:
                raise BadInput(
                    f"decisions: found two of {one.buyer} about {one.product} in {one.quarter}; allowed: one"
                )
        return self

    def having(self, one: Decision) -> Decisions:
        """These and one more, in place of what was decided about the same."""
        return Decisions((*(other for other in self.taken if other.about != one.about), one))

    def without(self, one: Decision) -> Decisions:
        """These but one."""
        return Decisions(tuple(other for other in self.taken if other != one))

    @contextmanager
    def held(self, market: Market) -> Iterator[list[Decision]]:
        """While it is open the market takes the decisions of the quarter that comes.

        Yields a list. Once the quarter is stepped it holds those about a product that the buyer's rules do not ask for,
        which have changed nothing.
        """
        names = market.build.names
        idle: list[Decision] = []
        now = [one for one in self.taken if one.quarter == market.label]
        buyers = [market.buyers[names["buyers"].index(name)] for name in dict.fromkeys(one.buyer for one in now)]
        hands = {buyer.name: Hand(buyer, market.product_count) for buyer in buyers}
        for one in now:
            hand, product = hands[one.buyer], names["products"].index(one.product)
            if isinstance(one.does, str):
                hand.answers[product] = one.does
            else:
                hand.orders[product] = one.does
        try:
            yield idle
        finally:
            for hand in hands.values():
                hand.let_go()
        idle += [one for one in now if names["products"].index(one.product) not in hands[one.buyer].asked]

    def run(self, market: Market) -> Market:
        """Step a market to its end and return it."""
        while market.label:
            with self.held(market):
                market.step()
        return market


UNTOUCHED = Decisions()
"""Nothing is decided by hand."""


def bargains(scenario: Scenario, buyer: str) -> bool:
    """Whether a buyer is made offers that it can take or leave."""
    at = scenario.build.names["buyers"].index(buyer)
    return scenario.get("market.protocol") == "alternating_offers" and bool(
        scenario.build.start["buyers"]["bargains"][at]
    )
