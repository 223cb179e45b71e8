"""A calibration from settings to folder: the fit, the sample, whether it can be believed, the structures compared."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from market import Scenario
from runs import environment
from runs.backtest import scores
from runs.backtest.facts import FACTS, INNER, WINDOW
from runs.backtest.finding import find
from runs.backtest.loss import parts
from runs.backtest.paths import Paths
from runs.backtest.truths import TRUTHS
from runs.calibration import diagnostics, fit, posterior, recovery
from runs.calibration.space import settings, space
from runs.calibration.target import History
from runs.engine.spread import Spread, simulate
from runs.folder import manifest as manifests
from runs.refusal import Refused

if TYPE_CHECKING:
    from runs.requests.calibration import Calibration

VECTORS = 256
"""Of a posterior."""
FRESH = 512
"""Runs, with draws that no search has seen, on which a sample is judged: two of each vector."""
FRESH_SEED = 20_260_701
DRAWS = 64
"""On which every vector is judged once more."""
ASKED = "asked.json"


@dataclass(frozen=True)
class Found:
    """A calibration: the posterior's folder, a row per free field, per fact and truth, per structure, of recovery."""

    folder: Path
    fields: pd.DataFrame
    rows: pd.DataFrame
    structures: pd.DataFrame | None
    recovered: recovery.Recovered | None


def calibrate(asked: Calibration, progress: fit.Report | None = None) -> Found:
    """What :meth:`Calibration.run` does."""
    known = settings(asked.scenario)
    name = asked.candidate or known["chosen"]
    if name not in known["candidates"]:
        raise Refused("candidate", f"found {name!r}; allowed: {'; '.join(known['candidates'])}")
    if asked.recovery < 0:
        raise Refused("recovery", f"found {asked.recovery}; allowed: a whole number from 0")
    folder = Path(asked.out)
    effort = fit.QUICK if asked.quick else fit.FULL
    prepare(folder, asked, name, effort)
    window = INNER if asked.inner else WINDOW
    task = task_of(known, name, window, effort, asked)
    state = fit.fit(task, kept(folder, "fit"), fit.titled(progress, "fit"))
    fields, rows = judge(task, state, folder, name, window)
    structures = compare_structures(known, asked, folder, progress) if asked.candidates else None
    recovered = None
    if asked.recovery:
        recovered = recovery.recover(task, asked.recovery, kept(folder, "recovery"), progress)
        recovered.table.to_csv(folder / "recovery.csv", index=False, lineterminator="\n")
    return Found(folder, fields, rows, structures, recovered)


def task_of(known: Mapping[str, Any], name: str, window: str, effort: fit.Effort, asked: Calibration) -> fit.Task:
    """What is fitted of a structure."""
    base = Scenario.load(known["scenario"])
    changes = known["candidates"][name]
    free = space(base, known["parameters"], changes)
    return fit.Task(base.replace_all(changes), free, History(window), effort, asked.seed, asked.threads)


def prepare(folder: Path, asked: Calibration, name: str, effort: fit.Effort) -> None:
    """Make the folder, or see that it holds the beginning of the same calibration.

    Raises:
        BadInput: it does not, or cannot be written.
    """
    from runs.folder import tables

    same = json.dumps({
        "scenario": Scenario.load(asked.scenario).hash, "candidate": name, "quick": asked.quick, "inner": asked.inner,
        "effort": fit.described(effort), "seed": asked.seed, "rules": posterior.rules_of(Scenario.load(asked.scenario)),
    })  # fmt: skip
    note = folder / ASKED
    if asked.resume and note.is_file():
        if note.read_text(encoding="utf-8") != same:
            raise Refused("out", f"found {str(folder)!r}, which holds another calibration; allowed: one of the same")
        return
    try:
        tables.check_new(folder)
        folder.mkdir(parents=True, exist_ok=True)
        note.write_text(same, encoding="utf-8")
    except OSError as error:
        raise Refused("out", f"{str(folder)!r} cannot be written: {error.strerror}") from None


def kept(folder: Path, name: str) -> Path:
    """A folder for what is not finished."""
    inside = folder / "work" / name
    inside.mkdir(parents=True, exist_ok=True)
    return inside


