"""Eventual consistency: changes of the directory that its readers do not see yet.

A change is noted when it is made, with the time from which it is seen; nothing is noted, and
everything is seen, while no lag is switched on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from rehearsal.cloud.clock import Clock
    from rehearsal.cloud.store import Store

KIND = "graph/unseen"


class Unseen:
    """Changes by name: `object/ID` for a new object, `members/GROUP/ID` for a link."""

    def __init__(self, store: Store, clock: Clock, lag: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self._lag = lag
        """Seconds that a change made now stays unseen; 0 is none."""

    def note(self, name: str, *, added: bool) -> None:
        """Remember that this was added (or else removed) just now.

        What was added and removed again before anybody saw it has not changed for its readers.
        """
        lag = self._lag()
        if not lag:
            return
        now = self._clock.now().timestamp()
        for seen in [key for key, change in self._store.all(KIND) if change["until"] <= now]:
            self._store.delete(KIND, seen)
        if self.under(name).get("") is (not added):
            self._store.delete(KIND, name)
        else:
            self._store.put(KIND, name, {"until": now + lag, "added": added})

    def under(self, prefix: str) -> dict[str, bool]:
        """Changes not seen yet whose name starts so: what follows, and whether it was added."""
        if not self._lag():
            return {}
        now = self._clock.now().timestamp()
        return {
            name.removeprefix(prefix): change["added"]
            for name, change in self._store.all(KIND, prefix)
            if now < change["until"]
        }
