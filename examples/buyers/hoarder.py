"""A hoarder: it asks for more than it needs, and keeps what it has asked for."""

from typing import Annotated

from agents.classes.hyperscaler import Hyperscaler
from agents.records.roles import Parameter


class Hoarder(Hyperscaler):
    """Orders a multiple of its need whatever the wait, and leaves no order of its own will."""

    greed: Annotated[float, Parameter("1", "orders over need", 1.0, 10.0)] = 2.0

    def impulse(self):
        return self.greed

    def may_leave(self, market, line):
        return False
