"""Measures on cases worked by hand."""

import math
from types import SimpleNamespace

import pytest

from agents.records.roles import QUARTERS
from market import Market, Scenario, simulate
from market.measures import cohort_lead_weeks, ratio
from tests.worlds import changed, quiet_world

WEEKS = 13.0


def cohort(ordered, delivered, cancelled, now):
    """A market in which one quarter's orders (the first's) fared so, by age in quarters."""
    pad = [0.0] * (QUARTERS * QUARTERS)
    market = SimpleNamespace(
        quarter=now,
        cohort_ordered=[ordered] + [0.0] * (QUARTERS - 1),
        cohort_delivered=[*delivered, *pad][: len(pad)],
        cohort_cancelled=[*cancelled, *pad][: len(pad)],
    )
    return cohort_lead_weeks(market, 0)


def test_all_delivered():
    """60 after one quarter, 40 after two: a mean of 1.4 quarters."""
    assert cohort(100.0, [0.0, 60.0, 40.0], [0.0, 0.0, 0.0], now=5) == pytest.approx(1.4 * WEEKS)


def test_cancelled_orders_are_censored():
    """After one quarter half are delivered and half of the rest cancelled; the last quarter's worth after two.

    At risk 100, 50, then 25: waiting shares 1, 0.5, 0. Counting the cancelled as served at once would give 1.25.
    """
    found = cohort(100.0, [0.0, 50.0, 25.0], [0.0, 25.0, 0.0], now=5)
    assert found == pytest.approx((1.0 + 0.5) * WEEKS)


def test_open_orders_are_not_short_waits():
    """A tenth a quarter and the rest still open: the mean over what has been seen, not over what came."""
    found = cohort(100.0, [0.0, 10.0, 10.0, 10.0], [0.0] * 4, now=4)
    assert found == pytest.approx((1.0 + 0.9 + 0.8 + 0.7) * WEEKS)
    assert found > 2.0 * WEEKS, "the mean wait of the delivered"


def test_less_than_a_unit_is_a_cohort_too():
    assert cohort(0.1, [0.0, 0.06, 0.04], [0.0, 0.0, 0.0], now=5) == pytest.approx(1.4 * WEEKS)


def test_nothing_to_be_seen():
    assert math.isnan(cohort(0.0, [0.0], [0.0], now=5))
    assert math.isnan(cohort(100.0, [0.0, 0.0], [0.0, 0.0], now=1))


def test_a_cohort_is_seen_from_the_second_quarter_after_its_own():
    """However late it was placed."""
    market = SimpleNamespace(
        quarter=4,
        cohort_ordered=[10.0] * QUARTERS,
        cohort_delivered=[0.0] * QUARTERS * QUARTERS,
        cohort_cancelled=[0.0] * QUARTERS * QUARTERS,
    )
    assert math.isnan(cohort_lead_weeks(market, 3))
    assert cohort_lead_weeks(market, 2) == 2.0 * WEEKS


def test_ratio_of_nothing():
    assert math.isnan(ratio(1.0, 0.0))
    assert ratio(1.0, 4.0) == 0.25


@pytest.fixture(scope="module")
def world():
    """Capacity of 100 for a buyer who needs more, and one who needs little."""
    large = {"opening_stock": 400.0, "opening_flow": 0.5, "opening_book": 1.0, "income": 100.0}
    small = {"opening_stock": 40.0, "opening_flow": 0.5, "opening_book": 1.0, "income": 100.0}
    raw = quiet_world(100.0, 8, large=large, small=small)
    return changed(raw, {("products", "unit", "opening_price"): 3e4, ("products", "unit", "unit_cost"): 1e4})


def test_definitions_hold_in_every_quarter(world):
    results = simulate(Scenario.from_dict(world)).isel(run=0)
    delivered = results.buyer_delivered.sum("buyer")
    assert delivered.values == pytest.approx(results.shipped.values, rel=1e-12)
    assert results.revenue.values == pytest.approx(0.03 * results.shipped.values)  # at 30,000 USD
    assert results.gross_margin.values == pytest.approx(2.0 / 3.0)
    shares = results.buyer_delivered / delivered
    assert results.buyer_share_hae.values == pytest.approx(shares.values)
    assert results.hhi.values == pytest.approx((1e4 * shares * shares).sum("buyer").values)
    assert results.order_inflation.values == pytest.approx((results.ordered / results.needed).values)
    premium = results.product_shadow_price / results.product_list_price - 1.0
    assert results.product_premium.values == pytest.approx(premium.values)
    idle = results.buyer_idle + results.buyer_deployed
    assert (idle.values[1:] > idle.values[:-1]).all()


def test_shipments_of_the_first_quarter(world):
    """Books of 200 and 20 units share 100 in proportion, and wait for a quarter's production each."""
    results = simulate(Scenario.from_dict(world)).isel(run=0, quarter=0)
    assert results.buyer_delivered.values == pytest.approx([1000 / 11, 100 / 11])
    assert results.hhi.item() == pytest.approx(1e4 * (100 + 1) / 121)
    assert results.quoted_lead_weeks.item() == pytest.approx(WEEKS * (220 - 100) / 100)
    assert results.fill_rate.item() == pytest.approx(100 / 220)
    assert results.buyer_fill_rate.values == pytest.approx(100 / 220)
    assert results.realised_lead_weeks.item() == pytest.approx(WEEKS)


def test_base_weeks_are_part_of_every_quote(world):
    plain = simulate(Scenario.from_dict(world))
    longer = simulate(Scenario.from_dict(changed(world, {("supplier", "base_weeks"): 6.0})))
    assert longer.quoted_lead_weeks.values == pytest.approx(plain.quoted_lead_weeks.values + 6.0)
    assert longer.product_quoted_lead_weeks.values == pytest.approx(plain.product_quoted_lead_weeks.values + 6.0)


def test_every_variable_names_its_unit():
    results = simulate(Scenario.load("reference"))
    for name, variable in results.data_vars.items():
        assert variable.attrs["unit"], name
        assert variable.attrs["long_name"], name


def test_columns_are_those_of_the_contract():
    model = Market(Scenario.load("reference"))
    expected = {
        "market": "revenue gross_margin backlog production shipped ordered needed cancelled fill_rate order_inflation "
        "unmet_share quoted_lead_weeks realised_lead_weeks cohort_lead_weeks rental_usd_hour hhi capacity",
        "products": "list_price transaction_price shadow_price premium produced shipped backlog quoted_lead_weeks",
        "buyers": "needed ordered delivered deployed idle backlog cancelled share_units share_hae price_paid "
        "realised_lead_weeks fill_rate spending cash power_mw",
    }
    for family, columns in expected.items():
        assert set(columns.split()) <= set(model.build.layouts[family].columns)
