"""Small random worlds, as the content of a scenario file; all share the shipped classes, so they compile once.

They draw every mechanism and every kind of contract there is. What is rare in a scenario is left out of most.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st

from agents.buying.orders import ORDERINGS
from agents.rules import bidding, gaming
from agents.rules.tactics import TACTICS
from market.mechanisms.allocation import RULES
from market.mechanisms.pricing import REGIMES
from market.mechanisms.protocols import PROTOCOLS
from market.mechanisms.quoting import QUOTINGS
from market.scenario.paths import parse_quarter, quarter_label
from market.scenario.schema import buyer_classes
from tests.worlds import changed

START = parse_quarter("2023Q1")
CLASSES = tuple(name for name, same in buyer_classes().items() if same[0].__module__.startswith("agents."))
ANONYMOUS = tuple(name for name, rule in RULES.items() if rule.invites["anonymous"])
LONGEST = 8
"""Quarters; buyers that reserve write two lines for each order, and a book has room for so many."""

World = dict[str, Any]
T = TypeVar("T")


class Dice:
    """Choices read off a string of bytes, a byte each: a hundred times as quick as a draw for each.

    Zeros choose the first, so that smaller strings are simpler worlds.
    """

    def __init__(self, data: bytes):
        self.left = iter(data)

    def roll(self, sides: int) -> int:
        """A whole number from 0 to ``sides`` - 1."""
        return next(self.left) % sides

    def pick(self, options: Sequence[T]) -> T:
        return options[self.roll(len(options))]

    def number(self, low: float, high: float) -> float:
        """A number with few digits, so that examples can be read."""
        return round(low + (high - low) * self.roll(101) / 100.0, 6)

    def often(self) -> bool:
        return self.roll(2) == 1

    def rarely(self) -> bool:
        return self.roll(4) == 3


def _quarter(die: Dice, first: int, last: int) -> str:
    """The label of a quarter, counted from the start."""
    return quarter_label(START + first + die.roll(last - first + 1))


def product(die: Dice, first: bool) -> tuple[int, World]:
    """The step to the next generation, and one of the supplier's products, the first on sale from the start."""
    step = die.roll(2)
    price = die.number(5e3, 5e4)
    launch = START + (die.roll(9) - 2 if not first else 0)
    made = {
        "launch": quarter_label(launch),
        "announced": quarter_label(launch - die.roll(4)),
        "hae": die.number(0.2, 3.0),
        "packages_per_wafer": die.number(5.0, 40.0),
        "opening_price": price,
        "unit_cost": price * die.number(0.05, 0.9),
        "exportable": float(die.often()),
        "open_market": 1.0 if first else float(not die.rarely()),
    }
    if die.roll(8) == 7:
        made["last_order"] = quarter_label(launch + die.roll(6))
    return step, made


def products(die: Dice) -> World:
    """One to four, the first on sale from the start, in up to three generations."""
    made: World = {}
    generation = 0
    for n in range(1 + die.roll(4)):
        step, one = product(die, n == 0)
        generation = min(2, generation + step) if n else 0
        made[f"P{n}"] = one | {"generation": generation}
    return made


