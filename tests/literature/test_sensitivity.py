"""B50 to B53 through the project's own points, runs and analysis: only the market is replaced by a formula."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

from market import Scenario
from market.scenario.uncertainty import Uniform
from runs.analysis.compare import runs_needed
from runs.analysis.indices import INERT
from runs.analysis.sensitivity import Plan, Study, plan
from runs.engine.experiment import Experiment, Part
from runs.requests import Sensitivity

REFERENCE = Scenario.load("reference")


@dataclass(frozen=True)
class Formula(Experiment):
    """An experiment in which a formula stands for the market."""

    formula: Callable[..., np.ndarray] = np.add

    def worker(self):
        return Calculator(self)


@dataclass(frozen=True)
class Calculator:
    """Runs chunks of a formula."""

    experiment: Formula

    def run(self, first, count):
        points = (first + np.arange(count)) // self.experiment.runs_per_point
        values = self.experiment.formula(*(np.asarray(column)[points] for column in self.experiment.points.values()))
        return Part(first, values[:, np.newaxis], {}, np.zeros(count, np.int64))


def studied(formula: Callable[..., np.ndarray], space: dict[str, Uniform], method: str, samples: int) -> Study:
    """A formula instead of the market, one run per point."""
    made = plan(Sensitivity(REFERENCE, method, {"y": "peak hhi"}, samples, runs=1, uncertainties=space))
    return on(formula, made).run()


def on(formula: Callable[..., np.ndarray], made: Plan) -> Plan:
    """The plan with a formula in place of the market."""
    facts = {name: getattr(made.experiment, name) for name in Experiment.__dataclass_fields__}
    return replace(made, experiment=Formula(**facts, formula=formula))


def ishigami(x1, x2, x3):
    """Ishigami & Homma (1990), a = 7, b = 0.1."""
    return np.sin(x1) + 7.0 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1)


def g_function(*inputs):
    """Saltelli & Sobol (1995), a = 0, 1, 4.5, 9 and four times 99."""
    factors = [(np.abs(4.0 * x - 2.0) + a) / (1.0 + a) for x, a in zip(inputs, A, strict=True)]
    return np.prod(factors, axis=0)


A = (0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0)
ANGLES = {f"x{i}": Uniform(low=-np.pi, high=np.pi) for i in (1, 2, 3)}
UNIT = {f"x{i}": Uniform(low=0.0, high=1.0) for i in range(1, 9)}


def test_b50_ishigami():
    study = studied(ishigami, ANGLES, "sobol", 8192)
    found = study.indices()["y"]
    values = study.found["y"]
    assert values.mean() == pytest.approx(3.5, abs=0.01)
    assert values.var() == pytest.approx(13.844588, rel=0.01)
    table = found.table.loc[["x1", "x2", "x3"]]
    np.testing.assert_allclose(table["S1"], [0.313905, 0.442411, 0.0], atol=0.01)
    np.testing.assert_allclose(table["ST"], [0.557589, 0.442411, 0.243684], atol=0.01)
    assert found.table.loc[INERT, ["S1", "ST"]].tolist() == [0.0, 0.0]


def test_b50_closed_form():
    first = 0.5 * (1.0 + 0.1 * np.pi**4 / 5.0) ** 2
    second = 7.0**2 / 8.0
    third = 0.1**2 * np.pi**8 * (1.0 / 18.0 - 1.0 / 50.0)
    variance = first + second + third
    assert variance == pytest.approx(13.844588, abs=1e-6)
    shares = np.array([first, second, 0.0, first + third, second, third]) / variance
    np.testing.assert_allclose(shares, [0.313905, 0.442411, 0.0, 0.557589, 0.442411, 0.243684], atol=1e-6)


def test_b51_g_function():
    found = studied(g_function, UNIT, "sobol", 8192).indices()["y"]
    table = found.table.drop(INERT)
    np.testing.assert_allclose(table["S1"], [0.716192, 0.179048, 0.023676, 0.007162, *[0.000072] * 4], atol=0.01)
    np.testing.assert_allclose(table["ST"], [0.787144, 0.242198, 0.034317, 0.010460, *[0.000105] * 4], atol=0.01)
    assert list(found.ranked.index[:4]) == ["x1", "x2", "x3", "x4"]


def test_b51_closed_form():
    own = np.array([1.0 / (3.0 * (1.0 + a) ** 2) for a in A])
    variance = np.prod(1.0 + own) - 1.0
    assert variance == pytest.approx(0.465424, abs=1e-6)
    total = [own[i] * np.prod(np.delete(1.0 + own, i)) / variance for i in range(len(A))]
    np.testing.assert_allclose(own[:5] / variance, [0.716192, 0.179048, 0.023676, 0.007162, 0.000072], atol=1e-6)
    np.testing.assert_allclose(total[:5], [0.787144, 0.242198, 0.034317, 0.010460, 0.000105], atol=1e-6)


MORRIS = {
    "linear": (lambda x1, x2: 3.0 * x1 - 2.0 * x2, {"mu_star": (3.0, 2.0), "mu": (3.0, -2.0), "sigma": (0.0, 0.0)}),
    "product": (lambda x1, x2: x1 * x2, {"mu_star": (0.5, 0.5), "mu": (0.5, 0.5), "sigma": (0.372678, 0.372678)}),
    "square": (lambda x1, x2: (x1 - 0.5) ** 2 + 0.0 * x2, {"mu_star": (1.0 / 3.0, 0.0), "mu": (0.0, 0.0)}),
}


@pytest.mark.parametrize(("formula", "expected"), MORRIS.values(), ids=MORRIS)
def test_b52_morris_at_all_grid_points(formula, expected):
    space = {"x1": Uniform(low=0.0, high=1.0), "x2": Uniform(low=0.0, high=1.0)}
    made = plan(Sensitivity(REFERENCE, "morris", {"y": "peak hhi"}, samples=2, runs=1, uncertainties=space))
    shares = every_trajectory()
    experiment = replace(made.experiment, points={path: shares[path].to_numpy() for path in space})
    found = on(formula, replace(made, experiment=experiment, shares=shares)).run().indices()["y"]
    effects = len(shares) // 3
    for name, values in expected.items():
        scale = np.sqrt((effects - 1) / effects) if name == "sigma" else 1.0  # the library divides by one less
        np.testing.assert_allclose(found.table[name] * scale, values, atol=1e-6)


def every_trajectory() -> pd.DataFrame:
    """Each of the 16 points of a grid of 4 levels as a start, and both orders of the two steps of 2/3."""
    rows = []
    for start in itertools.product(range(4), repeat=2):
        for order in ((0, 1), (1, 0)):
            point = list(start)
            rows.append(list(point))
            for k in order:
                point[k] += 2 if point[k] < 2 else -2
                rows.append(list(point))
    return pd.DataFrame(np.array(rows) / 3.0, columns=["x1", "x2"])


def test_b53_runs_that_pairing_saves():
    assert runs_needed(1.0, 10.0, 10.0, 0.9) == 77
    assert runs_needed(1.0, 10.0, 10.0, 0.0) == 769


@pytest.mark.parametrize("method", ["morris", "sobol", "pawn", "delta"])
def test_reordering_parameters_permutes_the_indices(method):
    samples = {"morris": 10, "sobol": 32}.get(method, 128)
    there = studied(ishigami, ANGLES, method, samples).indices()["y"].table
    backwards = dict(reversed(ANGLES.items()))
    back = studied(lambda x3, x2, x1: ishigami(x1, x2, x3), backwards, method, samples).indices()["y"].table
    pd.testing.assert_frame_equal(back.loc[there.index], there, check_exact=True)
