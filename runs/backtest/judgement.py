"""A scenario is run and held against facts and truths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import xarray as xr

from market import Scenario
from market.gears.simulate import Failure
from runs.backtest import loss, scores
from runs.backtest.facts import FACTS, facts
from runs.backtest.finding import Finding, Rule
from runs.backtest.paths import Missing, Paths
from runs.backtest.scores import Score
from runs.backtest.silence import Silence, silences
from runs.backtest.truths import DEPOSITS, TRUTHS, truths
from runs.engine.evaluate import shifted
from runs.engine.spread import ensemble_of

if TYPE_CHECKING:
    from runs.engine.evaluate import Progress
    from runs.requests.backtest import Backtest

DEPOSIT = "market.deposit"


@dataclass(frozen=True)
class Judgement:
    """What was found of a scenario; ``loss`` is None where the scenario has not what the figures are of.

    ``silences`` are those of the first run, traced: what truth 6 says of the ensemble, with the reasons. ``scores`` are
    those of the figures of the window, ``ahead`` holds those of 2024 beside plain forecasts.
    """

    asked: Backtest
    facts: Sequence[Finding]
    truths: Sequence[Finding]
    silences: Sequence[Silence]
    loss: loss.Loss | None
    scores: Sequence[Score]
    ahead: pd.DataFrame | None
    failures: Sequence[Failure]
    results: xr.Dataset

    @property
    def sentence(self) -> str:
        """How many facts and truths hold."""
        scored = [one for one in self.facts if one.scored]
        return f"{held(scored)} facts in, {held(self.truths)} truths hold"

    def to_dict(self) -> dict[str, Any]:
        """All of it in plain values, the same for the same scenario, seed and runs."""
        scenario = self.asked.judged
        return {
            "scenario": scenario.name,
            "scenario_hash": scenario.hash,
            "seed": scenario.seed if self.asked.seed is None else self.asked.seed,
            "runs": self.asked.runs,
            "command": self.asked.command,
            "failures": [{"run": one.replication, "reason": one.sentence} for one in self.failures],
            "sentence": self.sentence,
            "facts": [plain(one) for one in self.facts],
            "truths": [plain(one) for one in self.truths],
            "silences": [asdict(one) for one in self.silences],
            "loss": None if self.loss is None else {**asdict(self.loss), "total": self.loss.total},
            "posterior": self.results.attrs.get("posterior"),
            "scores": scores.table(self.scores).to_dict("records"),
            "ahead": None if self.ahead is None else self.ahead.to_dict("records"),
            "coverage": asdict(scores.coverage(self.scores)),
        }


def held(findings: Sequence[Finding]) -> str:
    """``3 of 12``, of those that apply."""
    applying = [one for one in findings if not one.missing]
    return f"{sum(one.holds for one in applying)} of {len(applying)}"


def plain(found: Finding) -> dict[str, Any]:
    """A finding in plain values."""
    parts = [
        {**asdict(part.band), "value": part.value, "holds": part.holds, "share_of_runs": part.share,
         "excess": part.excess, "note": part.note}
        for part in found.parts
    ]  # fmt: skip
    return {
        "id": found.id,
        "sentence": found.sentence,
        "scored": found.scored,
        "verdict": found.verdict,
        "share_of_runs": found.share,
        "missing": found.missing,
        "parts": parts,
    }


def table(findings: Sequence[Finding]) -> pd.DataFrame:
    """A row per part of each finding."""
    columns = ["id", "part", "low", "high", "unit", "value", "holds", "share_of_runs", "excess", "note"]
    rows = [
        [found.id, part.band.text, part.band.low, part.band.high, part.band.unit, part.value, part.holds, part.share,
         part.excess, part.note]
        for found in findings
        for part in found.parts
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def judge(asked: Backtest, progress: Progress | None = None) -> Judgement:
    """Run the scenario as it is, and with each deposit of truth 5; then measure."""
    scenario = asked.judged
    deposits = dict.fromkeys([scenario.get(DEPOSIT), *DEPOSITS])
    results: dict[float, xr.Dataset] = {}
    for n, deposit in enumerate(deposits):
        ahead = None if progress is None else shifted(progress, n * asked.runs, len(deposits) * asked.runs)
        charged = scenario.replace(DEPOSIT, deposit)
        results[deposit] = ensemble_of(
            charged, asked.runs, asked.seed, asked.posterior, tuple(asked.changes), progress=ahead
        )
    own = results[scenario.get(DEPOSIT)]
    failures = own.attrs["failures"]
    try:
        paths = Paths(own, scenario, paired(results, scenario))
    except Missing as reason:
        nothing = unjudged(FACTS, reason), unjudged(TRUTHS, reason)
        return Judgement(asked, *nothing, [], None, [], None, failures, own)
    traced = [] if 0 in {one.replication for one in failures} else silences(scenario, asked.seed)
    lost = known_loss(paths, scenario)
    found = scores.scores(paths)
    held_to = facts(paths, scenario), truths(paths, scenario)
    return Judgement(asked, *held_to, traced, lost, found, scores.ahead_of(paths), failures, own)


def paired(results: dict[float, xr.Dataset], scenario: Scenario) -> tuple[Paths, Paths] | None:
    """Paths of the runs that both deposits finish; None without any."""
    pair = [results[deposit] for deposit in DEPOSITS]
    lost = {one.replication for each in pair for one in each.attrs["failures"]}
    try:
        first, second = (Paths(each.drop_sel(run=sorted(lost)), scenario) for each in pair)
    except Missing:
        return None
    return first, second


def known_loss(paths: Paths, scenario: Scenario) -> loss.Loss | None:
    """The loss, None where it is not defined."""
    try:
        return loss.parts(paths, scenario)
    except Missing:
        return None


def unjudged(rules: Sequence[Rule], reason: Missing) -> list[Finding]:
    """Findings of nothing."""
    return [Finding(rule.id, rule.sentence, scored=rule.scored, missing=str(reason)) for rule in rules]
