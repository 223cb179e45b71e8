"""Decisions of a run by hand: the form, a chip with its undo for each, and what they have changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import solara

from dashboard.live.run import Run
from dashboard.parts.changes import Undo
from dashboard.parts.panels import Panel, Words
from dashboard.state import link, session
from dashboard.state.link import number
from dashboard.state.together import together
from market import BadInput
from market.play.hand import LEAVES, MOST_ORDERED, TAKES, Decision, bargains
from runs.words import Scale, known, listed, scale, weeks

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
def HandPanel(run: Run, quarter: str, on_talk: Callable[[str], Any]) -> None:
    """What one may decide by hand in a quarter; the talk that it is about goes to ``on_talk``."""
    error = solara.use_reactive("")
    solara.use_effect(lambda: error.set(""), [quarter, run])

    def go(sent: Any) -> None:
        match sent:
            case {"buyer": str(buyer), "product": str(product), "does": str(does), "times": str(times)}:
                with together():
                    try:
                        one = Decision(quarter, buyer, product, does if does in (TAKES, LEAVES) else number(times))
                        taken = link.now().hand.having(one).check(run.scenario)
                    except BadInput as refused:
                        error.value = f"{refused}."
                    else:
                        error.value, session.complaint.value = "", ""
                        session.quarter.value, session.by_hand.value = quarter, taken
                        on_talk(f"{buyer}/{product}")

    with Panel(
        "By hand",
        f"Take a decision of {quarter} and see the same run, with the same draws, go on from there; then take another",
        classes="gm-full",
    ):
        _Form(
            asked=asked(run, quarter),
            supplier=run.supplier,
            about=about(run.supplier),
            none=f"Nobody orders in {quarter}: there is nothing to decide.",
            error=error.value,
            event_go=go,
        )


def asked(run: Run, quarter: str) -> list[dict[str, Any]]:
    """Who asks for what in a quarter, by hand for none too, and who may take or leave an offer, as plain data."""
    talks = [(talk.buyer, talk.product) for talk in run.talks.get(quarter, ())]
    by_hand = [(one.buyer, one.product) for one in run.hand.taken if one.quarter == quarter and one not in run.idle]
    products: dict[str, list[str]] = {}
    for buyer, product in dict.fromkeys([*talks, *by_hand]):
        products.setdefault(buyer, []).append(product)
    return [
        {"buyer": buyer, "products": names, "answers": bargains(run.scenario, buyer)}
        for buyer, names in products.items()
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
    """What was decided by hand, each with a way back, and what came of it."""
    if not run.hand.taken:
        return
    with solara.Div(classes=["gm-chips", "gm-changes"]):
        for one in run.hand.taken:
            words = what(one, run.supplier)
            Undo(f"By hand: {words}", words, partial(undo, one))
    Words("p", changed(untouched, run), "gm-finding gm-changed")


def undo(one: Decision) -> None:
    """Leave one decision to the rules again; the others stay as they are."""
    session.by_hand.value = session.by_hand.value.without(one)


def what(one: Decision, supplier: str, doing: bool = False) -> str:
    """A decision in words: ``xAI orders 2 times as much H200 in 2024Q2``, or ``xAI ordering``."""
    verb = "ordering" if doing else "orders"
    match one.does:
        case "takes":
            said = f"{'taking' if doing else 'takes'} {supplier}'s first offer for {one.product}"
        case "leaves":
            said = f"{'walking' if doing else 'walks'} away from the talk about {one.product}"
        case 0.0:
            said = f"{verb} no {one.product}"
        case 1.0:
            said = f"{verb} as much {one.product} as it would"
        case _:
            said = f"{verb} {one.does:g} times as much {one.product}"
    return f"{one.buyer} {said} in {one.quarter}"


def changed(untouched: Run, run: Run) -> str:
    """How a run with decisions by hand differs from the one without, in a sentence, and which of them did nothing."""
    count = len(run.hand.taken)
    nothing = "nothing is changed" if len(run.idle) == count else "that decision changes nothing"
    said = [f"In this run {one.buyer} asks for no {one.product} in {one.quarter}: {nothing}." for one in run.idle]
    taken = [one for one in run.hand.taken if one not in run.idle]
    return " ".join([finding(untouched, run, taken), *said] if taken else said)


def finding(untouched: Run, run: Run, taken: Sequence[Decision]) -> str:
    """What decisions by hand did, all together, to the buyers that took them and to everybody else."""
    alone, count = len(taken) == 1, len(run.hand.taken)
    if alone:
        lead = f"With {what(taken[0], run.supplier, doing=True)}"
    else:
        many = f"{len(taken)} of the {count}" if run.idle else "both" if count == 2 else f"all {count}"
        lead = f"With {many} decisions by hand together"
    quarters = [quarter for quarter in run.quarters if quarter in untouched.quarters]
    if not quarters or taken[0].quarter > quarters[-1]:
        return f"{lead} the run stops before {taken[0].quarter} is over."
    if all(getattr(run, table).equals(getattr(untouched, table)) for table in ("market", "buyers", "orders")):
        return f"{lead} nothing changes: that is what {'it does by its' if alone else 'they do by their'} own rule."
    last = quarters[-1]
    soon = quarters[min(quarters.index(min(taken[-1].quarter, last)) + YEAR, len(quarters) - 1)]
    own, others = gained(untouched, run, taken, last)
    first = next(iter(gained(untouched, run, taken, soon)[0].values()))
    (buyer, more), *rest = own.items()
    told = hae(*own.values(), others, *([] if rest else [first]))
    early = f"{told.whole(first, True)} by {soon} and " if soon < last and not rest else ""
    each = [f"{'it' if alone else buyer} gets {early}{told.whole(more, True)}"]
    each += [f"{buyer} {told.whole(more, True)}" for buyer, more in rest]
    gains = f"{listed(each)} by {last}"
    if len(own) < len(run.scenario.build.names["buyers"]):
        gains += f", everybody else {told.whole(others, True)}"
    it = "it" if alone else "them"
    if max(map(abs, (*own.values(), others))) < 0.5:
        gains = f"by {last} everybody gets what they got without {it}, to less than one HAE"
    return f"{lead}: {gains}{quote(untouched, run, taken[-1])}. The thin grey lines are the run without {it}."


def hae(*numbers: float) -> Scale:
    """The scale for differences in HAE, of which there are no parts."""
    told = scale("HAE", *numbers)
    return told if told.factor < 1.0 else replace(told, decimals=0)


def gained(untouched: Run, run: Run, taken: Sequence[Decision], last: str) -> tuple[dict[str, float], float]:
    """HAE more that were delivered up to a quarter: to each buyer that decided, and to all others."""
    now, before = (
        one.buyers[one.buyers["quarter"] <= last].groupby("buyer")["delivered"].sum() for one in (run, untouched)
    )
    more = now - before
    own = {one.buyer: float(more[one.buyer]) for one in taken}
    return own, float(more.drop(list(own)).sum())


def quote(untouched: Run, run: Run, one: Decision) -> str:
    """What became of a product's quote in the quarter after a decision."""
    after = [quarter for quarter in run.quarters if quarter > one.quarter]
    if not after:
        return ""
    before, now = (
        {(row["quarter"], row["product"]): row["quoted_lead_weeks"] for row in each.products.to_dict("records")}.get(
            (after[0], one.product)
        )
        for each in (untouched, run)
    )
    if not known(before) or not known(now):
        return ""
    moved = f"goes from {weeks(before)} to" if weeks(before) != weeks(now) else "stays at"
    return f"; the {one.product} quote of {after[0]} {moved} {weeks(now)} weeks"
