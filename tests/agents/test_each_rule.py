"""Rules of buyers and of the supplier one at a time, each on a case of its own that another rule would get wrong."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest

from agents.bargainer import DATE, PREPAID, PRICE, UNITS, Bargainer
from agents.buyer import Buyer
from agents.buying import orders
from agents.records.roles import SLOTS
from agents.rules import book, demand, ordering, pipeline
from agents.supplier import Supplier
from market.market_state import MarketState
from market.product import OutsideOption, Product
from tests.worlds import bare


@pytest.mark.parametrize(("harm", "left"), [(0.02, 9.5), (0.03, 10.0)])
def test_who_has_half_a_machine_too_many_leaves_it_if_that_gains_more_than_it_harms(harm, left):
    """10 on order, 9.5 wanted, an elasticity of two: the last is worth 1 - sqrt(0.95) = 2.5% less than it costs."""
    buyer = bare(
        Buyer, target=9.5, elasticity=2.0, cancel_tolerance=0.0, reputation_cost=harm, committed=lambda by: 0.0,
        means=lambda quarters: 0.0, may_leave=lambda market, line: True, counts=lambda market, product: True,
        cash_factor=lambda: 1.0, leaving_fee=lambda market, line: 0.0, settle=lambda *paid: None,
    )  # fmt: skip
    book.join(buyer, 0, 10.0, 1e6, 0, 5, 0.0)
    Buyer.cancel(buyer, SimpleNamespace(note_cancellation=lambda placed, units: None), [bare(Product, hae=1.0)])
    assert buyer.line_open[0] == left


def test_what_cannot_be_paid_enters_no_line():
    buyer = bare(Buyer, overdraft=lambda: 0.0, purse=lambda: 0.0)
    Buyer.enter(buyer, SimpleNamespace(quarter=0), bare(Product), 5.0, 1e6, 1, 0.5)
    assert buyer.lines == 0


@pytest.mark.parametrize(("cap", "hunger", "noted"), [(3.0, 3.0, 4.0), (3.0, 2.0, 0.0), (1.0, 1.0, 0.0)])
def test_needs_whose_inflation_is_at_its_cap_are_noted(cap, hunger, noted):
    buyer = bare(Buyer, inflation_cap=cap, matters=lambda need: True)
    buyer.slot_product, buyer.slot_need, buyer.slot_units = [-1] * SLOTS, [0.0] * SLOTS, [0.0] * SLOTS
    Buyer.ask_for(buyer, 0, bare(Product, index=2, hae=2.0), 4.0, hunger)
    assert buyer.at_inflation_cap == noted
    assert (buyer.slot_product[0], buyer.slot_need[0], buyer.slot_units[0]) == (2, 2.0, 2.0 * hunger)
    assert (buyer.needed, buyer.submitted) == (4.0, 4.0 * hunger)


def test_an_option_that_is_sold_out_looks_twenty_times_as_dear_at_the_most():
    """It serves one in a hundred of those who ask; its price is 100."""
    buyer = bare(
        Buyer, pick=lambda market, products: 0, lasting_value=lambda price, lead: 0.0, may_have=lambda option: True,
        logit_scale=0.1, means=lambda quarters: 0.0, committed=lambda by: 0.0, cash_factor=lambda: 1.0,
        lack=lambda *where: 0.0, matters=lambda need: False,
    )  # fmt: skip
    option = bare(OutsideOption, price=100.0, served=0.01, lead=1, switch_cost=0.0)
    market = bare(MarketState, product_count=1, offer_count=2)
    Buyer.look_elsewhere(buyer, market, [bare(Product, price=100.0), option])
    assert buyer.fallback == pytest.approx(100.0 * 20.0)


def test_each_issue_has_its_own_weight():
    side = bare(Bargainer, price_weight=0.4, units_weight=0.3, date_weight=0.2, prepaid_weight=0.1)
    assert [Bargainer.score_weight(side, issue) for issue in (PRICE, UNITS, DATE, PREPAID)] == [0.4, 0.3, 0.2, 0.1]


def test_a_good_draw_makes_more():
    supplier = bare(
        Supplier, share=0.5, upstream=100.0, own_capacity=10.0, capacity_factor=0.5, capacity_noise=0.1,
        capacity_draw=2.0,
    )  # fmt: skip
    Supplier.expand(supplier)
    assert supplier.wafers == pytest.approx((50.0 + 10.0) * 0.5 * 1.2)


def test_what_is_committed_for_is_paid_at_once():
    """4 HAE at 10,000 a unit of 2 HAE, all in 1.5 times as much: 0.03 million."""
    paid: list[float] = []
    buyer = bare(Buyer, cost_factor=1.5, purse=lambda: 100.0, settle_with_others=paid.append)
    buyer.outside_wish[0] = 4.0
    option = bare(OutsideOption, price=1e4, hae=2.0, served=1.0, lead=1, commitment=2)
    Buyer.order_outside(buyer, bare(MarketState, product_count=0, offer_count=1), [option])
    assert paid == [pytest.approx(0.03)]
    assert buyer.outside_coming[:4] == [0.0, 0.0, 4.0, 0.0]
    assert (buyer.outside_ordered, buyer.outside_open) == (4.0, 4.0)
    assert (option.ordered_units, option.ordered_value) == (2.0, 2e4)


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


def test_dearer_machines_are_cancelled_in_smaller_number():
    """3 million too much on order; a machine takes 1.5 times its price of a million: two go."""
    buyer = bare(
        Buyer, target=100.0, committed=lambda by: 4.0, means=lambda quarters: 1.0, cancel_tolerance=0.0,
        reputation_cost=0.0, may_leave=lambda market, line: True, cash_factor=lambda: 1.5,
        leaving_fee=lambda market, line: 0.0, settle=lambda *paid: None,
    )  # fmt: skip
    book.join(buyer, 0, 10.0, 1e6, 0, 5, 0.0)
    Buyer.cancel(buyer, SimpleNamespace(note_cancellation=lambda placed, units: None), [bare(Product, hae=1.0)])
    assert buyer.line_open[0] == pytest.approx(8.0)


def test_money_is_counted_on_until_the_longest_wait_and_the_booking_horizon_are_over():
    """A wait of 2 quarters, the one in which an order goes out, and a horizon of 4."""
    asked: list[float] = []
    buyer = bare(
        Buyer, target=100.0, committed=lambda by: 0.0, means=lambda quarters: asked.append(quarters) or 1.0,
        may_leave=lambda market, line: False, booking_horizon=4.0,
    )  # fmt: skip
    buyer.lead_expected = [2.0] * len(buyer.lead_expected)
    book.join(buyer, 0, 10.0, 1e6, 0, 5, 0.0)
    Buyer.cancel(buyer, None, [bare(Product, hae=1.0)])
    assert asked == [2.0 + 1.0 + 4.0]


def planner(asked, **own):
    """A buyer whose needs are noted as they are: the slot, the product's number, the need, the inflation."""
    return bare(
        Buyer, ask_for=lambda slot, product, need, hunger: asked.append((slot, product.index, need, hunger)),
        note_wanted=lambda flow: None, hunger=lambda *told: 2.0, cash_factor=lambda: 1.0, impulse=lambda: 1.0,
        payable_by=lambda *told: 100.0, room=lambda product, quarters: 50.0, **own,
    )  # fmt: skip


