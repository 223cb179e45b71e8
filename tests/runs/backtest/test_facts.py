"""Facts of V1: met by the real figures themselves, and every part of every one can be missed."""

from __future__ import annotations

import numpy as np
import pytest

from market import Scenario
from runs.backtest.facts import CAPEX_SHARE, FACTS, FIVE, GROWTH, OWNERS, RESET, facts, owner_shares, real_revenue
from runs.backtest.paths import Paths, median
from runs.history.figures import series
from tests.runs.backtest.made import SCENARIO, found, made, put, times

RULES = {rule.id: rule for rule in FACTS}


def quote(weeks, quarter, product="H100"):
    """Both quotes, the ordinary customer's and the product's."""

    def edit(data):
        for column in ("product_ordinary_lead_weeks", "product_quoted_lead_weeks"):
            put(data, column, weeks, quarter, product=product)

    return edit


def edits(*some):
    def edit(data):
        for one in some:
            one(data)

    return edit


def factor(name, by, when, **entry):
    return lambda data: times(data, name, by, when, **entry)


def value(name, to, when, **entry):
    return lambda data: put(data, name, to, when, **entry)


HUMP = {
    0: quote(53.0, "2023Q4"),
    1: quote(5.0, "2024Q2"),
    2: edits(quote(45.0, "2023Q3"), quote(43.0, "2023Q4"), quote(20.0, "2024Q1")),
    3: value("revenue", 15070.0 * 1.14, "2024Q1"),
}
MISSES = {
    "SF1": {0: factor("revenue", 0.5, "2022Q4"), 1: factor("revenue", 1.2, "2024Q4")},
    "SF2": {0: factor("revenue", 0.7, "2023Q1"), 1: edits(*(factor("revenue", by, quarter) for by, quarter in
            ((1.2, "2023Q3"), (1.5, "2024Q1"), (1.5, "2024Q2"))))},
    "SF3": {0: edits(factor("revenue", 1.2, "2024Q1"), factor("revenue", 0.8, "2024Q3"))},
    "SF4": HUMP,
    "SF4p": HUMP,
    "SF4r": {0: quote(39.0, "2024Q4", "B200")},
    "SF4rp": {0: quote(57.0, "2024Q4", "B200")},
    "SF5": {0: value("unmet_share", 0.1, "2023"), 1: value("unmet_share", 0.19, "2024Q2")},
    "SF6": {0: value("product_list_price", 33000.0, "2024"), 1: value("rental_usd_hour", 4.0, "2024Q4")},
    "SF6l": {0: value("rental_usd_hour", 8.1, "2023Q3"), 1: value("rental_usd_hour", 1.9, "2024Q4")},
    "SF7": {0: value("gross_margin", 0.7, "2022Q4"), 1: value("gross_margin", 0.7, "2024Q1")},
    "SF9": {
        0: factor("product_shipped", 1.3, "2023", product="H100"),
        1: value("product_shipped", 0.5e6, "2024", product="H20"),
        2: factor("product_shipped", 0.8, "2024", product="H100"),
    },
    "SF9m": {0: value("product_shipped", 0.0, "2023", product="A100"),
             1: value("product_shipped", 6e3, "2024", product="A800")},
    "SF10": {0: edits(*(factor("buyer_share_units", 0.8, "2023", buyer=name) for name in FIVE)),
             1: edits(*(value("buyer_share_units", 0.0, "2023", buyer=name) for name in ("Oracle", "China")))},
    "SF11": {0: value("buyer_deployed", 79e3, "2024Q3", buyer="xAI")},
    "SF12": {
        0: factor("revenue", 0.75, "2023Q4"),
        1: value("buyer_price_paid", 0.0, "2023Q3", buyer="China"),
        2: factor("buyer_price_paid", 2.5, "2023Q4", buyer="China"),
    },
}  # fmt: skip


def test_the_real_figures_meet_every_fact():
    for one in facts(made(), SCENARIO):
        assert (one.id, one.verdict, one.share, one.excess) == (one.id, "in", 1.0, 0.0)
        assert len(one.parts) == len(RULES[one.id].bands)


def test_thirteen_rows_are_scored():
    assert [rule.id for rule in FACTS if rule.scored] == [
        "SF1", "SF2", "SF3", "SF4", "SF4r", "SF5", "SF6", "SF6l", "SF9", "SF9m", "SF10", "SF11", "SF12",
    ]  # fmt: skip


def test_every_part_of_every_fact_is_missed_below():
    assert {name: set(parts) for name, parts in MISSES.items()} == {
        rule.id: set(range(len(rule.bands))) for rule in FACTS
    }


@pytest.mark.parametrize(("name", "part"), [(name, part) for name, parts in MISSES.items() for part in parts])
def test_a_miss_is_out(name, part):
    data = made()
    MISSES[name][part](data)
    missed = found(RULES[name], data)
    assert not missed.parts[part].holds
    assert missed.parts[part].share == 0.0
    assert missed.parts[part].excess > 0.0
    assert missed.verdict == "out"


