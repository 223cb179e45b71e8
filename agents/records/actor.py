"""The Mesa agent that every actor of the market is."""

from __future__ import annotations

import mesa

from agents.records.roles import Stateful


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


def family(base: type[Actor]) -> dict[str, list[type[Actor]]]:
    """``base`` and every class derived from it, by name, in a fixed order.

    A class defined again (at a prompt, say) takes the place of its former self; classes of one name from several
    modules stand side by side.
    """
    found: dict[str, dict[tuple[str, str], type[Actor]]] = {}

    def note(cls: type[Actor]) -> None:
        found.setdefault(cls.__name__, {})[cls.__module__, cls.__qualname__] = cls
        for child in cls.__subclasses__():
            note(child)

    note(base)
    return {name: list(classes.values()) for name, classes in sorted(found.items())}
