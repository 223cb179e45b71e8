"""How a buyer makes orders of what it wants; ``market.ordering`` names a public function of this module.

``ordering(buyer, market, products)`` enters the quarter's needs into the buyer's slots, one for each product it asks
for.
"""

from __future__ import annotations

from agents.records.gears import both_gears, dispatch, public_functions
from agents.records.roles import NEVER, SLOTS
from agents.rules import ordering


@both_gears
def anchored(buyer, market, products):
    """One product to have now, by anchoring and adjustment (E6, Sterman 1989), and bookings of a coming one beside it.

    Ignores that two generations may be worth having at once: all turn to the same one together.
    """
    now = buyer.pick(market, products)
    if now < 0:
        return
    product = products[now]
    ahead = buyer.newer(market, products, product.generation, product.price / product.hae)
    eagerness = 1.0
    if ahead >= 0 and products[ahead].launch > market.quarter + 1:
        saved = 1.0 - products[ahead].price / products[ahead].hae * product.hae / product.price
        eagerness = max(0.0, 1.0 - buyer.osborne * saved)
    lead = buyer.lead_expected[product.generation]
    waiting = buyer.waiting_for(market, products)
    need = buyer.gap(product, waiting)
    hunger = buyer.hunger(market, product, need)
    by_money = buyer.payable_by(market, product, lead, hunger)
    by_power = buyer.room(product, lead + 1.0) - waiting / hunger
    need = max(0.0, buyer.limited(need, by_money, by_power)) * buyer.impulse() * eagerness
    need = max(0.0, need - buyer.outside_ordered)
    buyer.note_wanted(buyer.wanted_flow(product))
    buyer.ask_for(0, product, need, hunger)
    if ahead >= 0:
        _book_ahead(buyer, market, products[ahead])


@both_gears
def _book_ahead(buyer, market, product):
    """Bookings of a newer generation: so many quarters of the wanted flow, beside the orders for now.

    It is announced and not yet to be had at once: not launched, or sold out by its early buyers.
    """
    price = product.price / product.hae * buyer.cash_factor()
    flow = min(buyer.flow(buyer.target), buyer.means(1.0) * 1e6 / price)
    missing = buyer.booking_horizon * flow - buyer.on_order[product.generation]
    money = buyer.means(product.quoted_lead + buyer.booking_horizon) - buyer.committed(NEVER)
    missing = min(missing, money * 1e6 / price)
    buyer.ask_for(1, product, buyer.booking_speed * max(0.0, missing), 1.0)


@both_gears
def cover(buyer, market, products):
    """Of every generation its share (E28) of the wanted flow and of what covers the wait (E29, Sterman 2000, ch. 17).

    An order is for the date by which it is expected, and open orders count by their dates, of whatever generation. Of
    more generations than there are slots the newest count. Ignores what a later generation will cost by then.
    """
    skip = buyer.choose(market, products) - SLOTS
    asked = 0.0
    spent = 0.0
    outside = buyer.outside_ordered
    slot = 0
    for g in range(market.generation_count):
        if buyer.split[g] <= 0.0:
            continue
        if skip > 0:
            skip -= 1
            continue
        product = products[buyer.chosen[g]]
        lead = buyer.wait[g]
        flow = buyer.wanted_flow(product)
        if product.launch <= market.quarter + 1:
            buyer.note_wanted(flow)
        hunger = buyer.hunger(market, product, flow)
        coming = buyer.coming_by(market, products, market.quarter + 1.0 + lead) / hunger + asked
        line = coming + max(0.0, buyer.outside_open - buyer.outside_ordered)
        need = buyer.split[g] * ordering.covered(flow, lead, line, buyer.line_weight)
        price = product.price / product.hae * buyer.cash_factor()
        by_money = buyer.payable_by(market, product, lead, hunger) - spent * 1e6 / price
        by_power = buyer.room(product, lead + 1.0) - coming
        need = max(0.0, buyer.limited(need, by_money, by_power)) * buyer.impulse()
        elsewhere = min(need, outside)
        need = need - elsewhere
        outside = outside - elsewhere
        asked += need
        spent += need * price / 1e6
        buyer.ask_for(slot, product, need, hunger)
        slot += 1


ORDERINGS = public_functions(__name__)
"""The orderings by name."""

ANCHORED = list(ORDERINGS).index("anchored")

order_by = dispatch(list(ORDERINGS.values()))
"""``order_by(number, buyer, market, products)``: the ordering with that number among ORDERINGS."""
