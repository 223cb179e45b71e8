"""The tab Market: an ensemble in figures, charts and a table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara
import xarray as xr

from dashboard.market.charts import Source, backlog, inflation, lead_times, prices, rent, shares
from dashboard.market.held import fit, held
from dashboard.parts.cards import Cards, cards, differences
from dashboard.parts.changes import Changes
from dashboard.parts.charts import Chart, Plot
from dashboard.parts.fields import Pick, Ways
from dashboard.parts.panels import Choice, Download, Heading, Panel, Words
from dashboard.parts.progress import Progress
from dashboard.parts.tables import Table, buyer_columns, buyer_rows, buyers_csv, file_name, series_csv
from dashboard.reading import real
from dashboard.reading.leading import sighted_quarter
from dashboard.state import session
from dashboard.state.session import Ensemble
from dashboard.state.together import together
from dashboard.why.panel import WhyPanel
from market.play.hand import UNTOUCHED
from market.scenario.scenario import Scenario
from runs.engine.spread import parted_words

view = solara.reactive("lines")
threads = solara.reactive("bands")


@solara.component
def MarketPage() -> None:
    now, shown = session.setting.value, session.job.result.value
    busy = session.job.status.value.busy
    of = now if shown is None else shown.setting
    stale = busy and of != now
    with solara.Div(classes=["gm-page"]):
        Heading(of.base.title, of, stale)
        Words("p", str(of.base.raw.get("description", "")).strip().replace("\n", " "), "gm-lead")
        Changes()
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
    return (
        f"{shown.runs} runs in {shown.seconds:.1f} s; ± is the Monte Carlo error of a median; HAE: H100-equivalents"
        + spread_words(shown.data)
        + failed
    )


def spread_words(data: xr.Dataset) -> str:
    """What the bands are of, where they are of more than chance."""
    if "vector" not in data.coords:
        return ""
    shares = parted_words(data)
    vectors = int(data["vector"].max()) + 1
    return f"; bands: {vectors} vectors that fit history, and chance; of the variance the vectors explain: {shares}"


def picked(scenario: Scenario) -> str:
    """The quarter that is looked at."""
    return session.quarter.value if session.quarter.value in scenario.quarters else sighted_quarter(scenario)


@solara.component
def Results(shown: Ensemble) -> None:
    scenario = shown.scenario
    source = solara.use_memo(lambda: Source(shown.read, shown.before, threads.value == "runs"), [shown, threads.value])
    figures = solara.use_memo(lambda: figures_of(shown), [shown])
    statement = solara.use_memo(lambda: fit_of(shown), [shown])
    now = picked(scenario)
    router = solara.use_router()

    def open_run(run: int, quarter: str) -> None:
        if session.setting.value.run_of() != shown.setting.run_of():  # another setting is being computed
            return
        with together():
            session.quarter.value, session.replication.value, session.by_hand.value = quarter, run, UNTOUCHED
            router.push("/live")

    Cards(cards=figures)
    with solara.Div(classes=["gm-fit"]):
        if statement:
            Words("p", statement)
            with solara.Link("/history"):
                Words("span", "Every real series, and the backtest", "gm-link")
        with solara.Div(classes=["gm-behind"]):
            if source.drawn:
                items = [(run, f"Run {run}") for run in source.drawn]
                Pick("Open a run in Live", items, None, lambda run: open_run(run, now), "gm-open")
            Ways("Behind the medians", [("bands", "Bands"), ("runs", "Bands and ten runs")], threads.value, threads.set)
    Charts(source, now, open_run)
    WhyPanel(shown, now, session.quarter.set)
    Buyers(shown, now)
    Events(scenario)


def fit_of(shown: Ensemble) -> str:
    """How many real figures lie in the bands; of all runs alone."""
    return fit(held(Source(shown.read)), "vector" in shown.data.coords) if shown.runs == shown.setting.runs else ""


def figures_of(shown: Ensemble) -> list[dict]:
    """The cards, beside those of the scenario as it is where something is changed."""
    own = shown.read.measures
    if shown.before is None:
        return cards(shown.scenario, own)
    apart = differences(shown.scenario, own, shown.before.measures)
    return cards(shown.scenario, own, apart, "the scenario unchanged")


@solara.component
def Charts(source: Source, now: str, open_run: Callable[[int, str], Any]) -> None:
    """Six charts; a click on a quarter picks it everywhere, one on a single run opens it."""
    scenario = source.scenario
    products = [*scenario.products, *scenario.outside]
    chosen = session.product.value if session.product.value in products else scenario.story.product
    waits = solara.use_memo(lambda: lead_times(source), [source])
    price = solara.use_memo(lambda: prices(source, chosen), [source, chosen])
    share = solara.use_memo(lambda: shares(source, view.value == "stacked"), [source, view.value])
    others = solara.use_memo(lambda: (backlog(source), inflation(source), rent(source)), [source])

    def draw(plot: Plot, label: str) -> None:
        Chart(plot, label, "236px", session.quarter.set, now, open_run)

    lines = view.value == "lines"
    about = "pick buyers below" if lines else "means of the runs, one above the other"
    with solara.Div(classes=["gm-grid"]):
        with Panel("Lead time", "Weeks quoted to ordinary customers, by generation; realised: of what was delivered"):
            draw(waits, "Lead time in weeks by quarter.")
        tools = [Choice("Product", products, chosen, session.product.set)] if len(products) > 1 else []
        with Panel("Price", f"US dollars per {chosen}; shadow: what would clear the market", tools):
            draw(price, f"List, paid and shadow price of {chosen} by quarter.")
        tools = [Choice("View", ["lines", "stacked"], view.value, view.set)]
        with Panel("Market share", f"Share of units delivered; {about}", tools):
            draw(share, "Share of units delivered to each buyer by quarter.")
        with Panel("Backlog and capacity", "HAE (H100-equivalents): open orders at the end, what could be made"):
            draw(others[0], "Open orders and what could be made, by quarter.")
        with Panel("Order inflation", "What buyers ask for over what they need; 1 is honest"):
            draw(others[1], "Orders asked for over needs by quarter.")
        with Panel("Rent", "US dollars an hour for an H100-equivalent, all contracts"):
            draw(others[2], "Rent of an H100-equivalent by quarter.")


@solara.component
def Buyers(shown: Ensemble, now: str) -> None:
    """The table of buyers in a quarter."""
    scenario, data = shown.scenario, shown.data
    rows = solara.use_memo(lambda: buyer_rows(data, now), [shown, now])
    tools = [
        Choice("Quarter of the table", scenario.quarters, now, session.quarter.set),
        Download("Table", lambda: buyers_csv(data, now), file_name(scenario, f"buyers-{now}")),
        Download("All series", lambda: series_csv(data), file_name(scenario, "series")),
    ]
    with Panel(f"Buyers in {now}", "Medians of the runs; HAE: H100-equivalents", tools, classes="gm-after"):
        Table(columns=buyer_columns(data), rows=rows, label=f"Buyers in {now}")


@solara.component
def Events(scenario: Scenario) -> None:
    """What the triangles in the charts stand for."""
    found = real.events(scenario)
    if not found:
        return
    with Panel("Events", "Triangles in the charts", classes="gm-after"), solara.Div(classes=["gm-events"]):
        for at, notes in sorted(found.items()):
            for note in notes:
                Words("p", f"▾ {scenario.quarters[at]}: {note}")
