"""Rules one at a time, each on a case of its own that another rule would get wrong."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from agents.bargainer import PRICE
from agents.buyer import Buyer
from agents.records.roles import NEVER, SLOTS
from agents.rules import book, pipeline
from agents.supplier import Supplier
from market import Market, Scenario, measures, quarter
from market.market_state import MarketState
from market.mechanisms import negotiation, protocols
from market.product import OutsideOption, Product, move_launches
from market.scenario.paths import Series
from tests.worlds import bare, changed, quiet_world


def measured(buyer: SimpleNamespace, product: SimpleNamespace | None = None) -> SimpleNamespace:
    """A market after its totals are measured, with one buyer and one product on sale."""
    products = [product or bare(Product)]
    market = bare(MarketState, buyer_count=1, product_count=1, offer_count=1, possible=1.0)
    supplier = bare(Supplier, base_weeks=0.0, output=lambda market, products, quarter: 0.0)
    measures.measure_market(market, supplier, products, [buyer])
    return market


def test_the_fill_rate_is_of_what_was_promised_for_the_quarter():
    """8 promised, 4 of them delivered, and 6 that were late: a half, for the buyer and for all."""
    buyer = bare(Buyer, delivered=10.0, promised=8.0, promised_delivered=4.0, lines=0)
    buyer.slot_product = [-1] * SLOTS
    market = SimpleNamespace(buyer_count=1)
    measures.measure_buyers(market, bare(Supplier), [], [buyer])
    assert buyer.fill_rate == 0.5
    assert measured(buyer).fill_rate == 0.5


def test_the_margin_is_on_what_was_shipped():
    """10 of 30 units made are shipped, at a cost of 0.02 million each, for one million in all."""
    product = bare(Product, produced=30.0, shipped=10.0, unit_cost=20_000.0)
    assert measured(bare(Buyer, value_delivered=1.0), product).gross_margin == pytest.approx(0.8)


def test_what_the_supplier_has_lent_is_what_buyers_owe():
    assert measured(bare(Buyer, vendor_debt=7.0)).lent == 7.0


def test_what_power_cut_is_a_share_of_it_and_of_what_was_needed():
    found = measured(bare(Buyer, needed=6.0, at_power=2.0, at_money=3.0, at_inflation_cap=1.5))
    assert found.power_capped == 2.0 / (2.0 + 6.0)
    assert found.money_capped == 3.0 / (3.0 + 6.0)
    assert found.inflation_capped == 1.5 / 6.0


def test_an_outside_option_is_quoted_from_its_order_on():
    option = bare(OutsideOption, lead=2, commitment=3)
    measures.measure_outside(SimpleNamespace(product_count=0, offer_count=1), [option])
    assert option.quoted_lead_weeks == 13.0 * (2 + 3)


def test_a_late_line_is_due_and_was_promised_once(monkeypatch):
    """A line of 5 promised for the last quarter, one of 3 for this, one of 2 for the next."""
    monkeypatch.setattr(quarter, "standing", lambda market, supplier, buyer: 1.0)
    buyer = bare(Buyer)
    for units, promised in ((5.0, 3), (3.0, 4), (2.0, 5)):
        book.join(buyer, 0, units, 1.0, 0, promised, 0.0)
    market = bare(MarketState, quarter=4, buyer_count=1, product_count=1, reserved_share=0.0, standing=-1)
    quarter.ship(market, None, [bare(Product, stock=0.0, hae=2.0)], [buyer])
    assert buyer.due == 2.0 * (5.0 + 3.0)
    assert buyer.promised == 2.0 * 3.0


def test_the_common_shock_keeps_half_of_itself():
    market = bare(MarketState, common=0.8, common_noise=0.1, common_draw=2.0, buyer_count=0, product_count=0)
    quarter.sense_demand(market, [], [])
    assert market.common == pytest.approx(0.5 * 0.8 + 0.1 * 2.0)


def test_a_launch_brought_forward_ramps_from_then_on():
    """Its generation is as young as its first launch; nothing is on sale before it is announced."""
    early = bare(Product, generation=1, launch=10, announced=9, delay=-4.0)
    other = bare(Product, generation=1, launch=12, announced=12)
    old = bare(Product, generation=0, launch=0)
    move_launches(SimpleNamespace(quarter=2, product_count=3), [early, other, old])
    assert (early.launch, early.announced) == (6, 6)
    assert early.generation_launch == other.generation_launch == 6
    assert old.generation_launch == 0


def test_what_is_on_sale_is_not_put_off():
    product = bare(Product, launch=1, announced=0, delay=3.0)
    move_launches(SimpleNamespace(quarter=2, product_count=1), [product])
    assert product.launch == 1


@pytest.mark.parametrize(("worth", "joins"), [(1.2, False), (1.25, True)])
def test_prepaying_costs_a_buyer_its_quarterly_rate(monkeypatch, worth, joins):
    """Half the price four quarters ahead at 40% a year adds 0.5 (1.1 ** 4 - 1) = 23%."""
    joined = []
    monkeypatch.setattr(protocols, "_enter", lambda *terms: joined.append(terms))
    buyer = bare(Buyer, capital_cost=0.4, bargains=True, worth=lambda product, lead: worth * product.price)
    buyer.slot_product, buyer.slot_week = [0] + [-1] * (SLOTS - 1), [-1] * SLOTS
    buyer.lead_expected = [4.0] * len(buyer.lead_expected)
    supplier = SimpleNamespace(promise=lambda buyer, market, product: 5.0)
    protocols._join_queue(
        bare(MarketState, buyer_count=1, deposit=0.5), supplier, [bare(Product, price=2.0)], [buyer], True
    )
    assert bool(joined) is joins


def test_the_supplier_lends_what_is_due_on_delivery():
    """Of a unit's price a quarter is paid in advance, and 40% of the rest is lent; all in it costs 1.2 prices."""
    buyer = bare(Buyer, cost_factor=1.2, vendor_finance=0.4)
    book.join(buyer, 0, 1.0, 1.0, 0, 1, 0.25)
    assert book.cash_share(buyer, 0) == pytest.approx(1.2 - 0.25 - 0.4 * 0.75)


