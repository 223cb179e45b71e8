"""One decision of a run by hand: the form, the chip with its undo, and what it has changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import solara

from dashboard.live.run import Run, Talk
from dashboard.parts.panels import Panel, Words
from dashboard.state import session
from dashboard.state.link import number
from dashboard.state.together import together
from market import BadInput
from market.play.hand import LEAVES, MOST_ORDERED, TAKES, Decision, bargains
from market.scenario.scenario import Scenario
from runs.words import Scale, known, scale, weeks

YEAR = 4


@solara.component_vue("hand.vue")
def _Form(
    asked: list = [],  # noqa: B006
    supplier: str = "",
    most: float = MOST_ORDERED,
    about: dict = {},  # noqa: B006
    none: str = "",
    error: str = "",
    event_go: Callable[[Any], Any] | None = None,
) -> None: ...


@solara.component
def HandPanel(untouched: Run, quarter: str, on_talk: Callable[[str], Any]) -> None:
    """What one may decide by hand in a quarter; the talk that it is about goes to ``on_talk``."""
    error = solara.use_reactive("")
    solara.use_effect(lambda: error.set(""), [quarter, untouched])

    def go(sent: Any) -> None:
        match sent:
            case {"buyer": str(buyer), "product": str(product), "does": str(does), "times": str(times)}:
                with together():
                    try:
                        does_now = does if does in (TAKES, LEAVES) else number(times)
                        taken = Decision(quarter, buyer, product, does_now).check(untouched.scenario)
                    except BadInput as refused:
                        error.value = f"{refused}."
                    else:
                        error.value, session.complaint.value = "", ""
                        session.quarter.value, session.by_hand.value = quarter, taken
                        on_talk(f"{buyer}/{product}")

    with Panel(
        "By hand",
        f"Take one decision of {quarter} and see the same run, with the same draws, go on from there",
        classes="gm-full",
    ):
        _Form(
            asked=asked(untouched.scenario, untouched.talks.get(quarter, ())),
            supplier=untouched.supplier,
            about=about(untouched.supplier),
            none=f"Nobody orders in {quarter}: there is nothing to decide.",
            error=error.value,
            event_go=go,
        )


def asked(scenario: Scenario, talks: Sequence[Talk]) -> list[dict[str, Any]]:
    """Who asks for what in a quarter, and who may take or leave an offer, as plain data."""
    products: dict[str, list[str]] = {}
    for talk in talks:
        products.setdefault(talk.buyer, []).append(talk.product)
    return [
        {"buyer": buyer, "products": names, "answers": bargains(scenario, buyer)} for buyer, names in products.items()
    ]


def about(supplier: str) -> dict[str, str]:
    """What is done by each kind of decision."""
    return {
        "orders": (
            f"From 0 (nothing) to {MOST_ORDERED:g} times the units that its own rule asks for; 1 is the rule itself. "
            "It haggles as ever, and what becomes of the order is limited by its money and the queue as ever."
        ),
        TAKES: (
            f"It agrees in week 1 to the price, quarter, prepaid share and units that {supplier} opens with, whatever "
            "its own limits; it orders as many of them as it can prepay."
        ),
        LEAVES: (
            f"It turns down whatever {supplier} offers. Without a deal it orders at the list price and joins the "
            "queue, if a unit is worth that much to it."
        ),
    }


@solara.component
def Taken(untouched: Run, run: Run) -> None:
    """What was decided by hand, with a way back, and what came of it."""
    if run.hand is None:
        return
    words = what(run.hand, run.supplier)
    with solara.Div(classes=["gm-chips", "gm-changes"]):
        solara.Button(
            f"By hand: {words}",
            icon_name="mdi-undo",
            small=True,
            outlined=True,
            on_click=lambda: session.by_hand.set(None),
            classes=["gm-undo"],
            attributes={"aria-label": f"Undo: {words}"},
        )
    Words("p", changed(untouched, run), "gm-finding gm-changed")


def what(hand: Decision, supplier: str, doing: bool = False) -> str:
    """A decision in words: ``xAI orders 2 times as much H200 in 2024Q2``, or ``xAI ordering``."""
    verb = "ordering" if doing else "orders"
    match hand.does:
        case "takes":
            said = f"{'taking' if doing else 'takes'} {supplier}'s first offer for {hand.product}"
        case "leaves":
            said = f"{'walking' if doing else 'walks'} away from the talk about {hand.product}"
        case 0.0:
            said = f"{verb} no {hand.product}"
        case 1.0:
            said = f"{verb} as much {hand.product} as it would"
        case _:
            said = f"{verb} {hand.does:g} times as much {hand.product}"
    return f"{hand.buyer} {said} in {hand.quarter}"


def changed(untouched: Run, run: Run) -> str:
    """How a run with a decision by hand differs from the one without, in a sentence."""
    hand = run.hand
    assert hand is not None
    talks = untouched.talks.get(hand.quarter, ())
    if not any((talk.buyer, talk.product) == (hand.buyer, hand.product) for talk in talks):
        return f"In this run {hand.buyer} asks for no {hand.product} in {hand.quarter}: nothing is changed."
    lead = f"With {what(hand, run.supplier, doing=True)}"
    if all(getattr(run, table).equals(getattr(untouched, table)) for table in ("market", "buyers", "orders")):
        return f"{lead} nothing changes: that is what it does by its own rule."
    last = min(run.quarters[-1], untouched.quarters[-1])
    soon = run.quarters[min(run.quarters.index(hand.quarter) + YEAR, run.quarters.index(last))]
    own, others = gained(untouched, run, last)
    first, _ = gained(untouched, run, soon)
    told = hae(own, others, first)
    early = f"{told.whole(first, True)} by {soon} and " if soon < last else ""
    gains = f"it gets {early}{told.whole(own, True)} by {last}, everybody else {told.whole(others, True)}"
    if max(abs(own), abs(others)) < 0.5:
        gains = f"by {last} everybody gets what they got without it, to less than one HAE"
    return f"{lead}: {gains}{quote(untouched, run)}. The thin grey lines are the run without it."


def hae(*numbers: float) -> Scale:
    """The scale for differences in HAE, of which there are no parts."""
    told = scale("HAE", *numbers)
    return told if told.factor < 1.0 else replace(told, decimals=0)


def gained(untouched: Run, run: Run, last: str) -> tuple[float, float]:
    """HAE more that were delivered up to a quarter: to the buyer that decided, and to all others."""
    assert run.hand is not None
    now, before = (
        one.buyers[one.buyers["quarter"] <= last].groupby("buyer")["delivered"].sum() for one in (run, untouched)
    )
    more = now - before
    return float(more[run.hand.buyer]), float(more.drop(run.hand.buyer).sum())


def quote(untouched: Run, run: Run) -> str:
    """What the decision did to the next quarter's quote of the product."""
    assert run.hand is not None
    after = [quarter for quarter in run.quarters if quarter > run.hand.quarter]
    if not after:
        return ""
    before, now = (
        {(row["quarter"], row["product"]): row["quoted_lead_weeks"] for row in one.products.to_dict("records")}.get(
            (after[0], run.hand.product)
        )
        for one in (untouched, run)
    )
    if not known(before) or not known(now):
        return ""
    moved = f"goes from {weeks(before)} to" if weeks(before) != weeks(now) else "stays at"
    return f"; the {run.hand.product} quote of {after[0]} {moved} {weeks(now)} weeks"
