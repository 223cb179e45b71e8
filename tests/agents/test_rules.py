"""Rules of ordering, demand, capacity and the book, at points worked by hand."""

import math
from types import SimpleNamespace

import pytest

from agents.buyer import Buyer
from agents.records.roles import LINES
from agents.rules import book, demand, gaming, ordering, pipeline, tactics
from tests.worlds import bare


@pytest.mark.parametrize(
    ("stock", "target", "on_order", "lead", "expected"),
    [
        (190.0, 600.0, 0.0, 0.5, 113.875),  # the first order of B59
        (600.0, 600.0, 30.0, 1.0, 30.0),  # at rest: what retires, with the wanted supply line
        (600.0, 600.0, 0.0, 0.0, 30.0),
        (900.0, 600.0, 0.0, 0.0, 0.0),  # too much: nothing, not less than nothing
        (600.0, 600.0, 1000.0, 1.0, 0.0),
    ],
)
def test_need(stock, target, on_order, lead, expected):
    found = ordering.need(stock, target, on_order, lead, retirement=0.05, adjustment=0.25, line_weight=0.5)
    assert found == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("fill", "exponent", "cap", "expected"),
    [
        (1.0, 1.0, 3.0, 1.0),
        (0.5, 0.0, 3.0, 1.0),
        (0.5, 1.0, 3.0, 2.0),
        (0.25, 0.5, 3.0, 2.0),
        (0.1, 1.0, 3.0, 3.0),
        (0.0, 1.0, 3.0, 3.0),
        (1e-300, 3.0, 3.0, 3.0),
        (-0.1, 1.0, 3.0, 3.0),
        (1.5, 1.0, 3.0, 1.0),
    ],
)
def test_inflation(fill, exponent, cap, expected):
    assert ordering.inflation(fill, exponent, cap) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("left", "fee"), [(0.0, 1.0), (1.0, 1.0), (1.5, 0.6), (2.0, 0.2), (3.0, 0.1), (4.0, 0.0), (9.0, 0.0)]
)
def test_cancellation_fee(left, fee):
    assert ordering.cancellation_fee(left, full=1.0, at_two=0.2, free=4.0) == pytest.approx(fee)


def test_cancellation_fee_never_falls_as_delivery_nears():
    fees = [ordering.cancellation_fee(quarters / 10.0, 1.0, 0.2, 4.0) for quarters in range(60)]
    assert fees == sorted(fees, reverse=True)


def test_user_cost():
    assert demand.user_cost(30000.0, 0.1, 0.2, 0.1) == pytest.approx(3000.0)


@pytest.mark.parametrize(
    ("value", "cost", "elasticity", "expected"),
    [(4.0, 1.0, 1.0, 40.0), (4.0, 1.0, 0.5, 20.0), (4.0, 1.0, 2.0, 160.0), (0.0, 1.0, 1.0, 0.0), (4.0, 0.0, 1.0, 0.0)],
)
def test_desired_compute(value, cost, elasticity, expected):
    assert demand.desired_compute(10.0, value, cost, elasticity) == pytest.approx(expected)


def test_demand_regime_jumps_then_grows():
    def regime(quarter):
        return demand.demand_regime(quarter, start=2, level=10.0, speed=0.5, growth=0.02)

    assert [regime(0), regime(1)] == [1.0, 1.0]
    assert regime(2) == pytest.approx((1.0 + 9.0 * (1.0 - math.exp(-2.0))) * 1.02)
    assert regime(40) / regime(39) == pytest.approx(1.02)


def test_a_later_unit_is_worth_less():
    now = demand.present_value(100.0, 0.25, 0.0, 0.1, 0.2)
    assert now == pytest.approx(100.0 / 0.075)
    assert demand.present_value(100.0, 0.25, 2.0, 0.1, 0.2) == pytest.approx(now * math.exp(-0.5))


@pytest.mark.parametrize(
    ("desired", "installed", "under_way", "expected"),
    [(200.0, 100.0, 0.0, 25.0), (200.0, 100.0, 100.0, 12.5), (100.0, 200.0, 0.0, 0.0)],
)
def test_capacity_starts(desired, installed, under_way, expected):
    assert pipeline.starts(desired, installed, under_way, 0.5, 4.0) == pytest.approx(expected)


def test_a_short_delay_moves_a_stage_a_quarter():
    stages = [1.0, 2.0, 3.0]
    assert pipeline.advance(stages, 5.0, 3.0) == pytest.approx(3.0)
    assert stages == pytest.approx([5.0, 1.0, 2.0])


def holder():
    """Something that holds order lines."""
    lines = {
        f"line_{name}": [0.0] * LINES
        for name in ("product", "units", "open", "cancelled", "price", "placed", "promised", "prepaid")
    }
    return SimpleNamespace(lines=0, cost_factor=2.0, vendor_finance=0.0, **lines)


