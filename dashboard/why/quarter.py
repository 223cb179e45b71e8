"""One quarter explained: the backlog from its opening to its close, wafers, and what binds over time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from dashboard.reading.bands import band
from dashboard.reading.colors import of_buyer
from market.scenario.events import ExportRule
from market.scenario.scenario import Scenario
from runs.words import compact, listed, percent, weeks

FULL = 0.999
"""Share of what is possible from which on it counts as all of it."""
SHOWN = 6
"""Buyers whose orders have a row of their own."""


@dataclass(frozen=True)
class Step:
    """A row of a waterfall: from where to where, in HAE; ``total`` where it stands on the ground."""

    label: str
    change: float
    color: str
    total: bool = False


@dataclass(frozen=True)
class Why:
    """A quarter: how the backlog came about (means of the runs), what was made of which wafers, and a sentence."""

    quarter: str
    steps: Sequence[Step]
    wafers: Sequence[Step]
    sentence: str


def opening(data: xr.Dataset, at: int) -> np.ndarray:
    """Open orders at the quarter's beginning in each run: what the quarter before left, or what the flows leave."""
    if at > 0:
        return data.backlog.values[:, at - 1]
    flows = data.ordered.values - data.cancelled.values - data.shipped.values
    return data.backlog.values[:, 0] - flows[:, 0]


def explain(scenario: Scenario, data: xr.Dataset, quarter: str) -> Why:
    """A quarter of an ensemble."""
    at = scenario.quarters.index(quarter)
    then = data.isel(quarter=at)
    begun = float(np.nanmean(opening(data, at)))
    steps = [Step("Open at the start", begun, "quiet", total=True), *orders(then)]
    steps.append(Step("Cancelled", -mean(then.cancelled), "c9"))
    steps.append(Step("Shipped", -mean(then.shipped), "c6"))
    steps.append(Step("Open at the end", mean(then.backlog), "quiet", total=True))
    wafers = [
        Step("Packaging capacity", mean(then.wafers), "quiet", total=True),
        Step("Usable as generations ramp", mean(then.wafers_usable), "c1", total=True),
        Step("Used", mean(then.wafers_used), "c6", total=True),
    ]
    return Why(quarter, steps, wafers, sentence(scenario, data, at))


def orders(then: xr.Dataset) -> list[Step]:
    """What each of the largest buyers ordered in a quarter, and all others together."""
    buyers = [str(name) for name in then.buyer.values]
    sizes = {buyer: mean(then.buyer_ordered.sel(buyer=buyer)) for buyer in buyers}
    order = sorted((b for b in buyers if sizes[b] > 0.0), key=lambda b: -sizes[b])
    first = order if len(order) <= SHOWN + 1 else order[:SHOWN]
    rows = [Step(f"Ordered by {buyer}", sizes[buyer], of_buyer(buyers, buyer)) for buyer in first]
    rest = order[len(first) :]
    if rest:
        rows.append(Step(f"Ordered by {len(rest)} others", sum(sizes[b] for b in rest), "quiet"))
    return rows


def mean(values: xr.DataArray) -> float:
    return float(np.nanmean(values.values))


def rounded(steps: Sequence[Step], unit: float) -> list[int]:
    """The steps in whole units so that they add up as shown: what rounding leaves goes to the largest remainders."""
    exact = [step.change / unit for step in steps]
    whole = [math.floor(value + 0.5) for value in exact]
    lacking = whole[-1] - sum(whole[:-1])
    order = sorted(
        range(len(steps) - 1), key=lambda k: (exact[k] - whole[k]) * (1 if lacking > 0 else -1), reverse=True
    )
    for k in order[: abs(lacking)]:
        whole[k] += 1 if lacking > 0 else -1
    return whole


# --- what binds -------------------------------------------------------------------------------------------------------


def caps(scenario: Scenario, data: xr.Dataset) -> dict[str, list[float]]:
    """For each cap how much it binds in each quarter, from 0 to 1; the words for it stand in :data:`MEANING`."""
    used, usable, all_of = (data[name].values for name in ("wafers_used", "wafers_usable", "wafers"))
    full, ramped = used >= FULL * usable, usable >= FULL * all_of
    return {
        "Packaging": share(full & ramped),
        "Ramp": share(full & ~ramped),
        "Money": bound(data.money_capped),
        "Power or space": bound(data.power_capped),
        "Export rule": ruled(scenario, data),
    }


