"""Who is let through to the page, without a server."""

from __future__ import annotations

import asyncio

import pytest

from dashboard.server.guard import Guard

OWN = "http://localhost:8765"


async def inner(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"yes"})
    else:
        await send({"type": "websocket.accept"})


def answer(kind: str = "http", method: str = "GET", path: str = "/", **headers: str) -> list[dict]:
    """What a request gets; header names with underscores."""
    sent: list[dict] = []

    async def receive():
        return {"type": f"{kind}.connect"}

    async def send(message):
        sent.append(message)

    pairs = [(name.encode(), value.encode()) for name, value in ({"host": "localhost:8765"} | headers).items()]
    scope = {"type": kind, "method": method, "path": path, "headers": pairs}
    asyncio.run(Guard(inner, 8765)(scope, receive, send))
    return sent


def allowed(*args, **headers) -> bool:
    first = answer(*args, **headers)[0]
    return first.get("status") == 200 or first["type"] == "websocket.accept"


@pytest.mark.parametrize("host", ["localhost:8765", "127.0.0.1:8765", "LOCALHOST:8765"])
def test_own_hosts(host):
    assert allowed(host=host)


@pytest.mark.parametrize("host", ["evil.example", "localhost", "localhost:80", "localhost:8765.evil.example", ""])
def test_other_hosts(host):
    assert not allowed(host=host)


@pytest.mark.parametrize("origin", [OWN, "http://127.0.0.1:8765"])
def test_own_pages(origin):
    assert allowed("websocket", origin=origin)
    assert allowed("http", "POST", origin=origin)


@pytest.mark.parametrize("origin", ["http://evil.example", "https://localhost:8765", "null", "", OWN + ".evil.example"])
def test_other_pages(origin):
    assert not allowed("websocket", origin=origin)
    assert not allowed("http", "POST", origin=origin)


def test_without_origin_nothing_is_changed():
    assert allowed("http", "GET")
    assert not allowed("http", "POST")
    assert not allowed("websocket")


def test_statistics_are_closed():
    assert not allowed("http", "GET", "/resourcez")


def test_every_answer_carries_the_policy():
    for sent in (answer(), answer(host="evil.example")):
        assert b"frame-ancestors 'none'" in dict(sent[0]["headers"])[b"content-security-policy"]
