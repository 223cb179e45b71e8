"""The tab Data: the scenario as a form and as a file, tables and pictures to take away, and how to repeat them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import solara

from dashboard.data.files import OF_ONE, TABLES, csv, parquet, table
from dashboard.data.form import rows, tables
from dashboard.data.pictures import picture
from dashboard.data.told import command, lines, source
from dashboard.live.charts import lead_times as lead_times_of_run
from dashboard.live.charts import prices as prices_of_run
from dashboard.live.run import stepped
from dashboard.market.charts import Source, backlog, inflation, lead_times, prices, rent, shares
from dashboard.parts.charts import Plot
from dashboard.parts.fields import Pick
from dashboard.parts.panels import Download, Heading, Panel, Words
from dashboard.parts.progress import Progress
from dashboard.state import link, session
from dashboard.state.link import Look
from dashboard.state.session import Ensemble, Setting, scenario_in
from dashboard.state.together import together
from market import BadInput
from market.play.hand import UNTOUCHED
from runs.requests.request import read_value

MOST = 256 * 1024
"""Bytes of a scenario that may be sent."""
MIME = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet", "svg": "image/svg+xml", "png": "image/png"}


@solara.component_vue("form.vue")
def Fields(rows: list = [], event_change: Callable[[Any], Any] | None = None) -> None: ...  # noqa: B006


@solara.component_vue("text.vue")
def Text(text: str = "", error: str = "", most: int = MOST, event_send: Callable[[Any], Any] | None = None) -> None: ...


@solara.component
def DataPage() -> None:
    look, shown = link.now(), session.job.result.value
    taken = look if shown is None else replace(look, hand=link.possible(look.hand, shown.scenario))
    with solara.Div(classes=["gm-page"]):
        Heading("Take it away, or bring your own", look.setting)
        Progress(session.job, "", again=lambda: session.job.start(session.setting.value))
        with solara.Div(classes=["gm-grid"]):
            Form(look.setting)
            File(look.setting)
            if shown is not None:
                Files(shown, taken)
                Pictures(shown, taken)
            Repeat(look)


@solara.component
def Form(now: Setting) -> None:
    """The fields of one table of the scenario."""
    chosen = solara.use_reactive("market")
    refused: solara.Reactive[dict[str, str]] = solara.use_reactive({})
    known = tables(now.scenario)
    shown = chosen.value if chosen.value in known else "market"

    def change(sent: Any) -> None:
        match sent:
            case {"path": str(path), "text": str(text)}:
                with together():
                    refused.value = {}
                    try:
                        session.setting.value = typed(session.setting.value, path, text)
                    except BadInput as error:
                        refused.value = {path: str(error)}

    with Panel(
        "Scenario, field by field", "A value is written as in the file; what is changed here is in the link too"
    ):
        Pick("Table", [(name, title) for name, title in known.items()], shown, chosen.set)
        Fields(rows=rows(now, shown, refused.value), event_change=change)


def typed(now: Setting, path: str, text: str) -> Setting:
    """The setting with what was typed for a field.

    Raises:
        BadInput: it is not allowed there.
    """
    if len(text) > MOST:
        raise BadInput(f"{path}: found {len(text)} characters; allowed: up to {MOST}")
    changed = now.changed(path, read_value(text.strip()))
    changed.scenario  # noqa: B018 # raises if the value is not allowed
    return changed


@solara.component
def File(now: Setting) -> None:
    """The scenario as TOML, to take away and to bring."""
    error = solara.use_reactive("")

    def send(sent: Any) -> None:
        match sent:
            case {"text": str(text)}:
                try:
                    brought = sent_in(text, session.setting.value)
                except BadInput as problem:
                    error.value = str(problem)
                else:
                    with together():
                        error.value, session.complaint.value = "", ""
                        session.setting.value = brought

    name = f"{now.name}.toml"
    with Panel(
        "Scenario as a file",
        "TOML; what is uploaded is read as text alone and stays in this session",
        [Download("Download", lambda: now.scenario.to_toml(), name, "application/toml")],
    ):
        Text(text=now.scenario.to_toml(), error=error.value, event_send=send)


def sent_in(text: str, now: Setting) -> Setting:
    """A setting of the scenario in a text.

    Raises:
        BadInput: the text is too long or not a valid scenario.
    """
    if len(text.encode()) > MOST:
        raise BadInput(f"upload: found {len(text.encode()):,} bytes; allowed: up to {MOST:,}")
    return Setting(scenario_in(text).name, runs=now.runs, text=text)


@solara.component
def Files(shown: Ensemble, look: Look) -> None:
    """Every table, in two kinds of file."""
    stem = f"{shown.scenario.name}-{shown.scenario.hash[:8]}"
    with Panel(
        "Tables", f"{shown.runs} runs, seed {shown.setting.seed_used}; units stand in the columns of a Parquet file"
    ):
        for name, about in TABLES.items():
            part = f"-{slug(run_in_words(look))}" if name in OF_ONE else ""
            with solara.Div(classes=["gm-take"]):
                Words("b", name.capitalize())
                Words("span", about + (f", of {run_in_words(look)}" if part else ""))
                for kind, write in (("csv", csv), ("parquet", parquet)):
                    make = partial(made, write, name, shown, look)
                    Download(
                        kind.upper() if kind == "csv" else "Parquet", make, f"{stem}-{name}{part}.{kind}", MIME[kind]
                    )


def made(write: Callable[[Any], bytes], name: str, shown: Ensemble, look: Look) -> bytes:
    return write(table(name, shown, look))


def run_in_words(look: Look) -> str:
    """The run that Live shows: ``run 3``, ``run 3 with 2 decisions by hand``."""
    count = len(look.hand.taken)
    many = {0: "", 1: " with a decision by hand"}.get(count, f" with {count} decisions by hand")
    return f"run {look.run}{many}"


def slug(text: str) -> str:
    """A text as a part of a file's name."""
    return text.lower().replace(",", "").replace(" ", "-")


