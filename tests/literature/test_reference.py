"""The full engine with everything switched off is the reference model (theory A.10, B59), in both gears."""

import numpy as np
import pytest

from market import Market, Scenario, simulate

WEEKS_A_QUARTER = 13.0


def live():
    model = Market(Scenario.load("reference")).run()
    columns = model.build.layouts["buyers"].columns
    buyers = model.values("buyers")
    figures = {name: buyers[:, :, columns.index(name)] for name in ("ordered", "delivered", "deployed")}
    columns = model.build.layouts["market"].columns
    figures |= {name: model.values("market")[:, 0, columns.index(name)] for name in ("quoted_lead_weeks", "backlog")}
    return figures


def ensemble():
    results = simulate(Scenario.load("reference")).isel(run=0)
    figures = {name: results[f"buyer_{name}"].values for name in ("ordered", "delivered", "deployed")}
    return figures | {name: results[name].values for name in ("quoted_lead_weeks", "backlog")}


@pytest.fixture(scope="module", params=[live, ensemble], ids=["live", "ensemble"])
def figures(request):
    """Figures by name: per quarter, and for buyers per quarter and buyer (A, B)."""
    return request.param()


@pytest.mark.parametrize(
    ("quarter", "orders"),
    [(1, (113.875, 63.25)), (6, (55.097458087, 33.655883628)), (12, (29.379737208, 19.275884141))],
)
def test_orders(figures, quarter, orders):
    assert figures["ordered"][quarter - 1] == pytest.approx(orders, abs=1e-5)


def test_shipments_of_the_second_quarter(figures):
    assert figures["delivered"][1] == pytest.approx((64.290755116, 35.709244884), abs=1e-5)


def test_quoted_lead_time(figures):
    expected = [0, 0.77125, 1.2925703125, 1.615355127, 1.7719386356, 1.7851235882, 0.7817713369, 0.2560098491]
    assert figures["quoted_lead_weeks"][:8] / WEEKS_A_QUARTER == pytest.approx(expected, abs=1e-5)


def test_peak_of_the_backlog(figures):
    assert np.argmax(figures["backlog"]) == 5 - 1
    assert figures["backlog"].max() == pytest.approx(278.5123588213, abs=1e-5)


def test_stock_overshoots_its_target(figures):
    stock = figures["deployed"][:, 0]
    assert stock[[5, 8, 11]] == pytest.approx((435.1914281366, 605.5064070430, 603.9660900602), abs=1e-5)


def test_first_orders_over_steady_ones(figures):
    steady = 0.05 * (600.0 + 400.0)
    assert figures["ordered"][0].sum() / steady == pytest.approx(3.5425, abs=1e-5)
