"""The long tail: one agent that stands for many small buyers."""

from __future__ import annotations

import math
from typing import Annotated

from agents.classes.hyperscaler import Hyperscaler
from agents.records.roles import Draw, Parameter


class LongTail(Hyperscaler):
    """Takes the list price as it stands; its orders come in as many independent projects would."""

    bargains: Annotated[bool, Parameter("", "whether it negotiates or takes the list price")] = False
    projects: Annotated[float, Parameter("1/quarter", "mean number of independent projects", 1.0, 1e6)] = 100.0
    project_draw: Annotated[float, Draw("normal", "how many projects ask this quarter")] = 0.0

    def impulse(self):
        """Projects that ask over their mean: a Poisson number, by its normal approximation."""
        return max(0.0, 1.0 + self.project_draw / math.sqrt(self.projects))
