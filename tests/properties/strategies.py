"""Small random worlds, as the content of a scenario file; all share the shipped classes, so they compile once."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from market.allocation import RULES
from market.negotiation import PROTOCOLS
from market.paths import parse_quarter, quarter_label
from market.pricing import REGIMES

START = parse_quarter("2023Q1")
CLASSES = ("Buyer", "Enterprise", "ExportRegion", "FrontierLab", "Hyperscaler", "LongTail", "Neocloud")
ANONYMOUS = ("linear", "proportional", "uniform", "weighted_uniform")

World = dict[str, Any]


def number(low: float, high: float) -> st.SearchStrategy[float]:
    """A number with few digits, so that examples can be read."""
    return st.integers(0, 100).map(lambda n: round(low + (high - low) * n / 100.0, 6))


@st.composite
def products(draw) -> World:
    """One to four, the first on sale from the start, in up to three generations."""
    made: World = {}
    generation = 0
    for n in range(draw(st.integers(1, 4))):
        if n:
            generation = min(2, generation + draw(st.integers(0, 1)))
        launch = START + (draw(st.integers(-2, 6)) if n else 0)
        price = draw(number(5e3, 5e4))
        made[f"P{n}"] = {
            "generation": generation,
            "launch": quarter_label(launch),
            "announced": quarter_label(launch - draw(st.integers(0, 3))),
            "hae": draw(number(0.2, 3.0)),
            "packages_per_wafer": draw(number(5.0, 40.0)),
            "opening_price": price,
            "unit_cost": price * draw(number(0.05, 0.9)),
            "exportable": draw(st.sampled_from([0.0, 1.0])),
            "open_market": draw(st.sampled_from([0.0, 1.0])) if n else 1.0,
        }
    return made


@st.composite
def buyers(draw, kinds: tuple[str, ...] = CLASSES) -> World:
    """Two to six of several classes, each with stock, orders, money and power of some size."""
    made: World = {}
    count = draw(st.integers(2, 6))
    for n in range(count):
        kind = draw(st.sampled_from(kinds))
        stock = draw(st.sampled_from([3000.0, 500.0, 20000.0, 0.0]))
        money = draw(st.sampled_from([300.0, 4000.0, 20.0, 0.0]))
        buyer: World = {
            "class": kind,
            "opening_stock": stock,
            "opening_product": "P0",
            "opening_flow": draw(number(0.05, 0.5)),
            "opening_book": draw(number(0.0, 2.0)),
            "adjustment": draw(number(0.1, 1.0)),
            "line_weight": draw(number(0.0, 1.0)),
            "elasticity": draw(st.sampled_from([1.0, 0.7, 2.0])),
            "parity": draw(st.sampled_from([0.0, 0.0, 0.5, 1.0])),
            "urgency": draw(number(0.0, 0.4)),
            "inflation_exponent": draw(number(0.0, 1.5)),
            "booking_horizon": draw(number(0.0, 5.0)),
            "cancel_tolerance": draw(number(0.0, 0.5)),
            "prepaid_limit": draw(number(0.0, 0.5)),
            "cost_factor": draw(number(1.0, 2.5)),
            "opening_cash": draw(st.sampled_from([0.0, 50.0])),
            "income": money,
            "opening_power": draw(st.sampled_from([1e4, 5.0, 0.0])),
            "power_starts": draw(number(0.0, 50.0)),
            "power_delay": float(draw(st.integers(1, 12))),
            "bargains": draw(st.booleans()),
            "pace": draw(number(0.3, 3.0)),
        }
        if kind in ("Hyperscaler", "Enterprise", "LongTail"):
            buyer["capex"] = 4.0 * money
        if kind == "FrontierLab":
            buyer |= {"funding": [0.0, 3.0 * money, 0.0], "round_chance": 0.2, "round_size": 100.0 + money}
        if kind == "Enterprise":
            buyer |= {"redirect": [0.0, 0.2 * stock, 0.0], "redirect_to": f"B{(n + 1) % count}"}
        made[f"B{n}"] = buyer
    return made


@st.composite
def worlds(draw, **sections: st.SearchStrategy[World]) -> World:
    """A whole scenario; a section given by name replaces the random one."""
    market = {
        "allocation": draw(st.sampled_from(sorted(RULES))),
        "protocol": draw(st.sampled_from(sorted(PROTOCOLS))),
        "price_regime": draw(st.sampled_from(sorted(REGIMES))),
        "due_first": draw(st.booleans()),
        "size_exponent": draw(number(0.0, 1.0)),
        "shock_start": quarter_label(START + draw(st.integers(0, 4))),
        "shock_level": draw(number(0.5, 12.0)),
        "demand_growth": draw(number(-0.1, 0.1)),
        "checked": True,
    }
    supplier = {
        "upstream": draw(st.lists(st.sampled_from([100.0, 1000.0, 10.0, 0.0]), min_size=1, max_size=4)),
        "opening_share": draw(number(0.1, 1.0)),
        "final_share": draw(number(0.1, 1.0)),
        "expansion_limit": draw(st.sampled_from([0.0, 0.2])),
        "ramp_quarters": draw(number(1.0, 6.0)),
        "base_weeks": draw(number(0.0, 8.0)),
    }
    return {
        "schema": 1,
        "name": "random",
        "start": quarter_label(START),
        "horizon": draw(st.integers(4, 12)),
        "seed": draw(st.integers(0, 2**32)),
        "market": market,
        "supplier": supplier,
        "products": draw(sections.get("products", products())),
        "buyers": draw(sections.get("buyers", buyers())),
    }


@st.composite
def events(draw, raw: World, quarter: int) -> World:
    """Something that happens in that quarter, of any kind that the world has a place for."""
    product = draw(st.sampled_from(sorted(raw["products"])))
    buyer = draw(st.sampled_from(sorted(raw["buyers"])))
    factor = draw(st.sampled_from([0.5, 0.0, 1.0, 2.0]))
    quarters = draw(st.integers(1, 12))
    happenings: list[World] = [
        {"path": "supplier.upstream", "multiply": factor},
        {"path": f"buyers.{buyer}.income", "add": 1000.0},
        {"path": "supplier.capacity_factor", "set": factor, "until": quarter_label(START + quarter + quarters)},
        {"kind": "export_rule", "products": product, "lifted": draw(st.booleans())},
        {"kind": "capacity_shock", "factor": factor},
        {"kind": "quake", "factor": min(1.0, factor), "quarters": quarters, "scrap": 0.5},
        {"kind": "product_delay", "product": product, "quarters": quarters},
        {"kind": "launch", "product": product},
        {"kind": "power_delay", "buyer": buyer, "quarters": quarters},
    ]
    if raw["buyers"][buyer]["class"] == "FrontierLab":
        happenings.append({"kind": "funding_round", "buyer": buyer, "amount": 500.0})
    if raw["buyers"][buyer]["class"] == "Enterprise":
        happenings.append({"kind": "redirect", "giver": buyer, "units": 200.0})
    return draw(st.sampled_from(happenings)) | {"quarter": quarter_label(START + quarter)}


@st.composite
def moments(draw) -> tuple[World, int]:
    """A world, and a quarter within it that is not its first."""
    raw = draw(worlds())
    return raw, draw(st.integers(1, raw["horizon"] - 1))


@st.composite
def turning_points(draw) -> tuple[World, World, int]:
    """A world, the same world with an event, and the quarter of the event."""
    raw, quarter = draw(moments())
    return raw, raw | {"events": [draw(events(raw, quarter))]}, quarter
