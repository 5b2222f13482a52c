"""The part of the settings that says what the cluster is made of."""

from __future__ import annotations

from dataclasses import dataclass

from settings import rules
from settings.keys import REPLACES, Table, key
from settings.kinds import Choice, Each, Flag, Number
from settings.pools import NodePoolSettings

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LOGS = (
    "kube-apiserver",
    "kube-audit",
    "kube-audit-admin",
    "guard",
    "kube-controller-manager",
    "kube-scheduler",
    "cluster-autoscaler",
    "cloud-controller-manager",
    "csi-azuredisk-controller",
    "csi-azurefile-controller",
    "csi-snapshot-controller",
)
"""https://learn.microsoft.com/azure/aks/monitor-aks-reference#resource-logs, less Fleet's."""

_FIXED = "Azure refuses: make another cluster"


@dataclass(frozen=True)
class MaintenanceWindowSettings:
    """When AKS may upgrade; an empty mapping is a window too."""

    day: str = key("day", Choice(_DAYS), "Day of the week, in UTC.", default="Sunday")
    start_hour: int = key("startHour", Number(0, 23), "Hour of the day, in UTC.", default=2)
    duration_hours: int = key("durationHours", Number(4, 24), "Length in hours.", default=4)


@dataclass(frozen=True)
class DiagnosticsSettings:
    """Where the logs of the control plane go; an empty mapping makes a workspace for them."""

    workspace_id: str | None = key(
        "workspaceId",
        rules.WORKSPACE,
        "The Log Analytics workspace that gets the logs; without it one is made.",
        default=None,
    )
    retention_days: int = key(
        "retentionDays",
        Number(30, 730),
        "Days that a workspace which is made keeps the logs; one that is there has its own.",
        default=30,
    )
    categories: list[str] = key(
        "categories",
        Each(Choice(_LOGS), least=1),
        "Which logs: kube-audit-admin tells who changed what, guard who logged in.",
        default=["kube-audit-admin", "guard"],
    )


@dataclass(frozen=True)
class ClusterSettings:
    """A cluster; fields as `components.cluster.EntraClusterArgs`."""

    cluster_name: str = key(
        "name",
        rules.CLUSTER,
        "Name of the cluster in Azure, and its DNS prefix.",
        default="aks-{stack}",
        change=REPLACES,
    )
    kubernetes_version: str | None = key(
        "kubernetesVersion",
        rules.KUBERNETES_VERSION,
        "Version of Kubernetes; Azure's own choice without it. A MINOR version goes with "
        "upgrade.channel patch, where AKS keeps the newest patch of it; leave it out with stable "
        "and rapid, where AKS changes it.",
        default=None,
        change="in place, up only, one MINOR version at a time",
    )
    tier: str = key(
        "tier",
        Choice(("Free", "Standard", "Premium")),
        "Price tier: Standard has an uptime SLA, Premium also long-term support.",
        default="Free",
    )
    authorization: str = key(
        "authorization",
        Choice(("kubernetes", "azure")),
        "kubernetes: Roles and RoleBindings decide. azure: Azure role assignments decide too: "
        "view, edit, admin and cluster-admin of `clusterAccess` and the team role viewer become "
        "such, all else stays a binding.",
        default="kubernetes",
    )
    local_accounts: bool = key(
        "localAccounts",
        Flag(),
        "Whether the certificate accounts that go around Entra ID work. Only with "
        "breakGlass.enabled, which turns them on by itself.",
        default=False,
        change="in place; certificates that somebody has fetched work until they are rotated",
    )
    private: bool = key(
        "apiServer.private",
        Flag(),
        "Whether the API server has no public address.",
        default=False,
        change=_FIXED,
    )
    private_dns_zone: str = key(
        "apiServer.privateDnsZone",
        rules.PRIVATE_DNS_ZONE,
        "Where the name of a private API server is found: system (a zone that Azure makes, linked "
        "to the nodes' network only), none (public DNS, which answers the private address), or a "
        "zone that is there, linked to the networks from which people and pipelines come.",
        default="system",
        change=f"{_FIXED}, but for a change to none",
    )
    authorized_ip_ranges: list[str] = key(
        "apiServer.authorizedIpRanges",
        Each(rules.NETWORK, most=200),
        "The only addresses that reach a public API server; all do if there are none.",
        default=[],
    )
    run_command: bool = key(
        "apiServer.runCommand",
        Flag(),
        "Whether `az aks command invoke`, which goes around the groups of Entra ID, works.",
        default=False,
    )
    node_pools: list[NodePoolSettings] = key(
        "nodePools",
        Each(Table(NodePoolSettings), least=1, most=100),
        "The node pools.",
        default=[{"name": "system", "mode": "System", "vmSize": "Standard_D4ds_v5"}],
        change="in place; the first System pool stays the first, see "
        "[Another first System pool](#another-first-system-pool)",
    )
    network_plugin: str = key(
        "network.plugin", Choice(("azure",)), "Azure CNI.", default="azure", change=REPLACES
    )
    network_mode: str = key(
        "network.mode",
        Choice(("overlay", "node-subnet")),
        "overlay: pods have addresses of their own. node-subnet: they have the network's.",
        default="overlay",
        change=REPLACES,
    )
    network_dataplane: str = key(
        "network.dataplane",
        Choice(("cilium", "azure")),
        "What carries the pods' traffic and enforces network policies.",
        default="cilium",
        change=REPLACES,
    )
    subnet_id: str | None = key(
        "network.subnetId",
        rules.SUBNET,
        "The subnet of all nodes, and of the private endpoint of a private API server; without it "
        "Azure makes a network, in the nodes' resource group, which is read-only. It overlaps "
        "neither 10.0.0.0/16 (services) nor 10.244.0.0/16 (pods of an overlay).",
        default=None,
        change=_FIXED,
    )
    upgrade_channel: str = key(
        "upgrade.channel",
        Choice(("none", "patch", "stable", "rapid", "node-image")),
        "How AKS upgrades Kubernetes: patch keeps the MINOR version, stable follows the newest "
        "but one, rapid the newest, node-image renews the nodes only.",
        default="patch",
    )
    node_os_upgrade_channel: str = key(
        "upgrade.nodeOs",
        Choice(("None", "Unmanaged", "NodeImage", "SecurityPatch")),
        "How AKS renews the nodes' operating system.",
        default="NodeImage",
        change="in place; renews the nodes",
    )
    maintenance_window: MaintenanceWindowSettings | None = key(
        "upgrade.window",
        Table(MaintenanceWindowSettings),
        "When AKS may do either; at any time without it.",
        default=None,
    )
    identity: str = key(
        "identity",
        rules.IDENTITY,
        "Whose rights the cluster has in Azure: an identity that goes with it, one that is made "
        "(NAME-identity), or an existing one. One that is made gets its roles on "
        "`network.subnetId` and `apiServer.privateDnsZone` from the program: Network Contributor "
        "and Private DNS Zone Contributor. One that exists must have them.",
        default="system",
    )
    diagnostics: DiagnosticsSettings | None = key(
        "diagnostics",
        Table(DiagnosticsSettings),
        "Where the logs of the control plane go; nowhere without it.",
        default=None,
        change="in place; without it, a workspace that was made is deleted",
    )
    preview_features: list[str] = key(
        "previewFeatures",
        Each(rules.FEATURE),
        "Features of Microsoft.ContainerService that are registered before the cluster is made. "
        "Once one is Registered, `az provider register --namespace Microsoft.ContainerService` "
        "spreads it; where the cluster is still refused for it, run that and deploy again.",
        default=[],
        change="in place; what was registered stays so",
    )
