"""The Mesa agent that every actor of the market is."""

from __future__ import annotations

import mesa

from agents.state import Stateful


class Actor(mesa.Agent, Stateful):
    """An agent with a name and declared state.

    A method of an actor is a *rule*: it reads and writes attributes of the records it is given and calls
    other rules or functions marked ``both_gears``. The live gear calls it as it stands; the ensemble gear
    compiles it. A method whose name begins with an underscore is no rule.
    """

    def __init__(self, model: mesa.Model, name: str):
        super().__init__(model)
        self.name = name

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"


def family(base: type[Actor]) -> dict[str, type[Actor]]:
    """``base`` and every class derived from it, by name, in a fixed order."""
    found = {base.__name__: base}
    for child in base.__subclasses__():
        for name, cls in family(child).items():
            if found.setdefault(name, cls) is not cls and cls.__module__ != found[name].__module__:
                found[name] = cls
    return dict(sorted(found.items()))
