"""What the browser of another web page must not do: Solara itself checks neither Host nor Origin."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

# Vue compiles its templates in the browser, hence eval; Solara's page carries inline scripts and styles.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' ws: blob:",
        "worker-src 'self' blob:",
        "frame-ancestors 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "object-src 'none'",
    )
)
HEADERS = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
SAFE = ("GET", "HEAD", "OPTIONS")
CLOSED = ("/resourcez", "/_solara/cdn")
"""The server's own statistics, and what would fetch files from the internet: nobody needs either here."""


class Guard:
    """An ASGI application that lets through what this machine's own page asks for.

    The Host must be this server's (against DNS rebinding); a websocket, and whatever changes something, must
    come from a page of this server (against other web pages driving the app). Answers carry security headers.

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

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        if not self.allows(scope):
            return await refuse(scope, receive, send)
        if scope["type"] == "websocket":
            return await self.app(scope, receive, send)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", []), *HEADERS]}
            await send(message)

        return await self.app(scope, receive, send_with_headers)

    def allows(self, scope: Message) -> bool:
        """Whether a request comes from where it may come from."""
        hosts = header(scope, b"host")
        origins = header(scope, b"origin")
        if len(hosts) != 1 or hosts[0].lower() not in self.hosts or scope["path"].startswith(CLOSED):
            return False
        if scope["type"] == "http" and scope["method"] in SAFE:
            return True
        return len(origins) == 1 and origins[0].lower() in self.origins


def header(scope: Message, name: bytes) -> list[str]:
    """All values of a request's header."""
    return [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name]


async def refuse(scope: Message, receive: Receive, send: Send) -> None:
    """Answer 403, before a websocket is accepted too."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8"), *HEADERS]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": b"This server answers to its own pages only.\n"})
