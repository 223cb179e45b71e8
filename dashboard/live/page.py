"""The tab Live: one run of the ensemble, quarter by quarter, and the talks in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import solara

from dashboard.live.charts import bid, lead_times, prices
from dashboard.live.hand import HandPanel, Taken
from dashboard.live.run import Run, Talk, stepped
from dashboard.live.stored import of_the_batch
from dashboard.live.tables import QUEUE, TALKS, buyer_columns, buyer_rows, queue_rows, sentence, talk_row
from dashboard.live.talk import ended, gained, gave_way, lanes
from dashboard.parts.charts import Chart
from dashboard.parts.panels import Choice, Heading, Panel, Words
from dashboard.parts.tables import Table
from dashboard.reading.colors import of_buyer
from dashboard.reading.leading import sighted_quarter
from dashboard.state import link, session, stored
from dashboard.state.together import together
from market import BadInput
from market.play.hand import UNTOUCHED

chosen: solara.Reactive[str | None] = solara.reactive(None)
"""The talk that was clicked."""


@solara.component_vue("player.vue")
def _Player(
    quarters: list = [],  # noqa: B006
    at: int = 0,
    run: int = 0,
    heard: int = 0,
    event_pick: Callable[[Any], Any] | None = None,
    stored: str | None = None,
    event_choose: Callable[[Any], Any] | None = None,
    event_choose_stored: Callable[[Any], Any] | None = None,
) -> None: ...


@solara.component_vue("talk.vue")
def Lanes(talk: dict = {}, label: str = "") -> None: ...  # noqa: B006


@solara.component
def LivePage() -> None:
    look = link.now()
    setting, number, hand = look.setting, look.run, look.hand
    untouched = solara.use_memo(lambda: stepped(setting, number), [setting.run_of(), number])
    run = solara.use_memo(
        lambda: stepped(setting, number, hand) if hand.taken else untouched, [setting.run_of(), number, hand]
    )
    complaint = solara.use_reactive("")
    with solara.Div(classes=["gm-page"]):
        Heading(run.scenario.title, setting)
        if run.quarters:
            Player(run, complaint)
        if said := of_the_batch(look):
            Words("p", said, "gm-lead gm-stored")
        if complaint.value:
            Words("p", complaint.value, "gm-notice gm-notice-bad")
        if run.failure:
            Words("p", f"The run stopped. {run.failure}", "gm-notice gm-notice-bad")
        Taken(untouched, run)
        if run.quarters:
            Quarter(run, quarter_of(run), untouched)


def quarter_of(run: Run) -> str:
    """The quarter that is looked at, as far as the run has come; the story's where none was picked."""
    wanted = session.quarter.value or sighted_quarter(run.scenario)
    return wanted if wanted in run.quarters else run.quarters[-1]


@solara.component
def Player(run: Run, complaint: solara.Reactive[str]) -> None:
    """Which quarter of which run: slider, buttons, play."""
    heard = solara.use_reactive(0)

    def pick(at: Any) -> None:
        with together():
            heard.value += 1
            if isinstance(at, int) and 0 <= at < len(run.quarters):
                session.quarter.value = run.quarters[at]

    def choose(text: Any) -> None:
        look = link.now()
        with together():
            try:
                session.replication.value = link.with_run(look, str(text)).run
                complaint.value = ""
            except BadInput as error:
                complaint.value = f"{error}."

    def choose_stored(text: Any) -> None:
        with together():
            try:
                look = link.with_stored(link.now(), str(text))
                session.setting.value, session.replication.value = look.setting, look.run
                session.stored.value, session.by_hand.value, complaint.value = look.stored, UNTOUCHED, ""
            except BadInput as error:
                complaint.value = f"{error}."

    looked_at = link.now().stored
    _Player(
        quarters=list(run.quarters),
        at=run.quarters.index(quarter_of(run)),
        run=run.replication,
        heard=heard.value,
        event_pick=pick,
        stored=None if stored.opened() is None else "" if looked_at is None else str(looked_at),
        event_choose=choose,
        event_choose_stored=choose_stored,
    )


@solara.component
def Quarter(run: Run, quarter: str, untouched: Run) -> None:
    """A quarter of a run: talks, buyers, queue, and the run so far before the untouched one."""
    talks = run.talks[quarter]
    picked = picked_talk(talks, chosen.value)
    products = [*run.scenario.products, *run.scenario.outside]
    product = session.product.value if session.product.value in products else run.scenario.story.product
    behind = untouched if run.hand.taken else None
    Words("p", sentence(run, quarter), "gm-lead")
    with solara.Div(classes=["gm-grid"]):
        with Panel(
            f"Talks of {quarter}",
            "Who asked for what, and what came of it; pick a row to hear the talk",
            classes="gm-wide",
        ):
            Table(
                columns=TALKS,
                rows=[talk_row(talk) for talk in talks],
                label=f"Talks of {quarter}",
                empty="Nobody orders in this quarter.",
                selectable=True,
                chosen=picked.key if picked else None,
                event_choose=lambda key: chosen.set(str(key)),
            )
        with Panel(
            f"{picked.buyer} and {run.supplier}: {picked.product}" if picked else "No talk",
            "Week by week; an arrow is a limit outside the picture" if picked and picked.offers else "",
            classes="gm-narrow",
        ):
            if picked:
                Room(picked, run.supplier, of_buyer(run.scenario.build.names["buyers"], picked.buyer))
        HandPanel(run, quarter, chosen.set)
        with Panel(f"Buyers in {quarter}", "One run; served: delivered in the quarter", classes="gm-full"):
            Table(columns=buyer_columns(), rows=buyer_rows(run, quarter), label=f"Buyers in {quarter}")
        with Panel(f"The queue after {quarter}", "The largest open orders, the oldest first", classes="gm-full"):
            Table(
                columns=QUEUE, rows=queue_rows(run, quarter), label=f"The queue after {quarter}", empty="Nobody waits."
            )
        with Panel("Lead time so far", "Weeks, quoted to a new order and realised; squares: this run"):
            Chart(lead_times(run, quarter, behind), "Lead time of this run in weeks by quarter.", "260px")
        with Panel(
            "Price so far",
            f"US dollars per {product}; squares: this run",
            [Choice("Product", products, product, session.product.set)] if len(products) > 1 else [],
        ):
            Chart(
                prices(run, quarter, product, behind),
                f"List, paid and shadow price of {product} in this run by quarter.",
                "260px",
            )


@solara.component
def Room(talk: Talk, supplier: str, color: str) -> None:
    """A talk in lanes and in words."""
    given = [] if talk.in_auction else gave_way(talk, supplier)
    why, who = ended(talk, supplier), gained(talk, supplier)
    with solara.Div():
        if talk.in_auction:
            Chart(bid(talk, color), f"{talk.buyer}: price bid by units.", "300px")
        elif talk.offers:
            Lanes(talk=lanes(talk, supplier, color), label=" ".join([*given, why]))
        for said in filter(None, (*given, why, who)):
            Words("p", said, "gm-said")


def picked_talk(talks: Sequence[Talk], key: str | None) -> Talk | None:
    """The negotiation that was clicked; in another quarter the same buyer's, else the first: the protagonist's."""
    buyer = (key or "").partition("/")[0]
    for match in (lambda talk: talk.key == key, lambda talk: talk.buyer == buyer):
        found = next(filter(match, talks), None)
        if found:
            return found
    return next((talk for talk in talks if talk.offers), talks[0] if talks else None)
