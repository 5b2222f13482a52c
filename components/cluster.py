"""The cluster: its resource group and an AKS cluster with managed Entra integration.

The legacy integration (client and server application) has no argument here on purpose: Azure has
retired it. What is always on, a setting, or left to others is in
docs/decisions/0007-cluster-hardening.md.
"""

import pulumi
from pulumi_azure_native import containerservice, resources

from components import features, naming, network
from components.cluster_args import EntraClusterArgs
from components.diagnostics import keep_logs
from components.identity import ControlPlaneIdentity, control_plane_identity
from components.maintenance import maintain
from components.place import Place
from components.pools import ClusterPath, NodePoolArgs, NodesArgs, first_pool, further_pool, split

AZURE_AUTHORIZATION = "azure"
"""`authorization` where Azure role assignments decide too."""
IMAGE_CLEANER_HOURS = 168
"""Time between two cleanings of the nodes from images that nothing uses; Azure's default."""


class EntraCluster(pulumi.ComponentResource):
    """A resource group and an AKS cluster: Entra ID says who enters, Kubernetes RBAC what they may.

    Type `aks-entra:index:EntraCluster`. Children: `NAME-rg` (ResourceGroup), `NAME-cluster`
    (ManagedCluster); where asked for, `NAME-features` (deployment that registers preview features),
    `NAME-identity` (UserAssignedIdentity), `NAME-network` and `NAME-dns` (RoleAssignments of that
    identity), `NAME-pool-POOL` (AgentPool), `NAME-upgrades` and `NAME-node-upgrades`
    (MaintenanceConfiguration), `NAME-logs` (Workspace), `NAME-audit` (DiagnosticSetting). Needs
    Contributor on the subscription, Managed Identity Operator on an identity that is given, and
    Role Based Access Control Administrator on a subnet or zone that is given to one that is made.
    Protect it, not its children: that protects cluster, resource group and workspace, and leaves
    what is changed in ordinary life.
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
        _, further = split(args["node_pools"])
        # Inputs stay out of the component's state, so that one changed child is one changed row.
        super().__init__(self.TYPE, name, None, opts)
        options = pulumi.ResourceOptions(parent=self)
        changeable = pulumi.ResourceOptions(parent=self, protect=False)
        ready = features.registered(name, args["preview_features"], args["location"], changeable)
        group = resources.ResourceGroup(
            f"{name}-rg",
            resources.ResourceGroupArgs(
                resource_group_name=args["resource_group_name"],
                location=args["location"],
                tags=args["tags"],
            ),
            options,
        )
        place = Place(group.name, args["location"], args["tags"])
        identity = control_plane_identity(name, args["identity"], place, changeable)
        roles = network.roles(name, args, identity.principal_id, changeable)
        cluster = _managed_cluster(
            name,
            args,
            group.name,
            identity,
            pulumi.ResourceOptions(
                parent=self,
                depends_on=ready.apply(lambda made: [*made, *roles]),
                # The autoscaler's; a refresh brings it in, and no update may take it back.
                ignore_changes=["agentPoolProfiles[0].count"],
            ),
        )
        path = (group.name, cluster.name)
        last = self._add_pools(name, args, further, cluster, path)
        if window := args.get("maintenance_window"):
            maintain(name, window, path, last, changeable)
        if logs := args.get("diagnostics"):
            keep_logs(name, cluster.id, logs, place, options)
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
    ) -> pulumi.Resource:
        """Make the pools one after the other: Azure refuses an operation during another.

        Answers what is made last.
        """
        before: pulumi.Resource = cluster
        for pool in further:
            before = further_pool(
                f"{name}-pool-{pool['name']}",
                pool,
                _nodes(args),
                path,
                pulumi.ResourceOptions(parent=self, depends_on=[before], protect=False),
            )
        return before


def _nodes(args: EntraClusterArgs) -> NodesArgs:
    return NodesArgs(args.get("kubernetes_version"), args["tags"], args.get("subnet_id"))


def _managed_cluster(
    name: str,
    args: EntraClusterArgs,
    resource_group_name: pulumi.Output[str],
    identity: ControlPlaneIdentity,
    options: pulumi.ResourceOptions,
) -> containerservice.ManagedCluster:
    plan = containerservice.KubernetesSupportPlan
    first, _ = split(args["node_pools"])
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
        kubernetes_version=args.get("kubernetes_version"),
        sku=containerservice.ManagedClusterSKUArgs(name="Base", tier=args["tier"]),
        support_plan=plan.AKS_LONG_TERM_SUPPORT if premium else plan.KUBERNETES_OFFICIAL,
        identity=identity.args,
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
        api_server_access_profile=network.api_server(args),
        network_profile=network.profile(args),
        auto_upgrade_profile=containerservice.ManagedClusterAutoUpgradeProfileArgs(
            upgrade_channel=args["upgrade_channel"],
            node_os_upgrade_channel=args["node_os_upgrade_channel"],
        ),
        # Who may change the nodes' machines in Azure would be root in the cluster.
        node_resource_group_profile=containerservice.ManagedClusterNodeResourceGroupProfileArgs(
            restriction_level=containerservice.RestrictionLevel.READ_ONLY
        ),
        agent_pool_profiles=[first_pool(first, _nodes(args))],
    )
