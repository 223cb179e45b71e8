"""What a scenario is about: which product, which buyer and which quarter one looks at first, and against what.

The story tells a reader where to look. It shapes no run and is no part of a scenario's hash.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import BaseModel, Field

from market.scenario.paths import BadInput
from market.scenario.schema import STRICT, Head, Quarter, suggest, validate

BESIDE = 2
"""Buyers shown beside the protagonist where the scenario names none."""


class Told(BaseModel):
    """A figure: what it is called, and the outcome that it is, as :mod:`runs.engine.outcomes` reads it."""

    model_config = STRICT
    name: str = Field(description="what it is called")
    outcome: str = Field(description="such as ``peak quoted_lead_weeks of H100``")


class Story(BaseModel):
    """The table ``[story]`` of a scenario file; what it leaves out is chosen by :func:`read`."""

    model_config = STRICT
    product: str = Field("", description="whose price, wait and premium come first; else the one on sale longest")
    protagonist: str = Field("", description="the buyer it is about; else the largest")
    beside: list[str] = Field([], description="buyers shown with the protagonist; else the next largest two")
    quarter: Quarter | None = Field(None, description="the quarter that figures on cards are of")
    counterfactual: str = Field("", description="the shipped scenario that it is compared with; empty: none")
    difference: str = Field("", description="what it has and its counterfactual has not, as the subject of a sentence")
    question: str = Field("", description="the headline")
    text: str = Field("", description="a few sentences below the headline")
    tells: list[Told] = Field([], description="`name` and `outcome` of what the sentence of the comparison speaks of")
    cards: list[Told] = Field([], description="`name` and `outcome` of the figures shown first")
    above: str = Field("", description="the measure drawn with and without the difference, as ``deployed of xAI``")
    below: str = Field("", description="the measure whose difference is drawn quarter by quarter")


def read(
    head: Head, products: Mapping[str, Any], buyers: Mapping[str, Any], known: Collection[str], source: str
) -> Story:
    """The story of a scenario with these products and buyers; ``known`` are the shipped scenarios.

    Raises:
        BadInput: it names what there is not.
    """
    story = validate(Story, head.story, "story", source)
    for field, names in (("product", products), ("protagonist", buyers), ("counterfactual", known)):
        _check(field, getattr(story, field), names, source)
    for name in story.beside:
        _check("beside", name, buyers, source)
    quarters = head.quarters
    if story.quarter and story.quarter not in quarters:
        allowed = f"{quarters[0]} to {quarters[-1]}"
        raise BadInput(f"{source}: story.quarter: found {story.quarter!r}; allowed: {allowed}")
    by_size = sorted(sorted(buyers), key=lambda name: -buyers[name].opening_stock)
    protagonist = story.protagonist or by_size[0]
    chosen = {
        "product": story.product or max(products, key=lambda name: _on_sale(products[name], quarters)),
        "protagonist": protagonist,
        "beside": story.beside or [name for name in by_size if name != protagonist][:BESIDE],
    }
    return story.model_copy(update=chosen)


def _check(field: str, name: str, names: Collection[str], source: str) -> None:
    if name and name not in names:
        raise BadInput(f"{source}: story.{field}: found {name!r}; {suggest(name, names)}")


def _on_sale(product: Any, quarters: list[str]) -> int:
    """In how many of the quarters a product can be ordered; labels sort by time, ``never`` after them."""
    return sum(product.announced <= quarter <= (product.last_order or "never") for quarter in quarters)


def timeless(raw: dict[str, Any], change: Collection[str]) -> dict[str, Any]:
    """The content of a scenario before a change of these fields: another span of time needs another quarter."""
    story = raw.get("story")
    if not isinstance(story, dict) or not {"start", "horizon"}.intersection(change):
        return raw
    return {**raw, "story": {name: value for name, value in story.items() if name != "quarter"}}
