"""Rules of the supplier one at a time, each on a case of its own that another rule would get wrong."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from agents.buyer import Buyer
from agents.records.roles import SLOTS
from agents.rules import book, pipeline
from agents.supplier import Supplier
from market.market_state import MarketState
from market.product import Product
from tests.worlds import bare


def test_a_good_draw_makes_more():
    supplier = bare(
        Supplier, share=0.5, upstream=100.0, own_capacity=10.0, capacity_factor=0.5, capacity_noise=0.1,
        capacity_draw=2.0,
    )  # fmt: skip
    Supplier.expand(supplier)
    assert supplier.wafers == pytest.approx((50.0 + 10.0) * 0.5 * 1.2)


def test_the_suppliers_faith_in_a_buyer_follows_what_became_of_its_orders():
    """12 came and 4 were cancelled: faith goes a half of the way to 3/4, churn an eighth of the way to 1/4."""
    buyer = bare(Buyer, delivered=12.0, cancelled=4.0, past_sales=20.0, outside_delivered=6.0)
    supplier = bare(Supplier, conversion_smoothing=0.5)
    Supplier.read_demand(supplier, SimpleNamespace(buyer_count=1), [buyer])
    assert buyer.conversion == pytest.approx(0.875)
    assert buyer.churn == pytest.approx(1.0 / 32.0)
    assert (buyer.past_sales, buyer.tenure) == (18.0, 0.25)
    assert supplier.past_sales == 18.0
    assert supplier.outside_pull == pytest.approx(6.0 / 24.0)


def test_a_customer_that_gets_nothing_is_less_of_one():
    """A quarter of the way to none; who gets something, a quarter of the way to one in full."""
    without, served = bare(Buyer, tenure=0.5), bare(Buyer, tenure=0.5, delivered=3.0)
    Supplier.read_demand(bare(Supplier), SimpleNamespace(buyer_count=2), [without, served])
    assert (without.tenure, served.tenure) == (0.375, 0.625)


def test_who_has_nothing_due_is_ready_whatever_it_lacks():
    """Half of its power is there; with as much due as it owns, a quarter would be."""
    market = bare(MarketState, size_exponent=1.0)
    buyer = bare(Buyer, stock=8.0, names=1, machine_mw=1.0, power_mw=0.5)
    assert Supplier.weigh(bare(Supplier), buyer, market) == 8.0
    buyer.due = 8.0
    assert Supplier.weigh(bare(Supplier), buyer, market) == 8.0 * 0.25


def test_wafers_that_no_generation_takes_are_left_to_the_older_ones_once():
    """Two old generations and a coming one: 100 wafers make 100 units, not more."""
    supplier = bare(Supplier, wafers=100.0, ramp=lambda product, quarter: 1.0)
    products = [bare(Product, generation=g, launch=launch, packages=1.0) for g, launch in enumerate((0, 0, 9))]
    products[2].hae = 3.0
    market = bare(MarketState, generation_count=3, product_count=3)
    assert Supplier.output(supplier, market, products, 8) == 100.0
    assert Supplier.output(supplier, market, products, 9) == 300.0


def test_a_generation_ramps_from_its_first_launch():
    supplier = bare(Supplier, ramp_quarters=4.0)
    product = bare(Product, launch=5, generation_launch=5)
    assert [Supplier.ramp(supplier, product, quarter) for quarter in (4, 5, 6, 8, 9)] == [0.0, 0.25, 0.5, 1.0, 1.0]


def test_growth_is_read_however_little_is_ordered(monkeypatch):
    planned: list[float] = []
    monkeypatch.setattr(pipeline, "starts", lambda desired, *rest: planned.append(desired) or 0.0)
    supplier = bare(Supplier, estimate=0.5 * 1.1**4, extrapolation=1.0, capacity_delay=1.0, estimates=[0.5] * 4)
    Supplier.start_capacity(supplier, bare(MarketState, hae_per_wafer=1.0))
    assert planned == [pytest.approx(0.5 * 1.1**5)]


def test_no_wafers_are_spare_where_more_is_on_order():
    supplier = bare(Supplier, upstream=10.0, share=1.0, capacity_factor=1.0)
    assert (
        Supplier.unsold_wafers(supplier, SimpleNamespace(product_count=1), [bare(Product, book=50.0, packages=1.0)])
        == 0.0
    )


def test_the_yield_grows_in_a_straight_line():
    """Half at the launch, all after four quarters."""
    supplier = bare(Supplier, first_yield=0.5, yield_quarters=4.0)
    product = bare(Product, generation_launch=3, packages_per_wafer=20.0)
    found = []
    for now in (2, 3, 5, 7, 9):
        Supplier.set_yields(supplier, SimpleNamespace(quarter=now, product_count=1), [product])
        found.append(product.packages)
    assert found == [10.0, 10.0, 15.0, 20.0, 20.0]


def test_the_supplier_opens_above_the_list_price_in_a_shortage_and_has_its_limits():
    """List price 100, shadow price 150: half of the markup; 0.7 of the shadow price is above the list price.

    It is due in 3 quarters, and a third of what lies between can be taken off.
    """
    buyer = bare(Buyer, conversion=0.5)
    buyer.slot_units = [10.0] * SLOTS
    supplier = bare(
        Supplier, ask_markup=0.1, fair_share=0.7, expedite=1.0 / 3.0, prepaid_ask=0.05, promise=lambda *told: 8.0
    )
    product = bare(Product, price=100.0, shadow=150.0, unit_cost=20.0)
    Supplier.open_asks(supplier, buyer, SimpleNamespace(quarter=4), product, 0)
    assert buyer.ask_open[:4] == [pytest.approx(105.0), 5.0, 8.0, 0.05]
    assert buyer.ask_reserve[:4] == [100.0, 10.0, pytest.approx(7.0), 0.0]


def test_a_buyer_under_two_names_is_half_as_large_under_each():
    buyer = bare(Buyer, stock=8.0, names=2)
    assert Supplier.weigh(bare(Supplier), buyer, bare(MarketState, size_exponent=1.0)) == 4.0


def test_a_wafer_costs_what_the_cheapest_units_of_the_next_quarter_do():
    """10 of 3 USD, not 2 of 4 that are no longer sold, nor 1 of 1 that are not made yet."""
    products = [
        bare(Product, unit_cost=3.0, packages=10.0, last_order=4),
        bare(Product, unit_cost=4.0, packages=2.0, last_order=3),
        bare(Product, unit_cost=1.0, packages=1.0, launch=6),
    ]  # fmt: skip
    market = SimpleNamespace(quarter=4, product_count=3)
    assert Supplier.cost_of_wafer(bare(Supplier), market, products) == 30.0


def test_wafers_are_counted_as_they_are_usable_and_used():
    """100 wafers, the newest ramped to a half: it takes 30. The old one, ramped to 0.6, could take all and gets 60.

    Of the 100 both together may use all.
    """
    supplier = bare(
        Supplier, wafers=100.0, has_orders=lambda *told: True, pledge=lambda *told: None,
        reserve_money=lambda *told: None, output=lambda *told: 0.0,
        ramp=lambda product, quarter: 0.5 if product.generation else 0.6,
    )  # fmt: skip
    old = bare(Product, generation=0, takeable=200.0, packages=1.0, backlog=1.0)
    new = bare(Product, generation=1, takeable=60.0, packages=2.0, hae=3.0, backlog=1.0)
    market = bare(MarketState, generation_count=2, product_count=2)
    Supplier.produce(supplier, market, [old, new], [])
    assert (new.produced, new.there, old.produced, old.there) == (60.0, 1.0, 60.0, 0.3)
    assert (market.wafers, market.wafers_usable, market.wafers_used) == (100.0, 100.0, 90.0)
    assert market.production == market.possible == 60.0 + 180.0


def test_what_may_not_be_sold_openly_is_no_output_while_something_is():
    supplier = bare(Supplier, wafers=100.0, ramp=lambda product, quarter: 1.0)
    products = [bare(Product, packages=1.0), bare(Product, packages=5.0, open_market=0.0)]
    market = bare(MarketState, generation_count=1, product_count=2, open_sale=True)
    assert Supplier.output(supplier, market, products, 1) == 100.0
    market.open_sale = False
    assert Supplier.output(supplier, market, products, 1) == 500.0


@pytest.mark.parametrize(("weight", "late"), [(0.0, 15.0), (0.5, 12.375)])
def test_capacity_is_started_in_shells_first_and_comes_after_its_delay(weight, late):
    """200 wanted and 100 there: a quarter of the gap, 10 in shells and 15 new. What was under way moves on.

    With a weight of a half the 21 under way count for 10.5. Shells pass on all of a stage in a quarter, new ones half.
    """
    supplier = bare(
        Supplier, estimate=200.0, estimates=[200.0] * 4, share=1.0, opening_share=1.0, upstream=100.0,
        line_weight=weight, adjustment_time=4.0, shell_limit=0.1, shell_delay=3.0, expansion_limit=0.2,
        capacity_delay=6.0, shell_stages=[1.0, 2.0, 3.0], stages=[4.0, 5.0, 6.0], own_capacity=0.0,
    )  # fmt: skip
    Supplier.start_capacity(supplier, bare(MarketState, hae_per_wafer=1.0))
    assert supplier.shell_stages == [10.0, 1.0, 2.0]
    assert supplier.stages == [2.0 + late, 4.5, 5.5]
    assert supplier.own_capacity == 3.0 + 3.0


def test_the_share_follows_the_book_and_what_is_left_unused():
    """Half of a quarter's production is on order; a quarter of the usable wafers was not used, half of it is left."""
    supplier = bare(
        Supplier, share=0.4, opening_share=0.4, final_share=0.8, share_speed=0.5, give_back=0.5, wafers_used=60.0
    )
    Supplier.start_capacity(supplier, bare(MarketState, backlog=50.0, production=100.0, wafers_usable=80.0))
    assert supplier.share == pytest.approx(0.5 * 0.4 + 0.5 * (0.4 + 0.4 * 0.5 * (1.0 - 0.5 * 0.25)))


