"""What stands beside the cluster: its identity, its maintenance window, its logs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.azure_double import SUBSCRIPTION
from tests.support.cluster_program import cluster, pool
from tests.support.principals import CLUSTER_ID

GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers"
IDENTITY = f"{GROUP}/Microsoft.ManagedIdentity/userAssignedIdentities"
WORKSPACE = f"{GROUP}/Microsoft.OperationalInsights/workspaces"
LOGS: dict[str, Any] = {
    "workspace_id": None,
    "retention_days": 90,
    "categories": ["kube-audit-admin", "guard"],
}


def test_the_systems_identity_needs_no_resource() -> None:
    made = cluster()
    assert made.one("ManagedCluster").inputs["identity"] == {"type": "SystemAssigned"}
    assert made.of("UserAssignedIdentity") == []


def test_an_identity_is_made_in_the_clusters_group() -> None:
    made = cluster(identity="user")
    assert made.one("UserAssignedIdentity").name == "main-identity"
    assert made.one("UserAssignedIdentity").inputs == {
        "resourceGroupName": "rg",
        "location": "westeurope",
        "tags": {"owner": "platform"},
    }
    assert made.one("ManagedCluster").inputs["identity"] == {
        "type": "UserAssigned",
        "userAssignedIdentities": [f"{IDENTITY}/main-identity1a2b3c4d"],
    }


def test_an_identity_that_is_there_is_taken_by_its_id() -> None:
    made = cluster(identity=f"{IDENTITY}/id-aks")
    assert made.of("UserAssignedIdentity") == []
    assert made.one("ManagedCluster").inputs["identity"] == {
        "type": "UserAssigned",
        "userAssignedIdentities": [f"{IDENTITY}/id-aks"],
    }


def test_a_window_holds_for_the_cluster_and_for_the_system_of_its_nodes() -> None:
    made = cluster(maintenance_window={"day": "Sunday", "start_hour": 2, "duration_hours": 4})
    window = {
        "schedule": {"weekly": {"dayOfWeek": "Sunday", "intervalWeeks": 1}},
        "startTime": "02:00",
        "utcOffset": "+00:00",
        "durationHours": 4,
    }
    assert {each.name: each.inputs for each in made.of("MaintenanceConfiguration")} == {
        "main-upgrades": {
            "resourceGroupName": "rg",
            "resourceName": "aks_dev",
            "configName": "aksManagedAutoUpgradeSchedule",
            "maintenanceWindow": window,
        },
        "main-node-upgrades": {
            "resourceGroupName": "rg",
            "resourceName": "aks_dev",
            "configName": "aksManagedNodeOSUpgradeSchedule",
            "maintenanceWindow": window,
        },
    }


@pytest.mark.parametrize(
    ("pools", "before"),
    [([], "main-cluster"), (["work", "more"], "main-pool-more")],
    ids=["no pool", "pools"],
)
def test_the_windows_wait_for_the_last_pool_and_for_each_other(
    pools: list[str], before: str
) -> None:
    made = cluster(
        node_pools=[pool(), *(pool(name, "User") for name in pools)],
        maintenance_window={"day": "Sunday", "start_hour": 2, "duration_hours": 4},
    )
    urns = {each.name: each.urn for each in made.resources}
    waits = {each.name: each.dependencies for each in made.of("MaintenanceConfiguration")}
    assert urns[before] in waits["main-upgrades"], "AKS refuses a write beside that of a pool"
    assert urns["main-upgrades"] in waits["main-node-upgrades"]


def test_only_what_is_lost_for_good_is_protected_with_the_cluster() -> None:
    made = cluster(
        protect=True,
        identity="user",
        subnet_id=f"{GROUP}/Microsoft.Network/virtualNetworks/vnet/subnets/aks",
        node_pools=[pool(), pool("work", "User")],
        diagnostics=LOGS,
        maintenance_window={"day": "Monday", "start_hour": 0, "duration_hours": 24},
        preview_features=["AAD-V2"],
    )
    assert {each.name for each in made.resources if each.protect} == {
        "main",
        "main-rg",
        "main-cluster",
        "main-logs",
    }


def test_logs_go_to_a_workspace_that_is_made_for_them() -> None:
    made = cluster(diagnostics=LOGS)
    assert made.one("Workspace").name == "main-logs"
    assert made.one("Workspace").inputs == {
        "resourceGroupName": "rg",
        "location": "westeurope",
        "tags": {"owner": "platform"},
        "sku": {"name": "PerGB2018"},
        "retentionInDays": 90,
        "features": {"disableLocalAuth": True},
    }
    assert made.one("DiagnosticSetting").name == "main-audit"
    assert made.one("DiagnosticSetting").inputs == {
        "resourceUri": CLUSTER_ID + "_dev",
        "workspaceId": f"{WORKSPACE}/main-logs1a2b3c4d",
        "logAnalyticsDestinationType": "Dedicated",
        "logs": [
            {"category": "kube-audit-admin", "enabled": True},
            {"category": "guard", "enabled": True},
        ],
    }


def test_logs_go_to_a_workspace_that_is_there() -> None:
    made = cluster(diagnostics={**LOGS, "workspace_id": f"{WORKSPACE}/log-central"})
    assert made.of("Workspace") == []
    assert made.one("DiagnosticSetting").inputs["workspaceId"] == f"{WORKSPACE}/log-central"


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
def test_all_that_is_asked_for_is_below_the_component(*, preview: bool) -> None:
    made = cluster(
        preview=preview,
        identity="user",
        diagnostics=LOGS,
        maintenance_window={"day": "Monday", "start_hour": 0, "duration_hours": 24},
        preview_features=["AAD-V2"],
    )
    children = [each for each in made.resources if each.name != "main"]
    assert {each.name for each in children} == {
        "main-features",
        "main-rg",
        "main-identity",
        "main-cluster",
        "main-upgrades",
        "main-node-upgrades",
        "main-logs",
        "main-audit",
    }
    assert {tuple(each.parent_types) for each in children} == {("aks-entra:index:EntraCluster",)}
