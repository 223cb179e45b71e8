"""What would have happened if: scenarios held against each other on the same draws and the same unknowns."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.stats import t as student

from market import BadInput, Scenario
from market.scenario.uncertainty import Distribution
from runs.analysis.statistics import paired_difference
from runs.calibration import posterior
from runs.designs.sampling import LatinHypercube
from runs.engine import outcomes
from runs.engine.engine import Engine
from runs.engine.evaluate import Progress, evaluate, shifted
from runs.engine.experiment import Experiment
from runs.engine.outcomes import Outcome
from runs.refusal import Refused
from runs.words import SHARE

if TYPE_CHECKING:
    from runs.requests.comparison import Comparison


@dataclass(frozen=True)
class Difference:
    """Treatment less control in one outcome, over pairs of runs that share parameters and draws.

    ``mean`` with its 95% interval ``low`` to ``high``, clustered by parameter vector; ``p`` the chance of a mean as
    far from 0 if there were no difference; ``same_sign`` the share of pairs with the sign of the mean; ``correlation``
    of the two, which pairing lives on (NaN where either does not vary); ``spread`` the standard deviation that the
    unknown parameters put into the difference, ``noise`` that of the draws; ``variance_bought`` the variance of the
    difference of independent runs over that of the pairs. ``needed`` are the parameter vectors (of one vector: seeds)
    that would tell such a mean from 0; None where it is 0. ``share`` if the outcome is told in percent.
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
    share: bool = False
    needed: int | None = None

    @property
    def read_unit(self) -> str:
        """The unit in which it is told."""
        return SHARE if self.share else self.unit

    @property
    def null(self) -> bool:
        """Whether no pair of runs differs at all."""
        return self.mean == self.low == self.high == 0.0

    @property
    def certain(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.low > 0.0 or self.high < 0.0


@dataclass(frozen=True)
class Gathered:
    """What the scenarios of a comparison came to on the same draws and points.

    ``values`` by scenario, of shape (vectors, seeds, outcomes), in the order of ``outcomes``.
    """

    values: Mapping[str, np.ndarray]
    outcomes: Mapping[str, Outcome]

    def of(self, scenario: str, outcome: str) -> np.ndarray:
        """One outcome of a scenario, shape (vectors, seeds)."""
        return self.values[scenario][..., list(self.outcomes).index(outcome)]

    def difference(
        self, treatment: str, control: str, outcome: str, called: str = "", drop_failed: bool = False
    ) -> Difference:
        """One scenario less another in an outcome, ``called`` so if not by its own name; as :func:`difference`."""
        return difference(
            self.of(treatment, outcome),
            self.of(control, outcome),
            drop_failed=drop_failed,
            outcome=called or outcome,
            unit=self.outcomes[outcome].unit,
            share=self.outcomes[outcome].share,
            treatment_name=treatment,
            control_name=control,
        )

    def differences(self, drop_failed: bool = False) -> list[Difference]:
        """Every scenario but the first less the first, outcome by outcome; as :func:`difference`."""
        control, *treatments = self.values
        return [
            self.difference(name, control, outcome, drop_failed=drop_failed)
            for name in treatments
            for outcome in self.outcomes
        ]


def gather(asked: Comparison, engine: Engine | None = None, progress: Progress | None = None) -> Gathered:
    """The outcomes of all scenarios: what :meth:`Comparison.gather` does."""
    check(asked.arms)
    if asked.vectors < 1 or asked.runs < 1 or asked.vectors * asked.runs < 2:
        raise Refused("runs", f"found {asked.vectors} vectors of {asked.runs} seeds; allowed: two runs or more in all")
    points = points_of(asked)
    found: dict[str, np.ndarray] = {}
    wanted: dict[str, Outcome] = {}
    for turn, (name, scenario) in enumerate(asked.arms.items()):
        wanted = {key: outcomes.read(text, scenario, "outcomes") for key, text in asked.texts.items()}
        experiment = Experiment(
            scenario=scenario,
            points={path: points[path].to_numpy() for path in points},
            runs_per_point=asked.runs,
            seed=asked.seed_used,
            outcomes=wanted,
            shared=not asked.own_draws,
        )
        ahead = None if progress is None else shifted(progress, turn * asked.vectors * asked.runs, asked.run_count)
        found[name] = evaluate(experiment, engine, ahead).outcomes
    return Gathered(found, wanted)


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


def points_of(asked: Comparison) -> pd.DataFrame:
    """Values of what nobody knows, a row per vector: of the posterior if there is one, else of the ranges.

    Only fields that are the same in all scenarios vary; what they set apart stays as they set it.
    """
    control, *others = asked.arms.values()
    found = posterior.find(asked.posterior, control)
    if found is None or asked.vectors == 1:
        return vectors_of(asked.arms, asked.vectors, asked.sampler_seed)
    points = found.points(control, asked.vectors, tuple(asked.changes))
    same = [path for path in points if all(other.get(path) == control.get(path) for other in others)]
    return pd.DataFrame({path: points[path] for path in same})


def vectors_of(scenarios: Mapping[str, Scenario], vectors: int, seed: int) -> pd.DataFrame:
    """Values of what nobody knows, a row per vector, of the fields that the scenarios have in common."""
    control, *others = scenarios.values()
    space: dict[str, Distribution] = {
        path: known
        for path, known in control.uncertainties.items()
        if all(other.get(path) == control.get(path) for other in others)
    }
    if vectors == 1:
        return pd.DataFrame(index=range(1))
    if not space:
        raise Refused(
            "vectors",
            f"found {vectors}, and the first scenario has no uncertainties in common with the others; allowed: 1",
        )
    return LatinHypercube(points=vectors, seed=seed).sample(space)


def difference(
    treatment: np.ndarray,
    control: np.ndarray,
    outcome: str = "",
    unit: str = "",
    treatment_name: str = "treatment",
    control_name: str = "control",
    drop_failed: bool = False,
    share: bool = False,
    level: float = 0.95,
) -> Difference:
    """Treatment less control, both of shape (vectors, seeds), pair by pair (theory C; Glasserman & Yao 1992).

    With several vectors each one's mean is an observation; with one, each seed is. Control, treatment and their
    difference are means of the same observations, so that one less the other is the third.

    Raises:
        BadInput: numbers that are not finite and may not be left out, or fewer than two observations.
    """
    kept, dropped = _kept(treatment, control, outcome, drop_failed)
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
    needed = None
    if told.mean != 0.0:
        treated_sd, untreated_sd = by_vector.std(axis=1, ddof=1).tolist()
        needed = runs_needed(abs(float(told.mean)), treated_sd, untreated_sd, float(told.correlation))
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
        share=share,
        needed=needed,
    )


