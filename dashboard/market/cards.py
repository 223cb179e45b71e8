"""The four figures on top of the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import solara
import xarray as xr

from dashboard.reading import real
from dashboard.reading.bands import band, peak
from dashboard.reading.colors import of_buyer
from dashboard.reading.leading import sighted_quarter
from market.scenario.scenario import Scenario
from runs.analysis.summary import estimate
from runs.words import compact, dollars, percent, weeks


@solara.component_vue("cards.vue")
def Cards(cards: list = []) -> None: ...  # noqa: B006


@dataclass(frozen=True)
class Card:
    """A figure: what, how much, how sure, what to compare it with, and its median over time."""

    label: str
    value: str
    error: str
    unit: str
    note: str
    color: str
    path: Sequence[float | None]


def cards(scenario: Scenario, data: xr.Dataset) -> list[dict]:
    """The four cards as plain data."""
    made = (peak_lead(scenario, data), compute(scenario, data), shadow(scenario, data), sales(scenario, data))
    return [asdict(card) for card in made]


def peak_lead(scenario: Scenario, data: xr.Dataset) -> Card:
    """The longest wait quoted for the leading product."""
    product = scenario.story.product
    own = data.product_quoted_lead_weeks.sel(product=product)
    found, path = estimate(peak(own)), band(own).median
    when = quarter_of_peak(scenario, path)
    return Card(
        f"Longest {real.family(product)} lead time" if product in real.FAMILIES else "Longest lead time",
        weeks(found.median),
        error(found.error, weeks),
        "weeks",
        f"5-95%: {weeks(found.low)} to {weeks(found.high)}{when}",
        "blue",
        path,
    )


def compute(scenario: Scenario, data: xr.Dataset) -> Card:
    """What the protagonist has in use at one quarter's end."""
    buyer = scenario.story.protagonist
    quarter = sighted_quarter(scenario)
    own = data.buyer_deployed.sel(buyer=buyer)
    found = estimate(own.sel(quarter=quarter))
    return Card(
        f"{buyer} in use, {quarter}",
        compact(found.median),
        error(found.error, compact),
        "HAE",
        f"5-95%: {compact(found.low)} to {compact(found.high)}",
        of_buyer(data.buyer.values.tolist(), buyer),
        band(own).median,
    )


def shadow(scenario: Scenario, data: xr.Dataset) -> Card:
    """How far the clearing price rises over the list price."""
    product = scenario.story.product
    own = data.product_premium.sel(product=product)
    found, path = estimate(peak(own)), band(own).median
    return Card(
        f"Highest shadow premium, {product}",
        percent(found.median),
        error(found.error, lambda share: percent(share, 1)),
        "over list",
        f"5-95%: {percent(found.low)} to {percent(found.high)}{quarter_of_peak(scenario, path)}",
        "orange",  # as the shadow price in the chart of prices
        path,
    )


def sales(scenario: Scenario, data: xr.Dataset) -> Card:
    """Revenue of one quarter, beside the real figure where it is known."""
    known, quarter = real.revenue(scenario), sighted_quarter(scenario)
    found = estimate(data.revenue.sel(quarter=quarter))
    note = f"5-95%: {dollars(found.low * 1e6)} to {dollars(found.high * 1e6)}"
    if quarter in known:
        note = f"real: {dollars(known[quarter] * 1e6)}; {note}"
    return Card(
        f"Revenue, {quarter}",
        dollars(found.median * 1e6),
        error(found.error, lambda millions: dollars(millions * 1e6)),
        "",
        note,
        "violet",
        band(data.revenue).median,
    )


def error(size: float, write: Callable[[float], str]) -> str:
    """The Monte Carlo error of a median, nothing where there is none."""
    return f"± {write(size)}" if size == size and size > 0.0 else ""


def quarter_of_peak(scenario: Scenario, path: Sequence[float | None]) -> str:
    """Where the median is highest, as the end of a sentence."""
    known = [(value, -at) for at, value in enumerate(path) if value is not None]
    return f"; in {scenario.quarters[-max(known)[1]]}" if known else ""
