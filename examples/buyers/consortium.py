"""A consortium: what it agrees on becomes an order of each member, due in quarters that follow one another."""

from typing import Annotated

from agents.classes.hyperscaler import Hyperscaler
from agents.records.gears import both_gears
from agents.records.roles import LINES, Parameter

order_alone = both_gears(Hyperscaler.order)


class Consortium(Hyperscaler):
    """Splits every order among its members, as long as its book has room for the lines."""

    members: Annotated[int, Parameter("", "among how many an order is split", 1, 8)] = 3

    def order(self, market, product, units, price, promised, prepaid):
        members = self.members if self.lines + 2 * self.members <= LINES else 1
        for member in range(members):
            order_alone(self, market, product, units / members, price, promised + member, prepaid)
