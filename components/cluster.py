"""The cluster: its resource group and an AKS cluster with managed Entra integration.

Does not make: log workspaces, maintenance windows, identities of its own. The legacy integration
(client and server application) has no argument here on purpose: Azure has retired it.
"""

from typing import NotRequired, TypedDict

import pulumi
from pulumi_azure_native import containerservice, resources

from components import naming


class NodePoolArgs(TypedDict):
    """A pool of Linux nodes that scales between two sizes by itself."""

    name: str
    """1 to 12 lower-case letters and digits, first a letter. Changing it replaces the pool."""
    mode: str
    """`System` (runs the cluster's own pods; one pool must) or `User`."""
    vm_size: str
    """Size of the machines, such as `Standard_D4ds_v5`. Changing it replaces the pool."""
    min: int
    """Least number of nodes; also the number to start with."""
    max: int
    """Greatest number of nodes."""
    zones: list[str]
    """Availability zones, such as `["1", "2", "3"]`; empty for none."""


class EntraClusterArgs(TypedDict):
    """What a cluster is made of."""

    resource_group_name: str
    """Name of the resource group to create. Changing it replaces the cluster."""
    location: pulumi.Input[str]
    """Azure region. Changing it replaces the cluster."""
    tags: dict[str, str]
    """Tags of the resource group and of the cluster."""
    cluster_name: str
    """Name of the cluster, and its DNS prefix. Changing it replaces the cluster."""
    tenant_id: pulumi.Input[str]
    """Tenant whose people enter the cluster."""
    admin_group_object_ids: list[pulumi.Input[str]]
    """Object ids of the groups whose members are cluster-admin; at least one."""
    kubernetes_version: NotRequired[str | None]
    """`1.36` or `1.36.3`; Azure's default if left out."""
    tier: str
    """`Free`, `Standard` or `Premium` (which includes long-term support)."""
    local_accounts: bool
    """Whether the certificate accounts that go around Entra ID work."""
    private: bool
    """Whether the API server has no public address. Azure refuses to change it later."""
    authorized_ip_ranges: list[str]
    """The only addresses that reach a public API server, as CIDR; empty for all."""
    run_command: bool
    """Whether `az aks command invoke`, which goes around Entra ID's groups, works."""
    node_pools: list[NodePoolArgs]
    """The pools; at least one of mode `System`."""
    network_plugin: str
    """`azure`. Changing anything of the network replaces the cluster."""
    network_mode: str
    """`overlay` (pods have addresses of their own) or `node-subnet`."""
    network_dataplane: str
    """`cilium` or `azure`; also what enforces network policies."""
    upgrade_channel: str
    """`none`, `patch`, `stable`, `rapid` or `node-image`."""
    node_os_upgrade_channel: str
    """`None`, `Unmanaged`, `NodeImage` or `SecurityPatch`."""


