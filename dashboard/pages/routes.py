"""What Solara serves: a page for each tab."""

from __future__ import annotations

import solara

from dashboard.compare.page import ComparePage
from dashboard.data.page import DataPage
from dashboard.live.page import LivePage
from dashboard.market.page import MarketPage
from dashboard.matters.page import MattersPage
from dashboard.pages.frame import Layout
from dashboard.pages.safe import safe

Page = safe(MarketPage)

routes = [
    solara.Route("/", component=Page, label="Market", layout=Layout),
    solara.Route("live", component=safe(LivePage), label="Live"),
    solara.Route("compare", component=safe(ComparePage), label="Compare"),
    solara.Route("what-matters", component=safe(MattersPage), label="What matters"),
    solara.Route("data", component=safe(DataPage), label="Data"),
]
