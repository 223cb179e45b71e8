"""Memory of sessions that have ended, given back to the system."""

from __future__ import annotations

import asyncio
import ctypes
import sys

LATER = 5.0
"""Seconds after a page was closed: its session takes some to end, and several may be closed together."""


class Memory:
    """Has the C library give back what nobody uses any more, a while after the last page was closed.

    Left alone, glibc keeps it for the threads that used it: after twenty sessions three times what one needs.
    """

    def __init__(self) -> None:
        self._waiting: asyncio.TimerHandle | None = None

    def give_back_later(self) -> None:
        """To be called where a page was closed."""
        if self._waiting is not None:
            self._waiting.cancel()
        loop = asyncio.get_running_loop()
        self._waiting = loop.call_later(LATER, lambda: loop.run_in_executor(None, give_back))


def give_back() -> None:
    """Nothing where the C library has no such function, as on other systems than Linux."""
    if sys.platform != "linux":
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
