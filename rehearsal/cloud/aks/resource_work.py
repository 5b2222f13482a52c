"""The long part of what is done to managed clusters, and starting them again after a restart."""

from __future__ import annotations

import logging
import threading
from functools import partial
from typing import TYPE_CHECKING

from rehearsal.cloud.aks.nodes import node_specs
from rehearsal.cloud.aks.resource_document import TYPE
from rehearsal.cloud.aks.runtime import ClusterFailedError, ClusterSpec
from rehearsal.cloud.arm import identities
from rehearsal.cloud.arm.operations import OperationFailedError, Operations, Work
from rehearsal.cloud.arm.resources import (
    GROUPS,
    RESOURCES,
    drop_assignments,
    drop_resource,
    group_id,
    resources_in,
)

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.store import Json

PUT = "managedCluster/put"
DELETE = "managedCluster/delete"
START = "managedCluster/start"
STOP = "managedCluster/stop"
_LOG = logging.getLogger(__name__)


def define_work(operations: Operations) -> None:
    """Say how clusters are made, started, stopped and deleted."""
    operations.define(PUT, Work(_ensure, _settle_put))
    operations.define(START, Work(_ensure, partial(_settle_power, "Running")))
    operations.define(STOP, Work(_stop, partial(_settle_power, "Stopped")))
    operations.define(DELETE, Work(_delete, _settle_delete))


def restart(cloud: Cloud) -> list[threading.Thread]:
    """Start every cluster that is to run and that no unfinished operation will see to."""
    threads: list[threading.Thread] = []
    for document in resources_in(cloud, "/"):
        if (
            document["type"] == TYPE
            and document["properties"]["powerState"]["code"] == "Running"
            and not _has_operation(cloud, document["id"])
        ):
            thread = threading.Thread(
                target=_restart_one,
                args=(cloud, document["id"]),
                name=f"restart {document['name']}",
                daemon=True,
            )
            thread.start()
            threads.append(thread)
    return threads


def remove(cloud: Cloud, document: Json) -> None:
    """Take a cluster apart, with its identity, its node resource group and its roles."""
    cloud.runtime.delete(document["id"].lower())
    node_group = group_id(document["id"].split("/")[2], document["properties"]["nodeResourceGroup"])
    with cloud.store.transaction():
        identities.drop_principal(cloud, document)
        drop_resource(cloud, document["id"])
        cloud.store.delete(GROUPS, node_group.lower())
        drop_assignments(cloud, node_group)


def cluster_spec(document: Json, tenant_id: str) -> ClusterSpec:
    """What the runtime has to know about a cluster.

    Args:
        document: The cluster as ARM shows it.
        tenant_id: The tenant of a cluster that has no Entra integration.
    """
    properties: Json = document["properties"]
    entra: Json = properties.get("aadProfile") or {}
    return ClusterSpec(
        cluster_id=document["id"].lower(),
        name=document["name"],
        resource_group=document["id"].split("/")[4],
        location=document["location"],
        tenant_id=entra.get("tenantID") or tenant_id,
        entra=bool(entra.get("managed")),
        admin_group_object_ids=tuple(entra.get("adminGroupObjectIDs") or ()),
        kubernetes_version=properties["currentKubernetesVersion"],
        azure_rbac=bool(entra.get("enableAzureRBAC")),
        oidc_issuer=bool(properties["oidcIssuerProfile"]["enabled"]),
        nodes=tuple(
            node
            for pool in properties["agentPoolProfiles"]
            if pool.get("provisioningState") != "Deleting"
            for node in node_specs(
                document["id"],
                pool["name"],
                mode="System" if pool["mode"] == "System" else "User",
                vm_size=pool["vmSize"],
                count=pool["count"],
                zones=pool.get("availabilityZones") or (),
                labels=pool.get("nodeLabels"),
                taints=pool.get("nodeTaints") or (),
            )
        ),
    )


def _has_operation(cloud: Cloud, cluster_id: str) -> bool:
    """Whether an operation on the cluster or on its resource group is unfinished."""
    group = "/".join(cluster_id.split("/")[:5])
    return any(cloud.operations.running(cloud, target) for target in (cluster_id, group))


def _restart_one(cloud: Cloud, cluster_id: str) -> None:
    with cloud.operations.alone(cluster_id):
        document = cloud.store.get(RESOURCES, cluster_id.lower())
        if document is None:
            return
        try:
            cloud.runtime.ensure(cluster_spec(document, cloud.directory.tenant().id))
        except ClusterFailedError:
            _LOG.exception("%s did not start again", cluster_id)


def _ensure(cloud: Cloud, operation: Json) -> None:
    document = cloud.store.get(RESOURCES, operation["target"].lower())
    if document is None:
        return
    try:
        cloud.runtime.ensure(cluster_spec(document, cloud.directory.tenant().id))
    except ClusterFailedError as failure:
        code = "ControlPlaneDidNotBecomeReady"
        raise OperationFailedError(code, str(failure)) from failure


def _settle_put(cloud: Cloud, operation: Json) -> None:
    document = cloud.store.get(RESOURCES, operation["target"].lower())
    # A delete that was accepted meanwhile has the last word.
    if document is None or document["properties"]["provisioningState"] == "Deleting":
        return
    if operation["status"] == "Succeeded":
        pools: list[Json] = document["properties"]["agentPoolProfiles"]
        kept = [pool for pool in pools if pool["provisioningState"] != "Deleting"]
        document["properties"]["agentPoolProfiles"] = kept
    _set_state(cloud, document, operation["status"])


def _settle_power(power: str, cloud: Cloud, operation: Json) -> None:
    document = cloud.store.get(RESOURCES, operation["target"].lower())
    if document is not None and operation["status"] == "Succeeded":
        properties: Json = document["properties"]
        for each in (properties, *properties["agentPoolProfiles"]):
            each["powerState"] = {"code": power}
        cloud.store.put(RESOURCES, document["id"].lower(), document)
    _settle_put(cloud, operation)


def _stop(cloud: Cloud, operation: Json) -> None:
    cloud.runtime.stop(operation["target"].lower())


def _delete(cloud: Cloud, operation: Json) -> None:
    document = cloud.store.get(RESOURCES, operation["target"].lower())
    if document is not None:
        remove(cloud, document)


def _settle_delete(cloud: Cloud, operation: Json) -> None:
    document = cloud.store.get(RESOURCES, operation["target"].lower())
    if document is not None and operation["status"] == "Failed":
        _set_state(cloud, document, "Failed")


def _set_state(cloud: Cloud, document: Json, state: str) -> None:
    document["properties"]["provisioningState"] = state
    for pool in document["properties"]["agentPoolProfiles"]:
        pool["provisioningState"] = state
    cloud.store.put(RESOURCES, document["id"].lower(), document)
