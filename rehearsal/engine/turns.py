"""Lets threads do a piece of work one after the other, in the order in which they came."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator


class Turns:
    """A queue of threads; a lock that is fair, and in which a place can be given up."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._serving = 0
        self._next = 0
        self._left: set[int] = set()
        self._waiting: dict[int, threading.Event] = {}

    def arrive(self) -> int:
        """Take a place; it must be used for one `turn`, or left."""
        with self._lock:
            place = self._next
            self._next += 1
        return place

    @contextmanager
    def turn(self, place: int) -> Generator[None]:
        """Wait until all earlier places have had their turns, then do the body."""
        with self._lock:
            is_mine = place == self._serving
            called = threading.Event()
            if not is_mine:
                self._waiting[place] = called
        if not is_mine:
            called.wait()
        try:
            yield
        finally:
            self.leave(place)

    def leave(self, place: int) -> None:
        """Give up a place; after a `turn` this does nothing."""
        with self._lock:
            if place < self._serving:
                return
            self._left.add(place)
            while self._serving in self._left:
                self._left.remove(self._serving)
                self._serving += 1
            called = self._waiting.pop(self._serving, None)
        if called is not None:
            called.set()
