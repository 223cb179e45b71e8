"""Why a buyer with money orders nothing: read off a run that is stepped live."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from market import Market, Scenario


@dataclass(frozen=True)
class Silence:
    """Two or more quarters in which a buyer had money and ordered nothing, for one reason."""

    buyer: str
    first: str
    last: str
    reason: str

    def __str__(self) -> str:
        return f"{self.buyer} {self.first} to {self.last}: {self.reason}"


def silences(scenario: Scenario, seed: int | None, replication: int = 0) -> list[Silence]:
    """The silences of one run, buyer by buyer.

    Raises:
        RunFailed: the run stops.
    """
    model = Market(scenario, seed, replication)
    reasons: dict[str, list[str]] = {buyer.name: [] for buyer in model.buyers}
    while model.running:
        model.step()
        for buyer in model.buyers:
            reasons[buyer.name].append(reason(model, buyer))
    return [one for buyer, told in reasons.items() for one in _spells(buyer, told, scenario.quarters)]


def reason(market: Market, buyer: Any) -> str:
    """Why a buyer ordered nothing in the quarter that is over; empty if it ordered, or had no money."""
    if buyer.ordered > 0.0 or max(0.0, buyer.cash) + max(0.0, buyer.spending) <= 0.0:
        return ""
    if buyer.needed > 0.0:
        return "asks in vain"
    over = market.quarter - 1
    open_to_it = (one for one in market.products[: market.product_count] if buyer.may_buy(one))
    if not any(one.announced <= over <= one.last_order for one in open_to_it):
        return "nothing is for sale to it"
    if buyer.at_power > 0.0:
        return "no power or space for more"
    if buyer.at_money > 0.0:
        return "its orders under way take its money"
    return "its orders under way cover its wants" if buyer.backlog > 0.0 else "its wants are met"


def _spells(buyer: str, reasons: list[str], quarters: list[str]) -> Iterator[Silence]:
    for told, places in groupby(range(len(reasons)), reasons.__getitem__):
        span = list(places)
        if told and len(span) > 1:
            yield Silence(buyer, quarters[span[0]], quarters[span[-1]], told)
