"""Truths 1 to 6 of V3: each holds in a market made by hand, and each can be broken."""

from __future__ import annotations

import numpy as np
import pytest

from market import Market, Scenario
from runs.backtest.paths import Paths
from runs.backtest.truths import TRUTHS, truths
from tests.runs.backtest.made import SCENARIO, found, made, put, times

RULES = {rule.id: rule for rule in TRUTHS}


def pair(change=0.0):
    """Paths without a deposit, and with one that changes all revenue."""
    charged = made()
    charged["revenue"] *= 1.0 + change
    return Paths(made(), SCENARIO), Paths(charged, SCENARIO)


def test_all_hold():
    judged = truths(Paths(made(), SCENARIO, pair()), SCENARIO)
    assert [(one.id, one.verdict, one.share, one.excess) for one in judged] == [
        (f"T{n}", "in", 1.0, 0.0) for n in range(1, 7)
    ]


# --- 1: honest quotes ----------------------------------------------------------------------------------------


def test_t1_three_quarters_in_four():
    """13 cohorts count: 2023Q1 to 2026Q1, of which the last is seen for a year."""
    data = made()
    quarters = SCENARIO.quarters
    for quarter in quarters[1:4]:
        put(data, "cohort_lead_weeks", 34.0, quarter)
    honest = found(RULES["T1"], data)
    assert honest.parts[0].value == pytest.approx(10 / 13)
    assert honest.verdict == "in"
    assert "13 quarters to 2026Q1" in honest.parts[0].note
    assert "2023Q1 +7.5, 2023Q2 +7.5, 2023Q3 +7.5 weeks" in honest.parts[0].note
    put(data, "cohort_lead_weeks", 19.0, quarters[4])
    broken = found(RULES["T1"], data)
    assert broken.parts[0].value == pytest.approx(9 / 13)
    assert broken.verdict == "out"


@pytest.mark.parametrize(("weeks", "inside"), [(20.0, True), (19.9, False), (33.0, True), (33.1, False)])
def test_t1_half_the_clock_either_way(weeks, inside):
    data = made()
    data["cohort_lead_weeks"][:] = weeks
    assert found(RULES["T1"], data).holds == inside


def test_t1_leaves_out_what_was_not_seen():
    """Orders of the last year, of before 2023, and those quoted a wait that goes beyond the last quarter."""
    data = made()
    for quarter in ("2022Q4", "2026Q2", "2026Q3", "2026Q4"):
        put(data, "cohort_lead_weeks", 99.0, quarter)
    assert found(RULES["T1"], data).parts[0].value == 1.0
    put(data, "cohort_quoted_weeks", 40.0, "2026Q1")
    assert "12 quarters to 2025Q4" in found(RULES["T1"], data).parts[0].note
    data["cohort_lead_weeks"][:] = np.nan
    assert found(RULES["T1"], data).verdict == "not applicable"


# --- 2: no hidden stock --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("units", "inside"), [(0.09, True), (0.11, False)])
def test_t2_stock_is_what_was_made_less_what_was_shipped(units, inside):
    """Units kept back in 2024Q3 and shipped a quarter later, as a share of a quarter's production."""
    data = made()
    kept = units * float(data.production.sel(quarter="2024Q3", run=0))
    data["product_shipped"].loc[{"quarter": "2024Q3", "product": "H100"}] -= kept
    data["product_shipped"].loc[{"quarter": "2024Q4", "product": "H100"}] += kept
    stock = found(RULES["T2"], data)
    assert stock.parts[0].value == pytest.approx(units)
    assert stock.holds == inside


def test_t2_counts_units_as_compute_and_adds_them_up():
    data = made()
    put(data, "product_shipped", 0.0, "2023Q2", product="A100")
    kept = 0.315 * float(data.product_produced.sel(quarter="2023Q2", product="A100", run=0))
    production = data.production.sel(run=0)
    highest = float((kept / production.isel(quarter=slice(2, None))).max())
    assert found(RULES["T2"], data).parts[0].value == pytest.approx(highest)


def test_t2_stock_beside_no_production_is_out():
    data = made()
    put(data, "product_shipped", 0.0, "2024Q4", product="B200")
    for quarter in SCENARIO.quarters[9:]:
        put(data, "production", 0.0, quarter)
    assert not found(RULES["T2"], data).holds


# --- 3: no idle wafers beside a queue ------------------------------------------------------------------------


def test_t3_the_lowest_quarter_and_the_mean():
    """The million H100 open at the end of each quarter of 2023 are a queue in the four quarters after."""
    data = made()
    queue = found(RULES["T3"], data)
    assert [part.value for part in queue.parts] == pytest.approx([0.95, 0.95])
    assert queue.parts[0].note == "4 quarters with a queue"
    put(data, "wafers_used", 850.0, "2024Q1")
    queue = found(RULES["T3"], data)
    assert [part.holds for part in queue.parts] == [False, True]
    assert queue.parts[0].note == "4 quarters with a queue; idle: 2024Q1 85%"
    put(data, "wafers_used", 700.0, "2023Q3")
    queue = found(RULES["T3"], data)
    assert [part.value for part in queue.parts] == pytest.approx([0.7, 0.8625])
    assert [part.holds for part in queue.parts] == [False, False]


