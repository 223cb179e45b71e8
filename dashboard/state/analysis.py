"""The stored analysis that the page was opened on; like a stored batch it belongs to the server."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from market import BadInput
from runs.folder.manifest import MANIFEST
from runs.reports import kept
from runs.reports.kept import Kept


@dataclass(frozen=True, eq=False)
class Analysis:
    """A study of sensitivity that was read back."""

    kept: Kept

    @property
    def name(self) -> str:
        """The folder that it is in."""
        return self.kept.folder.resolve().name

    @property
    def outcomes(self) -> list[str]:
        """The names of what was asked for."""
        return list(self.kept.asked.found)

    @cached_property
    def text(self) -> str:
        """Its scenario, with the seed that it was run with."""
        study = self.kept.study
        return study.scenario.replace("seed", study.seed).to_toml()


_opened: list[Analysis] = []


def open_on(folder: str | Path) -> Analysis:
    """Open the page's server on an analysis.

    Raises:
        BadInput: the folder holds none, one that the page does not show, or something in it is not allowed.
        Damaged: it is not as it was written.
    """
    found = kept.read(folder)
    if found.request.over_time:
        raise BadInput(
            f"{Path(folder) / MANIFEST}: request.over_time: found True; allowed on the page: false: a study without "
            "--over-time is kept with every quarter"
        )
    found.request.indices(found.asked)  # raises where there is nothing to show
    _opened[:] = [Analysis(found)]
    return _opened[0]


def opened() -> Analysis | None:
    """The analysis that the server was opened on, None if on none."""
    return _opened[0] if _opened else None
