"""The lock of a stack, as the real CLI's file backend takes it.

Each holder writes a file of its own, looks whether there is another, and gives up if so
(pulumi/pulumi, `pkg/backend/diy/lock.go`). Unlike the real one, ours recognises what a process of
this machine that is no more has left behind.
"""

from __future__ import annotations

import getpass
import json
import os
import socket
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

_ENDED = frozenset("ZX")
"""States of a process that was killed and that its parent has not asked for yet: proc(5)."""

_CLOCK_SLACK_SECONDS = 2.0
"""Start times of processes are known to a hundredth, the boot time they count from to a second."""


class LockedError(Exception):
    """Somebody else works on the stack."""


@dataclass(frozen=True)
class Holder:
    """Who holds a lock; pid 0 if its file cannot be read."""

    path: Path
    pid: int
    username: str
    hostname: str
    timestamp: str

    def is_gone(self) -> bool:
        """Whether it is certain that the holder is no more: it was a process of this machine."""
        if not self.pid or self.is_elsewhere():
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        return self._is_another_process()

    def is_elsewhere(self) -> bool:
        """Whether the holder is on another machine, whose processes cannot be seen from here."""
        return self.hostname != socket.gethostname()

    def _is_another_process(self) -> bool:
        """Whether the number belongs to a process that took no lock, or can do nothing more."""
        process = _process(self.pid)
        if process is None:
            return False
        state, started = process
        taken = _seconds(self.timestamp)
        given_out_again = taken is not None and started > taken + _CLOCK_SLACK_SECONDS
        return state in _ENDED or given_out_again


@contextmanager
def held(directory: Path, what: str) -> Generator[None]:
    """Hold the lock that the directory stands for; `what` names it in the refusal.

    Raises:
        LockedError: Somebody else holds it.
    """
    directory.mkdir(parents=True, exist_ok=True)
    own = directory / f"{uuid.uuid4()}.json"
    _write(own)
    try:
        others = [holder for holder in _holders(directory) if holder.path != own]
        for holder in others:
            if holder.is_gone():
                holder.path.unlink(missing_ok=True)
        living = [holder for holder in others if holder.path.exists()]
        if living:
            raise LockedError(_refusal(what, living))
        yield
    finally:
        own.unlink(missing_ok=True)


def is_held(directory: Path) -> bool:
    """Whether somebody holds the lock, as far as can be told."""
    return any(not holder.is_gone() for holder in _holders(directory))


def _write(path: Path) -> None:
    """Write the lock at once, so that nobody reads a part of it."""
    holder = {
        "pid": os.getpid(),
        "username": _username(),
        "hostname": socket.gethostname(),
        "timestamp": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
    }
    temporary = path.with_suffix(".new")
    temporary.write_text(json.dumps(holder), encoding="utf-8")
    temporary.rename(path)


def _username() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container may run as a number that has no name.
        return str(os.getuid())


def _holders(directory: Path) -> list[Holder]:
    return [_read(path) for path in sorted(directory.glob("*.json"))]


def _read(path: Path) -> Holder:
    try:
        fields: Any = json.loads(path.read_text(encoding="utf-8"))
        return Holder(
            path=path,
            pid=int(fields["pid"]),
            username=str(fields["username"]),
            hostname=str(fields["hostname"]),
            timestamp=str(fields["timestamp"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return Holder(path, 0, "somebody", "an unknown machine", "an unknown time")


def _refusal(what: str, holders: list[Holder]) -> str:
    lines = [
        f"  {holder.path}: created by {holder.username}@{holder.hostname} (pid {holder.pid})"
        f" at {holder.timestamp}"
        for holder in holders
    ]
    unseen = [holder.hostname for holder in holders if holder.is_elsewhere()]
    look = f" (look on {', '.join(unseen)}: its processes cannot be seen from here)"
    intro = (
        f"{what} is currently locked by {len(holders)} lock(s); wait for the other run to end, or,"
        f" if it is certain that none is left{look if unseen else ''}, delete:"
    )
    return "\n".join([intro, *lines])


def _process(pid: int) -> tuple[str, float] | None:
    """State of a process, and when it began in seconds of the epoch; None if nobody tells."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:  # noqa: PTH123 - no user's path
            # The name before may hold spaces and brackets.
            fields = file.read().rpartition(")")[2].split()
        with open("/proc/stat", encoding="utf-8") as file:  # noqa: PTH123 - no user's path
            boot = next(int(line.split()[1]) for line in file if line.startswith("btime "))
        return fields[0], boot + int(fields[19]) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError, StopIteration):
        return None


def _seconds(timestamp: str) -> float | None:
    """The time of a lock in seconds of the epoch; Go writes it with its zone."""
    try:
        return datetime.fromisoformat(timestamp).timestamp()
    except ValueError:
        return None
