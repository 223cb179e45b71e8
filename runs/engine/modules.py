"""The modules that a user's own classes of buyers come from, for other processes and machines."""

from __future__ import annotations

import importlib
from typing import Any

from market import BadInput
from market.scenario import own
from runs.engine.experiment import Experiment


class Modules:
    """Modules with a user's own classes of buyers; unpickled before the experiment, it makes them known.

    ``texts`` are those of modules that were read from a folder, which the other side need not have.
    """

    def __init__(self, names: list[str], texts: own.Texts):
        self.names, self.texts = names, texts

    def __reduce__(self) -> tuple[Any, ...]:
        return _import, (self.names, self.texts)


def _import(names: list[str], texts: own.Texts) -> Modules:
    own.learn(texts)
    for name in names:
        importlib.import_module(name)
    return Modules(names, texts)


def modules_of(experiment: Experiment) -> Modules:
    """Those of the classes in an experiment; raises BadInput for a class that other processes cannot find."""
    names = sorted({cls.__module__ for cls in experiment.scenario.classes.values()})
    if "__main__" in names:
        raise BadInput(
            "a class of buyers is defined in the program itself, where other processes cannot find it; "
            "allowed: threads, or a module of its own"
        )
    return Modules(names, own.texts())
