"""Managed clusters as ARM resources: create, read, update, delete, list.

The answer is given at once; an operation then makes the runtime do what the document says.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from rehearsal.cloud.aks.cluster_call import (
    FIRST_VERSION,
    PATH,
    check_etag,
    find,
    refuse_stopped,
    refuse_while_busy,
    resource_id,
    write,
)
from rehearsal.cloud.aks.resource_document import (
    ACTION,
    NAMESPACE,
    TYPE,
    changed_document,
    new_document,
)
from rehearsal.cloud.aks.resource_members import canonical
from rehearsal.cloud.aks.resource_validation import check_name
from rehearsal.cloud.aks.resource_work import DELETE
from rehearsal.cloud.arm import errors, identities, providers, resource_groups
from rehearsal.cloud.arm.operation_status import poll_headers
from rehearsal.cloud.arm.resources import (
    GROUPS,
    RESOURCES,
    checked_tags,
    find_group,
    group_id,
    group_to_write_in,
    resources_in,
    system_data,
)
from rehearsal.cloud.arm.subscriptions import tenant_of
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.arm.dispatch import Call, Routes
    from rehearsal.cloud.store import Json


def add_routes(routes: Routes) -> None:
    """Add the operations."""
    subscription = "/subscriptions/{subscription}"
    by_group = PATH.removesuffix("/{cluster}")
    prefix, first = "ManagedClusters", {"first_version": FIRST_VERSION}
    read, write = f"{ACTION}/read", f"{ACTION}/write"
    everywhere = f"{subscription}/providers/{ACTION}"
    routes.add("GET", everywhere, f"{prefix}_List", _list, **first)
    routes.add("GET", by_group, f"{prefix}_ListByResourceGroup", _list, **first)
    routes.add("GET", PATH, f"{prefix}_Get", _get, action=read, **first)
    routes.add("HEAD", PATH, f"{prefix}_CheckExistence", _head, action=read, **first)
    routes.add("PUT", PATH, f"{prefix}_CreateOrUpdate", _put, action=write, **first)
    routes.add("PATCH", PATH, f"{prefix}_UpdateTags", _patch, action=write, **first)
    routes.add("DELETE", PATH, f"{prefix}_Delete", _delete, action=f"{ACTION}/delete", **first)


def _list(call: Call) -> Reply:
    """The clusters that the caller may read; nobody is refused, some see none."""
    scope = f"/subscriptions/{call.param('subscription')}"
    if "group" in call.request.params:
        scope = find_group(call)["id"]
    rows = [
        row
        for row in resources_in(call.cloud, scope)
        if row["type"] == TYPE and call.may(f"{ACTION}/read", row["id"])
    ]
    return Reply(200, {"value": rows})


def _get(call: Call) -> Reply:
    return Reply(200, find(call))


def _head(call: Call) -> Reply:
    find(call)
    return Reply(204)


def _put(call: Call) -> Reply:
    with call.cloud.store.transaction():
        group_to_write_in(call)
        providers.require_registered(call.cloud, call.param("subscription"), NAMESPACE)
        check_name(call.param("cluster"))
        existing = call.cloud.store.get(RESOURCES, resource_id(call).lower())
        check_etag(call, existing)
        if existing is not None:
            refuse_while_busy(call, existing)
            refuse_stopped(existing)
        body = canonical(call.body(), "managedCluster")
        tenant_id = tenant_of(call.cloud, call.param("subscription"))
        document = (
            new_document(resource_id(call), body, tenant_id)
            if existing is None
            else changed_document(existing, body, tenant_id)
        )
        _check_identities(call, document)
        document["systemData"] = system_data(call, existing)
        operation = write(call, document, "Creating" if existing is None else "Updating")
        if existing is None:
            _make_node_group(call, document)
        identities.add_principal(call.cloud, document)
    call.cloud.operations.launch(call.cloud, operation)
    status = 201 if existing is None else 200
    return Reply(status, document, poll_headers(call, operation, result=False))


def _make_node_group(call: Call, document: Json) -> None:
    name = document["properties"]["nodeResourceGroup"]
    subscription = call.param("subscription")
    group = resource_groups.new_group(
        subscription, name, document["location"], managed_by=document["id"]
    )
    call.cloud.store.put(GROUPS, group_id(subscription, name).lower(), group)


def _check_identities(call: Call, document: Json) -> None:
    """Refuse user-assigned identities that are not there, or that the caller may not assign."""
    assigned: Json = document.get("identity", {}).get("userAssignedIdentities") or {}
    for identity_id in assigned:
        found = call.cloud.store.get(RESOURCES, identity_id.lower())
        if found is None or found["type"] != identities.TYPE:
            raise errors.arm_error(
                400,
                "FailedIdentityOperation",
                f"Identity operation for resource '{document['id']}' failed with error 'Failed to"
                " perform resource identity operation. Status: 'BadRequest'. Response:"
                ' \'{"error":{"code":"BadRequest","message":"Resource'
                f" '{identity_id}' was not found.\"}}}}'.'.",
            )
        action = f"{identities.TYPE}/assign/action"
        call.require_linked(f"{ACTION}/write", action, identity_id)


def _patch(call: Call) -> Reply:
    body = call.body()
    unknown = [name for name in body if name.lower() != "tags"]
    if unknown:
        message = f'UnmarshalEntity encountered error: json: unknown field "{unknown[0]}".'
        raise errors.provider_error(400, "UnmarshalError", message)
    with call.cloud.store.transaction():
        document = find(call)
        check_etag(call, document)
        refuse_while_busy(call, document)
        document["tags"] = checked_tags(body) or {}
        document["eTag"] = str(uuid.uuid4())
        call.cloud.store.put(RESOURCES, document["id"].lower(), document)
    return Reply(200, document)


def _delete(call: Call) -> Reply:
    """Accept a delete, also while the cluster is being written: it is done after that."""
    cloud = call.cloud
    with cloud.store.transaction():
        document = cloud.store.get(RESOURCES, resource_id(call).lower())
        if document is None:
            return Reply(204)
        operation = cloud.operations.running(cloud, document["id"], DELETE)
        launch = operation is None
        if operation is None:
            check_etag(call, document)
            document["properties"]["provisioningState"] = "Deleting"
            cloud.store.put(RESOURCES, document["id"].lower(), document)
            operation = cloud.operations.begin(
                cloud,
                DELETE,
                document["id"],
                location=document["location"],
                subject=f"{document['name']} - Deleting",
            )
    if launch:
        cloud.operations.launch(cloud, operation)
    return Reply(202, None, poll_headers(call, operation))
