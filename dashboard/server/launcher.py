"""Start the page's server, for this machine only, and open the browser on it."""

from __future__ import annotations

import argparse
import contextlib
import os
import socket
import sys
import threading
import webbrowser
from collections.abc import Sequence

from dashboard.server.memory import share_heaps
from dashboard.server.settings import JAVASCRIPT, NO_JAVASCRIPT, PAGES, settle

PORT = 8765
TRIES = 20


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the server until it is interrupted; returns the exit status."""
    parser = argparse.ArgumentParser(prog="gpumarket app", description="Open the page in the browser.")
    parser.add_argument("--port", type=port_number, help=f"where to listen (default: the first free one from {PORT})")
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    parser.add_argument("--agents", metavar="DIR", help="classes of buyers of one's own: the .py files of a folder")
    parser.add_argument("--batch", metavar="DIR", help="open the runs of a stored batch in Live")
    parser.add_argument("--analysis", metavar="DIR", help="open a stored study of sensitivity or comparison")
    options = parser.parse_args(arguments)
    if not JAVASCRIPT.is_dir():
        return stop(NO_JAVASCRIPT)
    if options.agents is not None:
        from market import BadInput, buyers_from

        try:
            buyers_from(options.agents)
        except BadInput as error:
            return stop(str(error))
    path = ""
    if options.batch is not None:
        from dashboard.state import stored
        from market import BadInput

        try:
            path = f"/live?stored={stored.open_on(options.batch).first}"
        except BadInput as error:
            return stop(str(error))
    if options.analysis is not None:
        from dashboard.state import analysis
        from market import BadInput

        try:
            tab = analysis.open_on(options.analysis).PATH
        except BadInput as error:
            return stop(str(error))
        path = path or f"{tab}?scenario=analysis"
    try:
        listening = listen(options.port)
    except OSError as error:
        return stop(f"Port {options.port or PORT} cannot be used: {error.strerror or error}.")
    with listening:
        return serve(listening, browser=not options.no_browser, path=path)


def port_number(text: str) -> int:
    """The port that a text gives.

    Raises:
        argparse.ArgumentTypeError: it gives none.
    """
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"found {text!r}; allowed: a whole number from 1 to 65535")
    return int(text)


def stop(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 2


def listen(port: int | None) -> socket.socket:
    """A socket of this machine on ``port``, or on the first free one of TRIES from PORT on.

    Raises:
        OSError: it cannot be had.
    """
    if port is not None:
        return socket.create_server(("127.0.0.1", port))
    for candidate in range(PORT, PORT + TRIES):
        try:
            return socket.create_server(("127.0.0.1", candidate))
        except OSError:
            continue
    return socket.create_server(("127.0.0.1", 0))


def serve(listening: socket.socket, browser: bool, path: str = "") -> int:
    """Serve the page on a socket until interrupted; it is opened at a path."""
    os.environ["SOLARA_APP"] = PAGES
    settle()
    share_heaps()

    import uvicorn  # after the settings, as is the next
    from solara.server.starlette import app

    from dashboard.server.guard import Guard

    port = listening.getsockname()[1]
    address = f"http://localhost:{port}{path}"

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            print(f"gpumarket is at {address} (Ctrl-C stops it)", flush=True)
            if browser:
                threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    config = uvicorn.Config(
        Guard(app, port),
        log_level="warning",
        server_header=False,
        ws_max_size=2**24,
        ws_per_message_deflate=False,
    )
    with contextlib.suppress(KeyboardInterrupt):
        Server(config).run(sockets=[listening])
    return 0
