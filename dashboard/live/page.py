"""The tab Live: one run, stepped quarter by quarter, and the deals struck in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import solara
from solara.alias import rv

from dashboard.live import run as live
from dashboard.live.charts import bid, lead_times, offers, prices
from dashboard.live.run import SPEEDS, Run, Talk
from dashboard.parts.charts import Chart
from dashboard.parts.panels import Choice, Heading, Panel, Words
from dashboard.parts.tables import Table
from dashboard.reading.colors import of_buyer
from dashboard.state import session
from market import BadInput
from runs.words import NOTHING, compact, dollars, percent, weeks, whole

product = solara.reactive("")

COLUMNS = [
    {"name": name, "unit": unit, "help": about, "left": left, "tag": name == "Agreed"}
    for name, unit, about, left in (
        ("Buyer", "", "", True),
        ("Product", "", "", True),
        ("Agreed", "", "How, and in which week; without a deal, an order at the list price joins the queue", True),
        ("Units", "", "Units ordered", False),
        ("Price", "USD", "Price of a unit", False),
        ("On list", "", "Price over the list price, less one", False),
        ("Promised", "", "The quarter in which delivery is promised", False),
        ("Prepaid", "", "Share of the price paid in advance", False),
    )
]


@solara.component
def LivePage() -> None:
    setting = session.setting.value
    complaint = solara.use_reactive("")

    def begin() -> None:
        try:
            live.reset(setting)
            complaint.value = ""
        except BadInput as error:
            complaint.value = str(error)

    def begin_first() -> None:
        if live.run.peek() is None:
            begin()

    solara.use_effect(begin_first, [])
    now = live.run.value
    of = setting if now is None else now.setting
    stale = of.run_of() != setting.run_of()
    with solara.Div(classes=["gm-page"]):
        Heading(of.base.title, of, stale)
        if complaint.value:
            Words("p", complaint.value, "gm-notice gm-notice-bad")
        if now is not None:
            Player(now, begin, stale)
            Now(now)


@solara.component
def Player(now: Run, begin: Any, stale: bool) -> None:
    """Step, play, pause, reset, and where the run is."""
    playing = live.playing.value
    with solara.Div(classes=["gm-player"]):
        with rv.Html(tag="div", class_="gm-now", attributes={"role": "status", "aria-live": "polite"}):
            Words("b", now.before or "Start")
            Words("span", progress(now))
        solara.Button(
            "Step", icon_name="mdi-skip-next", on_click=live.step, disabled=playing or now.ended, outlined=True
        )
        solara.Button(
            "Pause" if playing else "Play",
            icon_name="mdi-pause" if playing else "mdi-play",
            on_click=live.toggle,
            disabled=now.ended and not playing,
            color="primary",
            depressed=True,
        )
        solara.Button("Reset", icon_name="mdi-restore", on_click=begin, outlined=True)
        Choice("Speed", list(SPEEDS), live.speed.value, live.speed.set)
        if now.failure:
            Words("span", f"The run stopped. {now.failure}", "gm-notice gm-notice-bad")
        elif stale:
            Words("span", "The settings have changed; Reset begins again with them.", "gm-notice")


def progress(now: Run) -> str:
    """How far the run is, in words."""
    count = now.scenario.quarters.index(now.before) + 1 if now.before else 0
    return f"{count} of {now.scenario.horizon} quarters{', the end' if not now.next else ''}"


@solara.component
def Now(now: Run) -> None:
    """The quarter just run, and the run so far."""
    picked = picked_talk(now.talks, live.chosen.value)
    products = [*now.scenario.products, *now.scenario.outside]
    shown = product.value if product.value in products else now.scenario.story.product
    with solara.Div(classes=["gm-grid"]):
        with Panel(
            f"Deals of {now.before}" if now.before else "Deals",
            quarter_line(now) if now.before else "What buyers and supplier agree on, quarter by quarter",
            classes="gm-wide",
        ):
            Table(
                columns=COLUMNS,
                rows=[row(talk) for talk in now.talks],
                label="Deals of the quarter",
                empty="Nobody orders in this quarter."
                if now.before
                else "No quarter has been run: press Step or Play.",
                selectable=True,
                chosen=picked.key if picked else None,
                event_choose=lambda key: live.chosen.set(str(key)),
            )
        with Panel(
            f"Offers: {picked.buyer}, {picked.product}" if picked else "Offers",
            about_offers(picked),
            classes="gm-narrow",
        ):
            if picked and picked.offers:
                supplier = now.trace.model.supplier.name
                color = of_buyer(now.trace.model.build.names["buyers"], picked.buyer)
                if picked.in_auction:
                    Chart(bid(picked, color), f"{picked.buyer}: price bid by units.", "300px")
                else:
                    Chart(
                        offers(picked, supplier, color),
                        f"{picked.buyer} and {supplier}: price offers by week.",
                        "300px",
                    )
        with Panel("Lead time so far", "Weeks, quoted to a new order and realised"):
            Chart(lead_times(now), "Lead time of this run in weeks by quarter.", "260px")
        with Panel(
            "Price so far",
            f"US dollars per {shown}",
            [Choice("Product", products, shown, product.set)] if len(products) > 1 else [],
        ):
            Chart(prices(now, shown), f"List, paid and shadow price of {shown} in this run by quarter.", "260px")


def picked_talk(talks: Sequence[Talk], key: str | None) -> Talk | None:
    """The negotiation that was clicked; in another quarter the same buyer's, else the longest."""
    buyer = (key or "").partition("/")[0]
    for match in (lambda talk: talk.key == key, lambda talk: talk.buyer == buyer):
        found = next(filter(match, talks), None)
        if found:
            return found
    return max(talks, key=lambda talk: len(talk.offers), default=None)


def row(talk: Talk) -> dict[str, Any]:
    """A row of the table of deals."""
    struck = f"week {(talk.week or 0) + 1}" if talk.offers else "at once"
    agreed = {"deal": struck, "queue": "list-price queue", "award": "auction"}.get(talk.outcome, "no deal")
    ordered = talk.outcome != "none"
    cells = [
        talk.buyer,
        talk.product,
        agreed,
        units(talk.units) if ordered else NOTHING,
        whole(talk.price) if ordered else NOTHING,
        f"{100 * talk.over_list:+.1f}%" if ordered else NOTHING,
        talk.promised or NOTHING,
        percent(talk.prepaid, 1) if ordered else NOTHING,
    ]
    return {"key": talk.key, "tag": talk.outcome, "cells": cells}


def units(number: float) -> str:
    """Whole units; what is left of one by rounding is not called none."""
    return "<1" if 0.0 < number < 0.5 else whole(number)


def quarter_line(now: Run) -> str:
    """The quarter in a line."""
    if now.market is None:
        return ""
    last = now.market.iloc[-1]
    return (
        f"Shipped {compact(last['shipped'])} HAE for {dollars(1e6 * last['revenue'])}; backlog "
        f"{compact(last['backlog'])} HAE; deliveries had waited {weeks(last['realised_lead_weeks'])} weeks"
    )


def about_offers(picked: Talk | None) -> str:
    """What the chart of offers shows, or why there is none."""
    if picked is None:
        return "Pick a row to see what was offered week by week"
    if picked.in_auction:
        return "US dollars per unit and all units bid for at that price or more; dashed: what it pays"
    if picked.outcome == "deal" and not picked.offers:
        return "A bargain struck at once: there were no offers"
    if not picked.offers:
        return f"{picked.buyer} does not bargain: it takes the list price and its place in the queue"
    return "US dollars per unit, week by week; dashed: how far each side would have gone"
