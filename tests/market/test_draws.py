"""Draws: a number depends on seed, agent, decision, replication and quarter, and on nothing else."""

import itertools

import numpy as np
import pytest
from numpy.random import Philox
from scipy import stats

from market.gears import draws

QUARTERS = 17


def uniforms(first=0, count=40, quarters=QUARTERS, seed=1, agent="xAI", decision="taste"):
    return draws.uniforms(seed, agent, decision, first, count, quarters)


@pytest.mark.parametrize("cuts", [(1,), (3, 4), (4, 8), (5, 6, 7, 39)])
def test_chunks_are_parts_of_the_whole(cuts):
    edges = [0, *cuts, 40]
    parts = [uniforms(first, last - first) for first, last in itertools.pairwise(edges)]
    assert np.array_equal(np.concatenate(parts), uniforms())


@pytest.mark.parametrize("replication", [0, 1, 2, 3, 4, 5, 1000, 10**6 + 3])
def test_one_replication_alone(replication):
    first = max(0, replication - 6)
    assert np.array_equal(uniforms(replication, 1)[0], uniforms(first, 10)[replication - first])


def test_a_longer_horizon_begins_the_same():
    assert np.array_equal(uniforms(quarters=40)[:, :QUARTERS], uniforms())


@pytest.mark.parametrize("replication", [0, 2, 4, 11])
def test_the_counter_is_replication_and_quarter(replication):
    """Word r % 4 of the block at counter [r // 4, t, 0, 0], read one by one."""
    for quarter in (0, 1, 7):
        stream = Philox(key=draws.stream_key(1, "xAI", "taste"))
        state = stream.state
        state["state"]["counter"] = np.array([replication // 4, quarter, 0, 0], np.uint64)
        state["buffer_pos"] = 4
        before = int(state["state"]["counter"][0])
        if before:  # the generator counts up before it makes a block
            state["state"]["counter"][0] = before - 1
        else:
            state["state"]["counter"][:] = np.iinfo(np.uint64).max
            state["state"]["counter"][1] = (quarter - 1) % 2**64
            if quarter:
                state["state"]["counter"][2:] = 0
        stream.state = state
        word = int(stream.random_raw(4)[replication % 4])
        assert uniforms(replication, 1)[0, quarter] == ((word >> 11) + 0.5) * 2.0**-53


@pytest.mark.parametrize("other", [{"seed": 2}, {"agent": "Meta"}, {"decision": "turn"}, {"first": 40}])
def test_streams_differ(other):
    one, two = uniforms(), uniforms(**other)
    assert not np.any(one == two)
    assert abs(np.corrcoef(one.ravel(), two.ravel())[0, 1]) < 0.15


def test_names_do_not_run_into_each_other():
    assert not np.array_equal(uniforms(agent="ab", decision="c"), uniforms(agent="a", decision="bc"))


def test_numbers_lie_inside_the_unit_interval_and_fill_it():
    numbers = uniforms(count=2000).ravel()
    assert numbers.min() > 0.0
    assert numbers.max() < 1.0
    assert len(np.unique(numbers)) == len(numbers)
    assert stats.kstest(numbers, "uniform").pvalue > 1e-3


def test_normals_are_the_inverse_transform():
    numbers = draws.draw("normal", 1, "xAI", "taste", 0, 40, QUARTERS)
    assert stats.norm.cdf(numbers) == pytest.approx(uniforms(), abs=1e-12)
    assert np.isfinite(numbers).all()


def test_kept_draws_are_the_same_and_nobody_writes_to_them():
    few = draws.draw("normal", 1, "xAI", "capex", 3, 5, 4)
    assert few is draws.draw("normal", 1, "xAI", "capex", 3, 5, 4)
    many = draws.draw("normal", 1, "xAI", "capex", 0, 2 * draws.FEW, 4)
    np.testing.assert_array_equal(few, many[3:8])
    for made in (few, many):
        with pytest.raises(ValueError, match="read-only"):
            made[0, 0] = 0.0
