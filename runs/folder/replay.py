"""One run of a results folder, stepped again in the live gear and compared with what was stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc
import xarray as xr

from market import BadInput, Scenario
from market.gears.simulate import dataset, run_live
from runs import environment
from runs.calibration import posterior
from runs.engine import outcomes, spread
from runs.folder import results
from runs.folder.results import Results


@dataclass(frozen=True)
class Replay:
    """A run repeated.

    ``results`` are as :func:`market.gears.simulate` gives them with ``trace=True``, None if there is no such scenario;
    ``failure`` says why the run stopped. ``compared`` counts the numbers and sentences held against the folder,
    ``differs`` names those that are not the same to the last bit.
    """

    run: int
    point: dict[str, Any]
    seed: int
    replication: int
    same_environment: bool
    scenario: Scenario | None
    results: xr.Dataset | None
    outcomes: dict[str, float]
    failure: str
    compared: int
    differs: list[str]


def replay(folder: str | Path, run: int) -> Replay:
    """Step one run of a folder live and compare it, number by number, with the folder.

    Raises:
        BadInput: the folder holds no such run, or its scenario is not the one of the manifest any more.
    """
    stored = results.whole(folder)
    manifest = stored.manifest
    base = stored.scenario
    point, replication = point_of(stored, run)
    scenario, made = None, None
    columns: dict[str, dict[str, np.ndarray]] = {}
    failure, found = "", {}
    try:
        scenario = base.replace_all(point)
    except BadInput as error:
        failure = str(error)
    if scenario is not None:
        built = scenario.build
        values, failures, traces = run_live(scenario, built, 1, manifest["seed"], replication)
        made = dataset(scenario, built, values, manifest["seed"], replication, failures)
        made.attrs["trace"] = traces
        failure = failures[0].sentence if failures else ""
        found = {
            name: float(outcomes.read(text, scenario).of(values)[0])
            for name, text in manifest.get("outcomes", {}).items()
        }
        columns["outcomes"] = {name: np.array([value]) for name, value in found.items()}
        for family, array in values.items():
            columns[family] = {name: array[0, ..., k].ravel() for k, name in enumerate(built.layouts[family].columns)}
    compared, differs = _compare(stored, run, columns)
    return Replay(
        run=run,
        point=point,
        seed=manifest["seed"],
        replication=replication,
        same_environment=manifest["fingerprint"] == environment.fingerprint(),
        scenario=scenario,
        results=made,
        outcomes=found,
        failure=failure,
        compared=compared + 1,
        differs=differs if _told(stored, run, failure) == failure else ["how it ended", *differs],
    )


def point_of(stored: Results, run: int, called: str = "RUN") -> tuple[dict[str, Any], int]:
    """What the fields that vary were put to in a run, and the replication whose draws it saw.

    Raises:
        BadInput: the folder holds no such run; the sentence begins with what the number is ``called``.
    """
    manifest = stored.manifest
    if manifest["kind"] != "batch":
        first = manifest["first_replication"]
        if not first <= run < first + manifest["runs"]:
            raise BadInput(f"{called}: found {run}; allowed: {first} to {first + manifest['runs'] - 1}")
        return _vector(stored, run), run
    rows = _rows(stored, "parameters", run).to_dict("records") if "parameters" in stored else []
    if not rows:
        finished = "" if manifest["state"] == "done" else ", as far as they are finished"
        raise BadInput(f"{called}: found {run}; {stored.folder} has runs 0 to {manifest['runs'] - 1}{finished}")
    return {path: rows[0][path] for path in manifest["varies"]}, int(rows[0]["replication"])


def _vector(stored: Results, run: int) -> dict[str, Any]:
    """The vector of a run of an ensemble that was spread over a posterior; nothing if it was not.

    Raises:
        BadInput: the posterior is not there any more, or another.
    """
    manifest = stored.manifest
    known = manifest.get("posterior")
    if known is None:
        return {}
    base = stored.scenario
    found = posterior.vectors(known["source"], base)
    if found is None or found.hash != known["hash"]:
        raise BadInput(f"{stored.folder}: was run over a posterior of {known['source']} that is not there any more")
    own = spread.Spread(base, found, manifest["runs"], manifest["seed"], tuple(manifest["kept"]))
    values = own.experiment.values(run // known["each"])
    return dict(zip(own.experiment.points, values, strict=True))


def _rows(stored: Results, table: str, run: int) -> pd.DataFrame:
    return stored.arrow(table).to_table(filter=pc.field("run") == run).to_pandas()


def _told(stored: Results, run: int, found: str) -> str:
    """What the folder says of how the run ended; ``found`` if it failed as one of many that were not looked into."""
    if stored.manifest["kind"] != "batch":
        return {failure["run"]: failure["reason"] for failure in stored.manifest["failures"]}.get(run, "")
    rows = _rows(stored, "failures", run) if "failures" in stored else pd.DataFrame()
    if rows.empty:
        return ""
    return rows["sentence"].iloc[0] if rows["stage"].iloc[0] else found


def _compare(stored: Results, run: int, columns: Mapping[str, Mapping[str, np.ndarray]]) -> tuple[int, list[str]]:
    """How many numbers were compared, and the columns of tables in which one differs in any bit."""
    compared, differs = 0, []
    for table, own in columns.items():
        if table not in stored:
            continue
        rows = _rows(stored, table, run)
        for name, values in own.items():
            compared += len(values)
            if not np.array_equal(values, rows[name].to_numpy(), equal_nan=True):
                differs.append(f"{table}.{name}")
    return compared, differs
