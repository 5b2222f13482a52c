"""The guards against a cluster of that name that is there already and cannot become this one."""

from collections.abc import Sequence
from typing import TypeAlias

import pulumi
from pulumi_azure_native import containerservice

from components.pools import FIRST_POOL_TAG, NodePoolArgs, split

_ABSENT = "Status=404"
"""How the provider's message begins where there is no such cluster, or no such resource group
(pulumi-azure-native, `provider/pkg/azure/client_azcore.go`, `PulumiAzcoreResponseError`)."""

_ELSE = (
    '. To be rid of a first pool see "Another first System pool" in docs/configuration.md, or give '
    "cluster.name another name, which makes another cluster"
)
"""The end of a refusal: what else can be done."""

_Pools: TypeAlias = dict[str, containerservice.outputs.ManagedClusterAgentPoolProfileResponse]
"""The pools that are there, by name."""


class ExistingClusterError(pulumi.RunError):
    """The cluster that is there cannot become the one that the program describes."""


def refuse_unfit_cluster(
    resource_group_name: str, cluster_name: str, pools: list[NodePoolArgs]
) -> None:
    """Refuse a cluster of that name that Azure would not turn into the one described.

    That is: one with legacy Entra integration, and one whose pools would have to become what no
    pool can, which a preview does not show. One without any Entra integration is warned of. To be
    called before anything is declared. No cluster is fine.

    Args:
        resource_group_name: Name of the resource group, which need not be there.
        cluster_name: Name of the cluster.
        pools: The pools that it is to have.

    Raises:
        ExistingClusterError: It is unfit, or cannot be looked at.
    """
    cluster = _look(resource_group_name, cluster_name)
    if cluster is None:
        return
    where = f'cluster "{cluster_name}" in the resource group "{resource_group_name}"'
    migrate = f"az aks update --resource-group {resource_group_name} --name {cluster_name}"
    _check_integration(cluster, where, migrate)
    there: _Pools = {pool.name: pool for pool in cluster.agent_pool_profiles or []}
    if there:
        _check_first_pool(there, pools, where)
        for pool in pools:
            _check_zones(there, pool, where)


def _look(
    resource_group_name: str, cluster_name: str
) -> containerservice.GetManagedClusterResult | None:
    try:
        return containerservice.get_managed_cluster(
            resource_group_name=resource_group_name, resource_name=cluster_name
        )
    except Exception as error:
        # The SDK raises nothing more exact than Exception for a refused call.
        if _ABSENT in str(error):
            return None
        raise ExistingClusterError(
            f'the deployer cannot see whether a cluster "{cluster_name}" is already in the '
            f'resource group "{resource_group_name}"; it needs '
            f"Microsoft.ContainerService/managedClusters/read there ({error})"
        ) from error


def _check_integration(
    cluster: containerservice.GetManagedClusterResult, where: str, migrate: str
) -> None:
    profile = cluster.aad_profile
    if not profile:
        pulumi.log.warn(
            f"{where} is there without Entra integration; this program adds it, which cannot be "
            "undone, and turns local accounts off: kubeconfigs with a certificate stop working "
            "once the certificates are rotated (az aks rotate-certs)"
        )
    elif not profile.managed and profile.server_app_id:
        raise ExistingClusterError(
            f"{where} has the legacy Entra integration (server application "
            f"{profile.server_app_id}), which Azure has retired and this program does not make. "
            f"Migrate it first, which cannot be undone: {migrate} --enable-aad "
            "--aad-admin-group-object-ids GROUP_OBJECT_ID; or give cluster.name another name"
        )
    elif not profile.managed:
        raise ExistingClusterError(f"{where} has an Entra integration of no known kind")


def _check_first_pool(there: _Pools, pools: list[NodePoolArgs], where: str) -> None:
    """Refuse another first System pool, and another size of it.

    Azure adds no pool with a change of the cluster, and a pool that moves into the cluster would be
    deleted as a child. One that was made without the tag is known by its name alone.
    """
    first, _ = split(pools)
    name, size = first["name"], first["vm_size"]
    marked = [each.name for each in there.values() if FIRST_POOL_TAG in (each.tags or {})]
    fit = marked or [each.name for each in there.values() if each.mode == first["mode"]]
    if name not in fit:
        shown = " or ".join(f'"{each}"' for each in fit)
        raise ExistingClusterError(
            f'cluster.nodePools: "{name}" is the first pool of mode System, and that of {where} is '
            f"{shown}; Azure lets no other pool take its place. Put {shown} first again, with mode "
            f'System; "{name}" can stand after it{_ELSE}'
        )
    if (there[name].vm_size or size).lower() != size.lower():
        raise ExistingClusterError(
            f'cluster.nodePools: "{name}" has the vmSize {size}, and that of {where} is '
            f"{there[name].vm_size}; Azure changes it for no first System pool. Write "
            f"{there[name].vm_size} again, and add a System pool with {size} after it{_ELSE}"
        )


def _check_zones(there: _Pools, pool: NodePoolArgs, where: str) -> None:
    """Refuse other zones of a pool that stays; one with another size is made anew."""
    old = there.get(pool["name"])
    if old is None or (old.vm_size or "").lower() != pool["vm_size"].lower():
        return
    wanted, zones = _shown(pool["zones"]), _shown(old.availability_zones or [])
    if wanted != zones:
        raise ExistingClusterError(
            f'cluster.nodePools: "{pool["name"]}" has {wanted}, and that of {where} has {zones}; '
            "Azure changes the zones of no pool. Put them back, and add a pool of another name "
            f"with {wanted}"
        )


def _shown(zones: Sequence[str]) -> str:
    return f"the zones {', '.join(sorted(zones))}" if zones else "no zone"
