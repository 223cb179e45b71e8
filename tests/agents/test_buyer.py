"""Rules of buyers one at a time, each on a case of its own that another rule would get wrong."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from agents.bargainer import DATE, PREPAID, PRICE, UNITS, Bargainer
from agents.buyer import Buyer
from agents.buying import orders
from agents.buying import planner as planner_rules
from agents.records.roles import POINTS, SLOTS
from agents.rules import bidding, book, gaming
from market.market_state import MarketState
from market.product import Product
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


def test_each_issue_has_its_own_weight():
    side = bare(Bargainer, price_weight=0.4, units_weight=0.3, date_weight=0.2, prepaid_weight=0.1)
    assert [Bargainer.score_weight(side, issue) for issue in (PRICE, UNITS, DATE, PREPAID)] == [0.4, 0.3, 0.2, 0.1]


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


def test_who_cancels_loses_the_deposit_and_pays_the_fee():
    """2 of 10 machines of 2 HAE at a million each, half of it prepaid, at a fee of a quarter."""
    settled: list[tuple[float, float]] = []
    buyer = bare(
        Buyer, target=16.0, cancel_tolerance=0.0, reputation_cost=0.0, may_leave=lambda market, line: True,
        counts=lambda market, product: True, committed=lambda by: 2.0, means=lambda quarters: 0.0,
        cash_factor=lambda: 1.0, leaving_fee=lambda market, line: 0.25, purse=lambda: 100.0,
        settle=lambda *paid: settled.append(paid),
    )  # fmt: skip
    book.join(buyer, 0, 10.0, 1e6, 0, 5, 0.5)
    Buyer.cancel(buyer, SimpleNamespace(note_cancellation=lambda placed, units: None), [bare(Product, hae=2.0)])
    assert (buyer.line_open[0], buyer.cancelled) == (8.0, 4.0)
    assert settled == [(1.0, 1.5)]


def test_what_one_line_gives_up_the_next_need_not():
    """20 on order of 12 wanted: the younger line goes whole, the older one keeps its 12."""
    buyer = bare(
        Buyer, target=12.0, elasticity=1.0, cancel_tolerance=0.0, reputation_cost=0.0, committed=lambda by: 0.0,
        means=lambda quarters: 0.0, may_leave=lambda market, line: True, counts=lambda market, product: True,
        cash_factor=lambda: 1.0, leaving_fee=lambda market, line: 0.0, settle=lambda *paid: None,
    )  # fmt: skip
    book.join(buyer, 0, 12.0, 1e6, 0, 5, 0.0)
    book.join(buyer, 0, 8.0, 1e6, 1, 5, 0.0)
    Buyer.cancel(buyer, SimpleNamespace(note_cancellation=lambda placed, units: None), [bare(Product, hae=1.0)])
    assert [buyer.line_open[line] for line in range(buyer.lines) if buyer.line_open[line] > 0.0] == [12.0]
    assert buyer.cancelled == 8.0


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


def noting(limits):
    """Limits nothing, and notes the money and the power that there were."""

    def limited(need, by_money, by_power):
        limits.append((by_money, by_power))
        return need

    return limited


def planner(asked, **own):
    """A buyer whose needs are noted as they are: the slot, the product's number, the need, the inflation."""
    return bare(
        Buyer, ask_for=lambda slot, product, need, hunger: asked.append((slot, product.index, need, hunger)),
        note_wanted=lambda flow: None, hunger=lambda *told: 2.0, cash_factor=lambda: 1.0, impulse=lambda: 1.0,
        payable_by=lambda *told: 100.0, room=lambda product, quarters: 50.0 * quarters, **own,
    )  # fmt: skip


