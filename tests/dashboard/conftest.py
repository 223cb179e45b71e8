"""The page's server as a process of its own, a browser on it, and Solara sessions without either."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright

from dashboard.server import launcher
from dashboard.server.settings import JAVASCRIPT
from market import Scenario, simulate

ROOT = Path(__file__).parents[2]
LONG = 60_000
"""Milliseconds to wait for the first chart."""
expect.set_options(timeout=LONG)  # what is computed takes its time on a busy machine; no test is timed


@pytest.fixture
def session() -> Iterator[object]:
    """A Solara session, in which reactive variables have their first values."""
    import solara.server.app  # patches ipywidgets; without it close() raises KeyError
    import solara.server.starlette  # noqa: F401 # without a server, Solara shares reactive variables
    from solara.server.kernel import Kernel
    from solara.server.kernel_context import VirtualKernelContext

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    context = VirtualKernelContext(id=str(uuid4()), kernel=Kernel(), session_id="test")
    with context:
        yield context
    context.close()
    asyncio.set_event_loop(None)
    loop.close()


@pytest.fixture
def gpumarket(capsys, monkeypatch) -> Callable[[str], dict]:
    """Runs a command line, as the page shows it, in this process; what it says in JSON."""
    from runs.cli import main as cli

    def call(line: str) -> dict:
        monkeypatch.setattr(sys, "argv", [*shlex.split(line), "--json"])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        assert ended.value.code == 0, said.err
        return json.loads(said.out)

    return call


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


def unavailable(reason: str) -> None:
    """Skip, but not where everything is meant to be there."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def port() -> Iterator[int]:
    """The port of a running server."""
    simulate(Scenario.load("reference"))  # so that the rules are compiled when the page is looked at
    port = free_port()
    with serving([sys.executable, "-m", "dashboard", "--port", str(port), "--no-browser"], port):
        yield port


@contextmanager
def serving(
    command: list[str], port: int, log: IO[str] | None = None, **environment: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A server started by a command, once it answers; what it says goes to ``log``."""
    if not JAVASCRIPT.is_dir():
        unavailable("the page's JavaScript is not there: run make install")
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | environment, stdout=log, stderr=log) as server:
        try:
            while server.poll() is None and not answers(port):
                time.sleep(0.05)
            assert server.returncode is None, f"{command} ended with {server.returncode}"
            yield server
        finally:
            server.terminate()
            server.wait(20)


def answers(port: int) -> bool:
    """Whether a server listens and has begun to answer."""
    try:
        with urllib.request.urlopen(f"http://localhost:{port}/readyz", timeout=20):
            return True
    except OSError:
        return False


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        unavailable("there is no Chromium on the PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@dataclass
class Visit:
    """A page in a browser of its own, and what went wrong on it."""

    page: Page
    context: BrowserContext
    base: str
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("pageerror", lambda error: self.problems.append(f"error on the page: {error}"))
        self.page.on("response", lambda r: r.status >= 400 and self.problems.append(f"{r.status} {r.url}"))
        self.page.on("requestfailed", self._failed)
        self.page.on("request", lambda r: self._own(r.url) or self.problems.append(f"external {r.url}"))

    def _failed(self, request: Request) -> None:
        """Note it, unless the browser itself gave it up since the page was left."""
        if request.failure != "net::ERR_ABORTED":
            self.problems.append(f"failed {request.url}: {request.failure}")

    def _own(self, url: str) -> bool:
        return url.startswith((self.base, "data:", "blob:"))

    def open(self, path: str = "/", until: str = ".gm-plot[data-rendered]") -> Page:
        """Go to a path and wait for its charts, or for what else it begins with."""
        self.page.goto(self.base + path)
        self.page.wait_for_selector(until, state="attached", timeout=LONG)
        return self.page

    def close(self) -> None:
        # a page that is left drops what it is loading; that is not a failure
        problems = list(self.problems)
        self.context.close()
        assert problems == []


@pytest.fixture
def served(browser: Browser) -> Callable[..., AbstractContextManager[Visit]]:
    """Makes a visit to a server of its own, opened on what is stored in a folder."""

    @contextmanager
    def make(option: str, folder: Path, **options: Any) -> Iterator[Visit]:
        port = free_port()
        words = ["app", option, str(folder), "--no-browser", "--port", str(port)]
        with serving([sys.executable, "-m", "runs", *words], port):
            context = browser.new_context(viewport={"width": 1440, "height": 900}, **options)
            one = Visit(context.new_page(), context, f"http://localhost:{port}")
            yield one
            one.close()

    return make


@pytest.fixture
def declined(capsys, monkeypatch, tmp_path) -> Callable[[str, Path], None]:
    """Holds the page's server to one sentence and status 2 where it is to be opened on a folder that is none."""

    def check(option: str, place: Path) -> None:
        monkeypatch.setattr(launcher, "JAVASCRIPT", tmp_path)
        assert launcher.main(["--no-browser", option, str(place)]) == 2
        said = capsys.readouterr().err
        assert said.startswith(f"{place}")
        assert said.count("\n") == 1

    return check


@pytest.fixture
def visit(port: int, browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Makes visits, each with cookies of its own; at the end nothing may have gone wrong on any."""
    visits: list[Visit] = []

    def make(width: int = 1440, height: int = 900, **options) -> Visit:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        visits.append(Visit(context.new_page(), context, f"http://localhost:{port}"))
        return visits[-1]

    yield make
    for one in visits:
        one.close()
