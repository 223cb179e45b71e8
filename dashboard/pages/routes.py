"""What Solara serves: a page for each tab."""

from __future__ import annotations

import solara

from dashboard.compare.page import ComparePage
from dashboard.live.page import LivePage
from dashboard.market.page import MarketPage
from dashboard.matters.page import MattersPage
from dashboard.pages.frame import Layout

Page = MarketPage

routes = [
    solara.Route("/", component=Page, label="Market", layout=Layout),
    solara.Route("live", component=LivePage, label="Live"),
    solara.Route("compare", component=ComparePage, label="Compare"),
    solara.Route("what-matters", component=MattersPage, label="What matters"),
]
