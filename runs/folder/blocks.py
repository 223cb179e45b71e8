"""A block of a batch: one Parquet file per table, each run's row in the order of the runs."""

from __future__ import annotations

import contextlib
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from market import BadInput
from market.gears.simulate import explain
from runs.engine import experiment as engine
from runs.engine.experiment import UNBUILT, Experiment
from runs.folder import tables
from runs.folder.parts import Part, part

EXPLAINED = 20
"""Failed runs of a block that are stepped live for their sentence."""


class Block:
    """The files of one block, which get their names once all of them are whole."""

    def __init__(self, experiment: Experiment, points: pa.Table, folder: Path, number: int):
        self.experiment = experiment
        self.points = points
        self.folder = folder
        self.number = number
        self.writers: dict[str, pq.ParquetWriter] = {}
        self.rows: dict[str, int] = {}
        self.explained = 0

    def __enter__(self) -> Block:
        return self

    def __exit__(self, *_: object) -> None:
        for name, writer in self.writers.items():
            with contextlib.suppress(OSError):
                writer.close()
                self._part(name).unlink(missing_ok=True)

    def write(self, parts: list[engine.Part]) -> None:
        """Add the runs of some parts to every table."""
        experiment = self.experiment
        first = parts[0].first
        failed = np.concatenate([part.failed for part in parts])
        runs = np.arange(first, first + len(failed))
        built = experiment.scenario.build
        self._add("parameters", self._parameters(runs))
        for family in experiment.kept:
            layout = built.layouts[family]
            values = np.concatenate([part.series[family] for part in parts])
            axes: dict[str, Any] = {"run": runs, "quarter": experiment.scenario.quarters}
            for key in tables.DIMENSIONS[family]:
                axes[key] = built.names[family]
            cells = values if tables.DIMENSIONS[family] else values[:, :, 0]
            columns = {column: cells[..., k] for k, column in enumerate(layout.columns)}
            roles = {column: layout.fields[column].role for column in layout.columns}
            units = {column: {"unit": role.unit, "description": role.doc} for column, role in roles.items()}
            self._add(family, tables.long_table(axes, columns, units))
        if experiment.traced:
            for name in tables.TRACED:
                frames = [part.tables[name] for part in parts if name in part.tables]
                self._add(name, tables.traced_table(name, pd.concat(frames) if frames else pd.DataFrame()))
        if failed.any():
            self._add("failures", self._failures(first, failed))
        outcomes = np.concatenate([part.outcomes for part in parts])
        columns = {name: outcomes[:, k] for k, name in enumerate(experiment.outcomes)}
        units = {name: {"unit": found.unit, "description": found.text} for name, found in experiment.outcomes.items()}
        self._add("outcomes", tables.long_table({"run": runs}, columns, units))

    def finish(self) -> dict[str, Part]:
        """Name the files; what the manifest is to say of them, and counts them as finished when it does."""
        told = {}
        for name, writer in self.writers.items():
            writer.close()
            with open(self._part(name), "rb") as file:
                os.fsync(file.fileno())
            told[f"{name}-{self.number:05d}.parquet"] = part(self._part(name), self.rows[name])
        for name in self.writers:
            self._part(name).replace(self.folder / f"{name}-{self.number:05d}.parquet")
        self.writers = {}
        return told

    def _add(self, name: str, table: pa.Table) -> None:
        if name not in self.writers:
            self.writers[name] = tables.parquet(self._part(name), table.schema)
        self.writers[name].write_table(table)
        self.rows[name] = self.rows.get(name, 0) + table.num_rows

    def _part(self, name: str) -> Path:
        return self.folder / f".{name}-{self.number:05d}.part"

    def _parameters(self, runs: np.ndarray) -> pa.Table:
        points = self.experiment.point(runs)
        table = pa.table({"run": runs, "point": points, "replication": self.experiment.replication(runs)})
        for path, column in zip(self.points.column_names, self.points.columns, strict=True):
            table = table.append_column(path, column.take(pa.array(points)))
        return table

    def _failures(self, first: int, failed: np.ndarray) -> pa.Table:
        rows = []
        for at in np.flatnonzero(failed):
            explained = self.explained < EXPLAINED
            self.explained += explained
            rows.append(asdict(failure(self.experiment, first + int(at), int(failed[at]), explained)))
        return pa.Table.from_pylist(rows, FAILURES)


@dataclass(frozen=True)
class Failed:
    """A row of the table of failures; ``stage`` is ``point``, ``rule``, ``finite``, ``check`` or empty if not looked
    into."""

    run: int
    point: int
    replication: int
    seed: int
    stage: str
    agent: str
    quarter: str
    sentence: str


FAILURES = pa.schema(
    [(name, pa.int64()) for name in ("run", "point", "replication", "seed")]
    + [(name, pa.string()) for name in ("stage", "agent", "quarter", "sentence")]
)


def failure(experiment: Experiment, run: int, failed: int, explained: bool = True) -> Failed:
    """Why a run failed in its quarter number ``failed``: if ``explained``, by stepping it live."""
    where = (run, experiment.point(run), experiment.replication(run), experiment.seed)
    if failed == UNBUILT:
        try:
            experiment.scenario_at(experiment.point(run))
        except BadInput as error:
            return Failed(*where, "point", "", "", str(error))
    quarter = experiment.scenario.quarters[failed - 1]
    if not explained:
        return Failed(
            *where, "", "", quarter, "not looked into, like the others of its block; gpumarket replay steps it"
        )
    why = explain(experiment.scenario_at(experiment.point(run)), experiment.seed, experiment.replication(run))
    return Failed(*where, why.stage, why.agent, why.quarter or quarter, str(why))


def points_table(experiment: Experiment) -> pa.Table:
    """A row per point, a column per field that varies; one that holds numbers and texts becomes texts."""
    columns = {}
    for path, column in experiment.points.items():
        try:
            columns[path] = pa.array(column)
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            columns[path] = pa.array([str(value) for value in column])
    return pa.table(columns)
