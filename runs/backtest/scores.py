"""How good the market is as a forecast, beside forecasts that need no market (docs/validation.md).

The continuous ranked probability score: Gneiting and Raftery (2007), equation 21. That of a single number is its
distance, so scores of the market and of the forecasts beside it are in the same unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from scipy.special import ndtri

from market.scenario.paths import inputs, parse_quarter
from runs.backtest.facts import INNER, WINDOW, real_revenue
from runs.backtest.paths import Missing, Paths, quarters_between
from runs.history.matched import Pair, pairs

FIRST = "2022Q4"


@dataclass(frozen=True)
class Score:
    """A real figure beside what the ensemble says of it; ``crps`` and the band include the figure's own error."""

    pair: Pair
    median: float
    crps: float
    inside_half: bool
    inside_ninety: bool
    low: float
    high: float
    """Ends of the band of 90%."""

    @property
    def error(self) -> float:
        """The median's relative error."""
        return self.median / self.pair.value - 1.0


def crps(sample: np.ndarray, value: float) -> float:
    """Continuous ranked probability score of a sample, shape (n,), in the unit of the value."""
    ordered = np.sort(sample)
    count = len(ordered)
    spread = (2.0 * np.arange(1, count + 1) - count - 1.0) @ ordered / count**2
    return float(np.abs(ordered - value).mean() - spread)


def seen(sample: np.ndarray, pair: Pair) -> np.ndarray:
    """What would be observed of a sample: with the figure's own error, the same whoever asks."""
    if pair.deviation == 0.0:
        return sample
    errors = ndtri((np.arange(len(sample)) + 0.5) / len(sample))
    order = np.random.default_rng(0).permutation(len(sample))
    return sample + pair.deviation * errors[order]


def score(paths: Paths, pair: Pair) -> Score | None:
    """A pair scored; None where the scenario has not what it is of, or no run has a figure."""
    try:
        found = pair.measure(paths)[1:]
    except Missing:
        return None
    found = found[~np.isnan(found)]
    if not found.size:
        return None
    observed = seen(found, pair)
    low, quarter, three, high = np.quantile(observed, [0.05, 0.25, 0.75, 0.95])
    value = pair.value
    return Score(
        pair, float(np.median(found)), crps(observed, value), bool(quarter <= value <= three),
        bool(low <= value <= high), float(low), float(high),
    )  # fmt: skip


def scores(paths: Paths, first: str = FIRST, last: str = WINDOW) -> list[Score]:
    """All pairs of a window that the scenario has."""
    return [found for pair in pairs() if within(pair.period, first, last) and (found := score(paths, pair)) is not None]


def within(period: str, first: str, last: str) -> bool:
    """Whether a period lies between two quarters; a year stands for its last."""
    ends = (
        (period, period) if "Q" in period else (f"{period[:4]}Q4",) * 2 if len(period) == 4 else (quarter(period),) * 2
    )
    return first <= ends[0] and ends[1] <= last


def quarter(period: str) -> str:
    """``2023-11-30`` as ``2023Q4``."""
    return f"{period[:4]}Q{(int(period[5:7]) + 2) // 3}"


def table(found: Sequence[Score]) -> pd.DataFrame:
    """A row per series: figures, mean absolute and mean relative error, mean score, coverage of the bands."""
    rows = []
    for name in dict.fromkeys(one.pair.series for one in found):
        own = [one for one in found if one.pair.series == name]
        weight = np.array([one.pair.weight for one in own])

        def mean(values: Sequence[float], weight: np.ndarray = weight) -> float:
            return float(np.average(values, weights=weight))

        rows.append(
            {
                "series": name,
                "unit": own[0].pair.unit,
                "figures": len(own),
                "mape": mean([abs(one.error) for one in own]),
                "bias": mean([one.error for one in own]),
                "crps": mean([one.crps for one in own]),
                "coverage_50": mean([float(one.inside_half) for one in own]),
                "coverage_90": mean([float(one.inside_ninety) for one in own]),
            }
        )
    return pd.DataFrame(rows)


def rows(found: Sequence[Score]) -> pd.DataFrame:
    """A row per figure: what is real, what the market says, whether the bands hold it."""
    return pd.DataFrame(
        [
            {"series": one.pair.series, "period": one.pair.period, "unit": one.pair.unit, "real": one.pair.value,
             "median": one.median, "low": one.low, "high": one.high, "inside_90": one.inside_ninety,
             "inside_50": one.inside_half, "crps": one.crps, "source": one.pair.source}
            for one in found
        ]
    )  # fmt: skip


