"""How a mechanism is found by its name: a public function of the module that holds its kind."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable


def public_functions(module: str) -> dict[str, Callable]:
    """The functions that ``module`` itself defines so far and whose names have no leading underscore, by name."""
    return {
        name: value
        for name, value in vars(sys.modules[module]).items()
        if inspect.isfunction(value) and value.__module__ == module and not name.startswith("_")
    }
