"""The cluster: its resource group and an AKS cluster with managed Entra integration.

The legacy integration (client and server application) has no argument here on purpose: Azure has
retired it. What is always on, a setting, or left to others is in
docs/decisions/0007-cluster-hardening.md.
"""

from typing import NotRequired, TypedDict

import pulumi
from pulumi_azure_native import containerservice, resources

from components import features, naming
from components.diagnostics import DiagnosticsArgs, keep_logs
from components.identity import control_plane_identity
from components.maintenance import MaintenanceWindowArgs, maintain
from components.place import Place
from components.pools import ClusterPath, NodePoolArgs, NodesArgs, first_pool, further_pool, split

AZURE_AUTHORIZATION = "azure"
"""`authorization` where Azure role assignments decide too."""
IMAGE_CLEANER_HOURS = 168
"""Time between two cleanings of the nodes from images that nothing uses; Azure's default."""


class EntraClusterArgs(TypedDict):
    """What a cluster is made of."""

    resource_group_name: str
    """Name of the resource group to create. Changing it replaces the cluster."""
    location: pulumi.Input[str]
    """Azure region. Changing it replaces the cluster."""
    tags: dict[str, str]
    """Tags of the resource group and of everything in it."""
    cluster_name: str
    """Name of the cluster, and its DNS prefix. Changing it replaces the cluster."""
    tenant_id: pulumi.Input[str]
    """Tenant whose people enter the cluster."""
    admin_group_object_ids: list[pulumi.Input[str]]
    """Object ids of the groups whose members are cluster-admin; at least one."""
    authorization: str
    """`kubernetes` (Roles and RoleBindings decide) or `azure` (Azure role assignments too)."""
    kubernetes_version: NotRequired[str | None]
    """`1.36` or `1.36.3`, of the control plane and of the nodes; Azure's default if left out."""
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
    """The pools; at least one of mode `System`, the first of which is part of the cluster."""
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
    maintenance_window: NotRequired[MaintenanceWindowArgs | None]
    """When Azure may upgrade by those channels; at any time if left out."""
    identity: str
    """Who the control plane is in Azure: `system`, `user` (created), or the ARM id of a
    user-assigned identity that is there."""
    diagnostics: NotRequired[DiagnosticsArgs | None]
    """Where the control plane's logs go; nowhere if left out."""
    preview_features: list[str]
    """Features below Microsoft.ContainerService to register before the cluster is made."""


