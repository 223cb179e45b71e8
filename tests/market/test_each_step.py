"""Steps of the quarter, quotes and measures one at a time, on cases that another rule would get wrong."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest

from agents.buyer import Buyer
from agents.records.roles import NEVER
from agents.rules import book
from market import measures, quarter
from market.market_state import MarketState
from market.mechanisms import allocation, clearing, quoting
from market.product import OutsideOption, Product, move_launches
from tests.worlds import bare


def test_quotes_are_of_what_stands_and_promises_of_half_of_what_is_asked_too(monkeypatch):
    asked: list[float] = []
    monkeypatch.setattr(quarter, "quote_by", lambda *told: asked.append(told[-1]))
    monkeypatch.setattr(quarter, "find_shadow_prices", lambda *told: None)
    buyer = bare(Buyer, build_power=lambda *where: None, plan=lambda *where: None)
    book.join(buyer, 0, 5.0, 1.0, 0, 9, 0.0)
    market, product = bare(MarketState, product_count=1, offer_count=1, buyer_count=1), bare(Product)
    market.quote[0] = 3.0
    quarter.plan(market, None, [product], [buyer])
    assert asked == [0.0, 0.5]
    assert (product.quoted_lead, product.book_before) == (3.0, 5.0)


def test_a_buyer_is_quoted_the_mean_of_what_it_asks_for():
    """2 units of 3 HAE that wait 4 quarters and 6 of 1 HAE that wait 1: 30 over 12, and six weeks of transport."""
    buyer = bare(Buyer)
    buyer.slot_product, buyer.slot_units, buyer.own_quote = [1, 0, -1], [2.0, 6.0, 9.0], [1.0, 4.0]
    products = [bare(Product, generation=0, hae=1.0), bare(Product, generation=1, hae=3.0)]
    assert measures.quoted(SimpleNamespace(base_weeks=6.0), products, buyer) == pytest.approx(13.0 * 30.0 / 12.0 + 6.0)


@pytest.mark.parametrize(("passed", "kept"), [(30.0, [15.0, 0.0]), (25.0, [20.0, 0.0])])
def test_the_newest_machines_are_passed_on_first(passed, kept):
    """Of 20 old machines and 25 new ones, at a tenth of a million each; the taker pays half as much again for all."""
    paid: list[float] = []
    taker = bare(
        Buyer, passes_on=lambda: (0.0, -1), purse=lambda: 100.0, cost_factor=1.5, settle_with_others=paid.append
    )
    giver = bare(
        Buyer, passes_on=lambda: (passed, 0), delivered=40.0, value_delivered=4.0, settle_with_others=paid.append
    )
    giver.owned[:2] = [20.0, 25.0]
    products = [bare(Product, index=n, hae=1.0) for n in range(2)]
    quarter.pass_on(bare(MarketState, product_count=2, buyer_count=2), products, [taker, giver])
    assert giver.owned[:2] == kept
    assert taker.owned[:2] == [20.0 - kept[0], 25.0]
    assert giver.handed_over == taker.taken_over == passed
    assert paid == [pytest.approx(-0.1 * passed), pytest.approx(0.15 * passed)]


def measured(buyers, products=(), **own):
    """A market after its totals are measured."""
    market = bare(MarketState, **{"possible": 1.0, "buyer_count": len(buyers), "product_count": len(products), **own})
    supplier = SimpleNamespace(base_weeks=6.0, output=lambda *told: 0.0)
    measures.measure_market(market, supplier, list(products), buyers)
    return market


def test_the_totals_of_a_quarter_are_those_of_its_buyers():
    """Two of them, of whom the second has three times as much of everything; 12 HAE were wanted before, 20 now.

    Of 7 units on order before the quarter's orders 2 are there: 5 of 2 HAE are to be made, at 4 a quarter.
    """
    buyers = [
        bare(Buyer, delivered=1.0 * n, ordered=2.0 * n, needed=4.0 * n, submitted=6.0 * n, cancelled=0.5 * n,
             value_delivered=8.0 * n, wait_delivered=1.5 * n, outside_delivered=3.0 * n, wanted=5.0 * n,
             at_inflation_cap=1.0 * n)
        for n in (1, 3)
    ]  # fmt: skip
    products = [
        bare(Product, book_before=7.0, stock=2.0, hae=2.0, shipped=2.0, unit_cost=4e6, at_limit=True),
        bare(Product, announced=9, at_limit=True), bare(Product),
    ]  # fmt: skip
    market = measured(buyers, products, wanted_before=12.0, possible=4.0)
    assert (market.shipped, market.ordered, market.needed, market.cancelled) == (4.0, 8.0, 16.0, 2.0)
    assert (market.revenue, market.gross_margin) == (32.0, 0.75)
    assert (market.outside_share, market.order_inflation, market.inflation_capped) == (0.75, 1.5, 0.25)
    assert (market.unmet_share, market.wanted_before) == (1.0 - 4.0 / 12.0, 20.0)
    assert (market.realised_lead_weeks, market.quoted_lead_weeks) == (13.0 * 1.5, 13.0 * 10.0 / 4.0 + 6.0)
    assert market.price_capped == 0.5
    assert market.hhi == pytest.approx(6250.0)
    assert market.cohort_ordered[0] == 8.0


def test_where_nothing_waits_a_new_order_waits_for_nothing():
    assert measured([], quoted_lead=3.0).quoted_lead_weeks == 6.0


def test_a_rent_is_told_by_the_hour_that_is_let():
    """1,095 USD a quarter of 2,190 hours, half of them let."""
    assert measured([], rent=1095.0, utilisation=0.5).rental_usd_hour == pytest.approx(1.0)


def test_contracts_follow_the_rent_that_shares_out_what_runs():
    """At 30,000 an outsider's use costs 3,375 a quarter, which wants twice of what runs: half of the way to 6,750."""
    buyers = [bare(Buyer, deployed=part, services_at=lambda rent: 100.0 * 3375.0 / rent) for part in (30.0, 70.0)]
    found = measured(buyers, hae_price=30000.0, rent=5000.0, rent_elasticity=1.0, contract_speed=0.5, utilisation=0.5)
    assert found.rent == pytest.approx(5875.0)
    assert found.rental_usd_hour == pytest.approx(5875.0 / 1095.0)


