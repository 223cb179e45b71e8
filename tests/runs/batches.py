"""Small designs for tests of batches, and what a folder holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from runs.designs.design import Design
from runs.folder import manifest, parts


def design(points: int = 13, runs: int = 100, scenario: str = "colossus", **changes: Any) -> Design:
    """Points of three uncertainties of a scenario, one of them a path, crossed with a lever unless changed."""
    return Design.from_dict(
        {
            "schema": 1,
            "name": "small",
            "scenario": scenario,
            "runs_per_point": runs,
            "sampling": {"method": "latin_hypercube", "points": points, "seed": 3},
            "uncertainties": {
                "supplier.capacity_delay": {"low": 4.0, "high": 10.0},
                "market.shock_level": {"low": 4.0, "high": 12.0},
                "buyers.xAI.urgency": {"distribution": "triangular", "low": 0.15, "mode": 0.2, "high": 0.35},
            },
            **changes,
        }
    )


STUCK = """extends = "reference"
horizon = 40

[supplier]
upstream = 100.0

[buyers.A]
bargains = false
line_weight = 0.0
opening_book = 1.0
reputation_cost = 2.0

[buyers.B]
bargains = false
line_weight = 0.0
reputation_cost = 2.0
"""
"""A scenario file: with ``supplier.capacity_factor`` at 0 nothing comes, and at the end A has a full book of orders."""

FULL = "2032Q4: A (join): OverflowError: the order book is full"


def content(folder: Path) -> dict[str, bytes]:
    """The bytes of every table of a folder."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.parquet"))}


def sealed(folder: Path) -> None:
    """Let the manifest say what its tables hold now, as if that had been written."""
    told = manifest.read(folder)
    for name in told["parts"]:
        rows = pq.read_metadata(folder / name).num_rows if name.endswith(".parquet") else 0
        told["parts"][name] = parts.part(folder / name, rows)
    manifest.write(folder, told)
