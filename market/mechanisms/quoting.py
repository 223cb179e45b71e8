"""The wait that the supplier quotes (theory A.11, E30); ``market.quoting`` names a public function of this module.

``quoting(market, supplier, products, buyers, asks)`` writes the wait of every generation, in quarters, into
``market.quote`` and every buyer's own into ``buyer.own_quote``. With ``asks`` over 0 that share of what buyers ask
for in the quarter stands in the queue too, and the waits, for the promises of the quarter, go into
``buyer.own_promise`` alone.
"""

from __future__ import annotations

from agents.records.gears import both_gears, dispatch, public_functions
from agents.records.roles import NEVER, SLOTS
from agents.rules import book as lines
from market.mechanisms.allocation import LOTS
from market.mechanisms.rationing import share_out

LONGEST = 40
"""Quarters; what is quoted where nothing can be made."""
TOKEN = 1e-12
"""Part of a queue that a buyer with no place in it is reckoned to ask for."""


@both_gears
def book(market, supplier, products, buyers, asks):
    """Open orders over what can be made of a generation, after the time to its launch; the same for all buyers.

    Newer generations take their wafers first, as in production; a coming one is reckoned at its second quarter. Ignores
    how the ramp goes on, what buyers can pay, whom the rule serves, and what is asked for in the quarter itself.
    """
    left = supplier.wafers
    for n in range(market.generation_count):
        generation = market.generation_count - 1 - n
        wafers = 0.0
        ramp = 0.0
        for p in range(market.product_count):
            product = products[p]
            if product.generation == generation:
                wafers += lines.unmade(product.book, product.stock) / product.packages
                ramp = max(ramp, supplier.ramp(product, max(market.quarter, product.generation_launch + 1)))
        if left <= lines.DUST * supplier.wafers:
            left = 0.0
        limit = min(left, ramp * supplier.wafers)
        wait = 0.0
        if wafers > 0.0:
            wait = min(float(LONGEST), wafers / limit) if limit > 0.0 else float(LONGEST)
        launch = _first_launch(market, products, generation)
        if launch <= market.quarter:
            left = max(0.0, left - min(wafers, limit))
        if launch < NEVER:  # without a date there is nothing to add
            wait += _to_launch(market, launch)
        _quote_all(market, buyers, generation, wait, asks)


@both_gears
def planned(market, supplier, products, buyers, asks):
    """E30: the first quarter in which the planned output of a generation outruns what can be paid of its queue.

    Output is planned with the wafers of today, the newest generation first as far as it will have ramped; what can be
    paid is what one quarter's money takes of the open orders. In that quarter the wait goes on by c rho / (1 - rho), a
    queue's (Kingman 1961), a quarter at most. Buyers are quoted their own wait by what the rule gives them (E30b).
    Ignores that capacity and money grow.
    """
    _count_queues(market, products, buyers, asks)
    market.payable_wafers = 0.0
    for generation in range(market.generation_count):
        market.lead[generation] = -1.0
        market.payable_wafers += min(market.able[generation], market.queue[generation])
    for k in range(LONGEST):
        left = supplier.wafers
        waiting = 0
        for n in range(market.generation_count):
            generation = market.generation_count - 1 - n
            ramp = 0.0
            for p in range(market.product_count):
                if products[p].generation == generation:
                    ramp = max(ramp, supplier.ramp(products[p], market.quarter + 1 + k))
            limit = min(left, ramp * supplier.wafers)
            asked = min(market.able[generation], market.queue[generation])
            made = min(asked, limit)
            market.queue[generation] = market.queue[generation] - made
            left = max(0.0, left - made)
            if market.lead[generation] < 0.0:
                if asked < limit * (1.0 - lines.DUST):
                    rho = asked / limit
                    market.lead[generation] = k + min(1.0, supplier.congestion * rho / (1.0 - rho))
                else:
                    waiting += 1
        if waiting == 0:
            break
    for generation in range(market.generation_count):
        wait = market.lead[generation]
        launch = _first_launch(market, products, generation)
        if wait < 0.0:
            wait = float(LONGEST) if launch < NEVER else 0.0  # without a date there is nothing to say
        _quote_all(market, buyers, generation, wait, asks)
        coming = _to_launch(market, launch)
        if market.rule_aware and market.standing != LOTS and launch < NEVER and wait - coming > 1.0:
            _quote_each(market, products, buyers, generation, wait, coming, asks)


