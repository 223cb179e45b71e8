"""What a buyer wants and what it is worth to it, rule by rule, on cases that another rule would get wrong."""

from __future__ import annotations

import math

import pytest

from agents.buyer import Buyer
from market.market_state import MarketState
from market.product import Product
from tests.worlds import bare


def test_no_machine_is_worth_more_than_ten_times_its_use_costs():
    buyer = bare(Buyer, stock=1.0, target=1000.0, cost_of_use=lambda price: 3.0)
    assert Buyer.marginal_value(buyer, 1.0) == 30.0
    buyer.stock = 0.0
    assert Buyer.marginal_value(buyer, 1.0) == 30.0


def test_a_buyer_that_grows_more_slowly_than_it_retires_has_a_value_too():
    """It buys 0.05 - 0.25 x 0.4 of its stock less than retires: 0.6 of what it has is what it wants."""
    buyer = bare(
        Buyer, opening_flow=0.05, retirement=0.15, adjustment=0.25, elasticity=1.0, cost_of_use=lambda price: 2.0,
        cheapest=lambda *where: 1.0,
    )  # fmt: skip
    Buyer.explain_past(buyer, None, [])
    assert buyer.value_scale == pytest.approx(0.6 * 2.0)


def test_compute_is_worth_what_is_invested_over_what_was_at_first():
    """Twice as much as in the first quarter, of which half is seen at once: 1.5, and its root."""
    buyer = bare(Buyer, value_scale=10.0, invests=lambda: 4.0)
    market = bare(MarketState, quarter=0, plan_weight=0.5, plan_smoothing=0.5)
    Buyer.revalue(buyer, market)
    assert buyer.value == pytest.approx(10.0)
    market.quarter, market.regime, buyer.invests = 1, 3.0, lambda: 8.0
    Buyer.revalue(buyer, market)
    assert buyer.value == pytest.approx(10.0 * 3.0 * math.sqrt(1.5))


def test_a_generation_counts_against_another_as_far_as_it_comes_by_then():
    """Prices per HAE of 100 now and of 80 two quarters later; tastes spread by a quarter of the lowest: odds e and 1.

    The later one does not come by the date of the earlier, which so has all; the earlier counts in full by the later's.
    A cheaper product of the first generation comes a quarter later, which costs more than it saves.
    """
    buyer = bare(Buyer, marginal_value=lambda price: 10.0, may_buy=lambda product: True, choice_scale=0.25)
    buyer.lead_expected = [1.0, 0.5, *buyer.lead_expected[2:]]
    products = [
        bare(Product, generation=0, price=100.0), bare(Product, generation=0, price=95.0, launch=6),
        bare(Product, generation=1, price=160.0, hae=2.0, launch=7),
    ]  # fmt: skip
    market = bare(MarketState, quarter=4, product_count=3, generation_count=2)
    assert Buyer.choose(buyer, market, products) == 2
    assert buyer.chosen[:2] == [0, 2]
    assert buyer.wait[:2] == [1.0, 2.0]
    assert buyer.split[:2] == [1.0, pytest.approx(1.0 / (1.0 + math.exp(-1.0)))]


def test_worth_falls_with_the_root_of_what_is_owned():
    """At an elasticity of two, with four times of what is wanted: half of what its use costs."""
    buyer = bare(Buyer, stock=4.0, target=1.0, elasticity=2.0, cost_of_use=lambda price: 3.0)
    assert Buyer.marginal_value(buyer, 1.0) == pytest.approx(1.5)


def test_half_of_a_taste_of_ones_own_lasts():
    buyer = bare(Buyer, value_scale=10.0, invests=lambda: 0.0, taste=0.8, taste_noise=0.1, taste_draw=2.0)
    Buyer.revalue(buyer, bare(MarketState, plan_weight=1.0))
    assert buyer.taste == pytest.approx(0.5 * 0.8 + 0.1 * 2.0)
    assert buyer.value == pytest.approx(10.0 * math.exp(0.6))


def test_a_machine_lasts_as_long_as_it_depreciates():
    """3 a quarter at a cost of capital of 0.1 and a depreciation of 0.2 a year: 40, of which half an e-fold is lost."""
    buyer = bare(
        Buyer, marginal_value=lambda price: 3.0, urgency=0.25, capital_cost=0.1, retirement=0.05, price_fall=0.1
    )
    assert Buyer.lasting_value(buyer, 1.0, 2.0) == pytest.approx(40.0 * math.exp(-0.5))
    assert Buyer.cost_of_use(buyer, 30000.0) == pytest.approx(3000.0)


@pytest.mark.parametrize(("wait", "picked"), [(0.5, 1), (2.0, 2)])
def test_the_product_to_have_now_is_the_cheapest_with_what_is_missed_while_waiting(wait, picked):
    """100 after the wait or 110 at once, where 10 are missed a quarter; one for 1 is made too late."""
    buyer = bare(Buyer, marginal_value=lambda price: 10.0, may_buy=lambda product: True, urgency=0.0)
    buyer.lead_expected[0] = wait
    products = [
        bare(Product, price=1.0, launch=6), bare(Product, price=100.0),
        bare(Product, price=220.0, hae=2.0, generation=1),
    ]  # fmt: skip
    market = bare(MarketState, quarter=4, product_count=3)
    assert Buyer.pick(buyer, market, products) == picked
    products[0] = bare(Product, price=90.0, generation=1)
    assert Buyer.pick(buyer, market, products) == 0


def test_a_contest_is_answered_with_its_best_reply():
    """B48 in USD: for a prize of 100 and rivals of 9, 25 and 64: 21, 25 and 16."""
    buyer = bare(Buyer, races=True, announced=3.0)
    found = [
        Buyer.contest(buyer, bare(MarketState, prize=100.0 / 1e6, racing=3.0 + rivals), 1.0)
        for rivals in (9.0, 25.0, 64.0)
    ]
    assert found == pytest.approx([21.0, 25.0, 16.0])


def test_the_target_is_that_of_the_cheapest_product_made_by_the_next_quarter():
    buyer = bare(
        Buyer, cheapest=lambda market, products, by: {5: 10.0}[by], target_at=lambda market, price: 3.0 * price
    )
    Buyer.aim(buyer, bare(MarketState, quarter=4), [])
    assert buyer.target == 30.0
    buyer.cheapest = lambda market, products, by: 0.0
    Buyer.aim(buyer, bare(MarketState, quarter=4), [])
    assert buyer.target == 30.0