def test_a_loan_is_paid_back_in_equal_parts_as_far_as_there_is_money():
    paid: list[float] = []
    owner = bare(Buyer, vendor_debt=8.0, finance_quarters=4.0, purse=lambda: 100.0, pay=paid.append)
    Buyer.repay(owner)
    assert (paid, owner.vendor_debt) == ([2.0], 6.0)
    owner.purse = lambda: 0.5
    Buyer.repay(owner)
    assert (paid, owner.vendor_debt) == ([2.0, 0.5], 5.5)


def test_halls_hold_so_much_and_no_more():
    owner = bare(
        Buyer, stock=30.0, space=50.0, machine_mw=0.0, power_mw=1000.0, count_stock=lambda market, products: None
    )
    assert Buyer.room(owner, bare(Product, power_kw=1.0), 1) == 50.0 - 30.0
    owner.stock = 70.0
    assert Buyer.room(owner, bare(Product, power_kw=1.0), 1) == 0.0
    Buyer.deploy(owner, None, [])
    assert (owner.deployed, owner.idle) == (50.0, 20.0)


@pytest.fixture
def model() -> Market:
    """One buyer of one product, before the first quarter."""
    raw = quiet_world(0.0, 4, only={"opening_stock": 10.0})
    return Market(Scenario.from_dict(changed(raw, {("products", "unit", "opening_price"): 1e6})))


def test_an_export_rule_pays_deposits_back(model):
    """10 units at a million each, half of it paid in advance."""
    (buyer,), (product,) = model.buyers, model.products
    book.join(buyer, 0, 10.0, 1e6, 0, NEVER, 0.5)
    buyer.deposits, cash, spent = 5.0, buyer.cash, buyer.spending
    product.open_market = 0.0
    buyer.withdraw(model, model.products)
    assert buyer.cash == pytest.approx(cash + 5.0)
    assert buyer.spending == pytest.approx(spent - 5.0)
    assert buyer.deposits == pytest.approx(0.0)
    assert buyer.fees == 0.0


def test_a_forfeited_deposit_pays_the_fee():
    """A fee of 3 out of a deposit of 2: one more is paid, and the deposit is gone."""
    paid: list[float] = []
    owner = bare(Buyer, deposits=2.0, pay=paid.append)
    Buyer.settle(owner, 2.0, 3.0)
    assert (owner.deposits, owner.fees, paid) == (0.0, 3.0, [1.0])


def test_a_lag_looks_back():
    """A lag of two quarters gives what there was two quarters before."""
    first = 2023 * 4
    plain = Series(series="capex_cash/Amazon").values(first - 2, 3)
    assert Series(series="capex_cash/Amazon", lag=2).values(first, 3) == plain
    assert plain != Series(series="capex_cash/Amazon").values(first, 3)


def test_a_list_price_rises_by_a_quarter_of_the_yearly_limit():
    assert Supplier.highest_price(bare(Supplier, fairness=True, rise_limit=0.08), bare(Product, price=100.0)) == 102.0


def test_firm_orders_are_read_in_full():
    """Half of what was ordered before came: of 10, 4 of them firm, 7 are believed."""
    buyer = bare(Buyer, ordered=10.0, ordered_firm=4.0, conversion=0.5)
    supplier = bare(Supplier)
    Supplier.read_demand(supplier, SimpleNamespace(buyer_count=1), [buyer])
    assert supplier.estimate == 7.0


