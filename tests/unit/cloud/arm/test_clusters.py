from __future__ import annotations

import base64
from typing import Any

import pytest
import yaml

from tests.support.arm import (
    AKS,
    CLUSTER_ADMIN,
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


def refusal(arm: Arm, **changes: Any) -> tuple[int, str]:
    return error(arm.call("PUT", cluster_path(arm.group()), cluster_body(**changes)))


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


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"aadProfile": {"clientAppID": SG_ADMINS}}, (400, "BadRequest")),
        ({"aadProfile": {"managed": True, "serverAppID": SG_ADMINS}}, (400, "BadRequest")),
        ({"aadProfile": {"managed": False, "enableAzureRBAC": True}}, (400, "BadRequest")),
        ({"enableRBAC": False}, (400, "BadRequest")),
        (
            {"aadProfile": {"managed": True, "adminGroupObjectIDs": ["sg-admins"]}},
            (400, "InvalidParameter"),
        ),
        (
            {"aadProfile": {"managed": True, "adminGroupObjectIDs": SG_ADMINS}},
            (400, "InvalidParameter"),
        ),
        ({"aadProfile": {"managed": True, "tenantID": "contoso"}}, (400, "InvalidParameter")),
        ({"aadProfile": {"manged": True}}, (400, "UnmarshalError")),
        ({"enableRbac2": True}, (400, "UnmarshalError")),
        ({"dnsPrefix": None}, (400, "InvalidParameter")),
        ({"dnsPrefix": "-aks"}, (400, "InvalidParameter")),
        ({"kubernetesVersion": "1.12"}, (400, "K8sVersionNotSupported")),
        ({"agentPoolProfiles": []}, (400, "InvalidParameter")),
        (
            {"agentPoolProfiles": [{**POOL, "mode": "User"}]},
            (400, "MustDefineAtLeastOneSystemPool"),
        ),
        ({"agentPoolProfiles": [POOL, POOL]}, (400, "InvalidParameter")),
        ({"agentPoolProfiles": [{**POOL, "name": "System-1"}]}, (400, "InvalidParameter")),
        ({"agentPoolProfiles": [{**POOL, "mode": "Boss"}]}, (400, "InvalidParameter")),
        ({"agentPoolProfiles": [{**POOL, "count": 0}]}, (400, "InvalidParameter")),
        ({"agentPoolProfiles": [{**POOL, "count": 2.0}]}, (400, "InvalidParameter")),
        (
            {"agentPoolProfiles": [{**POOL, "enableAutoScaling": True, "minCount": 1}]},
            (400, "InvalidParameter"),
        ),
    ],
)
def test_a_cluster_that_cannot_be_is_refused(
    arm: Arm, runtime: RecordingRuntime, changes: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert refusal(arm, **changes) == expected
    assert runtime.ensured == []
    assert (
        arm.call("GET", f"{SUBSCRIPTION}/resourcegroups").body["value"][0]["name"] == "rg-aks-dev"
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"location": None}, (400, "LocationRequired")),
        ({"location": "moon"}, (400, "LocationNotAvailableForResourceType")),
        ({"identity": None}, (400, "InvalidParameter")),
        ({"colour": "red"}, (400, "UnmarshalError")),
    ],
)
def test_the_rest_of_the_body_is_checked_too(
    arm: Arm, changes: dict[str, Any], expected: tuple[int, str]
) -> None:
    reply = arm.call("PUT", cluster_path(arm.group()), {**cluster_body(), **changes})

    assert error(reply) == expected


def test_members_are_read_without_case(arm: Arm) -> None:
    body = cluster_body()
    body["properties"]["AADProfile"] = body["properties"].pop("aadProfile")

    reply = arm.call("PUT", cluster_path(arm.group()), body)

    assert reply.body["properties"]["aadProfile"]["adminGroupObjectIDs"] == [SG_ADMINS]


def test_an_empty_text_is_the_same_as_none(arm: Arm) -> None:
    pool = {**POOL, "vmSize": "", "orchestratorVersion": ""}

    path = arm.cluster(arm.group(), kubernetesVersion="", agentPoolProfiles=[pool])

    assert properties(arm, path)["kubernetesVersion"] == "1.34"
    assert properties(arm, path)["agentPoolProfiles"][0]["orchestratorVersion"] == "1.34"
    assert properties(arm, path)["agentPoolProfiles"][0]["vmSize"].startswith("Standard_")


def test_a_cluster_needs_a_proper_name_and_a_group_that_is_there(arm: Arm) -> None:
    nowhere = cluster_path(f"{SUBSCRIPTION}/resourceGroups/none")
    assert error(arm.call("PUT", nowhere, cluster_body())) == (404, "ResourceGroupNotFound")

    wrong = arm.call("PUT", cluster_path(arm.group(), "-aks"), cluster_body())

    assert error(wrong) == (400, "InvalidParameter")


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


