"""What happened in a live run beyond its measures: every deal, every offer, every order line."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from agents.bargainer import ISSUES, PREPAID, PRICE, UNITS
from agents.state import SLOTS, WEEKS
from market.model import Market
from market.paths import quarter_label


@dataclass
class Trace:
    """Rows of the tables deals, offers and orders of one run, growing with :meth:`step`."""

    model: Market
    deals: list[dict[str, Any]] = field(default_factory=list)
    offers: list[dict[str, Any]] = field(default_factory=list)
    lines: dict[tuple[str, int, int], dict[str, Any]] = field(default_factory=dict)

    def step(self) -> None:
        """Step the model one quarter and note what was offered, agreed, shipped and cancelled in it."""
        label = self.model.label
        list_prices = [product.list_price for product in self.model.products]
        self.model.step()
        for buyer in self.model.buyers:
            for slot in range(SLOTS):
                if buyer.slot_product[slot] >= 0:
                    self._note_talks(label, buyer, slot, list_prices)
            self._note_lines(label, buyer)

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
            "orders": pd.DataFrame(list(self.lines.values())),
        }

    def _note_talks(self, label: str, buyer: Any, slot: int, list_prices: list[float]) -> None:
        product = buyer.slot_product[slot]
        head = {"quarter": label, "buyer": buyer.name, "product": self.model.products[product].name}
        at = slot * ISSUES
        start = self.model.scenario.start
        for week in range(WEEKS):
            note = slot * WEEKS + week
            if buyer.offer_accepted[note] < 0:
                continue
            suppliers = week % 2 == 0
            reserve = buyer.ask_reserve if suppliers else buyer.bid_reserve
            self.offers.append(
                head
                | {
                    "week": week,
                    "side": "ask" if suppliers else "bid",
                    "price": buyer.offer_price[note],
                    "quantity": buyer.offer_units[note],
                    "promised_quarter": quarter_label(start + math.ceil(buyer.offer_date[note] - 1e-9)),
                    "prepaid_share": buyer.offer_prepaid[note],
                    "reservation": reserve[at + PRICE],
                    "accepted": bool(buyer.offer_accepted[note]),
                }
            )
        week = buyer.slot_week[slot]
        deal = 0 <= week < WEEKS
        self.deals.append(
            head
            | {
                "quantity": buyer.agreed[at + UNITS] if deal else (buyer.slot_units[slot] if week == WEEKS else 0.0),
                "price": buyer.agreed[at + PRICE] if deal else list_prices[product],
                "promised_quarter": self._promised(buyer, product),
                "prepaid_share": buyer.agreed[at + PREPAID] if deal else 0.0,
                "week_agreed": week if deal else None,
                "list_price": list_prices[product],
                "outcome": "deal" if deal else ("queue" if week == WEEKS else "none"),
            }
        )

    def _promised(self, buyer: Any, product: int) -> str | None:
        """The promised quarter of the line that the talks of this quarter led to."""
        for i in range(buyer.lines):
            if buyer.line_product[i] == product and buyer.line_placed[i] == self.model.quarter - 1:
                return quarter_label(self.model.scenario.start + buyer.line_promised[i])
        return None

    def _note_lines(self, label: str, buyer: Any) -> None:
        start = self.model.scenario.start
        for i in range(buyer.lines):
            key = (buyer.name, buyer.line_placed[i], buyer.line_product[i])
            left = buyer.line_open[i]
            cancelled = buyer.line_cancelled[i]
            shipped = buyer.line_units[i] - cancelled - left
            closed = left <= 0.0
            status = "open"
            if closed:
                status = "shipped" if cancelled <= 0.0 else ("cancelled" if shipped <= 0.0 else "partly cancelled")
            self.lines[key] = {
                "buyer": buyer.name,
                "product": self.model.products[buyer.line_product[i]].name,
                "quantity": buyer.line_units[i],
                "price": buyer.line_price[i],
                "placed": quarter_label(start + buyer.line_placed[i]),
                "promised": quarter_label(start + buyer.line_promised[i]),
                "status": status,
                "closed": label if closed else None,
            }
