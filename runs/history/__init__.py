"""The real figures that outcomes are judged by, and those that drive the market."""

from runs.history.figures import inputs as inputs
from runs.history.figures import outcomes as outcomes
