"""A market for AI accelerators: scenario, quarter, mechanisms, measures, and the two gears that run it."""

from market.model import Market
from market.paths import BadInput
from market.scenario import Scenario
from market.simulate import simulate

__all__ = ["BadInput", "Market", "Scenario", "simulate"]
