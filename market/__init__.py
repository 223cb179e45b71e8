"""A market for AI accelerators: scenario, quarter, mechanisms, measures, and the two gears that run it."""

from market.gears.model import Market
from market.gears.simulate import simulate
from market.scenario.paths import BadInput
from market.scenario.scenario import Scenario

__all__ = ["BadInput", "Market", "Scenario", "simulate"]
