"""What the browser of another web page must not do: Solara itself checks neither Host nor Origin."""

from __future__ import annotations

import html
import logging
from collections.abc import Awaitable, Callable, Collection, MutableMapping
from typing import Any

from dashboard.server.memory import Memory

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

LOG = logging.getLogger("uvicorn.error")
SAFE = ("GET", "HEAD", "OPTIONS")
CLOSED = ("/resourcez", "/_solara/cdn")
"""The server's own statistics, and what would fetch files from the internet: nobody needs either here."""
FILES = ("/static/", "/jupyter/", "/_solara/", "/readyz")
"""What a page asks for by itself; every other path is one that somebody typed."""
MOST = 50
"""Pages that are open at once: each holds a thread, and the figures that it shows."""


class Guard:
    """An ASGI application that lets through what this machine's own page asks for.

    The Host must be this server's (against DNS rebinding); a websocket, and whatever changes something, must
    come from a page of this server (against other web pages driving the app). Answers carry security headers, and
    what cannot be had is said in a sentence.

    Args:
        app: the application behind it.
        port: the one this server listens on.
    """

    def __init__(self, app: App, port: int):
        self.app = app
        self.hosts = {f"localhost:{port}", f"127.0.0.1:{port}"}
        if port == 80:
            self.hosts |= {"localhost", "127.0.0.1"}
        self.origins = {f"http://{host}" for host in self.hosts}
        self.headers = security_headers(self.hosts)
        self.open = 0
        self.memory = Memory()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await self.connect(scope, receive, send)
        elif not self.allows(scope):
            await self.answer(send, 403, "This server answers to its own pages only.")
        elif "\0" in scope["path"]:
            await self.answer(send, 404, "There is nothing of this name.")
        elif self.open >= MOST and typed(scope):
            await self.answer(
                send, 503, f"{MOST} pages are open, which is all that this server holds: close one, then reload."
            )
        else:
            await self.serve(scope, receive, send)

    async def connect(self, scope: Message, receive: Receive, send: Send) -> None:
        """Let a page's websocket through, if there is room; one that sends garbage is dropped."""
        if not self.allows(scope) or self.open >= MOST:
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        self.open += 1
        try:
            await self.app(scope, receive, send)
        except Exception as error:
            LOG.warning("A connection was dropped: %s.", innermost(error))
        finally:
            self.open -= 1
            self.memory.give_back_later()

    async def serve(self, scope: Message, receive: Receive, send: Send) -> None:
        """Hand on a request, and the answer with the headers; a page that there is not gets one of ours."""
        unknown = False

        async def send_on(message: Message) -> None:
            nonlocal unknown
            if message["type"] == "http.response.start":
                unknown = message["status"] == 404 and typed(scope)
                message = {**message, "headers": [*message.get("headers", []), *self.headers]}
            if not unknown:
                await send(message)

        await self.app(scope, receive, send_on)
        if unknown:
            await self.answer(send, 404, "There is no page of this name.")

    def allows(self, scope: Message) -> bool:
        """Whether a request comes from where it may come from."""
        hosts = header(scope, b"host")
        origins = header(scope, b"origin")
        if len(hosts) != 1 or hosts[0].lower() not in self.hosts or scope["path"].startswith(CLOSED):
            return False
        if scope["type"] == "http" and scope["method"] in SAFE:
            return True
        return len(origins) == 1 and origins[0].lower() in self.origins

    async def answer(self, send: Send, status: int, sentence: str) -> None:
        """A page with a sentence and the way back."""
        page = PAGE.format(sentence=html.escape(sentence)).encode()
        headers = [(b"content-type", b"text/html; charset=utf-8"), *self.headers]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": page})


def security_headers(hosts: Collection[str]) -> list[tuple[bytes, bytes]]:
    """What every answer tells the browser; scripts may connect to these hosts alone."""
    sockets = " ".join(f"ws://{host}" for host in sorted(hosts))
    # Vue compiles its templates in the browser, hence eval; Solara's page carries inline scripts and styles.
    policy = (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        f"connect-src 'self' {sockets} blob:",
        "worker-src 'self' blob:",
        "frame-ancestors 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "object-src 'none'",
    )
    return [
        (b"content-security-policy", "; ".join(policy).encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"cross-origin-resource-policy", b"same-origin"),
    ]


def header(scope: Message, name: bytes) -> list[str]:
    """All values of a request's header."""
    return [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name]


def typed(scope: Message) -> bool:
    """Whether a request is for a page, not for what a page needs."""
    return not scope["path"].startswith(FILES)


def innermost(error: BaseException) -> str:
    """The kind of an error without where it happened; the first of a group."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return type(error).__name__


PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>gpumarket</title>
<style>
  html {{ color-scheme: light dark; font-family: system-ui, sans-serif; }}
  body {{ margin: 18vh auto 0; max-width: 34em; padding: 0 24px; line-height: 1.5; }}
</style>
</head>
<body><h1>gpumarket</h1><p>{sentence}</p><p><a href="/">To the page</a></p></body>
</html>
"""
