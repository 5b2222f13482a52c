from __future__ import annotations

import re

from rehearsal.cloud.aks.nodes import node_objects, node_specs
from rehearsal.cloud.aks.runtime import cluster_key
from tests.support.clusters import cluster_id, cluster_spec


def names(pool: str, count: int) -> list[str]:
    specs = node_specs(
        cluster_id(), pool, mode="User", vm_size="Standard_D4ds_v5", count=count, zones=()
    )
    return [spec.name for spec in specs]


def test_nodes_are_named_as_a_scale_set_names_them() -> None:
    assert all(re.fullmatch(r"aks-np1-\d{8}-vmss00000[01]", name) for name in names("np1", 2))


def test_instances_are_counted_in_base_36() -> None:
    counted = names("np1", 38)
    assert counted[10].endswith("vmss00000a")
    assert counted[36].endswith("vmss000010")
    assert len(set(counted)) == 38


def test_all_pools_of_a_cluster_have_the_same_digits_and_other_clusters_have_others() -> None:
    digits = {name.split("-")[2] for pool in ("one", "two") for name in names(pool, 1)}
    assert len(digits) == 1
    other = node_specs(cluster_id("other"), "one", mode="User", vm_size="x", count=1)
    assert other[0].name.split("-")[2] not in digits


def test_nodes_are_spread_over_the_pools_zones() -> None:
    specs = cluster_spec(nodes=3).nodes
    assert [spec.zone for spec in specs] == ["1", "2", "1"]


def test_a_node_is_ready_and_shows_role_version_pool_and_zone() -> None:
    spec = cluster_spec()
    body, status = node_objects(spec, spec.nodes[1], 1)
    labels = body["metadata"]["labels"]
    assert labels["kubernetes.io/role"] == "agent"
    assert labels["kubernetes.azure.com/mode"] == "system"
    assert labels["topology.kubernetes.io/zone"] == "westeurope-2"
    assert status["status"]["nodeInfo"]["kubeletVersion"] == "v1.34.2"
    ready = [c["status"] for c in status["status"]["conditions"] if c["type"] == "Ready"]
    assert ready == ["True"]


def test_the_size_of_a_node_is_that_of_its_vm_size() -> None:
    spec = cluster_spec()
    for vm_size, cpu, memory in [
        ("Standard_D4ds_v5", "4", "16Gi"),
        ("Standard_E16s_v5", "16", "128Gi"),
        ("something-else", "2", "8Gi"),
    ]:
        node = node_specs(cluster_id(), "np", mode="User", vm_size=vm_size, count=1)[0]
        capacity = node_objects(spec, node, 0)[1]["status"]["capacity"]
        assert (capacity["cpu"], capacity["memory"]) == (cpu, memory)


def test_the_taints_and_labels_of_the_pool_are_the_nodes() -> None:
    node = node_specs(
        cluster_id(),
        "gpu",
        mode="User",
        vm_size="Standard_NC4as",
        count=1,
        labels={"team": "payments", "kubernetes.io/os": "windows"},
        taints=("sku=gpu:NoSchedule", "bare:NoExecute"),
    )[0]
    body, _ = node_objects(cluster_spec(), node, 0)
    assert body["spec"]["taints"] == [
        {"key": "sku", "value": "gpu", "effect": "NoSchedule"},
        {"key": "bare", "value": "", "effect": "NoExecute"},
    ]
    assert body["metadata"]["labels"]["team"] == "payments"
    assert body["metadata"]["labels"]["kubernetes.io/os"] == "linux", "AKS's own labels win"


def test_a_label_never_exceeds_what_kubernetes_allows() -> None:
    spec = cluster_spec(resource_group="r" * 80)
    labels = node_objects(spec, spec.nodes[0], 0)[0]["metadata"]["labels"]
    assert all(len(value) <= 63 for value in labels.values())


def test_a_clusters_key_is_readable_safe_in_a_path_and_the_same_for_every_spelling() -> None:
    key = cluster_key(cluster_id("AKS_Dev..1"))
    assert re.fullmatch(r"aks-dev-1-[0-9a-f]{10}", key)
    assert key == cluster_key(cluster_id("AKS_Dev..1").upper())
    assert key != cluster_key(cluster_id("aks-dev-1"))
