"""What nobody may do, whatever their role: a deny assignment that an Azure service has made.

There is one kind: a cluster with `nodeResourceGroupProfile.restrictionLevel` ReadOnly lets nobody
change what is in the resource group of its nodes
(https://learn.microsoft.com/azure/aks/node-resource-group-lockdown). Its name and actions are not
published: everything but reading is refused.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from rehearsal.cloud.arm import errors
from rehearsal.cloud.arm.resources import RESOURCES
from rehearsal.cloud.arm.scopes import covers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.entra.tokens import Caller
    from rehearsal.cloud.store import Json

_CLUSTERS = "microsoft.containerservice/managedclusters"


def refuse_denied(cloud: Cloud, caller: Caller, method: str, path: str, action: str | None) -> None:
    """Refuse a call that a deny assignment forbids.

    Args:
        cloud: Where.
        caller: Who is told.
        method: HTTP method.
        path: What the call is about.
        action: What the message says that it does; the method if None.

    Raises:
        CloudError: 403 DenyAssignmentAuthorizationFailed.
    """
    if method in {"GET", "HEAD"}:
        return
    for cluster, scope in _closed_groups(cloud):
        if covers(scope, path):
            client = caller.upn or caller.app_id or caller.object_id
            raise errors.denied(
                client,
                caller.object_id,
                action=action or method,
                scope=path,
                denial=uuid.uuid5(uuid.NAMESPACE_URL, cluster["id"].lower()).hex,
                denied_scope=scope,
            )


def _closed_groups(cloud: Cloud) -> Iterator[tuple[Json, str]]:
    """Each cluster that has closed its nodes' resource group, with the id of that group."""
    for _, row in cloud.store.all(RESOURCES):
        profile: Json = row.get("properties", {}).get("nodeResourceGroupProfile") or {}
        if row["type"].lower() == _CLUSTERS and profile.get("restrictionLevel") == "ReadOnly":
            group = row["properties"]["nodeResourceGroup"]
            yield row, f"{'/'.join(row['id'].split('/')[:3])}/resourceGroups/{group}"
