"""Kill a batch again and again at random moments and let it go on each time: ``python -m tests.runs.killed DIR``.

DIR/killed is what comes of it, DIR/whole the same batch undisturbed. Blocks are small, so that there are many.

Children are forked from a process that has everything loaded and runs one thread, so that the kills fall into the
batch and not into imports.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from pathlib import Path

from runs.folder import batch
from tests.runs.batches import design

KILLS = 24
POINTS = 120
ROWS = 100


def main(folder: Path) -> None:
    """Print the state in which each kill left the folder."""
    batch.ROWS = ROWS
    experiment = design(points=POINTS).experiment
    began = time.monotonic()
    batch.run(experiment, folder / "whole")
    longest = (time.monotonic() - began) / 16.0
    moments = random.Random(5)
    for _ in range(KILLS):
        child = os.fork()
        if child == 0:
            batch.run(experiment, folder / "killed", resume=True)
            os._exit(0)
        time.sleep(moments.uniform(0.0, longest))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            print("killed", len(list((folder / "killed").glob("outcomes-*.parquet"))), flush=True)
    batch.run(experiment, folder / "killed", resume=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
