"""Sealed-bid auctions of a divisible good: uniform price, pay-as-bid, Vickrey (theory A.7, E15).

A bid is a demand curve of ``points`` corners: price in USD per unit, falling, and units wanted, rising. Between two
corners units go in a straight line; corners of equal price make a step, corners of equal units a drop in price.
Above its first corner a bid takes nothing, at it up to the first units, below its last corner the last units. The
bids of n bidders are two flat lists of n * points numbers: bidder i has the corners i * points and on. All numbers
are finite and none is negative. The functions are pure. They ignore budgets, resale and that what one buys may hurt
another.
"""

from __future__ import annotations

from agents.records.gears import both_gears, zeros

UNIFORM_PRICE, PAY_AS_BID, VICKREY = 0, 1, 2
"""What a winner pays: the clearing price, its own bids, or what its award takes from the others."""

ROUNDING = 1e-12
"""Share of the supply by which demand may exceed it and is still met: sums of floats are no closer."""


@both_gears
def _copied(numbers):
    copy = zeros(len(numbers))
    for k in range(len(numbers)):
        copy[k] = numbers[k]
    return copy


@both_gears
def _unknown(count):
    """What all want above each of so many corners, not known yet: -1."""
    above = zeros(count)
    for k in range(count):
        above[k] = -1.0
    return above


@both_gears
def _between(prices, units, corner, price):
    """Units at a price between that of a corner and that of the one before it."""
    share = (prices[corner - 1] - price) / (prices[corner - 1] - prices[corner])
    return (1.0 - share) * units[corner - 1] + share * units[corner]


@both_gears
def least_at(prices, units, points, bidder, price):
    """Units a bidder takes just above a price; at a step, what it takes for sure."""
    first = bidder * points
    corner = first + points - 1
    if prices[corner] > price:
        return units[corner]
    while corner > first and prices[corner - 1] <= price:  # from below: prices clear where corners are dense
        corner -= 1
    if corner == first:
        return 0.0
    return _between(prices, units, corner, price)


@both_gears
def most_at(prices, units, points, bidder, price):
    """Units a bidder takes at a price; at a step, all of it."""
    first = bidder * points
    corner = first + points - 1
    if prices[corner] >= price:
        return units[corner]
    while corner > first and prices[corner - 1] < price:
        corner -= 1
    if corner == first:
        return 0.0
    return _between(prices, units, corner, price)


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
def _falling_corners(prices, points):
    """The prices of all corners, the highest first: the bidders' own orders merged pair by pair."""
    n = len(prices)
    before = _copied(prices)
    after = zeros(n)
    width = points
    while width < n:
        for start in range(0, n, 2 * width):
            middle = min(n, start + width)
            end = min(n, start + 2 * width)
            left = start
            right = middle
            for k in range(start, end):
                if left < middle and (right >= end or before[left] >= before[right]):
                    after[k] = before[left]
                    left += 1
                else:
                    after[k] = before[right]
                    right += 1
        before, after = after, before
        width *= 2
    return before


@both_gears
def clearing_price(prices, units, points, supply, reserve):
    """The lowest price in USD per unit, not under ``reserve``, above which no more than ``supply`` is wanted (E15).

    With bids for whole units it is the highest losing bid. Exact: between the two corners that enclose it demand is a
    straight line, and the price is read off it. Ignores the bids' units at the price itself.
    """
    corners = _falling_corners(prices, points)
    above = _unknown(len(corners))
    at = _first_short(corners, above, prices, units, points, supply, reserve, -1)
    return _price_above(corners, at, prices, units, points, supply, reserve)


@both_gears
def _first_short(corners, above, prices, units, points, supply, reserve, bidder):
    """Position of the highest corner above which more than the supply is wanted, one ``bidder`` left out (-1: none).

    By halving the list; ``above`` keeps what all want above each corner once it is known, -1 before.
    """
    enough = supply * (1.0 + ROUNDING)
    over = 0
    under = len(corners)
    while under - over > 1:
        middle = (over + under) // 2
        if above[middle] < 0.0:
            above[middle] = demand_above(prices, units, points, corners[middle])
        wanted = above[middle]
        if bidder >= 0:
            wanted -= least_at(prices, units, points, bidder, corners[middle])
        if wanted > enough or corners[middle] <= reserve:
            under = middle
        else:
            over = middle
    return under


