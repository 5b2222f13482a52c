"""Node pools: the first System pool is part of the cluster, every other one is a child of its own.

Azure adds and removes pools by calls of their own only: a pool that is new in an existing cluster's
`agentPoolProfiles` is refused, one that is left out there stays
(https://github.com/Azure/AKS/issues/4383).
"""

from typing import Any, NamedTuple, TypedDict

import pulumi
from pulumi_azure_native import containerservice

ClusterPath = tuple[pulumi.Input[str], pulumi.Input[str]]
"""Names of the cluster's resource group and of the cluster."""


FIRST_POOL_TAG = "aks-entra-first-pool"
"""Name of the tag by which the pool that is part of its cluster is known in Azure, where it is a
pool like the others; the value says nothing."""


class NodesArgs(NamedTuple):
    """What all pools of a cluster have alike."""

    kubernetes_version: str | None
    """`1.36` or `1.36.3`; the control plane's if None."""
    tags: dict[str, str]
    """Tags; those of the cluster do not reach its nodes
    (https://learn.microsoft.com/azure/aks/use-tags)."""
    subnet_id: str | None
    """ARM id of their subnet; Azure's own if None."""


class NodePoolArgs(TypedDict):
    """A pool of Linux nodes that scales between two sizes by itself."""

    name: str
    """1 to 12 lower-case letters and digits, first a letter. Changing it replaces the pool; Azure
    refuses it for the first System pool."""
    mode: str
    """`System` (runs the cluster's own pods; one pool must) or `User`."""
    vm_size: str
    """Size of the machines, such as `Standard_D4ds_v5`. Changing it replaces the pool; Azure
    refuses it for the first System pool."""
    min: int
    """Least number of nodes; also the number to start with."""
    max: int
    """Greatest number of nodes."""
    zones: list[str]
    """Availability zones, such as `["1", "2", "3"]`; empty for none. Azure refuses a change."""
    taints: list[str]
    """Taints of the nodes, as `key=value:Effect`."""
    labels: dict[str, str]
    """Labels of the nodes."""


def split(pools: list[NodePoolArgs]) -> tuple[NodePoolArgs, list[NodePoolArgs]]:
    """The first System pool, and the others in their order.

    Raises:
        pulumi.InputPropertyError: There is no System pool.
    """
    for index, pool in enumerate(pools):
        if pool["mode"] == containerservice.AgentPoolMode.SYSTEM:
            return pool, pools[:index] + pools[index + 1 :]
    raise pulumi.InputPropertyError("nodePools", "give at least one pool of mode System")


def first_pool(
    pool: NodePoolArgs, nodes: NodesArgs
) -> containerservice.ManagedClusterAgentPoolProfileArgs:
    """The pool as a part of its cluster.

    Without a count: such a pool starts with its least number of nodes, and an update leaves the
    autoscaler's number alone (https://github.com/Azure/AKS/issues/1627).
    """
    return containerservice.ManagedClusterAgentPoolProfileArgs(
        name=pool["name"],
        tags={**nodes.tags, FIRST_POOL_TAG: "true"},
        **_inputs(pool, nodes),
    )


def further_pool(
    name: str,
    pool: NodePoolArgs,
    nodes: NodesArgs,
    cluster: ClusterPath,
    options: pulumi.ResourceOptions,
) -> containerservice.AgentPool:
    """The pool as a child of its own, in a cluster that is there.

    Azure wants a count to make it by (https://github.com/Azure/azure-service-operator/issues/3220);
    from then on the number of nodes is the autoscaler's, and no update takes it back.
    """
    resource_group_name, cluster_name = cluster
    return containerservice.AgentPool(
        name,
        pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(ignore_changes=["count"])),
        resource_group_name=resource_group_name,
        resource_name_=cluster_name,
        agent_pool_name=pool["name"],
        count=pool["min"],
        tags=nodes.tags,
        **_inputs(pool, nodes),
    )


def _inputs(pool: NodePoolArgs, nodes: NodesArgs) -> dict[str, Any]:
    """What both kinds of pool take; what is empty is sent so, or Azure would keep the old one."""
    return {
        "mode": pool["mode"],
        "type": containerservice.AgentPoolType.VIRTUAL_MACHINE_SCALE_SETS,
        "vm_size": pool["vm_size"],
        "os_type": containerservice.OSType.LINUX,
        "orchestrator_version": nodes.kubernetes_version,
        "vnet_subnet_id": nodes.subnet_id,
        "enable_auto_scaling": True,
        "min_count": pool["min"],
        "max_count": pool["max"],
        "availability_zones": pool["zones"] or None,
        "node_taints": pool["taints"],
        "node_labels": pool["labels"],
        "security_profile": containerservice.AgentPoolSecurityProfileArgs(
            ssh_access=containerservice.AgentPoolSSHAccess.DISABLED
        ),
    }
