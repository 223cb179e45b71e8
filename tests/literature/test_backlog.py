"""Worked cases of queues and cycles (theory B33, B34, B58), run through the engine."""

import math

import pytest

from market import Market, Scenario
from tests.worlds import quiet_world

WEEKS_A_QUARTER = 13.0


def market(capacity, horizon, steady_order=0.0, opening_units=0.0):
    """One buyer with a constant order, and a book at the start if wanted."""
    buyer = {"class": "SteadyBuyer", "steady_order": steady_order}
    if opening_units:
        buyer |= {"opening_stock": opening_units, "opening_flow": 1.0, "opening_book": 1.0}
    return Market(Scenario.from_dict(quiet_world(capacity, horizon, only=buyer)))


def quoted_quarters(model):
    return model.products[0].quoted_lead_weeks / WEEKS_A_QUARTER


def test_b33_orders_over_capacity_build_a_queue():
    model = market(100.0, horizon=9, steady_order=120.0).run()  # what is ordered in one quarter is due in the next
    assert model.products[0].book_before == pytest.approx(160.0, abs=1e-6)
    assert quoted_quarters(model) == pytest.approx(1.6, abs=1e-6)


def test_b33_capacity_of_150_drains_it():
    model = market([100.0] * 9 + [150.0], horizon=15, steady_order=120.0)
    left = []
    while model.quarter < 15:
        model.step()
        left.append(model.products[0].book_before)
    assert left[8] == pytest.approx(160.0, abs=1e-6)
    whole = next(n for n in range(6) if left[8 + n + 1] == 0.0)
    drained = whole + left[8 + whole] / (left[8] - left[9])
    assert drained == pytest.approx(16 / 3, abs=1e-6)


def test_b33_littles_law():
    model = market(3000.0, horizon=1, opening_units=15000.0).run()
    assert model.backlog == pytest.approx(12000.0, abs=1e-6)
    assert quoted_quarters(model) == pytest.approx(4.0, abs=1e-6)


@pytest.mark.parametrize(
    ("growth", "realised"),
    [(1.0, 5.0), (1.2, 3.7870370370), (0.95, 5.6146684765)],
    ids=["constant", "ramp", "decline"],
)
def test_b34_what_is_realised_is_not_what_was_quoted(growth, realised):
    capacity = [100.0] + [100.0 * growth**n for n in range(12)]
    model = market(capacity, horizon=12, opening_units=600.0)
    model.step()
    assert model.backlog == pytest.approx(500.0, abs=1e-6)
    assert quoted_quarters(model) == pytest.approx(5.0, abs=1e-6)
    waited, left = 0.0, model.backlog
    while left > 1e-9:
        model.step()
        waited += model.products[0].shipped / model.supplier.wafers
        left = model.backlog
    assert waited == pytest.approx(realised, abs=1e-6)


DEMAND, WANTED_BACKLOG, GAMMA = 100.0, 1000.0, 0.04


def growth_and_period(path):
    """Of a path x with x[t+2] = a x[t+1] - b x[t]: the growth sqrt(b) a step, and the period of the cycle."""
    x = path[:4]
    determinant = x[0] * x[2] - x[1] * x[1]
    b = (x[1] * x[3] - x[2] * x[2]) / determinant
    a = (x[0] * x[3] - x[1] * x[2]) / determinant
    growth = math.sqrt(b)
    return growth, 2.0 * math.pi / math.acos(a / (2.0 * growth))


def test_b58_the_engine_reads_the_backlog_after_updating_it():
    model = market(0.0, horizon=40, steady_order=DEMAND, opening_units=WANTED_BACKLOG + 20.0)

    def start_capacity(market):
        model.supplier.own_capacity += GAMMA * (market.backlog - WANTED_BACKLOG)

    model.supplier.own_capacity = DEMAND
    model.supplier.start_capacity = start_capacity
    swings = []
    while model.quarter < 40:
        model.step()
        swings.append(model.backlog - WANTED_BACKLOG)
    growth, period = growth_and_period(swings)
    assert growth == pytest.approx(1.0, abs=1e-6)
    assert period == pytest.approx(31.3634175380, abs=1e-6)
    assert max(swings) < 21.0
    assert min(swings) > -21.0


def test_b58_reading_the_old_backlog_would_add_a_growing_cycle():
    backlog, capacity = WANTED_BACKLOG + 20.0, DEMAND
    swings = []
    for _ in range(21):
        swings.append((backlog - WANTED_BACKLOG, capacity - DEMAND))
        backlog, capacity = backlog + DEMAND - capacity, capacity + GAMMA * (backlog - WANTED_BACKLOG)
    growth, _ = growth_and_period([swing for swing, _ in swings])
    assert growth == pytest.approx(1.0198039027, abs=1e-6)

    def size(swing):
        return math.sqrt(GAMMA * swing[0] * swing[0] + swing[1] * swing[1])

    assert size(swings[20]) / size(swings[0]) == pytest.approx(1.4802442849, abs=1e-6)