def buyer(die: Dice, n: int, count: int) -> World:
    """The n-th of so many buyers, of any class, with stock, orders, money and power of some size."""
    kind = die.pick(CLASSES)
    stock = die.pick([3000.0, 500.0, 20000.0, 0.0])
    money = die.pick([300.0, 4000.0, 20.0, 0.0])
    made: World = {
        "class": kind,
        "opening_stock": stock,
        "opening_product": "P0",
        "opening_flow": die.number(0.05, 0.5),
        "opening_book": die.number(0.0, 2.0),
        "adjustment": die.number(0.1, 1.0),
        "line_weight": die.number(0.0, 1.0),
        "elasticity": die.pick([1.0, 0.7, 2.0]),
        "parity": die.pick([0.0, 0.0, 0.5, 1.0]),
        "urgency": die.number(0.0, 0.4),
        "inflation_exponent": die.number(0.0, 1.5),
        "gaming": die.pick(["adaptive", *gaming.STRATEGIES]),
        "booking_horizon": die.number(0.0, 5.0),
        "cancel_tolerance": die.number(0.0, 0.5),
        "prepaid_limit": die.number(0.0, 0.5),
        "cost_factor": die.number(1.0, 2.5),
        "opening_cash": die.pick([0.0, 50.0]),
        "income": money,
        "opening_power": die.pick([1e4, 5.0, 0.0]),
        "power_starts": die.number(0.0, 50.0),
        "power_delay": float(1 + die.roll(12)),
        "bargains": not die.rarely(),
        "tactic": die.pick(list(TACTICS)),
        "at_once": die.pick([0.0, 0.1, 0.5]),
        "pace": die.number(0.3, 3.0),
        "patience": die.number(0.5, 0.99),
        "bidding": die.pick(list(bidding.STRATEGIES)),
    }
    rare: World = {
        "races": True,
        "names": 2 + die.roll(2),
        "reserves": die.pick([0.3, 1.0]),
        "readiness_claim": die.pick([0.5, 1.0]),
        "vendor_finance": die.pick([0.3, 0.9]),
        "finance_quarters": die.pick([8.0, 1.0]),
        "osborne": die.pick([0.5, 2.0]),
        "switching": die.pick([0.0, 2.0]),
        "logit_scale": die.pick([0.05, 1.0]),
        "reputation_cost": die.pick([0.0, 0.5]),
        "space": die.pick([10000.0, 100.0]),
        "retirement": die.number(0.0, 0.5),
    }
    made |= {field: value for field, value in rare.items() if die.rarely()}
    if kind in ("Hyperscaler", "Enterprise", "LongTail"):
        made["capex"] = 4.0 * money
    if kind == "FrontierLab":
        made |= {"funding": [0.0, 3.0 * money, 0.0], "round_chance": 0.2, "round_size": 100.0 + money}
    if kind == "Enterprise":
        made |= {"redirect": [0.0, 0.2 * stock, 0.0], "redirect_to": f"B{(n + 1) % count}"}
    return made


def buyers(die: Dice) -> World:
    """Two to four of several classes."""
    count = 2 + die.roll(3)
    return {f"B{n}": buyer(die, n, count) for n in range(count)}


def option(die: Dice, owners: Sequence[str]) -> World:
    """An outside option, for all or the own silicon of one of the buyers."""
    made = {
        "hae": die.number(0.3, 2.0),
        "opening_price": die.number(5e3, 4e4),
        "power_kw": die.number(0.5, 2.0),
        "capacity": die.pick([500.0, 1e5, 50.0, 0.0]),
        "lead": 1 + die.roll(3),
        "switch_cost": die.number(0.0, 1.0),
        "exportable": float(die.often()),
    }
    rare: World = {
        "commitment": 1 + die.roll(3),
        "owner": die.pick(owners),
        "learning": die.number(0.05, 0.5),
        "learning_scale": 1000.0,
    }
    return made | {field: value for field, value in rare.items() if die.rarely()}


def market(die: Dice) -> World:
    made: World = {
        "allocation": die.pick(sorted(RULES)),
        "protocol": die.pick(sorted(PROTOCOLS)),
        "ordering": die.pick(sorted(ORDERINGS)),
        "quoting": die.pick(sorted(QUOTINGS)),
        "price_regime": die.pick(sorted(REGIMES)),
        "due_first": die.often(),
        "size_exponent": die.number(0.0, 1.0),
        "shock_start": _quarter(die, 0, 4),
        "shock_level": die.number(0.5, 12.0),
        "demand_growth": die.number(-0.1, 0.1),
        "checked": True,
    }
    rare: World = {
        "exclusive_weight": die.number(0.1, 2.0),
        "churn_exponent": die.pick([0.0, 3.0]),
        "fee_full": die.pick([0.0, 0.5]),
        "fee_at_two": die.pick([0.0, 1.0]),
        "deposit": die.pick([0.1, 1.0]),
        "reserved_share": die.pick([0.3, 1.0]),
        "conversion_rate": die.pick([0.3, 1.0]),
        "conversion_charge": die.pick([0.05, 0.5]),
        "prize": die.pick([10.0, 1000.0]),
        "demand_level": [1.0, die.pick([0.5, 0.0, 3.0]), 1.0],
        "opening_lead": die.number(0.0, 4.0),
    }
    return made | {field: value for field, value in rare.items() if die.rarely()}