class EntraCluster(pulumi.ComponentResource):
    """A resource group and an AKS cluster: Entra ID says who enters, Kubernetes RBAC what they may.

    Type `aks-entra:index:EntraCluster`. Children: `NAME-rg` (ResourceGroup), `NAME-cluster`
    (ManagedCluster). Managed Entra integration, Kubernetes RBAC, OIDC issuer and workload identity
    are always on. Needs Contributor on the subscription. Protect it, not its children.
    """

    TYPE = "aks-entra:index:EntraCluster"

    cluster_id: pulumi.Output[str]
    """ARM id of the cluster; unknown until it exists."""
    resource_group_name: pulumi.Output[str]
    """Name of the resource group."""

    def __init__(
        self, name: str, args: EntraClusterArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        if not args["admin_group_object_ids"]:
            raise pulumi.InputPropertyError(
                "adminGroupObjectIds", "give at least one group, or nobody can enter the cluster"
            )
        # Inputs stay out of the component's state, so that one changed child is one changed row.
        super().__init__(self.TYPE, name, None, opts)
        options = pulumi.ResourceOptions(parent=self)
        group = resources.ResourceGroup(
            f"{name}-rg",
            resources.ResourceGroupArgs(
                resource_group_name=args["resource_group_name"],
                location=args["location"],
                tags=args["tags"],
            ),
            options,
        )
        cluster = _managed_cluster(f"{name}-cluster", args, group.name, options)
        self.cluster_id = cluster.id
        self.resource_group_name = group.name
        self.register_outputs(
            {"cluster_id": self.cluster_id, "resource_group_name": self.resource_group_name}
        )


def _managed_cluster(
    name: str,
    args: EntraClusterArgs,
    resource_group_name: pulumi.Output[str],
    options: pulumi.ResourceOptions,
) -> containerservice.ManagedCluster:
    premium = args["tier"] == containerservice.ManagedClusterSKUTier.PREMIUM
    # Not by ManagedClusterArgs: its resource_name collides with the SDK's own first argument.
    return containerservice.ManagedCluster(
        name,
        options,
        resource_group_name=resource_group_name,
        resource_name_=args["cluster_name"],
        location=args["location"],
        tags=args["tags"],
        dns_prefix=naming.dns_prefix(args["cluster_name"]),
        kubernetes_version=args.get("kubernetes_version"),
        sku=containerservice.ManagedClusterSKUArgs(name="Base", tier=args["tier"]),
        support_plan=(
            containerservice.KubernetesSupportPlan.AKS_LONG_TERM_SUPPORT if premium else None
        ),
        identity=containerservice.ManagedClusterIdentityArgs(
            type=containerservice.ResourceIdentityType.SYSTEM_ASSIGNED
        ),
        enable_rbac=True,
        aad_profile=containerservice.ManagedClusterAADProfileArgs(
            managed=True,
            enable_azure_rbac=False,
            admin_group_object_ids=args["admin_group_object_ids"],
            tenant_id=args["tenant_id"],
        ),
        disable_local_accounts=not args["local_accounts"],
        oidc_issuer_profile=containerservice.ManagedClusterOIDCIssuerProfileArgs(enabled=True),
        security_profile=containerservice.ManagedClusterSecurityProfileArgs(
            workload_identity=containerservice.ManagedClusterSecurityProfileWorkloadIdentityArgs(
                enabled=True
            )
        ),
        api_server_access_profile=containerservice.ManagedClusterAPIServerAccessProfileArgs(
            enable_private_cluster=args["private"],
            authorized_ip_ranges=args["authorized_ip_ranges"] or None,
            disable_run_command=not args["run_command"],
        ),
        network_profile=_network_profile(args),
        auto_upgrade_profile=containerservice.ManagedClusterAutoUpgradeProfileArgs(
            upgrade_channel=args["upgrade_channel"],
            node_os_upgrade_channel=args["node_os_upgrade_channel"],
        ),
        agent_pool_profiles=[_pool_profile(pool) for pool in args["node_pools"]],
    )


def _network_profile(args: EntraClusterArgs) -> containerservice.ContainerServiceNetworkProfileArgs:
    overlay = args["network_mode"] == containerservice.NetworkPluginMode.OVERLAY
    return containerservice.ContainerServiceNetworkProfileArgs(
        network_plugin=args["network_plugin"],
        network_plugin_mode=containerservice.NetworkPluginMode.OVERLAY if overlay else None,
        network_dataplane=args["network_dataplane"],
        # The data plane that carries the traffic also enforces the policies on it.
        network_policy=args["network_dataplane"],
        load_balancer_sku=containerservice.LoadBalancerSku.STANDARD,
    )


def _pool_profile(pool: NodePoolArgs) -> containerservice.ManagedClusterAgentPoolProfileArgs:
    return containerservice.ManagedClusterAgentPoolProfileArgs(
        name=pool["name"],
        mode=pool["mode"],
        type=containerservice.AgentPoolType.VIRTUAL_MACHINE_SCALE_SETS,
        vm_size=pool["vm_size"],
        os_type=containerservice.OSType.LINUX,
        enable_auto_scaling=True,
        count=pool["min"],
        min_count=pool["min"],
        max_count=pool["max"],
        availability_zones=pool["zones"] or None,
    )
