"""The page of conditional forecasts, its numbers those of ``gpumarket batch forecast``."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pandas as pd

from runs import Design, Engine
from runs.words import number

PAGE = Path(__file__).parent.parent / "docs" / "forecast.md"
COLUMNS = {
    "revenue": ("revenue, B USD", 1e-3),
    "quote": ("quote, weeks", 1.0),
    "Rubin_quote": ("quote of Rubin, weeks", 1.0),
    "Rubin_price": ("list price of Rubin, k USD", 1e-3),
    "rent": ("rent, USD/hour", 1.0),
}
"""What is told quarter by quarter: the first part of an outcome's name, its heading, the factor to the unit shown."""
YEARS = {"first": "2026Q3 to 2027Q2", "second": "2027Q3 to 2028Q2"}
HANGING = (
    "revenue_2028Q2",
    "quote_2026Q3",
    "Rubin_price_2028Q2",
    "rent_2028Q2",
    "Small customers_second",
    "xAI_second",
)
"""Outcomes of which it is told what they hang on."""

WORDS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
"""What is said by hand: the rules, and what the numbers amount to."""


def page() -> str:
    """The whole page."""
    design = Design.load("forecast")
    found = outcomes(design)
    parts = [WORDS["introduction"], *quarters(found), *shares(found), *hangs(design, found), WORDS["reading"]]
    return "\n".join(parts)


def outcomes(design: Design) -> pd.DataFrame:
    """The outcomes of every run, a column each."""
    parts = list(Engine().parts(design.experiment))
    reached = np.concatenate([part.outcomes for part in parts])
    return pd.DataFrame(reached, columns=list(design.outcomes))


def quarters(found: pd.DataFrame) -> list[str]:
    """Medians and bands of what is told quarter by quarter."""
    runs = f"Median, and the band that holds 90%, of {len(found):,} runs."
    lines = ["## Quotes and prices", "", f"Conditional forecasts. {runs}", ""]
    lines += [
        f"| quarter | {' | '.join(heading for heading, _ in COLUMNS.values())} |",
        "|---" * (len(COLUMNS) + 1) + "|",
    ]
    for quarter in [name.removeprefix("revenue_") for name in found if name.startswith("revenue_")]:
        cells = [band(found[f"{name}_{quarter}"] * factor) for name, (_, factor) in COLUMNS.items()]
        lines.append(f"| {quarter} | {' | '.join(cells)} |")
    return [*lines, ""]


def shares(found: pd.DataFrame) -> list[str]:
    """Medians and bands of each buyer's share."""
    lines = [
        "## Shares",
        "",
        "Conditional forecasts. Percent of the compute that is delivered, means over four quarters.",
        "",
    ]
    lines += [f"| buyer | {' | '.join(YEARS.values())} |", "|---" * (len(YEARS) + 1) + "|"]
    for buyer in [name.removesuffix("_first") for name in found if name.endswith("_first")]:
        cells = [band(found[f"{buyer}_{year}"] * 100.0) for year in YEARS]
        lines.append(f"| {buyer} | {' | '.join(cells)} |")
    return [*lines, ""]


def band(values: pd.Series) -> str:
    """Median and ends of the band of 90%."""
    low, median, high = values.quantile([0.05, 0.5, 0.95])
    return f"{number(median, 3)} ({number(low, 3)} to {number(high, 3)})"


def hangs(design: Design, found: pd.DataFrame) -> list[str]:
    """Rank correlations of outcomes with what is left open, means over the draws."""
    points = design.points
    means = found.groupby(np.arange(len(found)) // design.head.runs_per_point).mean()
    lines = [
        "## What they hang on",
        "",
        "Rank correlation of an outcome, its mean over the draws, with what the rules leave open.",
        "",
    ]
    lines += [f"| outcome | {' | '.join(f'`{path}`' for path in points)} |", "|---" * (len(points.columns) + 1) + "|"]
    for name in HANGING:
        cells = [f"{means[name].corr(points[path], method='spearman'):+.2f}" for path in points]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return [*lines, ""]


def write() -> None:
    """The page."""
    PAGE.write_text(page(), encoding="utf-8")