@pytest.mark.parametrize(
    ("name", "part", "edit", "excess"),
    [
        ("SF6l", 0, value("rental_usd_hour", 9.65, "2023Q3"), 1.0),  # half the band is 1.65
        ("SF4", 0, quote(28.0, "2023"), 1.0),
        ("SF12", 2, value("buyer_price_paid", 0.24 * 15.07e9, "2023Q4", buyer="China"), 2.0),
        ("SF11", 0, value("buyer_deployed", np.nan, "2024Q3", buyer="xAI"), 2.0),
    ],
)
def test_what_is_outside_counts_in_half_bands(name, part, edit, excess):
    data = made()
    edit(data)
    assert found(RULES[name], data).parts[part].excess == pytest.approx(excess)


def test_a_count_goes_by_the_figure_that_is_missing():
    """Four quarters of growth of six are asked for: the fourth nearest is 12 points off, 1.5 times what is allowed."""
    data = made()
    level = 8610.0
    for (quarter, real), off in zip(GROWTH.items(), (0.0, 0.0, 0.0, 0.12, 0.3, 0.4), strict=True):
        level *= 1.0 + real + off
        put(data, "revenue", level, quarter)
    part = found(RULES["SF2"], data).parts[1]
    assert part.value == 3.0
    assert part.excess == pytest.approx(0.5)


def test_the_median_decides_and_the_runs_are_counted():
    data = made()
    put(data, "buyer_deployed", 200e3, "2024Q3", slice(0, 2), buyer="xAI")
    rush = found(RULES["SF11"], data)
    assert (rush.verdict, rush.share) == ("in", 0.6)
    put(data, "buyer_deployed", 200e3, "2024Q3", slice(0, 3), buyer="xAI")
    rush = found(RULES["SF11"], data)
    assert (rush.verdict, rush.share) == ("out", pytest.approx(0.4))


def test_a_row_is_in_only_with_all_its_parts():
    data = made()
    put(data, "rental_usd_hour", 3.5, "2024Q4", slice(0, 2))
    put(data, "rental_usd_hour", 9.0, "2023Q1", slice(2, 3))
    rents = found(RULES["SF6l"], data)
    assert [part.share for part in rents.parts] == [0.8, 0.6]
    assert (rents.verdict, rents.share) == ("in", pytest.approx(0.4))


def test_runs_that_failed_are_left_out():
    data = made()
    for name in data.data_vars:
        data[name][3:] = np.nan
    assert {one.share for one in facts(data, SCENARIO)} == {1.0}


def test_the_median_path_leaves_out_what_is_not_defined():
    values = np.array([[1.0, np.nan, np.nan], [3.0, 2.0, np.nan], [9.0, 4.0, np.nan], [5.0, np.nan, np.nan]])
    np.testing.assert_array_equal(median(values), [4.0, 3.0, np.nan])
    np.testing.assert_array_equal(median(values[:3]), [3.0, 3.0, np.nan])


def test_what_a_scenario_lacks_is_said():
    small = Scenario.load("colossus").replace("horizon", 8)
    data = made().isel(quarter=slice(0, 8))
    missing = {one.id: one.missing for one in facts(data, small)}
    assert missing["SF1"] == "2024Q4 is not among its quarters, 2022Q4 to 2024Q3"
    assert missing["SF11"] == ""
    paths = Paths(made(), SCENARIO)
    paths.buyers = [name for name in paths.buyers if name != "xAI"]
    assert {one.id: one.missing for one in facts(paths, SCENARIO) if one.missing} == {"SF11": "it has no buyer xAI"}
    alone = made()
    alone["product_ordinary_lead_weeks"][:] = np.nan
    verdicts = {one.id: one.verdict for one in facts(alone, SCENARIO)}
    assert (verdicts["SF4"], verdicts["SF4r"], verdicts["SF4p"]) == ("not applicable", "not applicable", "in")


def test_the_bands_are_around_the_real_figures():
    """What is stated in the code beside the bands comes out of the history."""
    revenue = real_revenue()
    assert list(revenue) == SCENARIO.quarters[:9]
    quarters = list(revenue)
    for quarter, real in GROWTH.items():
        before = quarters[quarters.index(quarter) - 1]
        assert revenue[quarter] / revenue[before] - 1.0 == pytest.approx(real, abs=0.006)
    assert set(CAPEX_SHARE) <= set(revenue)
    shares = {owner: (low, share, high) for owner, share, low, high in owner_shares()}
    assert list(shares) == list(OWNERS)
    assert all(low < share < high for low, share, high in shares.values())
    assert sum(shares[name][1] for name in FIVE) == pytest.approx(0.53, abs=0.01)
    blackwell = [one.value for one in series("lead_time") if one.entity.startswith("Blackwell")]
    assert all(RESET[0] <= weeks <= RESET[1] for weeks in blackwell)
