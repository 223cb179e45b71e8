"""Twenty sessions that each move a lever ten times: all are answered, and what they took is given back."""

from __future__ import annotations

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks.visitor import Visitor
from dashboard.parts.cards import cards
from dashboard.reading.outcome import measures
from dashboard.state.session import Setting
from market import simulate
from tests.dashboard.conftest import free_port, serving
from tests.dashboard.test_faults import get

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="memory is read from /proc")

FIRST = Setting("reference", runs=50)  # the smallest: what is asked is whether the server stands, not how fast it is
LEVER = "buyers.A.adjustment"
SESSIONS, CHANGES = 20, 10
LONG = 600.0


def resident(pid: int) -> int:
    """Memory of a process in kB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1])


def setting(number: int, change: int) -> Setting:
    return FIRST.changed(LEVER, round(0.2 + 0.02 * change + 0.0005 * number, 4))


def session(port: int, number: int, ready: threading.Barrier | None = None) -> list[str]:
    """Move a lever, each time when the figures of the move before are there; the cards at the end."""
    with Visitor(port, f"/market?scenario={FIRST.name}&runs={FIRST.runs}") as visitor:
        visitor.until(FIRST, LONG)
        while not any(state.get("ranked") for state in visitor.widgets.values()):
            visitor.hear(0.05)
        if ready is not None:
            ready.wait()
        for change in range(CHANGES):
            wanted = setting(number, change)
            visitor.change(LEVER, wanted.scenario.get(LEVER))
            visitor.until(wanted, LONG)
        while visitor.hear(1.0):  # the cards may come after the line that tells of them
            pass
        assert visitor.errors == []
        shown = next(state["cards"] for state in visitor.widgets.values() if "cards" in state)
        return [card["value"] for card in shown]


def test_a_crowd_is_answered_and_leaves_no_memory_behind(tmp_path):
    port, log = free_port(), tmp_path / "log"
    command = [sys.executable, "-m", "dashboard", "--port", str(port), "--no-browser"]
    with log.open("w") as file, serving(command, port, log=file) as server:
        session(port, SESSIONS)
        alone = resident(server.pid)
        ready = threading.Barrier(SESSIONS)
        with ThreadPoolExecutor(SESSIONS) as pool:
            asked = [pool.submit(session, port, number, ready) for number in range(SESSIONS)]
            while not all(one.done() for one in asked):
                assert get(port, "/")[0] == 200
                time.sleep(5.0)
            answers = [one.result() for one in asked]
        for _ in range(120):
            if (after := resident(server.pid)) <= 1.2 * alone:
                break
            time.sleep(0.5)
        assert after <= 1.2 * alone
    assert "Traceback" not in log.read_text()
    for number, shown in list(enumerate(answers))[:: SESSIONS // 4]:
        last = setting(number, CHANGES - 1)
        own = cards(last.scenario, measures(simulate(last.scenario, last.runs), last.scenario))
        assert shown == [card["value"] for card in own]
