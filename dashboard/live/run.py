"""One run of the ensemble, whole, quarter by quarter: what was offered and agreed, and every table of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from agents.bargainer import ISSUES, PRICE
from agents.records.roles import SLOTS
from dashboard.state.session import Setting, scenario_of_run
from market import Market
from market.gears.model import RunFailed
from market.gears.trace import Trace
from market.play.hand import LEAVES, UNTOUCHED, Decision, Decisions
from market.scenario.scenario import Scenario


@dataclass(frozen=True)
class Talk:
    """A buyer's negotiation for a product in a quarter: its result, and the offers that led to it.

    In an auction the offers are the corners of its bid, and nobody's limits are known. ``answer`` is what the buyer
    was made to say by hand, of :mod:`market.play.hand`; it has no limit of its own then.
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
    answer: str = ""

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
    """A run: talks by quarter, the tables of the market, the products and the buyers, and the lines of the book.

    ``quarters`` are those that were run; all of the scenario unless it stopped, which ``failure`` tells. ``traced`` are
    the tables of :class:`market.gears.trace.Trace`. ``hand`` is what was decided in it by hand, ``idle`` what of that
    was about a product that the buyer did not ask for.
    """

    setting: Setting
    scenario: Scenario
    replication: int
    supplier: str
    quarters: tuple[str, ...]
    talks: Mapping[str, tuple[Talk, ...]]
    market: pd.DataFrame
    products: pd.DataFrame
    buyers: pd.DataFrame
    traced: Mapping[str, pd.DataFrame]
    failure: str = ""
    hand: Decisions = UNTOUCHED
    idle: tuple[Decision, ...] = ()

    @property
    def orders(self) -> pd.DataFrame:
        """The lines of the book."""
        return self.traced["orders"]


def stepped(setting: Setting, replication: int, hand: Decisions = UNTOUCHED) -> Run:
    """A run of a setting, stepped live to its end, some decisions by hand; a failure becomes a sentence.

    Raises:
        BadInput: the setting cannot be run.
    """
    scenario = scenario_of_run(setting, replication)
    trace = Trace(Market(scenario, setting.seed_used, replication))
    model = trace.model
    talks: dict[str, tuple[Talk, ...]] = {}
    failure = ""
    unasked: list[Decision] = []
    while model.label and not failure:
        label = model.label
        known = len(trace.deals), len(trace.offers)
        try:
            with hand.held(model) as idle:
                trace.step()
        except RunFailed as error:
            failure = str(error)
        else:
            unasked += idle
            talks[label] = talks_of(model, trace.deals[known[0] :], trace.offers[known[1] :], answers(hand, label))
    return Run(
        setting,
        scenario,
        replication,
        model.supplier.name,
        tuple(talks),
        talks,
        market=model.table("market"),
        products=model.table("products"),
        buyers=model.table("buyers"),
        traced=trace.tables(),
        failure=failure,
        hand=hand,
        idle=tuple(unasked),
    )


def answers(hand: Decisions, quarter: str) -> dict[tuple[str, str], str]:
    """What is said by hand in the talks of a quarter, by buyer and product."""
    own = (one for one in hand.taken if one.quarter == quarter)
    return {(one.buyer, one.product): one.does for one in own if isinstance(one.does, str)}


def talks_of(
    model: Market,
    deals: Sequence[dict[str, Any]],
    offers: Sequence[dict[str, Any]],
    said: Mapping[tuple[str, str], str],
) -> tuple[Talk, ...]:
    """The deals of a quarter with their offers and both sides' reservation prices; the story's protagonist first.

    ``said`` are answers given by hand; of a talk that was left there is the supplier's first offer alone.
    """
    limits = reservations(model)
    first = model.scenario.story.protagonist
    found = []
    for deal in sorted(deals, key=lambda deal: deal["buyer"] != first):
        key = (deal["buyer"], deal["product"])
        own = [offer for offer in offers if (offer["buyer"], offer["product"]) == key]
        talked = bool(own) and own[0]["reservation"] is not None
        answer = said.get(key, "") if talked else ""
        if answer == LEAVES:
            own = own[:1]
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
                answer=answer,
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