def test_what_orders_were_quoted_is_weighed_by_their_size():
    """30 at 10 weeks and 10 at 20; one that ordered nothing and one that was quoted nothing do not count."""
    found = measured(
        [
            bare(Buyer, ordered=ordered, quoted_lead_weeks=weeks)
            for ordered, weeks in ((30.0, 10.0), (10.0, 20.0), (0.0, 99.0), (50.0, math.nan))
        ]
    )
    assert found.cohort_quoted_weeks == pytest.approx(500.0 / 40.0)


def test_shares_of_less_than_one_unit_are_shares():
    assert measures.herfindahl([0.25, 0.25]) == pytest.approx(5000.0)
    assert math.isnan(measures.herfindahl([0.0, 0.0]))


def test_an_outside_option_that_is_asked_for_too_much_serves_all_in_proportion():
    """Two of them, asked for 30 and 5 of the 10 that each has."""
    options = [bare(OutsideOption, capacity=10.0, wished=wished) for wished in (30.0, 5.0)]
    quarter.turn_elsewhere(bare(MarketState, product_count=0, offer_count=2, buyer_count=0), options, [])
    assert [option.served for option in options] == [pytest.approx(1.0 / 3.0), 1.0]


@pytest.mark.parametrize(("open_market", "price"), [([1.0, 0.0], 10.0), ([0.0, 1.0], 5.0), ([0.0, 0.0], 5.0)])
def test_the_price_of_compute_is_of_what_is_on_open_sale(open_market, price):
    """One at 20 for 2 HAE, one at 5; of all where none is on open sale."""
    products = [bare(Product, price=20.0, hae=2.0, packages=3.0), bare(Product, price=5.0, hae=1.0, packages=4.0)]
    for product, is_open in zip(products, open_market, strict=True):
        product.open_market = is_open
    market = bare(MarketState, product_count=2)
    quarter.set_prices_per_hae(market, products)
    assert market.hae_price == price
    assert market.hae_per_wafer == (4.0 if open_market == [0.0, 1.0] else 6.0)


