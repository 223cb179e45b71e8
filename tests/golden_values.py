"""Small summaries of every shipped scenario, to notice when numbers change; :mod:`tests.update_golden` writes them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from market import Scenario, simulate
from market.scenario.scenario import shipped

FOLDER = Path(__file__).parent / "golden"
RUNS = 8
COLUMNS = (
    "revenue",
    "shipped",
    "backlog",
    "quoted_lead_weeks",
    "realised_lead_weeks",
    "cohort_lead_weeks",
    "order_inflation",
    "rental_usd_hour",
    "hhi",
)
DIGITS = 12


def summary(name: str) -> dict[str, list[float | None]]:
    """Means over a few runs, by column and quarter; None where nothing is defined."""
    results = simulate(Scenario.load(name), runs=RUNS)
    columns = {column: results[column].values for column in COLUMNS}
    columns |= {
        f"deployed {buyer}": results["buyer_deployed"].sel(buyer=buyer).values for buyer in results["buyer"].values
    }
    columns |= {
        f"list price {product}": results["product_list_price"].sel(product=product).values
        for product in results["product"].values
    }
    return {column: [_mean(values[:, t]) for t in range(values.shape[1])] for column, values in columns.items()}


def _mean(values: np.ndarray) -> float | None:
    known = values[np.isfinite(values)]
    return float(f"{known.mean():.{DIGITS}g}") if known.size else None


def stored(name: str) -> dict[str, list[float | None]]:
    """The summary as it was last accepted."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def store(name: str) -> None:
    """Accept the summary as it is now."""
    lines = [f" {json.dumps(column)}: {json.dumps(values)}" for column, values in summary(name).items()]
    (FOLDER / f"{name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def names() -> list[str]:
    """The scenarios that have one."""
    return list(shipped())
