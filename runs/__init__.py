"""Experiments: ensembles, designs and batches, results on disk, the command line."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runs.designs.design import Design
    from runs.engine.engine import Engine
    from runs.folder.results import Results, open
    from runs.plain import MarketFunction, batch_run

__all__ = ["Design", "Engine", "MarketFunction", "Results", "batch_run", "open"]

_HOME = {"Design": "designs.design", "Engine": "engine.engine", "MarketFunction": "plain", "batch_run": "plain"}


def __getattr__(name: str) -> Any:
    """The names above, loaded when asked for: the command line checks what it finds before it loads the market."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"runs.{_HOME.get(name, 'folder.results')}"), name)
