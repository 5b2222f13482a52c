"""User-assigned managed identities.

Each is a service principal of the directory too, so that a role can be assigned to it.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from rehearsal.cloud.arm import errors
from rehearsal.cloud.arm.resources import (
    RESOURCES,
    checked_location,
    checked_tags,
    drop_assignments,
    find_group,
    group_to_write_in,
    refuse_unknown_members,
    resources_in,
    system_data,
)
from rehearsal.cloud.arm.subscriptions import tenant_of
from rehearsal.cloud.graph.documents import service_principal
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.arm.dispatch import Call, Routes
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.store import Json

TYPE = "Microsoft.ManagedIdentity/userAssignedIdentities"
_GROUP = "/subscriptions/{subscription}/resourceGroups/{group}"


def add_routes(routes: Routes) -> None:
    """Add the operations."""
    many = f"{_GROUP}/providers/{TYPE}"
    one = f"{many}/{{name}}"
    read, write, delete = (f"{TYPE}/{verb}" for verb in ("read", "write", "delete"))
    prefix = "UserAssignedIdentities"
    routes.add("GET", many, f"{prefix}_ListByResourceGroup", _list, action=read, scope=_GROUP)
    routes.add("GET", one, f"{prefix}_Get", _get, action=read)
    routes.add("PUT", one, f"{prefix}_CreateOrUpdate", _put, action=write)
    routes.add("DELETE", one, f"{prefix}_Delete", _delete, action=delete)


def made_up_ids(resource_id: str) -> tuple[str, str]:
    """(object id, application id) of an identity, the same every time."""
    key = resource_id.lower()
    return str(uuid.uuid5(uuid.NAMESPACE_URL, key)), str(uuid.uuid5(uuid.NAMESPACE_OID, key))


def add_principal(cloud: Cloud, document: Json) -> None:
    """Make the service principal of a resource that has an identity of its own, or is one."""
    if document["type"] != TYPE and _own_kind(document) != "systemassigned":
        return
    object_id, app_id = made_up_ids(document["id"])
    principal = service_principal(
        object_id=object_id,
        app_id=app_id,
        display_name=document["name"],
        owner_tenant_id=cloud.directory.tenant().id,
        names=(),
    )
    principal["servicePrincipalType"] = "ManagedIdentity"
    cloud.directory.put("ServicePrincipal", principal)


def drop_principal(cloud: Cloud, document: Json) -> None:
    """Delete that service principal; nothing happens if there is none."""
    cloud.directory.remove("ServicePrincipal", made_up_ids(document["id"])[0])


def _own_kind(document: Json) -> str:
    identity: Json = document.get("identity") or {}
    return identity.get("type", "").lower()


def _id(call: Call) -> str:
    scope = _GROUP.format_map(call.request.params)
    return f"{scope}/providers/{TYPE}/{call.param('name')}"


def _list(call: Call) -> Reply:
    found = resources_in(call.cloud, find_group(call)["id"])
    return Reply(200, {"value": [row for row in found if row["type"] == TYPE]})


def _get(call: Call) -> Reply:
    find_group(call)
    found = call.cloud.store.get(RESOURCES, _id(call).lower())
    if found is None:
        raise errors.resource_not_found(TYPE, call.param("name"), call.param("group"))
    return Reply(200, found)


def _put(call: Call) -> Reply:
    body = call.body()
    members = ("id", "name", "type", "location", "tags", "properties", "systemData")
    refuse_unknown_members(body, members)
    location, tags = checked_location(body, TYPE), checked_tags(body)
    with call.cloud.store.transaction():
        group_to_write_in(call)
        existing = call.cloud.store.get(RESOURCES, _id(call).lower())
        document = _document(call, existing["id"] if existing else _id(call), location, tags)
        document["systemData"] = system_data(call, existing)
        call.cloud.store.put(RESOURCES, _id(call).lower(), document)
        add_principal(call.cloud, document)
    return Reply(201 if existing is None else 200, document)


def _document(call: Call, resource_id: str, location: str, tags: dict[str, str] | None) -> Json:
    object_id, app_id = made_up_ids(resource_id)
    return {
        "id": resource_id,
        "name": resource_id.rsplit("/", 1)[-1],
        "type": TYPE,
        "location": location,
        "tags": tags or {},
        "properties": {
            "tenantId": tenant_of(call.cloud, call.param("subscription")),
            "principalId": object_id,
            "clientId": app_id,
        },
    }


def _delete(call: Call) -> Reply:
    with call.cloud.store.transaction():
        found = call.cloud.store.get(RESOURCES, _id(call).lower())
        if found is None:
            return Reply(204)
        call.cloud.store.delete(RESOURCES, _id(call).lower())
        drop_principal(call.cloud, found)
        drop_assignments(call.cloud, _id(call))
    return Reply(200)
