"""The journal as steps use it: rows keep their identity, also when an alias renames others."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from rehearsal.engine import urns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rehearsal.engine.journal import Journal
    from rehearsal.engine.state import PendingKind, PendingOperation, Resource, Snapshot
    from rehearsal.engine.values import Value


class Ledger:
    """A journal that may be given rows as they were before a renaming changed them."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._lock = threading.Lock()
        self._current: dict[int, tuple[Resource, Resource]] = {}
        self._renamed: dict[str, str] = {}

    def begin(self, kind: PendingKind, resource: Resource) -> PendingOperation:
        """Note that a step starts; give what is returned to `end`."""
        return self._journal.begin(kind, resource)

    def end(
        self,
        pending: PendingOperation | None = None,
        *,
        old: Resource | None = None,
        new: Resource | None = None,
        marked: Resource | None = None,
        write: bool = True,
    ) -> None:
        """Note that a step is done; the arguments are those of `Journal.end`."""
        with self._lock:
            if old is not None:
                _, old = self._current.pop(id(old), (old, old))
            if marked is not None:
                renamed = self._with_new_names(marked)
                if renamed is not marked:
                    self._current[id(marked)] = (marked, renamed)
                marked = renamed
            self._journal.end(pending, old=old, new=new, marked=marked, write=False)
        if write:
            self._journal.end()

    def set_outputs(self, urn: str, outputs: Mapping[str, Value]) -> Resource:
        """Replace the outputs of a row of this run."""
        with self._lock:
            new = self._journal.set_outputs(urn, outputs, write=False)
        self._journal.end()
        return new

    def rename(self, old_urn: str, new_urn: str) -> None:
        """Let the resource's live row have its new URN, and every row refer to it by that."""
        with self._lock:
            self._renamed[old_urn] = new_urn
            originals = {id(current): first for first, current in self._current.values()}

            def change(row: Resource) -> Resource:
                renamed = self._with_new_names(row)
                if renamed is not row:
                    first = originals.get(id(row), row)
                    self._current[id(first)] = (first, renamed)
                return renamed

            self._journal.rewrite(change)

    def _with_new_names(self, row: Resource) -> Resource:
        return renamed(row, self._renamed) if self._renamed else row

    def snapshot(self) -> Snapshot:
        """The state as it is now."""
        return self._journal.snapshot()

    def close(self) -> Snapshot:
        """Write the last snapshot, and return it."""
        return self._journal.close()


def renamed(row: Resource, names: Mapping[str, str]) -> Resource:
    """The row by its new name if it is live, with references to others by their new names."""
    provider = row.provider
    if provider:
        urn, identifier = urns.split_reference(provider)
        if urn in names:
            provider = urns.reference(names[urn], identifier)
    changed = replace(
        row,
        urn=row.urn if row.delete else names.get(row.urn, row.urn),
        parent=names.get(row.parent, row.parent),
        provider=provider,
        deleted_with=names.get(row.deleted_with, row.deleted_with),
        dependencies=tuple(names.get(urn, urn) for urn in row.dependencies),
        property_dependencies={
            key: tuple(names.get(urn, urn) for urn in found)
            for key, found in row.property_dependencies.items()
        },
    )
    return row if changed == row else changed
