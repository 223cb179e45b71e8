"""The stylised facts of 2022Q4 to 2024Q4 and their bands; what the market is judged by (docs/validation.md).

Revenue is compute revenue on the supplier's fiscal quarters as they are labelled, units and owners are of calendar
quarters, a quote belongs to the quarter in which it was reported.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
import xarray as xr

from market import Scenario
from market.scenario.paths import inputs, parse_quarter
from runs.backtest.finding import Band, Finding, Measured, Rule, count_inside, find
from runs.backtest.paths import Missing, Paths, quarters_between
from runs.history.figures import series
from runs.words import SHARE

FIVE = ("Microsoft", "Meta", "Google", "Amazon", "Oracle")
OWNERS = (*FIVE, "China")
HOPPER = ("H100", "H800", "H200", "H20")
AMPERE = ("A100", "A800")
WINDOW, INNER = "2024Q4", "2023Q4"
"""The last quarter of the window that is fitted, and of the inner one, from which 2024 is predicted."""
POINTS = 0.08
"""What one quarter's growth may be off."""
GROWTH = {"2023Q3": 0.38, "2023Q4": 0.27, "2024Q1": 0.29, "2024Q2": 0.16, "2024Q3": 0.22, "2024Q4": 0.18}
CAPEX_SHARE = {"2022Q4": 0.065, "2023Q4": 0.34, "2024Q1": 0.42, "2024Q2": 0.41, "2024Q3": 0.45, "2024Q4": 0.43}
"""Compute revenue over the five's cash capex."""
PEAK, TROUGH = (36.0, 52.0), (6.0, 14.0)
RESET = (40.0, 56.0)


def facts(results: xr.Dataset | Mapping[str, np.ndarray] | Paths, scenario: Scenario) -> list[Finding]:
    """What an ensemble makes of every fact, on its median path and in its runs.

    Args:
        results: of :func:`market.simulate`, or of :func:`market.gears.simulate.run_ensemble`.
        scenario: what was run.
    """
    paths = results if isinstance(results, Paths) else Paths(results, scenario)
    return [find(rule, paths) for rule in FACTS]


def growth(path: np.ndarray) -> np.ndarray:
    """Change on the quarter before, as a share; NaN in the first."""
    with np.errstate(invalid="ignore", divide="ignore"):
        change = path[:, 1:] / path[:, :-1] - 1.0
    return np.concatenate([np.full((len(path), 1), np.nan), change], axis=1)


