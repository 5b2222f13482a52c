"""The state while a run changes it: written whole at the begin and the end of every step.

A killed run so loses nothing: what it did is in the state, and what it was doing is there as a
pending operation. Rows are encoded once, and steps that run at the same time share a snapshot, so
that a thousand resources do not cost a thousand times a thousand rows.
"""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from rehearsal.engine import checkpoint
from rehearsal.engine.state import PendingOperation, Resource, Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rehearsal.engine.secrets import SecretsManager
    from rehearsal.engine.state import PendingKind
    from rehearsal.engine.values import Value

_DURABLE_SECONDS = 1.0
"""A snapshot survives the end of the process at once; a crash of the machine may cost this much."""


class Sink(Protocol):
    """Where snapshots go."""

    def save(self, text: str, *, durable: bool) -> None:
        """Replace the stored state; `durable` also waits until it is on the disk."""
        ...


class Journal:
    """Rows in the order of a state: new ones as they complete, then old ones not yet replaced.

    Safe to use from many threads. Each method that changes something returns when a snapshot that
    holds the change is written. Without a sink (preview) nothing is written. Old `creating`
    operations are carried over until `clear_creates`; other old operations are dropped.

    Rows are told apart by identity: pass the very objects that the base or `end` was given.
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
        self._new = _Rows()
        self._old = _Rows()
        for row in base.resources:
            self._old.append(row)
        self._carried = tuple(entry for entry in base.pending if entry.type == "creating")
        self._pending: dict[int, PendingOperation] = {}
        self._newest: dict[str, Resource] = {}
        self._texts: dict[int, tuple[Resource, str]] = {}

    def begin(self, kind: PendingKind, resource: Resource) -> PendingOperation:
        """Note that a step starts; give what is returned to `end`."""
        entry = PendingOperation(resource, kind)
        with self._guard:
            self._pending[id(entry)] = entry
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
                self._texts.pop(id(pending.resource), None)
            if old is not None:
                self._swap(old, marked)
            if new is not None:
                self._new.append(new)
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
                for row in rows.all():
                    changed = change(row)
                    if changed is not row:
                        self._swap(row, changed)
                        if self._newest.get(row.urn) is row:
                            self._newest[changed.urn] = changed
            version = self._changed()
        self._write(version)

    def clear_creates(self) -> tuple[PendingOperation, ...]:
        """Forget the old `creating` operations, and return them."""
        with self._guard:
            cleared, self._carried = self._carried, ()
            self._changed()
        return cleared

    def snapshot(self) -> Snapshot:
        """The state as it is now."""
        with self._guard:
            return self._snapshot()

    def close(self) -> Snapshot:
        """Write the last snapshot durably, and return it."""
        with self._guard:
            version = self._changed()
        self._write(version, durable=True)
        return self.snapshot()

    # The rest is called with the guard held, but for `_write`.

    def _changed(self) -> int:
        self._version += 1
        return self._version

    def _swap(self, old: Resource, new: Resource | None) -> None:
        rows = self._new if old in self._new else self._old
        rows.put(old, new)
        self._texts.pop(id(old), None)
        if new is None and self._newest.get(old.urn) is old:
            del self._newest[old.urn]

    def _snapshot(self) -> Snapshot:
        return Snapshot(
            resources=(*self._new.all(), *self._old.all()),
            pending=(*self._carried, *self._pending.values()),
        )

    def _write(self, version: int, *, durable: bool = False) -> None:
        """Write a snapshot that holds the change `version`, unless another thread just did."""
        if self._sink is None:
            return
        with self._writing:
            if self._written >= version:
                return
            with self._guard:
                latest = self._version
                text = self._render()
            started = time.monotonic()
            durable = durable or started - self._durable_at >= _DURABLE_SECONDS
            self._sink.save(text, durable=durable)
            if durable:
                self._durable_at = started
            self._written = latest

    def _render(self) -> str:
        return checkpoint.render(self._snapshot(), self._stack, self._secrets.salt, self._encoded)

    def _encoded(self, row: Resource) -> str:
        known = self._texts.get(id(row))
        if known is None:
            known = self._texts[id(row)] = (row, checkpoint.encode_row(row, self._secrets))
        return known[1]


class _Rows:
    """Rows in order, found by identity."""

    def __init__(self) -> None:
        self._rows: dict[int, Resource] = {}
        self._places: dict[int, int] = {}
        self._next = 0

    def __contains__(self, row: Resource) -> bool:
        return id(row) in self._places

    def all(self) -> tuple[Resource, ...]:
        return tuple(self._rows.values())

    def append(self, row: Resource) -> None:
        self._rows[self._next] = row
        self._places[id(row)] = self._next
        self._next += 1

    def put(self, old: Resource, new: Resource | None) -> None:
        """Put `new` in the place of `old`, or take it out."""
        place = self._places.pop(id(old))
        if new is None:
            del self._rows[place]
        else:
            self._rows[place] = new
            self._places[id(new)] = place


def must_write(old: Resource, new: Resource) -> bool:
    """Whether a `same` step changed anything but the source position (dependencies are sets)."""
    return _comparable(old) != _comparable(new)


def _comparable(row: Resource) -> Resource:
    return replace(
        row,
        source_position="",
        dependencies=tuple(sorted(row.dependencies)),
        property_dependencies={
            name: tuple(sorted(targets)) for name, targets in row.property_dependencies.items()
        },
    )
