"""Whether a sample can be believed, and what it tells of each field."""

from __future__ import annotations

import numpy as np
import pandas as pd

from runs.calibration.space import Space


def split_rhat(chains: np.ndarray) -> np.ndarray:
    """Potential scale reduction of each field, chains split in half (Gelman et al. 2013, section 11.4).

    Args:
        chains: shape (kept, members, fields).
    """
    half = len(chains) // 2
    split = np.concatenate([chains[:half], chains[half : 2 * half]], axis=1)
    count = split.shape[0]
    within = split.var(axis=0, ddof=1).mean(axis=0)
    between = count * split.mean(axis=0).var(axis=0, ddof=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.sqrt(((count - 1) / count * within + between / count) / within)


def effective_sample(chains: np.ndarray) -> np.ndarray:
    """Effective number of independent vectors for the mean of each field, over all members.

    By the autocorrelation of the members around the common mean, summed in pairs while these are positive (Geyer 1992).

    Args:
        chains: shape (kept, members, fields).
    """
    count, members, fields = chains.shape
    centred = chains - chains.mean(axis=(0, 1))
    found = np.empty(fields)
    for k in range(fields):
        own = centred[..., k]
        variance = float((own * own).mean())
        time = 1.0
        lag = 1
        while variance > 0.0 and lag + 1 < count:
            pair = sum(float((own[:-step] * own[step:]).mean()) for step in (lag, lag + 1)) / variance
            if pair <= 0.0:
                break
            time += 2.0 * pair
            lag += 2
        found[k] = count * members / time
    return found


def table(space: Space, shares: np.ndarray, chains: np.ndarray) -> pd.DataFrame:
    """A row per field: prior, posterior, how much narrower it is, R-hat, effective sample.

    Args:
        space: whose fields.
        shares: the sample, as shares of the priors, shape (vectors, fields).
        chains: what it was taken from, shape (kept, members, fields).
    """
    values = space.values(shares)
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95], axis=0)
    width = np.quantile(shares, 0.95, axis=0) - np.quantile(shares, 0.05, axis=0)
    return pd.DataFrame(
        {
            "field": space.names,
            "prior_low": [float(one.prior.ends[0]) for one in space.free],
            "prior_high": [float(one.prior.ends[1]) for one in space.free],
            "starting": [one.start for one in space.free],
            "low": low,
            "median": middle,
            "high": high,
            "width": width / 0.9,
            "rhat": split_rhat(chains),
            "effective": effective_sample(chains),
        }
    )


def trade_offs(space: Space, shares: np.ndarray, least: float = 0.5) -> pd.DataFrame:
    """Pairs of fields whose rank correlation in the sample is at least so far from 0, the farthest first."""
    ranks = pd.DataFrame(shares, columns=space.names).corr("spearman").to_numpy()
    rows = [
        (space.names[i], space.names[j], float(ranks[i, j]))
        for i in range(len(ranks))
        for j in range(i)
        if abs(ranks[i, j]) >= least
    ]
    return pd.DataFrame(sorted(rows, key=lambda row: -abs(row[2])), columns=["one", "other", "correlation"])


def fighting(excesses: pd.DataFrame, least: float = 0.2) -> pd.DataFrame:
    """Pairs of facts of which one is farther out where the other is less: rank correlation of half-bands outside.

    Args:
        excesses: a row per vector, a column per fact.
        least: how far below 0 a correlation is told.
    """
    varying = excesses.loc[:, excesses.std() > 0.0]
    ranks = varying.corr("spearman")
    rows = [
        (one, other, float(ranks.loc[one, other]))
        for i, one in enumerate(varying)
        for other in list(varying)[:i]
        if ranks.loc[one, other] <= -least
    ]
    return pd.DataFrame(sorted(rows, key=lambda row: row[2]), columns=["one", "other", "correlation"])
