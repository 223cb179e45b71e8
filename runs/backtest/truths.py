"""Truths that need no history: a market that breaks one is worthless however many facts it meets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import groupby

import numpy as np
import xarray as xr

from market import Scenario
from market.measures import WEEKS_A_QUARTER
from runs.backtest.finding import Band, Finding, Measured, Rule, find
from runs.backtest.paths import Missing, Paths
from runs.words import SHARE

HALF_CLOCK = 0.5 * WEEKS_A_QUARTER
"""Weeks: what a quarterly clock adds to a wait on average, and what a wait may be off its quote."""
USED = 0.9
"""Of the wafers that the ramp lets be used, beside a queue."""
HALF_IDLE = 0.5 * (1.0 - USED)
FIRST_COHORT = "2023Q1"
DEPOSITS = (0.0, 0.01)
"""Of the paired runs of truth 5."""

Column = Callable[[str, str], np.ndarray]


def truths(results: xr.Dataset | Mapping[str, np.ndarray] | Paths, scenario: Scenario) -> list[Finding]:
    """What an ensemble makes of every truth, on its median path and in its runs.

    Args:
        results: of :func:`market.simulate`, or of :func:`market.gears.simulate.run_ensemble`; truth 5 is judged of
            paths with a pair alone.
        scenario: what was run.
    """
    paths = results if isinstance(results, Paths) else Paths(results, scenario)
    return [find(rule, paths) for rule in TRUTHS]


# --- 1: honest quotes ----------------------------------------------------------------------------------------


def waits_off(paths: Paths) -> tuple[np.ndarray, np.ndarray]:
    """Weeks by which the orders of each quarter wait longer than quoted plus half the clock, and which count.

    Both of shape (1 + runs, quarters). The estimate of a wait is restricted to what was seen of it, so a quarter
    counts only if its orders were seen for a year and for as long as its longest honest wait.
    """
    quoted = paths["cohort_quoted_weeks"]
    off = paths["cohort_lead_weeks"] - quoted - HALF_CLOCK
    seen = WEEKS_A_QUARTER * (len(paths.quarters) - np.arange(len(paths.quarters)))
    counts = ~np.isnan(off) & (seen >= np.maximum(quoted + 2.0 * HALF_CLOCK, 4.0 * WEEKS_A_QUARTER))
    counts[:, : paths.at(FIRST_COHORT)] = False
    return off, counts


def honest_quotes(paths: Paths) -> list[Measured]:
    """Share of the quarters whose orders wait as quoted."""
    off, counts = waits_off(paths)
    if not counts[0].any():
        raise Missing("no quarter's orders were quoted a wait and seen for long enough")
    honest = counts & (np.abs(off) <= HALF_CLOCK)
    with np.errstate(invalid="ignore"):
        share = honest.sum(axis=1) / counts.sum(axis=1)
    last = paths.quarters[int(np.flatnonzero(counts[0])[-1])]
    broken = [f"{paths.quarters[t]} {off[0, t]:+.1f}" for t in np.flatnonzero(counts[0] & ~honest[0])]
    note = f"{counts[0].sum()} quarters to {last}, later ones not seen long enough"
    return [Measured(share, note=note + (f"; off: {', '.join(broken)} weeks" if broken else ""))]


# --- 2: no hidden stock --------------------------------------------------------------------------------------


def hidden_stock(paths: Paths) -> list[Measured]:
    """The highest finished stock at a quarter's end over the production of the quarter, both in HAE.

    Stock is what was made less what was shipped, since the start. Ignores what an accident destroys of it.
    """
    hae = paths.constants["hae"]

    def stock(column: Column) -> np.ndarray:
        made, gone = (column("products", name)[..., : len(hae)] for name in ("produced", "shipped"))
        return (np.cumsum(made - gone, axis=1) * hae).sum(axis=-1)

    waiting = np.maximum(0.0, paths.cached("finished stock", stock))
    production = paths["production"]
    dust = 1e-6 * production.max(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        over = np.where(waiting <= dust, 0.0, waiting / production)
    return [Measured(over.max(axis=1), note=f"highest in {paths.quarters[int(np.argmax(over[0]))]}")]


# --- 3: no idle wafers beside a queue ------------------------------------------------------------------------


def queue(paths: Paths) -> np.ndarray:
    """Open orders for products that are made, as wafers, at the end of each quarter; (1 + runs, quarters).

    A product counts if it is made in the quarter after, which is the first that can serve the order.
    """
    launched = paths.launched
    next_made = np.concatenate([launched[1:], launched[-1:]])

    def open_wafers(column: Column) -> np.ndarray:
        units = column("products", "backlog")[..., : len(paths.products)]
        return (units * next_made / paths.constants["packages_per_wafer"]).sum(axis=-1)

    return paths.cached("queue", open_wafers)


def used_beside_a_queue(paths: Paths) -> np.ndarray:
    """Wafers used over usable where the book of the quarter before exceeds what they can make; NaN elsewhere."""
    usable, used = paths["wafers_usable"], paths["wafers_used"]
    before = np.concatenate([np.zeros((len(usable), 1)), queue(paths)[:, :-1]], axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where((before > usable) & (usable > 0.0), used / usable, np.nan)


def idle_wafers(paths: Paths) -> list[Measured]:
    """The lowest share of wafers used beside a queue, and the mean share; all where there is never a queue."""
    share = used_beside_a_queue(paths)
    known = ~np.isnan(share)
    lowest = np.where(known, share, 1.0).min(axis=1)
    mean = np.divide(np.nansum(share, axis=1), known.sum(axis=1), out=np.ones(len(share)), where=known.any(axis=1))
    idle = [f"{paths.quarters[t]} {share[0, t]:.0%}" for t in np.flatnonzero(share[0] < USED)]
    note = f"{known[0].sum()} quarters with a queue" + (f"; idle: {', '.join(idle)}" if idle else "")
    return [Measured(lowest, note=note), Measured(mean)]


# --- 4: prices that agree ------------------------------------------------------------------------------------


def mean_premium(paths: Paths) -> np.ndarray:
    """Shadow over list price, less one: the mean over products on sale, by the compute shipped of each."""
    hae = paths.constants["hae"]

    def mean(column: Column) -> np.ndarray:
        premium, shipped = (column("products", name)[..., : len(hae)] for name in ("premium", "shipped"))
        weight = np.where(np.isnan(premium), 0.0, shipped * hae)
        with np.errstate(invalid="ignore", divide="ignore"):
            return (weight * np.nan_to_num(premium)).sum(axis=-1) / weight.sum(axis=-1)

    return paths.cached("premium", mean)


def agreeing_prices(paths: Paths) -> list[Measured]:
    """Quarters in which the shadow price contradicts the shortage, and in which it contradicts that nothing waits.

    Nothing waits where at most a hundredth of what is wanted is unmet and a quarter's wafers can make the book.
    """
    premium, unmet = mean_premium(paths), paths["unmet_share"]
    short = unmet > 0.2
    calm = (unmet <= 0.01) & (queue(paths) <= paths["wafers_usable"])
    cheap, dear = short & (premium <= 0.0), calm & (premium > 0.2)
    return [Measured(bad.sum(axis=1).astype(float), note=listed(paths, bad[0], of[0], premium[0]))
            for bad, of in ((cheap, short), (dear, calm))]  # fmt: skip


def listed(paths: Paths, bad: np.ndarray, of: np.ndarray, premium: np.ndarray) -> str:
    """Which quarters of how many, with their premium."""
    named = ", ".join(f"{paths.quarters[t]} {premium[t]:+.0%}" for t in np.flatnonzero(bad))
    return f"of {of.sum()} such quarters" + (f": {named}" if named else "")


# --- 5: deposits do not stop trade ---------------------------------------------------------------------------


def deposits(paths: Paths) -> list[Measured]:
    """Change of all revenue by a deposit, in the same runs."""
    if paths.pair is None:
        raise Missing("it takes paired runs with two deposits")
    without, charged = (each["revenue"].sum(axis=1) for each in paths.pair)
    return [Measured(charged / without - 1.0)]


# --- 6: nobody's firm vanishes -------------------------------------------------------------------------------


def silent(paths: Paths) -> np.ndarray:
    """Where a buyer had money and has ordered nothing for two quarters; (1 + runs, quarters, buyers).

    Its money is what it has at the quarter's end and what it paid in it.
    """
    dust = 1e-6
    money = np.maximum(0.0, paths.of_buyers("cash")) + np.maximum(0.0, paths.of_buyers("spending"))
    quiet = (paths.of_buyers("ordered") <= 0.0) & (money > dust)
    twice = quiet.copy()
    twice[:, 0] = False
    twice[:, 1:] &= quiet[:, :-1]
    return twice


def vanished(paths: Paths) -> list[Measured]:
    """Buyers that are silent and not because their wants are met: that state a need in one of the two quarters.

    Ignores why a buyer states none: because of what it has and has on order, or because of money, power or a rule.
    """
    needed = paths.of_buyers("needed") > 0.0
    either = needed.copy()
    either[:, 1:] |= needed[:, :-1]
    twice = silent(paths)
    lost = (twice & either).any(axis=1)
    spells = [f"{name} {spell}: {why}" for i, name in enumerate(paths.buyers)
              for spell, why in told(paths, twice[0, :, i], either[0, :, i])]  # fmt: skip
    return [Measured(lost.sum(axis=1).astype(float), note="; ".join(spells))]


def told(paths: Paths, twice: np.ndarray, asked: np.ndarray) -> list[tuple[str, str]]:
    """Spells of silence of one buyer, with why."""
    spells = []
    for quiet, places in groupby(range(len(twice)), lambda t: bool(twice[t])):
        span = list(places)
        if quiet:
            first, last = paths.quarters[span[0] - 1], paths.quarters[span[-1]]
            spells.append((f"{first} to {last}", "asks in vain" if asked[span].any() else "states no need"))
    return spells


TRUTHS = (
    Rule(
        "T1",
        "Honest quotes: orders wait as quoted and half the clock",
        (Band("quarters within 6.5 weeks", low=0.75, unit=SHARE, half=0.125),),
        honest_quotes,
    ),
    Rule(
        "T2",
        "No hidden stock of finished units",
        (Band("highest stock over a quarter's production", 0.0, 0.1, SHARE),),
        hidden_stock,
    ),
    Rule(
        "T3",
        "No idle wafers beside a queue, as far as the ramp lets",
        (
            Band("wafers used of usable, lowest", low=USED, unit=SHARE, half=HALF_IDLE),
            Band("the same, mean", low=USED, unit=SHARE, half=HALF_IDLE),
        ),
        idle_wafers,
    ),
    Rule(
        "T4",
        "Shadow and list price agree with the shortage",
        (
            Band("unmet over a fifth, shadow under list", 0, 0, "quarters", half=1.0),
            Band("nothing waits, shadow over list by a fifth", 0, 0, "quarters", half=1.0),
        ),
        agreeing_prices,
    ),
    Rule(
        "T5",
        "Deposits do not stop trade",
        (Band("revenue with a deposit of 1%, change", -0.01, 0.01, SHARE),),
        deposits,
    ),
    Rule(
        "T6",
        "Nobody's firm vanishes",
        (Band("buyers that ask in vain for two quarters", 0, 0, "buyers", half=1.0),),
        vanished,
    ),
)
"""Lines 1 to 6 of V3."""
