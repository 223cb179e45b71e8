"""The tab History: the facts that the market is judged by, and every real series beside its own."""

from __future__ import annotations

from dataclasses import dataclass

import solara
from solara.alias import rv

from dashboard.history.told import COLUMNS, quality, rows, sources
from dashboard.market.charts import Source
from dashboard.market.held import Held, fit, held
from dashboard.parts.charts import Chart
from dashboard.parts.fields import Command
from dashboard.parts.panels import Heading, Panel, Words
from dashboard.parts.progress import Progress
from dashboard.parts.tables import Table
from dashboard.state import session
from dashboard.state.jobs import Job, once
from dashboard.state.jobs import Progress as Told
from dashboard.state.session import Ensemble, Setting
from runs.backtest.judgement import Judgement
from runs.requests import Backtest


@dataclass(frozen=True)
class Wanted:
    """The setting that is held against history."""

    setting: Setting

    @property
    def request(self) -> Backtest:
        """As the command line asks it; raises BadInput where a change is not allowed."""
        setting = self.setting
        return Backtest(setting.name, setting.runs, setting.seed, dict(setting.changes))


@dataclass(frozen=True, eq=False)
class Judged:
    wanted: Wanted
    judgement: Judgement


def computed(wanted: Wanted, progress: Told) -> Judged:
    """The judgement of a setting.

    Raises:
        BadInput: a change is not allowed.
        Cancelled: ``progress`` returned False.
    """
    return Judged(wanted, wanted.request.run(progress))


job: Job[Wanted, Judged] = Job(once(computed))


@solara.component
def HistoryPage() -> None:
    now, shown, judged = session.setting.value, session.job.result.value, job.result.value

    def begin() -> None:
        known = job.result.peek()
        if known is None or known.wanted.setting != now:
            job.start(Wanted(now))

    solara.use_effect(begin, [now])
    of = now if judged is None else judged.wanted.setting
    stale = judged is not None and of != now
    with solara.Div(classes=["gm-page"]):
        Heading("How well does the market fit what happened?", of, stale)
        Progress(job, told(judged), again=lambda: job.start(Wanted(session.setting.value)))
        with solara.Div(classes=["gm-stale"] if stale else []):
            if judged is not None:
                Findings(judged)
            if shown is not None:
                Series(shown)


def told(judged: Judged | None) -> str:
    if judged is None:
        return ""
    return f"Median path of {judged.wanted.setting.runs} runs: {judged.judgement.sentence}"


@solara.component
def Findings(judged: Judged) -> None:
    """The facts and the truths, each with its band and its verdict."""
    found = judged.judgement
    facts = solara.use_memo(lambda: rows(found.facts), [judged])
    truths = solara.use_memo(lambda: rows(found.truths), [judged])
    with Panel("Facts of 2022 to 2024", "Sentences about what happened, with the bands that they allow"):
        Table(columns=COLUMNS, rows=facts, label="Facts, their bands, and the market's figures")
    with Panel("Truths", "What holds in any market of this kind, whatever happened", classes="gm-after"):
        Table(columns=COLUMNS, rows=truths, label="Truths, their bands, and the market's figures")
        for one in sorted({f.missing for f in [*found.facts, *found.truths] if f.missing}):
            Words("p", one, "gm-footnote")
        Command(judged.wanted.request.command)


@solara.component
def Series(shown: Ensemble) -> None:
    """A small picture of each real series."""
    source = Source(shown.read)
    found = solara.use_memo(lambda: held(source), [shown])
    if not found:
        Words("p", "This scenario is of no real market: there is no figure to hold it against.", "gm-await")
        return
    Words("h2", "Every real series beside the market's own", "gm-section")
    Words("p", fit(found), "gm-lead")
    with solara.Div(classes=["gm-grid gm-small"]):
        for one in found:
            Small(source, one)


@solara.component
def Small(source: Source, one: Held) -> None:
    with Panel(one.name, quality(one)):
        Chart(one.plot(source), f"{one.name}: {quality(one)}.", "150px")
        with rv.Html(tag="details", class_="gm-sources"):
            Words("summary", "Sources")
            for text in sources(one):
                Words("p", text)
