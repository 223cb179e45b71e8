"""Who is who and what is what: P11 (split buyers), P12 (replicas), P15 (one buyer), P31 (an equal new generation)."""

import math
from unittest import mock

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from agents.bargainer import ISSUES, PRICE
from agents.records.roles import SLOTS
from market import Market, Scenario, quarter
from market.mechanisms.allocation import RULES
from market.mechanisms.bargaining import first_movers_share, nash_price
from market.scenario.paths import quarter_label
from tests.gears import apart, measured, unequal
from tests.literature.textbook import replacement_price
from tests.properties import many
from tests.properties.strategies import ANONYMOUS, START, World, calm, worlds
from tests.properties.test_invariance import scaled
from tests.worlds import changed, quiet_world

CLOSE = 1e-9


def impersonal(raw: World) -> World:
    """The world in which nobody minds how many or how large the others are, and nothing is one buyer's own.

    A vickrey payment, a reduced bid and a best reply depend on it by their nature, parity and races on the largest.
    """
    raw = calm(raw)
    raw["events"] = []
    raw["supplier"].pop("dispersion", None)
    if raw["market"]["protocol"] == "vickrey_auction":
        raw["market"]["protocol"] = "uniform_price_auction"
    for option in raw["outside"].values():
        option.pop("owner", None)
    for buyer in raw["buyers"].values():
        buyer |= {"parity": 0.0, "races": False, "bidding": "truthful"}
        if buyer["gaming"] == "best_reply":
            buyer["gaming"] = "adaptive"
        if buyer["class"] == "Enterprise":
            buyer |= {"class": "Hyperscaler"}
            del buyer["redirect"], buyer["redirect_to"]
    return raw


IMPERSONAL = worlds(eventful=False).map(impersonal)


# --- P11: a buyer split into two ------------------------------------------------------------------------------


@many
@given(worlds(), st.integers(2, 5))
def test_p11_under_proportional_names_gain_nothing(raw, names):
    raw["market"]["allocation"] = "proportional"
    raw["supplier"]["dispersion"] = 0.0
    one, more = (Scenario.from_dict(changed(raw, {("buyers", "B0", "names"): count})) for count in (1, names))
    assert apart(measured(one), measured(more), CLOSE) == []


@many
@given(worlds(), st.integers(2, 5))
def test_p11_names_gain_under_uniform_and_lose_under_linear(raw, names):
    """Of the deliveries of the first quarter: orders are those of the start still. Later ones answer to the gain."""
    for rule, sign in (("uniform", 1.0), ("linear", -1.0)):
        raw["market"]["allocation"] = rule
        one, more = (
            measured(Scenario.from_dict(changed(raw, {("buyers", "B0", "names"): count})))["buyer_delivered"][0, 0, 0]
            for count in (1, names)
        )
        assert sign * (more - one) >= -CLOSE * one


@many
@given(IMPERSONAL)
def test_p11_under_proportional_two_halves_are_a_whole(raw):
    raw["market"]["allocation"] = "proportional"
    half = scaled(raw, 0.5)["buyers"]["B0"]
    split = changed(raw, {("buyers", "B0"): half, ("buyers", "B0b"): half})
    one, two = measured(Scenario.from_dict(raw)), measured(Scenario.from_dict(split))
    totals = {name: values for name, values in one.items() if not name.startswith("buyer_") and name != "hhi"}
    assert apart(totals, {name: two[name] for name in totals}, CLOSE) == []


# --- P12: everything twice ------------------------------------------------------------------------------------


def dusty(wafers):
    """Whether a quarter has a capacity that is nothing but what rounding left of one."""
    return bool(((wafers > 0.0) & (wafers < CLOSE * wafers.max())).any())


@many
@given(IMPERSONAL, st.sampled_from(ANONYMOUS))
def test_p12_a_world_beside_its_like(raw, rule):
    """Not under rules that take one of equals first: the marginal buyer and its like part there."""
    raw["market"]["allocation"] = rule
    twice = changed(raw, {("supplier", "upstream"): [2.0 * wafers for wafers in raw["supplier"]["upstream"]]})
    twice["buyers"] |= {f"{name}b": dict(buyer) for name, buyer in twice["buyers"].items()}
    for option in twice["outside"].values():
        option["capacity"] *= 2.0
        option["learning_scale"] = 2.0 * option.get("learning_scale", 100_000.0)
    one, two = measured(Scenario.from_dict(raw)), measured(Scenario.from_dict(twice))
    assume(not dusty(one["wafers"]) and not dusty(two["wafers"]))
    for name in one:
        if name.startswith("buyer_share"):
            two[name] = 2.0 * two[name]
        if name.startswith("buyer_"):
            two[name] = two[name][..., ::2]
    same = [name for name in one if name.startswith("buyer_") or name.endswith(("price", "weeks", "rate", "premium"))]
    same += ["order_inflation", "unmet_share", "gross_margin", "rental_usd_hour"]
    assert apart({name: one[name] for name in same}, two, CLOSE) == []


# --- P15: one buyer -------------------------------------------------------------------------------------------


def alone(raw: World) -> World:
    """The world with its first buyer alone."""
    raw = changed(raw, {("buyers",): {"B0": raw["buyers"]["B0"]}})
    if raw["buyers"]["B0"]["class"] == "Enterprise":
        raw["buyers"]["B0"]["redirect_to"] = ""
    for option in raw["outside"].values():
        option.pop("owner", None)
    return raw


ALONE = worlds(eventful=False).map(alone)