# --- forecasts that need no market ------------------------------------------------------------------------------


@cache
def plain_forecasts() -> dict[str, dict[str, float]]:
    """Compute revenue of 2024 in USD billion by quarter, from what is known at the end of 2023.

    *Last value* holds, *last growth* goes on, a *linear trend* is continued (least squares); *supply arithmetic* is one
    constant times the packaging capacity of the quarter before, *capex arithmetic* one times the five's capital
    expenditure, both constants by least squares over the inner window.
    """
    known = {name: value / 1e3 for name, value in real_revenue().items() if name <= INNER}
    ahead = [name for name in real_revenue() if name > INNER]
    values = np.array(list(known.values()))
    steps = np.arange(1, len(ahead) + 1)
    slope, level = np.polyfit(np.arange(len(values)), values, 1)
    made = {
        "last value": np.full(len(ahead), values[-1]),
        "last growth": values[-1] * (values[-1] / values[-2]) ** steps,
        "linear trend": level + slope * (len(values) - 1 + steps),
        "supply arithmetic": _times(list(known), values, ahead, capacity()),
        "capex arithmetic": _times(list(known), values, ahead, inputs()["capex_cash/five"]),
    }
    return {name: dict(zip(ahead, path.tolist(), strict=True)) for name, path in made.items()}


def _times(window: list[str], values: np.ndarray, ahead: list[str], driver: dict[int, float]) -> np.ndarray:
    past = np.array([driver[parse_quarter(name)] for name in window])
    constant = float(past @ values / (past @ past))
    return constant * np.array([driver[parse_quarter(name)] for name in ahead])


def capacity() -> dict[int, float]:
    """Packaging capacity that made the quarter's output: that of the quarter before, between figures on a geometric
    line."""
    from market.scenario.paths import Series

    first = parse_quarter(FIRST)
    path = Series(series="cowos_capacity/TSMC", lag=1).values(first, len(quarters_between(FIRST, WINDOW)))
    return {first + t: value for t, value in enumerate(path)}


@dataclass(frozen=True)
class Coverage:
    """Share of figures inside their bands of 90 and 50%, with the figures' own error in the bands.

    ``asked`` are the quarters of revenue and the years of units, which the calibration is judged by; ``all`` are all.
    """

    asked_90: float
    asked_50: float
    asked_figures: int
    all_90: float
    all_50: float
    all_figures: int


def coverage(found: Sequence[Score]) -> Coverage:
    """Coverage of a window's figures."""
    asked = [one for one in found if one.pair.unit == "units" or one.pair.series == "compute revenue"]

    def shares(own: Sequence[Score]) -> tuple[float, float, int]:
        if not own:
            return float("nan"), float("nan"), 0
        return (
            float(np.mean([one.inside_ninety for one in own])),
            float(np.mean([one.inside_half for one in own])),
            len(own),
        )

    return Coverage(*shares(asked), *shares(found))


def ahead_of(paths: Paths) -> pd.DataFrame | None:
    """Scores of 2024 for revenue and quotes beside those of plain forecasts: a row per forecast.

    ``revenue`` in USD billion, ``quotes`` in weeks: mean scores. ``standardised`` is the mean over both of the score
    over the mean of the real figures; of quotes only the last value is a plain forecast. None where the scenario has
    not what the figures are of.
    """
    found = scores(paths, "2024Q1")
    revenue = [one for one in found if one.pair.series == "compute revenue"]
    quotes = [one for one in found if one.pair.series.startswith("quote")]
    if not revenue or not quotes:
        return None
    real = np.array([one.pair.value for one in revenue])
    waits = np.array([one.pair.value for one in quotes])
    before = [one.value for one in pairs() if one.series.startswith("quote") and within(one.period, INNER, INNER)]
    rows = [("the market", float(np.mean([one.crps for one in revenue])), float(np.mean([one.crps for one in quotes])))]
    for name, path in plain_forecasts().items():
        wait = float(np.abs(waits - np.mean(before)).mean()) if name == "last value" else np.nan
        ahead = np.array([path[one.pair.period] for one in revenue])
        rows.append((name, float(np.abs(ahead - real).mean()), wait))
    made = pd.DataFrame(rows, columns=["forecast", "revenue", "quotes"])
    made["standardised"] = 0.5 * (made["revenue"] / real.mean() + made["quotes"] / waits.mean())
    return made