def test_a_put_again_changes_nothing_but_what_it_says(arm: Arm, runtime: RecordingRuntime) -> None:
    path = arm.cluster(arm.group())
    before = properties(arm, path)

    arm.done(arm.call("PUT", path, cluster_body()))
    same = properties(arm, path)
    arm.done(arm.call("PUT", path, cluster_body(aadProfile={"managed": True})))

    assert same == before
    assert runtime.ensured[0] == runtime.ensured[1]
    assert runtime.ensured[2].admin_group_object_ids == ()


def test_entra_stays_when_it_is_left_out_and_cannot_be_taken_away(arm: Arm) -> None:
    path = arm.cluster(arm.group())

    kept = arm.call("PUT", path, cluster_body(aadProfile=None))
    arm.done(kept)
    refused = arm.call("PUT", path, cluster_body(aadProfile={"managed": False}))

    assert kept.body["properties"]["aadProfile"]["adminGroupObjectIDs"] == [SG_ADMINS]
    assert error(refused) == (400, "PropertyChangeNotAllowed")
    assert refused.body["message"] == "Changing property 'aadProfile.managed' is not allowed."


def test_entra_can_be_added(arm: Arm, runtime: RecordingRuntime) -> None:
    path = arm.cluster(arm.group(), aadProfile=None)

    arm.done(arm.call("PUT", path, cluster_body()))

    assert [spec.entra for spec in runtime.ensured] == [False, True]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"dnsPrefix": "other"}, "PropertyChangeNotAllowed"),
        ({"networkProfile": {"networkPlugin": "kubenet"}}, "PropertyChangeNotAllowed"),
        ({"kubernetesVersion": "1.33"}, "OperationNotAllowed"),
    ],
)
def test_what_azure_keeps_as_it_is_cannot_be_changed(
    arm: Arm, changes: dict[str, Any], code: str
) -> None:
    path = arm.cluster(arm.group())

    assert error(arm.call("PUT", path, cluster_body(**changes))) == (400, code)


def test_a_cluster_does_not_move(arm: Arm) -> None:
    path = arm.cluster(arm.group())

    reply = arm.call("PUT", path, {**cluster_body(), "location": "northeurope"})

    assert error(reply) == (409, "InvalidResourceLocation")


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


def kubeconfig(arm: Arm, path: str, call: str, **query: str) -> Any:
    reply = arm.call("POST", f"{path}/{call}", query=query)
    assert reply.status == 200, reply
    return yaml.safe_load(base64.b64decode(reply.body["kubeconfigs"][0]["value"]))


def test_the_users_kubeconfig_names_kubelogin_and_holds_no_key(arm: Arm) -> None:
    path = arm.cluster(arm.group())

    found = kubeconfig(arm, path, "listClusterUserCredential")

    assert found["users"][0]["name"] == "clusterUser_rg-aks-dev_aks-dev"
    assert found["users"][0]["user"]["exec"]["command"] == "kubelogin"
    older = kubeconfig(arm, path, "listClusterUserCredential", format="azure")
    assert older["users"][0]["user"]["auth-provider"]["name"] == "azure"
    monitoring = arm.call("POST", f"{path}/listClusterMonitoringUserCredential").body
    assert monitoring["kubeconfigs"][0]["name"] == "clusterMonitoringUser"
    unknown = arm.call("POST", f"{path}/listClusterUserCredential", query={"format": "x"})
    assert error(unknown) == (400, "InvalidParameter")


def test_static_credentials_are_refused_where_local_accounts_are_off(arm: Arm) -> None:
    path = arm.cluster(arm.group())

    for call in ("listClusterAdminCredential", "accessProfiles/clusterAdmin/listCredential"):
        reply = arm.call("POST", f"{path}/{call}")
        assert error(reply) == (400, "BadRequest")
        assert reply.body["message"] == DISABLED


def test_a_cluster_without_entra_and_without_local_accounts_lets_nobody_in(arm: Arm) -> None:
    path = arm.cluster(arm.group(), aadProfile=None)

    assert arm.call("POST", f"{path}/listClusterUserCredential").body["message"] == DISABLED


def test_the_admins_kubeconfig_holds_a_certificate(arm: Arm) -> None:
    path = arm.cluster(arm.group(), disableLocalAccounts=False)

    found = kubeconfig(arm, path, "listClusterAdminCredential")

    assert found["current-context"] == "aks-dev"
    assert found["users"][0]["name"] == "clusterAdmin_rg-aks-dev_aks-dev"
    assert "client-certificate-data" in found["users"][0]["user"]


def test_without_entra_every_user_gets_the_certificate(arm: Arm) -> None:
    path = arm.cluster(arm.group(), aadProfile=None, disableLocalAccounts=False)

    found = kubeconfig(arm, path, "listClusterUserCredential")

    assert "client-certificate-data" in found["users"][0]["user"]


def test_access_profiles_hold_the_same_files(arm: Arm) -> None:
    path = arm.cluster(arm.group(), disableLocalAccounts=False)

    for role in ("clusterUser", "clusterAdmin"):
        body = arm.call("POST", f"{path}/accessProfiles/{role}/listCredential").body
        assert (
            yaml.safe_load(base64.b64decode(body["properties"]["kubeConfig"]))["kind"] == "Config"
        )
    assert arm.call("POST", f"{path}/accessProfiles/root/listCredential").status == 404


