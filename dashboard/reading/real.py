"""Which real figures belong to which line of a chart, and where on its time axis."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from market.scenario.paths import parse_quarter
from market.scenario.scenario import Scenario
from runs.engine.outcomes import Outcome
from runs.history.figures import Observation, series

FAMILIES = {"A100": "Ampere", "H100": "Hopper", "B200": "Blackwell"}
"""What the press calls the generation of a product."""
UNNAMED = "Hopper"
"""The generation that a lead time is of where the press names none: nothing else was short so long."""


@dataclass(frozen=True)
class Dot:
    """A real figure in a chart; ``at`` in quarters from the scenario's start."""

    at: float
    value: float
    low: float | None
    high: float | None
    title: str
    source: str
    kind: str = ""
    """How good it is: reported, estimate or rumour."""

    def times(self, factor: float) -> Dot:
        """The same in another unit."""
        return replace(self, value=self.value * factor, low=times(self.low, factor), high=times(self.high, factor))


def applies(scenario: Scenario) -> bool:
    """Whether a scenario is about the world that the figures are of."""
    return any(product in FAMILIES for product in scenario.products)


def family(product: str) -> str:
    """The name of a product's generation, the product's own where it has none."""
    return FAMILIES.get(product, product)


def of_measure(scenario: Scenario, text: str) -> list[Dot]:
    """The real figures of a measure such as ``deployed of xAI``, in its unit."""
    measure, _, who = text.partition(" of ")
    match measure:
        case "deployed":
            return [*online(scenario, who), *owned(scenario, who)]
        case "revenue":
            return dots(scenario, series("dc_compute_revenue"), 1000.0)
        case "gross_margin":
            return dots(scenario, series("gross_margin_gaap"), 0.01)
        case "rental_usd_hour":
            return dots(scenario, series("rental_price"))
        case "quoted_lead_weeks" | "ordinary_lead_weeks" if who:
            return lead_times(scenario, who)
        case "list_price" | "transaction_price":
            return prices(scenario, who)
        case "share_units":
            return shares(scenario, who)
    return []


def of_outcome(scenario: Scenario, one: Outcome) -> Dot | None:
    """The real figure of an outcome of one quarter, or of a peak or low; None where none is known."""
    names = scenario.build.names[one.family]
    if len(one.members) > 1 or one.reduction not in (None, "peak", "lowest") or one.other is not None:
        return None
    text = one.measure if one.family == "market" else f"{one.measure} of {names[one.members[0]]}"
    found = [dot for dot in of_measure(scenario, text) if one.begin <= dot.at < one.end]
    if one.reduction is None:
        return max(found, key=lambda dot: dot.at, default=None)
    pick = max if one.reduction == "peak" else min
    return pick(found, key=lambda dot: dot.value, default=None)


def online(scenario: Scenario, buyer: str) -> list[Dot]:
    """Accelerators that a buyer was known to have in use on a day."""
    return dots(scenario, (o for o in series("gpus_online") if o.entity.partition(" ")[0] == buyer))


def owned(scenario: Scenario, buyer: str) -> list[Dot]:
    """What a buyer was estimated to own, at the end of the quarter."""
    return dots(scenario, (o for o in series("owned_h100e_end_of_quarter") if o.entity == buyer))


def lead_times(scenario: Scenario, product: str) -> list[Dot]:
    """Real lead times of the generation that a product stands for, in weeks."""
    return dots(scenario, (o for o in series("lead_time") if family_of(o.entity) == FAMILIES.get(product)))


def family_of(entity: str) -> str:
    """The generation that a lead time is of."""
    return next((name for name in FAMILIES.values() if name in entity), UNNAMED)


def prices(scenario: Scenario, product: str) -> list[Dot]:
    """Real prices per unit of a product, in USD."""
    return dots(scenario, (o for o in series("unit_price") if names(o.entity, product)))


def street_prices(scenario: Scenario, product: str) -> list[Dot]:
    """What a product was resold for, in USD."""
    return dots(scenario, (o for o in series("street_price") if names(o.entity, product)))


def names(entity: str, product: str) -> bool:
    """Whether what a figure is of includes a product."""
    blackwell = "Blackwell" in entity and family(product) == "Blackwell"
    return blackwell or bool(re.search(rf"\b{re.escape(product)}\b", entity))


def shares(scenario: Scenario, buyer: str) -> list[Dot]:
    """A buyer's units over all units shipped in the quarter."""
    if not applies(scenario):
        return []
    shipped: dict[str, float] = {}
    for o in series("units_shipped_calendar_quarter"):
        shipped[o.period] = shipped.get(o.period, 0.0) + (o.value or 0.0)
    bought = [o for o in series("units_acquired_calendar_quarter") if o.entity == buyer and o.period in shipped]
    return [
        Dot(
            d.at,
            d.value / total,
            over(d.low, total),
            over(d.high, total),
            f"{buyer}, units over all shipped",
            d.source,
            d.kind,
        )
        for o in bought
        for d in dots(scenario, [o])
        if (total := shipped[o.period]) > 0.0
    ]


def times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


def over(part: float | None, total: float) -> float | None:
    return None if part is None else part / total


def revenue(scenario: Scenario) -> dict[str, float]:
    """NVIDIA's real revenue from computing accelerators in million USD, by quarter."""
    if not applies(scenario):
        return {}
    return {o.period: 1000.0 * o.value for o in series("dc_compute_revenue") if o.value is not None}


def dots(scenario: Scenario, found: Iterable[Observation], factor: float = 1.0) -> list[Dot]:
    """The figures that lie within a scenario's horizon, times ``factor``."""
    if not applies(scenario):
        return []
    placed = ((o, o.time - scenario.start) for o in found)
    return [
        Dot(
            at,
            o.value * factor,
            times(o.low, factor),
            times(o.high, factor),
            f"{o.entity}, {o.period}",
            o.source,
            o.kind,
        )
        for o, at in placed
        if o.value is not None and 0.0 <= at < scenario.horizon
    ]


def events(scenario: Scenario) -> dict[int, list[str]]:
    """The notes on a scenario's events by the quarter's position; each note once."""
    found: dict[int, list[str]] = {}
    for event in scenario.events:
        at = parse_quarter(event.quarter) - scenario.start
        if event.note and 0 <= at < scenario.horizon:
            notes = found.setdefault(at, [])
            if not any(known.startswith(event.note) for known in notes):
                notes.append(event.note)
    return found