class EntraCluster(pulumi.ComponentResource):
    """A resource group and an AKS cluster: Entra ID says who enters, Kubernetes RBAC what they may.

    Type `aks-entra:index:EntraCluster`. Children: `NAME-rg` (ResourceGroup), `NAME-cluster`
    (ManagedCluster); where asked for, `NAME-features` (deployment that registers preview features),
    `NAME-identity` (UserAssignedIdentity), `NAME-pool-POOL` (AgentPool), `NAME-upgrades` and
    `NAME-node-upgrades` (MaintenanceConfiguration), `NAME-logs` (Workspace), `NAME-audit`
    (DiagnosticSetting). Needs Contributor on the subscription, and Managed Identity Operator on an
    identity that is given. Protect it, not its children.
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
        first, further = split(args["node_pools"])
        # Inputs stay out of the component's state, so that one changed child is one changed row.
        super().__init__(self.TYPE, name, None, opts)
        options = pulumi.ResourceOptions(parent=self)
        ready = features.registered(name, args["preview_features"], args["location"], options)
        group = resources.ResourceGroup(
            f"{name}-rg",
            resources.ResourceGroupArgs(
                resource_group_name=args["resource_group_name"],
                location=args["location"],
                tags=args["tags"],
            ),
            options,
        )
        cluster = _managed_cluster(
            name,
            args,
            first,
            group.name,
            pulumi.ResourceOptions(
                parent=self,
                depends_on=ready,
                # The autoscaler's; a refresh brings it in, and no update may take it back.
                ignore_changes=["agentPoolProfiles[0].count"],
            ),
        )
        path = (group.name, cluster.name)
        self._add_pools(name, args, further, cluster, path)
        if window := args.get("maintenance_window"):
            maintain(name, window, path, options)
        if logs := args.get("diagnostics"):
            keep_logs(name, cluster.id, logs, _beside(args, group.name), options)
        self.cluster_id = cluster.id
        self.resource_group_name = group.name
        self.register_outputs(
            {"cluster_id": self.cluster_id, "resource_group_name": self.resource_group_name}
        )

    def _add_pools(
        self,
        name: str,
        args: EntraClusterArgs,
        further: list[NodePoolArgs],
        cluster: containerservice.ManagedCluster,
        path: ClusterPath,
    ) -> None:
        """Make the pools one after the other: Azure refuses an operation during another."""
        nodes = NodesArgs(args.get("kubernetes_version"), args["tags"])
        before: pulumi.Resource = cluster
        for pool in further:
            before = further_pool(
                f"{name}-pool-{pool['name']}",
                pool,
                nodes,
                path,
                pulumi.ResourceOptions(parent=self, depends_on=[before]),
            )


def _beside(args: EntraClusterArgs, resource_group_name: pulumi.Input[str]) -> Place:
    return Place(resource_group_name, args["location"], args["tags"])


def _managed_cluster(
    name: str,
    args: EntraClusterArgs,
    pool: NodePoolArgs,
    resource_group_name: pulumi.Output[str],
    options: pulumi.ResourceOptions,
) -> containerservice.ManagedCluster:
    plan = containerservice.KubernetesSupportPlan
    nodes = NodesArgs(args.get("kubernetes_version"), args["tags"])
    premium = args["tier"] == containerservice.ManagedClusterSKUTier.PREMIUM
    # Not by ManagedClusterArgs: its resource_name collides with the SDK's own first argument.
    return containerservice.ManagedCluster(
        f"{name}-cluster",
        options,
        resource_group_name=resource_group_name,
        resource_name_=args["cluster_name"],
        location=args["location"],
        tags=args["tags"],
        dns_prefix=naming.dns_prefix(args["cluster_name"]),
        kubernetes_version=nodes.kubernetes_version,
        sku=containerservice.ManagedClusterSKUArgs(name="Base", tier=args["tier"]),
        support_plan=plan.AKS_LONG_TERM_SUPPORT if premium else plan.KUBERNETES_OFFICIAL,
        identity=control_plane_identity(
            name,
            args["identity"],
            _beside(args, resource_group_name),
            pulumi.ResourceOptions(parent=options.parent),
        ),
        enable_rbac=True,
        aad_profile=containerservice.ManagedClusterAADProfileArgs(
            managed=True,
            enable_azure_rbac=args["authorization"] == AZURE_AUTHORIZATION,
            admin_group_object_ids=args["admin_group_object_ids"],
            tenant_id=args["tenant_id"],
        ),
        disable_local_accounts=not args["local_accounts"],
        oidc_issuer_profile=containerservice.ManagedClusterOIDCIssuerProfileArgs(enabled=True),
        security_profile=containerservice.ManagedClusterSecurityProfileArgs(
            workload_identity=containerservice.ManagedClusterSecurityProfileWorkloadIdentityArgs(
                enabled=True
            ),
            image_cleaner=containerservice.ManagedClusterSecurityProfileImageCleanerArgs(
                enabled=True, interval_hours=IMAGE_CLEANER_HOURS
            ),
        ),
        api_server_access_profile=_api_server(args),
        network_profile=_network_profile(args),
        auto_upgrade_profile=containerservice.ManagedClusterAutoUpgradeProfileArgs(
            upgrade_channel=args["upgrade_channel"],
            node_os_upgrade_channel=args["node_os_upgrade_channel"],
        ),
        # Who may change the nodes' machines in Azure would be root in the cluster.
        node_resource_group_profile=containerservice.ManagedClusterNodeResourceGroupProfileArgs(
            restriction_level=containerservice.RestrictionLevel.READ_ONLY
        ),
        agent_pool_profiles=[first_pool(pool, nodes)],
    )


def _api_server(
    args: EntraClusterArgs,
) -> containerservice.ManagedClusterAPIServerAccessProfileArgs:
    return containerservice.ManagedClusterAPIServerAccessProfileArgs(
        enable_private_cluster=args["private"],
        # An empty list opens it again; left out, Azure would keep the ranges that it has.
        authorized_ip_ranges=None if args["private"] else args["authorized_ip_ranges"],
        disable_run_command=not args["run_command"],
    )


def _network_profile(
    args: EntraClusterArgs,
) -> containerservice.ContainerServiceNetworkProfileArgsDict:
    """As a dict: the class of arguments adds address ranges of its own, here they are Azure's."""
    profile: containerservice.ContainerServiceNetworkProfileArgsDict = {
        "network_plugin": args["network_plugin"],
        "network_dataplane": args["network_dataplane"],
        # The data plane that carries the traffic also enforces the policies on it.
        "network_policy": args["network_dataplane"],
        "load_balancer_sku": containerservice.LoadBalancerSku.STANDARD,
    }
    if args["network_mode"] == containerservice.NetworkPluginMode.OVERLAY:
        profile["network_plugin_mode"] = containerservice.NetworkPluginMode.OVERLAY
    return profile
