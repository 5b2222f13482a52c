"""Drift: what a preview would change after a refresh, less what Azure moves by itself.

The autoscaler moves the numbers of nodes. And Azure lists every pool with its cluster, though all
but the first are resources of their own: once anything in that list has moved, azure-native's
refresh takes the whole of it for inputs, and a preview would take the other pools out again (which
Azure does not do: a pool that a cluster's update leaves out stays).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ops.review.model import KINDS, azure_type

if TYPE_CHECKING:
    from ops.review.model import Change, Preview

_AZURES_OWN = (
    (
        azure_type("containerservice", "ManagedCluster"),
        re.compile(r"agentPoolProfiles\[(0\]\.count|[1-9]\d*\](\..*)?)"),
    ),
    (azure_type("containerservice", "AgentPool"), re.compile(r"count")),
)
"""Types, and the paths of their properties that Azure moves."""


def without_azures_own(preview: Preview) -> Preview:
    """The preview without the updates of which nothing was done by anybody."""
    kept = tuple(change for change in preview.changes if not _is_azures_own(change))
    return replace(preview, changes=kept)


def has_drift(preview: Preview) -> bool:
    """Whether anything differs, or could not be compared."""
    counted = 0 if preview.complete else sum(preview.counts.get(kind, 0) for kind in KINDS)
    return bool(preview.changes or preview.errors or counted)


def _is_azures_own(change: Change) -> bool:
    return change.kind == "update" and any(
        token.fullmatch(change.type) and change.changed and all(map(path.fullmatch, change.changed))
        for token, path in _AZURES_OWN
    )
