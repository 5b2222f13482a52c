"""Log Analytics workspaces: what diagnostic settings send to. There are no tables and no queries.

Defaults are those of the service description, OperationalInsights 2023-09-01.
"""

from __future__ import annotations

import base64
import hashlib
import re
import uuid
from typing import TYPE_CHECKING

from rehearsal.cloud.arm import errors
from rehearsal.cloud.arm.plain_resources import GROUP, Kind, find
from rehearsal.cloud.clock import wire_time
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.arm.dispatch import Call, Routes
    from rehearsal.cloud.store import Json

TYPE = "Microsoft.OperationalInsights/workspaces"
_DEFAULTS = {
    "sku": {"name": "PerGB2018"},
    "retentionInDays": 30,
    "publicNetworkAccessForIngestion": "Enabled",
    "publicNetworkAccessForQuery": "Enabled",
    "workspaceCapping": {"dailyQuotaGb": -1},
    "features": {"enableLogAccessUsingOnlyResourcePermissions": True},
}
# https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{2,61}[a-z0-9]", re.IGNORECASE)


def _complete(call: Call, document: Json, existing: Json | None) -> None:
    if _NAME.fullmatch(document["name"]) is None:
        message = (
            f"The workspace name '{document['name']}' is not valid: 4 to 63 letters, digits and"
            " '-', with a letter or a digit at both ends, are allowed."
        )
        raise errors.arm_error(400, "InvalidParameter", message)
    now = wire_time(call.cloud.clock.now())
    created = now if existing is None else existing["properties"]["createdDate"]
    document["properties"] = {
        **_DEFAULTS,
        **document["properties"],
        "customerId": str(uuid.uuid5(uuid.NAMESPACE_URL, document["id"].lower())),
        "provisioningState": "Succeeded",
        "createdDate": created,
        "modifiedDate": now,
    }


KIND = Kind(
    TYPE,
    "Workspaces",
    f"{GROUP}/providers/{TYPE}",
    "2015-11-01",
    tracked=True,
    complete=_complete,
)


def add_routes(routes: Routes) -> None:
    """Add what a workspace has besides the operations of every plain resource."""
    routes.add(
        "POST",
        f"{KIND.one}/sharedKeys",
        "SharedKeys_GetSharedKeys",
        _shared_keys,
        action=f"{TYPE}/sharedKeys/action",
        scope=KIND.one,
        first_version=KIND.first_version,
    )


def _shared_keys(call: Call) -> Reply:
    """Keys of the right form; nothing takes them."""
    workspace = find(call, KIND.one)
    names = ("primarySharedKey", "secondarySharedKey")
    return Reply(200, {name: _key(f"{name} {workspace['id']}") for name in names})


def _key(text: str) -> str:
    return base64.b64encode(hashlib.sha512(text.lower().encode()).digest()).decode()
