"""The hyperscaler: it spends up to a share of its capital expenditure on accelerators."""

from __future__ import annotations

from typing import Annotated

from agents.buyer import Buyer
from agents.records.roles import Parameter, Path


class Hyperscaler(Buyer):
    """Deliveries of a quarter cost at most ``capex_share`` of its capex; the share spent is an outcome."""

    capex: Annotated[float, Path("million USD a quarter", "capital expenditure, all purposes")] = 0.0
    capex_share: Annotated[float, Parameter("1", "a_max: largest share of capex for accelerators", 0.0, 1.0)] = 0.25

    def budget(self):
        """The capex envelope of the quarter."""
        return self.capex_share * self.capex
