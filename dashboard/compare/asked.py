"""The outcomes that can be picked on the page, in plain words."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.reading.leading import newest
from market.scenario.scenario import Scenario
from runs.engine.outcomes import STANDARD


@dataclass(frozen=True)
class Asked:
    """An outcome: its text for :mod:`runs.engine.outcomes`, its name in a list, and what a sentence calls it."""

    text: str
    title: str
    phrase: str


def outcomes(scenario: Scenario) -> dict[str, Asked]:
    """What can be asked of a scenario, by text; first what its story can move."""
    buyer, product = scenario.story.protagonist, scenario.story.product
    made = (
        Asked(f"mean realised_lead_weeks of all but {buyer}", f"Wait of all but {buyer}", "everybody else's wait"),
        Asked(f"total delivered of all but {buyer}", f"Delivered to all but {buyer}", "what everybody else gets"),
        mean_premium(newest(scenario)),
        mean_premium(product),
        Asked(f"peak premium of {product}", f"{titled(product)} premium, highest", f"the highest {product} premium"),
        Asked(STANDARD["peak_quote"], "Longest quoted wait", "the longest quoted wait"),
        Asked(STANDARD["mean_quote"], "Mean quoted wait", "the mean quoted wait"),
        Asked(STANDARD["mean_wait"], "Mean wait", "the mean wait"),
        Asked(STANDARD["revenue"], "Revenue", "revenue"),
        Asked(STANDARD["shipped"], "Shipped", "what is shipped"),
        Asked(f"total delivered of {buyer}", f"Delivered to {buyer}", f"what {buyer} gets"),
        Asked(STANDARD["mean_unmet"], "Unmet share of need", "the unmet share of need"),
        Asked(STANDARD["peak_inflation"], "Highest order inflation", "the highest order inflation"),
        Asked(STANDARD["cancelled"], "Cancelled orders", "cancelled orders"),
        Asked(STANDARD["last_rental"], "Rent of an H100-equivalent at the end", "the rent at the end"),
        Asked(STANDARD["peak_hhi"], "Highest concentration (HHI)", "the highest concentration"),
    )
    return {one.text: one for one in made}


def mean_premium(product: str) -> Asked:
    return Asked(f"mean premium of {product}", f"{titled(product)} premium, mean", f"the mean {product} premium")


def unlisted(text: str, name: str = "") -> Asked:
    """An outcome that cannot be picked, by its name."""
    phrase = (name or text).replace("_", " ")
    return Asked(text, titled(phrase), phrase)


def titled(name: str) -> str:
    return name[:1].upper() + name[1:]