MEANING = {
    "Packaging": "share of runs in which every packaging wafer was used",
    "Ramp": "share of runs in which every wafer was used that the ramps of new generations allowed",
    "Money": "share of the needs that buyers could not pay for",
    "Power or space": "share of the needs without power or space",
    "Export rule": "share of the region's open orders that a new rule cancelled",
}
"""What the shares are of."""


def share(holds: np.ndarray) -> list[float]:
    return [float(value) for value in holds.mean(axis=0)]


def bound(values: xr.DataArray) -> list[float]:
    known = np.nan_to_num(values.values)
    count = np.isfinite(values.values).sum(axis=0)
    return [float(value) for value in known.sum(axis=0) / np.maximum(1, count)]


def ruled(scenario: Scenario, data: xr.Dataset) -> list[float]:
    """In quarters in which a rule closes products, what became of the region's orders; nothing in others."""
    rules = [event for event in scenario.events if isinstance(event, ExportRule)]
    closing = {event.quarter for event in rules if not event.lifted}
    region = [name for name, cls in scenario.classes.items() if cls.controlled]
    if not region:
        return [0.0] * scenario.horizon
    places = [list(data.buyer.values).index(name) for name in region]
    cancelled, left = (
        data[name].transpose("run", "quarter", "buyer").values[:, :, places].sum(axis=2).mean(axis=0)
        for name in ("buyer_cancelled", "buyer_backlog")
    )
    found = []
    for at, quarter in enumerate(scenario.quarters):
        gone, whole = float(cancelled[at]), float(cancelled[at] + left[at])
        found.append(gone / whole if quarter in closing and whole > 0.0 else 0.0)
    return found


# --- the sentence -----------------------------------------------------------------------------------------------------


def sentence(scenario: Scenario, data: xr.Dataset, at: int) -> str:
    """What moved the backlog and what bound, in one sentence."""
    quarter = scenario.quarters[at]
    begun, ended = float(np.nanmean(opening(data, at))), mean(data.backlog.isel(quarter=at))
    flows = {name: mean(data[name].isel(quarter=at)) for name in ("ordered", "shipped", "cancelled")}
    out = f"{compact(flows['shipped'])} shipped"
    if flows["cancelled"] > 0.005 * flows["shipped"]:
        out += f" and {compact(flows['cancelled'])} cancelled"
    change = f"{'longer' if ended > begun else 'shorter'} by {compact(abs(ended - begun))} HAE"
    return (
        f"In {quarter} {wait(data, at)}: {compact(flows['ordered'])} HAE (H100-equivalents) were ordered against "
        f"{out}, which left the queue {change}; {binding(scenario, data, at)}."
    )


def wait(data: xr.Dataset, at: int) -> str:
    """What became of the quoted wait since the quarter before."""
    path = band(data.quoted_lead_weeks).median
    now, before = path[at], path[at - 1] if at else None
    if now is None:
        return "no wait was quoted"
    if before is None or abs(now - before) < 0.05:
        return f"a new order was quoted {weeks(now)} weeks{'' if before is None else ', as before'}"
    return f"the quoted wait {'rose' if now > before else 'fell'} from {weeks(before)} to {weeks(now)} weeks"


def binding(scenario: Scenario, data: xr.Dataset, at: int) -> str:
    """Which caps bound, the strongest first."""
    found = {name: values[at] for name, values in caps(scenario, data).items() if values[at] >= 0.05}
    if not found:
        free = 1.0 - mean(data.wafers_used.isel(quarter=at)) / mean(data.wafers_usable.isel(quarter=at))
        return f"nothing bound much, and {percent(free)} of the wafers were not used"
    order = sorted(found, key=lambda name: -found[name])
    return listed([PHRASE[name].format(percent(found[name])) for name in order])


PHRASE = {
    "Packaging": "packaging was full in {} of the runs",
    "Ramp": "ramps held output back in {} of the runs",
    "Money": "money cut {} of the needs",
    "Power or space": "power or space cut {} of them",
    "Export rule": "the export rule cancelled {} of the region's orders",
}
