"""The page: from a lever to all charts renewed, where the time goes, and what the server spends on it."""

from __future__ import annotations

import itertools
import os
import shutil
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks.measure import line
from benchmarks.visitor import Visitor
from dashboard.state.session import Setting

CHANGES = 20
LEVER = "market.shock_level"

WATCH = """() => {
  const seen = window.seen = { key: 0, sent: 0, heard: [], drawn: [] };
  const now = () => performance.now();
  document.addEventListener('keydown', () => Object.assign(seen, { key: now(), sent: 0, heard: [], drawn: [] }), true);
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (...data) {
    if (seen.key && !seen.sent) seen.sent = now();
    if (!this.watched) { this.watched = true; this.addEventListener('message', () => seen.heard.push(now())); }
    return send.apply(this, data);
  };
  new MutationObserver(found => {
    if (found.some(one => one.target.matches?.('[data-rendered]'))) seen.drawn.push(now());
  }).observe(document.body, { subtree: true, attributes: true, attributeFilter: ['data-rendered'] });
}"""
"""Notes in the page when a key was pressed, when it was sent, when the server spoke, when charts were drawn."""


@contextmanager
def server() -> Iterator[tuple[str, int]]:
    """A server of the page: its address and the id of its process."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    address = f"http://localhost:{port}"
    process = subprocess.Popen([sys.executable, "-m", "dashboard", "--port", str(port), "--no-browser"])
    try:
        while process.poll() is None:
            try:
                with urllib.request.urlopen(f"{address}/readyz", timeout=20):
                    break
            except OSError:
                time.sleep(0.05)
        yield address, process.pid
    finally:
        process.terminate()
        process.wait(20)


def processor(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def lever(page: Page, key: str) -> dict[str, Any]:
    """Move a lever a step and wait until all charts are of all runs; what the page noted."""
    slider = page.get_by_role("slider", name="Shock level")
    slider.focus()
    slider.press(key)
    before = -1
    for _ in range(60):  # until nothing more is drawn
        page.wait_for_timeout(500)
        seen = page.evaluate("window.seen")
        if seen["drawn"] and len(seen["drawn"]) == before:
            return seen
        before = len(seen["drawn"])
    raise TimeoutError("the charts did not change")


def crowd(port: int, sessions: int = 20, changes: int = 10) -> tuple[float, float]:
    """Sessions that move a lever at once, each as soon as the change before is drawn: the median and the longest wait
    in seconds."""

    def move(number: int) -> list[float]:
        with Visitor(port) as visitor:
            setting = Setting()
            visitor.until(setting, seconds=300)
            ready.wait()
            waits = []
            for change in range(changes):
                setting = setting.changed(LEVER, round(1.0 + 0.1 * change + 0.001 * number, 4))
                visitor.change(LEVER, dict(setting.changes)[LEVER])
                waits.append(visitor.until(setting, seconds=300))
            return waits

    ready = threading.Barrier(sessions)
    with ThreadPoolExecutor(sessions) as pool:
        waits = [wait for one in pool.map(move, range(sessions)) for wait in one]
    return statistics.median(waits), max(waits)


def steps(seen: dict[str, Any]) -> dict[str, float]:
    """Milliseconds from the key to each step; the first burst of drawing is that of the few runs."""
    key = seen["key"]
    drawn = seen["drawn"]
    gaps = [later - before for before, later in itertools.pairwise(drawn)]
    cut = gaps.index(max(gaps)) + 1 if gaps else len(drawn)
    first, last = drawn[cut - 1], drawn[-1]
    return {
        "sent": seen["sent"] - key,
        "answered": min(at for at in seen["heard"] if at > seen["sent"]) - key,
        "first told": max(at for at in seen["heard"] if at <= first) - key,
        "first": first - key,
        "all told": max(at for at in seen["heard"] if at <= last) - key,
        "all": last - key,
    }


def main() -> None:
    """Print a line per figure: what, measured, promised."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        print("There is no Chromium on the PATH: the page is not measured.")
        return
    with server() as (address, pid), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        began = time.perf_counter()
        page.goto(address)
        page.wait_for_selector(".gm-plot[data-rendered]", state="attached", timeout=120_000)
        opened = time.perf_counter() - began
        page.wait_for_selector(".gm-progress >> text=/ runs in /")
        page.evaluate(WATCH)
        lever(page, "ArrowLeft")
        spent = processor(pid)
        found = [steps(lever(page, ("ArrowRight", "ArrowLeft")[turn % 2])) for turn in range(CHANGES)]
        spent = (processor(pid) - spent) / CHANGES
        browser.close()
        usual, longest = crowd(int(address.rpartition(":")[2]))
    told = {name: statistics.median(one[name] for one in found) for name in found[0]}
    line("first chart after opening", f"{opened:.2f} s", "under 4 s with the server's start")
    line(f"lever to charts of the first runs, median of {CHANGES}", f"{told['first']:.0f} ms", "under 200 ms")
    line("lever to charts of 200 runs", f"{told['all']:.0f} ms", "under 350 ms")
    line("  of which until the page has sent it", f"{told['sent']:.0f} ms")
    line("  until the server begins to answer", f"{told['answered'] - told['sent']:.0f} ms")
    line("  until the first runs have come", f"{told['first told'] - told['answered']:.0f} ms")
    line("  until they are drawn", f"{told['first'] - told['first told']:.0f} ms")
    line("  until all runs have come", f"{told['all told'] - told['first']:.0f} ms")
    line("  until they are drawn", f"{told['all'] - told['all told']:.0f} ms")
    line("twenty sessions at once, a change: median, longest", f"{usual:.1f} s, {longest:.1f} s", "under 4 s")
    line("processor time of the server a change", f"{spent:.3f} s", "under 0.1 s")


if __name__ == "__main__":
    main()
