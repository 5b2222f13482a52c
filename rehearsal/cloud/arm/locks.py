"""Management locks: what nobody may delete or change, whatever their role.

A lock holds at its scope and everywhere below it, and keeps what contains it from being deleted
(https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rehearsal.cloud.arm import errors
from rehearsal.cloud.arm.resources import RESOURCES
from rehearsal.cloud.arm.scopes import covers

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud

TYPE = "Microsoft.Authorization/locks"
_AT = f"/providers/{TYPE}/"


def refuse_locked(cloud: Cloud, method: str, path: str) -> None:
    """Refuse a call that a lock forbids; locks themselves can always be written and removed.

    Raises:
        CloudError: 409 ScopeLocked.
    """
    if method in {"GET", "HEAD"} or _AT.lower() in f"{path}/".lower():
        return
    deletes = method == "DELETE"
    locked = [
        scope
        for scope, level in _locks(cloud)
        if (deletes or level == "ReadOnly")
        and (covers(scope, path) or (deletes and covers(path, scope)))
    ]
    if locked:
        raise errors.scope_locked(path, "delete" if deletes else "write", locked)


def _locks(cloud: Cloud) -> list[tuple[str, str]]:
    """(scope, level) of every lock."""
    return [
        (row["id"][: -len(f"{_AT}{row['name']}")], row["properties"]["level"])
        for _, row in cloud.store.all(RESOURCES)
        if row["type"] == TYPE
    ]
