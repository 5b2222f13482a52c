"""Node pools as resources of their own; they are the same as the cluster's `agentPoolProfiles`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rehearsal.cloud.aks.resource import ACTION, FIRST_VERSION, PATH, find, refuse_while_busy, write
from rehearsal.cloud.aks.resource_defaults import filled_in_pool
from rehearsal.cloud.aks.resource_members import canonical
from rehearsal.cloud.aks.resource_validation import check_properties
from rehearsal.cloud.arm import errors
from rehearsal.cloud.arm.operation_status import poll_headers
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.arm.dispatch import Call, Routes
    from rehearsal.cloud.store import Json

_TYPE = f"{ACTION}/agentPools"


def add_routes(routes: Routes) -> None:
    """Add the operations."""
    many, one = f"{PATH}/agentPools", f"{PATH}/agentPools/{{pool}}"
    read, write_, delete = (f"{_TYPE}/{verb}" for verb in ("read", "write", "delete"))
    prefix, first = "AgentPools", FIRST_VERSION
    routes.add("GET", many, f"{prefix}_List", _list, action=read, scope=PATH, first_version=first)
    routes.add("GET", one, f"{prefix}_Get", _get, action=read, first_version=first)
    routes.add("PUT", one, f"{prefix}_CreateOrUpdate", _put, action=write_, first_version=first)
    routes.add("DELETE", one, f"{prefix}_Delete", _delete, action=delete, first_version=first)


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
    return Reply(200, _shown(cluster, _pool(call, cluster)))


def _find(call: Call, cluster: Json) -> Json | None:
    for pool in cluster["properties"]["agentPoolProfiles"]:
        if pool["name"].lower() == call.param("pool").lower():
            return pool
    return None


def _pool(call: Call, cluster: Json) -> Json:
    found = _find(call, cluster)
    if found is None:
        name = f"{cluster['name']}/{call.param('pool')}"
        raise errors.resource_not_found(_TYPE, name, call.param("group"))
    return found


def _put(call: Call) -> Reply:
    with call.cloud.store.transaction():
        cluster = find(call)
        refuse_while_busy(call, cluster)
        body = canonical(call.body(), "agentPool")
        existing = _find(call, cluster)
        sent: Json = body.get("properties") or {}
        given = {key: value for key, value in sent.items() if value is not None}
        pool: Json = {**(existing or {}), **given, "name": call.param("pool")}
        properties: Json = cluster["properties"]
        others = [p for p in properties["agentPoolProfiles"] if p is not existing]
        check_properties({"agentPoolProfiles": [*others, pool]})
        pool = filled_in_pool(pool, properties)
        properties["agentPoolProfiles"] = [*others, pool]
        operation = write(call, cluster, "Updating")
    call.cloud.operations.launch(call.cloud, operation)
    shown = _shown(cluster, pool)
    if existing is None:
        shown["properties"]["provisioningState"] = "Creating"
    status = 201 if existing is None else 200
    return Reply(status, shown, poll_headers(call, operation, result=False))


def _delete(call: Call) -> Reply:
    with call.cloud.store.transaction():
        cluster = find(call)
        refuse_while_busy(call, cluster)
        existing = _find(call, cluster)
        if existing is None:
            return Reply(204)
        properties: Json = cluster["properties"]
        properties["agentPoolProfiles"] = [
            pool for pool in properties["agentPoolProfiles"] if pool is not existing
        ]
        if not any(pool["mode"] == "System" for pool in properties["agentPoolProfiles"]):
            raise errors.provider_error(
                400,
                "OperationNotAllowed",
                "There has to be at least one system agent pool; the last one cannot be deleted.",
            )
        operation = write(call, cluster, "Updating")
    call.cloud.operations.launch(call.cloud, operation)
    return Reply(202, None, poll_headers(call, operation))
