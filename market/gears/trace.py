"""What happened in a live run beyond its measures: every deal, every offer, every order line."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from agents.bargainer import ISSUES, PREPAID, PRICE
from agents.records.roles import SLOTS, WEEKS
from market.gears.model import Market
from market.scenario.paths import quarter_label

TRIFLE = 1e-12
"""Share of a line that rounding may leave over of a sum."""


@dataclass
class Line:
    """A line of a buyer's book: what all its rows begin with, how it last stood in the book, what happened to it."""

    head: dict[str, Any]
    product: int
    units: float
    open: float
    cancelled: float
    ever: set[str] = field(default_factory=set)

    def row(self, label: str, left: float, **happened: float) -> dict[str, Any]:
        """Its row of a quarter: units ``shipped``, ``cancelled`` and ``converted`` in it, and ``left`` open."""
        self.ever |= {what for what, units in happened.items() if units > 0.0}
        status = "open"
        if left <= 0.0:
            status = "shipped"
            if happened.get("converted", 0.0) > 0.0:
                status = "converted"
            elif "cancelled" in self.ever:
                status = "partly cancelled" if self.ever & {"shipped", "converted"} else "cancelled"
        nothing = dict.fromkeys(("shipped", "cancelled", "converted"), 0.0)
        closed = None if left > 0.0 else label
        return {"quarter": label} | self.head | nothing | happened | {"open": left, "status": status, "closed": closed}


