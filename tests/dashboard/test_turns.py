"""Work of all sessions takes turns, in the order in which it came."""

import threading
import time

import pytest

from dashboard.state.turns import Turns
from market.gears.simulate import Cancelled

LONG = 20.0


def until(true):
    ended = time.monotonic() + LONG
    while not true():
        assert time.monotonic() < ended
        time.sleep(0.005)


def test_so_many_at_a_time_in_the_order_in_which_they_came():
    turns, go = Turns(2), threading.Event()
    began, at_once, most = [], [], []

    def work(number):
        with turns.taken(lambda: None):
            began.append(number)
            at_once.append(number)
            most.append(len(at_once))
            assert go.wait(LONG)
            at_once.remove(number)

    threads = []
    for number in range(6):
        threads.append(threading.Thread(target=work, args=(number,)))
        threads[-1].start()
        until(lambda number=number: len(began) + len(turns._waiting) == number + 1)
    assert began == [0, 1]
    go.set()
    for thread in threads:
        thread.join(LONG)
    assert sorted(began) == list(range(6))
    assert began[2] in (2, 3)  # who is let in at the same moment may be noted either way round
    assert max(most) == 2


def test_who_waits_is_told_and_can_give_up():
    turns, told = Turns(1), []

    def give_up():
        told.append(len(turns._waiting))
        return len(told) < 3

    with turns.taken(lambda: None):
        with pytest.raises(Cancelled), turns.taken(give_up):
            raise AssertionError("it had no turn")
        assert told == [1, 1, 1]
        assert not turns._waiting
    with turns.taken(lambda: None):  # the turn came back
        pass


def test_what_fails_gives_its_turn_back():
    turns = Turns(1)
    with pytest.raises(KeyError), turns.taken(lambda: None):
        raise KeyError
    with pytest.raises(Cancelled), turns.taken(lambda: False):
        raise AssertionError("it was not wanted any more")
    with turns.taken(lambda: None):
        pass