def plots(shown: Ensemble, look: Look) -> dict[str, Callable[[], Plot]]:
    """Every chart that can be taken away, by its title."""
    runs = Source(shown.read, shown.before)
    product = look.product or shown.scenario.story.product
    last = shown.scenario.quarters[-1]
    one, run = run_in_words(look), partial(stepped, shown.setting, look.run, look.hand)
    return {
        "Lead time": lambda: lead_times(runs),
        f"Price of {product}": lambda: prices(runs, product),
        "Market share": lambda: shares(runs),
        "Backlog and capacity": lambda: backlog(runs),
        "Order inflation": lambda: inflation(runs),
        "Rent": lambda: rent(runs),
        f"Lead time in {one}": lambda: lead_times_of_run(run(), last),
        f"Price of {product} in {one}": lambda: prices_of_run(run(), last, product),
    }


@solara.component
def Pictures(shown: Ensemble, look: Look) -> None:
    """Every chart, in two kinds of picture."""
    stem = f"{shown.scenario.name}-{shown.scenario.hash[:8]}"
    with Panel("Pictures", "With the line that says where they are from"):
        for title in plots(shown, look):
            with solara.Div(classes=["gm-take"]):
                Words("b", title)
                Words("span", "")
                for kind in ("svg", "png"):
                    Download(
                        kind.upper(),
                        partial(drawn, title, shown, look, kind),
                        f"{stem}-{slug(title)}.{kind}",
                        MIME[kind],
                    )


def drawn(title: str, shown: Ensemble, look: Look, kind: str) -> bytes:
    hand = look.hand if run_in_words(look) in title else UNTOUCHED
    return picture(plots(shown, look)[title](), title, source(Look(shown.setting, hand=hand)), kind)


@solara.component
def Repeat(look: Look) -> None:
    """How the figures on the screen are had elsewhere."""
    with Panel("The same numbers elsewhere", "To the last bit on this machine", classes="gm-full"):
        Words("p", "On the command line", "gm-footnote")
        Words("pre", command(look), "gm-code")
        if look.hand.taken:
            Words("p", f"It takes no decisions by hand; the lines of Python give {run_in_words(look)}.", "gm-footnote")
        Words("p", "In Python", "gm-footnote")
        Words("pre", lines(look), "gm-code")