def test_every_generation_gets_its_share_of_what_covers_the_wait():
    """10 a quarter for waits of 2 and 3 quarters, of which 6 and 10 are on order: 6/10 and 4/10 of what is left.

    3 wait at outside options, and 5 more were just ordered there, which count for the first: 0.6 (30 - 6 - 3) - 5.
    """
    asked: list[tuple[int, int, float, float]] = []
    limits: list[tuple[float, float]] = []

    def limited(need, by_money, by_power):
        limits.append((by_money, by_power))
        return need

    buyer = planner(
        asked, choose=lambda *where: 2, wanted_flow=lambda product: 10.0, line_weight=1.0, limited=limited,
        outside_ordered=5.0, outside_open=8.0, coming_by=lambda market, products, by: {7.0: 12.0, 8.0: 20.0}[by],
    )  # fmt: skip
    buyer.split[:3], buyer.chosen[:3], buyer.wait[:3] = [0.0, 0.6, 0.4], [-1, 0, 1], [0.0, 2.0, 3.0]
    products = [bare(Product, index=n, price=1e6, hae=1.0) for n in range(2)]
    orders.cover(buyer, bare(MarketState, quarter=4, generation_count=3), products)
    first = 0.6 * (30.0 - 6.0 - 3.0) - 5.0
    second = 0.4 * (40.0 - 10.0 - first - 3.0)
    assert asked == [(0, 0, pytest.approx(first), 2.0), (1, 1, pytest.approx(second), 2.0)]
    assert limits == [(100.0, 50.0 - 6.0), (pytest.approx(100.0 - first), pytest.approx(50.0 - 10.0 - first))]