def judge(task: fit.Task, state: fit.State, folder: Path, name: str, window: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Write the posterior and what is to be known of it; its fields, and a row per fact and truth."""
    shares, losses = fit.chosen(state, VECTORS)
    fields = diagnostics.table(task.space, shares, state.kept[len(state.kept) // 2 :])
    write(task, shares, folder, name, window)
    found = posterior.read(folder, str(folder))
    fields.to_csv(folder / "fields.csv", index=False, lineterminator="\n")
    diagnostics.trade_offs(task.space, shares).to_csv(folder / "trade_offs.csv", index=False, lineterminator="\n")
    own = excesses(task, shares)
    own.insert(0, "loss", losses)
    own.to_csv(folder / "vectors.csv", index=False, lineterminator="\n")
    fighting = diagnostics.fighting(own.drop(columns=["loss", "total"]))
    fighting.to_csv(folder / "fighting.csv", index=False, lineterminator="\n")
    rows = of_ensemble(task.scenario, found)
    rows.to_csv(folder / "rows.csv", index=False, lineterminator="\n")
    return fields, rows


def write(task: fit.Task, shares: Any, folder: Path, name: str, window: str) -> None:
    """``posterior.csv`` and its manifest; six digits, as more say nothing."""
    table = pd.DataFrame(task.space.values(shares), columns=task.space.names)
    content = table.to_csv(index=False, float_format="%.6g", lineterminator="\n").encode()
    known = settings(task.space.reference.name)
    told = {
        "kind": "posterior",
        "scenario": task.space.reference.name,
        "candidate": name,
        "changes": known["candidates"][name],
        "window": window,
        "vectors": len(table),
        "seed": task.seed,
        "effort": fit.described(task.effort),
        "rules": posterior.rules_of(task.space.reference),
        "data": posterior.data_of(),
        "start": {one.path: one.start for one in task.space.free},
        "table": posterior.digest(content),
        "versions": environment.versions(),
    }
    (folder / posterior.TABLE).write_bytes(content)
    manifests.write(folder, told)


def excesses(task: fit.Task, shares: Any) -> pd.DataFrame:
    """Half-bands by which each fact is missed, a row per vector, and the loss: on draws that no search has seen."""
    fresh = fit.Judge(task.scenario, task.space, task.target, DRAWS, FRESH_SEED, task.threads)
    rows = []
    for values in task.space.values(shares):
        measures = fresh.measures(values)
        if measures is not None:
            paths = Paths(measures, task.scenario)
            found = {rule.id: find(rule, paths).excess for rule in FACTS if rule.scored}
            rows.append({"total": parts(paths, task.scenario).total, **found})
    return pd.DataFrame(rows)


def of_ensemble(scenario: Scenario, found: posterior.Posterior, runs: int = FRESH) -> pd.DataFrame:
    """A row per part of each fact and truth: the median path of an ensemble over the sample, and its share of runs."""
    results = simulate(Spread(scenario, found, runs, FRESH_SEED))
    paths = Paths(results, scenario)
    return pd.DataFrame(
        [
            {"id": one.id, "part": part.band.text, "low": part.band.low, "high": part.band.high,
             "unit": part.band.unit, "model": part.value, "inside": part.holds, "of_runs": part.share,
             "holds": one.holds, "all_of_runs": one.share}
            for rule in (*FACTS, *TRUTHS)
            if not (one := find(rule, paths)).missing
            for part in one.parts
        ]
    )  # fmt: skip


# --- structures ---------------------------------------------------------------------------------------------------


def compare_structures(
    known: Mapping[str, Any], asked: Calibration, folder: Path, progress: fit.Report | None
) -> pd.DataFrame:
    """Every structure fitted to 2023Q4 alike: how it predicts 2024, what truths and facts it meets; the best first.

    2024 is predicted if it is fitted to 2023Q4; the choice goes by the standardised score of revenue and quotes, then
    by the truths, then by the facts.
    """
    rows = []
    for name, changes in known["candidates"].items():
        task = task_of(known, name, INNER, fit.QUICK, asked)
        state = fit.fit(task, kept(folder, name.replace(", ", "-")), fit.titled(progress, name))
        shares, losses = fit.chosen(state, VECTORS)
        table = pd.DataFrame(task.space.values(shares), columns=task.space.names)
        sample = posterior.Posterior(task.space, table, {"changes": changes}, name)
        results = simulate(Spread(task.scenario, sample, FRESH, FRESH_SEED))
        paths = Paths(results, task.scenario)
        told = scores.ahead_of(paths)
        assert told is not None  # every structure has what 2024's figures are of
        ahead = told.iloc[0]
        facts = [found for rule in FACTS if rule.scored and not (found := find(rule, paths)).missing]
        truths = [found for rule in TRUTHS if not (found := find(rule, paths)).missing]
        rows.append(
            {
                "structure": name,
                "standardised": float(ahead["standardised"]),
                "crps_revenue": float(ahead["revenue"]),
                "crps_quotes": float(ahead["quotes"]),
                "truths": sum(one.holds for one in truths),
                "of_truths": len(truths),
                "facts": sum(one.holds for one in facts),
                "of_facts": len(facts),
                "missed": " ".join(one.id for one in (*truths, *facts) if not one.holds),
                "loss": float(pd.Series(losses).median()),
            }
        )
    made = pd.DataFrame(rows).sort_values(["standardised", "truths", "facts"], ascending=[True, False, False])
    made.to_csv(folder / "structures.csv", index=False, lineterminator="\n")
    return made
