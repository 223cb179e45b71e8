"""How the list price moves: ``market.price_regime`` names a public function of this module."""

from __future__ import annotations

from agents.records.gears import both_gears, dispatch, public_functions


@both_gears
def sticky(supplier, product):
    """Partial adjustment towards the shadow price under a fairness cap (E21); ignores what rivals charge."""
    supplier.set_price(product)


@both_gears
def fixed(supplier, product):
    """The list price stays where it was set."""


REGIMES = public_functions(__name__)
"""The price regimes by name."""

move_price = dispatch(list(REGIMES.values()))
"""``move_price(number, supplier, product)``: the regime with that number among REGIMES."""
