"""Sensitivity of a scenario's outcomes to what nobody knows, with the noise of the draws beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from market import BadInput, Scenario
from market.scenario.schema import suggest
from market.scenario.uncertainty import Distribution, Uniform
from runs.analysis.indices import GIVEN, INERT, MAIN, Indices, analyse
from runs.calibration import posterior
from runs.calibration.posterior import Posterior
from runs.designs.design import Design, check_groups, is_design
from runs.designs.sampling import Groups, LatinHypercube, Morris, Saltelli, Sampling, Sobol
from runs.engine import outcomes
from runs.engine.engine import Engine
from runs.engine.evaluate import Progress, evaluate
from runs.engine.experiment import Experiment
from runs.engine.outcomes import Outcome
from runs.folder import results
from runs.refusal import Refused
from runs.requests.request import by_name

if TYPE_CHECKING:
    from runs.requests.sensitivity import Sensitivity

NEEDED: dict[str, type[Sampling]] = {"morris": Morris, "sobol": Saltelli}
"""The sampling that a method cannot do without."""


@dataclass(frozen=True)
class Study:
    """Points of a scenario, what came of each run, and how the points were chosen.

    ``shares`` of shape (points, inputs) are shares of probability; ``found[outcome]`` has shape (points, runs per
    point) and is NaN where a run failed; ``seed`` is that of the draws; ``space`` is what inputs were drawn from, empty
    where they were not drawn for the study.
    """

    scenario: Scenario
    method: str
    shares: pd.DataFrame
    found: Mapping[str, np.ndarray]
    outcomes: Mapping[str, Outcome]
    groups: Groups
    levels: int = 4
    second_order: bool = False
    shared: bool = True
    seed: int = 0
    space: Mapping[str, Distribution] = field(default_factory=dict)

    def only(self, names: Iterable[str]) -> Study:
        """The same with some of its outcomes."""
        kept = list(names)
        return replace(
            self,
            found={name: self.found[name] for name in kept},
            outcomes={name: self.outcomes[name] for name in kept},
        )

    @property
    def run_count(self) -> int:
        """Runs that were looked at."""
        return next(iter(self.found.values())).size

    def indices(self, drop_failed: bool = False, seed: int = 0, lenient: bool = False) -> dict[str, Indices]:
        """Indices of every outcome.

        Args:
            drop_failed: leave out points with a run that failed or is not defined; of given-data methods only.
            seed: of the bootstrap.
            lenient: leave out outcomes that are the same or not defined at some points, unless all are: quarters before
                anything happens are.

        Raises:
            BadInput: runs that are not finite and may not be left out, or an outcome that does not vary.
        """
        if drop_failed and self.method not in GIVEN:
            raise Refused(
                "drop_failed",
                f"found {self.method}, whose points belong together; allowed: {', '.join(GIVEN)}",
            )
        made: dict[str, Indices] = {}
        refused = None
        for name, found in self.found.items():
            try:
                made[name] = self._indices(name, found, drop_failed, seed)
            except BadInput as error:
                if not lenient:
                    raise
                refused = error
        if not made and refused is not None:
            raise refused
        return made

    def _indices(self, name: str, found: np.ndarray, drop_failed: bool, seed: int) -> Indices:
        bad = np.flatnonzero(~np.isfinite(found).ravel())
        shares = self.shares
        if bad.size:
            if not drop_failed:
                first = ", ".join(map(str, bad[:5])) + (", ..." if bad.size > 5 else "")
                raise Refused(
                    "",
                    f"outcome {name}: {bad.size} of {found.size} runs failed or are not defined (runs {first}); "
                    "allowed: none",
                    instead="drop_failed" if self.method in GIVEN else "",
                )
            kept = np.isfinite(found).all(axis=1)
            found, shares = found[kept], shares[kept]
        return analyse(
            self.method,
            shares,
            found,
            name,
            self.outcomes[name].unit,
            groups=self.groups,
            levels=self.levels,
            second_order=self.second_order,
            shared=self.shared,
            seed=seed,
            share=self.outcomes[name].share,
        )


@dataclass(frozen=True)
class Plan:
    """What is to be run for a study."""

    experiment: Experiment
    method: str
    shares: pd.DataFrame
    groups: Groups
    levels: int
    second_order: bool
    space: Mapping[str, Distribution] = field(default_factory=dict)

    def run(self, engine: Engine | None = None, progress: Progress | None = None) -> Study:
        """Run it.

        Raises:
            Cancelled: ``progress(done, runs)`` returned False.
        """
        found = evaluate(self.experiment, engine, progress)
        wanted = self.experiment.outcomes
        return Study(
            scenario=self.experiment.scenario,
            method=self.method,
            shares=self.shares,
            found={name: found.of(name) for name in wanted},
            outcomes=wanted,
            groups=self.groups,
            levels=self.levels,
            second_order=self.second_order,
            seed=self.experiment.seed,
            space=self.space,
        )


def study(asked: Sensitivity, engine: Engine | None = None, progress: Progress | None = None) -> Study:
    """Run what a method needs, or read it from a batch: what :meth:`Sensitivity.run` does."""
    return study_of(asked) if asked.of_batch else plan(asked).run(engine, progress)


def plan(asked: Sensitivity) -> Plan:
    """What a method needs run.

    Raises:
        BadInput: something of the request is not allowed.
    """
    check_method(asked.method)
    world = World.of(asked)
    if (sample := posterior_of(asked, world)) is not None:
        return plan_over(sample, asked, world)
    if not world.space:
        raise BadInput(f"{world.scenario.source}: uncertainties: found none; allowed: one or more")
    if world.groups and asked.method in GIVEN:
        raise Refused("groups", f"found {asked.method}, which looks at one input at a time; allowed: morris, sobol")
    check_groups(world.groups, world.space)
    wanted = _wanted(world.outcomes, world.scenario, asked.over_time)
    way = sampling(asked.method, asked.samples_used, asked.sampler_seed, asked.second_order)
    full: dict[str, Distribution] = {**world.space, INERT: Uniform(low=0.0, high=1.0)}
    try:
        shares = way.shares(full, world.groups)
    except BadInput as error:
        setting, _, sentence = str(error).partition(": ")
        raise (Refused("samples", sentence) if setting == "sampling.points" else error) from None
    experiment = Experiment(
        scenario=world.scenario,
        points={path: known.quantile(shares[path].to_numpy()) for path, known in world.space.items()},
        runs_per_point=asked.runs,
        seed=world.scenario.seed if asked.seed is None else asked.seed,
        outcomes=wanted,
    )
    levels = way.levels if isinstance(way, Morris) else 4
    return Plan(experiment, asked.method, shares, world.groups, levels, asked.second_order, world.space)


def by_quarter(asked: Sensitivity) -> Sensitivity:
    """The same and, from the same runs, the measure of every outcome in every quarter, by the text that says so.

    What is asked over time is that already, a batch holds what it holds, and pawn and delta would take a minute.

    Raises:
        BadInput: something of the request is not allowed.
    """
    if asked.over_time or asked.of_batch or asked.method in GIVEN:
        return asked
    world = World.of(asked)
    measures = [outcomes.measure_of(text, world.scenario, "outcomes") for text in world.outcomes.values()]
    texts = [f"{measure} in {quarter}" for measure in measures if measure for quarter in world.scenario.quarters]
    return replace(asked, outcomes={**world.outcomes, **{text: text for text in texts if text not in world.outcomes}})


def posterior_of(asked: Sensitivity, world: World) -> Posterior | None:
    """Where the points come from, None where from the ranges of what is uncertain.

    Raises:
        BadInput: there is no such posterior, or it is asked for with a method or inputs that cannot take it.
    """
    own = asked.uncertainties is not None or world.designed
    if asked.method in GIVEN and not own:
        return posterior.find(asked.posterior, world.scenario)
    if asked.posterior not in (None, posterior.NONE):
        allowed = f"{', '.join(GIVEN)}, of a scenario's own inputs, since a posterior's are not independent"
        raise Refused("posterior", f"found {asked.posterior!r} with {asked.method}; allowed with {allowed}")
    return None


def plan_over(sample: Posterior, asked: Sensitivity, world: World) -> Plan:
    """Points that are vectors of a posterior: each input by its rank among them."""
    count = asked.samples_used
    sampling(asked.method, count, asked.sampler_seed)
    shares = sample.table.rank(method="average").to_numpy()[posterior.places(len(sample.table), count)]
    made = pd.DataFrame(shares / (len(sample.table) + 1.0), columns=sample.space.names)
    made[INERT] = np.random.default_rng(asked.sampler_seed).random(count)
    experiment = Experiment(
        scenario=world.scenario,
        points=sample.points(world.scenario, count, tuple(asked.changes)),
        runs_per_point=asked.runs,
        seed=world.scenario.seed if asked.seed is None else asked.seed,
        outcomes=_wanted(world.outcomes, world.scenario, asked.over_time),
    )
    return Plan(experiment, asked.method, made, {}, 4, False)


@dataclass(frozen=True)
class World:
    """The scenario that a request is about, what is uncertain and moved together in it, and the outcomes by name."""

    scenario: Scenario
    space: Mapping[str, Distribution]
    groups: Groups
    outcomes: Mapping[str, str]
    designed: bool = False
    """Whether a design says what is uncertain."""

    @classmethod
    def of(cls, asked: Sensitivity) -> World:
        """Read it from a scenario or a design."""
        design = None
        if isinstance(asked.subject, Scenario):
            scenario = asked.subject
        elif is_design(str(asked.subject)):
            design = Design.load(asked.subject)
            if design.head.posterior != posterior.NONE:
                raise BadInput(
                    f"{design.source}: posterior: found {design.head.posterior!r}; allowed in a study of sensitivity: "
                    "none; run it as a batch, and give pawn or delta its folder"
                )
            scenario = design.scenario
        else:
            scenario = Scenario.load(asked.subject)
        if asked.changes:
            scenario = scenario.replace_all(asked.changes)
        known = {} if design is None else {name: found.text for name, found in design.outcomes.items()}
        standard = list(known) or ["quoted_lead_weeks" if asked.over_time else "peak_quote"]
        own = None if design is None else design.uncertainties or None
        space = next(one for one in (asked.uncertainties, own, scenario.uncertainties) if one is not None)
        return cls(
            scenario,
            space,
            asked.groups or (design.head.groups if design else {}),
            {name: known.get(text, text) for name, text in by_name(asked.outcomes or standard).items()},
            own is not None,
        )


def study_of(asked: Sensitivity) -> Study:
    """A finished batch as a study: any design for pawn and delta, for morris and sobol the one they need.

    Raises:
        BadInput: the batch is not finished, its points do not fit the method, it has no such outcome, or something is
            asked for that the batch has settled.
    """
    folder, method, names = Path(str(asked.subject)), asked.method, list(by_name(asked.outcomes))
    settled = ("samples", "groups", "second_order", "over_time", "changes")
    if given := next((name for name in settled if getattr(asked, name)), None):
        raise Refused(given, f"is settled by the batch {folder}; allowed: for a scenario or a design")
    check_method(method)
    stored = results.finished_batch(folder)
    manifest = stored.manifest
    known = list(manifest["outcomes"])
    for name in names or known:
        if name not in known:
            raise Refused("outcomes", f"found {name!r}; {folder}: {suggest(name, known)}")
    scenario = stored.scenario
    way, shares, groups, space = _points(stored, scenario, method)
    runs = manifest["runs_per_point"]
    chosen = {name: outcomes.read(manifest["outcomes"][name], scenario) for name in names or known}
    table = stored.by_run("outcomes", list(chosen))
    return Study(
        scenario=scenario,
        method=method,
        shares=shares,
        found={name: table[name].to_numpy().reshape(-1, runs) for name in chosen},
        outcomes=chosen,
        groups=groups,
        levels=way.levels if isinstance(way, Morris) else 4,
        second_order=way.second_order if isinstance(way, Saltelli) else False,
        shared=manifest["shared_draws"],
        seed=manifest["seed"],
        space=space,
    )


def _points(
    stored: results.Results, scenario: Scenario, method: str
) -> tuple[Sampling | None, pd.DataFrame, Groups, Mapping[str, Distribution]]:
    """How a batch chose its points, as shares of probability, its groups, and what the points were drawn from."""
    manifest = stored.manifest
    needed = NEEDED.get(method)
    head = manifest.get("design")
    design = None
    if head is not None and head["sampling"] is not None and head["sampling"]["method"] != "table":
        design = Design.from_dict(head, str(stored.folder), scenario=scenario)
    if needed is not None:
        if design is None or design.levers or not isinstance(design.sampling, needed):
            name = {"morris": "morris", "sobol": "saltelli"}[method]
            raise Refused(
                "method",
                f"found {method!r}, and {stored.folder} was not sampled for it; allowed: a batch with "
                f"sampling.method = {name!r} and no levers, or {', '.join(GIVEN)}",
            )
        shares = design.sampling.shares(design.uncertainties, design.head.groups)
        return design.sampling, shares, design.head.groups, design.uncertainties
    points = stored.by_run("parameters").drop_duplicates("point").drop(columns=["point", "replication"])
    texts = [path for path in points if points[path].dtype.kind not in "iufb"]
    if texts:
        raise BadInput(f"{stored.folder}: found {texts[0]}, which is no number; allowed: points of numbers alone")
    if points.empty or not len(points.columns):
        raise BadInput(f"{stored.folder}: found nothing that varies; allowed: a batch over uncertainties or levers")
    shares = points.rank(method="average").to_numpy(float) / (len(points) + 1.0)
    made = pd.DataFrame(shares, columns=list(points))
    made[INERT] = np.random.default_rng(0).random(len(made))  # any column that nothing read is inert
    return None, made, {}, {}


def check_method(method: str) -> None:
    """Raises BadInput if there is no such method."""
    if method not in MAIN:
        raise Refused("method", f"found {method!r}; {suggest(method, MAIN)}")


def sampling(method: str, samples: int, seed: int, second_order: bool = False) -> Sampling:
    """The points a method needs.

    Raises:
        BadInput: so many samples are not allowed.
    """
    least = {"morris": 2, "sobol": 2}.get(method, 16)
    if samples < least:
        raise Refused("samples", f"found {samples}; allowed for {method}: a whole number from {least}")
    if method == "morris":
        return Morris(trajectories=samples, seed=seed)
    if method == "sobol":
        return Saltelli(points=samples, second_order=second_order, seed=seed)
    power = samples & (samples - 1) == 0
    return Sobol(points=samples, seed=seed) if power else LatinHypercube(points=samples, seed=seed)


def _wanted(texts: Mapping[str, str], scenario: Scenario, over_time: bool) -> dict[str, Outcome]:
    if not texts:
        raise Refused("outcomes", "is missing; allowed: one or more")
    if not over_time:
        return {name: outcomes.read(text, scenario, "outcomes") for name, text in texts.items()}
    wanted = {}
    for name, text in texts.items():
        outcomes.read_measure(text, scenario, "outcomes")
        for quarter in scenario.quarters:
            wanted[f"{name} in {quarter}"] = outcomes.read(f"{text} in {quarter}", scenario, "outcomes")
    return wanted
