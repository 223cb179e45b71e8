"""Experiments: ensembles, designs and batches, results on disk, the command line."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runs.designs.design import Design
    from runs.engine.engine import Engine
    from runs.engine.plain import MarketFunction, batch_run
    from runs.folder.results import Results, open
    from runs.requests import Backtest, Comparison, Inquiry, Lever, Search, Sensitivity

__all__ = [
    "Backtest",
    "Comparison",
    "Design",
    "Engine",
    "Inquiry",
    "Lever",
    "MarketFunction",
    "Results",
    "Search",
    "Sensitivity",
    "batch_run",
    "open",
    "plots",
]

_HOME = {
    "Design": "designs.design",
    "Engine": "engine.engine",
    "MarketFunction": "engine.plain",
    "Results": "folder.results",
    "batch_run": "engine.plain",
    "open": "folder.results",
}
"""Where the names above live; those that are not here are requests."""


def __getattr__(name: str) -> Any:
    """The names above, loaded when asked for: the command line checks what it finds before it loads the market."""
    if name == "plots":
        return import_module("runs.reports.plots")
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"runs.{_HOME.get(name, 'requests')}"), name)
