"""CoreWeave played: a simple policy found by the cross-entropy method, against the rules on the same draws.

    python examples/learn.py [--generations 8] [--candidates 12] [--runs 30]

The policy scales all orders by exp(w0 + w . x) and its bids by exp(v0 + v . x), x a few of the numbers that the player
sees; at weights of zero it is the rule. A generation draws candidates from a normal distribution, plays all of them on
the same draws, and goes on from the mean and the spread of the best quarter (Rubinstein 1999).
"""

from __future__ import annotations

import argparse

import numpy as np

from market import Scenario
from market.play import MarketGame, seen
from runs.analysis.statistics import paired_difference

PLAYER = "CoreWeave"
SEEN = {"time": 0.5, "target": 1.0, "fill": 1.0, "H100 quote": 1.0}
"""What the policy goes by, each less what it usually is."""
SEED, FRESH = 1, 2
"""Seeds of the draws for learning and for judging."""
BUILT_IN = ("honest", "fixed", "adaptive", "best_reply")


def total(game: MarketGame, weights: np.ndarray, seed: int, replication: int) -> float:
    """Reward of a run of a policy, in million USD; weights of shape (2, 1 + len(SEEN))."""
    observed, _ = game.reset(seed, {"replication": replication})
    names = seen.names(game.market)
    at, usual = [names.index(name) for name in SEEN], np.array(list(SEEN.values()))
    products, reward = game.market.product_count, 0.0
    while game.agents:
        order, bid = np.exp(np.clip(weights @ [1.0, *(observed[PLAYER][at] - usual)], -2.0, 1.4))
        observed, rewards, *_ = game.step({PLAYER: np.array([order] * products + [bid])})
        reward += rewards[PLAYER]
    return reward


def learn(game: MarketGame, generations: int, candidates: int) -> np.ndarray:
    """The mean of the last generation's best; shape (2, 1 + len(SEEN))."""
    chance = np.random.default_rng(0)
    mean, spread = np.zeros((2, 1 + len(SEEN))), np.full((2, 1 + len(SEEN)), 0.3)
    for generation in range(generations):
        drawn = mean + spread * chance.standard_normal((candidates, *mean.shape))
        drawn[0] = mean
        rewards = np.array([total(game, weights, SEED, generation) for weights in drawn])
        best = drawn[np.argsort(-rewards, kind="stable")[: max(2, candidates // 4)]]
        mean, spread = best.mean(axis=0), 0.5 * spread + 0.5 * best.std(axis=0)
        print(f"generation {generation + 1}: best {rewards.max():,.0f}, middle {np.median(rewards):,.0f} million USD")
    return mean


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--generations", type=int, default=8)
    parser.add_argument("--candidates", type=int, default=12)
    parser.add_argument("--runs", type=int, default=30)
    asked = parser.parse_args()
    colossus = Scenario.load("colossus")
    game = MarketGame(colossus, [PLAYER])
    weights = learn(game, asked.generations, asked.candidates)
    print(f"orders {np.round(weights[0], 2)}, bids {np.round(weights[1], 2)}: constant, {', '.join(SEEN)}")
    learned = [total(game, weights, FRESH, run) for run in range(asked.runs)]
    print(f"learned: {np.mean(learned):,.0f} million USD, mean of {asked.runs} runs it has not seen; less the rule")
    for strategy in BUILT_IN:
        ruled = MarketGame(colossus.replace(f"buyers.{PLAYER}.gaming", strategy), [PLAYER])
        rule = [total(ruled, np.zeros_like(weights), FRESH, run) for run in range(asked.runs)]
        found = paired_difference(learned, rule)
        print(f"{strategy:>12}: {found.mean:+,.0f} [{found.low:+,.0f}, {found.high:+,.0f}], 95% interval")


if __name__ == "__main__":
    main()
