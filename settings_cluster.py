"""The part of the settings that says what the cluster is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

import settings_rules as rules

if TYPE_CHECKING:
    from settings_reader import Reader


@dataclass(frozen=True)
class NodePoolSettings:
    """A pool of nodes; fields as `components.cluster.NodePoolArgs`."""

    name: str
    mode: str
    vm_size: str
    min: int
    max: int
    zones: list[str]


@dataclass(frozen=True)
class ClusterSettings:
    """A cluster; fields as `components.cluster.EntraClusterArgs`."""

    cluster_name: str
    kubernetes_version: str | None
    tier: str
    local_accounts: bool
    private: bool
    authorized_ip_ranges: list[str]
    run_command: bool
    node_pools: list[NodePoolSettings]
    network_plugin: str
    network_mode: str
    network_dataplane: str
    upgrade_channel: str
    node_os_upgrade_channel: str


def read_cluster(cluster: Reader) -> ClusterSettings:
    """The settings of the mapping `cluster`; problems go to its reader."""
    api_server, network = cluster.table("apiServer"), cluster.table("network")
    upgrade = cluster.table("upgrade")
    cluster.choice("authorization", ("kubernetes",), "kubernetes")
    cluster.choice("identity", ("system",), "system")
    settings = ClusterSettings(
        cluster_name=cluster.text("name", rules.CLUSTER, f"aks-{pulumi.get_stack()}"),
        kubernetes_version=cluster.text("kubernetesVersion", rules.KUBERNETES_VERSION, "") or None,
        tier=cluster.choice("tier", ("Free", "Standard", "Premium"), "Free"),
        local_accounts=cluster.flag("localAccounts", default=False),
        private=api_server.flag("private", default=False),
        authorized_ip_ranges=_networks(api_server),
        run_command=api_server.flag("runCommand", default=False),
        node_pools=_node_pools(cluster),
        network_plugin=network.choice("plugin", ("azure",), "azure"),
        network_mode=network.choice("mode", ("overlay", "node-subnet"), "overlay"),
        network_dataplane=network.choice("dataplane", ("cilium", "azure"), "cilium"),
        upgrade_channel=upgrade.choice(
            "channel", ("none", "patch", "stable", "rapid", "node-image"), "patch"
        ),
        node_os_upgrade_channel=upgrade.choice(
            "nodeOs", ("None", "Unmanaged", "NodeImage", "SecurityPatch"), "NodeImage"
        ),
    )
    if settings.private and settings.authorized_ip_ranges:
        api_server.note(
            "authorizedIpRanges", "none for a private API server", "delete them or private"
        )
    if settings.network_mode == "node-subnet" and settings.network_dataplane == "cilium":
        network.note("mode", "overlay with dataplane cilium", 'write overlay, or dataplane "azure"')
    for reader in (api_server, network, upgrade, cluster):
        reader.finish()
    return settings


def _networks(api_server: Reader) -> list[str]:
    kept: list[str] = []
    for index, value in enumerate(api_server.items("authorizedIpRanges")):
        remedy = rules.network_problem(str(value))
        if remedy:
            api_server.problems.note(
                api_server.key(f"authorizedIpRanges[{index}]"),
                f'is "{value}"',
                "an IPv4 network in CIDR form, such as 203.0.113.0/24",
                remedy,
            )
        else:
            kept.append(str(value))
    return kept


def _node_pools(cluster: Reader) -> list[NodePoolSettings]:
    if not cluster.has("nodePools"):
        return [NodePoolSettings("system", "System", "Standard_D4ds_v5", 2, 5, [])]
    pools: list[NodePoolSettings] = []
    for reader in cluster.tables("nodePools"):
        pool = NodePoolSettings(
            name=reader.text("name", rules.NODE_POOL),
            mode=reader.choice("mode", ("System", "User"), "User"),
            vm_size=reader.text("vmSize", rules.VM_SIZE),
            min=reader.number("min", 0, 1000, 2),
            max=reader.number("max", 1, 1000, 5),
            zones=reader.texts("zones", rules.ZONE),
        )
        if pool.min > pool.max:
            reader.note("min", f"at most max, which is {pool.max}", "lower min or raise max")
        if pool.mode == "System" and pool.min < 1:
            reader.note("min", "at least 1 in a System pool", "raise it")
        if pool.name in [other.name for other in pools]:
            reader.note("name", "each name once", "choose another name")
        reader.finish()
        pools.append(pool)
    if not any(pool.mode == "System" for pool in pools):
        cluster.note("nodePools", "at least one pool of mode System", "give one mode: System")
    return pools
