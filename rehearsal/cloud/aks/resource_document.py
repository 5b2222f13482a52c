"""The document of a managed cluster: made from a body, or changed by one.

AKS writes its ids with `/resourcegroups/` and its type as `ManagedClusters`, and so does this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from rehearsal.cloud.aks import resource_validation as validation
from rehearsal.cloud.aks.pool_validation import changed_pool, new_pool_in_cluster
from rehearsal.cloud.aks.resource_defaults import filled_in, with_identity
from rehearsal.cloud.arm.resources import checked_location, checked_tags, refuse_move

if TYPE_CHECKING:
    from rehearsal.cloud.store import Json

NAMESPACE = "Microsoft.ContainerService"
TYPE = f"{NAMESPACE}/ManagedClusters"
ACTION = f"{NAMESPACE}/managedClusters"

# By the models of azure-mgmt-containerservice.
_READ_ONLY = (
    "azurePortalFQDN",
    "currentKubernetesVersion",
    "fqdn",
    "maxAgentPools",
    "powerState",
    "privateFQDN",
    "provisioningState",
    "resourceUID",
)


def cluster_id(subscription: str, group: str, name: str) -> str:
    """Id of a managed cluster."""
    return f"/subscriptions/{subscription}/resourcegroups/{group}/providers/{ACTION}/{name}"


def new_document(resource_id: str, body: Json, tenant_id: str) -> Json:
    """A new cluster by that body.

    Args:
        resource_id: The cluster's id.
        body: With canonical member names.
        tenant_id: The subscription's tenant.

    Raises:
        CloudError: 400, AKS would refuse the body.
    """
    location = checked_location(body, ACTION)
    given = {**body, "properties": _writable(body)}
    validation.check_new(given)
    return _document(resource_id, location, given, tenant_id)


def changed_document(existing: Json, body: Json, tenant_id: str) -> Json:
    """The cluster with what the body says; what it leaves out or has as null stays as it is.

    So does `aadProfile`: az has long sent null for it to keep it (Azure/azure-cli#21973).

    Raises:
        CloudError: 400 or 409, AKS would refuse the change.
    """
    location = checked_location(body, ACTION)
    refuse_move(existing, location)
    old: Json = existing["properties"]
    given = _writable(body)
    new = {**old, **given, "agentPoolProfiles": _merged_pools(old, given)}
    # Before the rest, as what is no longer managed would be refused as legacy.
    validation.check_change(old, new)
    validation.check_properties(new, old.get("aadProfile"))
    kept = {key: existing[key] for key in ("identity", "sku", "tags", "kind") if key in existing}
    changed = {**kept, **_present(body), "properties": new}
    return _document(existing["id"], location, changed, tenant_id)


def _writable(body: Json) -> Json:
    """The body's properties, without those that AKS alone writes."""
    given = _present(body.get("properties") or {})
    return {key: value for key, value in given.items() if key not in _READ_ONLY}


def _present(body: Json) -> Json:
    return {key: value for key, value in body.items() if value is not None}


def _merged_pools(old: Json, given: Json) -> list[Json]:
    """The pools by name: those given change, others stay, and a new one is refused."""
    pools: dict[str, Json] = {pool["name"]: pool for pool in old["agentPoolProfiles"]}
    for pool in cast("list[Json]", given.get("agentPoolProfiles") or []):
        existing = pools.get(str(pool.get("name")))
        changed = changed_pool(existing, pool)
        if existing is None:
            raise new_pool_in_cluster()
        pools[changed["name"]] = changed
    return list(pools.values())


def _document(resource_id: str, location: str, body: Json, tenant_id: str) -> Json:
    validation.check_choices(body)
    document: Json = {
        "id": resource_id,
        "name": resource_id.rsplit("/", 1)[-1],
        "type": TYPE,
        "location": location,
        "kind": body.get("kind") or "Base",
        "sku": body.get("sku") or {"name": "Base", "tier": "Free"},
        "properties": filled_in(resource_id, location, body["properties"], tenant_id),
    }
    tags = checked_tags(body)
    if tags is not None:
        document["tags"] = tags
    identity = with_identity(resource_id, body.get("identity"), tenant_id)
    if identity is not None:
        document["identity"] = identity
    return document
