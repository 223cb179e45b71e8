"""The page under Solara's own server, ``solara run app.py``, which has begun before it asks for the page."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path

from dashboard.server.guard import Guard
from dashboard.server.settings import JAVASCRIPT, NO_JAVASCRIPT, settle

LOCAL = ("localhost", "127.0.0.1")


@cache
def adopt() -> None:
    """Bring the settings, the files and the guard of the page to the server that runs the caller, once.

    Elsewhere, as where a test imports ``app``, nothing happens.

    Raises:
        SystemExit: the page's JavaScript is not there.
    """
    if "solara.server.starlette" not in sys.modules:
        return
    from solara.server import app as solara_apps
    from solara.server.starlette import app as server
    from starlette.middleware import Middleware

    if "__default__" not in solara_apps.apps or "SERVER_PORT" not in os.environ:
        return
    if not JAVASCRIPT.is_dir():
        raise SystemExit(NO_JAVASCRIPT)
    settle()
    # Solara looks for assets/ and public/ beside the folder of the app
    solara_apps.apps["__default__"].directory = Path(__file__).resolve().parents[1] / "pages"
    server.user_middleware.insert(0, Middleware(Guard, port=int(os.environ["SERVER_PORT"])))
    server.middleware_stack = server.build_middleware_stack()


def missing() -> str:
    """What this way of starting lacks beside ``gpumarket app``, in a line; nothing where nothing does."""
    if "SERVER_NAME" not in os.environ:  # not under ``solara run``
        return ""
    said = []
    if "--no-check-version" not in sys.argv:
        said.append("it has asked pypi.org for its newest version (--no-check-version keeps it from that)")
    if os.environ["SERVER_NAME"] not in LOCAL:
        said.append("it listens beyond this machine, though it answers to it alone (--host localhost)")
    return f"Started by Solara: {' and '.join(said)}." if said else ""
