"""Which run of a stored batch is looked at, in words."""

from __future__ import annotations

from typing import Any

from dashboard.parts.changes import written
from dashboard.reading.declared import label, role_of, unit
from dashboard.state import stored
from dashboard.state.link import Look
from market.scenario.scenario import Scenario
from runs.words import behind, number

FOREIGN = (
    "It was run by other rules or in another environment: what is shown may differ from what is stored, which "
    "gpumarket replay compares."
)


def of_the_batch(look: Look) -> str:
    """Which run of which batch is looked at, and what its point was put to; nothing where none is."""
    batch = stored.opened()
    if batch is None or look.stored is None:
        return ""
    run, facts = batch.run(look.stored), batch.stored.manifest
    values = ", ".join(put(look.setting.base, path, value) for path, value in run.values.items())
    return (
        f"Run {run.number} of the stored batch {batch.name}, which has runs 0 to {facts['runs'] - 1:,} of points 0 to "
        f"{facts['points'] - 1:,}: point {run.point:,}, replication {run.replication}, seed {run.seed}"
        + (f"; {values}." if values else ".")
        + (f" {FOREIGN}" if batch.foreign else "")
    )


def put(scenario: Scenario, path: str, value: Any) -> str:
    """A field and what it is put to, with its unit."""
    said = number(value) if isinstance(value, float) else written(value)
    return f"{label(path)} {said}{behind(unit(getattr(role_of(scenario, path), 'unit', '')))}"
