"""A market for AI accelerators: scenario, quarter, mechanisms, measures, and the two gears that run it."""

from importlib import metadata

from market.gears.model import Market
from market.gears.simulate import simulate
from market.scenario.own import buyers_from
from market.scenario.paths import BadInput
from market.scenario.scenario import Scenario

try:
    __version__ = metadata.version("gpumarket")
except metadata.PackageNotFoundError:  # run from a checkout that is not installed
    __version__ = "not installed"
__all__ = ["BadInput", "Market", "Scenario", "buyers_from", "simulate"]
