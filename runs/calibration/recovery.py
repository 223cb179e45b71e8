"""Markets whose constants are known, fitted like history: whether a fit finds them again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from runs.calibration import fit
from runs.calibration.target import Made, figures

QUARTERS = 9
"""2022Q4 to 2024Q4: what the figures are of."""
RANKS = 20
"""Steps of a rank among the sample."""
TRIES = 50
"""Vectors drawn from the priors until one makes a market that has figures."""
SETS = 12
"""Further sets of draws of the true market, which tell how far its figures lie apart by chance."""


@dataclass(frozen=True)
class Recovered:
    """A row per test and field: the truth, the sample's median and 90% interval, the rank of the truth in it."""

    table: pd.DataFrame

    @property
    def covered(self) -> float:
        """Share of truths inside the 90% interval, over all tests and fields."""
        return float(self.table["inside"].mean())

    @property
    def by_field(self) -> pd.DataFrame:
        """A row per field: R2 of the median for the truth over the tests, share inside, the ranks' distance from even.

        The last is the largest distance between the ranks' shares and those of even ranks (Talts et al. 2018 test the
        same ranks), with what chance exceeds in a twentieth of cases (Massey 1951).
        """
        rows = []
        for name, own in self.table.groupby("field", sort=False):
            error = float(((own["median"] - own["truth"]) ** 2).sum())
            spread = float(((own["truth"] - own["truth"].mean()) ** 2).sum())
            ranks = np.sort(own["rank"].to_numpy())
            steps = np.arange(1, len(ranks) + 1) / len(ranks)
            off = float(np.max(np.maximum(np.abs(steps - ranks), np.abs(steps - 1.0 / len(ranks) - ranks))))
            rows.append(
                {
                    "field": name,
                    "r2": 1.0 - error / spread if spread > 0.0 else np.nan,
                    "inside": float(own["inside"].mean()),
                    "rank_distance": off,
                    "by_chance": 1.36 / np.sqrt(len(ranks)),
                }
            )
        return pd.DataFrame(rows)


def recover(task: fit.Task, tests: int, folder: Path, progress: fit.Report | None = None) -> Recovered:
    """Draw constants from the priors, make figures of them with other draws, and fit these.

    All in shares of the priors. The truth's figures are of as many draws as the fit's, none of them the same.
    """
    scenario = task.scenario.replace("horizon", QUARTERS)
    rows = []
    for test in range(tests):
        truth, target = made(task, scenario, test)
        own = replace(task, scenario=scenario, target=target, effort=fit.SMALL, seed=task.seed + 1 + test)
        inside = folder / str(test)
        inside.mkdir(exist_ok=True)
        ahead = fit.titled(progress, f"recovery {test + 1} of {tests}")
        shares, _ = fit.chosen(fit.fit(own, inside, ahead), 400)
        low, middle, high = np.quantile(shares, [0.05, 0.5, 0.95], axis=0)
        rows += [
            {"test": test, "field": name, "truth": truth[k], "low": low[k], "median": middle[k], "high": high[k],
             "inside": bool(low[k] <= truth[k] <= high[k]), "rank": float((shares[:, k] < truth[k]).mean())}
            for k, name in enumerate(task.space.names)
        ]  # fmt: skip
    return Recovered(pd.DataFrame(rows))


def made(task: fit.Task, scenario: fit.Scenario, test: int) -> tuple[np.ndarray, Made]:
    """A vector from the priors and what would be observed of its market."""
    rng = np.random.default_rng([task.seed, 2, test])
    draws = fit.SMALL.walk.draws
    judges = [
        replace(task.judge(draws), scenario=scenario, first=900_000 + 1000 * number + draws * test)
        for number in range(1 + SETS)
    ]
    for _ in range(TRIES):
        truth = rng.random(len(task.space.free))
        sets = [judge.paths(task.space.values(truth[None])[0]) for judge in judges]
        found = [figures(paths).median for paths in sets if paths is not None]
        if len(found) == len(judges):
            return truth, Made.of(found[0], found[1:], rng)
    raise RuntimeError(f"no market with figures among {TRIES} vectors")