@both_gears
def _first_launch(market, products, generation):
    """The quarter in which the first product of a generation is made."""
    launch = NEVER
    for p in range(market.product_count):
        if products[p].generation == generation:
            launch = min(launch, products[p].launch)
    return launch


@both_gears
def _to_launch(market, launch):
    """Quarters that an order placed now waits for a launch at the least, over the one that every order takes."""
    return float(max(0, launch - market.quarter - 1))


@both_gears
def _count_queues(market, products, buyers, asks):
    """The queue of every generation, and what one quarter's money takes of it, in wafers."""
    for generation in range(market.generation_count):
        market.queue[generation] = market.able[generation] = 0.0
    for p in range(market.product_count):
        product = products[p]
        wafers = lines.unmade(product.book, product.stock) / product.packages
        market.queue[product.generation] = market.queue[product.generation] + wafers
    for i in range(market.buyer_count):
        buyer = buyers[i]
        owed = buyer.committed(NEVER)
        means = buyer.means(1.0)
        able = means / owed if owed > means else 1.0
        for line in range(buyer.lines):
            product = products[buyer.line_product[line]]
            wafers = able * buyer.line_open[line] / product.packages
            market.able[product.generation] = market.able[product.generation] + wafers
        if asks > 0.0:
            for slot in range(SLOTS):
                if buyer.slot_product[slot] >= 0:
                    product = products[buyer.slot_product[slot]]
                    wafers = asks * buyer.slot_units[slot] / product.packages
                    market.queue[product.generation] = market.queue[product.generation] + wafers
                    market.able[product.generation] = market.able[product.generation] + able * wafers


@both_gears
def _quote_all(market, buyers, generation, wait, asks):
    """The same wait for everybody."""
    if asks == 0.0:
        market.quote[generation] = wait
    for i in range(market.buyer_count):
        if asks == 0.0:
            buyers[i].own_quote[generation] = wait
        else:
            buyers[i].own_promise[generation] = wait


@both_gears
def _quote_each(market, products, buyers, generation, wait, coming, asks):
    """E30b: each buyer its claim over what the rule gives it of a quarter's output, after the time to the launch.

    The output is what works the queue off within the wait. Buyers without a weight, or to whom nothing is given, are
    quoted the common wait.
    """
    total = 0.0
    for i in range(market.buyer_count):
        buyer = buyers[i]
        buyer.claim = 0.0
        for line in range(buyer.lines):
            product = products[buyer.line_product[line]]
            if product.generation == generation:
                buyer.claim = buyer.claim + buyer.line_open[line] / product.packages
        if asks > 0.0:
            for slot in range(SLOTS):
                if buyer.slot_product[slot] >= 0:
                    product = products[buyer.slot_product[slot]]
                    if product.generation == generation:
                        buyer.claim = buyer.claim + asks * buyer.slot_units[slot] / product.packages
        total += buyer.claim
    if total <= 0.0:
        return
    output = total / (wait - coming)
    share_out(market, buyers, output)
    for i in range(market.buyer_count):
        buyer = buyers[i]
        if buyer.claim > 0.0 and buyer.given > 0.0 and buyer.weight > 0.0:
            _note(buyer, generation, coming + buyer.claim / buyer.given, asks)
    for i in range(market.buyer_count):
        buyer = buyers[i]
        if buyer.claim <= 0.0 and buyer.weight > 0.0:  # as if it came with next to nothing, beside the others
            buyer.claim = TOKEN * total
            share_out(market, buyers, output)
            if buyer.given > 0.0:
                _note(buyer, generation, coming + buyer.claim / buyer.given, asks)
            buyer.claim = 0.0


@both_gears
def _note(buyer, generation, wait, asks):
    """A buyer's own quote, or promise."""
    wait = min(float(LONGEST), wait)
    if asks == 0.0:
        buyer.own_quote[generation] = wait
    else:
        buyer.own_promise[generation] = wait


QUOTINGS = public_functions(__name__)
"""The ways of quoting by name."""

quote_by = dispatch(list(QUOTINGS.values()))
"""``quote_by(number, market, supplier, products, buyers, asks)``: the way with that number among QUOTINGS."""