@both_gears
def _price_above(corners, at, prices, units, points, supply, reserve):
    """The clearing price, which lies between the corner ``at`` and the one before it, or at the reserve."""
    low = reserve
    if at < len(corners):
        low = max(reserve, corners[at])
    most = demand_above(prices, units, points, low)
    if most <= supply * (1.0 + ROUNDING):
        return low
    high = max(reserve, corners[at - 1])
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
    given = zeros(n)
    wishes = zeros(n)
    least = most = 0.0
    for i in range(n):
        given[i] = least_at(prices, units, points, i, price)
        wishes[i] = most_at(prices, units, points, i, price)
        least += given[i]
        most += wishes[i]
    for i in range(n):
        if most <= supply:
            given[i] = wishes[i]
        elif least > supply:
            given[i] = given[i] * (supply / least)
        else:
            given[i] = min(wishes[i], given[i] + (wishes[i] - given[i]) * ((supply - least) / (most - least)))
    return given


@both_gears
def bid_value(prices, units, points, bidder, amount):
    """What a bidder's own bids say that its first units are worth, in USD: the area under its demand curve."""
    first = bidder * points
    value = min(amount, units[first]) * prices[first]
    for corner in range(first + 1, first + points):
        width = units[corner] - units[corner - 1]
        taken = min(amount - units[corner - 1], width)
        if taken > 0.0:
            fall = (prices[corner - 1] - prices[corner]) * (taken / width)
            value += taken * (prices[corner - 1] - 0.5 * fall)
    return value


@both_gears
def _value_for_others(prices, units, points, awarded, reserve, bidder):
    """What all but one bidder say that their awards are worth, over what the seller would have of them, in USD."""
    value = 0.0
    for i in range(len(awarded)):
        if i != bidder:
            value += bid_value(prices, units, points, i, awarded[i]) - reserve * awarded[i]
    return value


@both_gears
def _vickrey(prices, units, points, supply, reserve, awarded, paid):
    """Write into ``paid`` the value in USD that the others and the seller would have had from each award.

    The others are awarded the supply once more without the bidder; to the seller every unit is worth the reserve.
    """
    corners = _falling_corners(prices, points)
    above = _unknown(len(corners))
    others = _copied(units)
    for i in range(len(awarded)):
        if awarded[i] > 0.0:
            for corner in range(i * points, (i + 1) * points):
                others[corner] = 0.0
            at = _first_short(corners, above, prices, units, points, supply, reserve, i)
            price = _price_above(corners, at, prices, others, points, supply, reserve)
            without = awards(prices, others, points, supply, price)
            gain = _value_for_others(prices, units, points, without, reserve, i)
            gain -= _value_for_others(prices, units, points, awarded, reserve, i)
            paid[i] = max(0.0, reserve * awarded[i] + gain)
            for corner in range(i * points, (i + 1) * points):
                others[corner] = units[corner]


@both_gears
def payments(form, prices, units, points, supply, reserve, price, awarded):
    """What each bidder pays for its award, in USD; shape (n,).

    Uniform price: the price, for every unit. Pay-as-bid: the area under the own curve. Vickrey (1961), Clarke
    (1971), Groves (1973): what the award takes from the others, which makes the truth a best bid for private
    values. Ignores what was paid before.
    """
    paid = zeros(len(awarded))
    if form == VICKREY:
        _vickrey(prices, units, points, supply, reserve, awarded, paid)
    else:
        for i in range(len(awarded)):
            if form == UNIFORM_PRICE:
                paid[i] = price * awarded[i]
            else:
                paid[i] = bid_value(prices, units, points, i, awarded[i])
    return paid
