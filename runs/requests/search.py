"""Where an outcome happens, as a request."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from runs.requests.request import Request

if TYPE_CHECKING:
    from runs.analysis.discover import Discovery


@dataclass(frozen=True)
class Search(Request):
    """Boxes of a finished batch in which a condition is met.

    Args:
        folder: of the batch.
        condition: such as ``peak_quote > 52 and revenue < 4e5``, of outcomes of the batch.
        min_density: share of a box's runs that must be cases, above 0 and up to 1: mostly, if it is not said.
        drop_failed: leave out runs that failed or whose outcome is not defined.
    """

    COMMAND = "discover"
    ARGUMENTS = ("folder",)

    folder: str | Path
    condition: str
    min_density: float = 0.5
    drop_failed: bool = False

    def run(self) -> Discovery:
        """The boxes.

        Raises:
            BadInput: no finished batch, nothing varied in it, the condition cannot be read, all runs or none meet it,
                or runs failed and may not be left out.
        """
        from runs.analysis.discover import discover

        return discover(self)
