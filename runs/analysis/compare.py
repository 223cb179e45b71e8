"""What would have happened if: scenarios held against each other on the same draws and the same unknowns."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import t as student

from market import BadInput, Scenario
from market.scenario.uncertainty import Distribution
from runs.analysis.statistics import paired_difference
from runs.designs.sampling import LatinHypercube
from runs.engine import outcomes as outcome
from runs.engine.engine import Engine
from runs.engine.evaluate import Progress, evaluate
from runs.engine.experiment import Experiment
from runs.engine.outcomes import Outcome

VECTORS = 50
"""Parameter vectors: points of what nobody knows."""

SEEDS = 20
"""Replications of each vector."""


@dataclass(frozen=True)
class Difference:
    """Treatment less control in one outcome, over pairs of runs that share parameters and draws.

    ``mean`` with its 95% interval ``low`` to ``high``, clustered by parameter vector; ``p`` the chance of a mean as
    far from 0 if there were no difference; ``same_sign`` the share of pairs with the sign of the mean; ``correlation``
    of the two, which pairing lives on (NaN where either does not vary); ``spread`` the standard deviation that the
    unknown parameters put into the difference, ``noise`` that of the draws; ``variance_bought`` the variance of the
    difference of independent runs over that of the pairs.
    """

    outcome: str
    unit: str
    control_name: str
    treatment_name: str
    control: float
    treatment: float
    mean: float
    low: float
    high: float
    p: float
    same_sign: float
    correlation: float
    spread: float
    noise: float
    variance_bought: float
    vectors: int
    seeds: int
    dropped: int

    @property
    def certain(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.low > 0.0 or self.high < 0.0


def compare(
    scenarios: Mapping[str, Scenario],
    outcomes: Mapping[str, str],
    vectors: int = VECTORS,
    seeds: int = SEEDS,
    seed: int | None = None,
    sampler_seed: int = 0,
    drop_failed: bool = False,
    engine: Engine | None = None,
    progress: Progress | None = None,
) -> list[Difference]:
    """Every scenario but the first against the first.

    Args:
        scenarios: by name, the control first; all with the same buyers, products and quarters.
        outcomes: texts by name, as :mod:`runs.engine.engine.outcomes` reads them.
        vectors: points drawn from the uncertainties of the first scenario (a Latin hypercube); those fields that the
            scenarios themselves set apart stay as they set them. 1 leaves every parameter where it is.
        seeds: replications of each.
        seed: of the draws; the first scenario's own if None.
        sampler_seed: of the points.
        drop_failed: leave out pairs with a run that failed or is not defined.
        engine: who does the work.
        progress: called as ``progress(done, runs)``; cancels if it returns False.

    Returns:
        For each treatment, a difference per outcome.

    Raises:
        BadInput: something of this is not allowed, or runs failed and may not be left out.
        Cancelled: ``progress`` returned False.
    """
    names = list(scenarios)
    check(scenarios)
    if vectors < 1 or seeds < 1 or vectors * seeds < 2:
        raise BadInput(f"--runs: found {vectors} vectors of {seeds} seeds; allowed: two runs or more in all")
    control = scenarios[names[0]]
    points = vectors_of(scenarios, vectors, sampler_seed)
    found: dict[str, np.ndarray] = {}
    wanted: dict[str, Outcome] = {}
    runs = vectors * seeds
    for turn, (name, scenario) in enumerate(scenarios.items()):
        wanted = {key: outcome.read(text, scenario, "--outcome") for key, text in outcomes.items()}
        experiment = Experiment(
            scenario=scenario,
            points={path: points[path].to_numpy() for path in points},
            runs_per_point=seeds,
            seed=control.seed if seed is None else seed,
            outcomes=wanted,
        )
        ahead = None if progress is None else _shifted(progress, turn * runs, len(scenarios) * runs)
        found[name] = evaluate(experiment, engine, ahead).outcomes
    return [
        difference(
            found[name][..., k],
            found[names[0]][..., k],
            drop_failed=drop_failed,
            outcome=key,
            unit=wanted[key].unit,
            treatment_name=name,
            control_name=names[0],
        )
        for name in names[1:]
        for k, key in enumerate(wanted)
    ]


def _shifted(progress: Progress, before: int, total: int) -> Progress:
    return lambda done, _: progress(before + done, total)


def check(scenarios: Mapping[str, Scenario]) -> None:
    """Raises BadInput unless there are two scenarios or more that can be held against each other."""
    if len(scenarios) < 2:
        raise BadInput("compare: found one scenario; allowed: two or more, or a lever with two values or more")
    (first, control), *others = scenarios.items()
    for name, other in others:
        for what in ("buyers", "products", "quarters"):
            ours, theirs = list(getattr(control, what)), list(getattr(other, what))
            if sorted(ours) != sorted(theirs):
                apart = sorted(set(ours) ^ set(theirs))
                raise BadInput(f"compare: {first} and {name} have other {what} ({', '.join(apart)}); allowed: the same")


def vectors_of(scenarios: Mapping[str, Scenario], vectors: int, seed: int) -> pd.DataFrame:
    """Values of what nobody knows, a row per vector, of the fields that the scenarios have in common."""
    control, *others = scenarios.values()
    space: dict[str, Distribution] = {
        path: known
        for path, known in control.uncertainties.items()
        if all(other.get(path) == control.get(path) for other in others)
    }
    if vectors == 1 or not space:
        return pd.DataFrame(index=range(1)) if vectors == 1 else _without(space, vectors)
    return LatinHypercube(points=vectors, seed=seed).sample(space)


def _without(space: Mapping[str, Distribution], vectors: int) -> pd.DataFrame:
    raise BadInput(
        f"--vectors: found {vectors}, and the first scenario has no uncertainties in common with the others; allowed: 1"
    )


def difference(
    treatment: np.ndarray,
    control: np.ndarray,
    outcome: str = "",
    unit: str = "",
    treatment_name: str = "treatment",
    control_name: str = "control",
    drop_failed: bool = False,
    level: float = 0.95,
) -> Difference:
    """Treatment less control, both of shape (vectors, seeds), pair by pair (theory C; Glasserman & Yao 1992).

    With several vectors each one's mean is an observation; with one, each seed is. Control, treatment and their
    difference are means of the same observations, so that one less the other is the third.

    Raises:
        BadInput: numbers that are not finite and may not be left out, or fewer than two observations.
    """
    fine = np.isfinite(treatment) & np.isfinite(control)
    dropped = int((~fine).sum())
    if dropped and not drop_failed:
        bad = np.flatnonzero(~fine.ravel())
        raise BadInput(
            f"outcome {outcome}: {dropped} of {fine.size} pairs failed or are not defined (runs "
            f"{', '.join(map(str, bad[:5]))}{', ...' if bad.size > 5 else ''}); allowed: none, or --drop-failed"
        )
    kept = [(treated[row], untreated[row]) for treated, untreated, row in zip(treatment, control, fine, strict=True)]
    kept = [pair for pair in kept if pair[0].size]
    by_run = np.concatenate(kept, axis=1) if kept else np.empty((2, 0))
    by_vector = np.array([[side.mean() for side in pair] for pair in kept]).T if len(kept) > 1 else by_run
    observations = by_vector.shape[1]
    if observations < 2:
        raise BadInput(f"outcome {outcome}: found {observations} pairs; allowed: two or more")
    told = paired_difference(by_vector[0], by_vector[1], level)
    pairs = paired_difference(by_run[0], by_run[1])
    error = float((by_vector[0] - by_vector[1]).std(ddof=1)) / math.sqrt(observations)
    within = [(treated - untreated).var(ddof=1) for treated, untreated in kept if treated.size > 1]
    noise = float(np.mean(within)) if within else math.nan
    size = float(np.mean([pair[0].size for pair in kept]))
    between = error * error * observations - (noise / size if within else 0.0)
    apart = (by_run[0] - by_run[1]).var()
    return Difference(
        outcome=outcome,
        unit=unit,
        control_name=control_name,
        treatment_name=treatment_name,
        control=float(by_vector[1].mean()),
        treatment=float(by_vector[0].mean()),
        mean=float(told.mean),
        low=float(told.low),
        high=float(told.high),
        p=_chance(float(told.mean), error, observations),
        same_sign=float(pairs.same_sign),
        correlation=float(pairs.correlation),
        spread=math.sqrt(max(0.0, between)) if len(kept) > 1 else math.nan,
        noise=math.sqrt(noise),
        variance_bought=float((by_run[0].var() + by_run[1].var()) / apart) if apart > 0.0 else math.inf,
        vectors=len(kept),
        seeds=treatment.shape[1],
        dropped=dropped,
    )


def _chance(mean: float, error: float, count: int) -> float:
    """Two-sided p of Student's test; 1 where nothing differs."""
    if error == 0.0:
        return 1.0 if mean == 0.0 else 0.0
    return float(2.0 * student.sf(abs(mean) / error, count - 1))


def runs_needed(half: float, treatment_sd: float, control_sd: float, correlation: float) -> int:
    """Pairs for a 95% interval of the mean difference that reaches ``half`` to either side (B53)."""
    variance = treatment_sd * treatment_sd + control_sd * control_sd - 2.0 * correlation * treatment_sd * control_sd
    return math.ceil(1.959963984540054**2 * variance / (half * half))


def holm(chances: Sequence[float]) -> list[float]:
    """Chances adjusted for asking several questions at once, in the order given (Holm 1979)."""
    order = sorted(range(len(chances)), key=lambda k: chances[k])
    adjusted = [0.0] * len(chances)
    largest = 0.0
    for rank, k in enumerate(order):
        largest = max(largest, min(1.0, (len(chances) - rank) * chances[k]))
        adjusted[k] = largest
    return adjusted
