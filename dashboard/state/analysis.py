"""The stored analysis that the page was opened on; like a stored batch it belongs to the server."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from market import BadInput, Scenario
from runs.reports.kept import comparison, kinds, study
from runs.reports.kept.folder import Kept

FOREIGN = "It was run by other rules of the market than today's: asked anew, its numbers may differ."


@dataclass(frozen=True, eq=False)
class Analysis(ABC):
    """What was read back: ``CALLED`` so on the page, and shown on the tab at ``PATH``."""

    CALLED: ClassVar[str]
    PATH: ClassVar[str]

    kept: Kept

    @property
    def name(self) -> str:
        """The folder that it is in."""
        return self.kept.folder.resolve().name

    @property
    @abstractmethod
    def scenario(self) -> Scenario:
        """What the drawer is set to for it."""

    @property
    @abstractmethod
    def changes(self) -> Mapping[str, Any]:
        """What was changed in that scenario."""

    @property
    @abstractmethod
    def seed(self) -> int:
        """Seed of the draws."""

    @cached_property
    def text(self) -> str:
        """Its scenario, with the seed that it was run with."""
        return self.scenario.replace("seed", self.seed).to_toml()

    @property
    def told(self) -> str:
        """That it is a stored one, where it is, and whether it still holds."""
        said = f"A stored {self.CALLED}, read from the folder {self.name}."
        return f"{said} {FOREIGN}" if self.kept.foreign else said

    @abstractmethod
    def check(self) -> None:
        """Raises BadInput where the page has nothing to show of it."""


@dataclass(frozen=True, eq=False)
class Study(Analysis):
    """A study of sensitivity."""

    CALLED, PATH = "analysis", "/what-matters"

    kept: study.Kept

    @property
    def outcomes(self) -> list[str]:
        """The names of what was asked for."""
        return list(self.kept.asked.found)

    @property
    def scenario(self) -> Scenario:
        return self.kept.study.scenario

    @property
    def changes(self) -> Mapping[str, Any]:
        return self.kept.request.changes

    @property
    def seed(self) -> int:
        return self.kept.study.seed

    def check(self) -> None:
        if self.kept.request.over_time:
            raise BadInput(
                "request.over_time: found True; allowed on the page: false: a study without --over-time is kept with "
                "every quarter"
            )
        self.kept.request.indices(self.kept.asked)


@dataclass(frozen=True, eq=False)
class Comparison(Analysis):
    """A comparison: of the values of a lever the drawer is set to the first, of scenarios to the first treatment."""

    CALLED, PATH = "comparison", "/compare"

    kept: comparison.Kept

    @property
    def scenario(self) -> Scenario:
        control, treatment, *_ = self.kept.arms.values()
        return treatment if self.kept.request.lever is None else control

    @property
    def changes(self) -> Mapping[str, Any]:
        lever, own = self.kept.request.lever, self.kept.request.changes
        return own if lever is None else {**own, lever.path: lever.values[0]}

    @property
    def seed(self) -> int:
        return self.kept.seed

    def check(self) -> None:
        self.kept.differences  # noqa: B018 # raises where there are none


Known = TypeVar("Known", bound=Analysis)
_opened: list[Analysis] = []


def open_on(folder: str | Path) -> Analysis:
    """Open the page's server on an analysis.

    Raises:
        BadInput: the folder holds none, one that the page does not show, or something in it is not allowed.
        Damaged: it is not as it was written.
    """
    kept = kinds.read(folder)
    found = Study(kept) if isinstance(kept, study.Kept) else Comparison(kept)
    try:
        found.check()
    except BadInput as error:
        raise BadInput(f"{folder}: {error}") from None
    _opened[:] = [found]
    return found


def opened() -> Analysis | None:
    """The analysis that the server was opened on, None if on none."""
    return _opened[0] if _opened else None


def opened_as(kind: type[Known]) -> Known | None:
    """The same, None if it is of another kind."""
    found = opened()
    return found if isinstance(found, kind) else None
