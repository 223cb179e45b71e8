"""Memory of sessions that have ended, given back to the system."""

from __future__ import annotations

import asyncio
import ctypes
import sys

M_ARENA_MAX, HEAPS = -8, 2
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


def share_heaps() -> None:
    """Have all threads share a few heaps: with one for each, what is freed in one is of no use to the others."""
    call("mallopt", M_ARENA_MAX, HEAPS)


def give_back() -> None:
    """Hand what is free to the system."""
    call("malloc_trim", 0)


def call(name: str, *arguments: int) -> None:
    """Call a function of glibc; nothing where the C library is another."""
    function = getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
    if function is not None:
        function(*arguments)
