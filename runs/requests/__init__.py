"""What can be asked: frozen objects that run themselves and say their own command line.

Their defaults stand here and nowhere else. Nothing heavy is loaded before one of them runs.
"""

from runs.requests.backtest import Backtest
from runs.requests.comparison import Comparison, Lever
from runs.requests.inquiry import Inquiry
from runs.requests.search import Search
from runs.requests.sensitivity import Sensitivity

__all__ = ["Backtest", "Comparison", "Inquiry", "Lever", "Search", "Sensitivity"]