def test_the_book_keeps_its_lines():
    buyer = holder()
    for n, units in enumerate((10.0, 20.0, 30.0)):
        book.join(buyer, product=n, units=units, price=1e6, placed=n, promised=n + 2, prepaid=0.5)
    assert book.fill(buyer, 0, 4.0) == 4.0
    assert book.fill(buyer, 1, 20.0 - 1e-12) == 20.0, "a crumb is shipped with the rest"
    assert book.strike(buyer, 2, 5.0) == 5.0
    assert buyer.line_open[:3] == pytest.approx([6.0, 0.0, 25.0])
    assert buyer.line_cancelled[:3] == [0.0, 0.0, 5.0]
    assert book.cost_to_come(buyer, by=2) == pytest.approx(6.0 * 1.5)
    assert book.cost_to_come(buyer, by=4) == pytest.approx((6.0 + 25.0) * 1.5)
    book.tidy(buyer)
    assert buyer.lines == 2
    assert buyer.line_product[:2] == [0, 2]
    assert buyer.line_units[:2] == [10.0, 30.0]
    assert buyer.line_cancelled[:2] == [0.0, 5.0]


def test_a_strike_takes_at_most_what_is_open():
    buyer = holder()
    book.join(buyer, 0, 10.0, 1.0, 0, 1, 0.0)
    assert book.strike(buyer, 0, 50.0) == 10.0
    assert buyer.line_open[0] == 0.0


def test_a_full_book_says_so():
    buyer = holder()
    for _ in range(LINES):
        book.join(buyer, 0, 1.0, 1.0, 0, 1, 0.0)
    with pytest.raises(OverflowError, match="the order book is full"):
        book.join(buyer, 0, 1.0, 1.0, 0, 1, 0.0)
    assert buyer.lines == LINES


def test_tidying_moves_a_line_as_a_whole():
    buyer = bare(Buyer)
    book.join(buyer, 0, 0.0, 0.0, 0, 0, 0.0)
    book.join(buyer, 1, 2.0, 3.0, 4, 5, 0.6)
    book.strike(buyer, 1, 1.5)
    book.tidy(buyer)
    columns = ("product", "units", "open", "cancelled", "price", "placed", "promised", "prepaid")
    assert buyer.lines == 1
    assert [getattr(buyer, f"line_{name}")[0] for name in columns] == [1, 2.0, 0.5, 1.5, 3.0, 4, 5, 0.6]


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


def test_what_is_put_off_comes_later_and_last_at_the_latest():
    coming = [1.0, 2.0, 3.0, 4.0]
    pipeline.put_off(coming, 2)
    assert coming == [0.0, 0.0, 1.0, 9.0]


def test_the_first_units_of_a_deal_are_worth_no_more_than_the_most():
    """1/C from a quarter to 4, at most 2: that up to a half, then the logarithm of 8."""
    found = demand.mean_value(1.0, 1.0, 1.0, 2.0, 0.25, 4.0)
    assert found == pytest.approx((2.0 * 0.25 + math.log(8.0)) / 3.75)


def test_who_would_lose_more_by_a_phantom_than_it_gains_asks_for_what_it_needs():
    assert gaming.adaptive(8.0, 0.5, 1.0, 3.0, 0.0, 0.0, 1.0, 2.0) == 1.0
    assert gaming.adaptive(8.0, 0.5, 1.0, 3.0, 0.0, 0.0, 2.0, 1.0) == pytest.approx(math.sqrt(2.0))
    assert gaming.adaptive(8.0, 0.5, 1.0, 3.0, 0.0, 0.0, 0.0, 1.0) == 1.0


def test_the_best_reply_gets_less_than_there_is_though_the_ideal_is_more():
    """An ideal of 40 where 10 are there and others order 30: (8 - 0.2 a) (10 - a)^2 = 0.1 x 10 x 30."""
    order = ordering.proportional_reply(30.0, 10.0, 8.0, 0.2, 0.1, False)
    part = order * 10.0 / (order + 30.0)
    assert 0.0 < part < 10.0
    assert (8.0 - 0.2 * part) * (10.0 - part) ** 2 == pytest.approx(30.0)


def test_tastes_fall_with_the_price_over_the_lowest_and_never_to_nothing():
    assert ordering.taste(120.0, 100.0, 0.2) == pytest.approx(math.exp(-1.0))
    assert ordering.taste(1e9, 1.0, 0.01) == math.exp(-500.0)


def test_money_pays_for_as_many_as_it_can_and_a_crumb_of_it_for_none():
    assert book.payable(1000.0, 2.0, 3000.0) == 1000.0
    assert book.payable(1000.0, 2.0, 500.0) == 250.0
    assert book.payable(1000.0, 2.0, 1e-7) == 0.0


@pytest.mark.parametrize(
    ("at_once", "own", "given", "expected"),
    [
        (0.1, 0.3, 0.2, 0.4),  # half of what it is given on top of what it gave
        (0.1, 0.0, 0.0, 0.1),  # what it gives at once, whatever the other side does
        (0.1, 0.3, -0.2, 0.3),  # what is taken back from it, it takes back from nobody
        (0.1, 0.9, 0.8, 1.0),  # never more than all
    ],
)
def test_who_gives_what_it_is_given(at_once, own, given, expected):
    """Tit for tat (Faratin et al. 1998), half as much: the week and the deadline are nothing to it."""
    for week, deadline in ((1.0, 13.0), (9.0, 10.0)):
        assert tactics.responsive(week, deadline, 0.5, at_once, own, given) == pytest.approx(expected)
