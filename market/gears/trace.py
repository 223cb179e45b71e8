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


@dataclass
class Line:
    """A line that was open at a quarter's end: its rows in the table of orders, the last of which is its present one.

    ``before`` is what of the line's units was shipped or cancelled before that row, as shares of the line; and
    ``cancelled`` what has been cancelled by now.
    """

    row: dict[str, Any]
    shipped_before: float = 0.0
    cancelled_before: float = 0.0
    cancelled: float = 0.0


@dataclass
class Trace:
    """Rows of the tables deals, offers and orders of one run, growing with :meth:`step`.

    deals: one row for each product that a buyer asked for in a quarter. ``outcome`` is ``deal`` (struck in talks in
    ``week_agreed``; at once, in week 0, by a formula), ``queue`` (ordered at list price), ``award`` (of an auction) or
    ``none``. Quantity, price, date and prepaid share are those of the order that came of it, if one did.
    offers: of talks, what was offered in which week by which side. Of auctions, the corners of every bid, all in week
    0: a price and the units taken at it in all; accepted are those not under the clearing price.
    orders: the lines of the order book, with what became of them by the end. A line that was moved to another product
    is ``converted``, and goes on as a line of that product, placed when it was.
    """

    model: Market
    deals: list[dict[str, Any]] = field(default_factory=list)
    offers: list[dict[str, Any]] = field(default_factory=list)
    orders: list[dict[str, Any]] = field(default_factory=list)
    books: dict[str, list[Line]] = field(default_factory=dict)

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
        lines = self.books.get(buyer.name, [])
        return [line for i, line in enumerate(lines) if buyer.line_open[i] > 0.0]

    def _note_lines(self, label: str, buyer: Any, lines: list[Line]) -> None:
        for i in range(buyer.lines):
            name = self.model.products[buyer.line_product[i]].name
            units, left = buyer.line_units[i], buyer.line_open[i]
            if i == len(lines):
                lines.append(Line(self._new_row(buyer, i, units)))
            line = lines[i]
            if line.row["product"] != name:  # units are counted in those of the new product from now on
                line.row |= {"status": "converted", "closed": label}
                line.shipped_before = 1.0 - (left + buyer.line_cancelled[i]) / units
                line.cancelled_before = line.cancelled
                share = max(0.0, 1.0 - line.shipped_before - line.cancelled_before)
                line.row = self._new_row(buyer, i, share * units)
            line.cancelled = buyer.line_cancelled[i] / units
            cancelled = line.cancelled - line.cancelled_before
            shipped = 1.0 - left / units - line.cancelled - line.shipped_before
            line.row["promised"] = self._quarter(buyer.line_promised[i])
            if left <= 0.0:
                line.row["closed"] = label
                line.row["status"] = _status(shipped, cancelled)
        self.books[buyer.name] = lines

    def _new_row(self, buyer: Any, i: int, units: float) -> dict[str, Any]:
        row = {
            "buyer": buyer.name,
            "product": self.model.products[buyer.line_product[i]].name,
            "quantity": units,
            "price": buyer.line_price[i],
            "placed": self._quarter(buyer.line_placed[i]),
            "promised": self._quarter(buyer.line_promised[i]),
            "status": "open",
            "closed": None,
        }
        self.orders.append(row)
        return row


def _status(shipped: float, cancelled: float) -> str:
    """What became of a line that is closed, from what was shipped and cancelled of it, over its units."""
    if cancelled <= 1e-12:
        return "shipped"
    return "cancelled" if shipped <= 1e-12 else "partly cancelled"
