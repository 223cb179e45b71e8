"""Work of all sessions, some of it at a time, in the order in which it came."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from market.gears.simulate import Cancelled

EVERY = 0.2
"""Seconds between two times that who waits is told so, and can give up."""


class Turns:
    """So many at a time.

    Args:
        count: how many.
    """

    def __init__(self, count: int):
        self._free = count
        self._waiting: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    @contextmanager
    def taken(self, told: Callable[[], Any]) -> Iterator[None]:
        """A turn, once those who came before have had theirs; ``told`` is called while it has not come, and then.

        Raises:
            Cancelled: ``told`` returned False.
        """
        mine = threading.Event()
        with self._lock:
            self._waiting.append(mine)
            self._let()
        try:
            come = False
            while not come:
                come = mine.wait(EVERY)
                if told() is False:
                    raise Cancelled("something else is wanted by now")
            yield
        finally:
            with self._lock:
                if mine.is_set():
                    self._free += 1
                else:
                    self._waiting.remove(mine)
                self._let()

    def _let(self) -> None:
        while self._free and self._waiting:
            self._free -= 1
            self._waiting.popleft().set()
