"""The page: ``python app.py`` opens it, and so does ``solara run app.py``."""

import sys

import __main__
from dashboard.server.adopted import adopt
from dashboard.server.launcher import main

if vars(__main__) is globals():  # Solara runs this file under the name __main__ too
    sys.exit(main())

adopt()

from dashboard.pages.routes import Layout, Page, routes  # noqa: E402 # Solara has its settings now

__all__ = ["Layout", "Page", "routes"]