def test_a_generation_for_which_no_wafers_are_left_is_quoted_the_longest_wait():
    """100 wafers for 400 units of the newest, four from a wafer: one quarter, and nothing for 5 of the old one."""
    buyers: list[Buyer] = []
    products = [
        bare(Product, generation=0, book=5.0, packages=1.0), bare(Product, generation=1, book=400.0, packages=4.0)
    ]  # fmt: skip
    market = bare(MarketState, generation_count=2, product_count=2)
    supplier = SimpleNamespace(wafers=100.0, ramp=lambda product, quarter: 1.0)
    quoting.book(market, supplier, products, buyers, 0.0)
    assert market.quote[:2] == [40.0, 1.0]


def test_a_generation_that_has_ramped_to_a_half_uses_half_of_the_wafers():
    market = bare(MarketState, product_count=1, generation_count=1)
    supplier = SimpleNamespace(wafers=100.0, ramp=lambda product, quarter: 0.5)
    quoting.book(market, supplier, [bare(Product, packages=1.0, book=200.0)], [], 0.0)
    assert market.quote[0] == 4.0


def test_less_than_a_wafer_makes_something():
    market = bare(MarketState, product_count=1, generation_count=1)
    supplier = SimpleNamespace(wafers=0.5, ramp=lambda product, quarter: 1.0)
    quoting.book(market, supplier, [bare(Product, packages=1.0, book=1.0)], [], 0.0)
    assert market.quote[0] == 2.0


def test_what_sells_in_a_launch_quarter_may_still_be_put_off():
    product = bare(Product, launch=2, announced=0, delay=3.0)
    move_launches(SimpleNamespace(quarter=2, product_count=1), [product])
    assert product.launch == 5


def test_a_buyer_is_quoted_by_what_the_rule_gives_it():
    """100 wafers' worth of orders wait four quarters, so 25 are made in one: the first gets them all, for its 50.

    The second has no weight and keeps the common quote. One without orders would get them at once.
    """
    buyers = [bare(Buyer, names=1, weight=weight) for weight in (1.0, 0.0, 1.0)]
    for buyer, units in zip(buyers, (50.0, 50.0, 0.0), strict=True):
        book.join(buyer, 0, units, 1.0, 0, 9, 0.0)
        buyer.own_quote[0] = 4.0
    market = bare(MarketState, buyer_count=3, allocation=list(allocation.RULES).index("weighted_uniform"))
    quoting._quote_each(market, [bare(Product, packages=1.0)], buyers, 0, 4.0, 0.0, 0.0)
    assert [buyer.own_quote[0] for buyer in buyers] == [pytest.approx(2.0), 4.0, pytest.approx(1.0)]


@pytest.mark.parametrize(("units", "wait"), [(50.0, 0.1), (150.0, 1.1), (200.0, 2.0)])
def test_a_planned_quote_is_the_quarter_in_which_output_outruns_the_queue(units, wait):
    """100 wafers a quarter; where half of the last one is asked for, a tenth of a quarter more."""
    buyer = bare(Buyer, committed=lambda by: 0.0, means=lambda quarters: 1.0)
    buyer.slot_product = [-1] * 3
    book.join(buyer, 0, units, 1.0, 0, 9, 0.0)
    market = bare(MarketState, buyer_count=1, product_count=1, generation_count=1, rule_aware=False)
    supplier = SimpleNamespace(wafers=100.0, ramp=lambda product, quarter: 1.0, congestion=0.1)
    quoting.planned(market, supplier, [bare(Product, packages=1.0, book=units)], [buyer], 0.0)
    assert market.quote[0] == buyer.own_quote[0] == pytest.approx(wait)
    assert market.payable_wafers == units


@pytest.mark.parametrize(("launch", "wait"), [(3, 2.0), (5, 2.0), (9, 2.0 + 4.0), (NEVER, 2.0)])
def test_a_quote_goes_on_from_the_launch(launch, wait):
    """200 wafers' worth of orders at 100 a quarter; in quarter 4 every order takes till the next one."""
    market = bare(MarketState, quarter=4, product_count=1, generation_count=1)
    supplier = SimpleNamespace(wafers=100.0, ramp=lambda product, quarter: 1.0)
    quoting.book(market, supplier, [bare(Product, packages=1.0, book=200.0, launch=launch)], [], 0.0)
    assert market.quote[0] == wait


