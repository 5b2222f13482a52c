from __future__ import annotations

from typing import Any

import pytest

from tests.support.arm import (
    AKS,
    CLUSTER_USER,
    READER,
    SG_ADMINS,
    SUBSCRIPTION,
    WORLD,
    Arm,
    RecordingRuntime,
    cluster_body,
    cluster_path,
    error,
)

DISABLED = (
    "Getting static credential is not allowed because this cluster is set to disable local"
    " accounts."
)
POOL = {"name": "system", "mode": "System", "count": 1, "vmSize": "Standard_D4ds_v5"}


def properties(arm: Arm, path: str) -> dict[str, Any]:
    return arm.call("GET", path).body["properties"]


def test_a_cluster_is_creating_until_its_runtime_is_ready(
    arm: Arm, runtime: RecordingRuntime
) -> None:
    path = cluster_path(arm.group())
    runtime.gate.clear()

    reply = arm.call("PUT", path, cluster_body())

    assert reply.status == 201
    assert reply.headers["Retry-After"] == "1"
    assert reply.body["properties"]["provisioningState"] == "Creating"
    status = arm.call("GET", reply.headers["Azure-AsyncOperation"].split(":12345")[1].split("?")[0])
    assert status.body["status"] == "InProgress"
    assert status.headers["Retry-After"] == "1"
    assert properties(arm, path)["agentPoolProfiles"][0]["provisioningState"] == "Creating"
    runtime.gate.set()
    assert arm.done(reply)["status"] == "Succeeded"
    assert properties(arm, path)["provisioningState"] == "Succeeded"


def test_the_runtime_gets_what_the_resource_says(arm: Arm, runtime: RecordingRuntime) -> None:
    path = arm.cluster(arm.group())

    spec = runtime.ensured[0]

    assert spec.cluster_id == path.lower()
    assert (spec.name, spec.resource_group) == ("aks-dev", "rg-aks-dev")
    assert (spec.entra, spec.tenant_id) == (True, WORLD.tenant_id)
    assert spec.admin_group_object_ids == (SG_ADMINS,)
    assert spec.kubernetes_version.startswith("1.34.")
    assert [node.pool for node in spec.nodes] == ["system", "system"]


def test_azure_fills_in_what_was_left_out(arm: Arm) -> None:
    found = arm.call("GET", arm.cluster(arm.group())).body
    filled = found["properties"]

    assert found["id"].startswith(f"{SUBSCRIPTION}/resourcegroups/rg-aks-dev/")
    assert filled["nodeResourceGroup"] == "MC_rg-aks-dev_aks-dev_westeurope"
    assert filled["fqdn"].startswith("aks-dev-")
    assert filled["fqdn"].endswith(".hcp.westeurope.azmk8s.io")
    assert filled["networkProfile"]["serviceCidr"] == "10.0.0.0/16"
    assert filled["networkProfile"]["podCidr"] == "10.244.0.0/16"
    assert filled["servicePrincipalProfile"] == {"clientId": "msi"}
    assert filled["identityProfile"]["kubeletidentity"]["objectId"]
    assert filled["agentPoolProfiles"][0]["currentOrchestratorVersion"].startswith("1.34.")
    assert found["systemData"]["createdBy"] == WORLD.account("deployer").app_id
    principal = arm.cloud.directory.principal(found["identity"]["principalId"])
    assert principal is not None
    assert principal.kind == "ServicePrincipal"


@pytest.mark.parametrize(
    ("network", "most"),
    [
        ({"networkPlugin": "azure", "networkPluginMode": "overlay"}, 250),
        ({"networkPlugin": "azure"}, 30),
        ({"networkPlugin": "kubenet"}, 110),
    ],
)
def test_the_network_says_how_many_pods_a_node_has(
    arm: Arm, network: dict[str, str], most: int
) -> None:
    path = arm.cluster(arm.group(), networkProfile=network)

    assert properties(arm, path)["agentPoolProfiles"][0]["maxPods"] == most


def test_managed_entra_reads_back_as_azure_says(arm: Arm) -> None:
    path = arm.cluster(arm.group(), aadProfile={"managed": True})

    assert properties(arm, path)["aadProfile"] == {
        "managed": True,
        "adminGroupObjectIDs": None,
        "enableAzureRBAC": False,
        "tenantID": WORLD.tenant_id,
    }


def test_the_node_resource_group_comes_and_goes_with_the_cluster(arm: Arm) -> None:
    path = arm.cluster(arm.group())
    groups = f"{SUBSCRIPTION}/resourcegroups"
    made = arm.call("GET", f"{groups}/mc_rg-aks-dev_aks-dev_westeurope").body

    arm.done(arm.call("DELETE", path))

    assert made["managedBy"].lower() == path.lower()
    left = arm.call("GET", groups).body["value"]
    assert [group["name"] for group in left] == ["rg-aks-dev"]


