"""A session of the page without a browser: it speaks to the server as the page's JavaScript does."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack
from types import TracebackType
from typing import Any
from urllib.request import Request, urlopen
from uuid import uuid4

from websockets.sync.client import connect

from dashboard.state.session import Setting


class Visitor:
    """A page that is open: it holds the widgets that the server has told of, and moves levers.

    Args:
        port: where the server listens on this machine.
        path: the page with its query.
    """

    def __init__(self, port: int, path: str = "/"):
        self.session = str(uuid4())
        self.origin = f"http://localhost:{port}"
        kernel = uuid4()
        self.closing = f"{self.origin}/_solara/api/close/{kernel}?session_id={self.session}"
        address = f"ws://localhost:{port}/jupyter/api/kernels/{kernel}/channels?session_id={self.session}"
        self.held = ExitStack()
        self.socket = self.held.enter_context(
            connect(address, origin=self.origin, max_size=None, open_timeout=60)  # type: ignore[arg-type]
        )
        self.widgets: dict[str, dict[str, Any]] = {}
        self.errors: list[str] = []
        control = uuid4().hex
        self._send("comm_open", comm_id=control, target_name="solara.control", data={})
        arguments = {"path": path, "appName": None, "dark": False, "themes": {}}
        self._send("comm_msg", comm_id=control, data={"method": "run", "args": arguments})

    def __enter__(self) -> Visitor:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Leave as a page does, which tells the server that it goes."""
        self.held.close()
        request = Request(self.closing, method="POST", headers={"Origin": self.origin})
        with urlopen(request, timeout=60):
            pass

    def change(self, path: str, value: Any) -> None:
        """Move a control of the drawer."""
        drawer = next(name for name, state in self.widgets.items() if "heard" in state)
        event = {"event": "change", "data": {"path": path, "value": value}}
        self._send("comm_msg", comm_id=drawer, data={"method": "custom", "content": event})

    def hear(self, seconds: float = 0.0) -> bool:
        """Take in what the server says next, waiting at most so long; whether there was something."""
        try:
            said = self.socket.recv(timeout=seconds)
        except TimeoutError:
            return False
        text = said if isinstance(said, str) else said.decode(errors="replace")
        self._take(json.loads(text) if text.startswith("{") else {})
        return True

    def until(self, setting: Setting, seconds: float = 60.0) -> float:
        """Wait until all runs of a setting are shown, and the figures are said to be of it; the seconds it took.

        Raises:
            TimeoutError: that did not come.
        """
        began = time.perf_counter()
        while time.perf_counter() - began < seconds:
            if self.shows(setting):
                seconds_taken = time.perf_counter() - began
                while self.hear(0.01):  # what is said of both comes one after the other
                    pass
                if self.shows(setting):
                    return seconds_taken
            self.hear(0.05)
        raise TimeoutError(f"the runs of {setting} did not come; there is {self.told()!r}")

    def shows(self, setting: Setting) -> bool:
        """Whether the figures of a setting are there, and nothing more is being computed."""
        texts = self.told()
        chip, line = f"{setting.name} {setting.scenario.hash[:8]}", f"{setting.runs} runs in"
        return chip in texts and any(text.startswith(line) for text in texts)

    def told(self) -> list[str]:
        """What the line under the title and the chips beside it say."""
        texts = (state.get("children") for state in self.widgets.values() if state.get("tag") == "span")
        return [text for children in texts if children for text in children if isinstance(text, str)]

    def _send(self, kind: str, **content: Any) -> None:
        header = {"msg_id": uuid4().hex, "msg_type": kind, "session": self.session, "username": "", "version": "5.3"}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
        self.socket.send(json.dumps(message | {"buffers": []}))

    def _take(self, message: dict[str, Any]) -> None:
        kind, content = message.get("msg_type"), message.get("content", {})
        if kind == "error":
            self.errors.append(str(content))
        if kind == "comm_open" and "state" in content["data"]:
            self.widgets[content["comm_id"]] = content["data"]["state"]
        if kind == "comm_msg" and content["data"].get("method") == "update":
            self.widgets.setdefault(content["comm_id"], {}).update(content["data"]["state"])
        if kind == "comm_close":
            self.widgets.pop(content["comm_id"], None)