def test_every_generation_gets_its_share_of_what_covers_the_wait():
    """10 a quarter for waits of 2 and 3 quarters, of which 6 and 10 are on order: 6/10 and 4/10 of what is left.

    3 wait at outside options, and 5 more were just ordered there, which count for the first: 0.6 (30 - 6 - 3) - 5.
    Its money, at a million per HAE, is gone for the second, at three.
    """
    asked: list[tuple[int, int, float, float]] = []
    limits: list[tuple[float, float]] = []

    buyer = planner(
        asked, choose=lambda *where: 2, wanted_flow=lambda product: 10.0, line_weight=1.0, limited=noting(limits),
        outside_ordered=5.0, outside_open=8.0, coming_by=lambda market, products, by: {7.0: 12.0, 8.0: 20.0}[by],
    )  # fmt: skip
    buyer.split[:3], buyer.chosen[:3], buyer.wait[:3] = [0.0, 0.6, 0.4], [-1, 0, 1], [0.0, 2.0, 3.0]
    products = [bare(Product, index=0, price=2e6, hae=2.0), bare(Product, index=1, price=3e6)]
    orders.cover(buyer, bare(MarketState, quarter=4, generation_count=3), products)
    first = 0.6 * (30.0 - 6.0 - 3.0) - 5.0
    second = 0.4 * (40.0 - 10.0 - first - 3.0)
    assert asked == [(0, 0, pytest.approx(first), 2.0), (1, 1, pytest.approx(second), 2.0)]
    assert limits == [(100.0, 150.0 - 6.0), (pytest.approx(100.0 - first / 3.0), pytest.approx(190.0 - first))]


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


@pytest.mark.parametrize(("committed", "booked"), [(20.0, 16.0), (0.0, 22.0)])
def test_who_waits_for_a_cheaper_generation_orders_less_now_and_books_ahead(committed, booked):
    """The next one saves half of the price, of which 0.4 holds back: 0.8 of 10, less 3 from elsewhere.

    Booked is half of what 10 lack of 4 quarters' flow of 8, as far as the money till then goes at 1.25 million each.
    """
    asked: list[tuple[int, int, float, float]] = []
    limits: list[tuple[float, float]] = []

    buyer = planner(
        asked, pick=lambda *where: 1, newer=lambda *told: 0, osborne=0.4, waiting_for=lambda *where: 4.0,
        gap=lambda product, waiting: 10.0, limited=noting(limits), outside_ordered=3.0,
        wanted_flow=lambda product: 0.0, flow=lambda target: 10.0, booking_horizon=4.0, booking_speed=0.5,
        means=lambda quarters: 10.0 * quarters, committed=lambda by: committed,
    )  # fmt: skip
    buyer.cash_factor, buyer.on_order[0] = lambda: 1.25, 10.0
    products = [bare(Product, index=0, price=1e6, hae=1.0, launch=9), bare(Product, index=1, price=4e6, hae=2.0)]
    orders.anchored(buyer, bare(MarketState, quarter=4), products)
    assert asked == [(0, 1, pytest.approx(5.0), 2.0), (1, 0, pytest.approx(0.5 * booked), 1.0)]
    assert limits == [(100.0, 50.0 - 4.0 / 2.0)]


def test_what_is_prepaid_just_as_firm_lines_are_is_firm():
    buyer = bare(Buyer, firm_share=0.2, overdraft=lambda: 0.0, purse=lambda: 100.0, pay=lambda amount: None)
    Buyer.enter(buyer, SimpleNamespace(quarter=0), bare(Product, hae=2.0), 5.0, 1e6, 1, 0.2)
    assert buyer.ordered_firm == buyer.ordered == 10.0
    assert buyer.deposits == 1.0


def test_power_is_started_for_what_runs_already_though_less_is_wanted():
    """10 MW of machines, 4 of them powered and 2 under way: 4 are started, to come in three quarters."""
    buyer = bare(
        Buyer, machine_mw=10.0, power_mw=4.0, stock=50.0, target=20.0, power_starts=9.0, power_delay=3.0,
        pick=lambda *where: 0,
    )  # fmt: skip
    buyer.power_coming[0] = 2.0
    Buyer.build_power(buyer, None, [bare(Product, power_kw=1000.0, hae=1.0)])
    assert buyer.power_coming[:4] == [2.0, 0.0, 4.0, 0.0]


def test_who_finds_no_product_to_bid_for_asks_for_none():
    buyer = bare(Buyer, pick=lambda *where: -1)
    buyer.slot_product = [0] * SLOTS
    assert Buyer.value_wafers(buyer, None, [], [], []) == 0
    assert buyer.slot_product == [-1] * SLOTS


def test_what_was_asked_and_offered_before_is_forgotten():
    buyer = bare(Buyer, count_orders=lambda *where: None, decide=lambda *where: None, wanted=5.0, at_money=1.0)
    buyer.slot_product, buyer.slot_week = [0] * SLOTS, [3] * SLOTS
    buyer.slot_need, buyer.slot_units = [4.0] * SLOTS, [8.0] * SLOTS
    buyer.offer_accepted = [1] * len(buyer.offer_accepted)
    Buyer.plan(buyer, None, [])
    assert buyer.slot_product == buyer.slot_week == [-1] * SLOTS
    assert buyer.slot_need == buyer.slot_units == [0.0] * SLOTS
    assert set(buyer.offer_accepted) == {-1}
    assert buyer.wanted == buyer.at_money == 0.0


