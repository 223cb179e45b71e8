"""Constants found from history, as a request."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from runs.requests.request import Request

if TYPE_CHECKING:
    from runs.calibration.calibrate import Found
    from runs.calibration.fit import Report


@dataclass(frozen=True)
class Calibration(Request):
    """A sample of what fits history, with what is to be known of it.

    Args:
        scenario: the name of one whose free fields are known.
        out: a new folder; with ``resume`` one that an interrupted calibration left.
        quick: a smaller population for fewer generations.
        inner: fit to 2023Q4 and predict 2024.
        candidate: a structure of the settings; the chosen one if empty.
        candidates: fit all structures to 2023Q4 with the quick effort too, and compare them.
        recovery: tests on markets whose constants are known.
        resume: go on where the folder ends.
        seed: of the search and of the draws.
        threads: how many work; no result depends on it.
    """

    COMMAND = "calibrate"
    ARGUMENTS = ("scenario",)

    scenario: str
    out: Path | str
    quick: bool = False
    inner: bool = False
    candidate: str = ""
    candidates: bool = False
    recovery: int = 0
    resume: bool = False
    seed: int = 1
    threads: int | None = None

    def run(self, progress: Report | None = None) -> Found:
        """What was found; it is in the folder too.

        Raises:
            BadInput: something of this is not allowed.
            Cancelled: ``progress(done, generations, what)`` returned False; what is finished is in the folder.
        """
        from runs.calibration.calibrate import calibrate

        return calibrate(self, progress)