@dataclass
class Trace:
    """Rows of the tables deals, offers and orders of one run, growing with :meth:`step`.

    deals: one row for each product that a buyer asked for in a quarter. ``outcome`` is ``deal`` (struck in talks in
    ``week_agreed``; at once, in week 0, by a formula), ``queue`` (ordered at list price), ``award`` (of an auction) or
    ``none``. Quantity, price, date and prepaid share are those of the order that came of it, if one did.
    offers: of talks, what was offered in which week by which side. Of auctions, the corners of every bid, all in week
    0: a price and the units taken at it in all; accepted are those not under the clearing price.
    orders: a row for each line of the order book and quarter in which something happened to it: units placed, shipped,
    cancelled, converted to another product in that quarter, and open after it. All quarterly figures of orders and
    deliveries follow from these rows. ``line`` numbers a buyer's lines. What is converted is a line of its own from
    then on, of the other product and in its units, placed when the line it came from was; a line of which all is
    converted has that as its ``status``. Lines that a buyer begins with have a row in the quarter before the first.
    """

    model: Market
    deals: list[dict[str, Any]] = field(default_factory=list)
    offers: list[dict[str, Any]] = field(default_factory=list)
    orders: list[dict[str, Any]] = field(default_factory=list)
    books: dict[str, list[Line]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for buyer in self.model.buyers:
            self._note_lines(self._quarter(self.model.quarter - 1), buyer, [])

    def step(self) -> None:
        """Step the model one quarter and note what was offered, agreed, shipped and cancelled in it."""
        label = self.model.label
        list_prices = [product.price for product in self.model.products]
        known = {buyer.name: self._known_lines(buyer) for buyer in self.model.buyers}
        self.model.step()
        for buyer in self.model.buyers:
            for slot in range(SLOTS):
                if buyer.slot_product[slot] >= 0:
                    self._note_talks(label, buyer, slot, list_prices)
            self._note_lines(label, buyer, known[buyer.name])

    def run(self) -> Trace:
        """Step to the end."""
        while self.model.label:
            self.step()
        return self

    def tables(self) -> dict[str, pd.DataFrame]:
        """The three tables, without the column ``run``."""
        return {
            "deals": pd.DataFrame(self.deals),
            "offers": pd.DataFrame(self.offers),
            "orders": pd.DataFrame(self.orders),
        }

    @property
    def _auctions(self) -> bool:
        return self.model.scenario.get("market.protocol").endswith("_auction")

    # --- deals and offers -------------------------------------------------------------------------------------

    def _note_talks(self, label: str, buyer: Any, slot: int, list_prices: list[float]) -> None:
        product = buyer.slot_product[slot]
        head = {"quarter": label, "buyer": buyer.name, "product": self.model.products[product].name}
        at = slot * ISSUES
        for note in range(slot * WEEKS, (slot + 1) * WEEKS):
            if buyer.offer_accepted[note] >= 0:
                self.offers.append(head | self._offer(buyer, slot, note))
        week = buyer.slot_week[slot]
        agreed = 0 <= week < WEEKS
        deal = {
            "quantity": 0.0,
            "price": buyer.agreed[at + PRICE] if agreed else list_prices[product],
            "promised_quarter": None,
            "prepaid_share": buyer.agreed[at + PREPAID] if agreed else 0.0,
            "week_agreed": week if agreed else None,
            "list_price": list_prices[product],
            "outcome": "none",
        }
        if week >= 0:
            deal["outcome"] = ("award" if self._auctions else "deal") if agreed else "queue"
            deal |= self._ordered(buyer, product)
        self.deals.append(head | deal)

    def _offer(self, buyer: Any, slot: int, note: int) -> dict[str, Any]:
        week = note - slot * WEEKS
        asks = week % 2 == 0 and not self._auctions
        reserve = buyer.ask_reserve if asks else buyer.bid_reserve
        return {
            "week": 0 if self._auctions else week,
            "side": "ask" if asks else "bid",
            "price": buyer.offer_price[note],
            "quantity": buyer.offer_units[note],
            "promised_quarter": self._quarter(math.ceil(buyer.offer_date[note] - 1e-9)),
            "prepaid_share": buyer.offer_prepaid[note],
            "reservation": None if self._auctions else reserve[slot * ISSUES + PRICE],
            "accepted": bool(buyer.offer_accepted[note]),
        }

    def _ordered(self, buyer: Any, product: int) -> dict[str, Any]:
        """Units, date and prepaid share of the order of this quarter, over its firm and its soft line."""
        placed = self.model.quarter - 1
        found = [i for i in range(buyer.lines) if buyer.line_product[i] == product and buyer.line_placed[i] == placed]
        units = sum(buyer.line_units[i] for i in found)
        if units <= 0.0:
            return {}
        return {
            "quantity": units,
            "promised_quarter": self._quarter(buyer.line_promised[found[0]]),
            "prepaid_share": sum(buyer.line_units[i] * buyer.line_prepaid[i] for i in found) / units,
        }

    def _quarter(self, number: int) -> str:
        return quarter_label(self.model.scenario.start + number)

    # --- orders -----------------------------------------------------------------------------------------------

    def _known_lines(self, buyer: Any) -> list[Line]:
        """The lines that the coming quarter takes over: a buyer drops closed ones and keeps the others in order."""
        kept = []
        for i, line in enumerate(self.books[buyer.name]):
            line.units, line.open, line.cancelled = buyer.line_units[i], buyer.line_open[i], buyer.line_cancelled[i]
            if line.open > 0.0:
                kept.append(line)
        return kept

    def _note_lines(self, label: str, buyer: Any, lines: list[Line]) -> None:
        """A quarter ships, then converts lines in whole or in part, then cancels; parts and new orders stand last."""
        for i in range(buyer.lines):
            if i >= len(lines):
                lines.append(self._begin(label, buyer, i, buyer.line_cancelled[i]))
            elif buyer.line_product[i] == lines[i].product:
                self._move(label, buyer, i, lines[i])
            else:
                lines[i] = self._convert(label, buyer, i, lines[i])
        self.books[buyer.name] = lines

    def _begin(self, label: str, buyer: Any, i: int, cancelled: float) -> Line:
        """A line that was not there before: an order, or what was converted, of which some may be cancelled already."""
        self.numbers[buyer.name] = self.numbers.get(buyer.name, 0) + 1
        product, left = buyer.line_product[i], buyer.line_open[i]
        head = {
            "buyer": buyer.name,
            "line": self.numbers[buyer.name],
            "product": self.model.products[product].name,
            "quantity": left + cancelled,
            "price": buyer.line_price[i],
            "placed": self._quarter(buyer.line_placed[i]),
            "promised": self._quarter(buyer.line_promised[i]),
        }
        line = Line(head, product, buyer.line_units[i], left, buyer.line_cancelled[i])
        self.orders.append(line.row(label, left, cancelled=cancelled))
        return line

    def _move(self, label: str, buyer: Any, i: int, line: Line) -> None:
        """What was shipped, converted and cancelled of a line that is of the same product still."""
        converted = line.units - buyer.line_units[i]
        cancelled = buyer.line_cancelled[i] - line.cancelled
        shipped = line.open - buyer.line_open[i]
        if converted > 0.0 or cancelled > 0.0:
            shipped = _more_than_rounding(shipped - converted - cancelled, line.units)
        if shipped > 0.0 or converted > 0.0 or cancelled > 0.0:
            happened = {"shipped": shipped, "cancelled": cancelled, "converted": converted}
            self.orders.append(line.row(label, buyer.line_open[i], **happened))

    def _convert(self, label: str, buyer: Any, i: int, line: Line) -> Line:
        """Close a line all of which has become another product's; returns the line that it is now."""
        products = self.model.products
        each = products[line.product].hae / products[buyer.line_product[i]].hae
        cancelled = _more_than_rounding(buyer.line_cancelled[i] - each * line.cancelled, buyer.line_units[i])
        shipped = line.open - (buyer.line_open[i] + cancelled) / each
        shipped = _more_than_rounding(shipped, line.units)
        self.orders.append(line.row(label, 0.0, shipped=shipped, converted=line.open - shipped))
        return self._begin(label, buyer, i, cancelled)


def _more_than_rounding(units: float, whole: float) -> float:
    """What is left over of a sum, unless it is so little of the whole that it is rounding's."""
    return units if units > TRIFLE * whole else 0.0