def test_a_buyer_opens_below_the_list_price_and_goes_up_to_what_it_gains_by_coming_first():
    """List price 100; a unit is worth 130 after the expected 2 quarters and 150 at once: up to 120.

    Of its money, 0.3 of what it asks for, a third may be prepaid on each of three slots.
    """
    buyer = bare(
        Buyer, worth=lambda product, lead: 150.0 - 10.0 * lead, bid_discount=0.1, longest_wait=1.0, prepaid_limit=0.5,
        purse=lambda: 100.0 * 10.0 * 0.3 / 1e6,
    )  # fmt: skip
    buyer.lead_expected = [2.0] * len(buyer.lead_expected)
    buyer.slot_units, buyer.slot_need = [10.0] * SLOTS, [8.0] * SLOTS
    Buyer.open_talks(buyer, SimpleNamespace(quarter=4), bare(Product, price=100.0), 0)
    assert buyer.bid_open[:4] == [90.0, 10.0, 5.0, 0.0]
    assert buyer.bid_reserve[:4] == [120.0, 8.0, 5.0 + 2.0 + 1.0, pytest.approx(0.1)]


def test_what_is_expected_follows_what_was_seen():
    """Quoted 4, and its own came after a mean of 3 quarters, 2 more than every order takes; a fill of 4 of 8."""
    buyer = bare(
        Buyer, delivered=4.0, wait_delivered=12.0, own_lead_weight=0.25, lead_smoothing=0.5, fill_smoothing=0.5,
        wanted=8.0, backlog_before=20.0,
    )  # fmt: skip
    buyer.own_quote[0], buyer.lead_expected[0] = 4.0, 2.0
    Buyer.expect(buyer, SimpleNamespace(generation_count=1))
    assert (buyer.lead_expected[0], buyer.fill_expected) == (2.75, 0.75)


def test_what_comes_by_a_quarter_is_counted_in_compute():
    buyer = bare(Buyer)
    for units, promised in ((5.0, 3), (7.0, 4)):
        book.join(buyer, 0, units, 1.0, 0, promised, 0.0)
    assert [Buyer.coming_by(buyer, None, [bare(Product, hae=2.0)], by) for by in (2, 3, 4)] == [0.0, 10.0, 24.0]


def test_stock_and_its_power_are_counted_over_all_machines():
    """4 of 2 HAE and 3 kW, 5 of 1 HAE and 2 kW, and a quarter as much for the site."""
    buyer = bare(Buyer, overhead=1.25)
    buyer.owned[:2] = [4.0, 5.0]
    products = [bare(Product, hae=2.0, power_kw=3.0), bare(Product, hae=1.0, power_kw=2.0)]
    Buyer.count_stock(buyer, SimpleNamespace(offer_count=2), products)
    assert (buyer.stock, buyer.machine_mw) == (13.0, pytest.approx(22.0 * 1.25 / 1000.0))


def test_power_counts_as_far_as_it_is_ready_by_then():
    """2 MW are free and 1, 3 and 9 are coming: within two quarters 6, for 1 kW a machine and half of it beside."""
    owner = bare(Buyer, power_mw=7.0, machine_mw=5.0, overhead=1.5)
    owner.power_coming[:3] = [1.0, 3.0, 9.0]
    owner.power_coming[-1] = 3.0
    product = bare(Product, power_kw=1.0, hae=2.0)
    assert Buyer.room(owner, product, 2.0) == pytest.approx(2.0 * 6000.0 / 1.5)
    assert Buyer.room(owner, product, 20.0) == pytest.approx(2.0 * 18000.0 / 1.5)


def test_a_shaved_bid_keeps_back_its_share_of_every_unit_of_its_own():
    buyer = bare(Buyer, index=1, shading=0.1, bidding=list(bidding.STRATEGIES).index("shaved"))
    prices = [10.0] * (3 * POINTS)
    Buyer.shade_bid(buyer, prices, 3)
    assert prices == [10.0] * POINTS + [pytest.approx(9.0)] * POINTS + [10.0] * POINTS


