"""A bargain hunter: it waits until compute is cheap against the dearest it has seen."""

from typing import Annotated

from agents.buying.orders import order_by
from agents.classes.neocloud import Neocloud
from agents.records.roles import Parameter


class BargainHunter(Neocloud):
    """Orders nothing while an HAE is not so much cheaper than it has ever been on the list."""

    bargain: Annotated[float, Parameter("1", "fall of the list price per HAE for which it waits", 0.0, 1.0)] = 0.10
    dearest: float = 0.0

    def decide(self, market, products):
        self.dearest = max(self.dearest, market.hae_price)
        if market.hae_price <= (1.0 - self.bargain) * self.dearest:
            order_by(market.ordering, self, market, products)
