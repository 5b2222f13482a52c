"""The state while a run changes it: written whole at the begin and the end of every step.

A killed run so loses nothing: what it did is in the state, and what it was doing is there as a
pending operation. Rows are encoded once, checks see only what changed, and steps that run at the
same time share a snapshot: what grows with the state is only the copying of bytes to the file.
"""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from rehearsal.engine import checkpoint
from rehearsal.engine.integrity import IntegrityError, Watch
from rehearsal.engine.rowlist import RowList
from rehearsal.engine.state import PendingOperation, Resource, Snapshot
from rehearsal.engine.values import equal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from rehearsal.engine.secrets import SecretsManager
    from rehearsal.engine.state import PendingKind
    from rehearsal.engine.values import Value

_DURABLE_SECONDS = 1.0
"""A snapshot survives the end of the process at once; a crash of the machine may cost this much."""


class Sink(Protocol):
    """Where snapshots go."""

    def save(self, pieces: Iterable[bytes], *, durable: bool) -> None:
        """Replace the stored state; `durable` also waits until it is on the disk."""
        ...


class BrokenJournalError(Exception):
    """The engine came to a state that breaks the rules; it was not written."""


class Journal:
    """Rows in the order of a state: new ones as they complete, then old ones not yet replaced.

    Safe to use from many threads. Each method that changes something returns when a snapshot that
    holds the change is written. Without a sink (preview) nothing is written. Old `creating`
    operations are carried over; other old operations are dropped.

    Rows are told apart by identity: pass the very objects that the base or `end` was given.

    Each method that writes raises BrokenJournalError rather than write a state that breaks the
    rules of `integrity`; what was written last stays.
    """

    def __init__(
        self, base: Snapshot, stack: str, secrets: SecretsManager, sink: Sink | None
    ) -> None:
        self._stack = stack
        self._secrets = secrets
        self._sink = sink
        self._guard = threading.Lock()
        self._writing = threading.Lock()
        self._version = 0
        self._written = 0
        self._durable_at = 0.0
        self._new = RowList(self._encode_row)
        self._old = RowList(self._encode_row)
        for row in base.resources:
            self._old.append(row)
        self._watch = Watch(base.resources)
        self._pending: dict[int, tuple[PendingOperation, bytes]] = {}
        for entry in base.pending:
            if entry.type == "creating":
                self._note(entry)
        self._newest: dict[str, Resource] = {}

    def begin(self, kind: PendingKind, resource: Resource) -> PendingOperation:
        """Note that a step starts; give what is returned to `end`."""
        entry = PendingOperation(resource, kind)
        with self._guard:
            self._note(entry)
            version = self._changed()
        self._write(version)
        return entry

    def end(
        self,
        pending: PendingOperation | None = None,
        *,
        old: Resource | None = None,
        new: Resource | None = None,
        marked: Resource | None = None,
        write: bool = True,
    ) -> None:
        """Note that a step is done, well or not.

        Args:
            pending: The operation that `begin` returned, if the step has one.
            old: The row that is no more.
            new: A row to add behind the other new ones.
            marked: What stays in the place of `old`, for marks like `delete`.
            write: Write a snapshot; a step that changed nothing that matters can do without.
        """
        with self._guard:
            if pending is not None:
                self._pending.pop(id(pending), None)
            if old is not None:
                self._swap(old, marked)
            if new is not None:
                self._new.append(new)
                self._watch.add(new)
                self._newest[new.urn] = new
            version = self._changed()
        if write:
            self._write(version)

    def set_outputs(
        self, urn: str, outputs: Mapping[str, Value], *, write: bool = True
    ) -> Resource:
        """Replace the outputs of the newest new row of that URN, and return its new version.

        Raises:
            KeyError: There is no such new row.
        """
        with self._guard:
            old = self._newest[urn]
            new = replace(old, outputs=dict(outputs))
            self._swap(old, new)
            self._newest[urn] = new
            version = self._changed()
        if write:
            self._write(version)
        return new

    def rewrite(self, change: Callable[[Resource], Resource]) -> None:
        """Apply `change` to every row, as for references to a renamed resource.

        A row that `change` returns as it is keeps its identity.
        """
        with self._guard:
            for rows in (self._new, self._old):
                for row in tuple(rows):
                    changed = change(row)
                    if changed is not row:
                        self._swap(row, changed)
                        if self._newest.get(row.urn) is row:
                            self._newest[changed.urn] = changed
            version = self._changed()
        self._write(version)

    def snapshot(self) -> Snapshot:
        """The state as it is now."""
        with self._guard:
            return self._snapshot()

    def close(self) -> Snapshot:
        """Write the last snapshot durably, and return it.

        What a step that is cut off says of its end later is not heard: it stays pending.
        """
        with self._guard:
            version = self._changed()
        self._write(version, durable=True)
        with self._writing:
            self._sink = None
        return self.snapshot()

    # The rest is called with the guard held, but for `_write`.

    def _changed(self) -> int:
        self._version += 1
        return self._version

    def _note(self, entry: PendingOperation) -> None:
        text = b"" if self._sink is None else checkpoint.encode_pending(entry, self._secrets)
        self._pending[id(entry)] = (entry, text)

    def _swap(self, old: Resource, new: Resource | None) -> None:
        is_new = old in self._new
        (self._new if is_new else self._old).put(old, new)
        self._watch.swap(old, new, is_new=is_new)
        if new is None and self._newest.get(old.urn) is old:
            del self._newest[old.urn]

    def _snapshot(self) -> Snapshot:
        return Snapshot(
            resources=(*self._new, *self._old),
            pending=tuple(entry for entry, _ in self._pending.values()),
        )

    def _write(self, version: int, *, durable: bool = False) -> None:
        """Write a snapshot that holds the change `version`, unless another thread just did."""
        with self._writing:
            if self._sink is None or self._written >= version:
                return
            with self._guard:
                latest = self._version
                pieces = self._pieces()
            started = time.monotonic()
            durable = durable or started - self._durable_at >= _DURABLE_SECONDS
            self._sink.save(pieces, durable=durable)
            if durable:
                self._durable_at = started
            self._written = latest

    def _pieces(self) -> list[bytes]:
        try:
            self._watch.check()
        except IntegrityError as error:
            raise BrokenJournalError(
                "internal error of the engine: the next state would break the rules of states, so"
                f" it was not written: {error}"
            ) from None
        rows = (*self._new.pieces(), *self._old.pieces())
        pending = (text for _, text in self._pending.values())
        return list(checkpoint.pieces(self._stack, self._secrets.salt, rows, pending))

    def _encode_row(self, row: Resource) -> bytes:
        return checkpoint.encode_row(row, self._secrets)


def must_write(old: Resource, new: Resource) -> bool:
    """Whether a `same` step changed anything but the source position (dependencies are sets)."""
    return (
        _comparable(old) != _comparable(new)
        or not equal(old.inputs, new.inputs)
        or not equal(old.outputs, new.outputs)
    )


def _comparable(row: Resource) -> Resource:
    return replace(
        row,
        inputs={},
        outputs={},
        source_position="",
        dependencies=tuple(sorted(row.dependencies)),
        property_dependencies={
            name: tuple(sorted(targets)) for name, targets in row.property_dependencies.items()
        },
    )
