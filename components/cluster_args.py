"""What a cluster is made of."""

from typing import NotRequired, TypedDict

import pulumi

from components.diagnostics import DiagnosticsArgs
from components.maintenance import MaintenanceWindowArgs
from components.pools import NodePoolArgs


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
    private_dns_zone: str
    """Where the name of a private API server is: `system` (in a zone that Azure makes), `none` (in
    public DNS), or the ARM id of a zone. Azure refuses any later change but one to `none`."""
    authorized_ip_ranges: list[str]
    """The only addresses that reach a public API server, as CIDR; empty for all."""
    run_command: bool
    """Whether `az aks command invoke`, which goes around Entra ID's groups, works."""
    node_pools: list[NodePoolArgs]
    """The pools; at least one of mode `System`, the first of which is part of the cluster."""
    network_plugin: str
    """`azure`. Changing anything of the network replaces the cluster."""
    subnet_id: NotRequired[str | None]
    """ARM id of the subnet of all nodes; in a network that Azure makes if left out. Azure refuses
    to change it later."""
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
