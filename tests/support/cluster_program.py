"""A program that declares one cluster and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi

from components.cluster import EntraCluster, EntraClusterArgs
from tests.support.directory_double import TENANT
from tests.support.program import Run, run

if TYPE_CHECKING:
    from tests.support.directory_double import World


def pool(name: str = "system", mode: str = "System", **keys: Any) -> dict[str, Any]:
    """Arguments of a pool; by default the usual first one."""
    return {
        "name": name,
        "mode": mode,
        "vm_size": "Standard_D4ds_v5",
        "min": 2,
        "max": 5,
        "zones": ["1", "2"],
        "taints": [],
        "labels": {},
        **keys,
    }


def cluster(
    *, preview: bool = False, world: World | None = None, protect: bool = False, **keys: Any
) -> Run:
    """Run the program; `keys` are arguments of the cluster that differ from the usual ones."""
    args: dict[str, Any] = {
        "resource_group_name": "rg",
        "location": "westeurope",
        "tags": {"owner": "platform"},
        "cluster_name": "aks_dev",
        "tenant_id": TENANT,
        "admin_group_object_ids": ["id-of-admins"],
        "authorization": "kubernetes",
        "kubernetes_version": None,
        "tier": "Free",
        "local_accounts": False,
        "private": False,
        "private_dns_zone": "system",
        "authorized_ip_ranges": ["203.0.113.0/24"],
        "run_command": False,
        "node_pools": [pool()],
        "network_plugin": "azure",
        "subnet_id": None,
        "network_mode": "overlay",
        "network_dataplane": "cilium",
        "upgrade_channel": "patch",
        "node_os_upgrade_channel": "NodeImage",
        "maintenance_window": None,
        "identity": "system",
        "diagnostics": None,
        "preview_features": [],
        **keys,
    }

    def body() -> None:
        options = pulumi.ResourceOptions(protect=protect)
        made = EntraCluster("main", EntraClusterArgs(**args), options)
        pulumi.export("id", made.cluster_id)

    return run(body, preview=preview, world=world)
