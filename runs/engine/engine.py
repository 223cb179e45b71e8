"""Chunks of an experiment over threads, processes or a cluster; what comes back is in the order of the runs."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any

from market import BadInput
from market.gears import ensemble
from runs.engine.experiment import Experiment, Part, Worker
from runs.engine.modules import Modules, modules_of
from runs.refusal import Refused

Submit = Callable[[int, int], Any]
"""Hands out the runs (first, count) and returns a future of their Part."""

Pieces = Iterable[tuple[int, int]]

CHUNK = 250
"""Runs handed out at once: some 50 ms of work."""

AHEAD = 3
"""Chunks handed out per worker before the first of them must be back."""


class WorkerLost(RuntimeError):
    """A worker ended before its work did."""


class Endless(WorkerLost):
    """A worker did not end its work in the time that it had; a thread goes on at it as long as this process lasts."""


@dataclass
class Hands:
    """Workers: how a chunk is handed to them, how many there are, and what a future raises whose worker was lost,
    with what is to be said then.

    ``given_up``: one of them did not end its work in time, and is not waited for.
    """

    submit: Submit
    count: int
    lost: tuple[type[BaseException], ...] = ()
    loss: str = "a worker process ended at its work (killed, or out of memory)"
    given_up: bool = False


@dataclass(frozen=True)
class Engine:
    """Who does the work: threads of this process, processes, or the workers of a cluster.

    Args:
        threads: how many threads; one per processor if None.
        workers: how many processes instead.
        cluster: address of a dask scheduler instead, such as ``tcp://host:8786``.
        chunk: runs handed out at once.
        mixed: let workers take part whose environment has another fingerprint, and so other last digits.
        patience: seconds to wait for the next chunk, for rules that may never end; for ever if None.
    """

    threads: int | None = None
    workers: int | None = None
    cluster: str | None = None
    chunk: int = CHUNK
    mixed: bool = False
    patience: float | None = None

    def __post_init__(self) -> None:
        if sum(given is not None for given in (self.threads, self.workers, self.cluster)) > 1:
            raise BadInput("threads, workers, cluster: found more than one of them; allowed: one")
        for name in ("threads", "workers", "chunk"):
            found = getattr(self, name)
            if found is not None and found < 1:
                raise Refused(name, f"found {found}; allowed: a whole number from 1")
        if self.patience is not None and not self.patience > 0.0:
            raise Refused("patience", f"found {self.patience:g}; allowed: seconds, above 0")

    @contextlib.contextmanager
    def started(self, experiment: Experiment) -> Iterator[Callable[[Pieces], Generator[Part]]]:
        """Workers that have the experiment, as a function: what the runs (first, count) of each piece came to, chunk
        by chunk, in the order given.

        Raises:
            BadInput: a rule cannot be compiled, the cluster cannot be reached or is not of one make.
            WorkerLost: by the function, if a process or a machine ended at its work, or did not end it in time.
        """
        if self.cluster is not None:
            workers = _dask(experiment, self.cluster, self.mixed)
        elif self.workers is not None:
            workers = _processes(experiment, self.workers)
        else:
            workers = _threads(experiment, self.threads or os.cpu_count() or 1)
        with workers as hands:

            def parts(pieces: Pieces) -> Generator[Part]:
                chunks = (chunk for first, count in pieces for chunk in cut(first, count, self.chunk))
                return _in_order(hands, chunks, self.patience)

            yield parts

    def parts(self, experiment: Experiment) -> Iterator[Part]:
        """All runs of an experiment, chunk by chunk; raises what :meth:`started` does."""
        with self.started(experiment) as parts:
            yield from parts([(0, experiment.runs)])


def cut(first: int, count: int, size: int) -> Iterator[tuple[int, int]]:
    """The runs from ``first`` in pieces (first, count) of ``size``; the last may be smaller."""
    for at in range(first, first + count, size):
        yield at, min(size, first + count - at)


def _in_order(hands: Hands, chunks: Pieces, patience: float | None) -> Generator[Part]:
    """Results in the order of the chunks, AHEAD of them a worker under way at a time."""
    waiting: deque[Any] = deque()
    try:
        for first, count in chunks:
            waiting.append(hands.submit(first, count))
            if len(waiting) >= hands.count * AHEAD:
                yield waiting.popleft().result(patience)
        while waiting:
            yield waiting.popleft().result(patience)
    except hands.lost as error:
        waiting.clear()  # nobody is left who could cancel them
        raise WorkerLost(hands.loss) from error
    except TimeoutError:
        hands.given_up = True
        raise Endless(
            f"no run came back for {patience:g} s (a rule that does not end, or too little patience)"
        ) from None
    finally:
        for future in waiting:
            future.cancel()


# --- threads ------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _threads(experiment: Experiment, count: int) -> Iterator[Hands]:
    worker = experiment.worker()
    pool = ThreadPoolExecutor(count)
    hands = Hands(lambda first, size: pool.submit(worker.run, first, size), count)
    try:
        yield hands
    finally:
        pool.shutdown(wait=not hands.given_up, cancel_futures=True)


# --- processes ----------------------------------------------------------------------------------------------------

_worker: Worker | None = None
"""The worker of this process, if it is one of a pool; set once, when the process starts."""


@contextlib.contextmanager
def _processes(experiment: Experiment, count: int) -> Iterator[Hands]:
    if not experiment.traced:
        ensemble.compiled(experiment.scenario.build)  # once, here; the processes find it in the cache
    context = multiprocessing.get_context("spawn")  # a fork after numba's threads is killed
    others = multiprocessing.active_children()
    with ProcessPoolExecutor(count, context, _begin, (modules_of(experiment), experiment)) as pool:
        hands = Hands(lambda first, size: pool.submit(_run, first, size), count, (BrokenProcessPool,))
        try:
            yield hands
        finally:
            if hands.given_up:
                for child in multiprocessing.active_children():
                    if child not in others:
                        child.kill()


def _begin(modules: Modules, experiment: Experiment) -> None:
    global _worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends its workers
    parent = multiprocessing.parent_process()
    if parent is not None:  # nothing else ends a worker whose parent was killed
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    _worker = experiment.worker()


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)


def _run(first: int, count: int) -> Part:
    assert _worker is not None
    return _worker.run(first, count)


# --- a cluster ----------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _dask(experiment: Experiment, address: str, mixed: bool) -> Iterator[Hands]:
    try:
        from distributed import Client
    except ImportError:
        raise Refused("cluster", "needs the package distributed; install gpumarket[cluster]") from None
    from runs.engine.dask import LOST, Hand, fingerprints, run_chunk

    try:
        client = Client(address, timeout="5s", set_as_default=False)
    except (OSError, ValueError) as error:
        raise Refused("cluster", f"found {address!r}, which does not answer: {error}") from None
    with client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise Refused("cluster", f"found {address!r}, which has no workers; allowed: one or more")
        if not mixed:
            fingerprints(client)
        hand = Hand(modules_of(experiment), experiment)
        client.register_plugin(hand)
        try:
            yield Hands(
                lambda first, size: client.submit(run_chunk, hand.name, first, size, pure=False),
                threads,
                LOST,
                "a worker of the cluster, or its scheduler, ended at its work",
            )
        finally:
            if client.status == "running":  # else the scheduler is gone
                client.unregister_worker_plugin(hand.name)