@many
@given(ALONE, st.sampled_from(sorted(RULES)))
def test_p15_all_rules_agree_about_one_buyer(raw, rule):
    """With lines in the order of their age: a rule by lots takes the oldest first whether they are due or not."""
    raw["market"]["due_first"] = False
    base = measured(Scenario.from_dict(changed(raw, {("market", "allocation"): "proportional"})))
    other = measured(Scenario.from_dict(changed(raw, {("market", "allocation"): rule})))
    assert apart(base, other, CLOSE) == []
    assert base["hhi"][base["shipped"] > 0.0] == pytest.approx(10_000.0, rel=CLOSE)


def bilateral(protocol, buyer, supplier, product, slot) -> float:
    """The price that the two-sided theory says, from what both sides can live with; nan without a deal."""
    at = slot * ISSUES + PRICE
    worth = buyer.worth(product, buyer.lead_expected[product.generation])
    lowest, highest = buyer.ask_reserve[at], buyer.bid_reserve[at]
    if protocol in ("nash_in_nash", "threat_of_replacement"):
        worth = buyer.deal_worth(product, buyer.slot_units[slot], buyer.lead_expected[product.generation])
    if protocol == "nash_in_nash":
        return nash_price(worth, product.unit_cost, 0.0, 0.0, supplier.bargaining_weight)
    if protocol == "threat_of_replacement":
        return replacement_price(worth, product.unit_cost, product.shadow, supplier.bargaining_weight)
    if protocol == "rubinstein":
        split = lowest + (worth - lowest) * first_movers_share(supplier.patience, buyer.patience)
        return min(split, highest) if lowest <= highest and worth > lowest else math.nan
    best = max(lowest, min(highest, buyer.bid_open[at]))
    worst = min(highest, max(lowest, buyer.ask_open[at]))
    return nash_price(worst, best, 0.0, 0.0, supplier.bargaining_weight) if lowest <= highest else math.nan


TRADE = quarter.trade_by


@many
@given(ALONE, st.sampled_from(["nash", "rubinstein", "nash_in_nash", "threat_of_replacement"]))
def test_p15_p24_a_bargain_is_the_bilateral_solution(raw, protocol):
    """Where the price alone is at stake; a deal is struck if and only if there is a price for both (P24)."""
    raw = changed(raw, {("market", "protocol"): protocol})
    for side in (raw["buyers"]["B0"], raw["supplier"]):
        side |= {"price_weight": 1.0, "units_weight": 0.0, "date_weight": 0.0, "prepaid_weight": 0.0}
    raw["buyers"]["B0"]["bargains"] = True

    def watched(number, market, supplier, products, buyers):
        TRADE(number, market, supplier, products, buyers)
        for slot in range(SLOTS):
            if buyers[0].slot_product[slot] >= 0:
                product = products[buyers[0].slot_product[slot]]
                expected = bilateral(protocol, buyers[0], supplier, product, slot)
                struck = buyers[0].slot_week[slot] == 0
                assert struck == (expected > 0.0)
                assert not struck or buyers[0].agreed[slot * ISSUES + PRICE] == pytest.approx(expected, rel=CLOSE)

    with mock.patch.object(quarter, "trade_by", watched):
        Market(Scenario.from_dict(raw)).run()


# --- P31: a new generation that is no better ------------------------------------------------------------------


@many
@given(worlds(eventful=False), st.integers(2, 6), st.integers(0, 4), st.sampled_from([0.5, 2.0]))
def test_p31_no_osborne_effect_of_an_equal_generation(raw, launch, before, osborne):
    """Announced at the same price per HAE it keeps nobody waiting, however much buyers heed announcements.

    But for orders at more than the list price, which may be moved to it where contracts let: none do here.
    """
    raw["products"] = {"P0": raw["products"]["P0"]}
    raw["products"]["P0"].pop("last_order", None)
    raw["market"] |= {"price_regime": "fixed", "conversion_rate": 0.0, "ordering": "anchored"}
    for buyer in raw["buyers"].values():
        buyer["osborne"] = osborne
    when = {"launch": quarter_label(START + launch), "announced": quarter_label(START + launch - before)}
    equal = changed(raw, {("products", "next"): raw["products"]["P0"] | when | {"generation": 1}})
    without, beside = measured(Scenario.from_dict(raw)), measured(Scenario.from_dict(equal))
    looks_back = {"cohort_lead_weeks"}
    until = {name: values[:, : launch - 1] for name, values in without.items() if not name.startswith("product_")}
    assert set(unequal(until, {name: beside[name][:, : launch - 1] for name in until})) <= looks_back
    heedless = changed(equal, {})
    for buyer in heedless["buyers"].values():
        buyer["osborne"] = 0.0
    assert unequal(beside, measured(Scenario.from_dict(heedless))) == []


def test_p31_a_better_generation_has_one():
    own = {"opening_stock": 300.0, "opening_flow": 0.4, "booking_horizon": 0.0}
    raw = quiet_world(1e6, 5, only=own)
    better = raw["products"]["unit"] | {"opening_price": 0.5, "launch": "2023Q4", "generation": 1}
    for osborne, dips in ((0.0, False), (2.0, True)):
        raw["buyers"]["only"]["osborne"] = osborne
        without = measured(Scenario.from_dict(raw))["buyer_needed"]
        beside = measured(Scenario.from_dict(changed(raw, {("products", "next"): better})))["buyer_needed"]
        assert (beside[0, 0, 0] < without[0, 0, 0]) == dips
