"""What a buyer is and has: parameters, draws, measures, state, order book and talks, declared once."""

from __future__ import annotations

import math
from typing import Annotated

from agents.bargainer import ISSUES, Bargainer
from agents.records.roles import (
    LEADS,
    OUTSIDE,
    SLOTS,
    Array,
    Choice,
    Column,
    Draw,
    IntLines,
    IntPerGeneration,
    IntSlots,
    IntTalks,
    Lines,
    Parameter,
    Path,
    PerGeneration,
    PerOffer,
    PerOption,
    Reference,
    Slots,
    Talks,
)
from agents.rules import bidding, gaming

POWER_QUARTERS = 12
"""The longest time, in quarters, that a site's power takes."""

Issues = Annotated[list[float], Array(ISSUES)]
Terms = Annotated[list[float], Array(SLOTS * ISSUES)]


class BuyerState(Bargainer):
    """The attributes of every buyer; its rules are in :class:`agents.buyer.Buyer`."""

    # What it has and wants
    opening_stock: Annotated[float, Parameter("HAE", "compute owned before the first quarter")] = 0.0
    reference_stock: Annotated[
        float, Parameter("HAE", "C0 of E3: the compute that its value is scaled to; 0 takes the opening stock")
    ] = 0.0
    opening_flow: Annotated[float, Parameter("1/quarter", "f0: purchases over stock before the shock")] = 0.26
    opening_book: Annotated[float, Parameter("quarters", "open orders at the start, in quarters of sales")] = 1.1
    opening_product: Annotated[int, Reference("products", "what stock and open orders consist of at first")] = 0
    elasticity: Annotated[
        float, Parameter("1", "eta of E3: how strongly the compute wanted answers its cost", 0.1, 5.0)
    ] = 1.0
    parity: Annotated[float, Parameter("1", "phi of E3: share of the largest rival it must match", 0.0, 2.0)] = 0.0
    choice_scale: Annotated[
        float, Parameter("1", "mu of E28: spread of tastes between generations, over the lowest price", 0.01, 2.0)
    ] = 0.20
    races: Annotated[bool, Parameter("", "whether it takes part in the contest for the market's prize")] = False
    urgency: Annotated[float, Parameter("1/quarter", "rho: rate at which a later unit is worth less", 0.0, 2.0)] = 0.08
    capital_cost: Annotated[float, Parameter("1/year", "r of E2", 0.001, 1.0)] = 0.10
    price_fall: Annotated[float, Parameter("1/year", "pi of E2: expected fall of price per HAE", 0.0, 1.0)] = 0.15
    retirement: Annotated[float, Parameter("1/quarter", "dq: share of the stock that retires", 0.0, 0.5)] = 0.05
    taste_noise: Annotated[float, Parameter("1", "standard deviation of its own demand shock", 0.0, 1.0)] = 0.05

    # How it orders
    adjustment: Annotated[
        float,
        Parameter(
            "1/quarter", "alpha of E6 and E27: share of the gap to its target that it wants a quarter", 0.01, 1.0
        ),
    ] = 0.26
    line_weight: Annotated[float, Parameter("1", "beta of E6 and E29: weight of orders already placed", 0.0, 1.0)] = (
        0.34
    )
    gaming: Annotated[int, Choice(tuple(gaming.STRATEGIES), "how it inflates its orders in a shortage", "adaptive")]
    inflation_exponent: Annotated[
        float, Parameter("1", "gamma of E7: how strongly a low fill inflates its orders", 0.0, 3.0)
    ] = 0.50
    inflation_cap: Annotated[float, Parameter("1", "largest order inflation", 1.0, 20.0)] = 3.0
    lead_smoothing: Annotated[
        float, Parameter("1/quarter", "th_L of E9: weight of the latest wait in the wait it expects", 0.0, 1.0)
    ] = 0.36
    fill_smoothing: Annotated[
        float, Parameter("1/quarter", "th_phi of E9: weight of the latest fill in the fill it expects", 0.0, 1.0)
    ] = 0.36
    own_lead_weight: Annotated[float, Parameter("1", "weight of its own last wait beside the quote", 0.0, 1.0)] = 0.25
    booking_horizon: Annotated[
        float, Parameter("quarters", "h of E10: how long beyond its wait it books on coming money")
    ] = 4.0
    booking_speed: Annotated[float, Parameter("1/quarter", "share of missing bookings made a quarter", 0.0, 1.0)] = 0.5
    advance: Annotated[
        float, Parameter("1", "share of the next quarter's money that deposits may draw on in advance", 0.0, 1.0)
    ] = 1.0
    cancel_tolerance: Annotated[float, Parameter("1", "excess over the target that is left alone")] = 0.10
    reputation_cost: Annotated[float, Parameter("1", "cost of cancelling, as a share of the price", 0.0, 2.0)] = 0.10
    firm_share: Annotated[float, Parameter("1", "prepaid share from which a line is firm", 0.0, 1.0)] = 0.20

    osborne: Annotated[
        float,
        Parameter("1", "share of need that waits, per share of the price that an announced product saves", 0.0),
    ] = 0.0
    reserves: Annotated[float, Parameter("1", "share of its orders that it prepays to have firm", 0.0, 1.0)] = 0.0
    readiness_claim: Annotated[float, Parameter("1", "share of missing power that it says it has", 0.0, 1.0)] = 0.0
    switching: Annotated[float, Parameter("1", "factor on what it costs to switch to an outside option")] = 1.0
    logit_scale: Annotated[
        float, Parameter("1", "spread of tastes between the supplier and outside options, over the price", 0.005, 5.0)
    ] = 0.15
    names: Annotated[int, Parameter("", "under how many names it asks for its share of a short supply", 1, 10)] = 1

    # What limits it
    cash: Annotated[float, Column("million USD", "cash at the quarter's end")] = 0.0
    opening_cash: Annotated[float, Parameter("million USD", "cash before the first quarter")] = 0.0
    income: Annotated[float, Path("million USD a quarter", "money for accelerators")] = 0.0
    cost_factor: Annotated[float, Parameter("1", "all-in cost over the accelerator's price", 1.0, 5.0)] = 1.0
    vendor_finance: Annotated[float, Parameter("1", "share of a delivery that the supplier lends it", 0.0, 0.9)] = 0.0
    finance_quarters: Annotated[float, Parameter("quarters", "in which it pays such a loan back", 1.0, 40.0)] = 8.0
    opening_power: Annotated[float, Parameter("MW", "power ready before the first quarter")] = math.inf
    power_starts: Annotated[float, Path("MW a quarter", "most new power it can start to build")] = 0.0
    power_delay: Annotated[float, Parameter("quarters", "from start to ready power", 1, POWER_QUARTERS)] = 6.0
    power_setback: Annotated[float, Path("quarters", "by how much power under way is put off now")] = 0.0
    overhead: Annotated[float, Parameter("1", "PUE: site power over machine power", 1.0, 3.0)] = 1.25
    space: Annotated[float, Path("HAE", "compute its halls can hold")] = math.inf

    # How it bargains
    bargains: Annotated[bool, Parameter("", "whether it negotiates or takes the list price")] = True
    bid_discount: Annotated[float, Parameter("1", "opening bid under the list price", 0.0, 0.9)] = 0.10
    longest_wait: Annotated[float, Parameter("quarters", "wait over the expected one it puts up with")] = 1.0
    bidding: Annotated[int, Choice(tuple(bidding.STRATEGIES), "what it bids for a unit in an auction", "truthful")]
    shading: Annotated[float, Parameter("1", "share of a unit's value that a shaved bid keeps back", 0.0, 0.95)] = 0.10
    prepaid_limit: Annotated[float, Parameter("1", "largest share it pays in advance", 0.0, 1.0)] = 0.03

    # Chance
    taste_draw: Annotated[float, Draw("normal", "its own demand shock")] = 0.0
    turn_draw: Annotated[float, Draw("uniform", "its place among equals in a queue")] = 0.0

    # Measures of the quarter
    needed: Annotated[float, Column("HAE", "need before inflation")] = 0.0
    ordered: Annotated[float, Column("HAE", "orders that joined the book")] = 0.0
    delivered: Annotated[float, Column("HAE", "deliveries")] = 0.0
    deployed: Annotated[float, Column("HAE", "compute in use at the quarter's end")] = 0.0
    idle: Annotated[float, Column("HAE", "compute owned without power or space")] = 0.0
    backlog: Annotated[float, Column("HAE", "open orders at the quarter's end")] = 0.0
    cancelled: Annotated[float, Column("HAE", "orders cancelled")] = 0.0
    share_units: Annotated[float, Column("1", "share of all units delivered", share=True)] = math.nan
    share_hae: Annotated[float, Column("1", "share of all compute delivered", share=True)] = math.nan
    price_paid: Annotated[float, Column("USD per HAE", "mean price of the deliveries", weight="delivered")] = math.nan
    realised_lead_weeks: Annotated[float, Column("weeks", "mean wait of the deliveries", weight="delivered")] = math.nan
    quoted_lead_weeks: Annotated[
        float, Column("weeks", "wait it is quoted for what it asks for now", weight="ordered")
    ] = math.nan
    fill_rate: Annotated[
        float,
        Column("1", "promised for the quarter and delivered in it, over promised", share=True, weight="needed"),
    ] = math.nan
    spending: Annotated[float, Column("million USD", "paid to the supplier, net of refunds")] = 0.0
    outside_delivered: Annotated[float, Column("HAE", "deliveries of outside options")] = 0.0
    vendor_debt: Annotated[float, Column("million USD", "owed to the supplier")] = 0.0
    power_mw: Annotated[float, Column("MW", "power ready at the quarter's end")] = 0.0

    # State
    index: int = 0
    kind: int = 0
    stock: float = 0.0
    owned: PerOffer
    credit: float = 0.0
    inflow: float = 0.0
    other_spending: float = 0.0
    bills: float = 0.0
    power_coming: Annotated[list[float], Array(POWER_QUARTERS + 1)]
    machine_mw: float = 0.0
    taste: float = 0.0
    value_scale: float = 0.0
    value: float = 0.0
    target: float = 0.0
    wanted: float = 0.0
    announced: float = 0.0
    rival: float = 0.0
    plan_size: float = 0.0
    plan_opening: float = 0.0
    lead_expected: PerGeneration
    own_quote: PerGeneration
    own_promise: PerGeneration
    odds: PerGeneration
    split: PerGeneration
    wait: PerGeneration
    chosen: IntPerGeneration
    fill_expected: float = 1.0
    own_wait: float = 0.0
    churn: float = 0.0
    units_delivered: float = 0.0
    value_delivered: float = 0.0
    wait_delivered: float = 0.0
    due: float = 0.0
    promised: float = 0.0
    promised_delivered: float = 0.0
    weight: float = 0.0
    claim: float = 0.0
    given: float = 0.0
    budgeted: float = 0.0
    past_sales: float = 0.0
    tenure: float = 0.0
    exclusive: float = 1.0
    conversion: float = 1.0
    deposits: float = 0.0
    fees: float = 0.0
    submitted: float = 0.0
    ordered_before: float = 0.0
    ordered_firm: float = 0.0
    fallback: float = math.inf
    elsewhere: float = math.inf
    outside_wish: PerOption
    outside_ordered: float = 0.0
    outside_open: float = 0.0
    outside_coming: Annotated[list[float], Array(OUTSIDE * LEADS)]
    at_inflation_cap: float = 0.0
    at_money: float = 0.0
    at_power: float = 0.0
    vendor_debt_before: float = 0.0
    on_order: PerGeneration
    handed_over: float = 0.0
    taken_over: float = 0.0
    controlled: bool = False
    stock_before: float = 0.0
    backlog_before: float = 0.0
    cash_before: float = 0.0
    deposits_before: float = 0.0

    # The order book
    lines: int = 0
    line_product: IntLines
    line_units: Lines
    line_open: Lines
    line_cancelled: Lines
    line_price: Lines
    line_placed: IntLines
    line_promised: IntLines
    line_prepaid: Lines

    # The talks of the quarter
    slot_product: IntSlots
    slot_need: Slots
    slot_units: Slots
    slot_week: IntSlots
    bid_open: Terms
    bid_reserve: Terms
    ask_open: Terms
    ask_reserve: Terms
    agreed: Terms
    bid_gave: Slots
    ask_gave: Slots
    bid_heard: Slots
    ask_heard: Slots
    on_table: Issues
    next_own: Issues
    last_heard: Issues
    offer_price: Talks
    offer_units: Talks
    offer_date: Talks
    offer_prepaid: Talks
    offer_accepted: IntTalks
