"""The time, injected, so that expiry and long-running operations can be tested without waiting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Where the local Azure takes the time from."""

    def now(self) -> datetime:
        """The time, in UTC."""
        ...


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        """The time, in UTC."""
        return datetime.now(UTC)


class ManualClock:
    """A clock that moves only when told."""

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self._now = start

    def now(self) -> datetime:
        """The time it was set to."""
        return self._now

    def advance(self, step: timedelta) -> None:
        """Move forward by `step`."""
        self._now += step


def wire_time(moment: datetime) -> str:
    """A moment as Azure writes it, to the second: `2026-01-01T00:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
