"""Which products and buyers of a scenario are shown first."""

from __future__ import annotations

from market.scenario.paths import parse_quarter
from market.scenario.scenario import Scenario

FEWEST = 4
"""Quarters on sale from which a product's lead time is worth a line."""


def leading_product(scenario: Scenario) -> str:
    """The product whose price is shown first."""
    return "H100" if "H100" in scenario.products else next(iter(scenario.products))


def leading_buyer(scenario: Scenario) -> str:
    """The buyer that the scenario is about: xAI, or else the one with the largest stock."""
    if "xAI" in scenario.buyers:
        return "xAI"
    return max(sorted(scenario.buyers), key=lambda name: scenario.buyers[name].opening_stock)


def leading_buyers(scenario: Scenario) -> list[str]:
    """The buyers whose shares are shown first: the one it is about and the largest others."""
    by_size = sorted(scenario.buyers, key=lambda name: -scenario.buyers[name].opening_stock)
    chosen = [leading_buyer(scenario)]
    chosen += [name for name in ("Microsoft", "China") if name in by_size]
    return [*chosen, *(name for name in by_size if name not in chosen)][: 3 if len(chosen) > 1 else 2]


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