def test_the_shadow_price_of_each_side_is_of_its_share_of_the_wafers(monkeypatch):
    """Of 100 wafers 60 went to open products and 30 to controlled ones, 10 are idle: 70% of 200 HAE, and 30% of them.

    3 units of 2 HAE are in stock on the open side.
    """
    supplies: dict[int, float] = {}

    def price(market, buyers, supply, reference, what):
        supplies[what] = supply
        return 10.0 + what

    monkeypatch.setattr(clearing, "clearing_price", price)
    products = [
        bare(Product, wafers=60.0, stock=3.0, hae=2.0, price=1.0),
        bare(Product, wafers=30.0, open_market=0.0, exportable=1.0),
        bare(Product, open_market=0.0, exportable=0.0, price=7.0),
    ]  # fmt: skip
    supplier = SimpleNamespace(wafers=100.0, output=lambda market, products, then: {5: 80.0, 6: 120.0}[then])
    quarter.find_shadow_prices(bare(MarketState, quarter=4, product_count=3, shadow_quarters=2), supplier, products, [])
    assert supplies == {clearing.OPEN: pytest.approx(146.0), clearing.CONTROLLED: pytest.approx(60.0)}
    assert [product.shadow for product in products] == [20.0, 11.0, 7.0]


def test_a_coming_generation_whose_queue_is_short_is_quoted_to_all_alike():
    """Made from quarter 9 on, four quarters after the next: half of the first quarter's output is asked for."""
    buyer = bare(Buyer, committed=lambda by: 0.0, means=lambda quarters: 1.0, names=1, weight=1.0)
    buyer.slot_product = [-1] * 3
    book.join(buyer, 0, 50.0, 1.0, 0, 9, 0.0)
    market = bare(
        MarketState, quarter=4, buyer_count=1, product_count=1, generation_count=1, rule_aware=True, standing=0
    )
    supplier = SimpleNamespace(wafers=100.0, ramp=lambda product, now: float(now >= 9), congestion=0.1)
    quoting.planned(market, supplier, [bare(Product, packages=1.0, book=50.0, launch=9)], [buyer], 0.0)
    assert market.quote[0] == buyer.own_quote[0] == pytest.approx(4.1)


def test_what_is_due_ships_first_and_orders_from_before_the_start_are():
    """5 units for two lines of 5: one from before the first quarter, one for later."""
    buyers = [bare(Buyer, names=1, purse=lambda: 1e9) for _ in range(2)]
    for buyer, placed, promised in zip(buyers, (-1, 0), (0, 9), strict=True):
        book.join(buyer, 0, 5.0, 1.0, placed, promised, 0.0)
        buyer.take = lambda market, product, line, units, buyer=buyer: book.fill(buyer, line, units)
    market = bare(
        MarketState, quarter=1, buyer_count=2, product_count=1, due_first=True, reserved_share=0.0,
        allocation=list(allocation.RULES).index("proportional"),
    )  # fmt: skip
    product = bare(Product, stock=5.0)
    quarter.ship(market, SimpleNamespace(weigh=lambda buyer, market: 1.0), [product], buyers)
    assert [buyer.line_open[0] for buyer in buyers] == [0.0, 5.0]
    assert (product.shipped, product.stock) == (5.0, 0.0)
    assert [buyer.weight for buyer in buyers] == [1.0, 1.0]


def test_a_product_is_priced_and_quoted_while_it_is_on_order():
    """List 100, shadow 150, quoted 2 quarters; an ordinary buyer of 10 owned and 30 on order was told 3."""
    products = [
        bare(Product, announced=announced, last_order=last, price=100.0, shadow=150.0, quoted_lead=2.0, list_price=1.0,
             ordered_value=60.0, ordered_units=4.0)
        for announced, last in ((4, 4), (5, 9), (0, 3))
    ]  # fmt: skip
    buyers = [bare(Buyer, bargains=False, stock=10.0, backlog=30.0), bare(Buyer, bargains=True, stock=99.0)]
    buyers[0].own_quote[0] = 3.0
    market = bare(MarketState, quarter=4, product_count=3, buyer_count=2)
    measures.measure_products(market, SimpleNamespace(base_weeks=6.0), products, buyers)
    on, coming, gone = products
    assert (on.list_price, on.shadow_price, on.premium, on.transaction_price) == (100.0, 150.0, 0.5, 15.0)
    assert (on.quoted_lead_weeks, on.ordinary_lead_weeks) == (13.0 * 2.0 + 6.0, 13.0 * 3.0 + 6.0)
    assert all(
        math.isnan(product.list_price + product.premium + product.quoted_lead_weeks) for product in (coming, gone)
    )
    assert all(math.isnan(product.list_price) for product in (coming, gone))


