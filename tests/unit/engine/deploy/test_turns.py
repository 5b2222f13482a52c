from __future__ import annotations

import threading

from rehearsal.engine.turns import Turns


def test_turns_are_taken_in_the_order_of_arrival() -> None:
    turns = Turns()
    places = [turns.arrive() for _ in range(8)]
    done: list[int] = []

    def work(place: int) -> None:
        with turns.turn(place):
            done.append(place)

    threads = [threading.Thread(target=work, args=(place,)) for place in reversed(places)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert done == places


def test_a_place_that_is_left_holds_nobody_up() -> None:
    turns = Turns()
    first, second, third = (turns.arrive() for _ in range(3))
    turns.leave(second)
    with turns.turn(first):
        pass
    turns.leave(first)

    with turns.turn(third):
        reached = True

    assert reached
