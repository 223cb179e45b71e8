"""Sealed-bid auctions of a divisible good: uniform price, pay-as-bid, Vickrey (theory A.7, E15).

A bid is a demand curve of ``points`` corners: price in USD per unit, falling, and units wanted, rising. Between two
corners units go in a straight line; corners of equal price make a step, corners of equal units a drop in price.
Above its first corner a bid takes nothing, at it up to the first units, below its last corner the last units. The
bids of n bidders are two flat lists of n * points numbers: bidder i has the corners i * points and on. All numbers
are finite and none is negative. The functions are pure. They ignore budgets, resale and that what one buys may hurt
another.
"""

from __future__ import annotations

from agents.state import both_gears

UNIFORM_PRICE, PAY_AS_BID, VICKREY = 0, 1, 2
"""What a winner pays: the clearing price, its own bids, or what its award takes from the others."""

ROUNDING = 1e-12
"""Share of the supply by which demand may exceed it and is still met: sums of floats are no closer."""


@both_gears
def _between(prices, units, corner, price):
    """Units at a price between that of a corner and that of the one before it."""
    share = (prices[corner - 1] - price) / (prices[corner - 1] - prices[corner])
    return (1.0 - share) * units[corner - 1] + share * units[corner]


@both_gears
def least_at(prices, units, points, bidder, price):
    """Units a bidder takes just above a price; at a step, what it takes for sure."""
    first = bidder * points
    for corner in range(first, first + points):
        if prices[corner] <= price:
            if corner == first:
                return 0.0
            return _between(prices, units, corner, price)
    return units[first + points - 1]


@both_gears
def most_at(prices, units, points, bidder, price):
    """Units a bidder takes at a price; at a step, all of it."""
    first = bidder * points
    for corner in range(first, first + points):
        if prices[corner] < price:
            if corner == first:
                return 0.0
            return _between(prices, units, corner, price)
    return units[first + points - 1]


@both_gears
def demand_above(prices, units, points, price):
    """Units all bidders take just above a price."""
    total = 0.0
    for bidder in range(len(prices) // points):
        total += least_at(prices, units, points, bidder, price)
    return total


@both_gears
def demand_at(prices, units, points, price):
    """Units all bidders take at a price, all of the steps there included."""
    total = 0.0
    for bidder in range(len(prices) // points):
        total += most_at(prices, units, points, bidder, price)
    return total


@both_gears
def _rising(prices, points):
    """The corners' prices in rising order, merged from the bids, in each of which they fall."""
    n = len(prices) // points
    left = [points] * n
    merged = [0.0] * len(prices)
    for at in range(len(prices)):
        lowest = -1
        price = 0.0
        for i in range(n):
            if left[i] > 0 and (lowest < 0 or prices[i * points + left[i] - 1] < price):
                lowest = i
                price = prices[i * points + left[i] - 1]
        left[lowest] -= 1
        merged[at] = price
    return merged


@both_gears
def clearing_price(prices, units, points, supply, reserve):
    """The lowest price in USD per unit, not under ``reserve``, above which no more than ``supply`` is wanted (E15).

    With bids for whole units it is the highest losing bid. Halves the corners between two prices until none is left:
    there demand is a straight line, and the price is read off it. Ignores the bids' units at the price itself.
    """
    corners = _rising(prices, points)
    return _clearing_below(prices, units, points, supply, reserve, max(reserve, corners[-1]), corners)


@both_gears
def _clearing_below(prices, units, points, supply, reserve, high, corners):
    """The clearing price, known to lie between ``reserve`` and ``high``; ``corners``: the prices, rising."""
    enough = supply * (1.0 + ROUNDING)
    if demand_above(prices, units, points, reserve) <= enough:
        return reserve
    low = reserve
    first = 0
    last = len(corners)
    while first < last:
        middle = (first + last) // 2
        corner = corners[middle]
        if corner < high and (corner <= low or demand_above(prices, units, points, corner) > enough):
            low = max(low, corner)
            first = middle + 1
        else:
            high = min(high, corner)
            last = middle
    most = demand_above(prices, units, points, low)
    least = demand_at(prices, units, points, high)
    if least >= supply:
        return high
    return low + (high - low) * (most - supply) / (most - least)


@both_gears
def awards(prices, units, points, supply, price):
    """Units each bidder gets at a price; shape (n,).

    Everybody gets what it takes above the price; what is left of the supply goes pro rata to what the bids leave
    open at the price itself. At less than the clearing price supply is short, and all are cut in proportion.
    """
    n = len(prices) // points
    sure = [0.0] * n
    wish = [0.0] * n
    least = most = 0.0
    for i in range(n):
        sure[i] = least_at(prices, units, points, i, price)
        wish[i] = most_at(prices, units, points, i, price)
        least += sure[i]
        most += wish[i]
    if most <= supply:
        return wish
    given = [0.0] * n
    for i in range(n):
        if least > supply:
            given[i] = sure[i] * (supply / least)
        else:
            given[i] = min(wish[i], sure[i] + (wish[i] - sure[i]) * ((supply - least) / (most - least)))
    return given


@both_gears
def bid_value(prices, units, points, bidder, amount):
    """What a bidder's own bids say that its first units are worth, in USD: the area under its demand curve."""
    first = bidder * points
    value = min(amount, units[first]) * prices[first]
    for corner in range(first + 1, first + points):
        if amount <= units[corner - 1]:
            break
        width = units[corner] - units[corner - 1]
        taken = min(amount - units[corner - 1], width)
        if taken > 0.0:
            fall = (prices[corner - 1] - prices[corner]) * (taken / width)
            value += taken * (prices[corner - 1] - 0.5 * fall)
    return value


@both_gears
def _taken_from_others(prices, units, points, supply, reserve, price, awarded, values, corners, bidder):
    """Value in USD that the other bidders and the seller would have had from what a bidder got.

    The others are awarded the supply once more without it, at a price that is no higher; to the seller every unit is
    worth the reserve. ``values`` is what all bids say their awards are worth, ``corners`` their prices, rising.
    """
    if awarded[bidder] <= 0.0:
        return 0.0
    others = list(units)
    for corner in range(bidder * points, bidder * points + points):
        others[corner] = 0.0
    lower = _clearing_below(prices, others, points, supply, reserve, price, corners)
    without = awards(prices, others, points, supply, lower)
    taken = reserve * awarded[bidder]
    for i in range(len(awarded)):
        if i != bidder:
            gain = bid_value(prices, units, points, i, without[i]) - values[i]
            taken += gain - reserve * (without[i] - awarded[i])
    return max(0.0, taken)


@both_gears
def payments(form, prices, units, points, supply, reserve, price, awarded):
    """What each bidder pays for its award, in USD; shape (n,).

    Uniform price: the price, for every unit. Pay-as-bid: the area under the own curve. Vickrey (1961), Clarke
    (1971), Groves (1973): what the award takes from the others, which makes the truth a best bid for private
    values. Ignores what was paid before.
    """
    n = len(awarded)
    if form == UNIFORM_PRICE:
        return [price * award for award in awarded]
    values = [bid_value(prices, units, points, i, awarded[i]) for i in range(n)]
    if form == PAY_AS_BID:
        return values
    paid = [0.0] * n
    corners = _rising(prices, points)
    for i in range(n):
        paid[i] = _taken_from_others(prices, units, points, supply, reserve, price, awarded, values, corners, i)
    return paid
