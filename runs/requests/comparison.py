"""What a scenario or a lever changes, as a request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from runs.requests.request import Request, by_name, written
from runs.words import said

if TYPE_CHECKING:
    from market import Scenario
    from runs.analysis.compare import Difference, Gathered
    from runs.engine.engine import Engine
    from runs.engine.evaluate import Progress


@dataclass(frozen=True)
class Lever:
    """A field of a scenario and the values it is compared at, the first as the control; ``labels`` name them."""

    path: str
    values: Sequence[Any]
    labels: Sequence[str] = ()

    def __str__(self) -> str:
        return f"{self.path}={','.join(map(written, self.values))}"

    @property
    def names(self) -> Sequence[str]:
        """What the values are shown as."""
        return self.labels or [f"{self.path.rpartition('.')[2]} {said(value)}" for value in self.values]


@dataclass(frozen=True)
class Comparison(Request):
    """Scenarios, or the values of a lever, on the same draws and the same unknowns; the first is the control.

    Args:
        scenarios: names or files, or any of these and scenarios by the name they are to be shown under; all with the
            same buyers, products and quarters. One, if there is a lever.
        lever: a field of that one and its values.
        outcomes: as :mod:`runs.engine.outcomes` reads them; texts by name, or texts.
        vectors: points of what nobody knows: of the posterior, or of the control's uncertainties (a Latin hypercube);
            fields that the scenarios themselves set apart stay as they set them. 1 leaves every parameter where it is.
        runs: replications of each vector.
        seed: of the draws; the control's own if None.
        sampler_seed: of the points.
        changes: other values of fields of every scenario, by path.
        drop_failed: leave out pairs with a run that failed or is not defined.
        posterior: a folder or shipped name, ``none`` for the uncertainties' ranges; if None, what is shipped.
        own_draws: every vector has draws of its own, the same in all scenarios.
    """

    COMMAND = "compare"
    ARGUMENTS = ("scenarios",)

    scenarios: Mapping[str, str | Scenario] | Sequence[str]
    lever: Lever | None = None
    outcomes: Mapping[str, str] | Sequence[str] = ("peak_quote", "mean_wait", "revenue", "peak_hhi")
    vectors: int = 50
    runs: int = 20
    seed: int | None = None
    sampler_seed: int = 0
    changes: Mapping[str, Any] = field(default_factory=dict)
    drop_failed: bool = False
    posterior: str | None = None
    own_draws: bool = False

    @cached_property
    def arms(self) -> dict[str, Scenario]:
        """The scenarios by the name they are shown under, the control first.

        Raises:
            BadInput: there is no such scenario, or a value or change is not allowed.
        """
        from market import Scenario
        from runs.refusal import Refused

        named = by_name(self.scenarios)
        if len(named) < len(self.scenarios):
            raise Refused("", f"compare: found {next(iter(named))!r} twice; allowed: different scenarios")
        found = {name: one if isinstance(one, Scenario) else Scenario.load(one) for name, one in named.items()}
        if self.changes:
            found = {name: one.replace_all(self.changes) for name, one in found.items()}
        if self.lever is None:
            return found
        if len(found) != 1:
            raise Refused("lever", f"found {len(found)} scenarios; allowed: one")
        (scenario,) = found.values()
        values = zip(self.lever.names, self.lever.values, strict=True)
        return {name: scenario.replace(self.lever.path, value) for name, value in values}

    @property
    def texts(self) -> Mapping[str, str]:
        """The outcomes by name."""
        return by_name(self.outcomes)

    @property
    def seed_used(self) -> int:
        """Seed of the draws."""
        return next(iter(self.arms.values())).seed if self.seed is None else self.seed

    @property
    def settled(self) -> Comparison:
        """The same with what was left to the scenario."""
        return replace(self, seed=self.seed_used)

    @property
    def run_count(self) -> int:
        """How many runs it takes."""
        return len(self.arms) * self.vectors * self.runs

    def run(self, engine: Engine | None = None, progress: Progress | None = None) -> list[Difference]:
        """For each treatment, a difference per outcome.

        Args:
            engine: who does the work; threads of this process if None.
            progress: called as ``progress(done, runs)``; cancels if it returns False.

        Raises:
            BadInput: something of this is not allowed, or runs failed and may not be left out.
            Cancelled: ``progress`` returned False.
        """
        return self.gather(engine, progress).differences(self.drop_failed)

    def gather(self, engine: Engine | None = None, progress: Progress | None = None) -> Gathered:
        """What every scenario comes to, before one is held against another; raises what :meth:`run` does, but for runs
        that failed."""
        from runs.analysis.compare import gather

        return gather(self, engine, progress)
