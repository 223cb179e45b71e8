"""What drives an outcome, as a request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runs.requests.request import Request

if TYPE_CHECKING:
    from market import Scenario
    from market.scenario.uncertainty import Distribution
    from runs.analysis.indices import Indices
    from runs.analysis.sensitivity import Study
    from runs.engine.engine import Engine
    from runs.engine.evaluate import Progress

SAMPLES = {"morris": 500, "sobol": 256, "pawn": 1024, "delta": 1024}
"""Trajectories, base points, or points, where it is not said how many."""


@dataclass(frozen=True)
class Sensitivity(Request):
    """Which of the things that nobody knows drive outcomes, and which cannot be told from chance.

    Args:
        subject: a scenario, its name or file; a design; or the folder of a finished batch, which settles its points.
        method: morris, sobol, pawn or delta.
        outcomes: as :mod:`runs.engine.outcomes` reads them, texts by name, or texts; names of a design's or batch's
            own. Measures if ``over_time``. Empty for all of a design or batch, for a standard one of a scenario.
        samples: trajectories of morris, base points of sobol (a power of two), points of the others; see SAMPLES.
        runs: of each point, on the same draws at every point.
        seed: of the draws; the scenario's own if None.
        sampler_seed: of the points, and of the bootstrap.
        second_order: pairs of inputs too, for twice the runs (sobol).
        over_time: an outcome per quarter of each measure.
        groups: uncertainties that are moved together (morris, sobol), by the name of the group.
        changes: other values of fields of the scenario, by path.
        drop_failed: leave out points with a run that failed or is not defined (pawn, delta).
        uncertainties: others than the scenario's or design's own.
        posterior: vectors for the points of pawn and delta: a folder or shipped name, ``none`` for the uncertainties'
            ranges; if None, what is shipped. Morris and sobol move one thing at a time and take the ranges.
    """

    COMMAND = "sensitivity"
    ARGUMENTS = ("subject",)

    subject: str | Path | Scenario
    method: str = "sobol"
    outcomes: Mapping[str, str] | Sequence[str] = ()
    samples: int | None = None
    runs: int = 4
    seed: int | None = None
    sampler_seed: int = 0
    second_order: bool = False
    over_time: bool = False
    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)
    drop_failed: bool = False
    uncertainties: Mapping[str, Distribution] | None = None
    posterior: str | None = None

    @property
    def of_batch(self) -> bool:
        """Whether the runs are those of a batch."""
        return isinstance(self.subject, str | Path) and Path(self.subject).is_dir()

    @property
    def command(self) -> str:
        return "" if self.uncertainties is not None else super().command

    @property
    def unsaid(self) -> Sequence[str]:
        return ("samples", "runs", "seed") if self.of_batch else ()

    @property
    def samples_used(self) -> int:
        """Samples, those of the method if none were asked for."""
        return SAMPLES[self.method] if self.samples is None else self.samples

    def settled(self, study: Study) -> Sensitivity:
        """The same with what was left to the scenario, the method or the batch that its study is of."""
        names = dict.fromkeys(name.rpartition(" in ")[0] if self.over_time else name for name in study.found)
        outcomes = self.outcomes or list(names)
        if self.of_batch:
            return replace(self, outcomes=outcomes)
        return replace(self, outcomes=outcomes, samples=self.samples_used, seed=study.seed)

    def run(self, engine: Engine | None = None, progress: Progress | None = None) -> Study:
        """Run what the method needs, or read it from the batch.

        Raises:
            BadInput: something of this is not allowed.
            Cancelled: ``progress(done, runs)`` returned False.
        """
        from runs.analysis.sensitivity import study

        return study(self, engine, progress)

    def indices(self, study: Study) -> dict[str, Indices]:
        """What a study of this says of every outcome; raises what :meth:`Study.indices` does."""
        return study.indices(self.drop_failed, self.sampler_seed, lenient=self.over_time)