def test_money_for_a_need_is_what_the_lines_until_then_leave():
    """A wait of 2 and the quarter of the order; lines of 8 million, inflated by two; 1.5 million a machine of 2 HAE."""
    buyer = bare(
        Buyer, means=lambda quarters: 10.0 * quarters, committed=lambda by: {7.0: 8.0}[by], cash_factor=lambda: 1.5
    )
    product = bare(Product, price=1e6, hae=2.0)
    assert Buyer.payable_by(buyer, SimpleNamespace(quarter=4), product, 2.0, 2.0) == pytest.approx(26.0 / 0.75)


def test_an_order_moves_to_what_costs_less_with_the_charge_for_moving():
    """A unit of 2 HAE at a million: per HAE less than 0.4 million, with a quarter on top."""
    asked: list[float] = []
    buyer = bare(Buyer, newer=lambda market, products, generation, price: asked.append(price) or -1)
    book.join(buyer, 0, 10.0, 1e6, 0, 3, 0.0)
    Buyer.convert(buyer, bare(MarketState, conversion_rate=1.0, conversion_charge=0.25), [bare(Product, hae=2.0)])
    assert asked == [pytest.approx(4e5)]


def test_orders_are_inflated_by_what_others_ordered_and_what_a_phantom_costs(monkeypatch):
    """Adaptively. Leaving with two quarters to go costs 0.25, the deposit is 0.1, the surplus half of the price."""
    told: list[tuple[float, ...]] = []
    adaptive = list(gaming.STRATEGIES).index("adaptive")
    monkeypatch.setattr(planner_rules, "inflate", lambda *terms: told.append(terms) or 1.0)
    buyer = bare(
        Buyer, worth=lambda product, lead: 150.0, fill_expected=0.5, inflation_exponent=0.6, inflation_cap=3.0,
        prepaid_limit=0.05, ordered_before=10.0,
    )  # fmt: skip
    buyer.lead_expected[0] = 1.0
    market = bare(MarketState, ordered=30.0, possible=40.0, deposit=0.1, fee_full=1.0, fee_at_two=0.25, fee_free=4.0)
    Buyer.hunger(buyer, market, bare(Product, price=100.0), 8.0)
    assert told == [(adaptive, 8.0, 0.5, 0.6, 3.0, 20.0, 40.0, 0.5, pytest.approx(0.35))]


def test_an_account_is_opened_in_good_faith():
    """20 HAE in units of 2; a quarter of them bought a quarter, orders for two quarters open, as if placed before."""
    buyer = bare(
        Buyer, opening_stock=20.0, opening_flow=0.25, opening_book=2.0, opening_cash=7.0, opening_power=3.0,
        opening_product=1, count_stock=lambda *where: None, stock=20.0,
    )  # fmt: skip
    market = bare(MarketState, generation_count=2, opening_lead=1.5)
    Buyer.open_account(buyer, market, [bare(Product), bare(Product, hae=2.0, price=9.0)])
    assert (buyer.cash, buyer.power_mw, buyer.owned[1], buyer.reference_stock) == (7.0, 3.0, 10.0, 20.0)
    assert buyer.deployed == buyer.announced == 20.0
    assert (buyer.conversion, buyer.fill_expected, buyer.exclusive, buyer.past_sales) == (1.0, 1.0, 1.0, 5.0)
    assert buyer.lead_expected[:2] == buyer.own_quote[:2] == buyer.own_promise[:2] == [1.5, 1.5]
    line = [getattr(buyer, f"line_{name}")[0] for name in ("product", "open", "price", "placed", "promised", "prepaid")]
    assert line == [1, 5.0, 9.0, -1, 0, 0.0]


def test_who_got_nothing_expects_what_it_is_quoted():
    """Its own wait of a quarter is of before; what was not wanted is no short fill."""
    buyer = bare(Buyer, own_wait=1.0, own_lead_weight=0.25, lead_smoothing=0.5, fill_smoothing=0.5, fill_expected=0.8)
    buyer.own_quote[0], buyer.lead_expected[0] = 4.0, 2.0
    Buyer.expect(buyer, SimpleNamespace(generation_count=1))
    assert (buyer.lead_expected[0], buyer.fill_expected) == (3.0, 0.8)


