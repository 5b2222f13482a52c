from __future__ import annotations

from typing import Any

from tests.support.arm import (
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


def test_an_identity_has_to_be_there_and_the_callers_to_assign(arm: Arm) -> None:
    group, other = arm.group(), arm.group("rg-identities")
    path = f"{other}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-aks"
    body: dict[str, Any] = {
        **cluster_body(),
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {path: {}}},
    }
    person = WORLD.account("outsider")
    arm.assign(group, "b24988ac-6180-42a0-ab88-20f7382dd24c", person.object_id)

    missing = arm.call("PUT", cluster_path(group), body)
    arm.call("PUT", path, {"location": "westeurope"})
    linked = arm.call("PUT", cluster_path(group), body, who=person.name)

    assert error(missing) == (400, "FailedIdentityOperation")
    assert error(linked) == (403, "LinkedAuthorizationFailed")
    assert arm.call("PUT", cluster_path(group), body).status == 201


def test_the_oidc_issuer_is_named_and_stays(arm: Arm, runtime: RecordingRuntime) -> None:
    path = arm.cluster(arm.group(), kubernetesVersion="1.33")
    off = arm.call("GET", path).body["properties"]["oidcIssuerProfile"]

    arm.done(arm.call("PUT", path, cluster_body(oidcIssuerProfile={"enabled": True})))

    on = arm.call("GET", path).body["properties"]["oidcIssuerProfile"]
    assert off == {"enabled": False}
    assert on["issuerURL"].startswith(f"{arm.cloud.origin}/_aks/")
    assert on["issuerURL"].endswith("/oidc/")
    assert [spec.oidc_issuer for spec in runtime.ensured] == [False, True]
    refused = arm.call("PUT", path, cluster_body(oidcIssuerProfile={"enabled": False}))
    assert error(refused) == (400, "OIDCIssuerFeatureCannotBeDisabled")


def test_the_oidc_issuer_is_on_from_1_34_unless_it_is_declined(arm: Arm) -> None:
    group = arm.group()
    given = arm.call("PUT", cluster_path(group), cluster_body())
    declined = arm.call(
        "PUT", cluster_path(group, "no"), cluster_body(oidcIssuerProfile={"enabled": False})
    )

    assert given.body["properties"]["oidcIssuerProfile"]["enabled"] is True
    assert declined.body["properties"]["oidcIssuerProfile"] == {"enabled": False}


def test_workload_identity_needs_the_issuer(arm: Arm) -> None:
    path = cluster_path(arm.group())
    wanted = {"securityProfile": {"workloadIdentity": {"enabled": True}}}

    refused = arm.call("PUT", path, cluster_body(kubernetesVersion="1.33", **wanted))

    assert error(refused) == (400, "BadRequest")
    assert "oidcIssuerProfile.enabled" in refused.body["message"]
    assert arm.call("PUT", path, cluster_body(**wanted)).status == 201


def test_azure_rbac_reaches_the_cluster(arm: Arm, runtime: RecordingRuntime) -> None:
    arm.cluster(arm.group(), aadProfile={"managed": True, "enableAzureRBAC": True})

    assert runtime.ensured[-1].azure_rbac is True