def test_of_more_generations_than_slots_the_newest_are_asked_for():
    asked: list[tuple[int, int, float, float]] = []
    count = SLOTS + 2
    buyer = planner(
        asked, choose=lambda *where: count, wanted_flow=lambda product: 10.0, limited=lambda need, *limits: need,
        coming_by=lambda *told: 0.0,
    )  # fmt: skip
    buyer.split[:count], buyer.chosen[:count] = [0.2] * count, list(range(count))
    products = [bare(Product, index=n, price=1e6, hae=1.0) for n in range(count)]
    orders.cover(buyer, bare(MarketState, generation_count=count), products)
    assert [(slot, product) for slot, product, *_ in asked] == [(slot, slot + 2) for slot in range(SLOTS)]


def test_who_waits_for_a_cheaper_generation_orders_less_now_and_books_ahead():
    """The next one saves half of the price, of which 0.4 holds back: 0.8 of 10, less 3 from elsewhere.

    Booked is half of what is missing of 4 quarters' flow of 10, as far as 20 million go at a million each.
    """
    asked: list[tuple[int, int, float, float]] = []
    buyer = planner(
        asked, pick=lambda *where: 0, newer=lambda *told: 1, osborne=0.4, waiting_for=lambda *where: 0.0,
        gap=lambda product, waiting: 10.0, limited=lambda need, *limits: need, outside_ordered=3.0,
        wanted_flow=lambda product: 0.0, flow=lambda target: 10.0, booking_horizon=4.0, booking_speed=0.5,
        means=lambda quarters: 10.0 * quarters, committed=lambda by: 20.0,
    )  # fmt: skip
    products = [bare(Product, index=0, price=2e6, hae=1.0), bare(Product, index=1, price=1e6, hae=1.0, launch=9)]
    orders.anchored(buyer, bare(MarketState, quarter=4), products)
    assert asked == [(0, 0, pytest.approx(5.0), 2.0), (1, 1, pytest.approx(0.5 * (40.0 - 20.0)), 1.0)]


def test_tidying_moves_a_line_as_a_whole():
    buyer = bare(Buyer)
    book.join(buyer, 0, 0.0, 0.0, 0, 0, 0.0)
    book.join(buyer, 1, 2.0, 3.0, 4, 5, 0.6)
    book.strike(buyer, 1, 0.5)
    book.tidy(buyer)
    columns = ("product", "units", "open", "cancelled", "price", "placed", "promised", "prepaid")
    assert buyer.lines == 1
    assert [getattr(buyer, f"line_{name}")[0] for name in columns] == [1, 2.0, 1.5, 0.5, 3.0, 4, 5, 0.6]


def test_a_line_exchanged_keeps_its_compute():
    """For each unit a quarter of one that does four times as much: what was cancelled of it too."""
    buyer = bare(Buyer)
    book.join(buyer, 0, 8.0, 3.0, 4, 5, 0.6)
    book.strike(buyer, 0, 4.0)
    book.exchange(buyer, 0, 1, 0.25, 10.0, 0.5)
    assert (buyer.line_units[0], buyer.line_open[0], buyer.line_cancelled[0]) == (2.0, 1.0, 1.0)


def test_a_strike_takes_the_crumb_too():
    buyer = bare(Buyer)
    book.join(buyer, 0, 20.0, 1.0, 0, 1, 0.0)
    assert book.strike(buyer, 0, 20.0 - 1e-12) == 20.0
    assert buyer.line_open[0] == 0.0


def test_what_is_prepaid_just_as_firm_lines_are_is_firm():
    buyer = bare(Buyer, firm_share=0.2, overdraft=lambda: 0.0, purse=lambda: 100.0, pay=lambda amount: None)
    Buyer.enter(buyer, SimpleNamespace(quarter=0), bare(Product, hae=2.0), 5.0, 1e6, 1, 0.2)
    assert buyer.ordered_firm == buyer.ordered == 10.0


