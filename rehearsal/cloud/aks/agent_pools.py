"""Node pools as resources of their own; they are the same as the cluster's `agentPoolProfiles`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rehearsal.cloud.aks.cluster_call import (
    FIRST_VERSION,
    check_etag,
    find,
    refuse_stopped,
    refuse_while_busy,
    write,
)
from rehearsal.cloud.aks.cluster_call import PATH as CLUSTER
from rehearsal.cloud.aks.pool_validation import changed_pool, check_pools, missing_parameter
from rehearsal.cloud.aks.resource_defaults import filled_in_pool
from rehearsal.cloud.aks.resource_document import ACTION
from rehearsal.cloud.aks.resource_members import canonical
from rehearsal.cloud.arm import errors
from rehearsal.cloud.arm.operation_status import poll_headers
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.arm.dispatch import Call, Routes
    from rehearsal.cloud.store import Json

PATH = f"{CLUSTER}/agentPools/{{pool}}"
_TYPE = f"{ACTION}/agentPools"


def add_routes(routes: Routes) -> None:
    """Add the operations."""
    many, prefix, first = f"{CLUSTER}/agentPools", "AgentPools", FIRST_VERSION
    read, write_, delete = (f"{_TYPE}/{verb}" for verb in ("read", "write", "delete"))
    listed = {"action": read, "scope": CLUSTER, "first_version": first}
    routes.add("GET", many, f"{prefix}_List", _list, **listed)
    routes.add("GET", PATH, f"{prefix}_Get", _get, action=read, first_version=first)
    routes.add("PUT", PATH, f"{prefix}_CreateOrUpdate", _put, action=write_, first_version=first)
    routes.add("DELETE", PATH, f"{prefix}_Delete", _delete, action=delete, first_version=first)


def pool_of(call: Call, cluster: Json) -> Json:
    """The pool of the call's path, inside the cluster's document.

    Raises:
        CloudError: 404 ResourceNotFound.
    """
    found = _find(call, cluster)
    if found is None:
        name = f"{cluster['name']}/{call.param('pool')}"
        raise errors.resource_not_found(_TYPE, name, call.param("group"))
    return found


def _shown(cluster: Json, pool: Json) -> Json:
    return {
        "id": f"{cluster['id']}/agentPools/{pool['name']}",
        "name": pool["name"],
        "type": _TYPE,
        "properties": {key: value for key, value in pool.items() if key != "name"},
    }


def _list(call: Call) -> Reply:
    cluster = find(call)
    pools: list[Json] = cluster["properties"]["agentPoolProfiles"]
    return Reply(200, {"value": [_shown(cluster, pool) for pool in pools]})


def _get(call: Call) -> Reply:
    cluster = find(call)
    return Reply(200, _shown(cluster, pool_of(call, cluster)))


def _find(call: Call, cluster: Json) -> Json | None:
    for pool in cluster["properties"]["agentPoolProfiles"]:
        if pool["name"].lower() == call.param("pool").lower():
            return pool
    return None


def _put(call: Call) -> Reply:
    with call.cloud.store.transaction():
        cluster = find(call)
        existing = _find(call, cluster)
        check_etag(call, existing)
        refuse_while_busy(call, cluster)
        refuse_stopped(cluster)
        pool = _wanted(call, cluster, existing)
        operation = write(call, cluster, "Updating", pool=pool)
    call.cloud.operations.launch(call.cloud, operation)
    status = 201 if existing is None else 200
    return Reply(status, _shown(cluster, pool), poll_headers(call, operation, result=False))


def _wanted(call: Call, cluster: Json, existing: Json | None) -> Json:
    """The pool that the body asks for, put into the cluster's document."""
    sent: Json = canonical(call.body(), "agentPool").get("properties") or {}
    if sent.get("count") is None:
        # Wording seen in pulumi/pulumi-azure-native#2943.
        raise missing_parameter("properties.count")
    properties: Json = cluster["properties"]
    pool = changed_pool(existing, {**sent, "name": call.param("pool")})
    pool = filled_in_pool(pool, properties)
    pool["provisioningState"] = "Creating" if existing is None else "Updating"
    old: list[Json] = properties["agentPoolProfiles"]
    pools = [pool if each is existing else each for each in old]
    properties["agentPoolProfiles"] = pools if existing is not None else [*old, pool]
    check_pools(properties, properties["currentKubernetesVersion"])
    return pool


def _delete(call: Call) -> Reply:
    """Mark the pool; it is gone from the document when its nodes are."""
    with call.cloud.store.transaction():
        cluster = find(call)
        existing = _find(call, cluster)
        if existing is None:
            return Reply(204)
        check_etag(call, existing)
        refuse_while_busy(call, cluster)
        refuse_stopped(cluster)
        existing["provisioningState"] = "Deleting"
        _require_system_pool(cluster)
        operation = write(call, cluster, "Updating", pool=existing)
    call.cloud.operations.launch(call.cloud, operation)
    return Reply(202, None, poll_headers(call, operation))


def _require_system_pool(cluster: Json) -> None:
    pools: list[Json] = cluster["properties"]["agentPoolProfiles"]
    if not any(
        pool["mode"] == "System" and pool["provisioningState"] != "Deleting" for pool in pools
    ):
        # Wording seen in Azure/aks-engine#542.
        raise errors.provider_error(
            400, "OperationNotAllowed", "There has to be at least one system agent pool."
        )
