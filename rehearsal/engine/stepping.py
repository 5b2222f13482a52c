"""One step on one resource, as it is planned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rehearsal.engine import urns
from rehearsal.engine.steps import NO_DIFF, Diff

if TYPE_CHECKING:
    from collections.abc import Collection

    from rehearsal.engine.events import Op
    from rehearsal.engine.state import Resource

UNCOUNTED: frozenset[Op] = frozenset(
    {
        "create-replacement",
        "delete-replaced",
        "discard-replaced",
        "import-replacement",
        "remove-pending-replace",
    }
)
"""Ops that are a part of a replacement, which counts as one."""


@dataclass(frozen=True)
class Step:
    """One step on one resource.

    `keep_old`: the old row stays after a replacement, to be deleted at the end. `before`: it is
    deleted to make room for its replacement, so its row stays until that is there.
    """

    op: Op
    urn: str
    old: Resource | None = None
    new: Resource | None = None
    diff: Diff = NO_DIFF
    keep_old: bool = False
    before: bool = False
    counted: bool = True


def is_asked_for(row: Resource, doomed: Collection[str]) -> bool:
    """Whether a provider has to delete what the row describes."""
    return (
        row.custom
        and not urns.is_provider_type(row.type)
        and not row.external
        and not row.retain_on_delete
        and row.deleted_with not in doomed
    )