def test_no_machine_is_worth_more_than_ten_times_its_use_costs():
    buyer = bare(Buyer, stock=1.0, target=1000.0, cost_of_use=lambda price: 3.0)
    assert Buyer.marginal_value(buyer, 1.0) == 30.0
    buyer.stock = 0.0
    assert Buyer.marginal_value(buyer, 1.0) == 30.0


def test_power_is_started_for_what_runs_already_though_less_is_wanted():
    """10 MW of machines, 4 of them powered and 2 under way: 4 are started, to come in three quarters."""
    buyer = bare(
        Buyer, machine_mw=10.0, power_mw=4.0, stock=50.0, target=20.0, power_starts=9.0, power_delay=3.0,
        pick=lambda *where: 0,
    )  # fmt: skip
    buyer.power_coming[0] = 2.0
    Buyer.build_power(buyer, None, [bare(Product, power_kw=1000.0, hae=1.0)])
    assert buyer.power_coming[:4] == [2.0, 0.0, 4.0, 0.0]


def test_who_has_nothing_due_is_ready_whatever_it_lacks():
    """Half of its power is there; with as much due as it owns, a quarter would be."""
    market = bare(MarketState, size_exponent=1.0)
    buyer = bare(Buyer, stock=8.0, names=1, machine_mw=2.0, power_mw=1.0)
    assert Supplier.weigh(bare(Supplier), buyer, market) == 8.0
    buyer.due = 8.0
    assert Supplier.weigh(bare(Supplier), buyer, market) == 8.0 * 0.25


def test_wafers_that_no_generation_takes_are_left_to_the_older_ones_once():
    """Two old generations and a coming one: 100 wafers make 100 units, not more."""
    supplier = bare(Supplier, wafers=100.0, ramp=lambda product, quarter: 1.0)
    products = [bare(Product, generation=g, launch=launch, packages=1.0) for g, launch in enumerate((0, 0, 9))]
    market = bare(MarketState, generation_count=3, product_count=3)
    assert Supplier.output(supplier, market, products, 1) == 100.0


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


def test_the_best_reply_does_not_know_the_unit():
    """B14 in units of two hundred: four buyers of an ideal of 40/200 who share 100/200 each order 112.5/200."""
    found = ordering.proportional_reply(3.0 * 112.5 / 200.0, 0.5, 1600.0, 8000.0, 100.0, False)
    assert found == pytest.approx(112.5 / 200.0)


@pytest.mark.parametrize(("elasticity", "mean"), [(1.0, math.log(4.0) / 3.0), (2.0, 2.0 / 3.0), (0.5, 0.25)])
def test_the_mean_value_of_a_deal_is_the_integral_of_the_marginal_one(elasticity, mean):
    """u (C / C*) ** (-1 / eta) from C = 1 to 4 with C* = 1 and u = 1: of 1/C, of 1/sqrt(C), of 1/C^2."""
    assert demand.mean_value(1.0, 1.0, elasticity, 10.0, 1.0, 4.0) == pytest.approx(mean)


def test_nothing_wanted_is_worth_nothing():
    assert demand.mean_value(1.0, 0.0, 1.0, 10.0, 1.0, 4.0) == 0.0


def test_a_buyer_that_grows_more_slowly_than_it_retires_has_a_value_too():
    """It buys 0.05 - 0.25 x 0.4 of its stock less than retires: 0.6 of what it has is what it wants."""
    buyer = bare(
        Buyer, opening_flow=0.05, retirement=0.15, adjustment=0.25, elasticity=1.0, cost_of_use=lambda price: 2.0,
        cheapest=lambda *where: 1.0,
    )  # fmt: skip
    Buyer.explain_past(buyer, None, [])
    assert buyer.value_scale == pytest.approx(0.6 * 2.0)


def test_who_bids_in_an_auction_asks_for_one_product_only(monkeypatch):
    buyer = bare(Buyer, pick=lambda *where: -1)
    buyer.slot_product = [0] * SLOTS
    assert Buyer.value_wafers(buyer, None, [], [], []) == 0
    assert buyer.slot_product == [-1] * SLOTS