def over(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Part over whole, NaN where the whole is nothing."""
    return np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=whole != 0.0)


def multiples(paths: Paths) -> list[Measured]:
    """SF1."""
    revenue = paths["revenue"]
    years = [revenue[:, paths.at(f"{year}Q4")] for year in (2022, 2023, 2024)]
    return [Measured(over(years[1], years[0])), Measured(over(years[2], years[1]))]


def jump(paths: Paths) -> list[Measured]:
    """SF2."""
    change = growth(paths["revenue"])
    later = np.stack([change[:, paths.at(quarter)] - real for quarter, real in GROWTH.items()], axis=1)
    return [Measured(change[:, paths.at("2023Q2")]), count_inside(later, POINTS, 4)]


def capex_share(paths: Paths) -> list[Measured]:
    """SF3, in the real capital expenditure of the five, billion USD."""
    capex = inputs()["capex_cash/five"]
    off = [
        paths["revenue"][:, paths.at(quarter)] / (1000.0 * capex[parse_quarter(quarter)]) - real
        for quarter, real in CAPEX_SHARE.items()
    ]
    return [count_inside(np.stack(off, axis=1), 0.05, 5)]


def hump(paths: Paths, column: str) -> list[Measured]:
    """SF4: peak, trough, the lowest of the two quarters after the peak, the lowest growth of revenue in these."""
    quote, change = paths.of_product(column, "H100"), growth(paths["revenue"])
    defined(quote[:, paths.span("2023Q3", "2024Q2")], column)
    first = paths.at("2023Q3")
    high = quote[:, first : first + 2]
    low = quote[:, paths.span("2024Q1", "2024Q2")].min(axis=1)
    peak = first + np.argmax(high, axis=1)
    rows = np.arange(len(quote))[:, None]
    after = peak[:, None] + np.array([1, 2])
    fallen = quote[rows, after].min(axis=1)
    late = np.maximum(0.0, fallen - np.maximum(low, TROUGH[1])) / (0.5 * (TROUGH[1] - TROUGH[0]))
    return [
        Measured(high.max(axis=1)),
        Measured(low),
        Measured(fallen, np.nan_to_num(late, nan=2.0)),
        Measured(change[rows, after].min(axis=1)),
    ]


def defined(quote: np.ndarray, column: str) -> None:
    """Raises Missing if the median path has no such quote."""
    if np.isnan(quote[0]).all():
        whom = "nobody takes the list price" if column == "ordinary_lead_weeks" else "nothing is quoted"
        raise Missing(f"{whom}: no quote in these quarters")


def reset(paths: Paths, column: str) -> list[Measured]:
    """SF4r."""
    quote = paths.of_product(column, "B200")[:, paths.at("2024Q4")]
    defined(quote[:, None], column)
    return [Measured(quote)]


def unmet(paths: Paths) -> list[Measured]:
    """SF5."""
    share = paths["unmet_share"]
    return [Measured(share[:, paths.year(2023)].mean(axis=1)), Measured(share[:, paths.at("2024Q2")])]


def prices(paths: Paths) -> list[Measured]:
    """SF6."""
    listed = paths.of_product("list_price", "H100")
    rent = paths["rental_usd_hour"]
    change = over(listed[:, paths.year(2024)].mean(axis=1), listed[:, paths.year(2023)].mean(axis=1)) - 1.0
    fall = over(rent[:, paths.at("2024Q4")], rent[:, paths.year(2023)].max(axis=1)) - 1.0
    return [Measured(change), Measured(fall)]


def rents(paths: Paths) -> list[Measured]:
    """SF6l."""
    rent = paths["rental_usd_hour"]
    return [Measured(rent[:, paths.year(2023)].max(axis=1)), Measured(rent[:, paths.at("2024Q4")])]


def volumes(paths: Paths) -> list[Measured]:
    """SF9, in million units."""
    hopper = paths.units(*HOPPER)[:, paths.year(2023)]
    everything = paths.units()[:, paths.year(2024)]
    big = paths.units("H100", "H200")[:, paths.year(2024)]
    return [Measured(made.sum(axis=1) / 1e6) for made in (hopper, everything, big)]


def ampere(paths: Paths) -> list[Measured]:
    """SF9m, in million units."""
    made = paths.units(*AMPERE)
    return [Measured(made[:, paths.year(year)].sum(axis=1) / 1e6) for year in (2023, 2024)]


@cache
def owner_shares() -> tuple[tuple[str, float, float, float], ...]:
    """Owner, its real share of the units of 2023, and the ends of its 90% interval, over the median of all units.

    The ends of the quarters are added up, as if they were off together.
    """
    total = sum(one.value or 0.0 for one in series("units_shipped_calendar_quarter") if one.period.startswith("2023"))
    owned = [one for one in series("units_acquired_calendar_quarter") if one.period.startswith("2023")]
    shares = []
    for owner in OWNERS:
        own = [one for one in owned if one.entity == owner]
        ends = [sum(getattr(one, end) or 0.0 for one in own) / total for end in ("value", "low", "high")]
        shares.append((owner, ends[0], ends[1], ends[2]))
    return tuple(shares)


def shares_of(paths: Paths, owners: Sequence[str]) -> np.ndarray:
    """Share of each owner in the units of 2023, shape (1 + runs, owners)."""
    total = paths.units()[:, paths.year(2023)].sum(axis=1)
    return np.stack([over(paths.units_of(owner)[:, paths.year(2023)].sum(axis=1), total) for owner in owners], axis=1)


def concentration(paths: Paths) -> list[Measured]:
    """SF10."""
    low, high = (np.array([row[end] for row in owner_shares()]) for end in (2, 3))
    shares = shares_of(paths, OWNERS)
    inside = count_inside(shares - 0.5 * (low + high), 0.5 * (high - low), 5)
    return [Measured(shares[:, : len(FIVE)].sum(axis=1)), inside]


def rush(paths: Paths) -> list[Measured]:
    """SF11, in thousand."""
    return [Measured(paths.of_buyer("deployed", "xAI")[:, paths.at("2024Q3")] / 1e3)]


def export_shock(paths: Paths) -> list[Measured]:
    """SF12."""
    share = paths.value_share("China")
    before, after = (share[:, paths.at(quarter)] for quarter in ("2023Q3", "2023Q4"))
    return [Measured(growth(paths["revenue"])[:, paths.at("2023Q4")]), Measured(after - before), Measured(after)]


def margin(paths: Paths) -> list[Measured]:
    """SF7."""
    return [Measured(paths["gross_margin"][:, paths.at(quarter)]) for quarter in ("2022Q4", "2024Q1")]


HUMP = (
    Band("highest of 2023Q3 and 2023Q4", *PEAK, "weeks", until=INNER),
    Band("lowest of 2024Q1 and 2024Q2", *TROUGH, "weeks"),
    Band("lowest of the two quarters after the highest", high=TROUGH[1], unit="weeks", half=4.0),
    Band("growth of revenue in these two, the lower", low=0.15, unit=SHARE, half=POINTS),
)

FACTS = (
    Rule(
        "SF1",
        "Compute revenue multiplies, then doubles",
        (Band("2023Q4 over 2022Q4", 4.4, 6.6, until=INNER), Band("2024Q4 over 2023Q4", 1.84, 2.48)),
        multiples,
    ),
    Rule(
        "SF2",
        "One jump of revenue, then growth that decays slowly",
        (
            Band("growth in 2023Q2", 1.0, 1.9, SHARE, until=INNER),
            Band("of the next six, within 8 points", 4, 6, "quarters"),
        ),
        jump,
    ),
    Rule(
        "SF3",
        "Revenue over the cash capex of the five jumps, then saturates",
        (Band("of six quarters, within 5 points", 5, 6, "quarters"),),
        capex_share,
    ),
    Rule(
        "SF4",
        "The Hopper quote to an ordinary customer has a hump",
        HUMP,
        lambda paths: hump(paths, "ordinary_lead_weeks"),
    ),
    Rule(
        "SF4p",
        "The same of the product's own quote",
        HUMP,
        lambda paths: hump(paths, "quoted_lead_weeks"),
        scored=False,
    ),
    Rule(
        "SF4r",
        "The Blackwell quote to an ordinary customer starts high again",
        (Band("2024Q4", *RESET, "weeks"),),
        lambda paths: reset(paths, "ordinary_lead_weeks"),
    ),
    Rule(
        "SF4rp",
        "The same of the product's own quote",
        (Band("2024Q4", *RESET, "weeks"),),
        lambda paths: reset(paths, "quoted_lead_weeks"),
        scored=False,
    ),
    Rule(
        "SF5",
        "A third of the demand of 2023 is unmet, little by mid 2024",
        (
            Band("unmet share, mean of 2023", 0.22, 0.48, SHARE, until=INNER),
            Band("unmet share, 2024Q2", 0.0, 0.18, SHARE),
        ),
        unmet,
    ),
    Rule(
        "SF6",
        "List prices are sticky, rents fall",
        (
            Band("H100 list price, 2024 on 2023", -0.35, -0.10, SHARE),
            Band("rent, 2024Q4 on the highest of 2023", -0.8, -0.5, SHARE),
        ),
        prices,
    ),
    Rule(
        "SF6l",
        "The level of rents",
        (Band("highest of 2023", 4.7, 8.0, "USD/hour", until=INNER), Band("2024Q4", 2.0, 3.0, "USD/hour")),
        rents,
    ),
    Rule(
        "SF7",
        "The supplier's gross margin (company-wide, printed only)",
        (Band("2022Q4", 0.60, 0.66, SHARE), Band("2024Q1", 0.75, 0.81, SHARE)),
        margin,
        scored=False,
    ),
    Rule(
        "SF9",
        "Units",
        (
            Band("Hopper, 2023", 0.85, 1.2, "million", until=INNER),
            Band("all products, 2024", 3.2, 4.5, "million"),
            Band("H100 and H200, 2024", 2.2, 3.2, "million"),
        ),
        volumes,
    ),
    Rule(
        "SF9m",
        "The old generation goes on through 2023 and is gone in 2024",
        (
            Band("A100 and A800, 2023", 0.2, 0.38, "million", until=INNER),
            Band("A100 and A800, 2024", 0.0, 0.02, "million"),
        ),
        ampere,
    ),
    Rule(
        "SF10",
        "Five buyers take half of the units of 2023",
        (
            Band("share of the five", 0.45, 0.70, SHARE, until=INNER),
            Band("of six owners, share in its 90% interval", 5, 6, "owners", until=INNER),
        ),
        concentration,
    ),
    Rule("SF11", "The rush: xAI's compute in use", (Band("2024Q3", 80.0, 130.0, "thousand"),), rush),
    Rule(
        "SF12",
        "Others absorb what China may no longer have",
        (
            Band("growth of revenue, 2023Q4", low=0.0, unit=SHARE, half=POINTS, until=INNER),
            Band("change of China's share of it", high=0.0, unit=SHARE, half=POINTS, until=INNER),
            Band("China's share of it, 2023Q4", 0.0, 0.12, SHARE, until=INNER),
        ),
        export_shock,
    ),
)
"""Thirteen scored rows, and what is printed beside them. (SF8, packaging capacity, is an input.)"""


@cache
def real_revenue() -> dict[str, float]:
    """Compute revenue in million USD from 2022Q4 to 2024Q4, by quarter."""
    known = {one.period: one.value for one in series("dc_compute_revenue") if one.value is not None}
    return {quarter: 1000.0 * known[quarter] for quarter in quarters_between("2022Q4", "2024Q4")}