def test_what_is_made_by_the_next_quarter_is_waited_for():
    """5 of a product that is made from then on, 7 of one that is made later, 3 HAE from outside."""
    buyer = bare(Buyer, outside_open=3.0)
    book.join(buyer, 0, 5.0, 1.0, 0, 9, 0.0)
    book.join(buyer, 1, 7.0, 1.0, 0, 9, 0.0)
    products = [bare(Product, hae=2.0, launch=5), bare(Product, hae=2.0, launch=6)]
    assert Buyer.waiting_for(buyer, SimpleNamespace(quarter=4), products) == 13.0


@pytest.mark.parametrize(("rate", "products"), [(0.5, [1, 0]), (1.0, [1, 1])])
def test_no_more_moves_to_the_next_generation_than_contracts_let(rate, products):
    """Of two lines of 10 a half is the older one."""
    buyer = bare(Buyer, newer=lambda *told: 1, settle=lambda *paid: None)
    for placed in (0, 1):
        book.join(buyer, 0, 10.0, 1e6, placed, 3, 0.0)
    market = bare(MarketState, quarter=4, conversion_rate=rate, conversion_charge=0.0)
    Buyer.convert(buyer, market, [bare(Product), bare(Product, price=1.0)])
    assert (buyer.line_product[:2], buyer.lines) == (products, 2)


def test_where_money_or_power_is_short_by_more_than_the_need_nothing_is_asked_for():
    asked: list[tuple[int, int, float, float]] = []
    buyer = planner(
        asked, choose=lambda *where: 1, wanted_flow=lambda product: 10.0, limited=lambda need, *limits: -5.0,
        coming_by=lambda *told: 0.0,
    )  # fmt: skip
    buyer.split[0] = 1.0
    orders.cover(buyer, bare(MarketState, generation_count=1), [bare(Product, price=1e6)])
    assert asked == [(0, 0, 0.0, 2.0)]


def test_a_delivery_is_paid_less_deposit_and_loan_and_counted():
    """2 units of 2 HAE at a million each, a quarter prepaid, 40% of the rest lent, half as much again for others."""
    paid: list[float] = []
    others: list[float] = []
    buyer = bare(
        Buyer, vendor_finance=0.4, cost_factor=1.5, deposits=9.0, stock=10.0, pay=paid.append,
        settle_with_others=others.append,
    )  # fmt: skip
    book.join(buyer, 0, 5.0, 1e6, 1, 4, 0.25)
    noted: list[tuple[int, float]] = []
    market = SimpleNamespace(quarter=4, note_delivery=lambda placed, hae: noted.append((placed, hae)))
    assert Buyer.take(buyer, market, bare(Product, hae=2.0), 0, 2.0) == 2.0
    assert (paid, others, noted) == ([pytest.approx(0.9)], [1.0], [(1, 4.0)])
    assert (buyer.vendor_debt, buyer.deposits) == (pytest.approx(0.6), 8.5)
    assert (buyer.owned[0], buyer.stock, buyer.line_open[0]) == (2.0, 14.0, 3.0)
    assert (buyer.delivered, buyer.units_delivered, buyer.value_delivered, buyer.wait_delivered) == (
        4.0,
        2.0,
        2.0,
        12.0,
    )
    assert buyer.promised_delivered == 4.0


def test_who_can_have_the_next_generation_at_once_waits_for_nothing():
    """It is made from the next quarter on, when an order of now comes at the soonest."""
    asked: list[tuple[int, int, float, float]] = []
    buyer = planner(
        asked, pick=lambda *where: 0, newer=lambda *told: 1, osborne=0.4, waiting_for=lambda *where: 0.0,
        gap=lambda product, waiting: 10.0, limited=lambda need, *limits: need, wanted_flow=lambda product: 0.0,
        flow=lambda target: 0.0, means=lambda quarters: 0.0, committed=lambda by: 0.0,
    )  # fmt: skip
    products = [bare(Product, index=0, price=2e6), bare(Product, index=1, price=1e6, launch=5)]
    orders.anchored(buyer, bare(MarketState, quarter=4), products)
    assert asked[0] == (0, 0, 10.0, 2.0)


def test_power_is_started_for_what_is_wanted_beside_what_is_owned():
    """1,000 HAE of 2 kW and a quarter as much for the site."""
    buyer = bare(Buyer, target=1500.0, stock=500.0, overhead=1.25, power_starts=9.0, power_delay=1.0, power_mw=0.0)
    buyer.pick = lambda *where: 0
    Buyer.build_power(buyer, None, [bare(Product, power_kw=4.0, hae=2.0)])
    assert buyer.power_coming[0] == pytest.approx(2.5)
