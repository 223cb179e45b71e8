"""The population: it anneals to where a loss is low, and then has the distribution that the loss says."""

from __future__ import annotations

import numpy as np
import pytest

from runs.calibration import sampler
from runs.calibration.diagnostics import effective_sample, split_rhat

CENTRE, DEVIATION, TIED = np.array([0.4, 0.6, 0.5]), 0.08, 0.9
COVARIANCE = DEVIATION**2 * np.array([[1.0, TIED, 0.0], [TIED, 1.0, 0.0], [0.0, 0.0, 1.0]])
PRECISION = np.linalg.inv(COVARIANCE)


def normal(shares: np.ndarray) -> np.ndarray:
    """Minus the logarithm of a normal density whose first two fields trade off."""
    off = shares - CENTRE
    return 0.5 * np.einsum("ij,jk,ik->i", off, PRECISION, off)


@pytest.fixture(scope="module")
def chains() -> np.ndarray:
    population = sampler.opening(normal, 3, 40, 200, seed=3)
    for generation in range(30):
        heat = sampler.temperature(generation, 30, 20.0)
        population = sampler.moved(population, normal, 3, heat, towards_best=True)
    kept = []
    for _ in range(800):
        population = sampler.moved(population, normal, 3)
        kept.append(population.members)
    return np.array(kept[100:])


def test_the_sample_has_the_moments_of_the_target(chains):
    sample = chains.reshape(-1, 3)
    assert sample.mean(axis=0) == pytest.approx(CENTRE, abs=0.006)
    assert np.cov(sample.T) == pytest.approx(COVARIANCE, abs=0.1 * DEVIATION**2)


def test_its_chains_agree(chains):
    assert split_rhat(chains).max() < 1.05
    assert effective_sample(chains).min() > 400


def test_a_guide_that_is_wrong_leads_to_the_same_distribution():
    """It thinks the target wider, and its middle elsewhere."""

    def guide(shares):
        return 0.5 * normal(shares + 0.03)

    population = sampler.opening(normal, 3, 40, 200, seed=3)
    kept = []
    for _ in range(500):
        population = sampler.led(population, normal, guide, 3, 30)
        kept.append(population.members)
    chains = np.array(kept[50:])
    sample = chains.reshape(-1, 3)
    assert 0.2 < population.accepted < 0.9
    assert sample.mean(axis=0) == pytest.approx(CENTRE, abs=0.006)
    assert np.cov(sample.T) == pytest.approx(COVARIANCE, abs=0.1 * DEVIATION**2)
    assert split_rhat(chains).max() < 1.05


def test_a_guide_that_is_right_is_always_followed():
    population = sampler.led(sampler.opening(normal, 3, 40, 200, seed=3), normal, normal, 3, 30)
    assert population.accepted == 1.0


def test_annealing_finds_a_narrow_valley_that_a_hypercube_misses():
    def valley(shares):
        return 1e4 * ((shares - 0.3) ** 2).sum(axis=1)

    population = sampler.opening(valley, 8, 48, 500, seed=1)
    first = population.losses.min()
    for generation in range(100):
        heat = sampler.temperature(generation, 100, 300.0)
        population = sampler.moved(population, valley, 1, heat, towards_best=True)
    assert first > 300.0
    assert np.median(population.losses) < 20.0


def test_where_the_loss_is_infinite_nobody_goes():
    def half(shares):
        return np.where(shares[:, 0] < 0.5, 0.0, np.inf)

    population = sampler.opening(half, 2, 20, 100, seed=5)
    for _ in range(50):
        population = sampler.moved(population, half, 5)
    assert np.isfinite(population.losses).all()
    assert (population.members[:, 0] < 0.5).all()


def test_reflection_keeps_shares_inside():
    assert sampler.reflected(np.array([-0.25, 0.25, 1.25, 2.5])) == pytest.approx([0.25, 0.25, 0.75, 0.5])


def test_the_temperature_falls_to_one():
    falling = [sampler.temperature(generation, 10, 300.0) for generation in range(10)]
    assert falling == sorted(falling, reverse=True)
    assert falling[-1] == 1.0
