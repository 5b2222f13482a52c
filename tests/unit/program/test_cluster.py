"""What the cluster is made of."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from components.cluster import EntraCluster, EntraClusterArgs
from tests.support.directory_double import TENANT
from tests.support.principals import CLUSTER_ID
from tests.support.program import UNKNOWN, Run, run

PREVIEW_AND_UP = pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])


def cluster(*, preview: bool = False, **keys: Any) -> Run:
    args: dict[str, Any] = {
        "resource_group_name": "rg",
        "location": "westeurope",
        "tags": {"owner": "platform"},
        "cluster_name": "aks_dev",
        "tenant_id": TENANT,
        "admin_group_object_ids": ["id-of-admins"],
        "kubernetes_version": None,
        "tier": "Free",
        "local_accounts": False,
        "private": False,
        "authorized_ip_ranges": ["203.0.113.0/24"],
        "run_command": False,
        "node_pools": [
            {
                "name": "system",
                "mode": "System",
                "vm_size": "Standard_D4ds_v5",
                "min": 2,
                "max": 5,
                "zones": ["1", "2"],
            }
        ],
        "network_plugin": "azure",
        "network_mode": "overlay",
        "network_dataplane": "cilium",
        "upgrade_channel": "patch",
        "node_os_upgrade_channel": "NodeImage",
        **keys,
    }

    def body() -> None:
        made = EntraCluster("main", EntraClusterArgs(**args))
        pulumi.export("id", made.cluster_id)

    return run(body, preview=preview)


@PREVIEW_AND_UP
def test_a_cluster_has_managed_entra_integration_and_workload_identity(*, preview: bool) -> None:
    made = cluster(preview=preview)
    inputs = made.one("ManagedCluster").inputs
    assert inputs["aadProfile"] == {
        "managed": True,
        "enableAzureRBAC": False,
        "adminGroupObjectIDs": ["id-of-admins"],
        "tenantID": TENANT,
    }
    assert inputs["oidcIssuerProfile"] == {"enabled": True}
    assert inputs["securityProfile"] == {"workloadIdentity": {"enabled": True}}
    assert inputs["identity"] == {"type": "SystemAssigned"}
    assert made.outputs["id"] == (UNKNOWN if preview else CLUSTER_ID + "_dev")


def test_a_cluster_keeps_to_what_the_stack_says_of_its_api_server() -> None:
    assert cluster().one("ManagedCluster").inputs["apiServerAccessProfile"] == {
        "enablePrivateCluster": False,
        "authorizedIPRanges": ["203.0.113.0/24"],
        "disableRunCommand": True,
    }


def test_local_accounts_and_run_command_are_there_only_on_demand() -> None:
    inputs = cluster(local_accounts=True, run_command=True).one("ManagedCluster").inputs
    assert inputs["disableLocalAccounts"] is False
    assert inputs["apiServerAccessProfile"]["disableRunCommand"] is False


def test_a_premium_cluster_has_long_term_support() -> None:
    inputs = cluster(tier="Premium").one("ManagedCluster").inputs
    assert inputs["supportPlan"] == "AKSLongTermSupport"
    assert "supportPlan" not in cluster().one("ManagedCluster").inputs


def test_pods_on_the_node_subnet_have_no_overlay() -> None:
    network = (
        cluster(network_mode="node-subnet", network_dataplane="azure")
        .one("ManagedCluster")
        .inputs["networkProfile"]
    )
    assert "networkPluginMode" not in network
    assert network["networkPolicy"] == "azure"


def test_a_pool_scales_between_its_sizes() -> None:
    pool = cluster().one("ManagedCluster").inputs["agentPoolProfiles"][0]
    assert (pool["count"], pool["minCount"], pool["maxCount"]) == (2, 2, 5)
    assert pool["enableAutoScaling"] is True
    assert pool["availabilityZones"] == ["1", "2"]


def test_a_cluster_without_an_admin_group_is_refused() -> None:
    with pytest.raises(pulumi.InputPropertyError):
        cluster(admin_group_object_ids=[])
