"""The seeds gate: single runs meet the facts as often as when the constants were calibrated.

A median path can stay inside while the runs leave. Shares may fall by what sampling allows and no further.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import runs
from market import Scenario
from runs.backtest.facts import FACTS
from runs.backtest.finding import find
from runs.backtest.paths import Paths
from runs.calibration import posterior
from runs.calibration.calibrate import FRESH
from runs.engine.spread import SEEDS, Spread, simulate

RUNS, SEED = 200, 11
ERRORS = 3.0
"""Standard errors that a share may fall: one of thirteen rows falls farther by chance once in seventy times."""
SHIPPED = Path(runs.__file__).parent / "posteriors" / "colossus" / "rows.csv"


@pytest.fixture(scope="module")
def shares() -> dict[str, float]:
    scenario = Scenario.load("colossus")
    paths = Paths(simulate(Spread(scenario, posterior.shipped("colossus"), RUNS, SEED)), scenario)
    return {rule.id: find(rule, paths).share for rule in FACTS if rule.scored}


@pytest.mark.parametrize("fact", [rule.id for rule in FACTS if rule.scored])
def test_runs_meet_the_fact_as_often_as_calibrated(shares, fact):
    """Runs of a vector are alike, so that so many count as one where they are most alike."""
    rows = pd.read_csv(SHIPPED).set_index("id")["all_of_runs"]
    calibrated = float(rows[fact].iloc[0] if isinstance(rows[fact], pd.Series) else rows[fact])
    even = max(calibrated * (1.0 - calibrated), 1.0 / FRESH)
    error = np.sqrt(even * (SEEDS / RUNS + SEEDS / FRESH))
    assert shares[fact] >= calibrated - ERRORS * error
