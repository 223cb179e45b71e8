"""Whose decision or secret a field is: the groups of the drawer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboard.reading import real
from dashboard.reading.declared import Control
from market.scenario.scenario import Scenario

SUPPLIER, HYPERSCALERS, WORLD = "supplier", "hyperscalers", "world"
HYPERSCALER = "Hyperscaler"
"""The class of these buyers, as scenarios name it."""

ABOUT = {
    SUPPLIER: "Decides who is served, at which price and on which terms; how much it can make is not all known.",
    HYPERSCALERS: "The largest buyers; they spend a share of their capital expenditure.",
    WORLD: "What nobody decides and nobody knows: demand, and how all buyers answer a price.",
}
"""What a group is, in a sentence; of a single buyer: :func:`about`."""


def actor(scenario: Scenario, path: str) -> str:
    """Whose a field is: a buyer's name, or one of the groups."""
    table, _, rest = path.partition(".")
    name = rest.partition(".")[0]
    if table == "buyers" and name in scenario.buyers:
        kinds = {cls.__name__ for cls in scenario.classes[name].__mro__}
        return HYPERSCALERS if HYPERSCALER in kinds else name
    if table == "buyers" and name == HYPERSCALER:
        return HYPERSCALERS
    if table in ("supplier", "products") or (table == "market" and path in scenario.levers):
        return SUPPLIER
    return WORLD


def grouped(scenario: Scenario, controls: Sequence[Control]) -> list[tuple[str, str, list[Control]]]:
    """Title, sentence and controls of each group: the supplier, single buyers, the hyperscalers, the world."""
    found: dict[str, list[Control]] = {}
    for control in controls:
        found.setdefault(actor(scenario, control.path), []).append(control)
    buyers = [name for name in found if name in scenario.buyers]
    order = [SUPPLIER, *buyers, HYPERSCALERS, WORLD]
    return [(title(scenario, name), about(name), found[name]) for name in order if name in found]


def title(scenario: Scenario, name: str) -> str:
    supplier = "NVIDIA" if real.applies(scenario) else "The supplier"
    return {SUPPLIER: supplier, HYPERSCALERS: "Hyperscalers", WORLD: "The world"}.get(name, name)


def about(name: str) -> str:
    return ABOUT.get(name, f"How {name} buys: what it is in a hurry for, and what it can use.")


def ranked(controls: Sequence[Control], effects: Mapping[str, float]) -> list[Control]:
    """Strongest first where effects were measured; else as they are declared."""
    return sorted(controls, key=lambda control: -effects.get(control.path, 0.0))
