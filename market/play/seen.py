"""What a player sees of the market at the beginning of a quarter, and what a quarter has brought it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from market.gears.model import Market
from market.measures import HOURS

MOST = 100.0
"""What no part of an observation exceeds."""

COMMON: dict[str, tuple[str, str, Callable[[Market], float]]] = {
    "time": ("1", "quarters gone, over the horizon", lambda market: market.quarter / market.scenario.horizon),
    "rent": ("USD/hour", "rent per HAE in the last quarter", lambda market: market.rental_usd_hour),
    "price": ("10,000 USD/HAE", "lowest list price", lambda market: market.hae_price / 1e4),
}
"""What all players see: unit, what it is, how it is read."""

OWN: dict[str, tuple[str, str, Callable[[Any], float]]] = {
    "target": ("1", "compute it wants, over what it has", lambda buyer: buyer.target / stock(buyer)),
    "backlog": ("1", "its open orders, over what it has", lambda buyer: buyer.backlog / stock(buyer)),
    "delivered": (
        "1",
        "deliveries of the last quarter, over what it has",
        lambda buyer: buyer.delivered / stock(buyer),
    ),
    "deployed": ("1", "compute in use, over what it has", lambda buyer: buyer.deployed / stock(buyer)),
    "fill": ("1", "share of what it wants that it expects to come", lambda buyer: buyer.fill_expected),
}
"""What a player sees of its own buyer."""

PRODUCT: dict[str, tuple[str, str, Callable[[Any], float]]] = {
    "list_price": ("10,000 USD/HAE", "list price", lambda product: product.price / product.hae / 1e4),
    "quote": ("quarters", "quoted wait", lambda product: product.quoted_lead),
}
"""What all see of every product that is announced and still sold; of others 0."""


def stock(buyer: Any) -> float:
    """HAE that a buyer has, at least one."""
    return max(1.0, buyer.stock)


def names(market: Market) -> list[str]:
    """What each part of an observation is called."""
    products = market.build.names["products"][: market.product_count]
    return [*COMMON, *OWN, *(f"{product} {name}" for product in products for name in ("on_sale", *PRODUCT))]


def observation(market: Market, buyer: Any) -> np.ndarray:
    """What the player of a buyer sees; shape (len(:func:`names`),), every part from 0 to MOST, undefined ones 0."""
    values = [read(market) for _, _, read in COMMON.values()] + [read(buyer) for _, _, read in OWN.values()]
    for product in market.products[: market.product_count]:
        on_sale = product.announced <= market.quarter <= product.last_order
        values += [float(on_sale), *(read(product) if on_sale else 0.0 for _, _, read in PRODUCT.values())]
    return np.clip(np.nan_to_num(np.array(values), posinf=MOST), 0.0, MOST)


def machines(market: Market, buyer: Any) -> float:
    """Million USD that a buyer's machines would cost at the lowest list price."""
    return buyer.stock * market.hae_price / 1e6


def earned(market: Market, buyer: Any) -> float:
    """Million USD that the quarter brought: what its compute in use would have been let for, less what it has paid."""
    rent = 0.0 if math.isnan(market.rental_usd_hour) else market.rental_usd_hour
    return rent * HOURS * buyer.deployed / 1e6 - buyer.spending - buyer.other_spending
