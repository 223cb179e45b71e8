"""The enterprise: a company of another trade whose owner may pass its units on to another of his companies."""

from __future__ import annotations

from typing import Annotated

from agents.classes.hyperscaler import Hyperscaler
from agents.records.roles import Path, Reference


class Enterprise(Hyperscaler):
    """Buys from its capex like a hyperscaler; some deliveries may go to a sister company."""

    redirect: Annotated[float, Path("HAE", "deliveries the owner passes on, from this quarter on")] = 0.0
    redirect_to: Annotated[int, Reference("buyers", "who gets what is passed on")] = -1
    to_redirect: float = 0.0

    def passes_on(self):
        """What its owner has decided to give to another of his companies, as far as it was delivered."""
        self.to_redirect = self.to_redirect + self.redirect
        amount = min(self.to_redirect, self.delivered)
        self.to_redirect = self.to_redirect - amount
        return amount, self.redirect_to
