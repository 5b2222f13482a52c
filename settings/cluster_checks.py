"""What does not go together in the part of the settings that says what the cluster is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from settings.pools import check_pools

if TYPE_CHECKING:
    from settings.cluster import ClusterSettings
    from settings.place import Place

_MOVES_ON = ("patch", "stable", "rapid")
"""Channels in which AKS changes the Kubernetes version by itself."""


def check_cluster(place: Place, cluster: ClusterSettings) -> None:
    """Note what is wrong between the keys of the mapping `cluster`.

    Limits: https://learn.microsoft.com/azure/aks/auto-upgrade-cluster, auto-upgrade-node-os-image,
    api-server-authorized-ip-ranges, configure-azure-cni and private-clusters, 2026-11.
    """
    check_pools(place.child("nodePools"), cluster.node_pools)
    if cluster.private and cluster.authorized_ip_ranges:
        ranges = place.below("apiServer.authorizedIpRanges")
        ranges.refuse("none for a private API server", "delete them or private")
    _check_network(place, cluster)
    if cluster.diagnostics and cluster.diagnostics.workspace_id:
        days = place.below("diagnostics.retentionDays")
        if days.value is not None:
            days.refuse("nothing beside workspaceId", "delete it: that workspace has its own")
    if place.child("upgrade").is_clean:
        _check_upgrades(place, cluster)


def _check_network(place: Place, cluster: ClusterSettings) -> None:
    zone = place.below("apiServer.privateDnsZone")
    if cluster.private_dns_zone != "system" and not cluster.private:
        zone.refuse("nothing for a public API server", "delete it, or write private: true")
    has_zone = cluster.private_dns_zone.startswith("/")
    if has_zone and not cluster.subnet_id:
        # Azure links the zone to the nodes' network, and a read-only group lets nobody else.
        zone.refuse("system or none without network.subnetId", "write network.subnetId too")
    if cluster.identity == "system" and (cluster.subnet_id or has_zone):
        key = "network.subnetId" if cluster.subnet_id else "apiServer.privateDnsZone"
        place.child("identity").refuse(
            f"user or an existing identity with {key}, on which it needs a role beforehand",
            "write identity: user",
        )


def _check_upgrades(place: Place, cluster: ClusterSettings) -> None:
    channel, node_os = cluster.upgrade_channel, cluster.node_os_upgrade_channel
    if channel == "node-image" and node_os != "NodeImage":
        place.below("upgrade.nodeOs").refuse("NodeImage with channel node-image", "delete it")
    version = cluster.kubernetes_version or ""
    shown = place.below("upgrade.channel").shown(channel)
    if channel in _MOVES_ON and version.count(".") > 1:
        place.child("kubernetesVersion").refuse(
            f"a MINOR version, or none, with upgrade.channel {shown}: AKS changes the rest, and no "
            "cluster goes back",
            "write the MINOR version only",
        )
    elif channel in ("stable", "rapid") and version:
        place.child("kubernetesVersion").refuse(
            f"none with upgrade.channel {shown}: AKS changes it, and no cluster goes back",
            "delete it, or write upgrade.channel: patch",
        )
    if cluster.maintenance_window and channel == "none" and node_os in ("None", "Unmanaged"):
        allowed = "no window where AKS upgrades nothing in it"
        place.below("upgrade.window").refuse(allowed, "delete it, or choose a channel")
