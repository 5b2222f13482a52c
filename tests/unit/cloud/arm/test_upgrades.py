from __future__ import annotations

from typing import Any

import pytest

from rehearsal.cloud.aks.versions import VERSIONS, upgrades
from tests.support.arm import SUBSCRIPTION, Arm, cluster_body, error


def put(arm: Arm, path: str, version: str) -> Any:
    return arm.call("PUT", path, cluster_body(kubernetesVersion=version))


@pytest.mark.parametrize(
    ("current", "expected"),
    [
        ("1.33.1", ["1.33.5", "1.34.1"]),
        ("1.33.5", ["1.34.1"]),
        ("1.36.3", []),
    ],
)
def test_no_minor_version_is_left_out(current: str, expected: list[str]) -> None:
    assert upgrades(current) == expected


def test_a_region_lists_its_versions(arm: Arm) -> None:
    path = (
        f"{SUBSCRIPTION}/providers/Microsoft.ContainerService/locations/westeurope"
        "/kubernetesVersions"
    )

    rows = arm.call("GET", path).body["values"]

    assert [row["version"] for row in rows] == list(VERSIONS)
    assert [row["version"] for row in rows if row["isDefault"]] == ["1.34"]
    assert rows[0]["patchVersions"]["1.31.13"]["upgrades"] == ["1.32.9"]


def test_a_cluster_goes_up_one_minor_version_at_a_time(arm: Arm) -> None:
    path = arm.cluster(arm.group(), kubernetesVersion="1.33")

    skipped = put(arm, path, "1.35")
    assert arm.done(put(arm, path, "1.34"))["status"] == "Succeeded"
    back = put(arm, path, "1.33.5")

    assert error(skipped) == error(back) == (400, "OperationNotAllowed")
    assert skipped.body["message"] == (
        "Upgrading Kubernetes version 1.33.5 to 1.35.0 is not allowed. Available upgrades:"
        " [1.34.1]. Please see https://aka.ms/aks-supported-k8s-ver for version details."
    )
    assert back.body["message"].startswith("Downgrading Kubernetes version 1.34.1 to 1.33.5")


def test_upgrade_profiles_tell_the_way(arm: Arm) -> None:
    path = arm.cluster(arm.group(), kubernetesVersion="1.33")
    arm.done(put(arm, path, "1.34"))

    profile = arm.call("GET", f"{path}/upgradeProfiles/default").body["properties"]
    pool = arm.call("GET", f"{path}/agentPools/system/upgradeProfiles/default").body["properties"]
    new = arm.call("GET", f"{path}/availableAgentPoolVersions").body["properties"]

    assert profile["controlPlaneProfile"]["kubernetesVersion"] == "1.34.1"
    assert profile["controlPlaneProfile"]["upgrades"] == [{"kubernetesVersion": "1.35.0"}]
    assert profile["agentPoolProfiles"][0]["name"] == "system"
    assert pool["kubernetesVersion"] == "1.33.5"
    assert pool["upgrades"] == [{"kubernetesVersion": "1.34.1"}]
    assert new["agentPoolVersions"][-1] == {"default": True, "kubernetesVersion": "1.34.1"}
    assert "1.35.0" not in str(new)


def test_a_pool_is_never_ahead_of_its_control_plane(arm: Arm) -> None:
    path = arm.cluster(arm.group(), kubernetesVersion="1.33")
    pool = f"{path}/agentPools/system"

    ahead = arm.call("PUT", pool, {"properties": {"count": 1, "orchestratorVersion": "1.34"}})
    unknown = arm.call("PUT", pool, {"properties": {"count": 1, "orchestratorVersion": "1.2"}})

    assert error(ahead) == (400, "NodePoolMcVersionIncompatible")
    assert error(unknown) == (400, "K8sVersionNotSupported")
    arm.done(put(arm, path, "1.34"))
    arm.done(arm.call("PUT", pool, {"properties": {"count": 1, "orchestratorVersion": "1.34"}}))
    assert arm.call("GET", pool).body["properties"]["currentOrchestratorVersion"] == "1.34.1"
    back = arm.call("PUT", pool, {"properties": {"count": 1, "orchestratorVersion": "1.33.5"}})
    assert error(back) == (400, "OperationNotAllowed")