def _kept(
    treatment: np.ndarray, control: np.ndarray, outcome: str, drop_failed: bool
) -> tuple[list[tuple[np.ndarray, np.ndarray]], int]:
    """The pairs of each vector that are finite, vectors without any left out; and how many pairs are not."""
    fine = np.isfinite(treatment) & np.isfinite(control)
    dropped = int((~fine).sum())
    if dropped and not drop_failed:
        bad = np.flatnonzero(~fine.ravel())
        raise Refused(
            "",
            f"outcome {outcome}: {dropped} of {fine.size} pairs failed or are not defined (runs "
            f"{', '.join(map(str, bad[:5]))}{', ...' if bad.size > 5 else ''}); allowed: none",
            instead="drop_failed",
        )
    kept = [(treated[row], untreated[row]) for treated, untreated, row in zip(treatment, control, fine, strict=True)]
    return [pair for pair in kept if pair[0].size], dropped


def _chance(mean: float, error: float, count: int) -> float:
    """Two-sided p of Student's test; 1 where nothing differs."""
    if error == 0.0:
        return 1.0 if mean == 0.0 else 0.0
    return float(2.0 * student.sf(abs(mean) / error, count - 1))


def runs_needed(half: float, treatment_sd: float, control_sd: float, correlation: float) -> int:
    """Pairs for a 95% interval of the mean difference that reaches ``half`` to either side (B53).

    ``correlation`` may be NaN where one side does not vary.
    """
    correlation = correlation if correlation == correlation else 0.0
    variance = treatment_sd * treatment_sd + control_sd * control_sd - 2.0 * correlation * treatment_sd * control_sd
    size = min(1.959963984540054 * math.sqrt(max(variance, 0.0)) / half, 1e9)  # whatever is more, nobody runs
    return max(2, math.ceil(size * size))


def holm(chances: Sequence[float]) -> list[float]:
    """Chances adjusted for asking several questions at once, in the order given (Holm 1979)."""
    order = sorted(range(len(chances)), key=lambda k: chances[k])
    adjusted = [0.0] * len(chances)
    largest = 0.0
    for rank, k in enumerate(order):
        largest = max(largest, min(1.0, (len(chances) - rank) * chances[k]))
        adjusted[k] = largest
    return adjusted
