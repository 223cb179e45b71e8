"""The tab Market: an ensemble in figures, charts and a table."""

from __future__ import annotations

import solara

from dashboard.market.cards import Cards, cards
from dashboard.market.charts import lead_times, prices, shares
from dashboard.parts.charts import Chart
from dashboard.parts.panels import Choice, Download, Heading, Panel, Words
from dashboard.parts.progress import Progress
from dashboard.parts.tables import Table, buyer_columns, buyer_rows, buyers_csv, file_name, series_csv
from dashboard.state import session
from dashboard.state.session import Ensemble

view = solara.reactive("lines")


@solara.component
def MarketPage() -> None:
    now, shown = session.setting.value, session.job.result.value
    busy = session.job.status.value.busy
    of = now if shown is None else shown.setting
    stale = busy and of != now
    with solara.Div(classes=["gm-page"]):
        Heading(of.base.story.question or of.base.title, of, stale)
        if of.base.story.text:
            Words("p", of.base.story.text.replace("\n", " "), "gm-lead")
        Progress(session.job, told(shown), again=lambda: session.job.start(session.setting.value))
        if shown is not None:
            with solara.Div(classes=["gm-stale"] if stale else []):
                Results(shown)
        elif busy:
            solara.HTML(tag="div", classes=["gm-placeholder"], attributes={"aria-hidden": "true"})


def told(shown: Ensemble | None) -> str:
    """What a reader needs to know about the figures below."""
    if shown is None:
        return ""
    if shown.runs < shown.setting.runs:
        return f"{shown.runs} of {shown.setting.runs} runs, in {shown.seconds:.1f} s; the others follow"
    failed = f"; {len(shown.failures)} stopped: {shown.failures[0].sentence}" if shown.failures else ""
    return f"{shown.runs} runs in {shown.seconds:.1f} s; ± is the Monte Carlo error of a median{failed}"


@solara.component
def Results(shown: Ensemble) -> None:
    scenario, data = shown.scenario, shown.data
    products = [*scenario.products, *scenario.outside]
    chosen = session.product.value if session.product.value in products else scenario.story.product
    figures = solara.use_memo(lambda: cards(scenario, data), [shown])
    waits = solara.use_memo(lambda: lead_times(scenario, data), [shown])
    price = solara.use_memo(lambda: prices(scenario, data, chosen), [shown, chosen])
    share = solara.use_memo(lambda: shares(scenario, data, view.value == "stacked"), [shown, view.value])
    last = scenario.quarters[-1]
    rows = solara.use_memo(lambda: buyer_rows(data, last), [shown])

    Cards(cards=figures)
    with solara.Div(classes=["gm-grid"]):
        with Panel("Lead time", "Weeks from order to delivery; medians of the runs"):
            Chart(waits, f"Lead time in weeks by quarter. {described(figures[0])}", "256px")
        with Panel(
            "Price",
            f"US dollars per {chosen}; shadow: what would clear the market",
            [Choice("Product", products, chosen, session.product.set)] if len(products) > 1 else [],
        ):
            Chart(price, f"List, paid and shadow price of {chosen} by quarter. {described(figures[2])}", "256px")
        with Panel(
            "Market share",
            "Share of units delivered; pick buyers below"
            if view.value == "lines"
            else "Share of units delivered; means of the runs, one above the other",
            [Choice("View", ["lines", "stacked"], view.value, view.set)],
            classes="gm-narrow",
        ):
            Chart(share, "Share of units delivered to each buyer by quarter.", "256px")
        with Panel(
            f"Buyers in {last}",
            "Medians of the runs",
            [
                Download("Table", lambda: buyers_csv(data, last), file_name(scenario, f"buyers-{last}")),
                Download("All series", lambda: series_csv(data), file_name(scenario, "series")),
            ],
            classes="gm-wide",
        ):
            Table(columns=buyer_columns(data), rows=rows, label=f"Buyers in {last}")


def described(card: dict) -> str:
    return f"{card['label']}: {card['value']} {card['unit']}, {card['note']}."
