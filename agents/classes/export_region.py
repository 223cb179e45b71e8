"""The export-controlled region: one buyer that may have only what the rules of the day let through."""

from __future__ import annotations

from agents.buyer import Buyer


class ExportRegion(Buyer):
    """Buys what may be exported to it; lines of what no longer may are taken out of its book."""

    controlled: bool = True

    def may_buy(self, product):
        """Exportable in this quarter."""
        return product.exportable > 0.0
