"""Long-running operations that outlive the process.

An operation is written to the store in the transaction that accepts it, and done by a thread. One
that is found unfinished at the next start is done again from its beginning, so its work has to be
something that can be repeated. Operations on one target run one after the other.
"""

from __future__ import annotations

import logging
import threading
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rehearsal.cloud.clock import wire_time

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.store import Json

OPERATIONS = "arm/operation"
_LOG = logging.getLogger(__name__)


class OperationFailedError(Exception):
    """The work cannot be done; `code` and `message` are what the client reads."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Work:
    """What an operation of one kind does."""

    run: Callable[[Cloud, Json], None]
    """The long part, outside of any transaction; repeated after a restart."""
    settle: Callable[[Cloud, Json], None]
    """Writes the end state of the target, together with the operation's own."""


class Operations:
    """Accepts and runs operations; one object for a local Azure."""

    def __init__(self) -> None:
        self._works: dict[str, Work] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()
        self._halted = threading.Event()
        self.resumed: list[threading.Thread] = []
        """What `rehearsal.cloud.arm.resume` has started; over when none of it is alive."""

    def define(self, kind: str, work: Work) -> None:
        """Say how operations of a kind are done."""
        self._works[kind] = work

    def begin(
        self, cloud: Cloud, kind: str, target: str, *, location: str = "", subject: str = ""
    ) -> Json:
        """Write a new operation and return it; `launch` it once the transaction is through.

        Args:
            cloud: Where it is written.
            kind: One that was defined.
            target: Id of the resource it is about.
            location: Azure region, for the address that clients poll.
            subject: What a refusal of another one calls it, as in `aks-dev - Creating`.
        """
        operation: Json = {
            "id": str(uuid.uuid4()),
            "kind": kind,
            "target": target,
            "location": location,
            "subject": subject,
            "status": "InProgress",
            "startTime": wire_time(cloud.clock.now()),
        }
        cloud.store.put(OPERATIONS, operation["id"], operation)
        return operation

    def launch(self, cloud: Cloud, operation: Json) -> threading.Thread:
        """Do the operation in a thread of its own."""
        thread = threading.Thread(
            target=self._perform,
            args=(cloud, operation),
            name=f"{operation['kind']} {operation['id']}",
            daemon=True,
        )
        thread.start()
        return thread

    def running(self, cloud: Cloud, target: str, kind: str | None = None) -> Json | None:
        """The unfinished operation on a target, if there is one; only of that kind if given."""
        for _, operation in cloud.store.all(OPERATIONS):
            if (
                operation["status"] == "InProgress"
                and same(operation["target"], target)
                and kind in {None, operation["kind"]}
            ):
                return operation
        return None

    def resume(self, cloud: Cloud) -> list[threading.Thread]:
        """Launch every operation that an earlier process has left unfinished."""
        return [
            self.launch(cloud, operation)
            for _, operation in cloud.store.all(OPERATIONS)
            if operation["status"] == "InProgress"
        ]

    def halt(self) -> None:
        """Leave what is not done yet for `resume`; called before the process stops its clusters."""
        self._halted.set()

    def pause(self, seconds: float) -> bool:
        """Let some time pass for work that waits for other work; True at once after `halt`."""
        return self._halted.wait(seconds)

    @contextmanager
    def alone(self, target: str) -> Generator[None]:
        """Hold the target: what runs inside is the only work on it."""
        with self._guard:
            lock = self._locks.setdefault(target.lower(), threading.Lock())
        with lock:
            yield

    def _perform(self, cloud: Cloud, operation: Json) -> None:
        work = self._works[operation["kind"]]
        with self.alone(operation["target"]):
            if self._halted.is_set():
                return
            try:
                work.run(cloud, operation)
            except OperationFailedError as failure:
                operation["error"] = {"code": failure.code, "message": failure.message}
            except Exception:  # noqa: BLE001 - a bug must end as a failed operation, not hang it
                _LOG.exception("%s of %s failed", operation["kind"], operation["target"])
                message = "The operation met an internal error; the local Azure's log has it."
                operation["error"] = {"code": "InternalServerError", "message": message}
            if self._halted.is_set():
                return
            with cloud.store.transaction():
                operation["status"] = "Failed" if "error" in operation else "Succeeded"
                operation["endTime"] = wire_time(cloud.clock.now())
                work.settle(cloud, operation)
                cloud.store.put(OPERATIONS, operation["id"], operation)


def same(one: str, other: str) -> bool:
    """Whether two ids name the same resource."""
    return one.strip("/").lower() == other.strip("/").lower()
