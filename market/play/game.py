"""The market as a parallel environment of PettingZoo: some buyers are played, the others follow their rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from gymnasium.spaces import Box
from pettingzoo import ParallelEnv, register

from market.gears.model import Market
from market.play import seen
from market.play.hand import MOST_ORDERED, Hand
from market.scenario.paths import BadInput
from market.scenario.scenario import Scenario

PRICE_RANGE = (0.5, 2.0)
RENDERED = ("needed", "ordered", "delivered", "backlog", "spending")


class MarketGame(ParallelEnv):
    """A live market in which a step is a quarter and an episode a run.

    **Actions**: for each player a Box of shape (P + 1,), P products. The first P are factors from 0 to 4 on the units
    that the rules of its buyer would order of each product; the last is one from .5 to 2 on the prices it would bid,
    the first and the highest. Where buyers take the list price it means nothing. An action of ones is the buyer's own
    rule, to the last bit; a factor for a product that its rule does not ask for changes nothing.

    **Observations**: a Box of the numbers that :func:`market.play.seen.names` names, with the units that
    :mod:`market.play.seen` declares: what a buyer can know at the beginning of the quarter, nothing of others' plans.

    **Rewards**: million USD a quarter: what the compute in use would have been let for at the market's rent, less what
    was paid to the supplier and others, and what its machines gained or lost in value at the lowest list price.

    All players are truncated together at the scenario's end; none ends before.

    Args:
        scenario: what is played: a scenario, its name or file.
        players: the buyers to play, by name; None plays all.
        render_mode: ``human`` prints the last quarter, ``ansi`` returns the same as a text.
        max_cycles: quarters at most; the scenario's horizon if None.

    Raises:
        BadInput: there is no such scenario or buyer, or no such way to render.
        RunFailed: by :meth:`step`, as :meth:`market.Market.step` does.
    """

    metadata: ClassVar[dict[str, Any]] = {
        "name": "gpumarket_v0",
        "render_modes": ["human", "ansi"],
        "is_parallelizable": True,
    }

    def __init__(
        self,
        scenario: Scenario | str | Path = "colossus",
        players: Sequence[str] | None = None,
        render_mode: str | None = None,
        max_cycles: int | None = None,
    ):
        self.scenario = Scenario.of(scenario)
        buyers = self.scenario.build.names["buyers"]
        self.possible_agents = [*buyers] if players is None else [*players]
        for name in self.possible_agents:
            if name not in buyers:
                raise BadInput(f"players: found {name!r}; allowed: {', '.join(buyers)}")
        if render_mode not in (None, *self.metadata["render_modes"]):
            raise BadInput(f"render_mode: found {render_mode!r}; allowed: None, human, ansi")
        self.render_mode = render_mode
        self.max_cycles = max_cycles
        self.agents: list[str] = []
        self.seed, self.replication = self.scenario.seed, -1
        first = Market(self.scenario)
        count = first.product_count
        low = np.array([0.0] * count + [PRICE_RANGE[0]])
        high = np.array([MOST_ORDERED] * count + [PRICE_RANGE[1]])
        shape = (len(seen.names(first)),)
        self.action_spaces = {name: Box(low, high, dtype=np.float64) for name in self.possible_agents}
        self.observation_spaces = {name: Box(0.0, seen.MOST, shape, dtype=np.float64) for name in self.possible_agents}

    def observation_space(self, agent: str) -> Box:
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> Box:
        return self.action_spaces[agent]

    def reset(self, seed: int | None = None, options: Mapping[str, Any] | None = None) -> tuple[dict, dict]:
        """Begin a run: the next replication of the draws, or the first of another seed.

        Args:
            seed: of the draws; goes on with the one before if None.
            options: ``replication`` names the run, so that episodes share their draws (common random numbers).

        Returns:
            Observations and infos by player; infos are empty.
        """
        if seed is not None:
            self.seed, self.replication = seed, -1
        self.replication = (options or {}).get("replication", self.replication + 1)
        self.market = Market(self.scenario, self.seed, self.replication)
        self.agents = [*self.possible_agents]
        by_name = dict(zip(self.market.build.names["buyers"], self.market.buyers, strict=True))
        self.hands = {name: Hand(by_name[name], self.market.product_count) for name in self.agents}
        return self._observed(), {name: {} for name in self.agents}

    def step(self, actions: Mapping[str, np.ndarray]) -> tuple[dict, dict, dict, dict, dict]:
        """Play a quarter; a player without an action follows its rule."""
        before = {}
        for name in self.agents:
            hand = self.hands[name]
            space = self.action_spaces[name]
            *hand.orders, hand.price = np.clip(actions.get(name, np.ones(space.shape)), space.low, space.high).tolist()
            before[name] = seen.machines(self.market, hand.buyer)
        self.market.step()
        rewards = {
            name: seen.earned(self.market, hand.buyer) + seen.machines(self.market, hand.buyer) - before[name]
            for name, hand in self.hands.items()
        }
        over = self.market.quarter >= min(self.max_cycles or self.scenario.horizon, self.scenario.horizon)
        observed = self._observed()
        infos: dict[str, dict] = {name: {} for name in self.agents}
        terminated, truncated = dict.fromkeys(self.agents, False), dict.fromkeys(self.agents, over)
        if over:
            self.agents = []
        if self.render_mode == "human":
            self.render()
        return observed, rewards, terminated, truncated, infos

    def render(self) -> str | None:
        """The players' last quarter, as a table."""
        table = self.market.table("buyers")
        last = table[table["buyer"].isin(self.possible_agents)].tail(len(self.possible_agents))
        text = last[["quarter", "buyer", *RENDERED]].to_string(index=False, float_format="{:,.0f}".format)
        if self.render_mode == "human":
            print(text)
            return None
        return text

    def state(self) -> np.ndarray:
        """What all players see, one after the other."""
        return np.concatenate([seen.observation(self.market, hand.buyer) for hand in self.hands.values()])

    def _observed(self) -> dict[str, np.ndarray]:
        return {name: seen.observation(self.market, self.hands[name].buyer) for name in self.agents}


register("parallel", "gpumarket/market-v0", entry_point="market.play.game:MarketGame")
