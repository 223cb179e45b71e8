"""How Solara is set for the page, whoever starts its server."""

from __future__ import annotations

import os
import sys
from pathlib import Path

JAVASCRIPT = Path(__file__).resolve().parents[1] / "public" / "cdn"
NO_JAVASCRIPT = "The page's JavaScript is not there: run 'gpumarket fetch-page', or 'make install' in a checkout."

PAGES = "dashboard.pages.routes"
"""The module that Solara serves."""

SETTINGS = {
    "SOLARA_MODE": "production",
    # the page's JavaScript comes from this server; without the proxy nothing can ask the internet for it
    "SOLARA_ASSETS_PROXY": "false",
    "SOLARA_ASSETS_CDN": "/static/public/cdn",
    "SOLARA_ASSETS_FONTAWESOME_ENABLED": "false",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "false",
    "SOLARA_SESSION_HTTP_ONLY": "true",
    "SOLARA_THEME_SHOW_BANNER": "false",
    "SOLARA_THEME_LOADER": "plain",
    "SOLARA_THEME_TITLE": "gpumarket",
    # what is looked at stands in the address: a server that is there again goes on with it, without a reload
    "SOLARA_STATE_AUTO_REMOUNT": "true",
    # results of a closed laptop's sessions do not stay for a day
    "SOLARA_KERNEL_CULL_TIMEOUT": "2h",
}
"""Set over whatever the environment holds."""


def settle() -> None:
    """Have Solara use SETTINGS: it reads them when it is imported, and again here if that has been."""
    os.environ.update(SETTINGS)
    if "solara" not in sys.modules:
        return
    import solara.server.settings
    import solara.settings
    from solara.minisettings import BaseSettings

    for module in (solara.settings, solara.server.settings):
        for known in list(vars(module).values()):
            if isinstance(known, BaseSettings):
                read = type(known)()
                for name, field in type(known).__fields__.items():
                    if field.env.upper() in SETTINGS:
                        setattr(known, name, getattr(read, name))