def test_who_cancels_gets_less():
    """A half of what it ordered was cancelled, at an exponent of two: a quarter of the weight."""
    market = bare(MarketState, churn_exponent=2.0, size_exponent=1.0)
    true, false = (
        bare(Buyer, stock=10.0, churn=churn, names=1, means=lambda quarters: 0.0, power_mw=1.0) for churn in (0.0, 0.5)
    )
    weight = Supplier.weigh(bare(Supplier), true, market)
    assert Supplier.weigh(bare(Supplier), false, market) == pytest.approx(weight / 4.0)


def test_a_promise_is_the_quarter_in_which_the_wait_ends():
    """A wait of two and a half quarters ends in the third from the next."""
    buyer = bare(Buyer)
    buyer.own_promise = [2.5] * len(buyer.own_promise)
    assert Supplier.promise(bare(Supplier), buyer, SimpleNamespace(quarter=4), bare(Product)) == 4 + 1 + 2


def test_growth_is_read_over_four_quarters(monkeypatch):
    """A tenth a quarter since the fourth before; those between would tell of another growth."""
    planned: list[float] = []
    monkeypatch.setattr(pipeline, "starts", lambda desired, *rest: planned.append(desired) or 0.0)
    supplier = bare(Supplier, estimate=1.1**4, extrapolation=1.0, capacity_delay=1.0, estimates=[2.0, 3.0, 4.0, 1.0])
    Supplier.start_capacity(supplier, bare(MarketState, hae_per_wafer=1.0))
    assert planned == [pytest.approx(1.1**5)]
    assert supplier.estimates == [1.1**4, 2.0, 3.0, 4.0]


def test_wafers_are_spare_that_no_open_order_waits_for():
    """Half of 100 and 10 of its own, less those for 30 units that are still to be made, two from a wafer."""
    supplier = bare(Supplier, share=0.5, upstream=100.0, own_capacity=10.0, capacity_factor=1.0)
    product = bare(Product, book=40.0, stock=10.0, packages=2.0)
    assert Supplier.unsold_wafers(supplier, SimpleNamespace(product_count=1), [product]) == 60.0 - 15.0


def test_no_more_is_cancelled_than_the_fee_can_be_paid_for():
    """10 units at a million each, none of them payable; a fee of one half, and money for four of those."""
    settled: list[tuple[float, float]] = []
    buyer = bare(
        Buyer, committed=lambda by: 100.0, means=lambda quarters: 0.0, may_leave=lambda market, line: True,
        cash_factor=lambda: 1.0, leaving_fee=lambda market, line: 0.5, purse=lambda: 2.0,
        settle=lambda *paid: settled.append(paid),
    )  # fmt: skip
    book.join(buyer, 0, 10.0, 1e6, 0, 5, 0.0)
    market = SimpleNamespace(quarter=4, note_cancellation=lambda placed, units: None)
    Buyer.cancel(buyer, market, [bare(Product, hae=1.0)])
    assert (buyer.cancelled, buyer.line_open[0]) == (4.0, 6.0)
    assert settled == [(0.0, 2.0)]


@pytest.mark.parametrize(("price", "share", "back"), [(1.2e6, 5.0 / 6.0, 0.0), (0.8e6, 1.0, 1.0)])
def test_a_deposit_moves_with_the_line_as_far_as_the_new_price_holds_it(price, share, back):
    """5 million paid in advance for 10 units; 5 of the next generation do for them, at 6 or 4 million in all."""
    settled: list[tuple[float, float]] = []
    buyer = bare(Buyer, newer=lambda *which: 1, settle=lambda *paid: settled.append(paid))
    book.join(buyer, 0, 10.0, 1e6, 0, 3, 0.5)
    market = bare(MarketState, quarter=4, conversion_rate=1.0, conversion_charge=0.0)
    Buyer.convert(buyer, market, [bare(Product, hae=1.0), bare(Product, hae=2.0, price=price, launch=6)])
    assert (buyer.line_product[0], buyer.line_open[0], buyer.line_promised[0]) == (1, 5.0, 6)
    assert buyer.line_prepaid[0] == pytest.approx(share)
    assert settled == [(pytest.approx(back), 0.0)]


def test_the_supplier_offers_first_and_the_buyer_answers():
    """Nobody gives way: what is on the table is what each began with, in turn."""
    patient = {"concession": lambda *told: 0.0, "score_weight": lambda issue: 0.25, "tactic": 0}
    buyer = bare(Buyer, **patient)
    buyer.ask_open[PRICE], buyer.ask_reserve[PRICE] = 10.0, 9.0
    buyer.bid_open[PRICE], buyer.bid_reserve[PRICE] = 1.0, 2.0
    for week in range(4):
        assert not negotiation.exchange(buyer, SimpleNamespace(**patient), 0, week, 12)
    assert buyer.offer_price[:4] == [10.0, 1.0, 10.0, 1.0]
