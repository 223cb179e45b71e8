"""Tables of one quarter of a run: the talks, the buyers, and the queue that is left."""

from __future__ import annotations

from typing import Any

from dashboard.live.run import Run, Talk
from dashboard.reading.colors import of_buyer
from runs.words import NOTHING, compact, dollars, percent, weeks, whole

MOST = 12
"""Lines of the queue that are shown."""


def heading(name: str, unit: str = "", about: str = "", left: bool = False, tag: bool = False) -> dict[str, Any]:
    return {"name": name, "unit": unit, "help": about, "left": left, "tag": tag}


TALKS = [
    heading("Buyer", left=True),
    heading("Product", left=True),
    heading(
        "Agreed",
        about="How, and in which week; without a deal, an order at the list price joins the queue",
        left=True,
        tag=True,
    ),
    heading("Units", about="Units ordered"),
    heading("Price", "USD", "Price of a unit"),
    heading("On list", about="Price over the list price, less one"),
    heading("Promised", about="The quarter in which delivery is promised"),
    heading("Prepaid", about="Share of the price paid in advance"),
]

BUYERS = {
    "needed": ("Needed", "HAE", compact),
    "ordered": ("Ordered", "HAE", compact),
    "cancelled": ("Cancelled", "HAE", compact),
    "delivered": ("Served", "HAE", compact),
    "deployed": ("In use", "HAE", compact),
    "idle": ("Idle", "HAE", compact),
    "backlog": ("Queues for", "HAE", compact),
    "realised_lead_weeks": ("Had waited", "weeks", weeks),
    "price_paid": ("Paid", "per HAE", dollars),
}
"""Columns of the buyers' table: heading, unit, how it is written."""

QUEUE = [
    heading("Buyer", left=True),
    heading("Product", left=True),
    heading("Ordered", about="The quarter in which it was ordered"),
    heading("Promised", about="The quarter in which delivery was promised"),
    heading("Open", "units", "Units that have not been delivered"),
    heading("Of", "units", "Units that were ordered"),
    heading("Price", "USD", "Price of a unit"),
]


def talk_row(talk: Talk) -> dict[str, Any]:
    """A row of the table of talks."""
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


def buyer_columns() -> list[dict[str, Any]]:
    return [heading("Buyer", left=True), *(heading(name, unit) for name, unit, _ in BUYERS.values())]


def buyer_rows(run: Run, quarter: str) -> list[dict[str, Any]]:
    """A row per buyer: what it asked for, got, holds and waits for in a quarter of the run; the protagonist first."""
    then = run.buyers[run.buyers["quarter"] == quarter]
    names = list(run.scenario.build.names["buyers"])
    first = run.scenario.story.protagonist
    rows = [
        {
            "key": own["buyer"],
            "color": of_buyer(names, own["buyer"]),
            "cells": [own["buyer"], *(write(own[column]) for column, (_, _, write) in BUYERS.items())],
        }
        for own in then.to_dict("records")
    ]
    return sorted(rows, key=lambda row: row["key"] != first)


def queue_rows(run: Run, quarter: str) -> list[dict[str, Any]]:
    """The largest lines of the book that are open at a quarter's end, oldest first."""
    if run.orders.empty:
        return []
    seen = run.orders[run.orders["quarter"] <= quarter].groupby(["buyer", "line"], sort=False).tail(1)
    left = seen[seen["open"] > 0.0].nlargest(MOST, "open").sort_values(["placed", "open"], ascending=[True, False])
    names = list(run.scenario.build.names["buyers"])
    return [
        {
            "key": f"{line['buyer']}/{line['line']}",
            "color": of_buyer(names, line["buyer"]),
            "cells": [
                line["buyer"],
                line["product"],
                line["placed"],
                line["promised"],
                units(line["open"]),
                units(line["quantity"]),
                whole(line["price"]),
            ],
        }
        for line in left.to_dict("records")
    ]


def sentence(run: Run, quarter: str) -> str:
    """The quarter in a line."""
    (last,) = run.market[run.market["quarter"] == quarter].to_dict("records")
    return (
        f"Ordered {compact(last['ordered'])} HAE, shipped {compact(last['shipped'])} for "
        f"{dollars(1e6 * last['revenue'])}, cancelled {compact(last['cancelled'])}; "
        f"{compact(last['backlog'])} HAE wait; deliveries had waited {weeks(last['realised_lead_weeks'])} weeks."
    )
