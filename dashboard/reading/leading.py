"""What of a scenario is shown first, as far as its story leaves it open."""

from __future__ import annotations

from dashboard.reading import real
from market.scenario.paths import parse_quarter
from market.scenario.scenario import Scenario

FEWEST = 4
"""Quarters on sale from which a product's lead time is worth a line."""


def leading_buyers(scenario: Scenario) -> list[str]:
    """The buyers whose shares are shown first: the one it is about and those beside it."""
    return [scenario.story.protagonist, *scenario.story.beside]


def sighted_quarter(scenario: Scenario) -> str:
    """The quarter that cards are of: the story's, else the last with a real figure, else the last."""
    known = real.revenue(scenario)
    return scenario.story.quarter or next((q for q in reversed(scenario.quarters) if q in known), scenario.quarters[-1])


def newest(scenario: Scenario) -> str:
    """The product announced last by the quarter that cards are of; the story's where none is."""
    dates = {name: product.announced for name, product in scenario.products.items()}
    known = [name for name in dates if dates[name] <= sighted_quarter(scenario)]
    return max(known, key=dates.__getitem__, default=scenario.story.product)


def generations(scenario: Scenario) -> list[str]:
    """The first product of each generation, in their order, without those that soon leave the market."""
    found: dict[int, str] = {}
    for name, product in scenario.products.items():
        found.setdefault(product.generation, name)
    names = [found[number] for number in sorted(found)]
    return [name for name in names if stays(scenario, name)] or names


def stays(scenario: Scenario, product: str) -> bool:
    """Whether a product can be ordered in at least FEWEST quarters of the scenario."""
    last = scenario.products[product].last_order
    return last in ("", "never") or parse_quarter(last) - scenario.start + 1 >= FEWEST
