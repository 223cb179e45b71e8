"""One run stepped by hand: the model behind the tab Live, and what it shows after each quarter."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import solara
import solara.lab

from agents.bargainer import ISSUES, PRICE
from agents.records.roles import SLOTS
from dashboard.state.session import Setting
from market import Market
from market.gears.model import RunFailed
from market.gears.trace import Trace
from market.scenario.scenario import Scenario

SPEEDS = {"slow": 1.2, "normal": 0.5, "fast": 0.15}
"""Seconds between two quarters while playing."""


@dataclass(frozen=True)
class Talk:
    """A buyer's negotiation for a product in the quarter just run: its result, and the offers that led to it.

    In an auction the offers are the corners of its bid, and nobody's limits are known.
    """

    buyer: str
    product: str
    outcome: str
    week: int | None
    units: float
    price: float
    list_price: float
    promised: str
    prepaid: float
    offers: Sequence[dict[str, Any]]
    most: float | None
    least: float | None

    @property
    def key(self) -> str:
        return f"{self.buyer}/{self.product}"

    @property
    def in_auction(self) -> bool:
        return bool(self.offers) and self.most is None

    @property
    def over_list(self) -> float:
        return self.price / self.list_price - 1.0


@dataclass(frozen=True, eq=False)
class Run:
    """A run as far as it has come. The model in it goes on; everything else is of this moment.

    ``before`` is the quarter just run, empty at the start; ``next`` the one that comes, empty at the end.
    """

    setting: Setting
    scenario: Scenario
    trace: Trace
    lock: threading.Lock
    before: str = ""
    next: str = ""
    talks: tuple[Talk, ...] = ()
    market: pd.DataFrame | None = None
    products: pd.DataFrame | None = None
    failure: str = ""

    @property
    def ended(self) -> bool:
        return not self.next or bool(self.failure)


run: solara.Reactive[Run | None] = solara.reactive(None)
playing = solara.reactive(False)
speed = solara.reactive("normal")
chosen: solara.Reactive[str | None] = solara.reactive(None)


def start(setting: Setting) -> Run:
    """A run of a setting before its first quarter: replication 0, the first run of the ensemble.

    Raises:
        BadInput: the setting cannot be run.
    """
    scenario = setting.scenario
    model = Market(scenario, setting.seed_used, replication=0)
    return Run(setting, scenario, Trace(model), threading.Lock(), next=model.label)


def stepped(now: Run) -> Run:
    """The run one quarter on; a failure becomes a sentence."""
    if now.ended:
        return now
    with now.lock:
        model = now.trace.model
        label = model.label
        if label != now.next:  # two clicks on the same quarter: the first has done it
            return run.peek() or now
        known = len(now.trace.deals), len(now.trace.offers)
        try:
            now.trace.step()
        except RunFailed as error:
            return Run(
                now.setting, now.scenario, now.trace, now.lock, now.before, now.next, now.talks,
                now.market, now.products, failure=str(error),
            )  # fmt: skip
        return Run(
            now.setting,
            now.scenario,
            now.trace,
            now.lock,
            before=label,
            next=model.label,
            talks=talks(model, now.trace.deals[known[0] :], now.trace.offers[known[1] :]),
            market=model.table("market"),
            products=model.table("products"),
        )


def talks(model: Market, deals: Sequence[dict[str, Any]], offers: Sequence[dict[str, Any]]) -> tuple[Talk, ...]:
    """The deals of a quarter with their offers and both sides' reservation prices."""
    limits = reservations(model)
    found = []
    for deal in deals:
        key = (deal["buyer"], deal["product"])
        own = [offer for offer in offers if (offer["buyer"], offer["product"]) == key]
        talked = bool(own) and own[0]["reservation"] is not None
        most, least = limits.get(key, (None, None)) if talked else (None, None)
        found.append(
            Talk(
                *key,
                outcome=deal["outcome"],
                week=deal["week_agreed"],
                units=deal["quantity"],
                price=deal["price"],
                list_price=deal["list_price"],
                promised=deal["promised_quarter"] or "",
                prepaid=deal["prepaid_share"],
                offers=own,
                most=most,
                least=least,
            )
        )
    return tuple(found)


def reservations(model: Market) -> dict[tuple[str, str], tuple[float, float]]:
    """The most a buyer would have paid and the least the supplier would have taken, by buyer and product."""
    return {
        (buyer.name, model.products[buyer.slot_product[slot]].name): (
            buyer.bid_reserve[slot * ISSUES + PRICE],
            buyer.ask_reserve[slot * ISSUES + PRICE],
        )
        for buyer in model.buyers
        for slot in range(SLOTS)
        if buyer.slot_product[slot] >= 0
    }


def reset(setting: Setting) -> None:
    """Begin again, with the setting of the drawer."""
    playing.value = False
    chosen.value = None
    run.value = start(setting)


def step() -> None:
    """One quarter on."""
    now = run.peek()
    if now is not None:
        run.value = stepped(now)


@solara.lab.task(prefer_threaded=True)
def play() -> None:
    """Step until paused, reset, failed or at the end."""
    now = run.peek()
    while play.is_current() and playing.peek() and now is not None and not now.ended:
        later = stepped(now)
        if run.peek() is not now:
            break  # reset meanwhile
        run.value = now = later
        time.sleep(SPEEDS[speed.peek()])
    if play.is_current():
        playing.value = False


def toggle() -> None:
    """Play, or pause."""
    playing.value = not playing.peek()
    if playing.peek():
        play()
