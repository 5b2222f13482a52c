"""The guard against a cluster of that name that is there already, with the legacy integration."""

import pulumi
from pulumi_azure_native import containerservice

_ABSENT = "Status=404"
"""How the provider's message begins where there is no such cluster, or no such resource group
(pulumi-azure-native, `provider/pkg/azure/client_azcore.go`, `PulumiAzcoreResponseError`)."""


class ExistingClusterError(pulumi.RunError):
    """The cluster that is there cannot become the one that the program describes."""


def refuse_legacy_cluster(resource_group_name: str, cluster_name: str) -> None:
    """Refuse a cluster of that name with legacy Entra integration; warn of one without any.

    To be called before anything is declared. No cluster is fine, and so is one with managed
    integration, usually the program's own.

    Args:
        resource_group_name: Name of the resource group, which need not be there.
        cluster_name: Name of the cluster.

    Raises:
        ExistingClusterError: It has the legacy integration, or cannot be looked at.
    """
    profile = _aad_profile(resource_group_name, cluster_name)
    if profile is None or profile.managed:
        return
    where = f'cluster "{cluster_name}" in the resource group "{resource_group_name}"'
    if not profile.server_app_id:
        raise ExistingClusterError(f"{where} has an Entra integration of no known kind")
    raise ExistingClusterError(
        f"{where} has the legacy Entra integration (server application {profile.server_app_id}), "
        "which Azure has retired and this program does not make. Migrate it first, which cannot "
        "be undone: az aks update --resource-group "
        f"{resource_group_name} --name {cluster_name} --enable-aad "
        "--aad-admin-group-object-ids GROUP_OBJECT_ID; or give cluster.name another name"
    )


def _aad_profile(
    resource_group_name: str, cluster_name: str
) -> containerservice.outputs.ManagedClusterAADProfileResponse | None:
    """The profile of the cluster; None if there is no cluster, or none on it, which is told."""
    try:
        cluster = containerservice.get_managed_cluster(
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
    if not cluster.aad_profile:
        pulumi.log.warn(
            f'cluster "{cluster_name}" is there without Entra integration; this program adds it, '
            "which cannot be undone, and turns local accounts off: kubeconfigs with a certificate "
            "stop working once the certificates are rotated (az aks rotate-certs)"
        )
    return cluster.aad_profile