def test_shares_are_of_what_all_got():
    """3 of 4 HAE in 1 of 5 units, for 6 million."""
    buyers = [
        bare(Buyer, delivered=hae, units_delivered=units, value_delivered=6.0, wait_delivered=6.0, stock=hae)
        for hae, units in ((3.0, 1.0), (1.0, 4.0))
    ]
    for buyer in buyers:
        buyer.slot_product = [-1] * len(buyer.slot_product)
    measures.measure_buyers(SimpleNamespace(buyer_count=2), SimpleNamespace(base_weeks=0.0), [], buyers)
    first = buyers[0]
    assert (first.share_hae, first.share_units, first.price_paid) == (0.75, 0.2, 2e6)
    assert (first.realised_lead_weeks, first.announced) == (26.0, 3.0)


def test_an_outside_option_counts_each_quarter_anew_and_gets_cheaper_with_what_it_sold():
    """300 HAE in all with the 3 that come now, over a scale of 100: a price of 80 by the root of 4."""

    def take(market, products):
        products[0].shipped += 3.0

    idle = {"begin": lambda *where: None, "revalue": lambda *where: None, "withdraw": lambda *where: None}
    option = bare(
        OutsideOption, opening_price=80.0, experience=297.0, learning=0.5, learning_scale=100.0,
        shipped=5.0, wished=5.0, ordered_units=5.0, ordered_value=5.0,
    )  # fmt: skip
    market = bare(MarketState, buyer_count=1, product_count=0, offer_count=1)
    quarter.arrive(market, SimpleNamespace(expand=lambda: None), [option], [bare(Buyer, take_outside=take, **idle)])
    assert (option.shipped, option.produced, option.experience, option.price) == (3.0, 3.0, 300.0, pytest.approx(40.0))
    assert option.wished == option.ordered_units == option.ordered_value == 0.0


def test_a_rival_is_the_largest_other_as_last_announced():
    """Of 5, 3 and 9, the first and the last of which race; who is alone has none."""
    buyers = [bare(Buyer, announced=size, races=races) for size, races in ((5.0, True), (3.0, False), (9.0, True))]
    market = bare(MarketState, buyer_count=3)
    quarter.sense_demand(market, [], buyers)
    assert [buyer.rival for buyer in buyers] == [9.0, 9.0, 5.0]
    assert market.racing == 14.0
    market.buyer_count = 1
    quarter.sense_demand(market, [], buyers)
    assert (buyers[0].rival, market.racing) == (0.0, 5.0)


@pytest.mark.parametrize(("launch", "wait"), [(0, 40.0), (NEVER, 0.0)])
def test_what_has_no_date_is_quoted_nothing_and_what_cannot_be_made_the_longest_wait(launch, wait):
    market = bare(MarketState, buyer_count=0, product_count=1, generation_count=1, rule_aware=False)
    supplier = SimpleNamespace(wafers=0.0, ramp=lambda product, quarter: 1.0, congestion=0.1)
    quoting.planned(market, supplier, [bare(Product, packages=1.0, launch=launch)], [], 0.0)
    assert market.quote[0] == wait


def test_what_is_reserved_goes_to_firm_lines_first():
    """Half of 8 units for a firm line of 5 that is due, then the rest in proportion: 1 and 5 are open, 4 there."""
    buyers = [bare(Buyer, names=1, purse=lambda: 1e9, firm_share=0.2) for _ in range(2)]
    for buyer, prepaid in zip(buyers, (0.2, 0.0), strict=True):
        book.join(buyer, 0, 5.0, 1.0, 0, 1, prepaid)
        buyer.take = lambda market, product, line, units, buyer=buyer: book.fill(buyer, line, units)
    market = bare(
        MarketState, quarter=1, buyer_count=2, product_count=1, reserved_share=0.5, due_first=False,
        allocation=list(allocation.RULES).index("proportional"),
    )  # fmt: skip
    quarter.ship(market, SimpleNamespace(weigh=lambda buyer, market: 1.0), [bare(Product, stock=8.0)], buyers)
    assert [buyer.line_open[0] for buyer in buyers] == [pytest.approx(1.0 - 4.0 / 6.0), pytest.approx(5.0 - 20.0 / 6.0)]
