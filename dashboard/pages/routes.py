"""What Solara serves: a page for each tab."""

from __future__ import annotations

import solara

from dashboard.compare.page import ComparePage
from dashboard.data.page import DataPage
from dashboard.history.page import HistoryPage
from dashboard.live.page import LivePage
from dashboard.market.page import MarketPage
from dashboard.matters.page import MattersPage
from dashboard.pages.frame import Layout
from dashboard.pages.safe import safe
from dashboard.question.page import QuestionPage

Page = safe(QuestionPage)

routes = [
    solara.Route("/", component=Page, label="Question", layout=Layout),
    solara.Route("market", component=safe(MarketPage), label="Market"),
    solara.Route("live", component=safe(LivePage), label="Live"),
    solara.Route("compare", component=safe(ComparePage), label="Compare"),
    solara.Route("what-matters", component=safe(MattersPage), label="What matters"),
    solara.Route("history", component=safe(HistoryPage), label="History"),
    solara.Route("data", component=safe(DataPage), label="Data"),
]