def test_money_is_kept_for_what_is_there_of_a_generation():
    """4 units at a million, half of them there; 5 of another generation and 6 of a coming product take nothing."""
    buyer = bare(Buyer, budgeted=10.0)
    for product, units in enumerate((4.0, 5.0, 6.0)):
        book.join(buyer, product, units, 1e6, 0, 9, 0.0)
    products = [
        bare(Product, generation=1, there=0.5), bare(Product, generation=0, there=0.5),
        bare(Product, generation=1, there=0.5, launch=9),
    ]  # fmt: skip
    market = SimpleNamespace(quarter=4, buyer_count=1)
    Supplier.reserve_money(bare(Supplier), market, products, [buyer], 1)
    assert buyer.budgeted == 8.0
    Supplier.pledge(bare(Supplier), market, products, [buyer], 1)
    assert [product.takeable for product in products] == [4.0, 0.0, 0.0]


def test_a_share_of_less_than_a_unit_is_a_share():
    supplier = bare(
        Supplier, wafers=0.25, has_orders=lambda *told: True, pledge=lambda *told: None, output=lambda *told: 0.0,
        ramp=lambda product, quarter: 1.0,
    )  # fmt: skip
    product = bare(Product, takeable=0.5, packages=1.0, backlog=1.0)
    Supplier.produce(supplier, bare(MarketState, generation_count=1, product_count=1), [product], [])
    assert (product.produced, product.there) == (0.25, 0.5)


def test_a_wafer_that_makes_little_makes_that():
    supplier = bare(Supplier, wafers=100.0, ramp=lambda product, quarter: 1.0)
    market = bare(MarketState, generation_count=1, product_count=1)
    assert Supplier.output(supplier, market, [bare(Product, packages=0.5)], 1) == 50.0


def test_loyalty_and_dispersion_count_by_tenure_and_by_the_share_of_past_sales():
    """Twice a tenure of a quarter on top; a quarter of all sales, half of which is taken off."""
    supplier = bare(Supplier, loyalty=2.0, dispersion=0.5, past_sales=80.0)
    buyer = bare(Buyer, stock=8.0, names=1, tenure=0.25, past_sales=20.0)
    assert Supplier.weigh(supplier, buyer, bare(MarketState, size_exponent=1.0)) == pytest.approx(8.0 * 1.5 * 0.875)
