"""What the cluster itself is made of."""

from __future__ import annotations

import pulumi
import pytest

from tests.support.cluster_program import cluster
from tests.support.directory_double import TENANT
from tests.support.principals import CLUSTER_ID
from tests.support.program import UNKNOWN

PREVIEW_AND_UP = pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])


@PREVIEW_AND_UP
def test_a_cluster_has_managed_entra_integration_and_workload_identity(*, preview: bool) -> None:
    made = cluster(preview=preview)
    inputs = made.one("ManagedCluster").inputs
    assert inputs["enableRBAC"] is True
    assert inputs["aadProfile"] == {
        "managed": True,
        "enableAzureRBAC": False,
        "adminGroupObjectIDs": ["id-of-admins"],
        "tenantID": TENANT,
    }
    assert inputs["oidcIssuerProfile"] == {"enabled": True}
    assert inputs["securityProfile"]["workloadIdentity"] == {"enabled": True}
    assert made.outputs["id"] == (UNKNOWN if preview else CLUSTER_ID + "_dev")


def test_a_cluster_alone_is_a_group_and_a_cluster() -> None:
    names = {each.name for each in cluster().resources}
    assert names == {"main", "main-rg", "main-cluster"}


def test_azure_decides_too_only_where_asked() -> None:
    profile = cluster(authorization="azure").one("ManagedCluster").inputs["aadProfile"]
    assert profile["enableAzureRBAC"] is True
    assert profile["adminGroupObjectIDs"] == ["id-of-admins"]


def test_a_cluster_keeps_to_what_the_stack_says_of_its_api_server() -> None:
    assert cluster().one("ManagedCluster").inputs["apiServerAccessProfile"] == {
        "enablePrivateCluster": False,
        "authorizedIPRanges": ["203.0.113.0/24"],
        "disableRunCommand": True,
    }


def test_ranges_that_are_taken_away_are_sent_as_none_left() -> None:
    profile = (
        cluster(authorized_ip_ranges=[]).one("ManagedCluster").inputs["apiServerAccessProfile"]
    )
    assert profile["authorizedIPRanges"] == [], "left out, Azure would keep the old ones"


def test_a_private_api_server_is_sent_no_ranges() -> None:
    made = cluster(private=True, authorized_ip_ranges=[])
    profile = made.one("ManagedCluster").inputs["apiServerAccessProfile"]
    assert profile == {
        "enablePrivateCluster": True,
        "privateDNSZone": "system",
        "disableRunCommand": True,
    }


def test_nobody_changes_the_machines_of_the_nodes_around_the_cluster() -> None:
    made = cluster()
    group = made.one("ManagedCluster").inputs["nodeResourceGroupProfile"]
    assert group == {"restrictionLevel": "ReadOnly"}


def test_local_accounts_and_run_command_are_there_only_on_demand() -> None:
    inputs = cluster(local_accounts=True, run_command=True).one("ManagedCluster").inputs
    assert inputs["disableLocalAccounts"] is False
    assert inputs["apiServerAccessProfile"]["disableRunCommand"] is False


@pytest.mark.parametrize(
    ("tier", "plan"),
    [
        ("Free", "KubernetesOfficial"),
        ("Standard", "KubernetesOfficial"),
        ("Premium", "AKSLongTermSupport"),
    ],
)
def test_a_tier_has_the_support_plan_that_it_can_have(tier: str, plan: str) -> None:
    inputs = cluster(tier=tier).one("ManagedCluster").inputs
    assert inputs["sku"] == {"name": "Base", "tier": tier}
    assert inputs["supportPlan"] == plan, "left out, Azure would keep that of another tier"


def test_pods_on_the_node_subnet_have_no_overlay() -> None:
    network = (
        cluster(network_mode="node-subnet", network_dataplane="azure")
        .one("ManagedCluster")
        .inputs["networkProfile"]
    )
    assert network == {
        "networkPlugin": "azure",
        "networkDataplane": "azure",
        "networkPolicy": "azure",
        "loadBalancerSku": "standard",
    }


def test_an_overlay_is_carried_and_guarded_by_cilium() -> None:
    assert cluster().one("ManagedCluster").inputs["networkProfile"] == {
        "networkPlugin": "azure",
        "networkPluginMode": "overlay",
        "networkDataplane": "cilium",
        "networkPolicy": "cilium",
        "loadBalancerSku": "standard",
    }


def test_a_cluster_upgrades_by_its_channels() -> None:
    inputs = cluster(upgrade_channel="stable", node_os_upgrade_channel="SecurityPatch")
    assert inputs.one("ManagedCluster").inputs["autoUpgradeProfile"] == {
        "upgradeChannel": "stable",
        "nodeOSUpgradeChannel": "SecurityPatch",
    }


def test_nodes_are_cleaned_from_images_that_nothing_uses() -> None:
    security = cluster().one("ManagedCluster").inputs["securityProfile"]
    assert security["imageCleaner"] == {"enabled": True, "intervalHours": 168}


def test_a_version_is_that_of_the_control_plane_and_of_the_nodes() -> None:
    inputs = cluster(kubernetes_version="1.36").one("ManagedCluster").inputs
    assert inputs["kubernetesVersion"] == "1.36"
    assert inputs["agentPoolProfiles"][0]["orchestratorVersion"] == "1.36"
    assert "kubernetesVersion" not in cluster().one("ManagedCluster").inputs


def test_a_cluster_without_an_admin_group_is_refused() -> None:
    with pytest.raises(pulumi.InputPropertyError, match="nobody can enter"):
        cluster(admin_group_object_ids=[])