def supplier(die: Dice) -> World:
    made: World = {
        "upstream": [die.pick([100.0, 1000.0, 10.0, 0.0]) for _ in range(1 + die.roll(4))],
        "opening_share": die.number(0.1, 1.0),
        "final_share": die.number(0.1, 1.0),
        "expansion_limit": die.pick([0.0, 0.2]),
        "ramp_quarters": die.number(1.0, 6.0),
        "base_weeks": die.number(0.0, 8.0),
        "tactic": die.pick(list(TACTICS)),
        "at_once": die.pick([0.0, 0.1]),
    }
    rare: World = {
        "fairness": False,
        "price_promise": True,
        "entry_restraint": die.number(0.5, 5.0),
        "menu_cost": die.number(0.005, 0.05),
        "loyalty": die.number(0.1, 2.0),
        "dispersion": die.number(0.1, 1.0),
        "bargaining_weight": die.pick([0.0, 0.5, 1.0]),
        "fair_share": die.number(0.0, 1.0),
        "expedite": die.pick([0.0, 1.0]),
        "price_adjustment": die.number(0.0, 1.0),
        "fall_limit": die.pick([0.0, 1.0]),
        "capacity_delay": 3.0,
    }
    return made | {field: value for field, value in rare.items() if die.rarely()}


def world(die: Dice, eventful: bool = True) -> World:
    """A whole scenario, at most two events and two outside options among it."""
    raw: World = {
        "schema": 1,
        "name": "random",
        "start": quarter_label(START),
        "horizon": 4 + die.roll(LONGEST - 3),
        "seed": die.roll(256),
        "market": market(die),
        "supplier": supplier(die),
        "products": products(die),
        "buyers": buyers(die),
    }
    options = die.pick([0, 0, 1, 2])
    raw["outside"] = {f"O{n}": option(die, sorted(raw["buyers"])) for n in range(options)}
    happenings = die.pick([0, 0, 1, 2]) if eventful else 0
    raw["events"] = [event(die, raw) for _ in range(happenings)]
    return raw


@st.composite
def rolled(draw, rolls: int, make: Callable[..., T], *args: Any) -> T:
    """What ``make`` makes of dice, which it may roll so often, and of the arguments."""
    return make(Dice(draw(st.binary(min_size=rolls, max_size=rolls))), *args)


def worlds(eventful: bool = True) -> st.SearchStrategy[World]:
    """Random worlds."""
    return rolled(600, world, eventful)


def event(die: Dice, raw: World, quarter: int | None = None) -> World:
    """Something that happens, in a given quarter or any, of any kind that the world has a place for."""
    if quarter is None:
        quarter = die.roll(raw["horizon"])
    product = die.pick(sorted(raw["products"]))
    buyer = die.pick(sorted(raw["buyers"]))
    factor = die.pick([0.5, 0.0, 1.0, 2.0])
    quarters = 1 + die.roll(12)
    happenings: list[World] = [
        {"path": "supplier.upstream", "multiply": factor},
        {"path": f"buyers.{buyer}.income", "add": 1000.0},
        {"path": "supplier.capacity_factor", "set": factor, "until": quarter_label(START + quarter + quarters)},
        {"path": "market.demand_level", "multiply": factor},
        {"kind": "export_rule", "products": product, "lifted": die.often()},
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
    if raw.get("outside"):
        happenings.append({"path": f"outside.{die.pick(sorted(raw['outside']))}.capacity", "multiply": factor})
    return die.pick(happenings) | {"quarter": quarter_label(START + quarter)}


def followed_by(raw: World, one: World) -> World:
    """The world with one more event, the last of its quarter."""
    return raw | {"events": [*raw.get("events", []), one]}


def calm(raw: World) -> World:
    """The world without anybody's own chances; what all have in common stays."""
    raw = changed(raw, {})
    for one in raw["buyers"].values():
        one["taste_noise"] = 0.0
        if one["class"] == "LongTail":
            one["class"] = "Hyperscaler"
        one.pop("round_chance", None)
    return raw


@st.composite
def moments(draw) -> tuple[World, int]:
    """A world, and a quarter within it that is not its first."""
    raw = draw(worlds())
    return raw, draw(st.integers(1, raw["horizon"] - 1))


@st.composite
def turning_points(draw) -> tuple[World, World, int]:
    """A world, the same world with one more event, and the quarter of the event."""
    raw, quarter = draw(moments())
    return raw, followed_by(raw, draw(rolled(12, event, raw, quarter))), quarter
