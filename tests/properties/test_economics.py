"""Properties of the second economics (E10b, E26 to E36) on random worlds, stepped live; parity ties the ensemble."""

from __future__ import annotations

import math

import pytest
from hypothesis import given

from agents.records.roles import NEVER
from market import Market, Scenario
from tests.properties import few
from tests.properties.strategies import worlds
from tests.worlds import changed

CLOSE = 1e-9


def stepped(raw):
    """The market of a world after each of its quarters."""
    model = Market(Scenario.from_dict(raw))
    while model.label:
        model.step()
        yield model


@few
@given(worlds())
def test_e34_made_is_what_can_be_taken(raw):
    """With what lies finished no more than what is on order and payable, or what lay finished before."""
    for model in stepped(raw):
        for product in model.products[: model.product_count]:
            there = product.produced + product.stock_before - product.lost
            assert there <= max(product.takeable, product.stock_before) * (1.0 + CLOSE) + CLOSE


@few
@given(worlds())
def test_e30_quotes_are_waits(raw):
    """From nothing to the longest wait and the congestion of a quarter, for everybody."""
    for model in stepped(changed(raw, {("market", "quoting"): "planned"})):
        for generation in range(model.generation_count):
            launches = [p.launch for p in model.products[: model.product_count] if p.generation == generation]
            if min(launches) < NEVER:
                assert all(0.0 <= buyer.own_quote[generation] <= 41.0 for buyer in model.buyers)


@few
@given(worlds())
def test_e10b_what_is_late_may_be_left_free(raw):
    for model in stepped(raw):
        model.quarter -= 1  # as it was when orders were left
        for buyer in model.buyers:
            for line in range(buyer.lines):
                if buyer.line_promised[line] <= model.quarter:
                    assert buyer.leaving_fee(model, line) == 0.0
        model.quarter += 1


@few
@given(worlds())
def test_e28_shares_are_shares(raw):
    for model in stepped(changed(raw, {("market", "ordering"): "cover"})):
        for buyer in model.buyers:
            assert all(0.0 <= share <= 1.0 for share in buyer.split)


@few
@given(worlds())
def test_e31_what_is_drawn_in_advance_is_taken_off(raw):
    """No buyer owes more than the advance on its money, and no deposit makes money."""
    for model in stepped(changed(raw, {("market", "deposit"): 0.25})):
        for buyer in model.buyers:
            lowest = min(0.0, buyer.cash_before, -buyer.overdraft()) - buyer.credit
            assert buyer.cash >= lowest - CLOSE * (abs(lowest) + abs(buyer.inflow) + abs(buyer.spending) + 1.0)


@few
@given(worlds())
def test_e33_rent_is_finite_and_not_negative(raw):
    for model in stepped(raw):
        assert math.isfinite(model.rent)
        assert model.rent >= 0.0


@few
@given(worlds(eventful=False))
def test_a_buyer_plans_at_list_price_what_it_would_bid_for_there(raw):
    """One demand: the flow that orders start from is the demand at the list price, as far as power and space go."""
    raw = changed(raw, {("market", "price_regime"): "fixed", ("market", "prize"): 0.0, ("outside",): {}})
    for model in stepped(raw):
        for buyer in model.buyers:
            price = buyer.cheapest(model, model.products, model.quarter)
            if price <= 0.0:
                continue
            for product in model.products[: model.product_count]:
                if product.price / product.hae == price and buyer.may_buy(product):
                    bid = min(buyer.demand_at(model, price, 1.0), buyer.room(product, 1.0))
                    if buyer.target == pytest.approx(buyer.target_at(model, price), rel=CLOSE):
                        assert buyer.wanted_flow(product) == pytest.approx(max(0.0, bid), rel=1e-6, abs=1e-9)
