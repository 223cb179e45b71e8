"""Who is let through to the page, without a server."""

from __future__ import annotations

import asyncio

import pytest

from dashboard.server import memory
from dashboard.server.guard import MOST, Guard

OWN = "http://localhost:8765"


async def inner(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"yes"})
    else:
        await send({"type": "websocket.accept"})


async def broken(scope, receive, send):
    raise ExceptionGroup("the server's own", [KeyError("session_id")])


async def nothing(scope, receive, send):
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b"Not Found"})


def answer(kind: str = "http", method: str = "GET", path: str = "/", app=inner, **headers: str) -> list[dict]:
    """What a request gets; header names with underscores."""
    return answer_of(Guard(app, 8765), kind, method, path, **headers)


def answer_of(guard: Guard, kind: str = "http", method: str = "GET", path: str = "/", **headers: str) -> list[dict]:
    sent: list[dict] = []

    async def receive():
        return {"type": f"{kind}.connect"}

    async def send(message):
        sent.append(message)

    pairs = [(name.encode(), value.encode()) for name, value in ({"host": "localhost:8765"} | headers).items()]
    scope = {"type": kind, "method": method, "path": path, "headers": pairs}
    asyncio.run(guard(scope, receive, send))
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
    for sent in (answer(), answer(host="evil.example"), answer(app=nothing), answer(path="/static/public/\0")):
        policy = dict(sent[0]["headers"])[b"content-security-policy"].decode()
        assert "frame-ancestors 'none'" in policy
        assert "connect-src 'self' ws://127.0.0.1:8765 ws://localhost:8765 blob:;" in policy


@pytest.mark.parametrize(("path", "own"), [("/nonsense", True), ("/a/b", True), ("/static/public/none.js", False)])
def test_a_page_that_there_is_not_leads_back(path, own):
    sent = answer(path=path, app=nothing)
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert sent[0]["status"] == 404
    assert (b'<a href="/">' in sent[1]["body"]) == own


def test_a_name_that_no_file_can_have_is_not_found():
    assert answer(path="/static/public/cdn/\0")[0]["status"] == 404


def test_a_connection_that_sends_garbage_is_dropped_in_a_line(caplog):
    assert answer("websocket", app=broken, origin=OWN) == []
    assert [record.message for record in caplog.records] == ["A connection was dropped: KeyError."]
    assert caplog.records[0].exc_info is None


def test_one_page_too_many_is_told_so_and_comes_in_when_another_has_gone():
    guard = Guard(inner, 8765)
    guard.open = MOST
    refused = answer_of(guard)
    assert refused[0]["status"] == 503
    assert b"50 pages are open" in refused[1]["body"]
    assert answer_of(guard, path="/static/public/cdn/x.js")[0]["status"] == 200
    assert answer_of(guard, "websocket", origin=OWN)[0]["type"] == "websocket.close"
    guard.open = MOST - 1
    assert answer_of(guard)[0]["status"] == 200
    assert answer_of(guard, "websocket", origin=OWN)[0]["type"] == "websocket.accept"
    assert guard.open == MOST - 1


def test_memory_is_given_back_once_a_while_after_pages_were_closed(monkeypatch):
    given = []
    monkeypatch.setattr(memory, "LATER", 0.05)
    monkeypatch.setattr(memory, "give_back", lambda: given.append(1))

    async def close_some() -> None:
        own = memory.Memory()
        for _ in range(3):
            own.give_back_later()
        assert given == []
        await asyncio.sleep(0.3)

    asyncio.run(close_some())
    assert given == [1]
