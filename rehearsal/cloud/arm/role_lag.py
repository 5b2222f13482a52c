"""Role assignments as they count: with `Faults.lag` on, a change counts only after a while.

ARM shows the change at once, as Azure does; the decisions go by what was there before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.store import Json

ASSIGNMENTS = "arm/roleAssignment"
"""Kind of the store's documents: key the id in lower case, body as ARM shows it."""
_CHANGES = "arm/roleAssignmentChange"
"""What still counts instead of an assignment: key as there, body `{until, before}`."""


def note_change(cloud: Cloud, key: str, before: Json | None) -> None:
    """Call it with what is about to be changed: None for an assignment that is new."""
    lag = cloud.faults.lag("roleAssignments")
    if lag:
        now = cloud.clock.now().timestamp()
        pending = cloud.store.get(_CHANGES, key)
        if pending is not None and now < pending["until"]:
            before = pending["before"]
        cloud.store.put(_CHANGES, key, {"until": now + lag, "before": before})


def counting(cloud: Cloud) -> list[Json]:
    """The assignments that decide now."""
    assignments: dict[str, Json | None] = dict(cloud.store.all(ASSIGNMENTS))
    if cloud.faults.lag("roleAssignments"):
        now = cloud.clock.now().timestamp()
        for key, change in cloud.store.all(_CHANGES):
            if now < change["until"]:
                assignments[key] = change["before"]
    return [document for document in assignments.values() if document is not None]
