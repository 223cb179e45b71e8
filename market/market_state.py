"""What belongs to the market as a whole: rules in force, the common demand regime, the measures of a quarter."""

from __future__ import annotations

import math
from typing import Annotated

from agents.buying.orders import ORDERINGS
from agents.records.roles import (
    QUARTERS,
    Array,
    Choice,
    Column,
    Draw,
    Parameter,
    Path,
    PerGeneration,
    PerQuarter,
    Stateful,
    When,
)
from market.mechanisms.allocation import RULES
from market.mechanisms.pricing import REGIMES
from market.mechanisms.protocols import PROTOCOLS
from market.mechanisms.quoting import QUOTINGS

Cohorts = Annotated[list[float], Array(QUARTERS * QUARTERS)]


class MarketState(Stateful):
    """Attributes of the market; ``allocation``, ``protocol`` and ``price_regime`` name its mechanisms."""

    # Mechanisms
    allocation: Annotated[int, Choice(tuple(RULES), "who gets how much of a short supply", "weighted_uniform")]
    protocol: Annotated[int, Choice(tuple(PROTOCOLS), "how orders come about", "alternating_offers")]
    price_regime: Annotated[int, Choice(tuple(REGIMES), "how the list price moves", "sticky")]
    ordering: Annotated[int, Choice(tuple(ORDERINGS), "how buyers make orders of what they want", "cover")]
    quoting: Annotated[int, Choice(tuple(QUOTINGS), "how the supplier reckons the wait that it quotes", "planned")]
    rule_aware: Annotated[bool, Parameter("", "buyers are quoted their own wait, by what the rule gives them")] = True
    shadow_quarters: Annotated[
        int, Parameter("quarters", "H of E32: over which wants and output make the shadow price", 1, 8)
    ] = 1
    due_first: Annotated[bool, Parameter("", "lines due are served before lines promised for later")] = True
    size_exponent: Annotated[float, Parameter("1", "s of E17: weight of size in the allocation", 0.0, 2.0)] = 0.5
    exclusive_weight: Annotated[
        float, Parameter("1", "excl of E17: favour for buyers without outside options", 0.0, 10.0)
    ] = 0.0
    churn_exponent: Annotated[float, Parameter("1", "chi of E17: punishment of cancelled orders", 0.0, 10.0)] = 1.0
    fee_full: Annotated[float, Parameter("1", "cancellation fee with a quarter to go, over the price", 0.0, 1.0)] = 1.0
    fee_at_two: Annotated[float, Parameter("1", "the same with two quarters to go", 0.0, 1.0)] = 0.2
    fee_free: Annotated[float, Parameter("quarters", "no fee from so many quarters on", 2.5, 20.0)] = 4.0

    deposit: Annotated[
        float, Parameter("1", "share of the price paid with an order, credited on delivery", 0.0, 1.0)
    ] = 0.0
    reserved_share: Annotated[
        float, Parameter("1", "share of the finished units that firm lines are served from first", 0.0, 1.0)
    ] = 0.0
    conversion_rate: Annotated[
        float, Parameter("1/quarter", "share of open orders that a buyer may move to a newer generation", 0.0, 1.0)
    ] = 0.0
    conversion_charge: Annotated[float, Parameter("1", "what that adds to the new price", 0.0, 1.0)] = 0.0

    # Demand common to all
    prize: Annotated[float, Parameter("million USD a quarter", "what racing buyers contend for (Tullock 1980)")] = 0.0
    shock_start: Annotated[int, When("first quarter of the demand shock")] = 0
    shock_level: Annotated[float, Parameter("1", "A: factor on the value of compute", 0.1, 50.0)] = 1.0
    shock_speed: Annotated[float, Parameter("quarters", "s: how fast it comes", 0.05, 20.0)] = 0.5
    demand_level: Annotated[float, Path("1", "a further factor, quarter by quarter: a plateau, a bust")] = 1.0
    demand_growth: Annotated[float, Parameter("1/quarter", "growth of the value of compute", -0.5, 0.5)] = 0.0
    plan_weight: Annotated[
        float, Parameter("1", "k of E26: how closely the value of compute follows a buyer's investment plan", 0.0, 1.0)
    ] = 0.0
    plan_smoothing: Annotated[
        float, Parameter("1/quarter", "kappa_K of E26: weight of the latest quarter in the plan", 0.0, 1.0)
    ] = 0.5
    rent_elasticity: Annotated[
        float, Parameter("1", "eta_r of E33: how strongly services answer the rent of new contracts", 0.1, 10.0)
    ] = 1.5
    contract_speed: Annotated[
        float, Parameter("1/quarter", "kappa_r of E33: share of the contracts that is renewed in a quarter", 0.0, 1.0)
    ] = 0.5
    common_noise: Annotated[float, Parameter("1", "standard deviation of the common demand shock", 0.0, 1.0)] = 0.05
    opening_lead: Annotated[float, Parameter("quarters", "wait that buyers expect at first")] = 1.0
    utilisation: Annotated[float, Parameter("1", "share of hours in which compute is used", 0.01, 1.0)] = 0.7
    checked: Annotated[bool, Parameter("", "check conservation in every quarter")] = False
    common_draw: Annotated[float, Draw("normal", "the common demand shock")] = 0.0

    # Measures of the quarter
    revenue: Annotated[float, Column("million USD", "sales of accelerators")] = 0.0
    gross_margin: Annotated[float, Column("1", "revenue less cost of what was shipped, over revenue", share=True)] = (
        math.nan
    )
    backlog: Annotated[float, Column("HAE", "open orders at the quarter's end")] = 0.0
    production: Annotated[float, Column("HAE", "made in the quarter")] = 0.0
    shipped: Annotated[float, Column("HAE", "shipped in the quarter")] = 0.0
    ordered: Annotated[float, Column("HAE", "orders that joined the book")] = 0.0
    needed: Annotated[float, Column("HAE", "need before inflation")] = 0.0
    cancelled: Annotated[float, Column("HAE", "orders cancelled")] = 0.0
    fill_rate: Annotated[
        float, Column("1", "promised for the quarter and delivered in it, over promised", share=True)
    ] = math.nan
    order_inflation: Annotated[float, Column("1", "what buyers ask for over what they need")] = math.nan
    unmet_share: Annotated[float, Column("1", "1 - shipped over wanted deliveries before inflation", share=True)] = (
        math.nan
    )
    quoted_lead_weeks: Annotated[float, Column("weeks", "wait quoted to a new order, all products")] = math.nan
    realised_lead_weeks: Annotated[float, Column("weeks", "mean wait of the deliveries")] = math.nan
    cohort_lead_weeks: Annotated[float, Column("weeks", "mean wait of the orders placed now (Kaplan-Meier)")] = math.nan
    rental_usd_hour: Annotated[float, Column("USD/hour", "rent per HAE, all contracts")] = math.nan
    hhi: Annotated[float, Column("1", "Herfindahl-Hirschman index of deliveries")] = math.nan
    outside_share: Annotated[
        float, Column("1", "share of the compute delivered that came from outside", share=True)
    ] = math.nan
    lent: Annotated[float, Column("million USD", "owed by buyers to the supplier")] = 0.0
    inflation_capped: Annotated[float, Column("1", "share of the needs whose inflation is at its cap", share=True)] = (
        math.nan
    )
    money_capped: Annotated[float, Column("1", "share of the needs cut by money", share=True)] = math.nan
    power_capped: Annotated[float, Column("1", "share of the needs cut by power or space", share=True)] = math.nan
    price_capped: Annotated[
        float, Column("1", "share of the list prices whose change was cut at its limit", share=True)
    ] = math.nan
    capacity: Annotated[
        float, Column("HAE", "what the wafers of the quarter could make as generations have ramped")
    ] = 0.0
    wafers: Annotated[float, Column("wafers", "packaging capacity of the quarter")] = 0.0
    wafers_usable: Annotated[float, Column("wafers", "what of it the ramps of the generations let be used")] = 0.0
    wafers_used: Annotated[float, Column("wafers", "what of it was used")] = 0.0
    cohort_quoted_weeks: Annotated[
        float, Column("weeks", "wait quoted to the buyers of the quarter's orders, by their size")
    ] = math.nan

    # State
    quarter: int = 0
    buyer_count: int = 0
    product_count: int = 0
    offer_count: int = 0
    generation_count: int = 0
    standing: int = 0
    common: float = 0.0
    regime: float = 1.0
    racing: float = 0.0
    hae_price: float = 0.0
    hae_per_wafer: float = 0.0
    wanted_before: float = 0.0
    possible: float = 0.0
    quote: PerGeneration
    lead: PerGeneration
    queue: PerGeneration
    able: PerGeneration
    open_sale: bool = False
    rent: float = 0.0
    payable_wafers: float = 0.0
    quoted_lead: float = 0.0
    cohort_ordered: PerQuarter
    cohort_delivered: Cohorts
    cohort_cancelled: Cohorts
    broken: int = 0
    """Number of the check that did not hold, 0 if all did."""
    broken_buyer: int = -1

    def note_delivery(self, placed, hae):
        """Count a delivery towards the cohort of orders that it belongs to; opening orders belong to none."""
        if placed >= 0:
            at = placed * QUARTERS + self.quarter - placed
            self.cohort_delivered[at] = self.cohort_delivered[at] + hae

    def note_cancellation(self, placed, hae):
        """Count a cancellation towards the cohort of orders that it belongs to."""
        if placed >= 0:
            at = placed * QUARTERS + self.quarter - placed
            self.cohort_cancelled[at] = self.cohort_cancelled[at] + hae
