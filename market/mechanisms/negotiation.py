"""One round of alternating offers over price, quantity, date and prepaid share (theory A.6, E12)."""

from __future__ import annotations

from agents.bargainer import DATE, ISSUES, PREPAID, PRICE, UNITS, settled
from agents.records.gears import both_gears
from agents.records.roles import WEEKS
from agents.rules.tactics import TACTICS

RESPONSIVE = list(TACTICS).index("responsive")


@both_gears
def _offer(terms, opening, reserve, slot, share, answered, answers):
    """Write into ``terms`` what a side offers on every issue, having given up that share of its way.

    Where the other side has already offered better in ``answered``, and the side ``answers`` to it, it takes its word
    instead. A value further from the opening scores no better, so that mostly there is nothing to work out.
    """
    for issue in range(ISSUES):
        at = slot * ISSUES + issue
        best, worst, other = opening[at], reserve[at], answered[issue]
        own = best + share * (worst - best)
        better = other > own if best > worst else other < own
        if answers and better and _score(other, best, worst) > _score(own, best, worst):
            own = other
        terms[issue] = own


@both_gears
def _score(value, opening, reserve):
    """How good a value is for a side: 1 at its opening value or better, 0 at its reservation value or worse."""
    if settled(opening, reserve):
        return 1.0
    return max(0.0, min(1.0, (value - reserve) / (opening - reserve)))


@both_gears
def _utility(side, terms, opening, reserve, slot):
    """Weighted sum of the scores of four terms, for the buyer or the supplier."""
    total = 0.0
    for issue in range(ISSUES):
        at = slot * ISSUES + issue
        total += side.score_weight(issue) * _score(terms[issue], opening[at], reserve[at])
    return total


@both_gears
def _accepts(side, offer, opening, reserve, slot, share):
    """Whether an offer is worth at least what the side would offer, having given up that share of its way."""
    worth = hope = 0.0
    for issue in range(ISSUES):
        at = slot * ISSUES + issue
        weight = side.score_weight(issue)
        own = opening[at] + share * (reserve[at] - opening[at])
        hope += weight * _score(own, opening[at], reserve[at])
        worth += weight * _score(offer[issue], opening[at], reserve[at])
    return worth >= hope


@both_gears
def _gain(side, offer, opening, reserve, slot, heard, week):
    """What an offer is worth to a side over the other side's last one; a responsive side alone asks."""
    if side.tactic != RESPONSIVE or week < 2:
        return 0.0
    return _utility(side, offer, opening, reserve, slot) - heard[slot]


@both_gears
def _gained(side, offer, opening, reserve, slot, heard, week):
    """As :func:`_gain`, for the offer that the side now answers, which it then remembers."""
    if side.tactic != RESPONSIVE or week == 0:
        return 0.0
    worth = _utility(side, offer, opening, reserve, slot)
    gain = worth - heard[slot] if week > 2 else 0.0
    heard[slot] = worth
    return gain


@both_gears
def exchange(buyer, supplier, slot, week, deadline):
    """One round: the supplier offers in even weeks, the buyer in odd ones; the other accepts or waits.

    Nobody offers more than the other side has already asked for. An offer is accepted if its price and prepaid
    share are within the reservation values and it is worth at least one's own next offer. Returns whether there
    is a deal; its terms are then in ``buyer.agreed``.
    """
    at = slot * ISSUES
    note = slot * WEEKS + week
    offer = buyer.on_table
    last = buyer.last_heard
    if week > 0:
        last[PRICE] = buyer.offer_price[note - 1]
        last[UNITS] = buyer.offer_units[note - 1]
        last[DATE] = buyer.offer_date[note - 1]
        last[PREPAID] = buyer.offer_prepaid[note - 1]
    deal = False
    if week % 2 == 0:
        given = _gained(supplier, last, buyer.ask_open, buyer.ask_reserve, slot, buyer.ask_heard, week)
        share = supplier.concession(week, deadline, buyer.ask_gave[slot], given)
        buyer.ask_gave[slot] = share
        _offer(offer, buyer.ask_open, buyer.ask_reserve, slot, share, last, week > 0)
        if offer[PRICE] <= buyer.bid_reserve[at + PRICE] and offer[PREPAID] <= buyer.bid_reserve[at + PREPAID]:
            given = _gain(buyer, offer, buyer.bid_open, buyer.bid_reserve, slot, buyer.bid_heard, week)
            share = buyer.concession(week + 1, deadline, buyer.bid_gave[slot], given)
            deal = _accepts(buyer, offer, buyer.bid_open, buyer.bid_reserve, slot, share)
    else:
        given = _gained(buyer, last, buyer.bid_open, buyer.bid_reserve, slot, buyer.bid_heard, week)
        share = buyer.concession(week, deadline, buyer.bid_gave[slot], given)
        buyer.bid_gave[slot] = share
        _offer(offer, buyer.bid_open, buyer.bid_reserve, slot, share, last, True)
        if offer[PRICE] >= buyer.ask_reserve[at + PRICE] and offer[PREPAID] >= buyer.ask_reserve[at + PREPAID]:
            given = _gain(supplier, offer, buyer.ask_open, buyer.ask_reserve, slot, buyer.ask_heard, week)
            share = supplier.concession(week + 1, deadline, buyer.ask_gave[slot], given)
            deal = _accepts(supplier, offer, buyer.ask_open, buyer.ask_reserve, slot, share)
    buyer.offer_price[note] = offer[PRICE]
    buyer.offer_units[note] = offer[UNITS]
    buyer.offer_date[note] = offer[DATE]
    buyer.offer_prepaid[note] = offer[PREPAID]
    buyer.offer_accepted[note] = int(deal)
    if deal:
        for issue in range(ISSUES):
            buyer.agreed[at + issue] = offer[issue]
    return deal
