"""What can be bought: the supplier's products, one per chip and export version, and outside options."""

from __future__ import annotations

import math
from typing import Annotated

from agents.records.gears import both_gears
from agents.records.roles import GENERATIONS, LEADS, NEVER, Column, Parameter, Path, Reference, Stateful, When


class Offer(Stateful):
    """What every machine on offer has, and the measures of the ``products`` table."""

    hae: Annotated[float, Parameter("HAE", "H100-equivalents of one unit", 0.01, 100.0)] = 1.0
    opening_price: Annotated[float, Parameter("USD", "list price at the launch or the start", 0.01)] = 30000.0
    power_kw: Annotated[
        float, Parameter("kW", "machine power of one unit, its share of the server included", 0.001)
    ] = 1.0
    open_market: Annotated[float, Path("1", "1 where buyers outside the controlled region may have it", 0.0, 1.0)] = 1.0
    exportable: Annotated[float, Path("1", "1 where it may go to the controlled region", 0.0, 1.0)] = 0.0

    list_price: Annotated[float, Column("USD", "list price at the quarter's end")] = math.nan
    transaction_price: Annotated[float, Column("USD", "mean price of the quarter's new orders")] = math.nan
    shadow_price: Annotated[float, Column("USD", "price that would clear the market")] = math.nan
    ordinary_lead_weeks: Annotated[
        float, Column("weeks", "wait quoted to buyers who take the list price, by their size")
    ] = math.nan
    premium: Annotated[float, Column("1", "shadow over list price, less one", share=True)] = math.nan
    produced: Annotated[float, Column("units", "made in the quarter")] = 0.0
    shipped: Annotated[float, Column("units", "shipped in the quarter")] = 0.0
    backlog: Annotated[float, Column("units", "open orders at the quarter's end")] = 0.0
    quoted_lead_weeks: Annotated[float, Column("weeks", "wait quoted to a new order of its generation")] = math.nan

    index: int = 0
    price: float = 0.0
    shadow: float = 0.0
    ordered_units: float = 0.0
    ordered_value: float = 0.0


class Product(Offer):
    """What the supplier sells: its constants and its state."""

    generation: Annotated[int, Parameter("", "0, 1, 2... in the order of launch", 0, GENERATIONS - 1)] = 0
    launch: Annotated[int, When("first quarter of production")] = 0
    announced: Annotated[int, When("first quarter in which orders are taken")] = 0
    last_order: Annotated[int, When("last quarter in which orders are taken")] = NEVER
    packages_per_wafer: Annotated[
        float, Parameter("1", "good units from one packaging wafer, once the generation is mature", 0.01)
    ] = 29.0
    unit_cost: Annotated[float, Parameter("USD", "cost of one unit")] = 0.0

    delay: Annotated[float, Path("quarters", "by how much its launch is put off now", -NEVER, NEVER)] = 0.0

    packages: float = 0.0
    at_limit: bool = False
    price_ceiling: float = math.inf
    generation_launch: int = 0
    wafers: float = 0.0
    takeable: float = 0.0
    there: float = 0.0
    stock: float = 0.0
    lost: float = 0.0
    book: float = 0.0
    book_before: float = 0.0
    stock_before: float = 0.0
    price_before: float = 0.0
    quoted_lead: float = 0.0


class OutsideOption(Offer):
    """What a buyer may have instead: another maker's accelerator, or silicon of its own (theory A.5).

    It is no agent: it sells at a price that falls with its cumulative sales, up to a capacity per quarter.
    """

    capacity: Annotated[float, Path("HAE a quarter", "most that can be ordered in the quarter")] = 0.0
    lead: Annotated[int, Parameter("quarters", "from order to delivery", 1, LEADS)] = 2
    commitment: Annotated[
        int, Parameter("quarters", "how long before that it is ordered and paid; 0 pays on delivery", 0, LEADS)
    ] = 0
    switch_cost: Annotated[float, Parameter("1", "cost of moving software to it, over its price", 0.0, 5.0)] = 0.2
    owner: Annotated[int, Reference("buyers", "whose own silicon it is; empty: for all")] = -1
    learning: Annotated[
        float, Parameter("1", "exponent by which its price falls with cumulative sales over their scale", 0.0, 1.0)
    ] = 0.0
    learning_scale: Annotated[float, Parameter("HAE", "cumulative sales at which the fall sets in", 1.0)] = 100_000.0

    experience: float = 0.0
    wished: float = 0.0
    served: float = 1.0


@both_gears
def move_launches(market, products):
    """Move the launches that are put off or brought forward now; what is on sale stays so.

    What comes on sale is announced then at the latest. A generation ramps from the first launch of its products.
    """
    for p in range(market.product_count):
        product = products[p]
        if product.delay != 0.0 and product.launch >= market.quarter:
            product.launch = max(market.quarter, product.launch + int(product.delay))
            product.announced = min(product.announced, product.launch)
    for p in range(market.product_count):
        product = products[p]
        product.generation_launch = product.launch
        for other in range(market.product_count):
            if products[other].generation == product.generation:
                product.generation_launch = min(product.generation_launch, products[other].launch)
