"""What of a scenario is shown first, as far as its story leaves it open."""

from __future__ import annotations

from dashboard.reading import real
from market.scenario.paths import parse_quarter
from market.scenario.scenario import Scenario
from market.scenario.story import Told

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


def tells(scenario: Scenario) -> list[Told]:
    """What the sentence of a comparison speaks of where the story does not say."""
    buyer, product = scenario.story.protagonist, newest(scenario)
    others = [("everybody else's wait", f"mean realised_lead_weeks of all but {buyer}")]
    others.append(("what everybody else gets", f"total delivered of all but {buyer}"))
    return told([*others, (f"the mean premium of the {product}", f"mean premium of {product}")])


def cards(scenario: Scenario) -> list[Told]:
    """The figures shown first where the story does not say."""
    buyer, product, quarter = scenario.story.protagonist, scenario.story.product, sighted_quarter(scenario)
    return told(
        [
            (f"Highest {product} quote", f"peak quoted_lead_weeks of {product}"),
            (f"{buyer} in use, {quarter}", f"deployed of {buyer} in {quarter}"),
            (f"{product} premium, highest", f"peak premium of {product}"),
            (f"Revenue, {quarter}", f"revenue in {quarter}"),
        ]
    )


def told(pairs: list[tuple[str, str]]) -> list[Told]:
    return [Told(name=name, outcome=outcome) for name, outcome in pairs]


def above(scenario: Scenario) -> str:
    """The measure drawn with and without what sets a scenario apart."""
    return scenario.story.above or f"deployed of {scenario.story.protagonist}"


def below(scenario: Scenario) -> str:
    """The measure whose difference is drawn quarter by quarter."""
    several = len(scenario.buyers) > 1
    return scenario.story.below or (f"delivered of all but {scenario.story.protagonist}" if several else "backlog")
