"""The page that opens: a scenario's question, a sentence, one wide picture, the figures it names."""

from __future__ import annotations

import solara

from dashboard.compare.told import begun
from dashboard.parts.cards import Cards, cards
from dashboard.parts.changes import Changes
from dashboard.parts.charts import Chart
from dashboard.parts.fields import Command, Ways
from dashboard.parts.panels import Heading, Panel, Words
from dashboard.parts.progress import Progress
from dashboard.question import pair as pairing
from dashboard.question.pair import Pair
from dashboard.question.told import above, below, said, sentence, stock, unit
from dashboard.reading import leading
from dashboard.state import session

side = solara.reactive("both")
"""Which of the two worlds is drawn: both, with or without."""


@solara.component
def QuestionPage() -> None:
    now, shown = session.setting.value, session.job.result.value
    solara.use_effect(pairing.accompany, [])
    solara.use_effect(lambda: pairing.follow(shown), [shown])
    pair = pairing.pair_of(shown)
    of = now if pair is None else pair.own.setting
    busy = session.job.status.value.busy or pairing.job.status.value.busy
    stale = pair is not None and busy and of != now
    with solara.Div(classes=["gm-page"]):
        Heading(of.base.story.question or of.base.title, of, stale)
        if of.base.story.text:
            Words("p", of.base.story.text.replace("\n", " "), "gm-lead")
        Changes()
        working = session.job if session.job.status.value.busy or pair is None else pairing.job
        Progress(working, told(pair), again=lambda: session.job.start(session.setting.value))
        if pair is not None:
            with solara.Div(classes=["gm-stale"] if stale else []):
                Answer(pair)
        elif busy:
            solara.HTML(tag="div", classes=["gm-placeholder"], attributes={"aria-hidden": "true"})


def told(pair: Pair | None) -> str:
    """What a reader needs to know about the figures below."""
    if pair is None:
        return ""
    own = pair.own
    if own.runs < own.setting.runs:
        return f"{own.runs} of {own.setting.runs} runs, in {own.seconds:.1f} s; the others follow"
    if pair.control is None:
        return f"{own.runs} runs in {own.seconds:.1f} s; compared with none; HAE: H100-equivalents"
    return (
        f"{own.runs} runs in {own.seconds:.1f} s, each beside its twin of {own.scenario.story.counterfactual} on the "
        f"same draws; in brackets: 95% intervals of the mean difference; HAE: H100-equivalents"
    )


@solara.component
def Answer(pair: Pair) -> None:
    """The sentence, the picture, the cards."""
    own, scenario = pair.own, pair.own.scenario
    against = scenario.story.counterfactual
    finding = solara.use_memo(lambda: sentence(pair), [pair])
    upper = solara.use_memo(lambda: above(pair, side.value), [pair, side.value])
    lower = solara.use_memo(lambda: below(pair), [pair])
    figures = solara.use_memo(lambda: cards(scenario, pair.measures, pair.apart, against), [pair])
    high, low = leading.above(scenario), leading.below(scenario)
    paired = pair.control is not None
    difference = scenario.story.difference

    Words("p", finding, "gm-finding gm-answer")
    tools = [Ways("Which world", [("both", "Both"), ("with", "With"), ("without", "Without")], side.value, side.set)]
    with Panel(
        begun(said(high)) + (f", with and without {difference}" if paired else ""),
        f"{unit(high, pair)}{', on a logarithmic axis' if stock(high) else ''}; medians of the runs",
        tools if paired else [],
        classes="gm-picture",
    ):
        Chart(upper, f"{begun(said(high))} by quarter.", "176px")
        with solara.Div(classes=["gm-below"]):
            Words("h3", begun(said(low)) + (f": with less without {difference}" if paired else ""))
            Words("p", f"{unit(low, pair)} a quarter; " + ("mean difference, run by run" if paired else "medians"))
        Chart(lower, f"{begun(said(low))} by quarter.", "124px")
    Cards(cards=figures)
    if paired and own.runs == own.setting.runs:
        Command(pairing.request(own).command)
