"""What an interrupted run left open: operations of which nobody knows how they ended."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rehearsal.engine.state import PendingOperation, Resource, Snapshot


def warning(pending: Sequence[PendingOperation]) -> str:
    """What a run says of them; the first line is the real CLI's."""
    lines = "\n".join(
        f"  * {entry.resource.urn}, interrupted while {entry.type}" for entry in pending
    )
    told = (
        f"Attempting to deploy or update resources with {len(pending)} pending operations from"
        f" previous deployment.\n{lines}\nThese resources are in an unknown state because the"
        " engine was interrupted while it waited for changes to them to complete."
    )
    if all(entry.type != "creating" for entry in pending):
        return told
    return f"{told} Look at them, then run `refresh --clear-pending-creates`"


def half_deleted(state: Snapshot) -> tuple[Resource, ...]:
    """The rows that were being deleted, which may be there or not.

    Who wants to know reads them before anything is decided (`Run.reads_half_deleted`).
    """
    begun = {
        (entry.resource.urn, entry.resource.id)
        for entry in state.pending
        if entry.type == "deleting"
    }
    return tuple(row for row in state.resources if (row.urn, row.id) in begun)


def without_creates(state: Snapshot) -> Snapshot:
    """The state without the creates that were begun."""
    kept = tuple(entry for entry in state.pending if entry.type != "creating")
    return replace(state, pending=kept)
