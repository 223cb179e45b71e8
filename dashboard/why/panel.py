"""The panel that explains a quarter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import solara

from dashboard.parts.panels import Choice, Panel, Words, listed
from dashboard.state.session import Ensemble
from dashboard.why.quarter import MEANING, Step, caps, explain, rounded
from runs.words import percent

COLORS = {"Packaging": "c1", "Ramp": "c0", "Money": "c4", "Power or space": "c7", "Export rule": "c9"}


@solara.component_vue("waterfall.vue")
def Waterfall(rows: list = [], label: str = "") -> None: ...  # noqa: B006


@solara.component_vue("strip.vue")
def Strip(
    quarters: list = [],  # noqa: B006
    rows: list = [],  # noqa: B006
    chosen: str = "",
    label: str = "",
    event_pick: Callable[[str], Any] | None = None,
) -> None: ...


@solara.component
def WhyPanel(shown: Ensemble, quarter: str, on_quarter: Callable[[str], Any]) -> None:
    """What became of a quarter's orders, and what held it back."""
    scenario, data = shown.scenario, shown.data
    why = solara.use_memo(lambda: explain(scenario, data, quarter), [shown, quarter])
    binding = solara.use_memo(lambda: strip(caps(scenario, data)), [shown])
    with Panel(
        f"Why did the wait move in {quarter}?",
        "Click a quarter in any chart, or pick one here; means of the runs",
        [Choice("Quarter", scenario.quarters, quarter, on_quarter)],
        classes="gm-full gm-why",
    ):
        Words("p", why.sentence, "gm-finding")
        with solara.Div(classes=["gm-why-parts"]):
            with solara.Div():
                rows, unit = falls(why.steps)
                Words("h3", f"Open orders, {unit}HAE (H100-equivalents)")
                Waterfall(rows=rows, label=f"How the open orders of {quarter} came about")
            with solara.Div():
                rows, unit = bars(why.wafers)
                Words("h3", f"Packaging, {unit}wafers a quarter")
                Waterfall(rows=rows, label=f"Packaging wafers in {quarter}")
        Words("h3", "Which cap binds", "gm-why-caps")
        Strip(
            quarters=scenario.quarters,
            rows=binding,
            chosen=quarter,
            label="Which cap binds in each quarter",
            event_pick=listed(scenario.quarters, on_quarter),
        )
        Words("p", "; ".join(f"{name}: {about}" for name, about in MEANING.items()) + ".", "gm-footnote")


def falls(steps: Sequence[Step]) -> tuple[list[dict[str, Any]], str]:
    """The rows of a waterfall in whole units that add up, and what the unit is."""
    tops, level = [], 0.0
    for step in steps:
        before = 0.0 if step.total else level
        level = step.change if step.total else level + step.change
        tops.append((min(before, level), max(before, level)))
    size, letter = unit_of(max(high for _, high in tops))
    whole = rounded(steps, size)
    most = max(high for _, high in tops) or 1.0
    rows = [
        row(step, low, high, most, f"{number:+,}" if not step.total else f"{number:,}", number)
        for step, (low, high), number in zip(steps, tops, whole, strict=True)
    ]
    return rows, letter


def bars(steps: Sequence[Step]) -> tuple[list[dict[str, Any]], str]:
    """Rows that all stand on the ground."""
    most = max(step.change for step in steps) or 1.0
    size, letter = unit_of(most)
    return [row(s, 0.0, s.change, most, f"{s.change / size:,.0f}", s.change) for s in steps], letter


def unit_of(most: float) -> tuple[float, str]:
    """Thousands where there are at least a hundred of them."""
    return (1e3, "thousand ") if most >= 1e5 else (1.0, "")


def row(step: Step, low: float, high: float, most: float, text: str, value: float) -> dict[str, Any]:
    return {
        "label": step.label,
        "from": 100.0 * low / most,
        "width": max(0.3, 100.0 * (high - low) / most),
        "color": step.color,
        "text": text,
        "value": value,
        "total": step.total,
    }


def strip(found: dict[str, list[float]]) -> list[dict[str, Any]]:
    """A row for each cap that binds at all."""
    return [
        {
            "name": name,
            "about": MEANING[name],
            "color": COLORS[name],
            "shares": shares,
            "texts": [percent(share) for share in shares],
        }
        for name, shares in found.items()
        if max(shares) >= 0.05
    ]
