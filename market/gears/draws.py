"""Random numbers: one stream per seed, agent and decision, read at the replication and the quarter.

A number depends on nothing else, so any run can be repeated alone, chunks and workers change nothing, a
further agent changes nobody else's numbers, and scenarios with one seed share all draws they have in common.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np
from numpy.random import Philox
from scipy.special import ndtri

from market.scenario.paths import BadInput

WORDS = 4
"""Numbers in one block of Philox."""

FEW = 64
"""Replications up to which draws are kept: some ten kilobytes of each decision."""


def check_key(seed: object, **counts: object) -> None:
    """Raise BadInput unless the seed and the named counts (replications) are whole numbers that streams can have."""
    for name, value in {"seed": seed, **counts}.items():
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or not 0 <= value < 2**63:
            raise BadInput(f"{name}: found {value!r}; allowed: a whole number from 0 to {2**63 - 1}")


def stream_key(seed: int, agent: str, decision: str) -> int:
    """The 128-bit key of a stream."""
    return int.from_bytes(hashlib.sha256(f"{seed}\0{agent}\0{decision}".encode()).digest()[:16], "little")


def uniforms(seed: int, agent: str, decision: str, first: int, count: int, quarters: int) -> np.ndarray:
    """Numbers in (0, 1) for replications ``first`` to ``first + count - 1``; shape (count, quarters).

    Replication r in quarter t has word r % 4 of the block whose counter is [r // 4, t, 0, 0].
    """
    key = stream_key(seed, agent, decision)
    skip = first % WORDS
    words = (skip + count + WORDS - 1) // WORDS * WORDS
    raw = np.empty((quarters, words), np.uint64)
    # Philox counts up before it makes a block, so it starts one block early.
    stream = Philox(key=key, counter=(first // WORDS - 1) % (1 << 256))
    for quarter in range(quarters):
        raw[quarter] = stream.random_raw(words)
        stream.advance((1 << 64) - words // WORDS)
    wanted = raw[:, skip : skip + count].T
    return ((wanted >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


def draw(kind: str, seed: int, agent: str, decision: str, first: int, count: int, quarters: int) -> np.ndarray:
    """As :func:`uniforms`; ``normal`` turns each into a standard normal number by the inverse transform.

    The array cannot be written to: those of few replications are kept, since whoever changes a scenario and runs it
    again asks for the same.
    """
    make = _kept if count <= FEW else _made
    return make(kind, seed, agent, decision, first, count, quarters)


def _made(kind: str, seed: int, agent: str, decision: str, first: int, count: int, quarters: int) -> np.ndarray:
    numbers = uniforms(seed, agent, decision, first, count, quarters)
    found = ndtri(numbers) if kind == "normal" else numbers
    found.flags.writeable = False
    return found


_kept = lru_cache(1024)(_made)
