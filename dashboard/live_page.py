"""The tab Live: one run, stepped quarter by quarter."""

import solara


@solara.component
def LivePage():
    solara.Text("soon")