@pytest.mark.parametrize("entra", [{"managed": True}, None])
def test_there_is_no_kubeconfig_before_there_is_a_control_plane(
    arm: Arm, runtime: RecordingRuntime, entra: Any
) -> None:
    path = arm.cluster(arm.group(), aadProfile=entra, disableLocalAccounts=False)
    runtime.ensured.clear()

    for call in ("listClusterUserCredential", "listClusterAdminCredential"):
        assert error(arm.call("POST", f"{path}/{call}")) == (404, "ControlPlaneNotFound")


@pytest.mark.parametrize("profile", [{"managed": True}, None])
def test_entra_that_azure_manages_is_not_reset(arm: Arm, profile: Any) -> None:
    path = arm.cluster(arm.group(), aadProfile=profile)

    reply = arm.call("POST", f"{path}/resetAADProfile", {})

    assert error(reply) == (400, "BadRequest")
    assert "'resetAADProfile' is not allowed" in reply.body["message"]


def test_each_credential_needs_its_own_role(arm: Arm) -> None:
    path = arm.cluster(arm.group(), disableLocalAccounts=False)
    person = WORLD.account("payments-dev")
    user, admin = f"{path}/listClusterUserCredential", f"{path}/listClusterAdminCredential"

    def statuses() -> list[int]:
        return [arm.call("POST", call, who=person.name).status for call in (user, admin)]

    assert statuses() == [403, 403]
    # Through the group, and with the role a person would take for the right one.
    arm.assign(path, READER, "0a1b2c3d-0000-4000-8000-000000000402")
    assert statuses() == [403, 403]
    arm.assign(path, CLUSTER_USER, "0a1b2c3d-0000-4000-8000-000000000402")
    assert statuses() == [200, 403]
    arm.assign(path, CLUSTER_ADMIN, person.object_id)
    assert statuses() == [200, 200]


def test_pools_are_the_same_from_both_sides(arm: Arm, runtime: RecordingRuntime) -> None:
    path = arm.cluster(arm.group())
    pool = f"{path}/agentPools/apps"
    body = {"properties": {"count": 3, "vmSize": "Standard_D2s_v5", "nodeLabels": {"a": "b"}}}

    made = arm.call("PUT", pool, body)
    arm.done(made)

    assert (made.status, made.body["properties"]["provisioningState"]) == (201, "Creating")
    assert [node.pool for node in runtime.ensured[-1].nodes].count("apps") == 3
    assert [p["name"] for p in properties(arm, path)["agentPoolProfiles"]] == ["system", "apps"]
    listed = arm.call("GET", f"{path}/agentPools").body["value"]
    assert [row["name"] for row in listed] == ["system", "apps"]
    assert arm.call("GET", pool).body["properties"]["nodeLabels"] == {"a": "b"}
    arm.done(arm.call("PUT", path, cluster_body()))
    assert len(properties(arm, path)["agentPoolProfiles"]) == 2
    arm.done(arm.call("PUT", pool, {"properties": {"count": 1}}))
    assert arm.call("GET", pool).body["properties"]["count"] == 1
    arm.done(arm.call("DELETE", pool))
    assert [p["name"] for p in properties(arm, path)["agentPoolProfiles"]] == ["system"]
    assert arm.call("DELETE", pool).status == 204
    assert error(arm.call("GET", pool)) == (404, "ResourceNotFound")


def test_the_last_system_pool_stays(arm: Arm) -> None:
    path = arm.cluster(arm.group())

    assert error(arm.call("DELETE", f"{path}/agentPools/system")) == (400, "OperationNotAllowed")
    changed = arm.call("PUT", f"{path}/agentPools/system", {"properties": {"mode": "User"}})
    assert error(changed) == (400, "MustDefineAtLeastOneSystemPool")


def test_an_identity_of_its_own_reads_back_with_its_ids(arm: Arm) -> None:
    group = arm.group()
    path = f"{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-aks"
    made = arm.call("PUT", path, {"location": "westeurope"})
    identity: dict[str, Any] = {"type": "UserAssigned", "userAssignedIdentities": {path: {}}}

    cluster = arm.call("PUT", cluster_path(group), {**cluster_body(), "identity": identity})

    assert made.status == 201
    assert arm.call("PUT", path, {"location": "westeurope"}).status == 200
    ids = cluster.body["identity"]["userAssignedIdentities"][path]
    assert ids["principalId"] == made.body["properties"]["principalId"]
    assert arm.cloud.directory.principal(ids["principalId"]) is not None
    many = path.removesuffix("/id-aks")
    assert [row["name"] for row in arm.call("GET", many).body["value"]] == ["id-aks"]
    assert arm.call("GET", path).body == made.body
    assert [arm.call("DELETE", path).status for _ in range(2)] == [200, 204]
    assert error(arm.call("GET", path)) == (404, "ResourceNotFound")
    assert arm.cloud.directory.principal(ids["principalId"]) is None
