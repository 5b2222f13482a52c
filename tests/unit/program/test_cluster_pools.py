"""The node pools: one in the cluster, the others beside it."""

from __future__ import annotations

import pulumi
import pytest

from tests.support.cluster_program import cluster, pool
from tests.support.program import UNKNOWN

WORK = pool("work", "User", taints=["team=payments:NoSchedule"], labels={"team": "payments"})
GPU = pool("gpu", "User", zones=[], min=0, max=3)


def test_the_first_system_pool_is_part_of_the_cluster() -> None:
    made = cluster(node_pools=[WORK, pool()])
    assert made.one("ManagedCluster").inputs["agentPoolProfiles"] == [
        {
            "name": "system",
            "mode": "System",
            "type": "VirtualMachineScaleSets",
            "vmSize": "Standard_D4ds_v5",
            "osType": "Linux",
            "enableAutoScaling": True,
            "minCount": 2,
            "maxCount": 5,
            "availabilityZones": ["1", "2"],
            "nodeTaints": [],
            "nodeLabels": {},
            "securityProfile": {"sshAccess": "Disabled"},
            "tags": {"owner": "platform", "aks-entra-first-pool": "true"},
        }
    ]


def test_every_other_pool_is_a_child_because_azure_adds_none_to_a_cluster_that_is_there() -> None:
    made = cluster(node_pools=[pool(), WORK], kubernetes_version="1.36")
    child = made.one("AgentPool")
    assert child.name == "main-pool-work"
    assert child.inputs == {
        "resourceGroupName": "rg",
        "resourceName": "aks_dev",
        "agentPoolName": "work",
        "mode": "User",
        "type": "VirtualMachineScaleSets",
        "vmSize": "Standard_D4ds_v5",
        "osType": "Linux",
        "orchestratorVersion": "1.36",
        "enableAutoScaling": True,
        "count": 2,
        "minCount": 2,
        "maxCount": 5,
        "availabilityZones": ["1", "2"],
        "nodeTaints": ["team=payments:NoSchedule"],
        "nodeLabels": {"team": "payments"},
        "securityProfile": {"sshAccess": "Disabled"},
        "tags": {"owner": "platform"},
    }


def test_a_pool_without_zones_is_sent_none() -> None:
    child = cluster(node_pools=[pool(), GPU]).one("AgentPool")
    assert "availabilityZones" not in child.inputs
    assert (child.inputs["count"], child.inputs["minCount"]) == (0, 0)


def test_no_update_sets_the_number_of_nodes_back() -> None:
    made = cluster(node_pools=[pool(), WORK])
    inside = made.one("ManagedCluster")
    assert "count" not in inside.inputs["agentPoolProfiles"][0], "Azure keeps the autoscaler's"
    assert inside.ignore_changes == ["agentPoolProfiles[0].count"]
    assert made.one("AgentPool").ignore_changes == ["count"]


def test_pools_are_made_one_after_the_other() -> None:
    made = cluster(node_pools=[pool(), WORK, pool("more", "System"), GPU])
    urns = {each.name: each.urn for each in made.resources}
    waits = {each.name: each.dependencies for each in made.of("AgentPool")}
    assert urns["main-cluster"] in waits["main-pool-work"]
    assert urns["main-pool-work"] in waits["main-pool-more"]
    assert urns["main-pool-more"] in waits["main-pool-gpu"]


def test_a_first_preview_knows_no_cluster_to_put_pools_into() -> None:
    child = cluster(node_pools=[pool(), WORK], preview=True).one("AgentPool")
    assert child.inputs["resourceName"] == UNKNOWN


def test_a_cluster_without_a_system_pool_is_refused() -> None:
    with pytest.raises(pulumi.InputPropertyError, match="mode System"):
        cluster(node_pools=[WORK])