def test_t3_idle_wafers_without_a_queue_are_no_fault():
    data = made()
    for year in ("2025", "2026"):
        put(data, "wafers_used", 100.0, year)
    put(data, "wafers_used", 100.0, "2023Q1")  # its queue begins at its end
    put(data, "product_backlog", 1e6, "2024Q2", product="B200")  # not made before 2024Q4
    put(data, "wafers_used", 100.0, "2024Q3")
    assert found(RULES["T3"], data).holds
    put(data, "product_backlog", 1e6, "2024Q3", product="B200")
    put(data, "wafers_used", 100.0, "2024Q4")
    assert not found(RULES["T3"], data).holds


def test_t3_goes_by_launches_as_they_are_put_off():
    """The first quarter in which a product counts is the launch that the market itself ends with."""
    delay = {"quarter": "2024Q3", "kind": "product_delay", "product": "B200", "quarters": 2}
    late = Scenario.from_dict({**SCENARIO.raw, "events": [*SCENARIO.raw["events"], delay]})
    paths = Paths(made(), late)
    model = Market(late)
    model.run()
    firsts = [np.argmax(paths.launched[:, p]) for p in range(len(paths.products))]
    assert firsts == [max(0, product.launch) for product in model.products[: len(firsts)]]
    assert SCENARIO.quarters[firsts[paths.products.index("B200")]] == "2025Q2"


# --- 4: prices that agree ------------------------------------------------------------------------------------


def test_t4_a_shortage_without_a_premium():
    data = made()
    put(data, "product_premium", -0.1, "2023Q2")
    prices = found(RULES["T4"], data)
    assert [part.value for part in prices.parts] == [1.0, 0.0]
    assert prices.parts[0].note == "of 4 such quarters: 2023Q2 -10%"
    assert prices.verdict == "out"


def test_t4_the_mean_goes_by_what_is_shipped():
    """A premium on what nobody gets does not save it, nor does a dear leftover condemn it."""
    data = made()
    put(data, "product_premium", 9.0, "2023Q2")
    put(data, "product_premium", -0.1, "2023Q2", product="H100")
    put(data, "product_premium", -0.1, "2023Q2", product="H800")
    put(data, "product_premium", -0.1, "2023Q2", product="A100")
    put(data, "product_premium", -0.1, "2023Q2", product="A800")
    assert not found(RULES["T4"], data).holds
    data = made()
    put(data, "product_premium", -0.1, "2023Q2", product="A100")
    assert found(RULES["T4"], data).holds


def test_t4_a_premium_where_nothing_waits():
    data = made()
    put(data, "product_premium", 0.19, "2025Q1")
    assert found(RULES["T4"], data).holds
    put(data, "product_premium", 0.21, "2025Q1")
    prices = found(RULES["T4"], data)
    assert [part.value for part in prices.parts] == [0.0, 1.0]
    assert "2025Q1 +21%" in prices.parts[1].note
    put(data, "product_backlog", 1e6, "2025Q1", product="B200")  # now something waits
    assert found(RULES["T4"], data).holds


# --- 5: deposits do not stop trade ---------------------------------------------------------------------------


@pytest.mark.parametrize(("change", "inside"), [(0.009, True), (-0.009, True), (0.011, False), (-0.011, False)])
def test_t5_revenue_moves_by_under_a_hundredth(change, inside):
    trade = found(RULES["T5"], made(), pair(change))
    assert trade.parts[0].value == pytest.approx(change)
    assert trade.holds == inside


def test_t5_takes_a_pair():
    assert found(RULES["T5"], made()).missing == "it takes paired runs with two deposits"


# --- 6: nobody's firm vanishes -------------------------------------------------------------------------------


def silence(*quarters, needed=1.0, cash=10.0):
    data = made()
    for quarter in quarters:
        put(data, "buyer_ordered", 0.0, quarter, buyer="Meta")
        put(data, "buyer_needed", needed, quarter, buyer="Meta")
        put(data, "buyer_cash", cash, quarter, buyer="Meta")
    return data


def test_t6_two_quarters_without_an_order():
    broken = found(RULES["T6"], silence("2024Q1", "2024Q2"))
    assert broken.verdict == "out"
    assert broken.parts[0].value == 1.0
    assert broken.parts[0].note == "Meta 2024Q1 to 2024Q2: asks in vain"


def test_t6_one_quarter_is_no_fault():
    assert found(RULES["T6"], silence("2024Q1", "2024Q3")).holds


def test_t6_wants_that_are_met_are_no_fault_and_told():
    met = found(RULES["T6"], silence("2024Q1", "2024Q2", "2024Q3", needed=0.0))
    assert met.holds
    assert met.parts[0].note == "Meta 2024Q1 to 2024Q3: states no need"


def test_t6_no_money_is_no_fault():
    assert found(RULES["T6"], silence("2024Q1", "2024Q2", cash=0.0)).holds
    data = silence("2024Q1", "2024Q2", cash=0.0)
    put(data, "buyer_spending", 5.0, "2024", buyer="Meta")  # it had some, and spent it on what it had on order
    assert not found(RULES["T6"], data).holds


def test_single_runs_are_counted():
    data = made()
    for quarter in ("2024Q1", "2024Q2"):
        put(data, "buyer_ordered", 0.0, quarter, slice(0, 2), buyer="Meta")
    times(data, "wafers_used", 1.0, "2024Q1")
    assert (found(RULES["T6"], data).verdict, found(RULES["T6"], data).share) == ("in", 0.6)
