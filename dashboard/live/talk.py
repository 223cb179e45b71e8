"""A negotiation as lanes of thirteen weeks, and in words: who gave way on what, why it ended, who gained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from agents.records.roles import WEEKS
from dashboard.live.run import Talk
from market.play.hand import LEAVES, TAKES
from market.scenario.paths import parse_quarter, quarter_label
from runs.words import compact, dollars, percent, whole


@dataclass(frozen=True)
class Issue:
    """Something that is haggled over: its name, how it is read from an offer and how a number of it is written."""

    name: str
    of: Callable[[dict[str, Any]], float]
    written: Callable[[float], str]
    more: str
    less: str


ISSUES = (
    Issue("Price", lambda offer: offer["price"], lambda usd: f"${whole(usd)}", "went up", "came down"),
    Issue(
        "Delivery",
        lambda offer: float(parse_quarter(offer["promised_quarter"])),
        lambda at: quarter_label(round(at)),
        "moved delivery back",
        "moved delivery forward",
    ),
    Issue(
        "Prepaid",
        lambda offer: offer["prepaid_share"],
        lambda share: percent(share, 1),
        "raised the prepaid share",
        "lowered the prepaid share",
    ),
    Issue("Units", lambda offer: offer["quantity"], compact, "asked for more", "asked for fewer"),
)


def lanes(talk: Talk, supplier: str, color: str) -> dict[str, Any]:
    """The picture of a talk as plain data: heights from 0 to 1 within each lane, every number in words beside it."""
    sides = (("ask", supplier, "violet"), ("bid", talk.buyer, color))
    return {
        "weeks": WEEKS,
        "agreed": talk.week if talk.outcome == "deal" else None,
        "sides": [{"side": side, "name": name, "color": own} for side, name, own in sides],
        "lanes": [lane(talk, issue) for issue in ISSUES],
    }


def lane(talk: Talk, issue: Issue) -> dict[str, Any]:
    """One issue of a talk: the offers of both sides, and of the price how far each side would have gone."""
    values = [issue.of(offer) for offer in talk.offers]
    low, high = min(values), max(values)

    def height(value: float) -> float:
        return 0.5 if high == low else (value - low) / (high - low)

    return {
        "name": issue.name,
        "low": issue.written(low),
        "high": issue.written(high) if high > low else "",
        "points": [
            {
                "week": offer["week"],
                "side": offer["side"],
                "at": height(value),
                "text": issue.written(value),
                "accepted": offer["accepted"],
            }
            for offer, value in zip(talk.offers, values, strict=True)
        ],
        "limits": limits(talk, height) if issue.name == "Price" else [],
    }


def limits(talk: Talk, height: Callable[[float], float]) -> list[dict[str, Any]]:
    """How far each side would have gone; where that lies outside the offers it is an arrow with the number."""
    found = []
    for side, value, words in (("bid", talk.most, "would pay up to"), ("ask", talk.least, "would take")):
        if value is not None and not (talk.answer and side == "bid"):
            at = height(value)
            beyond = "up" if at > 1.0 else "down" if at < 0.0 else ""
            flat = talk.offers and min(o["price"] for o in talk.offers) == max(o["price"] for o in talk.offers)
            if flat and value != talk.offers[0]["price"]:
                beyond = "up" if value > talk.offers[0]["price"] else "down"
            found.append({"side": side, "at": at, "beyond": beyond, "text": f"{words} ${whole(value)}"})
    return found


def gave_way(talk: Talk, supplier: str) -> list[str]:
    """What each side moved on between its first and its last offer, a sentence for each side."""
    found = []
    for side, name in (("ask", supplier), ("bid", talk.buyer)):
        own = [offer for offer in talk.offers if offer["side"] == side]
        moves = [moved(issue, own[0], own[-1]) for issue in ISSUES if own]
        said = [move for move in moves if move]
        if said:
            found.append(f"{name} {', '.join(said)}.")
        elif len(own) > 1:
            found.append(f"{name} held to its first offer.")
    return found


def moved(issue: Issue, first: dict[str, Any], last: dict[str, Any]) -> str:
    before, after = issue.of(first), issue.of(last)
    if issue.written(before) == issue.written(after):
        return ""
    return f"{issue.more if after > before else issue.less} from {issue.written(before)} to {issue.written(after)}"


def ended(talk: Talk, supplier: str) -> str:
    """Why a negotiation ended as it did."""
    if talk.in_auction:
        return "It was a bid in an auction." + (
            "" if talk.outcome == "award" else " The bid was under the clearing price."
        )
    if not talk.offers:
        if talk.outcome == "none":
            return "There was no bid and no bargain: it ordered nothing."
        if talk.outcome == "deal":
            return "The bargain was struck at once: there were no offers."
        return f"{talk.buyer} does not bargain: it takes the list price and its place in the queue."
    then = "it ordered at the list price" if talk.outcome == "queue" else "it ordered nothing"
    if talk.answer == LEAVES:
        return f"By hand: {talk.buyer} turned down {supplier}'s first offer and walked away; {then}."
    if talk.answer == TAKES and talk.outcome == "deal":
        return f"By hand: {talk.buyer} took {supplier}'s first offer as it stood."
    if talk.outcome == "deal":
        last = talk.offers[-1]
        taker, maker = (supplier, talk.buyer) if last["side"] == "bid" else (talk.buyer, supplier)
        return (
            f"In week {last['week'] + 1} {taker} took {maker}'s offer, which was worth no less to it than what it "
            "would have offered next."
        )
    if talk.most is not None and talk.least is not None and talk.most < talk.least:
        return (
            f"No deal: {talk.buyer} would pay ${whole(talk.most)} at most, {supplier} take ${whole(talk.least)} "
            f"at least; {then}."
        )
    return f"No deal within {WEEKS} weeks; {then}."


def gained(talk: Talk, supplier: str) -> str:
    """Who got how much of what there was to share between the two limits."""
    if talk.outcome != "deal" or talk.answer or talk.most is None or talk.least is None or talk.most <= talk.least:
        return ""
    buyer, seller = talk.most - talk.price, talk.price - talk.least
    total = buyer + seller
    return (
        f"Of ${whole(total)} a unit between the two limits {talk.buyer} kept {percent(buyer / total)} and {supplier} "
        f"{percent(seller / total)}: {dollars(buyer * talk.units)} and {dollars(seller * talk.units)} in all."
    )
