"""One local Azure a home: whoever serves it holds the lock on a file with its process id."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from rehearsal.home import Home

# A look at the lock by `holder` may keep it for a moment.
ATTEMPTS, PAUSE_SECONDS = 20, 0.1


class LockedError(Exception):
    """Another process serves this home."""


@contextmanager
def hold(home: Home) -> Generator[None]:
    """Hold the lock; the system releases it whatever way the process ends.

    Raises:
        LockedError: another process holds it.
    """
    descriptor = os.open(_file(home), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _acquire(descriptor, home)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def holder(home: Home) -> int | None:
    """Process id of whoever holds the lock, or None."""
    try:
        descriptor = os.open(_file(home), os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        if _try(descriptor, fcntl.LOCK_SH):
            return None
        text = os.pread(descriptor, 32, 0).decode()
        return int(text) if text.isdigit() else None
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, home: Home) -> None:
    for _ in range(ATTEMPTS):
        if _try(descriptor, fcntl.LOCK_EX):
            return
        # Where not even a look is possible, somebody serves: waiting would only mean to take over
        # when that one is stopped.
        if not _try(descriptor, fcntl.LOCK_SH):
            break
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        time.sleep(PAUSE_SECONDS)
    message = f"another process serves the local Azure in {home.root}"
    raise LockedError(message)


def _try(descriptor: int, operation: int) -> bool:
    try:
        fcntl.flock(descriptor, operation | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _file(home: Home) -> Path:
    return home.root / "cloud.lock"