def test_nothing_else_is_done_while_an_operation_runs(arm: Arm, runtime: RecordingRuntime) -> None:
    path = cluster_path(arm.group())
    runtime.gate.clear()
    reply = arm.call("PUT", path, cluster_body())

    again = arm.call("PUT", path, cluster_body())

    assert error(again) == (409, "OperationNotAllowed")
    assert "Another operation (aks-dev - Creating) is in progress" in again.body["message"]
    assert arm.call("PATCH", path, {"tags": {}}).status == 409
    assert arm.call("PUT", f"{path}/agentPools/user", {"properties": {}}).status == 409
    runtime.gate.set()
    arm.done(reply)
    assert arm.call("PUT", path, cluster_body()).status == 200


def test_a_change_that_was_made_for_an_older_state_is_refused(arm: Arm) -> None:
    path = arm.cluster(arm.group())
    etag = arm.call("GET", path).body["eTag"]

    first = arm.call("PUT", path, cluster_body(), headers={"if-match": etag})
    arm.done(first)
    second = arm.call("PUT", path, cluster_body(), headers={"if-match": etag})
    third = arm.call("PUT", path, cluster_body(), headers={"if-none-match": "*"})

    assert first.status == 200
    assert error(second) == error(third) == (412, "EtagMismatch")


def test_tags_are_patched_and_nothing_else(arm: Arm) -> None:
    path = arm.cluster(arm.group())

    assert arm.call("PATCH", path, {"tags": {"env": "dev"}}).body["tags"] == {"env": "dev"}
    assert error(arm.call("PATCH", path, {"location": "x"})) == (400, "UnmarshalError")


def test_a_runtime_that_fails_fails_the_operation_and_a_put_mends_it(
    arm: Arm, runtime: RecordingRuntime
) -> None:
    path = cluster_path(arm.group())
    runtime.failure = "kube-apiserver did not start"

    failed = arm.done(arm.call("PUT", path, cluster_body()))

    assert failed["status"] == "Failed"
    assert failed["error"]["message"] == "kube-apiserver did not start"
    assert properties(arm, path)["provisioningState"] == "Failed"
    runtime.failure = None
    arm.done(arm.call("PUT", path, cluster_body()))
    assert properties(arm, path)["provisioningState"] == "Succeeded"


def test_a_deleted_cluster_is_gone_with_its_roles_and_its_identity(
    arm: Arm, runtime: RecordingRuntime
) -> None:
    path = arm.cluster(arm.group())
    principal_id = arm.call("GET", path).body["identity"]["principalId"]
    arm.assign(path, CLUSTER_USER, WORLD.account("outsider").object_id)

    reply = arm.call("DELETE", path)
    end = arm.done(reply)

    assert (reply.status, end["status"]) == (202, "Succeeded")
    assert runtime.deleted == [path.lower()]
    assert error(arm.call("GET", path)) == (404, "ResourceNotFound")
    assert arm.call("DELETE", path).status == 204
    assert arm.cloud.directory.principal(principal_id) is None
    result = reply.headers["Location"].split(":12345")[1].split("?")[0]
    assert arm.call("GET", result).status == 204
    arm.cluster(arm.group())
    assert error(arm.call("GET", path, who="outsider")) == (403, "AuthorizationFailed")


def test_a_cluster_can_be_deleted_while_it_is_being_made(
    arm: Arm, runtime: RecordingRuntime
) -> None:
    path = cluster_path(arm.group())
    runtime.gate.clear()
    made = arm.call("PUT", path, cluster_body())

    deleted = arm.call("DELETE", path)
    twice = arm.call("DELETE", path)

    assert properties(arm, path)["provisioningState"] == "Deleting"
    assert twice.headers["Location"] == deleted.headers["Location"]
    runtime.gate.set()
    assert arm.done(made)["status"] == arm.done(deleted)["status"] == "Succeeded"
    assert error(arm.call("GET", path)) == (404, "ResourceNotFound")


def test_lists_show_the_clusters_that_the_caller_may_read(arm: Arm) -> None:
    group = arm.group()
    arm.cluster(group, "other")
    arm.assign(arm.cluster(group), READER, WORLD.account("outsider").object_id)

    for path in (f"{SUBSCRIPTION}/providers/{AKS}", f"{group}/providers/{AKS}"):
        assert [r["name"] for r in arm.call("GET", path, who="outsider").body["value"]] == [
            "aks-dev"
        ]
        assert len(arm.call("GET", path).body["value"]) == 2
