"""States of registrations, which advance by themselves as time goes by.

Azure takes minutes; the local one two seconds of the injected clock.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from rehearsal.cloud.clock import wire_time

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud

REGISTRATIONS = "arm/registration"
_DURATION = timedelta(seconds=2)
_NEXT = {"Registering": "Registered", "Unregistering": "Unregistered"}


def state(cloud: Cloud, key: str, initial: str) -> str:
    """The state of a registration now; `initial` if nobody has ever changed it."""
    document = cloud.store.get(REGISTRATIONS, key.lower())
    if document is None:
        return initial
    current: str = document["state"]
    over = cloud.clock.now() >= datetime.fromisoformat(document["since"]) + _DURATION
    return _NEXT[current] if over else current


def change(cloud: Cloud, key: str, transition: str, *, at_once: bool = False) -> None:
    """Start `Registering` or `Unregistering`, unless it has ended that way already.

    Args:
        cloud: Where.
        key: Of the registration.
        transition: Which of the two.
        at_once: Whether it has ended when this returns.
    """
    if state(cloud, key, "") != _NEXT[transition]:
        since = cloud.clock.now() - (_DURATION if at_once else timedelta())
        document = {"state": transition, "since": wire_time(since)}
        cloud.store.put(REGISTRATIONS, key.lower(), document)
