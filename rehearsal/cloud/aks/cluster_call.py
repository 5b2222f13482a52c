"""What calls about a cluster have in common: finding it, the right moment, and changing it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from rehearsal.cloud.aks.issuer import issuer_url
from rehearsal.cloud.aks.resource_document import ACTION, cluster_id
from rehearsal.cloud.aks.resource_work import PUT
from rehearsal.cloud.arm import errors
from rehearsal.cloud.arm.resources import RESOURCES, find_group, group_to_write_in

if TYPE_CHECKING:
    from rehearsal.cloud.arm.dispatch import Call
    from rehearsal.cloud.store import Json

PATH = f"/subscriptions/{{subscription}}/resourceGroups/{{group}}/providers/{ACTION}/{{cluster}}"
FIRST_VERSION = "2018-03-31"


def find(call: Call) -> Json:
    """The cluster of the call's path.

    Raises:
        CloudError: 404 ResourceGroupNotFound or ResourceNotFound.
    """
    group = find_group(call)
    found = call.cloud.store.get(RESOURCES, resource_id(call).lower())
    if found is None:
        raise errors.resource_not_found(ACTION, call.param("cluster"), group["name"])
    return found


def resource_id(call: Call) -> str:
    """Id of the call's cluster, in the case of the call."""
    return cluster_id(call.param("subscription"), call.param("group"), call.param("cluster"))


def refuse_while_busy(call: Call, document: Json) -> None:
    """Refuse a change while another one is going on, or while the cluster's group is deleted.

    Raises:
        CloudError: 409 OperationNotAllowed or ResourceGroupBeingDeleted.
    """
    group_to_write_in(call)
    running = call.cloud.operations.running(call.cloud, document["id"])
    if running is not None:
        raise errors.operation_in_progress(running["subject"])


def refuse_stopped(document: Json) -> None:
    """Refuse what a cluster that is stopped cannot do: all but start and delete.

    See https://learn.microsoft.com/azure/aks/start-stop-cluster.

    Raises:
        CloudError: 400 OperationNotAllowed.
    """
    if document["properties"]["powerState"]["code"] == "Stopped":
        raise errors.provider_error(
            400,
            "OperationNotAllowed",
            f"Operation is not allowed: the managed cluster {document['name']} is in Power"
            " State(Stopped); start it first.",
        )


def write(
    call: Call, document: Json, state: str, *, kind: str = PUT, pool: Json | None = None
) -> Json:
    """Put the document in the store with that provisioning state, and begin to make it true.

    Args:
        call: The call that changes the cluster.
        document: The cluster as it is to be.
        state: Such as `Updating`.
        kind: Of operation.
        pool: The pool of the cluster that it is about, which has its state already; all if None.

    Returns the operation, to be launched after the transaction.
    """
    properties: Json = document["properties"]
    issuer: Json = properties["oidcIssuerProfile"]
    if issuer["enabled"]:
        issuer["issuerURL"] = issuer_url(call.cloud.origin, document["id"])
    changed: list[Json] = properties["agentPoolProfiles"] if pool is None else [pool]
    if pool is None:
        properties["provisioningState"] = state
        for each in changed:
            each["provisioningState"] = state
    else:
        properties["provisioningState"] = "Updating"
    _stamp(call, document)
    call.cloud.store.put(RESOURCES, document["id"].lower(), document)
    named = document["name"] if pool is None else pool["name"]
    return call.cloud.operations.begin(
        call.cloud,
        kind,
        document["id"],
        location=document["location"],
        subject=f"{named} - {state if pool is None else pool['provisioningState']}",
    )


def check_etag(call: Call, existing: Json | None) -> None:
    """Refuse a change that was meant for another state of the cluster or pool.

    Raises:
        CloudError: 412 EtagMismatch.
    """
    wanted = call.request.headers.get("if-match", "*").strip('"')
    unwanted = call.request.headers.get("if-none-match", "")
    current = None if existing is None else existing["eTag"]
    if wanted not in {"*", current} or (unwanted == "*" and existing is not None):
        message = "Operation is not allowed: the ETag is not the resource's current one"
        raise errors.provider_error(412, "EtagMismatch", message)


def _stamp(call: Call, document: Json) -> None:
    """Give the cluster a new ETag, and each of its pools that is not what it was."""
    old = call.cloud.store.get(RESOURCES, document["id"].lower())
    pools: list[Json] = [] if old is None else old["properties"]["agentPoolProfiles"]
    before = {pool["name"]: {**pool, "provisioningState": ""} for pool in pools}
    for pool in document["properties"]["agentPoolProfiles"]:
        if before.get(pool["name"]) != {**pool, "provisioningState": ""}:
            pool["eTag"] = str(uuid.uuid4())
    document["eTag"] = str(uuid.uuid4())
