"""What runs on the workers of a dask cluster."""

from __future__ import annotations

from distributed import Client, KilledWorker, WorkerPlugin, get_worker
from distributed import Worker as Machine
from distributed.client import CancelledError
from distributed.comm import CommClosedError

from runs import environment
from runs.engine.experiment import Experiment, Part
from runs.engine.modules import Modules
from runs.refusal import Refused

LOST = (CancelledError, CommClosedError, KilledWorker)
"""What futures raise when their worker or the scheduler is gone."""


class Hand(WorkerPlugin):
    """Gives every worker of the cluster, those that join later too, the experiment; chunks are numbers from then on."""

    def __init__(self, modules: Modules, experiment: Experiment):
        self.name = f"gpumarket-{experiment.hash}"
        self.modules, self.experiment = modules, experiment

    def setup(self, worker: Machine) -> None:
        """Called by dask on the worker."""
        self.worker = self.experiment.worker()


def run_chunk(name: str, first: int, count: int) -> Part:
    """The runs from ``first`` of the experiment that the hand of this name holds, by the worker this is called on."""
    hand = get_worker().plugins[name]
    assert isinstance(hand, Hand)
    return hand.worker.run(first, count)


def fingerprints(client: Client) -> None:
    """Raises BadInput if a worker's environment is not ours, so that its last digits may differ."""
    ours = environment.fingerprint()
    for address, theirs in sorted(client.run(environment.fingerprint).items()):
        if theirs != ours:
            raise Refused(
                "cluster",
                f"{address} has the fingerprint {theirs}, here it is {ours}: results would differ in their "
                "last digits; allowed: one environment everywhere",
                instead="mixed",
            )
